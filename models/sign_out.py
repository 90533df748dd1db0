"""Sign-outs: the tokens of a user that were issued up to an instant are refused, although they have not expired."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.scope import BrandOwned, Internal


class SignOut(Internal, BrandOwned, Base):
    """The last sign-out of one user of a brand. `identity`: see Actor.identity.

    Never deleted: how long a provider's tokens last is not known here.
    """

    __tablename__ = "sign_outs"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    identity: Mapped[str] = mapped_column(String(200), primary_key=True)
    # Tokens issued at this instant or before it are refused.
    at: Mapped[datetime]
