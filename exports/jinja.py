"""The one Jinja environment: templates/*.html are escaped, templates/*.txt are not."""

import unicodedata
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from exports.texts import printable


def _printable(value: Any) -> Any:
    # Markup comes from a macro: its texts were made printable and escaped inside the macro.
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _direction(text: str) -> str:
    """The attribute dir of a text of users, by its first letter that has a direction.

    WeasyPrint does not know dir="auto", which is also longer where a mail has thousands of paragraphs.
    """
    if text.isascii():
        return ""
    kinds = (unicodedata.bidirectional(each) for each in text)
    is_rtl = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"
    return Markup(' dir="rtl"') if is_rtl else ""


templates = Environment(
    loader=PackageLoader("exports"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    finalize=_printable,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
templates.globals["direction"] = _direction
