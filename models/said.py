"""What is said in every language at once: an English text that can say itself in another one later.

For messages that are made far from the person who reads them, and that other messages contain.
"""

from collections.abc import Callable, Iterable

from models.locale import Locale, Text, text_for


class Said(str):
    """As a str it is English. `in_` gives the other languages."""

    __slots__ = ("_render",)
    _render: Callable[[Locale], str]

    def __new__(cls, render: Callable[[Locale], str]) -> "Said":
        made = super().__new__(cls, render(Locale.EN))
        made._render = render
        return made

    def in_(self, locale: Locale) -> str:
        return self._render(locale)


def said(text: Text, /, **values: object) -> Said:
    """The text with `values` for its {placeholders}; those that are Said or a Text are in the same language."""
    return Said(lambda locale: text_for(text, locale, **{name: _in(value, locale) for name, value in values.items()}))


def joined(parts: Iterable[str], separator: Text) -> Said:
    found = tuple(parts)
    return Said(lambda locale: separator.in_(locale).join(in_language(each, locale) for each in found))


def in_language(text: str, locale: Locale) -> str:
    """A text that is not Said is the same in every language, e.g. a code."""
    return text.in_(locale) if isinstance(text, Said) else text


def reason_of(error: Exception) -> str:
    """What the error was made with, which str() would turn into English."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def _in(value: object, locale: Locale) -> object:
    return value.in_(locale) if isinstance(value, Said | Text) else value
