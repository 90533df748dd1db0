"""Tags: the brand's master records, and the set of them on an order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, words
from models.base import new_id
from models.events import Event, TagCreated, TagsApplied
from models.order import Order
from models.policy import OrderAction, permits
from models.tag import OrderTag, Tag
from models.words import say
from resolvers.actions import ActionError, Outcome, Refusal, Refused, act, invalid
from resolvers.context import Context
from resolvers.inputs import InputError, check_text
from resolvers.rows import TagRow

COLOR = re.compile("#[0-9A-Fa-f]{6}")
MOST_TAGS = 100
TAG_COLUMNS = (Tag.id, Tag.code, Tag.name, Tag.color)


@dataclass(frozen=True, slots=True)
class NewTag:
    """`tag` is None when it was refused."""

    tag: TagRow | None = None
    refusals: list[Refusal] = field(default_factory=list)


async def tags(context: Context) -> list[TagRow]:
    """All tags of the brand by code; none for a buyer."""
    async with context.read() as session:
        return [TagRow(*row) for row in await session.execute(select(*TAG_COLUMNS).order_by(Tag.code))]


async def create_tag(context: Context, code: str, name: str, color: str | None) -> NewTag:
    check_text(code, 64, "input", "code")
    check_text(name, 100, "input", "name")
    check_text(color, 7, "input", "color")
    actor = context.actor
    code, name = code.strip(), name.strip()

    def refused(error: ActionError, text: tuple[str, str], argument: str, **values: str) -> NewTag:
        return NewTag(refusals=[Refusal(error, say(text, actor.locale, **values), ("input", argument))])

    if not permits(actor.role, OrderAction.APPLY_TAGS):
        return NewTag(refusals=[Refusal(ActionError.NOT_PERMITTED, say(words.NOT_PERMITTED, actor.locale))])
    if actor.brand_id is None:
        return NewTag(refusals=[Refusal(ActionError.NOT_PERMITTED, say(words.TAGS_ARE_OF_A_BRAND, actor.locale))])
    if not code or not name:
        return refused(ActionError.INVALID_INPUT, words.TAG_CODE_BLANK, "name" if code else "code")
    if color is not None and not COLOR.fullmatch(color):
        return refused(ActionError.INVALID_INPUT, words.TAG_COLOR_BAD, "color")

    tag = Tag(id=new_id(), brand_id=actor.brand_id, code=code, name=name, color=color)
    event = TagCreated(brand_id=actor.brand_id, at=context.clock(), code=code)
    try:
        async with context.transaction() as session:
            session.add(tag)
            await audit.record(session, [audit.entry(event, actor, context.request_id)])
    except IntegrityError:
        return refused(ActionError.INVALID_INPUT, words.TAG_CODE_TAKEN, "code", code=code)
    return NewTag(TagRow(tag.id, code, name, color))


async def apply_tags(context: Context, order_id: UUID, tag_ids: Sequence[UUID | None]) -> Outcome:
    """Replaces the order's tags by these; None stands for an id that is not a tag's."""

    async def change(session: AsyncSession, order: Order) -> list[Event]:
        return await set_tags(context, session, order, tag_ids)

    return await act(context, order_id, OrderAction.APPLY_TAGS, change)


async def set_tags(
    context: Context, session: AsyncSession, order: Order, tag_ids: Sequence[UUID | None]
) -> list[Event]:
    """Within a command that has the order's lock; no event when nothing changes. Raises Refused for an unknown tag."""
    if len(tag_ids) > MOST_TAGS:
        raise InputError(f"tagIds takes at most {MOST_TAGS} ids.", "input", "tagIds")
    wanted = {id for id in tag_ids if id is not None}
    of_brand = and_(Tag.brand_id == order.brand_id, Tag.id.in_(wanted))
    found = await _codes(session, select(Tag.id, Tag.code).where(of_brand))
    unknown = [place for place, id in enumerate(tag_ids) if id not in found]
    if unknown:
        places = ", ".join(f"tagIds[{place}]" for place in unknown)
        raise Refused(invalid(context, words.UNKNOWN_TAGS, "tagIds", ids=places))
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
