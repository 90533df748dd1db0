"""Imports every table, for migrations and other users of the whole metadata."""

from sqlalchemy import Column, String, Table

from models import (
    analytics_sum,
    api_key,
    assignee,
    audit,
    backlog_sku,
    brand,
    bulk_run,
    buyer,
    cart,
    catalog,
    delivery_note,
    document_number,
    external_reference,
    idempotency,
    invoice,
    letterhead,
    mail_wording,
    order,
    order_count,
    outbox,
    rejection,
    rejection_reason,
    send_back,
    sign_out,
    tag,
    webhook,
)
from models.base import Base

metadata = Base.metadata

# One row, written by the migrating release: its schema, and the oldest release whose servers may serve it
# (models/migrations/releases.py).
schema_compatibility = Table(
    "schema_compatibility",
    metadata,
    Column("revision", String(32), primary_key=True),
    Column("oldest_release", String(32), nullable=False),
)

__all__ = [
    "analytics_sum",
    "api_key",
    "assignee",
    "audit",
    "backlog_sku",
    "brand",
    "bulk_run",
    "buyer",
    "cart",
    "catalog",
    "delivery_note",
    "document_number",
    "external_reference",
    "idempotency",
    "invoice",
    "letterhead",
    "mail_wording",
    "metadata",
    "order",
    "order_count",
    "outbox",
    "rejection",
    "rejection_reason",
    "schema_compatibility",
    "send_back",
    "sign_out",
    "tag",
    "webhook",
]
