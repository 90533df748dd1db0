"""Ids as clients see them: what the thing is, and its UUID in base32, e.g. ord_01jdf3w8x5e4t9v0k2m6n8q1rz (TypeID).

Clients treat them as opaque; the prefix makes logs readable and an id of the wrong kind recognisable.
"""

import re
from enum import StrEnum
from uuid import UUID

from strawberry import ID

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
_TRIPLES = [pair + low for pair in _PAIRS for low in ALPHABET]
_TO_DIGITS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # those of int(…, 32)
_LETTERS = re.compile(f"[0-7][{ALPHABET}]{{25}}")


class Kind(StrEnum):
    ORDER = "ord"
    LINE = "lin"
    SKU = "sku"
    BUYER = "buy"
    TAG = "tag"
    DELIVERY_NOTE = "dn"
    INVOICE = "inv"
    BACKLOG_SKU = "bls"
    NOTIFICATION = "ntf"
    EVENT = "evt"
    API_KEY = "key"
    WEBHOOK = "whk"
    WEBHOOK_DELIVERY = "whd"
    REJECTION_REASON = "rsn"
    CART = "crt"
    BRAND_SETTINGS = "set"
    VIEWER = "vwr"
    CATALOG = "cat"
    BRAND = "brd"


PREFIXES = frozenset(kind.value for kind in Kind)


def to_id(kind: Kind, uuid: UUID) -> ID:
    return ID(f"{kind.value}_{letters_of(uuid.int)}")


def letters_of(number: int) -> str:
    """A UUID's number in base32. In parts of 30 bits, because small numbers are shifted faster."""
    high, low = number >> 60, number & 0xFFFFFFFFFFFFFFF
    a, b, c, d = high >> 30 & 0x3FFFFFFF, high & 0x3FFFFFFF, low >> 30, low & 0x3FFFFFFF
    triples = _TRIPLES
    return (
        f"{_PAIRS[high >> 60]}{triples[a >> 15]}{triples[a & 32767]}{triples[b >> 15]}{triples[b & 32767]}"
        f"{triples[c >> 15]}{triples[c & 32767]}{triples[d >> 15]}{triples[d & 32767]}"
    )


def from_id(kind: Kind, text: str) -> UUID | None:
    """None when this is not an id of that kind: for the caller the same as an id of nothing."""
    found = parse(text)
    return found[1] if found and found[0] is kind else None


def parse(text: str) -> tuple[Kind, UUID] | None:
    prefix, _, letters = text.partition("_")
    if prefix not in PREFIXES or not _LETTERS.fullmatch(letters):
        return None
    return Kind(prefix), UUID(int=int(letters.translate(_TO_DIGITS), 32))
