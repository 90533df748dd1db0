"""The brand's tags themselves: list, create, rename and recolour, delete. Which orders carry them: tagging.py."""

import re
from collections.abc import Sequence
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import delete, func, select

from models.base import new_id
from models.events import TagCreated, TagDeleted, TagUpdated
from models.folding import fold
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
from models.tag import OrderTag, Tag, tag_key
from resolvers.core.actions import Change, Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, invalid, refusal, wrong_text
from resolvers.core.work import Work
from resolvers.reading.pagination import Key, Listing, Page, PageRequest, by_id, encode, read_page
from resolvers.reading.rows import TAG_COLUMNS, TagRow

KEYS = [Key("code", Tag.code, descending=False), by_id(Tag.id, descending=False)]
COLOR = re.compile("#[0-9A-Fa-f]{6}")


async def tags(context: Context) -> list[TagRow]:
    """All tags of the brand by code; none for a buyer."""
    async with context.read() as session:
        return [TagRow(*row) for row in await session.execute(select(*TAG_COLUMNS).order_by(Tag.code))]


async def page_of_tags(context: Context, request: PageRequest) -> Page[TagRow]:
    """The tags of the brand by code, page by page; none for a buyer."""
    async with context.read() as session:
        return await read_page(session, select(*TAG_COLUMNS), KEYS, request, TagRow)


def listing(request: PageRequest) -> Listing:
    """The same page as `page_of_tags`. Raises InputError."""
    return Listing.of((), KEYS, request)


async def count_tags(context: Context) -> int:
    async with context.read() as session:
        return await session.scalar(select(func.count()).select_from(Tag)) or 0


def cursor_of(row: TagRow) -> str:
    """The cursor of a tag in the pages of `page_of_tags`."""
    return encode(KEYS, row)


async def create_tag(context: Context, code: str, name: str, color: str | None, **terms: Unpack[Terms]) -> Outcome:
    wrong = wrong_text(context, code, 64, "code", is_one_line=False) + _wrong_texts(context, name, color)
    code, name = code.strip(), name.strip()

    async def change(work: Work) -> UUID:
        if not fold(code) or not fold(name):
            raise Refused(invalid(context, TAG_CODE_BLANK, "name" if fold(code) else "code"))
        _check_color(context, color)
        if taken := await _alike(work, code):
            raise Refused(invalid(context, TAG_CODE_TAKEN, "code", code=taken))
        tag = Tag(id=new_id(), brand_id=work.brand_id, code=code, name=name, color=color)
        work.add(tag)
        work.record(TagCreated(brand_id=work.brand_id, at=work.now, code=code))
        return tag.id

    return await _act(context, change, terms, wrong)


async def update_tag(context: Context, tag_id: UUID | None, changes: dict[str, Any], **terms: Unpack[Terms]) -> Outcome:
    """`changes`: the new name, colour or both. A value that is the same as before is no event."""
    wrong = _wrong_texts(context, changes.get("name"), changes.get("color"))
    if "name" in changes:
        changes = changes | {"name": (changes["name"] or "").strip()}

    async def change(work: Work) -> UUID:
        if "name" in changes and not fold(changes["name"]):
            raise Refused(invalid(context, TAG_NAME_BLANK, "name"))
        _check_color(context, changes.get("color"))
        tag = await _locked(work, tag_id)
        changed = [name for name, value in changes.items() if getattr(tag, name) != value]
        for name in changed:
            setattr(tag, name, changes[name])
        if changed:
            work.record(TagUpdated(brand_id=work.brand_id, at=work.now, code=tag.code, name=tag.name, color=tag.color))
        return tag.id

    return await _act(context, change, terms, wrong)


async def delete_tag(
    context: Context, tag_id: UUID | None, *, remove_from_orders: bool, **terms: Unpack[Terms]
) -> tuple[Outcome, int]:
    """The outcome, and how many orders carry the tag, archived ones too.

    Refused while orders carry it, unless `remove_from_orders`.
    """
    carriers = 0

    async def change(work: Work) -> UUID:
        nonlocal carriers
        # Under this lock no command can put the tag on an order: that would need a lock on the tag too.
        tag = await _locked(work, tag_id)
        of_tag = (OrderTag.brand_id == work.brand_id, OrderTag.tag_id == tag.id)
        carriers = work.count = await work.find(select(func.count()).select_from(OrderTag).where(*of_tag)) or 0
        if carriers and not remove_from_orders:
            raise Refused(invalid(context, TAG_IN_USE, "removeFromOrders", count=carriers))
        await work.save(delete(OrderTag).where(*of_tag))
        await work.save(delete(Tag).where(Tag.brand_id == work.brand_id, Tag.id == tag.id))
        work.record(TagDeleted(brand_id=work.brand_id, at=work.now, code=tag.code, orders=carriers))
        return tag.id

    outcome = await _act(context, change, terms)
    return outcome, outcome.count if outcome.replayed else carriers


async def _act(context: Context, change: Change, terms: Terms, wrong: Sequence[Refusal] = ()) -> Outcome:
    if context.actor.brand_id is None:
        return Outcome(refusals=[refusal(context, RefusalCode.NOT_PERMITTED, TAGS_ARE_OF_A_BRAND)])
    return await act(context, change, needs=Permission.MANAGE_TAGS, wrong=wrong, **terms)


async def _alike(work: Work, code: str) -> str | None:
    """The code of the brand's tag that is this one but for case, width, accents or spaces."""
    codes = await work.read(select(Tag.code).where(Tag.brand_id == work.brand_id).order_by(Tag.id))
    return next((each for each in codes.scalars() if tag_key(each) == tag_key(code)), None)


async def _locked(work: Work, tag_id: UUID | None) -> Tag:
    """Raises Refused when the brand has no such tag."""
    tag = await work.find(select(Tag).where(Tag.brand_id == work.brand_id, Tag.id == tag_id).with_for_update())
    if tag is None:
        raise Refused(not_found(work.context, UNKNOWN_TAG, "tagId"))
    return tag


def _wrong_texts(context: Context, name: str | None, color: str | None) -> list[Refusal]:
    return [
        *wrong_text(context, name, 100, "name", is_one_line=False),
        *wrong_text(context, color, 7, "color", is_one_line=False),
    ]


def _check_color(context: Context, color: str | None) -> None:
    """Raises Refused."""
    if color is not None and not COLOR.fullmatch(color):
        raise Refused(invalid(context, TAG_COLOR_BAD, "color"))
