"""Registration numbers for tax: their kinds, forms and check digits."""

import re
import unicodedata
from enum import StrEnum

MAX_LENGTH = 50
_GB = re.compile(r"(?:GB)?(\d{9})(\d{3})?", re.ASCII)
_JP = re.compile(r"T(\d{13})", re.ASCII)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


class RegistrationKind(StrEnum):
    """OTHER: of another country; its number is not checked."""

    GB_VAT = "GB_VAT"
    JP_INVOICE = "JP_INVOICE"
    OTHER = "OTHER"


class RegistrationError(ValueError):
    """A number that cannot be one of its kind."""


def registration_number(kind: RegistrationKind, text: str) -> str:
    """As documents show it: "GB 123 4567 82", "T7123456789012". Raises RegistrationError."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    if kind is RegistrationKind.OTHER:
        if len(narrow) > MAX_LENGTH:  # one letter can become 18
            raise RegistrationError(text)
        return narrow
    compact = re.sub(r"[\s\-‐‑–−.]", "", narrow).upper()
    if kind is RegistrationKind.JP_INVOICE:
        found = _JP.fullmatch(compact)
        if not found or not _is_japanese(found[1]):
            raise RegistrationError(text)
        return compact
    found = _GB.fullmatch(compact)
    if not found or not _is_british(found[1]):
        raise RegistrationError(text)
    digits, branch = found[1], found[2]
    return f"GB {digits[:3]} {digits[3:7]} {digits[7:]}" + (f" {branch}" if branch else "")


def _is_japanese(digits: str) -> bool:
    """The first digit is 9 − (Σ Pn·Qn mod 9); Qn: 1 for odd, 2 for even places from the right (MOF Ordinance 70)."""
    total = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(digits[1:]), 1))
    return int(digits[0]) == 9 - total % 9


def _is_british(digits: str) -> bool:
    """The last two make the weighted sum a multiple of 97; since 2010 also with 55 added (HMRC)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) + int(digits[7:])
    return digits[:7] != "0000000" and (total % 97 == 0 or (total + 55) % 97 == 0)
