"""The one Jinja environment: templates/*.html are escaped, templates/*.txt are not."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from exports.texts import printable


def _printable(value: Any) -> Any:
    # Markup comes from a macro: its texts were made printable and escaped inside the macro.
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


templates = Environment(
    loader=PackageLoader("exports"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    finalize=_printable,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
