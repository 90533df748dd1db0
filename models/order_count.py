"""How many orders there are by buyer and status: triggers count them in the transaction of each change."""

from uuid import UUID

from sqlalchemy import BigInteger, Enum
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.policy import OrderStatus
from models.scope import BrandOwned

WHOLE = 0  # the part that all others are added to


class OrderCount(BrandOwned, Base):
    """A part of a number of orders, which is the sum of its parts; one that left its status counts as -1.

    `part`: on PostgreSQL each transaction adds to a part of its own, the number of the transaction, so that no command
    waits for another; resolvers/summing.py adds them up. SQLite has one writer at a time, and only WHOLE.
    """

    __tablename__ = "order_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    buyer_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    status: Mapped[OrderStatus] = mapped_column(
        Enum(OrderStatus, native_enum=False, length=32), primary_key=True, sort_order=-2
    )
    is_archived: Mapped[bool] = mapped_column(primary_key=True, sort_order=-1)
    part: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1, autoincrement=False)
    orders: Mapped[int] = mapped_column(BigInteger)
