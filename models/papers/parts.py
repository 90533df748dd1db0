"""What the content of every document has, and the parts that several have in common.

The content is read once on the event loop and drawn in a thread without the database. That of an issued document is
kept as plain JSON (models/plain_json.py).
"""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from models.letterhead import Paper
from models.registration import RegistrationKind
from models.tax import Tax, TaxKind, percent_of


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


@dataclass(frozen=True, slots=True)
class Head:
    """The letterhead as a document shows it. `logo`: the bytes of the digest, never kept with the rest."""

    registration_kind: RegistrationKind | None = None
    registration_number: str = ""
    accent_color: str = ""
    bank_details: str = ""
    payment_days: int | None = None
    payment_terms_en: str = ""
    payment_terms_ja: str = ""
    footer_en: str = ""
    footer_ja: str = ""
    greeting_en: str = ""
    greeting_ja: str = ""
    paper: Paper = Paper.A4
    logo_digest: str = ""
    logo_type: str = ""
    logo: bytes = field(default=b"", repr=False)

    @property
    def is_registered(self) -> bool:
        return self.registration_kind is not None


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """A quantity of one SKU. `ordered`, `to_follow`: of a delivery note's line; None: not known."""

    position: int
    sku_number: str
    model_number: str
    product_name: str
    quantity: int
    style: str = ""
    color: str = ""
    size: str = ""
    ordered: int | None = None
    to_follow: int | None = None
    sku_id: UUID | None = None
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A quantity of one SKU in a carton."""

    sku_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Carton:
    contents: tuple[Packed, ...]
    weight_grams: int | None = None

    @property
    def quantity(self) -> int:
        return sum(each.quantity for each in self.contents)


@dataclass(frozen=True, slots=True)
class Packing:
    """The cartons of a delivery, with all that is in them."""

    cartons: tuple[Carton, ...]


@dataclass(frozen=True, slots=True)
class LineSnapshot:
    """`unit_price` and `amount` are in the document's currency. `place`: of the SKU in its style.

    `picture`: a JPEG, the bytes of the digest, never kept with the rest.
    """

    position: int
    sku_number: str
    model_number: str
    product_name: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    style: str = ""
    color: str = ""
    size: str = ""
    tax_kind: TaxKind | None = None
    tax_rate: int | None = None
    # Of orders alone.
    barcode: str | None = None
    place: int | None = None
    picture_digest: str | None = None
    picture: bytes | None = field(default=None, repr=False)

    @property
    def tax(self) -> Tax | None:
        return None if self.tax_kind is None or self.tax_rate is None else Tax(self.tax_kind, self.tax_rate)


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What a document says of one tax."""

    kind: TaxKind
    rate: int
    net: Decimal
    tax: Decimal
    gross: Decimal

    @property
    def percent(self) -> Decimal:
        return percent_of(self.rate)
