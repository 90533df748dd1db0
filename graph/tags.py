"""tags, createTag, updateTag, deleteTag: the brand's tags themselves."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info, given
from graph.core.ids import Kind, from_id
from graph.order_actions import OrderActionError
from graph.tag_types import Tag
from resolvers import nodes
from resolvers import tags as brand_tags
from resolvers.core.refusals import Outcome


@strawberry.input(description="A new tag.")
class CreateTagInput:
    code: str = strawberry.field(description="Unique in the brand, 1 to 64 characters.")
    name: str = strawberry.field(description="As people see it, 1 to 100 characters.")
    color: str | None = strawberry.field(default=UNSET, description="#RRGGBB.")


@strawberry.type(description="What came of createTag. It is done exactly when userErrors is empty.")
class CreateTagPayload:
    tag: Tag | None = strawberry.field(description="The new tag; null when it was refused.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.input(description="What a tag shall be called and how it shall look; its code stays.")
class UpdateTagInput:
    tag_id: ID = strawberry.field(description="The tag.")
    name: str | None = strawberry.field(default=UNSET, description="1 to 100 characters; stays when left out.")
    color: str | None = strawberry.field(
        default=UNSET, description="#RRGGBB; stays when left out, null takes the colour away."
    )


@strawberry.type(description="What came of updateTag. It is done exactly when userErrors is empty.")
class UpdateTagPayload:
    tag: Tag | None = strawberry.field(description="The tag as it is now; null when it was refused.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


@strawberry.input(description="Which tag to delete, for good.")
class DeleteTagInput:
    tag_id: ID = strawberry.field(description="The tag.")
    remove_from_orders: bool = strawberry.field(
        description="Whether to take it off all orders, archived ones too; refused when false while orders carry it."
    )


@strawberry.type(description="What came of deleteTag. It is done exactly when userErrors is empty.")
class DeleteTagPayload:
    deleted_tag_id: ID | None = strawberry.field(description="The tag that is no more; null when it was refused.")
    order_count: int = strawberry.field(description="How many orders carry it, or carried it before it was deleted.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def tags(info: Info) -> list[Tag]:
    return [Tag.of(row) for row in await brand_tags.tags(info.context)]


async def create_tag(
    info: Info, input: Annotated[CreateTagInput, strawberry.argument(description="The tag.")]
) -> CreateTagPayload:
    outcome = await brand_tags.create_tag(info.context, input.code, input.name, given(input.color))
    return CreateTagPayload(tag=await _tag(info, outcome), user_errors=OrderActionError.all_of(outcome))


async def update_tag(
    info: Info, input: Annotated[UpdateTagInput, strawberry.argument(description="The changes.")]
) -> UpdateTagPayload:
    values = {"name": input.name, "color": input.color}
    changes = {name: value for name, value in values.items() if value is not UNSET}
    outcome = await brand_tags.update_tag(info.context, from_id(Kind.TAG, input.tag_id), changes)
    return UpdateTagPayload(tag=await _tag(info, outcome), user_errors=OrderActionError.all_of(outcome))


async def delete_tag(
    info: Info, input: Annotated[DeleteTagInput, strawberry.argument(description="The tag.")]
) -> DeleteTagPayload:
    tag_id = from_id(Kind.TAG, input.tag_id)
    outcome, carriers = await brand_tags.delete_tag(info.context, tag_id, remove_from_orders=input.remove_from_orders)
    deleted = None if outcome.refusals else input.tag_id
    errors = OrderActionError.all_of(outcome)
    return DeleteTagPayload(deleted_tag_id=deleted, order_count=carriers, user_errors=errors)


async def _tag(info: Info, outcome: Outcome) -> Tag | None:
    row = (await nodes.tags(info.context, [outcome.made])).get(outcome.made) if outcome.made else None
    return Tag.of(row) if row else None
