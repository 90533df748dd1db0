"""API keys of partner apps. A key is shown once, when it is created; the table stores only its SHA-256."""

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned, Internal

# A fixed prefix, so that secret scanners can find a leaked key in repositories and logs.
PREFIX = "omk_"
SECRET = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")


class ApiKey(Internal, BrandOwned, Base):
    """`previous_hash`: the hash of the key before the last rotation, which is valid until `previous_until`.

    The indexes on the hashes do not begin with the brand: authentication looks up the brand by the hash.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        Index("ix_api_keys_secret_hash", "secret_hash", unique=True),
        Index("ix_api_keys_previous_hash", "previous_hash", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    name: Mapped[str] = mapped_column(String(100))
    secret_hash: Mapped[str] = mapped_column(String(64))
    last_four: Mapped[str] = mapped_column(String(4))
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    previous_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def new_secret() -> str:
    """256 random bits: they cannot be guessed, so a fast hash is enough to store them."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
