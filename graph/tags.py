"""createTag, updateTag, deleteTag: the brand's tags themselves."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info, given
from graph.core.ids import Kind, from_id
from graph.order_actions import OrderActionError
from graph.tag_types import Tag
from resolvers import tags
from resolvers.tags import TagOutcome


@strawberry.input(description="A new tag.")
class CreateTagInput:
    code: str = strawberry.field(description="Code, unique in the brand, 1 to 64 characters.")
    name: str = strawberry.field(description="Name, for display, 1 to 100 characters.")
    color: str | None = strawberry.field(default=UNSET, description="Colour as #RRGGBB. Default: none.")


@strawberry.type(description="Result of createTag. The command succeeded if and only if userErrors is empty.")
class CreateTagPayload:
    tag: Tag | None = strawberry.field(description="The new tag. Null if refused.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why the command was refused. Empty on success.")


@strawberry.input(description="The new name or colour of a tag. Its code does not change.")
class UpdateTagInput:
    tag_id: ID = strawberry.field(description="The tag.")
    name: str | None = strawberry.field(
        default=UNSET, description="New name, 1 to 100 characters. Default: the name is kept."
    )
    color: str | None = strawberry.field(
        default=UNSET, description="New colour as #RRGGBB. Default: the colour is kept. Null removes it."
    )


@strawberry.type(description="Result of updateTag. The command succeeded if and only if userErrors is empty.")
class UpdateTagPayload:
    tag: Tag | None = strawberry.field(description="The tag after the command. Null if refused.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why the command was refused. Empty on success.")


@strawberry.input(description="The tag to delete permanently.")
class DeleteTagInput:
    tag_id: ID = strawberry.field(description="The tag.")
    remove_from_orders: bool = strawberry.field(
        description="Whether to remove the tag from all orders, including archived ones. If false, the "
        "command is refused while orders carry the tag."
    )


@strawberry.type(description="Result of deleteTag. The command succeeded if and only if userErrors is empty.")
class DeleteTagPayload:
    deleted_tag_id: ID | None = strawberry.field(description="Id of the deleted tag. Null if refused.")
    order_count: int = strawberry.field(
        description="Number of orders that carry the tag, or carried it before it was deleted."
    )
    user_errors: list[OrderActionError] = strawberry.field(description="Why the command was refused. Empty on success.")


async def create_tag(
    info: Info, input: Annotated[CreateTagInput, strawberry.argument(description="The tag.")]
) -> CreateTagPayload:
    outcome = await tags.create_tag(info.context, input.code, input.name, given(input.color))
    return CreateTagPayload(tag=_tag(outcome), user_errors=_errors(outcome))


async def update_tag(
    info: Info, input: Annotated[UpdateTagInput, strawberry.argument(description="The changes.")]
) -> UpdateTagPayload:
    asked = {"name": input.name, "color": input.color}
    changes = {name: value for name, value in asked.items() if value is not UNSET}
    outcome = await tags.update_tag(info.context, from_id(Kind.TAG, input.tag_id), changes)
    return UpdateTagPayload(tag=_tag(outcome), user_errors=_errors(outcome))


async def delete_tag(
    info: Info, input: Annotated[DeleteTagInput, strawberry.argument(description="The tag.")]
) -> DeleteTagPayload:
    tag_id = from_id(Kind.TAG, input.tag_id)
    outcome = await tags.delete_tag(info.context, tag_id, remove_from_orders=input.remove_from_orders)
    deleted = None if outcome.refusals else input.tag_id
    return DeleteTagPayload(deleted_tag_id=deleted, order_count=outcome.orders, user_errors=_errors(outcome))


def _tag(outcome: TagOutcome) -> Tag | None:
    return Tag.of(outcome.tag) if outcome.tag else None


def _errors(outcome: TagOutcome) -> list[OrderActionError]:
    return [OrderActionError.of(refusal) for refusal in outcome.refusals]
