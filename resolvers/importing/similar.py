"""Codes that look alike: they differ only by case, width, leading zeros or characters that nobody sees."""

import re
import unicodedata

from resolvers.importing.cells import INVISIBLE, JOINERS

DASHES = {ord(each): "-" for each in "‐‑‒–—―−﹘﹣－"}


def folded(code: str) -> str:
    """Equal for codes that look alike."""
    if not code.isascii():
        code = unicodedata.normalize("NFKC", code.translate(DASHES)).translate(INVISIBLE | JOINERS).translate(DASHES)
    if " " in code or not code.isprintable():
        code = re.sub(r"\s+", " ", code).strip()
    return code.casefold().removesuffix(".0").lstrip("0") or "0"


def differ_by_case_only(code: str, other: str) -> bool:
    return code.casefold() == other.casefold()
