"""What a workbook's number formats say of a cell: that it is a date, how a code shows, which currency it is in."""

import re
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

# Formats that every workbook has without saying so (ECMA-376, 18.8.30), those of East Asian Excel included.
DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKET = re.compile(r"\[[^\]]*\]")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(\d+(?:\.\d+)?)\]")
_COMPARED = {"<=": le, ">=": ge, "<>": ne, "<": lt, ">": gt, "=": eq}
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
    first = _BRACKET.sub("", _section(number, number_format))
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


def _section(number: str, number_format: str) -> str:
    """The part of the format that counts for a number, e.g. of [<=999]000;[<=9999]000-00;000-0000."""
    sections = number_format.split(";")
    if not number.isdigit() or not any(_CONDITION.search(each) for each in sections):
        return sections[0]
    for each in sections:
        found = _CONDITION.search(each)
        if found is None or _COMPARED[found[1]](int(number), float(found[2])):
            return each
    return ""


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
    """The currency sign, or %, that the cell shows; "" when it shows none."""
    if "%" in _LITERAL.sub("", number_format):
        return "%"
    found = _SIGN.search(number_format.split(";")[0].replace('"', "").replace("\\", ""))
    return (found[1] or found[2] or "").strip() if found else ""
