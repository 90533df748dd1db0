"""Idempotency keys: a client that retries with the same key gets the first answer; nothing is done twice."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import AddedOnce, Base
from models.scope import BrandOwned


class IdempotencyKey(AddedOnce, BrandOwned, Base):
    """One key of one actor for one operation, written in the transaction of the command.

    `actor_id`: Actor.identity, so that actors of the same name never share a key.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    actor_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    operation: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


def request_hash(request: dict[str, Any]) -> str:
    """SHA-256 (hex) of the request in canonical JSON."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()
