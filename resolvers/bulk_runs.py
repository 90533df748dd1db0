"""What every action on many orders shares: choosing them, batches with short locks, an honest result for each.

The ids are fixed when the run begins. Then some hundred orders at a time are locked, judged by the rules table and
written set-wise (resolvers/bulk_batches.py), each batch in one transaction, so that no lock is held for long.
Ineligible ones are skipped and reported; they do not fail the others. A retry with the same key goes on where a crash
stopped, and mails nobody twice: what the run has done is known from what it wrote then,
e.g. the audit entry that names it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.bulk_run import BulkRun
from models.idempotency import request_hash
from models.locale import text_for
from models.messages.refusals import (
    BODY_TOO_LONG,
    BODY_WITHOUT_NOTIFY,
    KEY_REUSED,
    NOT_PERMITTED,
    ONE_OF_IDS_AND_FILTER,
    TOO_MANY_ORDERS,
)
from models.order import Order
from models.permissions import permits
from models.policy import OrderAction
from resolvers.core.context import Context
from resolvers.core.notices import MAX_BODY_LENGTH, typed
from resolvers.inputs import InputError, check_text
from resolvers.orders import OrderFilter, matching
from resolvers.reading.verdicts import Explained
from resolvers.rejection import MAX_KEY_LENGTH

MAX_ORDERS = 10_000
BATCH = 250


class BulkError(StrEnum):
    NOT_PERMITTED = "NOT_PERMITTED"
    ONE_OF_ORDER_IDS_AND_FILTER = "ONE_OF_ORDER_IDS_AND_FILTER"
    TOO_MANY_ORDERS = "TOO_MANY_ORDERS"
    BODY_WITHOUT_NOTIFY = "BODY_WITHOUT_NOTIFY"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    UNKNOWN_TAGS = "UNKNOWN_TAGS"


@dataclass(frozen=True, slots=True)
class Refusal:
    code: BulkError
    message: str
    field: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkCommand:
    """Exactly one of `order_ids` and `filter`. The message is for actions that offer a mail."""

    order_ids: Sequence[UUID] | None = None
    filter: OrderFilter | None = None
    notify: bool = False
    body: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`is_found` False: the viewer has no such order. No blockers: it is done, by this run.

    `warnings`: done, but e.g. nobody could be told.
    """

    order_id: UUID
    is_found: bool
    blockers: list[Explained] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.is_found and not self.blockers


@dataclass(frozen=True, slots=True)
class Outcome:
    results: list[Result] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class Refused(Exception):
    """The run as a whole is refused, before anything is written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


# Does one batch in the transaction of the session; the result of each order found.
Work = Callable[[AsyncSession, BulkRun, list[UUID]], Awaitable[dict[UUID, Result]]]
# Looks at a new run of a brand before it begins; raises Refused.
Check = Callable[[AsyncSession, UUID], Awaitable[None]]


async def run(
    context: Context,
    command: BulkCommand,
    operation: str,
    action: OrderAction,
    work: Work,
    *,
    check: Check | None = None,
    most: int = MAX_ORDERS,
    batch: int = BATCH,
) -> Outcome:
    if refusals := _check(context, command, action):
        return Outcome(refusals=refusals)
    try:
        begun = await _begin(context, command, operation, check, most)
    except Refused as refused:
        return Outcome(refusals=[refused.refusal])
    ids = [UUID(id) for id in begun.order_ids]
    results: dict[UUID, Result] = {}
    for start in range(0, len(ids), batch):
        async with context.transaction() as session:
            results |= await work(session, begun, ids[start : start + batch])
        if command.notify:
            context.on_mail()
    context.refresh()
    return Outcome(results=[results.get(id) or Result(id, is_found=False) for id in ids])


def _check(context: Context, command: BulkCommand, action: OrderAction) -> list[Refusal]:
    locale, errors = context.actor.locale, BulkError
    check_text(command.idempotency_key, MAX_KEY_LENGTH, "input", "idempotencyKey")
    body = typed(command.body)
    found: list[Refusal] = []
    if not permits(context.actor.role, action):
        found.append(Refusal(errors.NOT_PERMITTED, text_for(NOT_PERMITTED, locale)))
    if (command.order_ids is None) == (command.filter is None):
        found.append(Refusal(errors.ONE_OF_ORDER_IDS_AND_FILTER, text_for(ONE_OF_IDS_AND_FILTER, locale), ("input",)))
    if body and not command.notify:
        found.append(Refusal(errors.BODY_WITHOUT_NOTIFY, text_for(BODY_WITHOUT_NOTIFY, locale), ("input", "body")))
    if body and len(body) > MAX_BODY_LENGTH:
        text = text_for(BODY_TOO_LONG, locale, length=len(body), longest=MAX_BODY_LENGTH)
        found.append(Refusal(errors.BODY_TOO_LONG, text, ("input", "body")))
    if not found:
        check_text(body, MAX_BODY_LENGTH, "input", "body")
    return found


async def _begin(context: Context, command: BulkCommand, operation: str, check: Check | None, most: int) -> BulkRun:
    """The run with its orders: a new one, or the one that this key stands for."""
    asked = request_hash(asdict(command))
    if command.idempotency_key and (known := await _known(context, operation, command.idempotency_key)):
        return _same(context, known, asked)
    async with context.read() as session:
        ids = await _ids(context, session, command, most)
        brand_id = context.actor.brand_id or await _only_brand(session, ids)
        if check and brand_id:
            await check(session, brand_id)
    new = BulkRun(
        brand_id=brand_id,
        actor_id=context.actor.identity,
        operation=operation,
        key=command.idempotency_key,
        request_hash=asked,
        order_ids=[id.hex for id in ids],
        created_at=context.clock(),
    )
    if brand_id is None:  # an operator who asks for nothing
        return new
    try:
        async with context.transaction() as session:
            session.add(new)
    except IntegrityError:
        # The same request at the same time: both finish the run of the one that came first.
        known = await _known(context, operation, command.idempotency_key or "")
        if known is None:
            raise
        return _same(context, known, asked)
    return new


async def _known(context: Context, operation: str, key: str) -> BulkRun | None:
    of_key = (BulkRun.actor_id == context.actor.identity, BulkRun.operation == operation, BulkRun.key == key)
    async with context.read() as session:
        return (await session.scalars(select(BulkRun).where(*of_key))).first()


def _same(context: Context, run: BulkRun, asked: str) -> BulkRun:
    if run.request_hash != asked:
        text = text_for(KEY_REUSED, context.actor.locale)
        raise Refused(Refusal(BulkError.IDEMPOTENCY_KEY_REUSED, text, ("input", "idempotencyKey")))
    return run


async def _ids(context: Context, session: AsyncSession, command: BulkCommand, most: int) -> list[UUID]:
    if command.order_ids is not None:
        ids = list(dict.fromkeys(command.order_ids))
    else:
        everything = matching(command.filter or OrderFilter(), (), context.actor).limit(most + 1)
        ids = list(await session.scalars(everything))
    if len(ids) > most:
        text = text_for(TOO_MANY_ORDERS, context.actor.locale, most=most)
        argument = "orderIds" if command.order_ids is not None else "filter"
        raise Refused(Refusal(BulkError.TOO_MANY_ORDERS, text, ("input", argument)))
    return ids


async def _only_brand(session: AsyncSession, ids: list[UUID]) -> UUID | None:
    found = set(await session.scalars(select(Order.brand_id).where(Order.id.in_(ids)).distinct()))
    if len(found) > 1:
        raise InputError("The orders are of several brands; take those of one brand at a time.", "input")
    return found.pop() if found else None
