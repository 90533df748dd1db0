"""Sums for the analytics, and the marks of those that are out of date.

A sum is used only while nothing marks its day. Triggers mark a day whenever something changes that a sum of that day
depends on, in the transaction of the change, whoever makes it (migration 0020). resolvers/summing.py brings the marked
days up to date.
"""

import uuid
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Enum, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.scope import BrandOwned, Internal


class Summary(StrEnum):
    """What the sums are by. REJECTED, REASON and SENT_BACK are of the orders that the others leave out."""

    TOTAL = "TOTAL"
    MONTH = "MONTH"
    BUYER = "BUYER"
    CATALOG = "CATALOG"
    PRODUCT = "PRODUCT"
    REJECTED = "REJECTED"
    REASON = "REASON"
    SENT_BACK = "SENT_BACK"


class Span(StrEnum):
    DAY = "DAY"
    MONTH = "MONTH"


class AnalyticsSum(BrandOwned, Internal, Base):
    """The figures of the orders placed on one day or in one month, in UTC.

    `starts_on`: its first day. `month`: of the order, rejection or sending back, in the brand's time zone; '' where
    the summary has none. `key`: the id of the buyer, of the catalog or of the rejection's reason ('' without one), the
    model number, or who rejected.
    """

    __tablename__ = "analytics_sums"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    summary: Mapped[Summary] = mapped_column(
        Enum(Summary, native_enum=False, length=16), primary_key=True, sort_order=-2
    )
    span: Mapped[Span] = mapped_column(Enum(Span, native_enum=False, length=8), primary_key=True, sort_order=-2)
    starts_on: Mapped[date] = mapped_column(primary_key=True, sort_order=-2)
    month: Mapped[str] = mapped_column(String(10), primary_key=True, sort_order=-1)
    key: Mapped[str] = mapped_column(String(220), primary_key=True, sort_order=-1)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True, sort_order=-1)
    label: Mapped[str] = mapped_column(String(300))
    orders: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    minor: Mapped[int] = mapped_column(BigInteger)


class AnalyticsMark(BrandOwned, Internal, Base):
    """The sums of a day (in UTC; None: of all days) are out of date.

    A mark is written once and never changed, so that commands of the same day do not wait for each other.
    """

    __tablename__ = "analytics_marks"
    __table_args__ = (Index(None, "brand_id", "day"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, sort_order=-1)
    day: Mapped[date | None]
