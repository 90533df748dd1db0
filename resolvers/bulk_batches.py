"""One batch of an action on many orders, in one transaction: lock, judge, change set-wise, mail, record."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, not_, select, update

from models.audit import AuditEntry
from models.bulk_run import BulkRun
from models.buyer import Buyer, BuyerRecipient
from models.database.prepared import Query
from models.messages.history import INTERNAL, EventKind
from models.messages.mail import MailKind
from models.order import BUYER_UPDATED_AT, Order
from models.outbox import OutboxMessage
from models.policy import OrderAction
from resolvers import bulk_runs
from resolvers.bulk_runs import BulkCommand, Check
from resolvers.core.context import Context
from resolvers.core.notices import notices_of
from resolvers.core.readers import bounced, unreachable
from resolvers.core.refusals import Notice, OrderResult, Outcome
from resolvers.core.work import Work, lock_orders, working
from resolvers.reading.verdicts import read_verdicts

RUN = "bulk_run"  # in the details of an audit entry: which run did it

# Changes `work.orders` (locked, all of one brand) and records what was done.
Change = Callable[[Work, BulkRun], Awaitable[None]]

_IS_MAILED = (
    exists()
    .where(OutboxMessage.brand_id == Order.brand_id, OutboxMessage.order_id == Order.id)
    .where(OutboxMessage.kind == bindparam("mail"))
    .correlate(Order)
)
_NOT_MAILED = Query(
    lambda preparing: (
        select(Order.id, Buyer.is_offline)
        .join_from(Order, Buyer)
        .where(preparing.among_ids(Order.id), not_(_IS_MAILED))
    )
)
_REFUSED = Query(
    lambda preparing: (
        select(Order.id, BuyerRecipient.email, BuyerRecipient.bounce_reason)
        .join(
            BuyerRecipient,
            and_(BuyerRecipient.brand_id == Order.brand_id, BuyerRecipient.buyer_id == Order.buyer_id),
        )
        .where(preparing.among_ids(Order.id), _IS_MAILED, BuyerRecipient.bounced_at.is_not(None))
        .order_by(BuyerRecipient.email)
    )
)


@dataclass(frozen=True, slots=True)
class Batches:
    """`mail`: the kind of mail that the action offers, if it offers one."""

    context: Context
    command: BulkCommand
    action: OrderAction
    change: Change
    mail: MailKind | None

    async def do(self, run: BulkRun, ids: list[UUID]) -> dict[UUID, OrderResult]:
        async with working(self.context) as work:
            work.saves_orders, work.details = False, {RUN: run.id.hex}
            results, work.orders = await self._judge(work, run, ids)
            if work.orders:
                work.notices = await self._notices(work)
                await self.change(work, run)
                work.promise_notices()
            return await self._warn(work, results)

    async def _judge(
        self, work: Work, run: BulkRun, ids: Sequence[UUID]
    ) -> tuple[dict[UUID, OrderResult], list[Order]]:
        """The result of each order found, and the orders to change: they are written set-wise."""
        orders = await lock_orders(work, ids)
        verdicts = await read_verdicts(work.session, list(orders))
        # Only with a key can an earlier request, or one at the same time, have done some of the run.
        done_before = set((await work.read(_recorded(run, ids))).scalars()) if run.key is not None else set()
        results: dict[UUID, OrderResult] = {}
        eligible: list[Order] = []
        for id, order in orders.items():
            is_done = id in done_before
            blockers = [] if is_done else verdicts[id].blockers(self.action, self.context.actor, bulk=True)
            results[id] = OrderResult(id, is_found=True, blockers=blockers)
            if not is_done and not blockers:
                eligible.append(order)
        return results, eligible

    async def _notices(self, work: Work) -> dict[UUID, Any]:
        if self.mail is None or not self.command.message.notify:
            return {}
        body = self.command.message.typed_body
        found = await notices_of(self.context, work.session, work.orders, self.mail, work.now, body)
        return {order_id: notice for order_id, notice in found.items() if notice}

    async def _warn(self, work: Work, results: dict[UUID, OrderResult]) -> dict[UUID, OrderResult]:
        """Adds to the results why nobody was mailed, or which addresses a mail server has refused; also on a retry."""
        if self.mail is None or not self.command.message.notify:
            return results
        await work.save()
        done = [id for id, result in results.items() if result.is_done]
        given = {"mail": self.mail.value}
        warned = dict(results)
        for id, is_offline in await _NOT_MAILED.rows(work.session, done, **given):
            if reason := unreachable(is_offline, ()):
                warned[id] = replace(results[id], notices=[Notice.of(reason, self.context.actor.locale)])
        for id, email, said in await _REFUSED.rows(work.session, done, **given):
            notice = bounced(email, said, self.context.actor.locale)
            warned[id] = replace(warned[id], notices=[*warned[id].notices, notice])
        return warned


async def act_on_many(
    context: Context,
    command: BulkCommand,
    operation: str,
    action: OrderAction,
    change: Change,
    *,
    mail: MailKind | None = None,
    check: Check | None = None,
    **limits: int,
) -> Outcome:
    """The counterpart of `act` for many orders. `limits`: see bulk_runs.run."""
    batches = Batches(context, command, action, change, mail)
    return await bulk_runs.run(context, command, operation, action, batches.do, check=check, **limits)


async def save_orders(work: Work, kind: EventKind, *columns: str) -> None:
    """Writes what a verb has set to the same value on all of the work's orders. Their versions rise.

    `kind`: of the verb's event.
    """
    first = work.orders[0]
    values = {f"to_{name}": getattr(first, name) for name in (*columns, "updated_at")}
    await work.save()
    ids = [order.id for order in work.orders]
    await _saving(columns, is_internal=kind in INTERNAL).rows(work.session, ids, of_brand=work.brand_id, **values)


@cache
def _saving(columns: tuple[str, ...], *, is_internal: bool) -> Query:
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in (*columns, "updated_at")}
    values |= {"version": Order.version + 1, "buyer_updated_at": None}
    if is_internal:
        values |= {"internal_changes": Order.internal_changes + 1, "buyer_updated_at": BUYER_UPDATED_AT}
    return Query(
        lambda preparing: (
            update(Order).where(Order.brand_id == bindparam("of_brand"), preparing.among_ids(Order.id)).values(values)
        )
    )


def _recorded(run: BulkRun, ids: Sequence[UUID]) -> Any:
    """Selects those of the orders that the run has recorded: each order that it changes has an audit entry."""
    of_run = AuditEntry.details[RUN].as_string() == run.id.hex
    return select(AuditEntry.order_id).where(AuditEntry.brand_id == run.brand_id, AuditEntry.order_id.in_(ids), of_run)
