"""A made-up invoice with the letterhead of a brand, to look at before a real one is issued."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.invoice import InvoiceStatus
from models.letterhead import Letterhead, rounding_of
from models.money import from_minor, to_minor
from models.papers.columns import BRAND, OF_BRAND, brand_of, head_of, tax_rows
from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot, issued
from models.papers.parts import LineSnapshot, Party
from models.tax import Tax, TaxKind, tax_of

NAMES = ("Sample item, small / 見本（小）", "Sample item, large / 見本（大）", "Sample gift box / 見本の箱")


async def sample_invoice(session: AsyncSession, brand_id: UUID, now: datetime) -> InvoiceSnapshot | None:
    """None if there is no such brand."""
    columns = (
        Brand.id.label("brand_id"),
        Brand.currency,
        Letterhead.default_tax_kind,
        Letterhead.default_tax_rate,
        Letterhead.prices_include_tax,
        Letterhead.tax_rounding,
    )
    statement = select(*columns, *BRAND).select_from(Brand).outerjoin(Letterhead, OF_BRAND)
    row = (await session.execute(statement.where(Brand.id == brand_id))).one_or_none()
    if row is None:
        return None
    tax = tax_of(row.default_tax_kind, row.default_tax_rate)
    if tax is None and row.registration_kind:
        tax = Tax(TaxKind.STANDARD, 1000)
    price = from_minor(120_000 if from_minor(1, row.currency) == 1 else 1_250, row.currency)
    lines = tuple(
        LineSnapshot(
            position,
            f"SAMPLE-{position}",
            f"SAMPLE-{position}",
            name,
            position * 6,
            price,
            price * position * 6,
            tax_kind=tax.kind if tax else None,
            tax_rate=tax.rate if tax else None,
        )
        for position, name in enumerate(NAMES, 1)
    )
    amounts = [(line.tax, to_minor(line.amount, row.currency)) for line in lines]
    included = bool(row.prices_include_tax)
    rounding = rounding_of(row.registration_kind, row.tax_rounding)
    taxes = tax_rows(amounts, row.currency, included=included, rounding=rounding)
    nothing: Decimal = from_minor(0, row.currency)
    subtotal = sum((line.amount for line in lines), nothing)
    added = nothing if included else sum((each.tax for each in taxes), nothing)
    snapshot = InvoiceSnapshot(
        code="",
        status=InvoiceStatus.DRAFT,
        created_at=now,
        issued_at=None,
        voided_at=None,
        brand=brand_of(row),
        buyer=Party("Sample Shop / 見本商店", "SAMPLE", row.brand_country, "1 Sample Street\nSampletown"),
        currency=row.currency,
        orders=(BilledOrder("SAMPLE-1", (BilledPart("", lines),), added, nothing, buyer_order_number="PO-0001"),),
        subtotal=subtotal,
        tax=added,
        shipping=nothing,
        total=subtotal + added,
        time_zone=row.time_zone,
        head=await head_of(session, row),
        taxes=taxes,
        prices_include_tax=included,
    )
    return issued(snapshot, "SAMPLE", now)
