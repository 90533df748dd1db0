"""Mails that a later command made pointless: those that have not left are cancelled in the command's transaction.

A relay may have one in hand: that one is cancelled if the relay does not send it. Of a mail that some recipients have,
or may have, only the further tries are given up.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.database.prepared import Preparing, Query
from models.events import OrderChanged
from models.messages.history import EventKind
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import DOCUMENT_ID, MAX_UNCLEAR, READY, NotificationStatus, OutboxMessage
from resolvers.core.work import Work

UNSENT = (NotificationStatus.PENDING, NotificationStatus.MAY_HAVE_BEEN_DELIVERED)
TO_BRAND = [kind.value for kind in MailKind if mail_texts(kind).to_brand]
# Mails that say what an order confirmation is, until the brand makes it editable.
OF_CONFIRMATION = (MailKind.OC_CREATED.value, MailKind.OC_CONFIRMED.value)


def _query(*conditions: ColumnElement[bool]) -> Query:
    return Query(lambda preparing: _cancel(preparing).where(*conditions))


def _unsent(preparing: Preparing) -> tuple[ColumnElement[bool], ...]:
    mail = OutboxMessage
    is_of_orders = preparing.among_ids(mail.order_id)
    return mail.brand_id == bindparam("of_brand"), is_of_orders, mail.status.in_(UNSENT)


def _cancel(preparing: Preparing) -> Update:
    mail, now = OutboxMessage, bindparam("now", type_=OutboxMessage.sent_at.type)
    is_free = mail.leased_until.is_(None)
    is_waiting = and_(mail.status == NotificationStatus.PENDING, is_free)
    end_of_waiting = case(
        (mail.left_over.is_(None), NotificationStatus.CANCELLED.value), else_=NotificationStatus.SENT.value
    )
    return (
        update(mail)
        .where(
            *_unsent(preparing),
            mail.cancelled_by.is_(None),
            mail.unclear < MAX_UNCLEAR,
        )
        .values(
            cancelled_by=bindparam("decision"),
            status=case((is_waiting, end_of_waiting), else_=mail.status),
            sent_at=case((and_(is_waiting, mail.left_over.is_not(None)), now), else_=mail.sent_at),
            unclear=case((and_(is_free, mail.unclear > 0), MAX_UNCLEAR), else_=mail.unclear),
        )
        .returning(mail.order_id, mail.kind, mail.status)
    )


_LOCK = Query(
    lambda preparing: select(OutboxMessage.id).where(*_unsent(preparing)).order_by(OutboxMessage.id).with_for_update()
)
_ALL = _query()
_OF_CONFIRMATION = _query(OutboxMessage.kind.in_(OF_CONFIRMATION))
_OF_DOCUMENT = _query(bindparam("document") == DOCUMENT_ID)


async def cancel_mails(work: Work, decision: MailKind) -> None:
    """All mails of the locked orders: a final decision made them pointless."""
    await _run(work, _ALL, EventKind(decision))


async def cancel_mails_of_confirmation(work: Work) -> None:
    """Those that present the OC, which the brand has made editable."""
    await _run(work, _OF_CONFIRMATION, EventKind.OC_MADE_EDITABLE)


async def cancel_mails_of_document(work: Work, id: UUID, decision: EventKind, code: str) -> None:
    """Those about a delivery note or an invoice of the locked orders, which is deleted or void."""
    await _run(work, _OF_DOCUMENT, decision, {"code": code}, document=id.hex)


async def _run(
    work: Work, query: Query, decision: EventKind, details: dict[str, str] | None = None, **values: Any
) -> None:
    ids, now = [order.id for order in work.orders], work.now
    if len(ids) > 1 and work.session.get_bind().dialect.name != "sqlite":
        # By their ids, as a relay writes its results: otherwise the two could wait for each other.
        await _LOCK.rows(work.session, ids, of_brand=work.brand_id)
    cancelled = await query.rows(work.session, ids, of_brand=work.brand_id, decision=decision.value, now=now, **values)
    for order_id, kind, status in sorted(cancelled, key=str):
        said = {"mail": kind, "decision": decision.value, "status": status.value} | (details or {})
        event = OrderChanged(
            brand_id=work.brand_id, order_id=order_id, at=now, kind=EventKind.NOTIFICATION_CANCELLED, details=said
        )
        work.record(event)


async def revoke_addresses(session: AsyncSession, brand_id: UUID, buyer_id: UUID, kept: Iterable[str]) -> None:
    """Takes the addresses that a buyer no longer has off the mails that wait. A mail without any is cancelled.

    A mail that some recipients have already, or may have, is left.
    """
    mail, known = OutboxMessage, {each.casefold() for each in kept}
    of_buyer = select(Order.id).where(Order.brand_id == brand_id, Order.buyer_id == buyer_id)
    waiting = select(mail).where(
        mail.brand_id == brand_id,
        mail.order_id.in_(of_buyer),
        READY,
        mail.unclear == 0,
        mail.left_over.is_(None),
        mail.kind.not_in(TO_BRAND),
    )
    for found in await session.scalars(waiting.order_by(mail.id).with_for_update()):
        left = [each for each in found.recipients if each.casefold() in known]
        if left and left != found.recipients:
            found.recipients, found.notice = left, found.notice | {"to": left}
        elif not left:
            found.status, found.cancelled_by = NotificationStatus.CANCELLED, EventKind.BUYER_UPDATED.value
