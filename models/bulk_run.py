"""Bulk runs: the orders of one bulk request, fixed when it begins, so that a retry completes the rest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned, Internal


class BulkRun(Internal, BrandOwned, Base):
    """`order_ids`: hex ids, sorted like the answer. `key`: the client's idempotency key, None without one.

    `actor_id`: Actor.identity. `token`: that of the dry run which the request named; a token serves one run.
    """

    __tablename__ = "bulk_runs"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        Index(None, "brand_id", "actor_id", "operation", "key", unique=True),
        Index(None, "brand_id", "token", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    actor_id: Mapped[str] = mapped_column(String(200))
    operation: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    order_ids: Mapped[list[str]]
    created_at: Mapped[datetime]
    token: Mapped[str | None] = mapped_column(String(64))
