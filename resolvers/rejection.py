"""Rejecting an order: the whole story.

The order's row is locked, the verdict is taken under the lock, and the status, the record of the rejection, the audit
entry, the promise of a mail and the remembered answer are written in one transaction. A refusal writes nothing. The
mail goes out later, by the relay (exports/relay/relay.py).
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox
from models.idempotency import request_hash
from models.locale import Locale, text_for
from models.messages.mail import MailKind
from models.messages.refusals import BODY_TOO_LONG, BODY_WITHOUT_NOTIFY, KEY_REUSED, ORDER_NOT_FOUND, STALE_ORDER
from models.policy import Blocker, OrderAction
from models.rejection import OrderRejection
from resolvers.core.actions import lock
from resolvers.core.context import Context
from resolvers.core.idempotency import KeyTakenMeanwhile, Memory
from resolvers.core.notices import MAX_BODY_LENGTH, notice_of, typed
from resolvers.inputs import check_text
from resolvers.reading.verdicts import Explained, read_verdicts

MAX_KEY_LENGTH = 200


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
    field: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectOrder:
    """The command. A blank body means the default text; a body needs notify."""

    order_id: UUID
    notify: bool
    body: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `order_id` is None when the viewer has no such order; no `refusals` means it is rejected."""

    order_id: UUID | None = None
    notification_id: UUID | None = None
    warnings: list[str] = field(default_factory=list)
    replayed: bool = False
    blockers: list[Explained] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


async def reject_order(context: Context, command: RejectOrder) -> Outcome:
    if refusals := _check(command, context.actor.locale):
        return Outcome(refusals=refusals)
    try:
        async with context.transaction() as session:
            outcome = await _reject(context, session, command)
    except KeyTakenMeanwhile:
        outcome = Outcome(command.order_id, refusals=[_key_reused(context.actor.locale)])
    context.refresh()
    if outcome.notification_id and not outcome.replayed:
        context.on_mail()
    return outcome


async def _reject(context: Context, session: AsyncSession, command: RejectOrder) -> Outcome:
    actor, now = context.actor, context.clock()
    order = await lock(session, command.order_id)
    if order is None:
        return Outcome(refusals=[not_found(actor.locale)])
    memory = Memory(session, order.brand_id, actor, "rejectOrder", command.idempotency_key)
    asked = request_hash(asdict(command))
    if remembered := await memory.recall():
        if remembered.request_hash != asked:
            return Outcome(order.id, refusals=[_key_reused(actor.locale)])
        return _replay(remembered.answer)

    verdict = (await read_verdicts(session, [order.id]))[order.id]
    blockers = verdict.blockers(OrderAction.REJECT, actor)
    stale = command.expected_version is not None and command.expected_version != order.version
    if blockers or stale:
        refusals = [_not_rejectable(blocker) for blocker in blockers]
        if stale:
            refusals.append(_stale(order.version, actor.locale))
        return Outcome(order.id, blockers=blockers, refusals=refusals)

    body = typed(command.body)
    notice, warnings = (
        await notice_of(session, order, MailKind.ORDER_REJECTED, now, body, actor.locale)
        if command.notify
        else (None, [])
    )
    message = outbox.message(notice, brand_id=order.brand_id, order_id=order.id, at=now) if notice else None
    done = Outcome(order.id, message.id if message else None, warnings)
    await memory.claim(asked, _remember(done), now)
    body = notice.body if notice else body
    event = order.reject(actor, now, notify=command.notify, notified=message is not None, body=body)
    await session.flush()  # the status first: the database refuses the record of a rejection that did not happen
    session.add(OrderRejection.of(event, actor))
    if message:
        session.add(message)
    await audit.record(session, [audit.entry(event, actor, context.request_id)])
    return done


def not_found(locale: Locale) -> Refusal:
    return Refusal(RejectionError.NOT_FOUND, text_for(ORDER_NOT_FOUND, locale), ("input", "orderId"))


def _check(command: RejectOrder, locale: Locale) -> list[Refusal]:
    body = typed(command.body)
    check_text(command.idempotency_key, MAX_KEY_LENGTH, "input", "idempotencyKey")
    refusals = []
    if body and not command.notify:
        text = text_for(BODY_WITHOUT_NOTIFY, locale)
        refusals.append(Refusal(RejectionError.BODY_WITHOUT_NOTIFY, text, ("input", "body")))
    if body and len(body) > MAX_BODY_LENGTH:
        text = text_for(BODY_TOO_LONG, locale, length=len(body), longest=MAX_BODY_LENGTH)
        refusals.append(Refusal(RejectionError.BODY_TOO_LONG, text, ("input", "body")))
    if not refusals:
        check_text(body, MAX_BODY_LENGTH, "input", "body")
    return refusals


def _key_reused(locale: Locale) -> Refusal:
    return Refusal(RejectionError.IDEMPOTENCY_KEY_REUSED, text_for(KEY_REUSED, locale), ("input", "idempotencyKey"))


def _stale(version: int, locale: Locale) -> Refusal:
    text = text_for(STALE_ORDER, locale, version=version)
    return Refusal(RejectionError.STALE_ORDER, text, ("input", "expectedVersion"))


def _not_rejectable(blocker: Explained) -> Refusal:
    is_permission = blocker.code is Blocker.NOT_PERMITTED
    code = RejectionError.NOT_PERMITTED if is_permission else RejectionError.NOT_REJECTABLE
    return Refusal(code, blocker.message, ("input", "orderId"))


def _remember(done: Outcome) -> dict[str, Any]:
    return {
        "order_id": str(done.order_id),
        "notification_id": str(done.notification_id) if done.notification_id else None,
        "warnings": done.warnings,
    }


def _replay(answer: dict[str, Any]) -> Outcome:
    notification = answer["notification_id"]
    return Outcome(
        UUID(answer["order_id"]), UUID(notification) if notification else None, answer["warnings"], replayed=True
    )
