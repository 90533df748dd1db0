"""docs/settings.md: the tables of variables in words. Written by `orders schema`; a test keeps it current."""

from typing import Any

from graph.settings.environment import VARIABLES
from graph.settings.variable import Variable


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Settings are environment variables. None has to be set, and a blank one counts as not set. They are read",
        "once, at the start: a variable that is unknown or has an unusable value stops the start with a sentence that",
        "names it. In a URL, a password is percent-encoded (`@` as `%40`).",
        "",
        "Made by `./run schema` from the tables in `graph/settings/`: `environment.py`, `oidc.py` and `edge.py`.",
        "",
        "| variable | default | value | |",
        "|---|---|---|---|",
        *(
            f"| `{variable.name}` | {_default(variable)} | {variable.must_be} | {_about(variable)} |"
            for variable in VARIABLES
        ),
    ]
    return "\n".join(lines) + "\n"


def _default(variable: Variable[Any]) -> str:
    if variable.default_is:
        return variable.default_is
    match variable.default:
        case None | ():
            return "none"
        case bool(value):
            return "`on`" if value else "`off`"
        case value:
            return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _about(variable: Variable[Any]) -> str:
    if not variable.needs:
        return variable.about
    return f"{variable.about} Needs {' and '.join(f'`{name}`' for name in variable.needs)}."
