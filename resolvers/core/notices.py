"""What the buyer is mailed about a decision: the typed message, and the notice that the mail is made of."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from unicodedata import category
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.database.prepared import Query
from models.locale import Locale, text_for
from models.mail_wording import MailWording, filled
from models.messages.mail import MailKind, mail_texts
from models.messages.refusals import (
    BODY_TOO_LONG,
    BODY_WITHOUT_NOTIFY,
    BRAND_HAS_NO_ADDRESS,
    BUYER_HAS_NO_ADDRESS_PREVIEW,
    BUYER_IS_OFFLINE_PREVIEW,
    NOT_PERMITTED,
    ORDER_NOT_FOUND,
)
from models.order import DataSet, Order
from models.outbox import Attached, OrderContents, OrderNotice
from models.permissions import permits
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.mail_contents import TOTAL_LATER, read_contents, shown_total
from resolvers.core.readers import Readers, Recipient, bounces, read_readers, unreachable
from resolvers.core.refusals import Notice, NoticeCode, Refusal, RefusalCode, refusal, wrong_text
from resolvers.inputs import InputError, check_text

MAX_BODY_LENGTH = 10_000  # characters
LINE_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
PREVIEW_TEXTS = {
    NoticeCode.BUYER_IS_OFFLINE: BUYER_IS_OFFLINE_PREVIEW,
    NoticeCode.BUYER_HAS_NO_ADDRESS: BUYER_HAS_NO_ADDRESS_PREVIEW,
    NoticeCode.BRAND_HAS_NO_ADDRESS: BRAND_HAS_NO_ADDRESS,
}


# Makes a mail about an order one about a document of this order.
About = Callable[[AsyncSession, Order, OrderNotice], Awaitable[OrderNotice]]


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
    """The message with one kind of line break; None when nothing of it can be seen."""
    is_seen = any(not each.isspace() and category(each) != "Cf" for each in body or "")
    return one_kind_of_line_break(body) if body and is_seen else None


def one_kind_of_line_break(text: str) -> str:
    return LINE_BREAK.sub("\n", text)


_WORDINGS = Query(
    lambda _: (
        select(MailWording.locale, MailWording.subject, MailWording.heading, MailWording.body)
        .where(MailWording.brand_id == bindparam("of_brand"), MailWording.kind == bindparam("of_kind"))
        .order_by(MailWording.version)
    ),
    whole_brand=True,  # a buyer, who never sees them, causes mails to the brand
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a brand says instead of the standard texts, with {variables}; None or empty: the standard text."""

    subject: str | None = None
    heading: str | None = None
    body: str | None = None


Wordings = Mapping[Locale, Wording]
STANDARD = Wording()


async def _wordings(session: AsyncSession, brand_id: UUID, kind: MailKind) -> Wordings:
    """The newest of each language."""
    return dict(await wording_versions(session, brand_id, kind))


async def wording_versions(session: AsyncSession, brand_id: UUID, kind: MailKind) -> list[tuple[Locale, Wording]]:
    """All, the oldest first."""
    rows = await _WORDINGS.rows(session, (), of_brand=brand_id, of_kind=kind.value)
    return [(locale, Wording(*texts)) for locale, *texts in rows]


async def notice_of(
    context: Context, session: AsyncSession, order: Order, kind: MailKind, at: datetime, body: str | None
) -> tuple[OrderNotice | None, list[Notice]]:
    """What the buyer is mailed, frozen; and why nobody can be mailed, in which case the notice is None, or which
    addresses a mail server has refused."""
    locale = context.actor.locale
    readers = (await read_readers(session, [order]))[order.buyer_id].of(kind)
    if reason := readers.unreachable(kind):
        return None, [Notice.of(reason, locale)]
    contents, wordings = await read_contents(session, [order], kind), await _wordings(session, order.brand_id, kind)
    notice = _notice(context, order, kind, at, body, readers, readers.recipients, contents[order.id], wordings)
    return notice, bounces(readers.recipients, locale)


async def notices_of(
    context: Context, session: AsyncSession, orders: Sequence[Order], kind: MailKind, at: datetime, body: str | None
) -> dict[UUID, OrderNotice | None]:
    """For many orders of one brand, in three statements. None where nobody can be mailed."""
    readers = await read_readers(session, orders)
    contents, wordings = await read_contents(session, orders, kind), await _wordings(session, orders[0].brand_id, kind)
    notices: dict[UUID, OrderNotice | None] = {}
    for order in orders:
        of_order = readers[order.buyer_id]
        notices[order.id] = None
        if not unreachable(of_order.is_offline, of_order.recipients):
            about = contents[order.id]
            to = of_order.recipients
            notices[order.id] = _notice(context, order, kind, at, body, of_order, to, about, wordings)
    return notices


def order_url(storefront_url: str | None, brand_code: str, order_code: str) -> str | None:
    """Where the buyer sees the order; None without a storefront. See ORDERS_STOREFRONT_URL."""
    if storefront_url is None:
        return None
    values = {"{brand}": brand_code, "{code}": order_code}
    return re.sub(r"\{(brand|code)\}", lambda found: quote(values[found[0]], safe=""), storefront_url)


def _notice(
    context: Context,
    order: Order,
    kind: MailKind,
    at: datetime,
    body: str | None,
    readers: Readers,
    recipients: list[Recipient],
    contents: OrderContents,
    wordings: Wordings,
) -> OrderNotice:
    texts = mail_texts(kind)
    to_brand = texts.to_brand
    wording = wordings.get(readers.locale, STANDARD)

    def said(text: str | None) -> str | None:
        if not text:
            return None
        variables = {
            "brand": readers.brand_name,
            "buyer": readers.buyer_name,
            "buyerOrderNumber": order.buyer_order_number,
            "code": order.code,
            # Of an invoice, whose total is known once it is issued.
            "total": TOTAL_LATER if kind is MailKind.INVOICE_ISSUED else shown_total(contents, readers.locale),
        }
        return filled(text, variables)

    if body and texts.typed:
        body = f"{text_for(texts.typed, readers.locale, buyer=readers.buyer_name)}\n{body}"

    return OrderNotice(
        kind=kind,
        order_code=order.code,
        placed_at=order.placed_at.isoformat(),
        at=at.isoformat(),
        brand_name=readers.brand_name,
        sender_name=readers.mail_sender_name or readers.brand_name,
        reply_to=None if to_brand else readers.mail_reply_to,
        buyer_name=readers.buyer_name,
        to=[each.email for each in recipients],
        locale=readers.locale,
        time_zone=readers.time_zone,
        body=body or said(wording.body) or _brands_text(readers, kind) or texts.text.in_(readers.locale),
        subject=said(wording.subject),
        heading=said(wording.heading),
        contents=contents,
        contact_email=readers.contact_email,
        phone=readers.phone,
        head=readers.head,
        url=None if to_brand else order_url(context.storefront_url, readers.brand_code, order.code),
        buyer_order_number=order.buyer_order_number or None,
        sender_address=readers.mail_sender_address,
        attached=_attached(order, kind) if readers.mails_have_pdf else None,
    )


def _attached(order: Order, kind: MailKind) -> Attached | None:
    """The PDF of the order as it is after the command. Mails about a document get that one instead."""
    match kind:
        case MailKind.OC_CREATED | MailKind.OC_CONFIRMED:
            document = "order-confirmation"
        case MailKind.ORDER_REJECTED | MailKind.SENT_BACK_TO_CART:
            document = "order-confirmation" if order.official is DataSet.CONFIRMATION else "purchase-order"
        case MailKind.DELIVERY_NOTE_CREATED:
            document = "delivery-note"
        case MailKind.INVOICE_ISSUED:
            document = "invoice"
        case MailKind.OC_MADE_EDITABLE | MailKind.OC_APPROVED | MailKind.OC_REFUSED:
            return None
        case _:
            assert_never(kind)
    return Attached(document=document, id=order.id.hex, code=order.code, buyer_id=order.buyer_id.hex)


def _brands_text(readers: Readers, kind: MailKind) -> str | None:
    """What the brand has set for a rejection without a typed message, in the buyer's language."""
    if kind is not MailKind.ORDER_REJECTED:
        return None
    return {Locale.EN: readers.rejection_text_en, Locale.JA: readers.rejection_text_ja}[readers.locale]


async def addresses_of(session: AsyncSession, order: Order, kind: MailKind) -> list[str]:
    """Where mails of this kind about the order go now; nowhere for an offline buyer."""
    readers = (await read_readers(session, [order]))[order.buyer_id].of(kind)
    return [] if readers.unreachable(kind) else [each.email for each in readers.recipients]


async def preview(
    context: Context,
    order_id: UUID,
    kind: MailKind,
    action: OrderAction,
    body: str | None,
    wording: tuple[Locale, Wording] | None = None,
    about: About | None = None,
) -> tuple[OrderNotice, list[Notice]]:
    """What the action would mail now, and the notices about it. If nobody can be mailed it goes to nobody.

    `wording`: to be tried, in its language. `about`: makes the mail one about a document. Raises InputError for a
    viewer who may not do it.
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
        readers = (await read_readers(session, [order]))[order.buyer_id].of(kind)
        reason = readers.unreachable(kind)
        contents, wordings = await read_contents(session, [order], kind), await _wordings(session, order.brand_id, kind)
        to = [] if reason else readers.recipients
        if wording:
            readers, wordings = replace(readers, locale=wording[0]), dict([wording])
        at = context.clock()
        notice = _notice(context, order, kind, at, body, readers, to, contents[order.id], wordings)
        if about:
            notice = await about(session, order, notice)
    if reason:
        return notice, [Notice(reason, text_for(PREVIEW_TEXTS[reason], locale))]
    return notice, bounces(readers.recipients, locale)
