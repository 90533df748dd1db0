"""The letterhead in the brand's settings: its type and its input."""

from typing import Any

import strawberry
from strawberry import UNSET

from graph.core.enums import describe_enum
from graph.papers.taxes import TaxInput, TaxType
from models.letterhead import Paper
from models.registration import MAX_LENGTH, RegistrationKind
from models.tax import Rounding, tax_of
from resolvers.core.context import Context
from resolvers.papers.letterhead_checks import MAX_LENGTHS, MAX_LINES, MAX_PAYMENT_DAYS
from resolvers.papers.letterheads import LetterheadValues
from resolvers.papers.logos import KEPT_SIZE, MAX_BYTES

describe_enum(
    RegistrationKind,
    "Kinds of registration numbers for tax. New kinds may be added.",
    {
        "GB_VAT": "British VAT registration number: GB and 9 digits, with check digits.",
        "JP_INVOICE": "Japanese registration number of an issuer of qualified invoices: T and 13 digits, with a check "
        "digit.",
        "OTHER": "A number of another country; it is not checked.",
    },
)
describe_enum(Paper, "Paper sizes.", {"A4": "210 × 297 mm.", "LETTER": "8.5 × 11 in."}, name="PaperSize")


@strawberry.type(description="What the documents of a brand say of it, besides its names and addresses.")
class Letterhead:
    registration_kind: RegistrationKind | None = strawberry.field(
        description="Kind of the registration number. Null: the brand is not registered for tax, and its invoices show "
        "no tax number."
    )
    registration_number: str | None = strawberry.field(description="Registration number for tax, e.g. GB 123 4567 82.")
    has_logo: bool = strawberry.field(description="Whether documents show a logo.")
    accent_color: str | None = strawberry.field(description="Colour of rules, e.g. #1d4e68. Null: a dark blue.")
    bank_details: str | None = strawberry.field(description="Where buyers pay, in lines.")
    payment_days: int | None = strawberry.field(
        description="Days from an invoice's date until it is due. Null: no due date is printed."
    )
    payment_terms_en: str | None = strawberry.field(description="Terms of payment in English documents.")
    payment_terms_ja: str | None = strawberry.field(description="Terms of payment in Japanese documents.")
    footer_en: str | None = strawberry.field(description="Foot of each page of English documents, e.g. the legal line.")
    footer_ja: str | None = strawberry.field(description="Foot of each page of Japanese documents.")
    greeting_en: str | None = strawberry.field(description="Sentence after the table of English documents.")
    greeting_ja: str | None = strawberry.field(description="Sentence under the addressee of Japanese documents.")
    paper: Paper | None = strawberry.field(description="Paper of the documents. Null: A4.")
    default_tax: TaxType | None = strawberry.field(
        description="Tax of new orders whose lines name none. Null: such orders have no tax data."
    )
    prices_include_tax: bool = strawberry.field(description="Whether the prices of new orders include their tax.")
    tax_rounding: Rounding | None = strawberry.field(
        description="How tax is rounded. Null: DOWN with a JP_INVOICE number, else HALF_UP."
    )

    @classmethod
    def of(cls, values: LetterheadValues) -> "Letterhead":
        plain = {name: getattr(values, name) for name in PLAIN}
        tax = tax_of(values.default_tax_kind, values.default_tax_rate)
        return cls(**plain, has_logo=values.logo_digest is not None, default_tax=TaxType.of(tax))


def _text(name: str, what: str) -> Any:
    return strawberry.field(
        default=UNSET, description=f"{what}, at most {MAX_LENGTHS[name]:,} characters in {MAX_LINES} lines."
    )


@strawberry.input(
    description="The parts of the letterhead to change. A part that is left out keeps its value; null removes it, but "
    "leaves pricesIncludeTax as it is."
)
class LetterheadInput:
    registration_kind: RegistrationKind | None = strawberry.field(
        default=UNSET, description="Kind of the registration number; required with it."
    )
    registration_number: str | None = strawberry.field(
        default=UNSET,
        description=f"Registration number for tax, at most {MAX_LENGTH} characters. The check digits of GB_VAT and "
        "JP_INVOICE are checked.",
    )
    logo: str | None = strawberry.field(
        default=UNSET,
        description=f"A PNG or an SVG in Base64, or as a data URL, at most {MAX_BYTES:,} bytes. A PNG is encoded "
        f"again, with at most {KEPT_SIZE[0]:,} × {KEPT_SIZE[1]} pixels. An SVG consists of shapes and gradients, with "
        "attributes or classes; one with scripts, texts, pictures, references or entities is refused.",
    )
    accent_color: str | None = strawberry.field(
        default=UNSET, description="# and six hexadecimal digits; its contrast to white is at least 4.5 : 1."
    )
    bank_details: str | None = _text("bank_details", "Where buyers pay")
    payment_days: int | None = strawberry.field(default=UNSET, description=f"0 to {MAX_PAYMENT_DAYS}.")
    payment_terms_en: str | None = _text("payment_terms_en", "Terms of payment")
    payment_terms_ja: str | None = _text("payment_terms_ja", "Terms of payment")
    footer_en: str | None = _text("footer_en", "Foot of each page")
    footer_ja: str | None = _text("footer_ja", "Foot of each page")
    greeting_en: str | None = _text("greeting_en", "Sentence")
    greeting_ja: str | None = _text("greeting_ja", "Sentence")
    paper: Paper | None = strawberry.field(default=UNSET, description="Paper of the documents.")
    default_tax: TaxInput | None = strawberry.field(default=UNSET, description="Tax of new orders that name none.")
    prices_include_tax: bool | None = strawberry.field(
        default=UNSET, description="Whether the prices of new orders include their tax."
    )
    tax_rounding: Rounding | None = strawberry.field(default=UNSET, description="How tax is rounded.")

    def read(self, context: Context) -> tuple[dict[str, Any], str | None]:
        """The columns to change, and a new logo. Raises Refused for a rate that its kind cannot have."""
        values = {name: getattr(self, name) for name in PLAIN if getattr(self, name) is not UNSET}
        if values.get("prices_include_tax", True) is None:
            del values["prices_include_tax"]
        if self.logo is None:
            values["logo_digest"] = None
        if self.default_tax is not UNSET:
            tax = self.default_tax.read().checked(context, "letterhead", "defaultTax") if self.default_tax else None
            values |= {"default_tax_kind": tax.kind if tax else None, "default_tax_rate": tax.rate if tax else None}
        return values, None if self.logo is UNSET else self.logo


# Fields that are columns.
PLAIN = (
    "registration_kind",
    "registration_number",
    "accent_color",
    "bank_details",
    "payment_days",
    "payment_terms_en",
    "payment_terms_ja",
    "footer_en",
    "footer_ja",
    "greeting_en",
    "greeting_ja",
    "paper",
    "prices_include_tax",
    "tax_rounding",
)
