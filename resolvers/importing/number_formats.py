"""What a workbook's number formats say of a cell: that it is a date, how a code shows, which currency it is in."""

import re
from functools import lru_cache

# Formats that every workbook has without saying so (ECMA-376, 18.8.30), those of East Asian Excel included.
DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKET = re.compile(r"\[[^\]]*\]")
_SIGN = re.compile(r"\[\$([^\]-]*)[^\]]*\]|([¥£€₩₹$])")


@lru_cache(maxsize=4_000)
def is_date(number_format: str) -> bool:
    first = number_format.split(";")[0]
    # [h]:mm is a duration, [$-411] and [Red] say nothing of what is shown.
    if re.search(r"\[[hms]+\]", first, re.IGNORECASE):
        return True
    bare = _LITERAL.sub("", _BRACKET.sub("", first))
    return bare.casefold() != "general" and re.search("[ymdhsge]", re.sub("[eE][+-]", "", bare), re.I) is not None


@lru_cache(maxsize=50_000)
def padded(number: str, number_format: str) -> str:
    """A whole number as a format such as 00000 or "SO-"0000 shows it; as it is with any other format."""
    first = _BRACKET.sub("", number_format.split(";")[0])
    pattern = _LITERAL.sub(lambda found: "\0" * len(found[0]), first)
    if "0" not in pattern or not number.isdigit() or re.search(r"[#?.,%/@*a-zA-Z]", pattern):
        return number
    places = [at for at, sign in enumerate(pattern) if sign == "0"]
    digits = number.rjust(len(places), "0")
    shown = list(_literals(first))
    for at, digit in zip(places[1:], digits[len(digits) - len(places) + 1 :], strict=True):
        shown[at] = digit
    shown[places[0]] = digits[: len(digits) - len(places) + 1]
    return "".join(shown).strip()


def _literals(number_format: str) -> list[str]:
    """One entry for each sign of the format: what it shows by itself."""
    shown = list(number_format)
    for found in _LITERAL.finditer(number_format):
        text = found[0]
        kept = text[1:-1] if text.startswith('"') else text[1:] if text.startswith("\\") else ""
        shown[found.start() : found.end()] = [kept, *[""] * (len(text) - 1)]
    return shown


@lru_cache(maxsize=4_000)
def sign_of(number_format: str) -> str:
    """The currency sign that the cell shows; "" when it shows none."""
    found = _SIGN.search(number_format.split(";")[0].replace('"', "").replace("\\", ""))
    return (found[1] or found[2] or "").strip() if found else ""
