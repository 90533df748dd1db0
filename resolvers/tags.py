"""The brand's tags themselves: create, rename and recolour, delete. Which orders carry them: resolvers/tagging.py."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.base import new_id
from models.events import TagCreated, TagDeleted, TagUpdated
from models.locale import text_for
from models.messages.refusals import (
    TAG_CODE_BLANK,
    TAG_CODE_TAKEN,
    TAG_COLOR_BAD,
    TAG_IN_USE,
    TAG_NAME_BLANK,
    TAGS_ARE_OF_A_BRAND,
    UNKNOWN_TAG,
)
from models.permissions import Permission
from models.tag import OrderTag, Tag
from resolvers.core.context import Context
from resolvers.core.refusals import ActionError, Refusal, invalid, not_permitted
from resolvers.inputs import check_text
from resolvers.reading.rows import TagRow

COLOR = re.compile("#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, slots=True)
class TagOutcome:
    """`tag` is None when it was refused, and when it was deleted. `orders`: how many carry a tag to be deleted."""

    tag: TagRow | None = None
    orders: int = 0
    refusals: list[Refusal] = field(default_factory=list)


async def create_tag(context: Context, code: str, name: str, color: str | None) -> TagOutcome:
    check_text(code, 64, "input", "code")
    _check_texts(name, color)
    code, name = code.strip(), name.strip()
    actor, brand_id = context.actor, _brand_of(context)
    if isinstance(brand_id, Refusal):
        return _refused(brand_id)
    if not code or not name:
        return _refused(invalid(context, TAG_CODE_BLANK, "name" if code else "code"))
    if refusal := _bad_color(context, color):
        return _refused(refusal)
    tag = Tag(id=new_id(), brand_id=brand_id, code=code, name=name, color=color)
    event = TagCreated(brand_id=brand_id, at=context.clock(), code=code)
    try:
        async with context.transaction() as session:
            session.add(tag)
            await audit.record(session, [audit.entry(event, actor, context.request_id)])
    except IntegrityError:
        return _refused(invalid(context, TAG_CODE_TAKEN, "code", code=code))
    return TagOutcome(TagRow(tag.id, code, name, color))


async def update_tag(context: Context, tag_id: UUID | None, changes: dict[str, Any]) -> TagOutcome:
    """`changes`: name, color or both, as they shall be. What is the same as before is no event."""
    _check_texts(changes.get("name"), changes.get("color"))
    brand_id = _brand_of(context)
    if isinstance(brand_id, Refusal):
        return _refused(brand_id)
    if "name" in changes:
        changes = changes | {"name": (changes["name"] or "").strip()}
        if not changes["name"]:
            return _refused(invalid(context, TAG_NAME_BLANK, "name"))
    if refusal := _bad_color(context, changes.get("color")):
        return _refused(refusal)
    async with context.transaction() as session:
        tag = await _locked(session, brand_id, tag_id)
        if tag is None:
            return _refused(_unknown(context))
        changed = [name for name, value in changes.items() if getattr(tag, name) != value]
        for name in changed:
            setattr(tag, name, changes[name])
        if changed:
            event = TagUpdated(brand_id=brand_id, at=context.clock(), code=tag.code, name=tag.name, color=tag.color)
            await audit.record(session, [audit.entry(event, context.actor, context.request_id)])
    context.refresh()
    return TagOutcome(TagRow(tag.id, tag.code, tag.name, tag.color))


async def delete_tag(context: Context, tag_id: UUID | None, *, remove_from_orders: bool) -> TagOutcome:
    """Refused while orders carry it, archived ones too, unless it shall be taken off them."""
    brand_id = _brand_of(context)
    if isinstance(brand_id, Refusal):
        return _refused(brand_id)
    async with context.transaction() as session:
        # Nobody can put the tag on an order now: that would need a lock on the tag too.
        tag = await _locked(session, brand_id, tag_id)
        if tag is None:
            return _refused(_unknown(context))
        carried = (OrderTag.brand_id == brand_id, OrderTag.tag_id == tag.id)
        orders = await session.scalar(select(func.count()).select_from(OrderTag).where(*carried)) or 0
        if orders and not remove_from_orders:
            refusal = invalid(context, TAG_IN_USE, "removeFromOrders", count=orders)
            return TagOutcome(orders=orders, refusals=[refusal])
        await session.execute(delete(OrderTag).where(*carried))
        await session.execute(delete(Tag).where(Tag.brand_id == brand_id, Tag.id == tag.id))
        event = TagDeleted(brand_id=brand_id, at=context.clock(), code=tag.code, orders=orders)
        await audit.record(session, [audit.entry(event, context.actor, context.request_id)])
    context.refresh()
    return TagOutcome(orders=orders)


async def _locked(session: AsyncSession, brand_id: UUID, tag_id: UUID | None) -> Tag | None:
    this = (Tag.brand_id == brand_id, Tag.id == tag_id)
    return await session.scalar(select(Tag).where(*this).with_for_update())


def _check_texts(name: str | None, color: str | None) -> None:
    check_text(name, 100, "input", "name")
    check_text(color, 7, "input", "color")


def _brand_of(context: Context) -> UUID | Refusal:
    """The brand whose tags the viewer may change, or why there is none."""
    if context.actor.brand_id is None:
        return Refusal(ActionError.NOT_PERMITTED, text_for(TAGS_ARE_OF_A_BRAND, context.actor.locale))
    refusals = not_permitted(context, Permission.MANAGE_TAGS)
    return refusals[0] if refusals else context.actor.brand_id


def _bad_color(context: Context, color: str | None) -> Refusal | None:
    is_good = color is None or COLOR.fullmatch(color)
    return None if is_good else invalid(context, TAG_COLOR_BAD, "color")


def _unknown(context: Context) -> Refusal:
    text = text_for(UNKNOWN_TAG, context.actor.locale)
    return Refusal(ActionError.NOT_FOUND, text, ("input", "tagId"))


def _refused(refusal: Refusal) -> TagOutcome:
    return TagOutcome(refusals=[refusal])
