"""The outbox: mails queued in the transaction of the decision, sent later by the relay (exports/relay/relay.py).

PENDING → leased and tried → SENT; or PENDING again after a back-off; or FAILED if a retry cannot help; or
MAY_HAVE_BEEN_DELIVERED if the mail server got the whole mail and did not answer: then few further tries follow, hours
apart. CANCELLED: the order was rejected or sent back before the mail had left. The content of the mail is stored here:
the buyer reads what was true when the brand decided.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, NotRequired, Self, TypedDict
from uuid import UUID

from sqlalchemy import Enum, ForeignKeyConstraint, Index, String, Text, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import AddedOnce, Base, Json, new_id
from models.locale import Locale
from models.messages.mail import MailKind
from models.scope import Internal, OrderOwned


class NotificationStatus(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    MAY_HAVE_BEEN_DELIVERED = "MAY_HAVE_BEEN_DELIVERED"
    CANCELLED = "CANCELLED"


MAX_LINES_SHOWN = 10


class ContentLine(TypedDict):
    """`price`: of one unit; not there in mails that an earlier release queued. `amount`: "" if it is left out.

    `ordered`, `ordered_price`: of a line of an OC that differs from the order: 0 of an added line. `quantity` 0: the
    line was dropped.
    """

    name: str
    number: str
    quantity: int
    amount: str
    price: NotRequired[str]
    ordered: NotRequired[int]
    ordered_price: NotRequired[str]


class OrderContents(TypedDict):
    """What the order was about: its first lines, how many more there are, and its total. Amounts are decimal text.

    `shipping`, `tax`: what the total has of them; not there if nothing. `total`: "" if it is left out. `later`: see
    OrderNotice. `document_id`: of the delivery note or invoice that the mail is about, in hexadecimal.

    Of an OC that differs from the order: `ordered_total` with taxes and shipping; `as_ordered`: how many lines are as
    ordered, and part of `more`; then `lines` has changed lines only.
    """

    lines: list[ContentLine]
    more: int
    total: str
    currency: str
    shipping: NotRequired[str]
    tax: NotRequired[str]
    later: NotRequired[dict[str, Any]]
    document_id: NotRequired[str]
    ordered_total: NotRequired[str]
    as_ordered: NotRequired[int]


class Attached(TypedDict):
    """The PDF to attach. `document`: its name in links, e.g. "invoice". `id`, `code`: of what it shows."""

    document: str
    id: str
    code: str
    buyer_id: str


class MailHead(TypedDict):
    """What the mail says of the brand: its legal name, address and registration; each may be empty.

    `accent`: a colour, # and six hexadecimal digits. `footer`: in the buyer's language.
    """

    name: str
    address: str
    accent: str
    registration_kind: str
    registration_number: str
    footer: str


@dataclass(frozen=True, slots=True)
class OrderNotice:
    """The content of a mail about an order. Instants are RFC 3339 text.

    `kind`: the EventKind of what was done, e.g. ORDER_REJECTED. `at`: when it was done. `body` None, in mails that an
    earlier release queued, means the standard text. `contents`: None in some of an earlier release.
    `contact_email`, `phone`: the brand's, for questions. `url`: where the buyer sees the order in the storefront.
    `reason`: why the order was rejected, if the buyer is to see it. `buyer_order_number`: the buyer's own. `facts`:
    label and value of what else the mail says of it, in the reader's language. `subject`, `heading`: the brand's own.
    `sender_address`: the brand's; None: the platform's. `attached`: drawn when the mail is sent.

    The fields of LATER are stored inside `contents`, whose unknown parts a relay of an earlier release ignores.
    """

    kind: MailKind
    order_code: str
    placed_at: str
    at: str
    brand_name: str
    sender_name: str
    reply_to: str | None
    buyer_name: str
    to: list[str]
    locale: Locale
    time_zone: str
    body: str | None
    contents: OrderContents | None = None
    contact_email: str | None = None
    phone: str | None = None
    head: MailHead | None = None
    url: str | None = None
    reason: str | None = None
    buyer_order_number: str | None = None
    facts: list[list[str]] | None = None
    subject: str | None = None
    heading: str | None = None
    sender_address: str | None = None
    attached: Attached | None = None

    @classmethod
    def stored(cls, values: dict[str, Any]) -> Self:
        """What OutboxMessage.notice has. Raises TypeError, ValueError and KeyError if it is damaged."""
        contents = values.get("contents") or {}
        if "later" in contents:
            values = values | contents["later"] | {"contents": _without(contents, "later")}
        return cls(**values | {"kind": MailKind(values["kind"]), "locale": Locale(values["locale"])})

    @property
    def values(self) -> dict[str, Any]:
        """What OutboxMessage.notice has."""
        # A relay of an earlier release does not know CONTACTS: they are only there if the brand has set them.
        values = {name: value for name in _FIELDS if (value := getattr(self, name)) or name not in OPTIONAL}
        if self.contents is None:
            return values
        later = {name: values.pop(name) for name in LATER if name in values}
        return values | {"contents": {**self.contents, "later": later}} if later else values


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


_FIELDS = tuple(each.name for each in fields(OrderNotice))
CONTACTS = ("contact_email", "phone")
LATER = ("head", "url", "reason", "buyer_order_number", "facts", "subject", "heading", "sender_address", "attached")
OPTIONAL = (*CONTACTS, *LATER)
MAX_UNCLEAR = 3  # tries since the first one without an answer, that one included; READY has the same number

# As text: a partial index is used only for a query that has its condition literally. Not "status =": SQLite would then
# prefer the index that begins with the status, and read all waiting mails.
READY = text("status NOT IN ('SENT', 'FAILED', 'CANCELLED') AND unclear < 3 AND leased_until IS NULL")
IN_HAND = text("leased_until IS NOT NULL")


class OutboxMessage(AddedOnce, Internal, OrderOwned, Base):
    """`due_at`: the earliest time of the next try. `leased_until`: a relay works on the mail until then.

    `lost`: consecutive expired leases, i.e. the relay died while sending. `left_over`: set once some recipients have
    the mail: {"to": recipients still to be tried, "note": the errors of the recipients refused permanently}.
    `unclear`: tries since the first one after which the mail may have been delivered, that one included; MAX_UNCLEAR:
    no further try. `cancelled_by`: the kind of the decision that made the mail pointless, e.g. ORDER_REJECTED. A mail
    in the hands of a relay then becomes CANCELLED only if that relay does not send it.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id", "order_id"], ["orders.brand_id", "orders.id"]),
        Index(None, "brand_id", "order_id"),
        # For metrics over all brands: how many mails wait and since when, how many have failed.
        Index(None, "status", "due_at"),
        # The relay takes mails from each brand in turn, oldest first; and looks for expired leases.
        Index(None, "brand_id", "due_at", postgresql_where=READY, sqlite_where=READY),
        Index(None, "leased_until", postgresql_where=IN_HAND, sqlite_where=IN_HAND),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    kind: Mapped[str] = mapped_column(String(64))
    recipients: Mapped[list[str]]
    notice: Mapped[dict[str, Any]]
    status: Mapped[NotificationStatus] = mapped_column(
        Enum(NotificationStatus, native_enum=False, length=32, create_constraint=True, name="status"),
        default=NotificationStatus.PENDING,
    )
    attempts: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    left_over: Mapped[dict[str, Any] | None] = mapped_column(Json)
    unclear: Mapped[int] = mapped_column(default=0, server_default="0")
    cancelled_by: Mapped[str | None] = mapped_column(String(64))
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


# See OrderContents. NULL in mails about no document, and in those that an earlier release queued.
DOCUMENT_ID = OutboxMessage.notice["contents"]["document_id"].as_string()


def message(notice: OrderNotice, *, brand_id: UUID, order_id: UUID, at: datetime) -> OutboxMessage:
    return OutboxMessage.made(
        id=new_id(),
        brand_id=brand_id,
        order_id=order_id,
        kind=notice.kind,
        recipients=notice.to,
        notice=notice.values,
        due_at=at,
        created_at=at,
    )


async def oldest_due(session: AsyncSession, now: datetime) -> datetime | None:
    """When the mail that has waited longest became due; None if no due mail is waiting."""
    waiting = select(OutboxMessage.due_at).where(
        OutboxMessage.status == NotificationStatus.PENDING, OutboxMessage.due_at <= now
    )
    due_at: datetime | None = await session.scalar(waiting.order_by(OutboxMessage.due_at).limit(1))
    return due_at


async def unsent(session: AsyncSession) -> dict[NotificationStatus, int]:
    """The numbers of PENDING and FAILED mails. SENT ones are not counted: their number only grows."""
    statuses = (NotificationStatus.PENDING, NotificationStatus.FAILED)
    counts = select(OutboxMessage.status, func.count()).where(OutboxMessage.status.in_(statuses))
    count_of = {row[0]: row[1] for row in await session.execute(counts.group_by(OutboxMessage.status))}
    return {status: count_of.get(status, 0) for status in statuses}
