"""Every table, in one import: for migrations and for whoever needs the whole metadata."""

from models import api_key, audit, bulk_run, cart, catalog, documents, idempotency, order, outbox, party, rejection, tag
from models.base import Base

metadata = Base.metadata

__all__ = [
    "api_key",
    "audit",
    "bulk_run",
    "cart",
    "catalog",
    "documents",
    "idempotency",
    "metadata",
    "order",
    "outbox",
    "party",
    "rejection",
    "tag",
]
