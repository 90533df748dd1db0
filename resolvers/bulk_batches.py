"""One batch of an action on many orders: lock and judge them, write them set-wise, promise mails, record it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox
from models.audit import AuditEntry
from models.bulk_run import BulkRun
from models.buyer import Buyer
from models.events import Event
from models.locale import text_for
from models.messages.mail import MailKind
from models.messages.refusals import BUYER_HAS_NO_ADDRESS, BUYER_IS_OFFLINE
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderAction
from resolvers.bulk_runs import BulkCommand, Result
from resolvers.core.context import Context
from resolvers.core.notices import notices_of, typed
from resolvers.reading.verdicts import read_verdicts

RUN = "bulk_run"  # in the details of an audit entry


async def judge(
    context: Context, session: AsyncSession, ids: Sequence[UUID], action: OrderAction, done: Select[Any]
) -> tuple[dict[UUID, Result], list[Order]]:
    """Locks a batch; the result of each order found, and those to act on, detached: they are written set-wise.

    `done`: the ids that this run has done before. Locked always in the same order, so that two runs wait for each
    other instead of for ever.
    """
    locked = select(Order).where(Order.id.in_(ids)).order_by(Order.id).with_for_update()
    orders = {order.id: order for order in await session.scalars(locked)}
    verdicts = await read_verdicts(session, list(orders))
    before = set(await session.scalars(done))
    results: dict[UUID, Result] = {}
    eligible: list[Order] = []
    for id, order in orders.items():
        blockers = [] if id in before else verdicts[id].blockers(action, context.actor, bulk=True)
        results[id] = Result(id, is_found=True, blockers=blockers)
        if id not in before and not blockers:
            session.expunge(order)
            eligible.append(order)
    return results, eligible


async def save(session: AsyncSession, orders: Sequence[Order], *columns: str) -> None:
    """Writes what a verb has set to the same value on all of these detached orders. Their versions rise."""
    values: dict[str, Any] = {name: getattr(orders[0], name) for name in columns}
    values |= {"updated_at": orders[0].updated_at, "version": Order.version + 1}
    these = (Order.brand_id == orders[0].brand_id, Order.id.in_([order.id for order in orders]))
    statement = update(Order).where(*these).values(values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def mails(
    session: AsyncSession, orders: Sequence[Order], kind: MailKind, at: datetime, command: BulkCommand
) -> list[OutboxMessage]:
    """The mails to the buyers who can be told, if they shall be."""
    if not command.notify:
        return []
    notices = await notices_of(session, orders, kind, at, typed(command.body))
    return [
        outbox.message(notice, brand_id=orders[0].brand_id, order_id=id, at=at)
        for id, notice in notices.items()
        if notice
    ]


async def warn(
    context: Context, session: AsyncSession, results: dict[UUID, Result], kind: MailKind, command: BulkCommand
) -> dict[UUID, Result]:
    """With why nobody is told of what is done, in one statement; after a retry as after the first try."""
    if not command.notify:
        return results
    told = (
        exists()
        .where(OutboxMessage.brand_id == Order.brand_id, OutboxMessage.order_id == Order.id)
        .where(OutboxMessage.kind == kind)
        .correlate(Order)
    )
    of_buyer = and_(Buyer.brand_id == Order.brand_id, Buyer.id == Order.buyer_id)
    done = [id for id, result in results.items() if result.is_done]
    untold = select(Order.id, Buyer.is_offline).join(Buyer, of_buyer).where(Order.id.in_(done), not_(told))
    warned = dict(results)
    for id, is_offline in await session.execute(untold):
        why = BUYER_IS_OFFLINE if is_offline else BUYER_HAS_NO_ADDRESS
        warned[id] = replace(results[id], warnings=[text_for(why, context.actor.locale)])
    return warned


async def record(context: Context, session: AsyncSession, run: BulkRun, events: Iterable[Event]) -> None:
    """The audit, where each entry names the run."""
    entries = [audit.entry(event, context.actor, context.request_id) for event in events]
    for each in entries:
        each.details = each.details | {RUN: run.id.hex}
    await audit.record(session, entries)


def recorded(run: BulkRun, ids: Sequence[UUID]) -> Select[Any]:
    """Those of the orders that the run has recorded, for an action that records each order it changes."""
    of_run = AuditEntry.details[RUN].as_string() == run.id.hex
    done = (AuditEntry.brand_id == run.brand_id, AuditEntry.order_id.in_(ids), of_run)
    return select(AuditEntry.order_id).where(*done)
