"""The language that a request asks for: Accept-Language (RFC 9110, 12.5.4)."""

import re
from collections.abc import Sequence

from models.locale import Locale

MAX_LENGTH = 1_000  # characters of the header; what follows is ignored
QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)", re.IGNORECASE)


def preferred(headers: Sequence[str]) -> Locale | None:
    """The product's language with the highest quality, of equal ones the first. None without one of them.

    `headers`: all headers of the name. Parts that are malformed and `*` are ignored.
    """
    best: tuple[float, Locale] | None = None
    for part in ",".join(headers)[:MAX_LENGTH].split(","):
        tag, _, parameter = part.partition(";")
        locale, quality = locale_of(tag.strip()), QUALITY.fullmatch(parameter.strip() or "q=1")
        weight = float(quality[1]) if quality else 0
        if locale and 0 < weight <= 1 and (best is None or weight > best[0]):
            best = (weight, locale)
    return best and best[1]


def locale_of(tag: object) -> Locale | None:
    """The product's language of a language tag, e.g. ja-JP or ja_JP (BCP 47). None if there is none."""
    language = re.split("[-_]", tag, maxsplit=1)[0].lower() if isinstance(tag, str) else None
    return next((each for each in Locale if each == language), None)
