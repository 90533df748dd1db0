"""Mails that have not left while what they say changes: they say what is true now, in the command's transaction.

One that waits is corrected. One that a relay has in hand, or that some recipients have or may have, is given up, and a
new one says what is true now.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import OrderChanged
from models.mail_wording import filled
from models.messages.history import EventKind
from models.order import Order
from models.outbox import MAX_UNCLEAR, NotificationStatus, OrderContents, OrderNotice, OutboxMessage
from resolvers.core.cancelled_mails import OF_CONFIRMATION, UNSENT
from resolvers.core.mail_contents import read_contents, shown_total
from resolvers.core.notices import wording_versions
from resolvers.core.work import Work


async def correct_mails_of_confirmation(work: Work) -> None:
    """Those that present the OC of the only order, whose lines or charges have changed."""
    order = work.order
    for mail in await _unsent(work, order, OutboxMessage.kind.in_(OF_CONFIRMATION)):
        notice = await with_confirmation(work.session, order, OrderNotice.stored(mail.notice))
        _correct(work, order, mail, notice, EventKind.OC_UPDATED)


async def correct_mails_of_document(
    work: Work,
    order: Order,
    which: ColumnElement[bool],
    corrected: Callable[[OrderNotice], OrderNotice],
    decision: EventKind,
    code: str,
) -> None:
    """Those about a document of the order, which has changed. `code`: of the document."""
    for mail in await _unsent(work, order, which):
        _correct(work, order, mail, corrected(OrderNotice.stored(mail.notice)), decision, code=code)


async def with_confirmation(session: AsyncSession, order: Order, notice: OrderNotice) -> OrderNotice:
    """The mail with the lines and sums of the OC as it is. A text of the brand's own wording names the new total."""
    before = notice.contents
    if before is None:  # queued by an earlier release: it has none
        return notice
    contents = (await read_contents(session, [order], notice.kind))[order.id]
    if shown_total(before, notice.locale) == shown_total(contents, notice.locale):
        return replace(notice, contents=contents)
    versions = await wording_versions(session, order.brand_id, notice.kind)
    texts = {}
    for name in ("subject", "heading", "body"):
        texts[name] = shown = getattr(notice, name)
        for locale, wording in versions:
            text = getattr(wording, name)
            if text and locale is notice.locale and filled(text, _variables(notice, before)) == shown:
                texts[name] = filled(text, _variables(notice, contents))
    return replace(notice, contents=contents, **texts)


def _variables(notice: OrderNotice, contents: OrderContents) -> dict[str, str]:
    return {
        "brand": notice.brand_name,
        "buyer": notice.buyer_name,
        "buyerOrderNumber": notice.buyer_order_number or "",
        "code": notice.order_code,
        "total": shown_total(contents, notice.locale),
    }


async def _unsent(work: Work, order: Order, which: ColumnElement[bool]) -> list[OutboxMessage]:
    mail = OutboxMessage
    unsent = select(mail).where(
        mail.brand_id == order.brand_id,
        mail.order_id == order.id,
        which,
        mail.status.in_(UNSENT),
        mail.cancelled_by.is_(None),
        mail.unclear < MAX_UNCLEAR,
    )
    return list(await work.session.scalars(unsent.order_by(mail.id).with_for_update()))


def _correct(
    work: Work, order: Order, mail: OutboxMessage, notice: OrderNotice, decision: EventKind, **details: str
) -> None:
    if notice.values == mail.notice:
        return
    if mail.leased_until is None and mail.left_over is None and not mail.unclear:
        mail.notice = notice.values
        return
    mail.cancelled_by = decision.value
    if mail.leased_until is None:
        if mail.unclear:
            mail.unclear = MAX_UNCLEAR
        else:  # some recipients have it
            mail.status, mail.sent_at = NotificationStatus.SENT, work.now
    said = {"mail": mail.kind, "decision": decision.value, "status": mail.status.value} | details
    kind = EventKind.NOTIFICATION_CANCELLED
    work.record(OrderChanged(brand_id=order.brand_id, order_id=order.id, at=work.now, kind=kind, details=said))
    work.promise(notice, order)
