"""What every action on many orders shares: selecting them, batches with short locks, and a result for each.

The ids are fixed when the run begins. Then some hundred orders at a time are locked, judged by the rules table and
written set-wise (resolvers/bulk_batches.py), each batch in one transaction, so that no lock is held for long.
Ineligible ones are skipped and reported; they do not fail the others. A retry with the same key goes on where a crash
stopped, and mails nobody twice: what the run has done is known from what it wrote then,
e.g. the audit entry that names it. A dry run judges the orders in the same way, and writes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.bulk_run import BulkRun
from models.idempotency import request_hash
from models.locale import text_for
from models.messages.refusals import (
    FILTER_WITHOUT_CONDITION,
    ONE_OF_IDS_AND_FILTER,
    SELECTION_CHANGED,
    TOKEN_USED,
    TOO_MANY_ORDERS,
)
from models.order import Order
from models.policy import OrderAction
from resolvers.bulk_dry_run import Judged, dry_run_of, is_token_of, judge
from resolvers.core.context import Context
from resolvers.core.idempotency import key_reused, wrong_key
from resolvers.core.notices import Message
from resolvers.core.pausing import EVERY, mapped
from resolvers.core.refusals import OrderResult, Outcome, Refusal, RefusalCode, Refused, not_permitted, refusal
from resolvers.core.work import Work, working
from resolvers.inputs import InputError
from resolvers.order_filter import OrderFilter, matching

MAX_ORDERS = 10_000
NOT_HASHED = {"message", "grounds", "dry_run"}  # the parts of message and grounds are
# Not hashed when they are left out, so that a retry has the hash that an earlier release has remembered.
ADDED_LATER = {"all", "expected_count", "token"}
BATCH_SIZE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand:
    """Exactly one of `order_ids` and `filter`. The message is for actions that offer a mail.

    `all`: a filter without a condition, or no filter, means every order. `expected_count`, `token`: refused unless the
    selection has so many orders, or is still the one of the dry run that gave the token.
    """

    order_ids: Sequence[UUID] | None = None
    filter: OrderFilter | None = None
    message: Message = field(default_factory=Message)
    idempotency_key: str | None = None
    all: bool = False
    dry_run: bool = False
    expected_count: int | None = None
    token: str | None = None

    async def request_hash(self) -> str:
        """SHA-256 of the arguments. Requests that differ only in line breaks or in a blank body have the same."""
        return await self.hash_with({})

    async def hash_with(self, more: dict[str, Any]) -> str:
        # Not asdict(), and texts as json.dumps would make them: ten thousand ids would hold the event loop.
        asked = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in NOT_HASHED}
        asked = {name: value for name, value in asked.items() if name not in ADDED_LATER or value not in (None, False)}
        if self.order_ids is not None:
            asked["order_ids"] = await mapped(str, self.order_ids)
        if self.filter:
            asked["filter"] = self.filter.arguments
        return request_hash(asked | {"notify": self.message.notify, "body": self.message.typed_body} | more)


# Does one batch in a transaction of its own; the result of each order found.
Batch = Callable[[BulkRun, list[UUID]], Awaitable[dict[UUID, OrderResult]]]
# Looks at a new run of a brand before it begins; raises Refused.
Check = Callable[[Work, UUID], Awaitable[None]]


async def run(
    context: Context,
    command: BulkCommand,
    operation: str,
    action: OrderAction,
    batch: Batch,
    *,
    check: Check | None = None,
    most: int = MAX_ORDERS,
    batch_size: int = BATCH_SIZE,
) -> Outcome:
    if refusals := _check(context, command, action):
        return Outcome(refusals=refusals)
    try:
        if command.dry_run:
            return await _try(context, command, operation, action, check, most)
        begun = await _begin(context, command, operation, action, check, most)
    except Refused as refused:
        return Outcome(refusals=refused.refusals)
    ids = await mapped(UUID, begun.order_ids)
    results: dict[UUID, OrderResult] = {}
    for start in range(0, len(ids), batch_size):
        results |= await batch(begun, ids[start : start + batch_size])
        if command.message.notify:
            context.on_mail()
    context.refresh()
    return Outcome(results=await mapped(lambda id: results.get(id) or OrderResult(id, is_found=False), ids))


def _check(context: Context, command: BulkCommand, action: OrderAction) -> list[Refusal]:
    refusals = wrong_key(context, command.idempotency_key) + not_permitted(context, action)
    if (command.order_ids is None) == (command.filter is None and not command.all):
        code, text = RefusalCode.ONE_OF_ORDER_IDS_AND_FILTER, text_for(ONE_OF_IDS_AND_FILTER, context.actor.locale)
        refusals.append(Refusal(code, text, ("input",)))
    refusals += command.message.check(context)
    if not refusals and command.filter and not command.filter.has_condition and not command.all:
        code = RefusalCode.FILTER_WITHOUT_CONDITION
        refusals.append(refusal(context, code, FILTER_WITHOUT_CONDITION, "filter"))
    return refusals


async def _try(
    context: Context, command: BulkCommand, operation: str, action: OrderAction, check: Check | None, most: int
) -> Outcome:
    async with context.read() as session:
        ids = await _ids(context, session, command, most)
        brand_id = context.actor.brand_id or await _only_brand(session, ids)
        judged = await judge(session, ids, action, context.actor)
    if check and brand_id:
        async with working(context) as work:
            await check(work, brand_id)
    return Outcome(dry_run=await asyncio.to_thread(dry_run_of, operation, ids, judged))


async def _begin(
    context: Context, command: BulkCommand, operation: str, action: OrderAction, check: Check | None, most: int
) -> BulkRun:
    """A new run with its orders, or the earlier run of the same idempotency key."""
    requested = await command.request_hash()
    if command.idempotency_key and (known := await _known(context, operation, command.idempotency_key)):
        return _same(context, known, requested)
    async with context.read() as session:
        ids = await _ids(context, session, command, most)
        brand_id = context.actor.brand_id or await _only_brand(session, ids)
        if command.expected_count is not None or command.token is not None:
            judged = await judge(session, ids, action, context.actor)
            await asyncio.to_thread(_same_selection, context, command, operation, judged)
    new = BulkRun(
        brand_id=brand_id,
        actor_id=context.actor.identity,
        operation=operation,
        key=command.idempotency_key,
        request_hash=requested,
        order_ids=await mapped(attrgetter("hex"), ids),
        created_at=context.clock(),
        token=command.token,
    )
    if brand_id is None:  # an operator who names no order
        return new
    try:
        async with working(context) as work:
            if check:
                await check(work, brand_id)
            work.add(new)
    except IntegrityError:
        # The same request at the same time: both finish the run of the one that came first.
        known = await _known(context, operation, command.idempotency_key or "")
        if known is None and command.token:
            raise Refused(refusal(context, RefusalCode.SELECTION_CHANGED, TOKEN_USED, "token")) from None
        if known is None:
            raise
        return _same(context, known, requested)
    return new


def _same_selection(context: Context, command: BulkCommand, operation: str, judged: Judged) -> None:
    """Raises Refused."""
    changed = [
        name
        for name, is_same in (
            ("expectedCount", command.expected_count in (None, len(judged))),
            ("token", command.token is None or is_token_of(command.token, operation, judged)),
        )
        if not is_same
    ]
    if changed:
        code, count = RefusalCode.SELECTION_CHANGED, len(judged)
        raise Refused(*(refusal(context, code, SELECTION_CHANGED, name, count=count) for name in changed))


async def _known(context: Context, operation: str, key: str) -> BulkRun | None:
    of_key = (BulkRun.actor_id == context.actor.identity, BulkRun.operation == operation, BulkRun.key == key)
    async with context.read() as session:
        return (await session.scalars(select(BulkRun).where(*of_key))).first()


def _same(context: Context, run: BulkRun, requested: str) -> BulkRun:
    if run.request_hash != requested:
        raise Refused(key_reused(context))
    return run


async def _ids(context: Context, session: AsyncSession, command: BulkCommand, most: int) -> list[UUID]:
    if command.order_ids is not None:
        ids = list(dict.fromkeys(command.order_ids))
    else:
        everything = await matching(session, command.filter or OrderFilter(), (), context.actor)
        ids = list(await session.scalars(everything.limit(most + 1)))
    if len(ids) > most:
        argument = "orderIds" if command.order_ids is not None else "filter"
        raise Refused(refusal(context, RefusalCode.TOO_MANY_ORDERS, TOO_MANY_ORDERS, argument, most=most))
    return ids


async def _only_brand(session: AsyncSession, ids: list[UUID]) -> UUID | None:
    found: set[UUID] = set()
    for start in range(0, len(ids), EVERY):
        some = ids[start : start + EVERY]
        found |= set(await session.scalars(select(Order.brand_id).where(Order.id.in_(some)).distinct()))
    if len(found) > 1:
        raise InputError("The orders are of several brands; take those of one brand at a time.", "input")
    return found.pop() if found else None
