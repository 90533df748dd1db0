"""A variable of the environment: its default, its check, its error sentence and its line of documentation.

The tables of variables are in environment.py, oidc.py and edge.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from graph.settings.errors import SettingsError

T = TypeVar("T")
SWITCH = "`on` or `off`"
TRUE, FALSE = ("on", "1", "true", "yes"), ("off", "0", "false", "no")


@dataclass(frozen=True)  # no slots: with them, CPython 3.11 fails on Variable[int](…)
class Variable(Generic[T]):
    """One row of a table. Texts are Markdown for docs/settings.md; errors show them without the backticks.

    `read` parses a text that is not blank, and raises ValueError when it cannot be used; with `explains`, the message
    of that ValueError is a sentence for the user. `must_be` completes the error sentence "NAME must be …".
    `default_is` describes a default that is not a constant. `needs` names the variables that must be set with this one.
    The value of a secret is never repeated in an error.
    """

    name: str
    read: Callable[[str], T]
    default: T
    must_be: str
    about: str
    default_is: str = ""
    needs: tuple[str, ...] = ()
    explains: bool = False
    is_secret: bool = False

    def value_in(self, values: Mapping[str, str]) -> T:
        """Raises SettingsError."""
        text = values.get(self.name)
        if text is None:
            return self.default
        try:
            return self.read(text)
        except SettingsError:
            raise
        except ValueError as error:
            if self.explains:
                raise SettingsError(f"{self.name}: {error}") from None
            found = "" if self.is_secret else f"; it is {text!r}"
            raise SettingsError(f"{self.name} must be {plain(self.must_be)}{found}.") from None


def plain(markdown: str) -> str:
    return markdown.replace("`", "")


def switch(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ValueError
    return text.lower() in TRUE


def separated(text: str) -> list[str]:
    """The parts of a text with commas between them."""
    return [part.strip() for part in text.split(",") if part.strip()]
