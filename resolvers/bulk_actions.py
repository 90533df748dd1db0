"""Archiving and tagging many orders, making and confirming the OCs of many: bulk.run with set-wise changes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.bulk_run import BulkRun
from models.events import Event, TagsApplied
from models.locale import text_for
from models.messages.mail import MailKind
from models.messages.refusals import UNKNOWN_TAGS
from models.order import DataSet, Order, OrderLine
from models.policy import OrderAction
from models.tag import OrderTag, Tag
from resolvers import bulk_batches, bulk_runs
from resolvers.bulk_runs import BulkCommand, BulkError, Outcome, Refusal, Refused, Result
from resolvers.core.context import Context
from resolvers.inputs import InputError
from resolvers.order_lines import PricedLine, line_rows
from resolvers.tagging import MAX_TAGS


class TagMode(StrEnum):
    REPLACE = "REPLACE"
    ADD = "ADD"
    REMOVE = "REMOVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagOrders(BulkCommand):
    """None among the `tag_ids` stands for an id that is not a tag's."""

    tag_ids: Sequence[UUID | None]
    mode: TagMode


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateConfirmations(BulkCommand):
    ask_approval: bool


# Changes the orders of a batch, locked and all of one brand, and tells what was done.
Change = Callable[[AsyncSession, list[Order]], Awaitable[list[Event]]]


async def archive_orders(context: Context, command: BulkCommand) -> Outcome:
    async def change(session: AsyncSession, orders: list[Order]) -> list[Event]:
        now = context.clock()
        events: list[Event] = [order.archive(now) for order in orders]
        await bulk_batches.save(session, orders, "archived_at")
        return events

    return await _act(context, command, "archiveOrders", OrderAction.ARCHIVE, change)


async def create_confirmations(context: Context, command: CreateConfirmations) -> Outcome:
    async def change(session: AsyncSession, orders: list[Order]) -> list[Event]:
        now = context.clock()
        lines = await _original_lines(session, orders)
        rows = [
            row
            for order in orders
            for row in line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, lines.get(order.id, []))
        ]
        if rows:
            await session.execute(insert(OrderLine), rows)
        events: list[Event] = [order.create_confirmation(now, ask_approval=command.ask_approval) for order in orders]
        await bulk_batches.save(session, orders, "status", "official", "confirmation_created_at", "approval_asked")
        return events

    action = OrderAction.CREATE_CONFIRMATION
    return await _act(context, command, "createOrderConfirmations", action, change, kind=MailKind.OC_CREATED)


async def confirm_orders(context: Context, command: BulkCommand) -> Outcome:
    async def change(session: AsyncSession, orders: list[Order]) -> list[Event]:
        now = context.clock()
        events: list[Event] = [order.confirm(now) for order in orders]
        await bulk_batches.save(session, orders, "status")
        return events

    return await _act(context, command, "confirmOrders", OrderAction.CONFIRM, change, kind=MailKind.OC_CONFIRMED)


async def tag_orders(context: Context, command: TagOrders) -> Outcome:
    """An order that has the tags already needs no change and counts as done."""
    if len(command.tag_ids) > MAX_TAGS:
        raise InputError(f"tagIds takes at most {MAX_TAGS} ids.", "input", "tagIds")

    async def check(session: AsyncSession, brand_id: UUID) -> None:
        if unknown := _unknown(command, await _wanted(session, brand_id, command)):
            text = text_for(UNKNOWN_TAGS, context.actor.locale, ids=unknown)
            raise Refused(Refusal(BulkError.UNKNOWN_TAGS, text, ("input", "tagIds")))

    async def change(session: AsyncSession, orders: list[Order]) -> list[Event]:
        wanted = await _wanted(session, orders[0].brand_id, command, hold=True)
        if unknown := _unknown(command, wanted):  # deleted since the run began
            raise InputError(text_for(UNKNOWN_TAGS, context.actor.locale, ids=unknown), "input", "tagIds")
        return await _set_tags(context, session, orders, wanted, command.mode)

    return await _act(context, command, "applyTagsToOrders", OrderAction.APPLY_TAGS, change, check)


async def _act(
    context: Context,
    command: BulkCommand,
    operation: str,
    action: OrderAction,
    change: Change,
    check: bulk_runs.Check | None = None,
    kind: MailKind | None = None,
) -> Outcome:
    """`kind`: of the mail that the action offers, if it offers one."""

    async def work(session: AsyncSession, run: BulkRun, ids: list[UUID]) -> dict[UUID, Result]:
        results, orders = await bulk_batches.judge(context, session, ids, action, bulk_batches.recorded(run, ids))
        events = await change(session, orders) if orders else []
        if events and kind:
            session.add_all(await bulk_batches.mails(session, orders, kind, events[0].at, command))
        await bulk_batches.record(context, session, run, events)
        return await bulk_batches.warn(context, session, results, kind, command) if kind else results

    return await bulk_runs.run(context, command, operation, action, work, check=check)


async def _original_lines(session: AsyncSession, orders: Sequence[Order]) -> dict[UUID, list[PricedLine]]:
    """Order's id → its original lines by position."""
    columns = (OrderLine.order_id, OrderLine.sku_id, OrderLine.quantity, OrderLine.unit_price_minor)
    original = (
        OrderLine.brand_id == orders[0].brand_id,
        OrderLine.order_id.in_([order.id for order in orders]),
        OrderLine.data_set == DataSet.ORIGINAL,
    )
    found: dict[UUID, list[PricedLine]] = {}
    for row in await session.execute(select(*columns).where(*original).order_by(OrderLine.position)):
        found.setdefault(row[0], []).append(PricedLine(*row[1:]))
    return found


async def _wanted(session: AsyncSession, brand_id: UUID, command: TagOrders, *, hold: bool = False) -> dict[UUID, str]:
    """Tag's id → code. `hold`: nobody can delete them until this transaction ends."""
    asked = (Tag.brand_id == brand_id, Tag.id.in_({id for id in command.tag_ids if id}))
    statement = select(Tag.id, Tag.code).where(*asked)
    if hold:
        statement = statement.with_for_update(read=True, key_share=True)
    return {row[0]: row[1] for row in await session.execute(statement)}


def _unknown(command: TagOrders, found: dict[UUID, str]) -> str:
    return ", ".join(f"tagIds[{place}]" for place, id in enumerate(command.tag_ids) if id not in found)


async def _set_tags(
    context: Context, session: AsyncSession, orders: Sequence[Order], wanted: dict[UUID, str], mode: TagMode
) -> list[Event]:
    brand_id, now = orders[0].brand_id, context.clock()
    on_orders = and_(OrderTag.brand_id == brand_id, OrderTag.order_id.in_([order.id for order in orders]))
    is_on = and_(OrderTag.brand_id == Tag.brand_id, OrderTag.tag_id == Tag.id)
    columns = (OrderTag.order_id, Tag.id, Tag.code)
    had: dict[UUID, dict[UUID, str]] = {order.id: {} for order in orders}
    for order_id, tag_id, code in await session.execute(select(*columns).join(Tag, is_on).where(on_orders)):
        had[order_id][tag_id] = code
    gone: set[UUID] = set()
    new: list[dict[str, Any]] = []
    events: list[Event] = []
    for order_id, before in had.items():
        after = _after(before, wanted, mode)
        if before.keys() == after.keys():
            continue
        gone |= before.keys() - after.keys()
        new += [{"brand_id": brand_id, "order_id": order_id, "tag_id": id} for id in after.keys() - before.keys()]
        codes = {"before": tuple(sorted(before.values())), "after": tuple(sorted(after.values()))}
        events.append(TagsApplied(brand_id=brand_id, order_id=order_id, at=now, **codes))
    if gone:  # a tag that goes, goes from all of them
        await session.execute(delete(OrderTag).where(on_orders, OrderTag.tag_id.in_(gone)))
    if new:
        await session.execute(insert(OrderTag), new)
    return events


def _after(before: dict[UUID, str], wanted: dict[UUID, str], mode: TagMode) -> dict[UUID, str]:
    match mode:
        case TagMode.REPLACE:
            return wanted
        case TagMode.ADD:
            return before | wanted
        case TagMode.REMOVE:
            return {id: code for id, code in before.items() if id not in wanted}
