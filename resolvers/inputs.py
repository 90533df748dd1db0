"""Arguments: the error for invalid ones, and the checks of texts."""

import re
from typing import Literal

from models.folding import fold
from models.messages import importing as texts
from models.translatable import translatable

# Top-level error codes of the API: a query has no userErrors.
Code = Literal["BAD_USER_INPUT", "NOT_FOUND", "NOT_PERMITTED"]

# NUL cannot be stored by PostgreSQL, unpaired surrogates by nothing; the other control characters show nowhere.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

MAX_SEARCH_LENGTH = 200  # characters
MAX_WORDS = 10  # each is looked for in several places


class InputError(ValueError):
    """An argument is invalid. `field` is its path; the message says what to do."""

    def __init__(self, message: str, *field: str, code: Code = "BAD_USER_INPUT") -> None:
        super().__init__(message)
        self.field = list(field)
        self.code = code


def unprintable(text: str) -> str | None:
    """What is wrong with a text that cannot be kept as it is; None when nothing is."""
    found = UNPRINTABLE.search(text)
    return found and translatable(texts.UNPRINTABLE, code=ord(found[0]), place=found.start() + 1)


def check_text(text: str | None, longest: int, *field: str) -> None:
    """Raises InputError for a text that is too long or cannot be kept."""
    if text is None:
        return
    if len(text) > longest:
        raise InputError(f"{field[-1]} takes at most {longest:,} characters, not {len(text):,}.", *field)
    if wrong := unprintable(text):
        raise InputError(f"{field[-1]} {wrong}", *field)


def check_search(text: str | None, *at: str) -> None:
    """Raises InputError for words to search for that are too many or too long; `at`: the filter that has them."""
    check_text(text, MAX_SEARCH_LENGTH, *at, "search")
    if text is not None and len(set(fold(text).split())) > MAX_WORDS:
        raise InputError(f"search takes at most {MAX_WORDS} words.", *at, "search")
