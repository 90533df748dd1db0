"""Imports every table, for migrations and other users of the whole metadata."""

from models import (
    api_key,
    audit,
    backlog_sku,
    brand,
    bulk_run,
    buyer,
    cart,
    catalog,
    delivery_note,
    document_number,
    idempotency,
    invoice,
    order,
    outbox,
    rejection,
    send_back,
    sign_out,
    tag,
)
from models.base import Base

metadata = Base.metadata

__all__ = [
    "api_key",
    "audit",
    "backlog_sku",
    "brand",
    "bulk_run",
    "buyer",
    "cart",
    "catalog",
    "delivery_note",
    "document_number",
    "idempotency",
    "invoice",
    "metadata",
    "order",
    "outbox",
    "rejection",
    "send_back",
    "sign_out",
    "tag",
]
