"""The tax that a command is given, checked; and how a brand taxes its orders."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.letterhead import Letterhead, rounding_of
from models.locale import Text
from models.tax import TAXED, Rounding, Tax, TaxKind, rate_of, tax_of
from resolvers.core.context import Context
from resolvers.core.refusals import Refused, invalid

BAD_RATE = Text(
    "A rate is a percentage from 0 to 100 with at most two decimals: more than 0 for STANDARD and REDUCED, 0 for the "
    "other kinds.",
    "税率は0〜100（小数点以下2桁まで）で指定してください。STANDARDとREDUCEDは0より大きい値、その他は0です。",
)


@dataclass(frozen=True, slots=True)
class GivenTax:
    """As an argument says it; `rate` is a percentage."""

    kind: TaxKind
    rate: Decimal

    def checked(self, context: Context, *field: str) -> Tax:
        """Raises Refused for a rate that the kind cannot have; `field`: the argument."""
        tax = tax_from(self.kind, self.rate)
        if tax is None:
            raise Refused(invalid(context, BAD_RATE, *field, "rate"))
        return tax


def tax_from(kind: TaxKind, percent: Decimal) -> Tax | None:
    """None for a rate that the kind cannot have."""
    rate = rate_of(percent)
    return Tax(kind, rate) if rate is not None and (rate > 0) is (kind in TAXED) else None


@dataclass(frozen=True, slots=True)
class BrandTax:
    """How a brand taxes new orders. `default`: of lines that name no tax; None: they have none."""

    default: Tax | None = None
    is_included: bool = False
    rounding: Rounding = Rounding.HALF_UP


async def brand_tax(session: AsyncSession, brand_id: UUID) -> BrandTax:
    columns = (
        Letterhead.default_tax_kind,
        Letterhead.default_tax_rate,
        Letterhead.prices_include_tax,
        Letterhead.registration_kind,
        Letterhead.tax_rounding,
    )
    row = (await session.execute(select(*columns).where(Letterhead.brand_id == brand_id))).one_or_none()
    if row is None:
        return BrandTax()
    kind, rate, is_included, registration, rounding = row
    return BrandTax(tax_of(kind, rate), is_included, rounding_of(registration, rounding))
