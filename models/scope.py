"""Which rows a viewer sees: a session has a fixed Scope, and each table declares who owns its rows.

models/database/visibility.py restricts every statement of the session to that scope.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column


@dataclass(frozen=True, slots=True)
class Scope:
    """`brand_id` None: all brands (an operator, the relay). `buyer_id`: only the rows of that buyer."""

    brand_id: UUID | None
    buyer_id: UUID | None = None


EVERYTHING = Scope(brand_id=None)


class OutOfScope(RuntimeError):
    """A bug: in a session of one brand, a statement that cannot be restricted or a row of another brand."""


class BrandOwned:
    """A row of one brand. The brand comes first in its primary key, so foreign keys cannot cross brands either."""

    brand_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-3)


class OrderOwned(BrandOwned):
    """A row of one order of one brand; visible to the buyer of that order."""

    order_id: Mapped[UUID] = mapped_column(sort_order=-1)


class Internal:
    """A row that buyers never see: tags, audit, outbox."""
