"""tags, createTag, updateTag, deleteTag: the brand's tags themselves."""

from typing import Annotated, Unpack

import strawberry
from strawberry import ID, UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.core.pagination import (
    After,
    Before,
    Connection,
    Edge,
    First,
    Last,
    PageArguments,
    connection,
    page_request,
    selected_page,
)
from graph.order_actions import CommandPayload
from graph.tag_types import Tag
from models.actor import Viewpoint
from resolvers import nodes
from resolvers import tags as brand_tags
from resolvers.core.refusals import Outcome
from resolvers.reading.pagination import Listing
from resolvers.reading.rows import TagRow


@strawberry.input(description="A new tag.")
class CreateTagInput(CommandInput):
    code: str = strawberry.field(
        description="Code, 1 to 64 characters, unique in the brand: codes that differ only in case, width (full or "
        "half) or accents are one."
    )
    name: str = strawberry.field(description="Name, for display, 1 to 100 characters.")
    color: str | None = strawberry.field(default=UNSET, description="Colour as #RRGGBB. Default: none.")


@strawberry.type(description="Result of createTag. The command succeeded if and only if userErrors is empty.")
class CreateTagPayload(CommandPayload):
    tag: Tag | None = strawberry.field(description="The new tag. Null if refused.")
    tag_edge: Edge[Tag] | None = strawberry.field(
        description="The new tag as an entry of tagConnection, for a client to insert into its list. Null if refused."
    )


@strawberry.input(description="The new name or colour of a tag. Its code does not change.")
class UpdateTagInput(CommandInput):
    tag_id: ID = strawberry.field(description="The tag.")
    name: str | None = strawberry.field(
        default=UNSET, description="New name, 1 to 100 characters. Default: the name is kept."
    )
    color: str | None = strawberry.field(
        default=UNSET, description="New colour as #RRGGBB. Default: the colour is kept. Null removes it."
    )


@strawberry.type(description="Result of updateTag. The command succeeded if and only if userErrors is empty.")
class UpdateTagPayload(CommandPayload):
    tag: Tag | None = strawberry.field(description="The tag after the command. Null if refused.")


@strawberry.input(description="The tag to delete permanently.")
class DeleteTagInput(CommandInput):
    tag_id: ID = strawberry.field(description="The tag.")
    remove_from_orders: bool = strawberry.field(
        description="Whether to remove the tag from all orders, including archived ones. If false, the "
        "command is refused while orders carry the tag."
    )


@strawberry.type(description="Result of deleteTag. The command succeeded if and only if userErrors is empty.")
class DeleteTagPayload(CommandPayload):
    deleted_tag_id: ID | None = strawberry.field(description="Id of the deleted tag. Null if refused.")
    order_count: int = strawberry.field(
        description="Number of orders that carry the tag, or carried it before it was deleted."
    )


async def tags(info: Info) -> list[Tag]:
    return [Tag.of(row) for row in await brand_tags.tags(info.context)]


def listing(_: Viewpoint, **page: Unpack[PageArguments]) -> Listing:
    """Raises InputError."""
    return brand_tags.listing(page_request(**page))


async def tag_connection(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[Tag]:
    request = selected_page(info, first, after, last, before)
    page = await brand_tags.page_of_tags(info.context, request)
    return connection(page, Tag.of, lambda: brand_tags.count_tags(info.context))


async def create_tag(
    info: Info, input: Annotated[CreateTagInput, strawberry.argument(description="The tag.")]
) -> CreateTagPayload:
    outcome = await brand_tags.create_tag(info.context, input.code, input.name, or_none(input.color), **input.terms())
    row = await _row(info, outcome)
    tag = Tag.of(row) if row else None
    edge = Edge(node=tag, place=row, cursor_of=brand_tags.cursor_of) if tag and row else None
    return CreateTagPayload.after(outcome, tag=tag, tag_edge=edge)


async def update_tag(
    info: Info, input: Annotated[UpdateTagInput, strawberry.argument(description="The changes.")]
) -> UpdateTagPayload:
    values = {"name": input.name, "color": input.color}
    changes = {name: value for name, value in values.items() if value is not UNSET}
    outcome = await brand_tags.update_tag(info.context, from_id(Kind.TAG, input.tag_id), changes, **input.terms())
    return UpdateTagPayload.after(outcome, tag=await _tag(info, outcome))


async def delete_tag(
    info: Info, input: Annotated[DeleteTagInput, strawberry.argument(description="The tag.")]
) -> DeleteTagPayload:
    tag_id = from_id(Kind.TAG, input.tag_id)
    outcome, carriers = await brand_tags.delete_tag(
        info.context, tag_id, remove_from_orders=input.remove_from_orders, **input.terms()
    )
    deleted = None if outcome.refusals else input.tag_id
    return DeleteTagPayload.after(outcome, deleted_tag_id=deleted, order_count=carriers)


async def _tag(info: Info, outcome: Outcome) -> Tag | None:
    row = await _row(info, outcome)
    return Tag.of(row) if row else None


async def _row(info: Info, outcome: Outcome) -> TagRow | None:
    return (await nodes.tags(info.context, [outcome.made])).get(outcome.made) if outcome.made else None
