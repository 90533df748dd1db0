"""Keys of partner apps. The key itself is shown once, when it is made; here is only its SHA-256."""

import hashlib
import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.scope import BrandOwned, Internal

# Recognisable, so that scanners of repositories and logs can find one that has leaked.
PREFIX = "omk_"
SECRET = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")


class ApiKey(Internal, BrandOwned, Base):
    """`previous_hash`: of the key before the last rotation, good until `previous_until`.

    The two indexes of the hashes begin with no brand: whose a key is, is what they answer.
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
    """256 random bits: too many to guess, so a fast hash of it is enough."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
