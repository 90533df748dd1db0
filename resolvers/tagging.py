"""Which tags orders carry: set, added to or taken off one order or many. The tags themselves: resolvers/tags.py."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.events import TagsApplied
from models.messages.refusals import TOO_MANY_TAGS, UNKNOWN_TAGS
from models.order import Order
from models.policy import OrderAction
from models.tag import OrderTag, Tag
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, invalid, refusal
from resolvers.core.work import Work

MAX_TAGS = 100


class TagMode(StrEnum):
    REPLACE = "REPLACE"
    ADD = "ADD"
    REMOVE = "REMOVE"


async def apply_tags(
    context: Context,
    order_id: UUID | None,
    tag_ids: Sequence[UUID | None],
    mode: TagMode = TagMode.REPLACE,
    **terms: Unpack[Terms],
) -> Outcome:
    """None stands for an argument that is no tag's id."""

    async def change(work: Work) -> None:
        await set_tags(work, tag_ids, mode)

    return await act(context, change, on=on_order(order_id), needs=OrderAction.APPLY_TAGS, **terms)


async def set_tags(
    work: Work,
    tag_ids: Sequence[UUID | None],
    mode: TagMode = TagMode.REPLACE,
    unknown_code: RefusalCode = RefusalCode.INVALID_INPUT,
) -> None:
    """Sets the tags of the locked orders. An order that needs no change has no event.

    Raises Refused for an unknown tag, with `unknown_code`, and for too many.
    """
    if wrong := too_many_tags(work.context, tag_ids):
        raise Refused(*wrong)
    orders, brand_id = work.orders, work.brand_id
    # Held until the end, so that they are not deleted; and before anything is taken off: see delete_tag.
    tags = await find_tags(work, brand_id, tag_ids, hold=True)
    if refusal := unknown_tags(work.context, tag_ids, tags, unknown_code):
        raise Refused(refusal)
    before = await _tags_of(work, orders)
    changed: list[UUID] = []
    gone: set[UUID] = set()
    new: list[dict[str, Any]] = []
    for order_id, had in before.items():
        after = _after(had, tags, mode)
        if had.keys() == after.keys():
            continue
        changed.append(order_id)
        gone |= had.keys() - after.keys()
        new += [{"brand_id": brand_id, "order_id": order_id, "tag_id": id} for id in after.keys() - had.keys()]
        codes = {"before": tuple(sorted(had.values())), "after": tuple(sorted(after.values()))}
        work.record(TagsApplied(brand_id=brand_id, order_id=order_id, at=work.now, **codes))
    if gone:  # a tag that goes, goes from all of them
        of_orders = (OrderTag.brand_id == brand_id, OrderTag.order_id.in_(before))
        await work.save(delete(OrderTag).where(*of_orders, OrderTag.tag_id.in_(gone)))
    await work.save(insert(OrderTag), new)
    await _touch(work, changed)


async def _touch(work: Work, order_ids: Sequence[UUID]) -> None:
    """Moves `updated_at`, but neither the version nor what the buyer sees: tags are internal, and block no command."""
    if not order_ids:
        return
    seen = func.coalesce(Order.buyer_updated_at, Order.updated_at)
    touched = update(Order).where(Order.brand_id == work.brand_id, Order.id.in_(order_ids))
    # Not through the entities: that would raise the version.
    values = touched.values(buyer_updated_at=seen, updated_at=work.now)
    await work.save(values.execution_options(synchronize_session=False))
    for order in work.orders:
        if order.id in order_ids:
            set_committed_value(order, "buyer_updated_at", order.buyer_updated_at or order.updated_at)
            set_committed_value(order, "updated_at", work.now)


def too_many_tags(context: Context, tag_ids: Sequence[UUID | None]) -> list[Refusal]:
    return [invalid(context, TOO_MANY_TAGS, "tagIds", most=MAX_TAGS)] if len(tag_ids) > MAX_TAGS else []


async def find_tags(
    work: Work, brand_id: UUID, tag_ids: Sequence[UUID | None], *, hold: bool = False
) -> dict[UUID, str]:
    """Tag's id → code. `hold`: they cannot be deleted until the transaction ends."""
    statement = select(Tag.id, Tag.code).where(Tag.brand_id == brand_id, Tag.id.in_({id for id in tag_ids if id}))
    if hold:
        statement = statement.with_for_update(read=True, key_share=True)
    return {row[0]: row[1] for row in await work.read(statement)}


def unknown_tags(
    context: Context, tag_ids: Sequence[UUID | None], tags: dict[UUID, str], code: RefusalCode
) -> Refusal | None:
    """The refusal that names the places of the ids that are no tag's; None when there are none."""
    places = ", ".join(f"tagIds[{place}]" for place, id in enumerate(tag_ids) if id not in tags)
    return refusal(context, code, UNKNOWN_TAGS, "tagIds", ids=places) if places else None


async def _tags_of(work: Work, orders: Sequence[Order]) -> dict[UUID, dict[UUID, str]]:
    """Order's id → its tags: id → code."""
    tags: dict[UUID, dict[UUID, str]] = {order.id: {} for order in orders}
    of_orders = (OrderTag.brand_id == orders[0].brand_id, OrderTag.order_id.in_(tags))
    statement = select(OrderTag.order_id, Tag.id, Tag.code).join_from(OrderTag, Tag).where(*of_orders)
    for order_id, tag_id, code in await work.read(statement):
        tags[order_id][tag_id] = code
    return tags


def _after(before: dict[UUID, str], tags: dict[UUID, str], mode: TagMode) -> dict[UUID, str]:
    match mode:
        case TagMode.REPLACE:
            return tags
        case TagMode.ADD:
            return before | tags
        case TagMode.REMOVE:
            return {id: code for id, code in before.items() if id not in tags}
