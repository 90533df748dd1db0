"""Tags: the list of the brand's, and the set of them on an order. The records: resolvers/tags.py."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.events import Event, TagsApplied
from models.messages.refusals import UNKNOWN_TAGS
from models.order import Order
from models.policy import OrderAction
from models.tag import OrderTag, Tag
from resolvers.core.actions import Outcome, act
from resolvers.core.context import Context
from resolvers.core.refusals import Refused, invalid
from resolvers.inputs import InputError
from resolvers.reading.rows import TAG_COLUMNS, TagRow

MAX_TAGS = 100


async def tags(context: Context) -> list[TagRow]:
    """All tags of the brand by code; none for a buyer."""
    async with context.read() as session:
        return [TagRow(*row) for row in await session.execute(select(*TAG_COLUMNS).order_by(Tag.code))]


async def apply_tags(context: Context, order_id: UUID, tag_ids: Sequence[UUID | None]) -> Outcome:
    """Replaces the order's tags by these; None stands for an id that is not a tag's."""

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        return await set_tags(context, session, order, tag_ids)

    return await act(context, order_id, OrderAction.APPLY_TAGS, change)


async def set_tags(
    context: Context, session: AsyncSession, order: Order, tag_ids: Sequence[UUID | None]
) -> list[Event]:
    """Within a command that has the order's lock; no event when nothing changes. Raises Refused for an unknown tag."""
    if len(tag_ids) > MAX_TAGS:
        raise InputError(f"tagIds takes at most {MAX_TAGS} ids.", "input", "tagIds")
    wanted = {id for id in tag_ids if id is not None}
    of_brand = and_(Tag.brand_id == order.brand_id, Tag.id.in_(wanted))
    # Held until the end, so that nobody deletes them meanwhile; and before anything is taken off: see delete_tag.
    held = select(Tag.id, Tag.code).where(of_brand).with_for_update(read=True, key_share=True)
    found = await _codes(session, held)
    unknown = [place for place, id in enumerate(tag_ids) if id not in found]
    if unknown:
        places = ", ".join(f"tagIds[{place}]" for place in unknown)
        raise Refused(invalid(context, UNKNOWN_TAGS, "tagIds", ids=places))
    of_order = and_(OrderTag.brand_id == order.brand_id, OrderTag.order_id == order.id)
    is_on = and_(OrderTag.brand_id == Tag.brand_id, OrderTag.tag_id == Tag.id)
    before = await _codes(session, select(Tag.id, Tag.code).join(OrderTag, is_on).where(of_order))
    if before.keys() == found.keys():
        return []
    if gone := before.keys() - found.keys():
        await session.execute(delete(OrderTag).where(of_order, OrderTag.tag_id.in_(gone)))
    new = found.keys() - before.keys()
    session.add_all(OrderTag(brand_id=order.brand_id, order_id=order.id, tag_id=id) for id in new)
    return [
        TagsApplied(
            brand_id=order.brand_id,
            order_id=order.id,
            at=context.clock(),
            before=tuple(sorted(before.values())),
            after=tuple(sorted(found.values())),
        )
    ]


async def _codes(session: AsyncSession, statement: Select[UUID, str]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in await session.execute(statement)}
