"""Who sees which rows: a Scope is fixed when a session is opened, and each table says whose its rows are.

models/database/visibility.py restricts every statement of the session to that scope.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column


@dataclass(frozen=True, slots=True)
class Scope:
    """`brand_id` None: all brands (an operator, the relay). With `buyer_id`: only what belongs to that buyer."""

    brand_id: UUID | None
    buyer_id: UUID | None = None


EVERYTHING = Scope(brand_id=None)


class OutOfScope(RuntimeError):
    """A fault of ours: a statement that cannot be narrowed, or a row of another brand, in a session of one brand."""


class BrandOwned:
    """A row of one brand. The brand comes first in its primary key, so foreign keys cannot cross brands either."""

    brand_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-3)


class OrderOwned(BrandOwned):
    """A row of one order of one brand; visible to the buyer whose order it is."""

    order_id: Mapped[UUID] = mapped_column(sort_order=-1)


class Internal:
    """A row that buyers never see: tags, audit, outbox."""
