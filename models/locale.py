"""The product's languages, and texts in each of them."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from babel.dates import get_month_names


class Locale(StrEnum):
    EN = "en"
    JA = "ja"


# Names and codes (ISO 3166-1) of the countries whose language is not English, as NFKC casefold leaves them.
_JAPAN = {"jp", "jpn", "japan", "nippon", "nihon", "日本", "日本国"}


def locale_of_country(country: str) -> Locale | None:
    """The language of mails to a reader in a country, by its name or code. None if it is not known."""
    folded = unicodedata.normalize("NFKC", country).strip().casefold()
    if not folded:
        return None
    return Locale.JA if folded in _JAPAN else Locale.EN


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language. A new language is a type error here, and at each Text that does not have it."""

    en: str
    ja: str

    def in_(self, locale: Locale) -> str:
        match locale:
            case Locale.EN:
                return self.en
            case Locale.JA:
                return self.ja
            case _:
                assert_never(locale)


def text_for(text: Text, locale: Locale, /, **values: object) -> str:
    """The text in the reader's language, with `values` for its {placeholders}."""
    return text.in_(locale).format(**values)


def local_time(at: datetime, time_zone: str) -> datetime:
    """The instant in the time zone; unchanged on the first or last day that Python can represent."""
    try:
        return at.astimezone(ZoneInfo(time_zone))
    except OverflowError:
        return at


def moment(at: datetime, locale: Locale, time_zone: str) -> str:
    """An instant as people read it, in this time zone: "24 Nov 2026, 09:05" / "2026/11/24 9:05".

    Babel's format_datetime takes ten times as long.
    """
    local = local_time(at, time_zone)
    match locale:
        case Locale.EN:
            return f"{local.day} {_short_months()[local.month]} {local.year}, {local.hour:02}:{local.minute:02}"
        case Locale.JA:
            return f"{local.year:04}/{local.month:02}/{local.day:02} {local.hour}:{local.minute:02}"
        case _:
            assert_never(locale)


@cache
def _short_months() -> dict[int, str]:
    return dict(get_month_names("abbreviated", locale=Locale.EN).items())
