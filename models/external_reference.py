"""What other systems call an order: each app its own reference, and the brand one. Buyers never see them."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.actor import MAX_ID_LENGTH, Actor, ActorKind
from models.base import Base
from models.scope import Internal, OrderOwned

MAX_REFERENCE_LENGTH = 100


def app_of(actor: Actor) -> str:
    """The app whose references the actor has: an API key's id, which a rotation keeps; empty for people."""
    return actor.id if actor.kind is ActorKind.APP else ""


class ExternalReference(Internal, OrderOwned, Base):
    """The reference of one order in one app. `app_id`: see `app_of`. `app_name`: when the reference was set."""

    __tablename__ = "order_external_references"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        UniqueConstraint("brand_id", "reference", "app_id"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    app_id: Mapped[str] = mapped_column(String(MAX_ID_LENGTH), primary_key=True, sort_order=-1)
    app_name: Mapped[str | None] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(MAX_REFERENCE_LENGTH))
