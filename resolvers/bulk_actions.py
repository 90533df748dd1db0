"""Archiving and tagging many orders; creating and confirming the OCs of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select

from models.bulk_run import BulkRun
from models.messages.history import EventKind
from models.messages.mail import MailKind
from models.order import DataSet, OrderLine
from models.policy import OrderAction
from models.prices import price_of
from resolvers.bulk_batches import act_on_many, save_orders
from resolvers.bulk_runs import BulkCommand
from resolvers.confirmation import keep_confirmations
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, RefusalCode, Refused
from resolvers.core.work import Work
from resolvers.inputs import InputError
from resolvers.order_lines import PricedLine, line_rows, priced_line
from resolvers.tagging import TagMode, find_tags, set_tags, too_many_tags, unknown_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class TagOrders(BulkCommand):
    """None among the `tag_ids` stands for an argument that is no tag's id."""

    tag_ids: Sequence[UUID | None]
    mode: TagMode


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateConfirmations(BulkCommand):
    ask_approval: bool


async def archive_orders(context: Context, command: BulkCommand) -> Outcome:
    async def change(work: Work, _: BulkRun) -> None:
        work.record(*(order.archive(work.now) for order in work.orders))
        await save_orders(work, EventKind.ORDER_ARCHIVED, "archived_at")

    return await act_on_many(context, command, "archiveOrders", OrderAction.ARCHIVE, change)


async def create_confirmations(context: Context, command: CreateConfirmations) -> Outcome:
    async def change(work: Work, _: BulkRun) -> None:
        lines = await _original_lines(work)
        rows = [
            row
            for order in work.orders
            for row in line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, lines.get(order.id, []))
        ]
        await work.save(insert(OrderLine), rows)
        approval = command.ask_approval
        work.record(*(order.create_confirmation(work.now, ask_approval=approval) for order in work.orders))
        await save_orders(work, EventKind.OC_CREATED, "status", "official", "confirmation_created_at", "approval_asked")
        await keep_confirmations(work)

    action, mail = OrderAction.CREATE_CONFIRMATION, MailKind.OC_CREATED
    return await act_on_many(context, command, "createOrderConfirmations", action, change, mail=mail)


async def confirm_orders(context: Context, command: BulkCommand) -> Outcome:
    async def change(work: Work, _: BulkRun) -> None:
        work.record(*(order.confirm(work.now) for order in work.orders))
        await save_orders(work, EventKind.OC_CONFIRMED, "status")

    action, mail = OrderAction.CONFIRM, MailKind.OC_CONFIRMED
    return await act_on_many(context, command, "confirmOrders", action, change, mail=mail)


async def tag_orders(context: Context, command: TagOrders) -> Outcome:
    """An order that has the tags already needs no change and counts as done."""
    if wrong := too_many_tags(context, command.tag_ids):
        return Outcome(refusals=wrong)

    async def check(work: Work, brand_id: UUID) -> None:
        tags = await find_tags(work, brand_id, command.tag_ids)
        if refusal := unknown_tags(context, command.tag_ids, tags, RefusalCode.UNKNOWN_TAGS):
            raise Refused(refusal)

    async def change(work: Work, _: BulkRun) -> None:
        try:
            await set_tags(work, command.tag_ids, command.mode)
        except Refused as refused:  # deleted since the run began, so earlier batches may be done
            raise InputError(refused.refusals[0].message, "input", "tagIds") from None

    return await act_on_many(context, command, "applyTagsToOrders", OrderAction.APPLY_TAGS, change, check=check)


async def _original_lines(work: Work) -> dict[UUID, list[PricedLine]]:
    """Order's id → its original lines by position."""
    columns = (
        OrderLine.order_id,
        OrderLine.sku_id,
        OrderLine.quantity,
        price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
        OrderLine.tax_kind,
        OrderLine.tax_rate,
    )
    original = (
        OrderLine.brand_id == work.brand_id,
        OrderLine.order_id.in_([order.id for order in work.orders]),
        OrderLine.data_set == DataSet.ORIGINAL,
    )
    found: dict[UUID, list[PricedLine]] = {}
    for row in await work.read(select(*columns).where(*original).order_by(OrderLine.position)):
        found.setdefault(row[0], []).append(priced_line(*row[1:]))
    return found
