"""What the frozen content of every document has, and the parts that several have in common.

A snapshot is read once on the event loop (exports/<noun>_snapshot.py) and drawn in a thread without the database.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Party:
    """`address`: lines separated by line breaks. `country`: a name, or an ISO 3166 code. Each may be empty.

    `phone`: of a brand.
    """

    name: str
    code: str
    country: str
    address: str
    emails: tuple[str, ...] = ()
    phone: str = ""


class Snapshot(Protocol):
    """What the page of every document shows. Instants are UTC; documents show them in `time_zone`, the brand's."""

    @property
    def code(self) -> str: ...
    @property
    def brand(self) -> Party: ...
    @property
    def buyer(self) -> Party: ...
    @property
    def time_zone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A quantity of one SKU."""

    position: int
    sku_number: str
    model_number: str
    product_name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LineSnapshot(GoodsLine):
    """`unit_price` and `amount` are in the document's currency."""

    unit_price: Decimal
    amount: Decimal
