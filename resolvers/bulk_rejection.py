"""Rejecting many orders with one toggle and one message.

The ids are fixed when the run begins. Then some hundred orders at a time are locked, judged by the rules table and
written set-wise, each batch in one transaction, so that no lock is held for long. Ineligible ones are skipped and
reported; they do not fail the others. A retry with the same key goes on where a crash stopped, and mails nobody twice.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox, policy, words
from models.bulk import BulkRun
from models.events import OrderRejected
from models.idempotency import request_hash
from models.order import Order
from models.policy import OrderAction
from models.rejection import OrderRejection
from models.words import say
from resolvers.context import Context
from resolvers.inputs import InputError, check_text
from resolvers.notices import LONGEST_BODY, notices_of, typed
from resolvers.orders import OrderFilter, matching
from resolvers.rejection import KIND, LONGEST_KEY
from resolvers.verdicts import Explained, read_verdicts

MOST_ORDERS = 10_000
BATCH = 250
OPERATION = "rejectOrders"


class BulkRejectionError(StrEnum):
    NOT_PERMITTED = "NOT_PERMITTED"
    ONE_OF_ORDER_IDS_AND_FILTER = "ONE_OF_ORDER_IDS_AND_FILTER"
    TOO_MANY_ORDERS = "TOO_MANY_ORDERS"
    BODY_WITHOUT_NOTIFY = "BODY_WITHOUT_NOTIFY"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True, slots=True)
class Refusal:
    code: BulkRejectionError
    message: str
    field: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectOrders:
    """The command: exactly one of `order_ids` and `filter`."""

    notify: bool
    order_ids: Sequence[UUID] | None = None
    filter: OrderFilter | None = None
    body: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`is_found` False: the viewer has no such order. No blockers: it is rejected, by this run."""

    order_id: UUID
    is_found: bool
    blockers: list[Explained] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        return self.is_found and not self.blockers


@dataclass(frozen=True, slots=True)
class Outcome:
    results: list[Result] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


async def reject_orders(context: Context, command: RejectOrders) -> Outcome:
    if refusals := _check(context, command):
        return Outcome(refusals=refusals)
    try:
        run = await _begin(context, command)
    except _Refused as refused:
        return Outcome(refusals=[refused.refusal])
    ids = [UUID(id) for id in run.order_ids]
    results: dict[UUID, Result] = {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        async with context.transaction() as session:
            results |= await _reject(context, session, run.id, batch, command)
        if command.notify:
            context.on_mail()
    context.refresh()
    return Outcome(results=[results.get(id) or Result(id, is_found=False) for id in ids])


def _check(context: Context, command: RejectOrders) -> list[Refusal]:
    locale, errors = context.actor.locale, BulkRejectionError
    check_text(command.idempotency_key, LONGEST_KEY, "input", "idempotencyKey")
    body = typed(command.body)
    found: list[Refusal] = []
    if not policy.permits(context.actor.role, OrderAction.REJECT):
        found.append(Refusal(errors.NOT_PERMITTED, say(words.NOT_PERMITTED, locale)))
    if (command.order_ids is None) == (command.filter is None):
        found.append(Refusal(errors.ONE_OF_ORDER_IDS_AND_FILTER, say(words.ONE_OF_IDS_AND_FILTER, locale), ("input",)))
    if body and not command.notify:
        found.append(Refusal(errors.BODY_WITHOUT_NOTIFY, say(words.BODY_WITHOUT_NOTIFY, locale), ("input", "body")))
    if body and len(body) > LONGEST_BODY:
        text = say(words.BODY_TOO_LONG, locale, length=len(body), longest=LONGEST_BODY)
        found.append(Refusal(errors.BODY_TOO_LONG, text, ("input", "body")))
    if not found:
        check_text(body, LONGEST_BODY, "input", "body")
    return found


async def _begin(context: Context, command: RejectOrders) -> BulkRun:
    """The run with its orders: a new one, or the one that this key stands for."""
    asked = request_hash(asdict(command))
    if command.idempotency_key and (run := await _known(context, command.idempotency_key)):
        return _same(context, run, asked)
    async with context.read() as session:
        ids = await _ids(context, session, command)
        brand_id = context.actor.brand_id or await _only_brand(session, ids)
    run = BulkRun(
        brand_id=brand_id,
        actor_id=context.actor.id,
        operation=OPERATION,
        key=command.idempotency_key,
        request_hash=asked,
        order_ids=[id.hex for id in ids],
        created_at=context.clock(),
    )
    if brand_id is None:  # an operator who asks for nothing
        return run
    try:
        async with context.transaction() as session:
            session.add(run)
    except IntegrityError:
        # The same request at the same time: both finish the run of the one that came first.
        known = await _known(context, command.idempotency_key or "")
        if known is None:
            raise
        return _same(context, known, asked)
    return run


async def _known(context: Context, key: str) -> BulkRun | None:
    of_key = (BulkRun.actor_id == context.actor.id, BulkRun.operation == OPERATION, BulkRun.key == key)
    async with context.read() as session:
        return (await session.scalars(select(BulkRun).where(*of_key))).first()


def _same(context: Context, run: BulkRun, asked: str) -> BulkRun:
    if run.request_hash != asked:
        text = say(words.KEY_REUSED, context.actor.locale)
        raise _Refused(Refusal(BulkRejectionError.IDEMPOTENCY_KEY_REUSED, text, ("input", "idempotencyKey")))
    return run


async def _ids(context: Context, session: AsyncSession, command: RejectOrders) -> list[UUID]:
    if command.order_ids is not None:
        ids = list(dict.fromkeys(command.order_ids))
    else:
        everything = matching(command.filter or OrderFilter(), (), context.actor).limit(MOST_ORDERS + 1)
        ids = list(await session.scalars(everything))
    if len(ids) > MOST_ORDERS:
        text = say(words.TOO_MANY_ORDERS, context.actor.locale, most=MOST_ORDERS)
        argument = "orderIds" if command.order_ids is not None else "filter"
        raise _Refused(Refusal(BulkRejectionError.TOO_MANY_ORDERS, text, ("input", argument)))
    return ids


async def _only_brand(session: AsyncSession, ids: list[UUID]) -> UUID | None:
    found = set(await session.scalars(select(Order.brand_id).where(Order.id.in_(ids)).distinct()))
    if len(found) > 1:
        raise InputError("The orders are of several brands; reject those of one brand at a time.", "input")
    return found.pop() if found else None


async def _reject(
    context: Context, session: AsyncSession, run_id: UUID, ids: list[UUID], command: RejectOrders
) -> dict[UUID, Result]:
    """Locks a batch, always in the same order, so that two runs wait for each other instead of for ever."""
    actor, now = context.actor, context.clock()
    locked = select(Order).where(Order.id.in_(ids)).order_by(Order.id).with_for_update()
    orders = {order.id: order for order in await session.scalars(locked)}
    verdicts = await read_verdicts(session, list(orders))
    ours = (OrderRejection.bulk_run_id == run_id, OrderRejection.order_id.in_(list(orders)))
    done = set(await session.scalars(select(OrderRejection.order_id).where(*ours)))
    results: dict[UUID, Result] = {}
    eligible: list[Order] = []
    for id, order in orders.items():
        blockers = [] if id in done else verdicts[id].blockers(OrderAction.REJECT, actor, bulk=True)
        results[id] = Result(id, is_found=True, blockers=blockers)
        if id not in done and not blockers:
            eligible.append(order)
    if eligible:
        await _write(context, session, run_id, eligible, command, now)
    return results


async def _write(
    context: Context, session: AsyncSession, run_id: UUID, orders: list[Order], command: RejectOrders, now: datetime
) -> None:
    actor, body = context.actor, typed(command.body)
    notices = await notices_of(session, orders, KIND, now, body) if command.notify else {}
    events: dict[UUID, OrderRejected] = {}
    for order in orders:
        session.expunge(order)  # written set-wise below
        events[order.id] = order.reject(actor, now, notify=command.notify, body=body)
    status = policy.status_of_rejection(actor.role)
    values: dict[str, Any] = {"status": status, "updated_at": now, "version": Order.version + 1}
    brand_id, ids = orders[0].brand_id, list(events)
    rejected = update(Order).where(Order.brand_id == brand_id, Order.id.in_(ids)).values(values)
    await session.execute(rejected.execution_options(synchronize_session=False))
    messages = [
        outbox.message(notice, brand_id=brand_id, order_id=id, at=now) for id, notice in notices.items() if notice
    ]
    told = {message.order_id for message in messages}
    records = [OrderRejection.of(event, actor, notified=id in told, bulk_run_id=run_id) for id, event in events.items()]
    entries = [audit.entry(event, actor, context.request_id) for event in events.values()]
    session.add_all([*records, *messages])
    await audit.record(session, entries)
