"""Messages that are translated when they are shown: an English text that knows its other languages.

For messages that are made where the reader's language is not known, and that other messages contain.
"""

from collections.abc import Callable, Iterable

from models.locale import Locale, Text, text_for


class Translatable(str):
    """As a str it is English. `in_` gives the other languages."""

    __slots__ = ("_render",)
    _render: Callable[[Locale], str]

    def __new__(cls, render: Callable[[Locale], str]) -> "Translatable":
        made = super().__new__(cls, render(Locale.EN))
        made._render = render
        return made

    def in_(self, locale: Locale) -> str:
        return self._render(locale)


def translatable(text: Text, /, **values: object) -> Translatable:
    """The text with `values` for its {placeholders}; those that are Translatable or a Text are translated too."""
    return Translatable(
        lambda locale: text_for(text, locale, **{name: _in(value, locale) for name, value in values.items()})
    )


def joined(parts: Iterable[str], separator: Text) -> Translatable:
    found = tuple(parts)
    return Translatable(lambda locale: separator.in_(locale).join(in_language(each, locale) for each in found))


def in_language(text: str, locale: Locale) -> str:
    """Any other text is the same in every language, e.g. a code."""
    return text.in_(locale) if isinstance(text, Translatable) else text


def reason_of(error: Exception) -> str:
    """What the error was made with, which str() would turn into English."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def _in(value: object, locale: Locale) -> object:
    return value.in_(locale) if isinstance(value, Translatable | Text) else value
