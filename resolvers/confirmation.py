"""The order confirmation (OC): what the brand promises to deliver. The original order stays untouched beside it."""

from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from sqlalchemy import delete, insert

from models.messages.mail import MailKind
from models.order import DataSet, OrderConfirmation, OrderLine
from models.papers.orders import frozen_confirmations
from models.policy import OrderAction
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.cancelled_mails import cancel_mails_of_confirmation
from resolvers.core.context import Context
from resolvers.core.corrected_mails import correct_mails_of_confirmation
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, wrong_text
from resolvers.core.work import Work
from resolvers.order_lines import NewLine, line_rows, lines_of, priced
from resolvers.order_terms import NewCharges
from resolvers.tagging import set_tags

MAX_COMMENT_LENGTH = 2_000


async def create_confirmation(
    context: Context, order_id: UUID | None, *, ask_approval: bool, message: Message, **terms: Unpack[Terms]
) -> Outcome:
    async def change(work: Work) -> None:
        order = work.order
        lines = await lines_of(work, order, DataSet.ORIGINAL)
        rows = line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, lines)
        await work.save(insert(OrderLine), rows)
        work.record(order.create_confirmation(work.now, ask_approval=ask_approval))
        await keep_confirmations(work)

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.CREATE_CONFIRMATION,
        message=message,
        mail=MailKind.OC_CREATED,
        **terms,
    )


async def update_confirmation(
    context: Context,
    order_id: UUID | None,
    lines: Sequence[NewLine] | None,
    charges: NewCharges | None = None,
    **terms: Unpack[Terms],
) -> Outcome:
    """Replaces the OC's lines; None leaves them as they are, e.g. when brand and buyer have agreed by phone.

    `charges`: new shipping and taxes. A line that names no tax keeps the one that its SKU had.
    """
    new_charges = charges or NewCharges()

    async def change(work: Work) -> None:
        order = work.order
        before = await lines_of(work, order, DataSet.CONFIRMATION)
        given = before if lines is None else await priced(work, order.brand_id, order.currency, lines)
        charged = await new_charges.of(work, order, given, before)
        confirmed_lines = charged.lines
        if confirmed_lines != before:
            confirmed = (
                OrderLine.brand_id == order.brand_id,
                OrderLine.order_id == order.id,
                OrderLine.data_set == DataSet.CONFIRMATION,
            )
            await work.save(delete(OrderLine).where(*confirmed))
            rows = line_rows(order.brand_id, order.id, DataSet.CONFIRMATION, confirmed_lines)
            await work.save(insert(OrderLine), rows)
        for name, value in charged.columns.items():
            setattr(order, name, value)
        quantity = sum(line.quantity for line in confirmed_lines)
        work.record(order.update_confirmation(work.now, total_minor=charged.total_minor, total_quantity=quantity))
        kept = (OrderConfirmation.brand_id == order.brand_id, OrderConfirmation.order_id == order.id)
        await work.save(delete(OrderConfirmation).where(*kept))
        await keep_confirmations(work)
        await correct_mails_of_confirmation(work)

    return await act(context, change, on=on_order(order_id), needs=OrderAction.UPDATE_CONFIRMATION, **terms)


async def keep_confirmations(work: Work) -> None:
    """Keeps what the OCs of the work's orders say now, of which nothing is kept."""
    await work.save()
    async for some in frozen_confirmations(work.session, [order.id for order in work.orders]):
        for id, frozen in some.items():
            work.add(OrderConfirmation.made(brand_id=work.brand_id, order_id=id, frozen=frozen))
        await work.save()


async def approve_confirmation(
    context: Context, order_id: UUID | None, *, notify: bool = False, **terms: Unpack[Terms]
) -> Outcome:
    """With the `version` that the buyer has read, no OC is approved unseen. `notify`: the brand is mailed."""

    async def change(work: Work) -> None:
        work.record(work.order.approve_confirmation(work.now))

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.APPROVE_CONFIRMATION,
        message=Message(notify),
        mail=MailKind.OC_APPROVED,
        **terms,
    )


async def refuse_confirmation(
    context: Context, order_id: UUID | None, comment: str | None, *, notify: bool = False, **terms: Unpack[Terms]
) -> Outcome:
    """`notify`: the brand is mailed, with the comment."""
    wrong = wrong_text(context, comment, MAX_COMMENT_LENGTH, "comment", is_one_line=False)

    async def change(work: Work) -> None:
        work.record(work.order.refuse_confirmation(work.now, (comment or "").strip()))

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.REFUSE_CONFIRMATION,
        message=Message(notify, comment if notify and not wrong else None),
        mail=MailKind.OC_REFUSED,
        wrong=wrong,
        **terms,
    )


async def confirm_order(
    context: Context,
    order_id: UUID | None,
    tag_ids: Sequence[UUID | None] | None,
    message: Message,
    **terms: Unpack[Terms],
) -> Outcome:
    """`tag_ids`, when given, replace the order's tags in the same step."""

    async def change(work: Work) -> None:
        work.record(work.order.confirm(work.now))
        if tag_ids is not None:
            await set_tags(work, tag_ids)

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.CONFIRM,
        message=message,
        mail=MailKind.OC_CONFIRMED,
        **terms,
    )


async def make_confirmation_editable(
    context: Context, order_id: UUID | None, message: Message, **terms: Unpack[Terms]
) -> Outcome:
    async def change(work: Work) -> None:
        work.record(work.order.make_confirmation_editable(work.now))
        await cancel_mails_of_confirmation(work)

    return await act(
        context,
        change,
        on=on_order(order_id),
        needs=OrderAction.MAKE_CONFIRMATION_EDITABLE,
        message=message,
        mail=MailKind.OC_MADE_EDITABLE,
        **terms,
    )
