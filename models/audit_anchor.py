"""Anchors: where a brand's audit chain ended at an instant, signed, to be kept outside the database.

Anyone who can write to the database can compute a whole new chain. The chain must still agree with every anchor made
before, and only the holder of the secret key can make an anchor.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.audit import AuditHead
from models.brand import Brand

PURPOSE = b"orders.audit.anchor"


class AnchorError(ValueError):
    """A text that is no anchor, or is not signed with this key."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """`brand`: the brand's code. The other fields are those of AuditHead, at the instant `at`."""

    at: datetime
    brand: str
    brand_id: UUID
    sequence: int
    hash: str
    unchained: int
    unchained_hash: str

    def line(self, key: str) -> str:
        """One line of JSON: the fields, and `signature`, the HMAC-SHA256 (hex) of the line without it.

        The key of the HMAC is HMAC-SHA256(secret key, "orders.audit.anchor").
        """
        fields = {
            "at": self.at.astimezone(UTC).isoformat(),
            "brand": self.brand,
            "brand_id": str(self.brand_id),
            "sequence": self.sequence,
            "hash": self.hash,
            "unchained": self.unchained,
            "unchained_hash": self.unchained_hash,
        }
        return json.dumps(fields | {"signature": _signature(json.dumps(fields), key)})

    @classmethod
    def read(cls, line: str, key: str) -> "Anchor":
        """Raises AnchorError."""
        try:
            fields = json.loads(line)
            signature = fields.pop("signature")
            is_ours = hmac.compare_digest(_signature(json.dumps(fields), key), signature)
            anchor = cls(**fields | {"at": datetime.fromisoformat(fields["at"]), "brand_id": UUID(fields["brand_id"])})
        except (ValueError, TypeError, KeyError, AttributeError):
            raise AnchorError("is no anchor") from None
        if not is_ours:
            raise AnchorError("is not signed with this server's key")
        return anchor


def _signature(text: str, key: str) -> str:
    own_key = hmac.digest(key.encode(), PURPOSE, "sha256")
    return hmac.digest(own_key, text.encode(), "sha256").hex()


async def read_heads(session: AsyncSession, at: datetime) -> list[Anchor]:
    """Where the chains of the session's brands end, one statement. A brand without entries has the sequence 0."""
    heads = (
        select(
            Brand.code,
            Brand.id,
            func.coalesce(AuditHead.sequence, 0),
            func.coalesce(AuditHead.hash, ""),
            func.coalesce(AuditHead.unchained, 0),
            func.coalesce(AuditHead.unchained_hash, ""),
        )
        .select_from(Brand)
        .outerjoin(AuditHead, and_(AuditHead.brand_id == Brand.id))
        .order_by(Brand.id)
    )
    return [Anchor(at, *row) for row in await session.execute(heads)]
