"""What the buyer is mailed about a decision: the typed message, and the notice that the mail is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Sku
from models.events import OrderChanged
from models.locale import Locale, text_for
from models.messages.history import EventKind
from models.messages.mail import MailKind, mail_texts
from models.messages.refusals import (
    BODY_TOO_LONG,
    BODY_WITHOUT_NOTIFY,
    BUYER_HAS_NO_ADDRESS_PREVIEW,
    BUYER_IS_OFFLINE_PREVIEW,
    NOT_PERMITTED,
    ORDER_NOT_FOUND,
)
from models.money import from_minor
from models.order import Order, OrderLine
from models.outbox import (
    MAX_UNCLEAR,
    ContentLine,
    NotificationStatus,
    OrderContents,
    OrderNotice,
    OutboxMessage,
)
from models.permissions import permits
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.refusals import Notice, NoticeCode, Refusal, RefusalCode, refusal, wrong_text
from resolvers.core.work import Work
from resolvers.inputs import InputError, check_text

MAX_BODY_LENGTH = 10_000  # characters
MAX_LINES_SHOWN = 10  # of an order, in a mail
PREVIEW_TEXTS = {
    NoticeCode.BUYER_IS_OFFLINE: BUYER_IS_OFFLINE_PREVIEW,
    NoticeCode.BUYER_HAS_NO_ADDRESS: BUYER_HAS_NO_ADDRESS_PREVIEW,
}


@dataclass(frozen=True, slots=True)
class Message:
    """What the buyer is mailed: nothing, the standard text, or the typed body."""

    notify: bool = False
    body: str | None = None

    @property
    def typed_body(self) -> str | None:
        """The body with one kind of line break; None when it is blank."""
        return typed(self.body)

    def check(self, context: Context) -> list[Refusal]:
        """Why the message cannot be sent: not wanted, too long, a character that cannot be kept."""
        text, found = self.typed_body, []
        if text and not self.notify:
            found.append(refusal(context, RefusalCode.BODY_WITHOUT_NOTIFY, BODY_WITHOUT_NOTIFY, "body"))
        if text and len(text) > MAX_BODY_LENGTH:
            length = {"length": len(text), "longest": MAX_BODY_LENGTH}
            found.append(refusal(context, RefusalCode.BODY_TOO_LONG, BODY_TOO_LONG, "body", **length))
        return found or wrong_text(context, text, MAX_BODY_LENGTH, "body", is_one_line=False)


def typed(body: str | None) -> str | None:
    """The message with one kind of line break; None when it is blank."""
    return body.replace("\r\n", "\n").replace("\r", "\n") if body and body.strip() else None


def unreachable(is_offline: bool, recipients: Sequence[BuyerRecipient]) -> NoticeCode | None:
    """Why nobody can be mailed; None when somebody can."""
    if is_offline:
        return NoticeCode.BUYER_IS_OFFLINE
    return None if recipients else NoticeCode.BUYER_HAS_NO_ADDRESS


def bounced(email: str, reason: str | None, locale: Locale) -> Notice:
    """The notice about an address that a mail server has refused."""
    return Notice.of(NoticeCode.ADDRESS_BOUNCED, locale, email=email, reason=reason or "")


async def notice_of(
    session: AsyncSession, order: Order, kind: MailKind, at: datetime, body: str | None, locale: Locale
) -> tuple[OrderNotice | None, list[Notice]]:
    """What the buyer is mailed, frozen; and why nobody can be mailed, in which case the notice is None, or which
    addresses a mail server has refused."""
    brand, buyer, recipients = (await _readers(session, [order]))[order.buyer_id]
    if reason := unreachable(buyer.is_offline, recipients):
        return None, [Notice.of(reason, locale)]
    contents = await _contents(session, [order]) if kind is MailKind.ORDER_REJECTED else {}
    notice = _notice(order, kind, at, body, brand, buyer, recipients, contents.get(order.id))
    return notice, _bounces(recipients, locale)


def _bounces(recipients: Sequence[BuyerRecipient], locale: Locale) -> list[Notice]:
    return [bounced(each.email, each.bounce_reason, locale) for each in recipients if each.bounced_at]


async def notices_of(
    session: AsyncSession, orders: Sequence[Order], kind: MailKind, at: datetime, body: str | None
) -> dict[UUID, OrderNotice | None]:
    """For many orders of one brand, in two statements. None where nobody can be mailed."""
    readers = await _readers(session, orders)
    contents = await _contents(session, orders) if kind is MailKind.ORDER_REJECTED else {}
    notices: dict[UUID, OrderNotice | None] = {}
    for order in orders:
        brand, buyer, recipients = readers[order.buyer_id]
        notices[order.id] = None
        if not unreachable(buyer.is_offline, recipients):
            about = contents.get(order.id)
            notices[order.id] = _notice(order, kind, at, body, brand, buyer, recipients, about)
    return notices


Readers = dict[UUID, tuple[Brand, Buyer, list[BuyerRecipient]]]


async def _readers(session: AsyncSession, orders: Sequence[Order]) -> Readers:
    """Buyer's id → brand, buyer and its recipients."""
    statement = (
        select(Brand, Buyer, BuyerRecipient)
        .join(Buyer, Buyer.brand_id == Brand.id)
        .outerjoin(BuyerRecipient, and_(BuyerRecipient.brand_id == Brand.id, BuyerRecipient.buyer_id == Buyer.id))
        .where(Brand.id == orders[0].brand_id, Buyer.id.in_({order.buyer_id for order in orders}))
        .order_by(BuyerRecipient.email)
    )
    found: Readers = {}
    for brand, buyer, recipient in await session.execute(statement):
        recipients = found.setdefault(buyer.id, (brand, buyer, []))[2]
        if recipient:
            recipients.append(recipient)
    return found


async def _contents(session: AsyncSession, orders: Sequence[Order]) -> dict[UUID, OrderContents]:
    """Order's id → what it is about, from its official lines."""
    of_order = OrderLine.order_id
    numbered = (
        select(
            of_order,
            Sku.name,
            Sku.number,
            OrderLine.quantity,
            OrderLine.amount_minor,
            func.row_number().over(partition_by=of_order, order_by=OrderLine.position).label("place"),
            func.count().over(partition_by=of_order).label("count"),
        )
        .join(Order, and_(Order.brand_id == OrderLine.brand_id, Order.id == of_order))
        .join(Sku, and_(Sku.brand_id == OrderLine.brand_id, Sku.id == OrderLine.sku_id))
        .where(
            OrderLine.brand_id == orders[0].brand_id,
            of_order.in_([order.id for order in orders]),
            OrderLine.data_set == Order.official,
        )
        .subquery()
    )
    first = select(numbered).where(numbered.c.place <= MAX_LINES_SHOWN).order_by(numbered.c.order_id, numbered.c.place)
    found: dict[UUID, OrderContents] = {
        order.id: OrderContents(
            lines=[], more=0, total=str(from_minor(order.total_minor, order.currency)), currency=order.currency
        )
        for order in orders
    }
    for order_id, name, number, quantity, amount_minor, _, count in await session.execute(first):
        contents = found[order_id]
        amount = str(from_minor(amount_minor, contents["currency"]))
        contents["lines"].append(ContentLine(name=name, number=number, quantity=quantity, amount=amount))
        contents["more"] = max(count - MAX_LINES_SHOWN, 0)
    return found


def _notice(
    order: Order,
    kind: MailKind,
    at: datetime,
    body: str | None,
    brand: Brand,
    buyer: Buyer,
    recipients: list[BuyerRecipient],
    contents: OrderContents | None,
) -> OrderNotice:
    return OrderNotice(
        kind=kind,
        order_code=order.code,
        placed_at=order.placed_at.isoformat(),
        at=at.isoformat(),
        brand_name=brand.name,
        sender_name=brand.mail_sender_name or brand.name,
        reply_to=brand.mail_reply_to,
        buyer_name=buyer.name,
        to=[each.email for each in recipients],
        locale=buyer.locale,
        time_zone=brand.time_zone,
        body=body or _brands_text(brand, buyer, kind) or mail_texts(kind).text.in_(buyer.locale),
        contents=contents,
        contact_email=brand.contact_email,
        phone=brand.phone,
    )


def _brands_text(brand: Brand, buyer: Buyer, kind: MailKind) -> str | None:
    """What the brand has set for a rejection without a typed message, in the buyer's language."""
    if kind is not MailKind.ORDER_REJECTED:
        return None
    return {Locale.EN: brand.rejection_text_en, Locale.JA: brand.rejection_text_ja}[buyer.locale]


async def cancel_mails(work: Work, decision: MailKind) -> None:
    """Gives up the mails of the locked orders that have not left yet: a final decision made them pointless.

    A relay may have one in hand: that one is cancelled if the relay does not send it. Of a mail that some recipients
    have, or may have, only the further tries are given up.
    """
    mail, now = OutboxMessage, work.now
    unsent = (NotificationStatus.PENDING, NotificationStatus.MAY_HAVE_BEEN_DELIVERED)
    is_free = mail.leased_until.is_(None)
    is_waiting = and_(mail.status == NotificationStatus.PENDING, is_free)
    end_of_waiting = case(
        (mail.left_over.is_(None), NotificationStatus.CANCELLED.value), else_=NotificationStatus.SENT.value
    )
    statement = (
        update(mail)
        .where(
            mail.brand_id == work.brand_id,
            mail.order_id.in_([order.id for order in work.orders]),
            mail.status.in_(unsent),
            mail.cancelled_by.is_(None),
            mail.unclear < MAX_UNCLEAR,
        )
        .values(
            cancelled_by=decision.value,
            status=case((is_waiting, end_of_waiting), else_=mail.status),
            sent_at=case((and_(is_waiting, mail.left_over.is_not(None)), now), else_=mail.sent_at),
            unclear=case((and_(is_free, mail.unclear > 0), MAX_UNCLEAR), else_=mail.unclear),
        )
        .returning(mail.order_id, mail.kind, mail.status)
        .execution_options(synchronize_session=False)
    )
    cancelled = sorted((await work.session.execute(statement)).all(), key=str)
    for order_id, kind, status in cancelled:
        details = {"mail": kind, "decision": decision.value, "status": status.value}
        event = OrderChanged(
            brand_id=work.brand_id, order_id=order_id, at=now, kind=EventKind.NOTIFICATION_CANCELLED, details=details
        )
        work.record(event)


async def addresses_of(session: AsyncSession, order: Order) -> list[str]:
    """Where mails to the order's buyer go now; nowhere for an offline buyer."""
    _, buyer, recipients = (await _readers(session, [order]))[order.buyer_id]
    return [] if unreachable(buyer.is_offline, recipients) else [each.email for each in recipients]


async def preview(
    context: Context, order_id: UUID, kind: MailKind, action: OrderAction, body: str | None
) -> tuple[OrderNotice, list[Notice]]:
    """What the action would mail now, and the notices about it. If nobody can be mailed it goes to nobody.

    Raises InputError for a viewer who may not do it.
    """
    locale = context.actor.locale
    body = typed(body)
    check_text(body, MAX_BODY_LENGTH, "body")
    async with context.read() as session:
        order = await session.scalar(select(Order).where(Order.id == order_id))
        if order is None:
            raise InputError(text_for(ORDER_NOT_FOUND, locale), "orderId", code="NOT_FOUND")
        if not permits(context.actor.role, action):
            raise InputError(text_for(NOT_PERMITTED, locale), "orderId", code="NOT_PERMITTED")
        brand, buyer, recipients = (await _readers(session, [order]))[order.buyer_id]
        reason = unreachable(buyer.is_offline, recipients)
        contents = await _contents(session, [order]) if kind is MailKind.ORDER_REJECTED else {}
    to = [] if reason else recipients
    notice = _notice(order, kind, context.clock(), body, brand, buyer, to, contents.get(order.id))
    if reason:
        return notice, [Notice(reason, text_for(PREVIEW_TEXTS[reason], locale))]
    return notice, _bounces(recipients, locale)
