"""Columns that the queries of several documents share, and the values made from their rows."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Sku
from models.letterhead import Letterhead, Logo, Paper
from models.money import from_minor
from models.papers.parts import Head, LineSnapshot, Party, TaxRow
from models.tax import Rounding, Tax, sums_by_rate

# With an outer join of Letterhead.
BRAND = (
    func.coalesce(Brand.legal_name, Brand.name).label("brand_name"),
    Brand.code.label("brand_code"),
    Brand.address.label("brand_address"),
    Brand.country.label("brand_country"),
    Brand.phone,
    Brand.mail_reply_to,
    Brand.time_zone,
    Letterhead.registration_kind,
    Letterhead.registration_number,
    Letterhead.accent_color,
    Letterhead.bank_details,
    Letterhead.payment_days,
    Letterhead.payment_terms_en,
    Letterhead.payment_terms_ja,
    Letterhead.footer_en,
    Letterhead.footer_ja,
    Letterhead.greeting_en,
    Letterhead.greeting_ja,
    Letterhead.paper,
    Letterhead.logo_digest,
)
OF_BRAND = Letterhead.brand_id == Brand.id

BUYER = (
    Buyer.name.label("buyer_name"),
    Buyer.unique_code,
    Buyer.country,
    Buyer.address.label("buyer_address"),
)
SKU = (Sku.number, Sku.model_number, Sku.name, Sku.style, Sku.color, Sku.size)


def brand_of(row: Any) -> Party:
    """From a row with the columns of BRAND."""
    emails = (row.mail_reply_to,) if row.mail_reply_to else ()
    return Party(
        name=row.brand_name,
        code=row.brand_code,
        country=row.brand_country,
        address=row.brand_address,
        emails=emails,
        phone=row.phone or "",
    )


async def head_of(session: AsyncSession, row: Any) -> Head:
    """From a row with the columns of BRAND. One statement more if there is a logo."""
    return await with_logo(session, row.brand_id, head_without_logo(row))


def head_without_logo(row: Any) -> Head:
    """The same without the bytes of the logo."""
    texts = (
        "registration_number",
        "accent_color",
        "bank_details",
        "payment_terms_en",
        "payment_terms_ja",
        "footer_en",
        "footer_ja",
        "greeting_en",
        "greeting_ja",
        "logo_digest",
    )
    values: Any = {name: getattr(row, name) or "" for name in texts}
    return Head(
        registration_kind=row.registration_kind,
        payment_days=row.payment_days,
        paper=row.paper or Paper.A4,
        **values,
    )


async def with_logo(session: AsyncSession, brand_id: UUID, head: Head) -> Head:
    if not head.logo_digest:
        return head
    found = select(Logo.media_type, Logo.data).where(Logo.brand_id == brand_id, Logo.digest == head.logo_digest)
    media_type, data = (await session.execute(found)).one()
    return replace(head, logo_type=media_type, logo=data)


def buyer_of(row: Any, emails: tuple[str, ...] = ()) -> Party:
    """From a row with the columns of BUYER."""
    return Party(
        name=row.buyer_name, code=row.unique_code, country=row.country, address=row.buyer_address, emails=emails
    )


def line_of(row: Any, currency: str, **more: Any) -> LineSnapshot:
    """From a row of a line joined with its SKU. `more`: what orders alone say."""
    return LineSnapshot(
        position=row.position,
        sku_number=row.number,
        model_number=row.model_number,
        product_name=row.name,
        quantity=row.quantity,
        unit_price=from_minor(row.unit_price_minor, currency),
        amount=from_minor(row.amount_minor, currency),
        style=row.style or "",
        color=row.color or "",
        size=row.size or "",
        tax_kind=row.tax_kind,
        tax_rate=row.tax_rate,
        **more,
    )


def tax_rows(
    amounts: Iterable[tuple[Tax | None, int]], currency: str, *, included: bool, rounding: Rounding | None
) -> tuple[TaxRow, ...]:
    """`amounts`: minor units of lines and shipping."""
    sums = sums_by_rate(amounts, included=included, rounding=rounding or Rounding.HALF_UP)

    def amount(minor: int) -> Decimal:
        return from_minor(minor, currency)

    return tuple(
        TaxRow(each.tax_of.kind, each.tax_of.rate, amount(each.net), amount(each.tax), amount(each.gross))
        for each in sums
    )
