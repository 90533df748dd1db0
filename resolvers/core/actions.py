"""What every action on one order shares: the lock, policy's verdict under it, one transaction, the audit, the mail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox
from models.events import Event, OrderChanged
from models.locale import Locale, text_for
from models.messages.mail import MailKind
from models.messages.refusals import BODY_TOO_LONG, BODY_WITHOUT_NOTIFY, ORDER_NOT_FOUND, STALE_ORDER
from models.order import Order
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.notices import MAX_BODY_LENGTH, notice_of, typed
from resolvers.core.refusals import ActionError, Refusal, Refused, refusal_of
from resolvers.inputs import check_text
from resolvers.reading.verdicts import Explained, read_verdicts

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be mailed to the buyer: nothing, the standard text, or the typed body."""

    notify: bool = False
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. `order_id` is None when the viewer has no such order; no `refusals` means it is done."""

    order_id: UUID | None = None
    blockers: list[Explained] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


# Does the work on the locked order and tells what was done, in order.
Change = Callable[[AsyncSession, Order], Awaitable[list[Event]]]


async def act(
    context: Context,
    order_id: UUID,
    action: OrderAction,
    change: Change,
    message: Message | None = None,
    *,
    version: int | None = None,
) -> Outcome:
    """One action in one transaction. The mail, if one is wanted, is of the kind of the first event.

    `version`: what the caller has read; another one is refused.
    """
    message = message or Message()
    if refusals := _check(message, context.actor.locale):
        return Outcome(refusals=refusals)
    for attempt in range(ATTEMPTS):
        try:
            async with context.transaction() as session:
                outcome = await _act(context, session, order_id, action, change, message, version)
            break
        except Refused as refused:
            context.refresh()
            return Outcome(order_id, refusals=refused.refusals)
        except IntegrityError:
            # Somebody else was quicker: now the rules see what they did.
            if attempt == ATTEMPTS - 1:
                raise
    context.refresh()
    if message.notify and not outcome.refusals:
        context.on_mail()
    return outcome


async def _act(
    context: Context,
    session: AsyncSession,
    order_id: UUID,
    action: OrderAction,
    change: Change,
    message: Message,
    version: int | None,
) -> Outcome:
    order, outcome = await begin(context, session, order_id, action, version)
    if order is None or outcome.refusals:
        return outcome
    events = await change(session, order)
    await session.flush()
    if message.notify and events:
        outcome = replace(outcome, warnings=await _mail(context, session, order, events[0], message))
    await audit.record(session, (audit.entry(event, context.actor, context.request_id) for event in events))
    return outcome


async def _mail(context: Context, session: AsyncSession, order: Order, event: Event, message: Message) -> list[str]:
    """Promises the mail; answers why nobody can be told, when that is so."""
    kind = MailKind(event.kind if isinstance(event, OrderChanged) else "")
    notice, warnings = await notice_of(session, order, kind, event.at, typed(message.body), context.actor.locale)
    if notice:
        session.add(outbox.message(notice, brand_id=order.brand_id, order_id=order.id, at=event.at))
    return warnings


async def lock(session: AsyncSession, order_id: UUID) -> Order | None:
    """The order, if the viewer has it. Every writer that could make a verdict stale takes this lock first."""
    return await session.scalar(select(Order).where(Order.id == order_id).with_for_update())


async def begin(
    context: Context, session: AsyncSession, order_id: UUID, action: OrderAction, version: int | None = None
) -> tuple[Order | None, Outcome]:
    """The locked order; with the outcome to return as it is when it has refusals."""
    order = await lock(session, order_id)
    if order is None:
        return None, not_found(context)
    verdict = (await read_verdicts(session, [order.id]))[order.id]
    blockers = verdict.blockers(action, context.actor)
    refusals = [refusal_of(blocker, "orderId") for blocker in blockers]
    if version is not None and version != order.version:
        text = text_for(STALE_ORDER, context.actor.locale, version=order.version)
        refusals.append(Refusal(ActionError.STALE_ORDER, text, ("input", "expectedVersion")))
    return order, Outcome(order.id, blockers, refusals)


def not_found(context: Context) -> Outcome:
    text = text_for(ORDER_NOT_FOUND, context.actor.locale)
    return Outcome(refusals=[Refusal(ActionError.NOT_FOUND, text, ("input", "orderId"))])


def _check(message: Message, locale: Locale) -> list[Refusal]:
    body = typed(message.body)
    refusals = []
    if body and not message.notify:
        refusals.append(Refusal(ActionError.INVALID_INPUT, text_for(BODY_WITHOUT_NOTIFY, locale), ("input", "body")))
    if body and len(body) > MAX_BODY_LENGTH:
        text = text_for(BODY_TOO_LONG, locale, length=len(body), longest=MAX_BODY_LENGTH)
        refusals.append(Refusal(ActionError.INVALID_INPUT, text, ("input", "body")))
    if not refusals:
        check_text(body, MAX_BODY_LENGTH, "input", "body")
    return refusals
