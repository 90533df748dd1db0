"""Codes that look alike: they differ only by case, width, leading zeros or characters that nobody sees."""

from models.folding import same_form


def folded(code: str) -> str:
    """Equal for codes that look alike."""
    return same_form(code).removesuffix(".0").lstrip("0") or "0"


def differ_by_case_only(code: str, other: str) -> bool:
    return code.casefold() == other.casefold()
