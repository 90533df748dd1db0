"""Tax in the schema: its kinds and rates, as input and as type."""

from decimal import Decimal

import strawberry

from graph.core.enums import describe_enum
from graph.core.money import Money
from models.papers.parts import TaxRow
from models.tax import Rounding, Tax, TaxKind
from resolvers.papers.taxes import GivenTax

describe_enum(
    TaxKind,
    "Kinds of tax. New kinds may be added.",
    {
        "STANDARD": "The standard rate.",
        "REDUCED": "A reduced rate; Japanese documents mark its lines with ※.",
        "ZERO": "Taxed at 0 %.",
        "EXEMPT": "Exempt from tax.",
        "REVERSE_CHARGE": "The buyer accounts for the tax (reverse charge).",
    },
)
describe_enum(
    Rounding,
    "How the tax of one rate is rounded to the currency's smallest unit, once for each rate and document.",
    {"HALF_UP": "To the nearest, halves up.", "DOWN": "Cut off."},
    name="TaxRounding",
)


@strawberry.type(name="Tax", description="The tax of a line or of shipping.")
class TaxType:
    kind: TaxKind = strawberry.field(description="Kind.")
    rate: Decimal = strawberry.field(description="Percentage, e.g. 20.")

    @classmethod
    def of(cls, tax: Tax | None) -> "TaxType | None":
        return cls(kind=tax.kind, rate=tax.percent) if tax else None


@strawberry.type(description="What an invoice says of one tax: gross = net + tax.")
class TaxSum:
    kind: TaxKind = strawberry.field(description="Kind.")
    rate: Decimal = strawberry.field(description="Percentage, e.g. 20.")
    net: Money = strawberry.field(description="Total of lines and shipping of this tax, without it.")
    tax: Money = strawberry.field(description="The tax, rounded once.")
    gross: Money = strawberry.field(description="Total with the tax.")

    @classmethod
    def of(cls, row: TaxRow, currency: str) -> "TaxSum":
        net, tax, gross = (Money(amount=each, currency=currency) for each in (row.net, row.tax, row.gross))
        return cls(kind=row.kind, rate=row.percent, net=net, tax=tax, gross=gross)


@strawberry.input(description="A tax: its kind and rate.")
class TaxInput:
    kind: TaxKind = strawberry.field(description="Kind.")
    rate: Decimal = strawberry.field(
        description="Percentage with at most two decimals: more than 0 for STANDARD and REDUCED, 0 for the other kinds."
    )

    def read(self) -> GivenTax:
        return GivenTax(self.kind, self.rate)
