"""Columns that the queries of several snapshots share, and the values made from their rows."""

from typing import Any

from sqlalchemy import func

from exports.pdf.snapshots import LineSnapshot, Party
from models.brand import Brand
from models.buyer import Buyer
from models.money import from_minor

BRAND = (
    func.coalesce(Brand.legal_name, Brand.name).label("brand_name"),
    Brand.code.label("brand_code"),
    Brand.address.label("brand_address"),
    Brand.country.label("brand_country"),
    Brand.phone,
    Brand.mail_reply_to,
    Brand.time_zone,
)

BUYER = (
    Buyer.name.label("buyer_name"),
    Buyer.unique_code,
    Buyer.country,
    Buyer.address.label("buyer_address"),
)


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


def buyer_of(row: Any, emails: tuple[str, ...] = ()) -> Party:
    """From a row with the columns of BUYER."""
    return Party(
        name=row.buyer_name, code=row.unique_code, country=row.country, address=row.buyer_address, emails=emails
    )


def line_of(row: Any, currency: str) -> LineSnapshot:
    """From a row of a line joined with its SKU."""
    return LineSnapshot(
        position=row.position,
        sku_number=row.number,
        model_number=row.model_number,
        product_name=row.name,
        quantity=row.quantity,
        unit_price=from_minor(row.unit_price_minor, currency),
        amount=from_minor(row.amount_minor, currency),
    )
