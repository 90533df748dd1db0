"""Rejecting an order: the whole story.

The order's row is locked, the verdict is taken under the lock, and the status, the record of the rejection, the audit
entry, the promise of a mail and the remembered answer are written in one transaction. A refusal writes nothing. The
mail goes out later, by the relay (exports/outbox.py).
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox, policy
from models.idempotency import request_hash
from models.order import Order
from models.outbox import OutboxMessage, RejectionNotice
from models.party import Brand, Buyer, BuyerRecipient
from models.policy import OrderAction
from models.rejection import OrderRejection
from resolvers import idempotency
from resolvers.context import Context, InputError
from resolvers.verdicts import Explained, read_verdicts

LONGEST_BODY = 10_000


class RejectionError(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_REJECTABLE = "NOT_REJECTABLE"
    NOT_PERMITTED = "NOT_PERMITTED"
    BODY_WITHOUT_NOTIFY = "BODY_WITHOUT_NOTIFY"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    STALE_ORDER = "STALE_ORDER"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field`: the path of the argument at fault."""

    code: RejectionError
    message: str
    field: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectOrder:
    """The command. A blank body means the default text; body needs notify."""

    order_id: UUID
    notify: bool
    body: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """What came of it. `order_id` is None when the viewer has no such order; no `refusals` means it is rejected."""

    order_id: UUID | None = None
    notification_id: UUID | None = None
    warnings: list[str] = field(default_factory=list)
    replayed: bool = False
    blockers: list[Explained] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


async def reject_order(context: Context, command: RejectOrder) -> Rejected:
    if refusals := _check(command):
        return Rejected(refusals=refusals)
    async with context.transaction() as session:
        outcome = await _reject(context, session, command)
    context.refresh()
    if outcome.notification_id and not outcome.replayed:
        context.on_mail()
    return outcome


async def _reject(context: Context, session: AsyncSession, command: RejectOrder) -> Rejected:
    order = await session.scalar(select(Order).where(Order.id == command.order_id).with_for_update())
    if order is None:
        return Rejected(refusals=[NOT_FOUND])
    actor, now = context.actor, context.clock()
    memory = idempotency.Memory(session, order.brand_id, actor, "rejectOrder", command.idempotency_key)
    asked = request_hash(asdict(command))
    if remembered := await memory.recall():
        if remembered.request_hash != asked:
            return Rejected(order_id=order.id, refusals=[KEY_REUSED])
        return _replay(remembered.answer)

    verdict = (await read_verdicts(session, [order.id]))[order.id]
    blockers = verdict.blockers(OrderAction.REJECT, actor)
    stale = command.expected_version is not None and command.expected_version != order.version
    if blockers or stale:
        refusals = [_not_rejectable(blocker) for blocker in blockers] + [_stale(order.version)] * stale
        return Rejected(order_id=order.id, blockers=blockers, refusals=refusals)

    body = command.body if command.body and command.body.strip() else None
    notice, warnings = await _notice(session, order, now, body) if command.notify else (None, [])
    event = order.reject(actor, now, notify=command.notify, body=body)
    message = outbox.message(notice, brand_id=order.brand_id, order_id=order.id, at=now) if notice else None
    done = Rejected(order_id=order.id, notification_id=message.id if message else None, warnings=warnings)
    if not await memory.claim(asked, _remember(done), now):
        raise idempotency.KeyTakenMeanwhile
    session.add(OrderRejection.of(event, actor, notified=message is not None))
    session.add(audit.entry(event, actor, context.request_id))
    if message:
        session.add(message)
    return done


async def preview(context: Context, order_id: UUID, body: str | None) -> RejectionNotice:
    """The notice that rejecting now would send; raises InputError when there is no such order or nobody to tell."""
    if body is not None and len(body) > LONGEST_BODY:
        raise InputError(TOO_LONG, "body")
    async with context.read() as session:
        order = await session.scalar(select(Order).where(Order.id == order_id))
        if order is None or not policy.permits(context.actor.role, OrderAction.REJECT):
            raise InputError(NOT_FOUND.message, "orderId")
        notice, warnings = await _notice(session, order, context.clock(), body if body and body.strip() else None)
    if notice is None:
        raise InputError(warnings[0], "orderId")
    return notice
