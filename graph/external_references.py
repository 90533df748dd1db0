"""setExternalReference, orderByReference."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import ActionPayload, OrderInput
from graph.orders import Order
from models.external_reference import MAX_REFERENCE_LENGTH
from resolvers import external_references

REFERENCE = (
    "What the caller's own system calls the order: one for each app (API key, also after its rotation), and one for "
    f"the brand's members together. Unique in the app. At most {MAX_REFERENCE_LENGTH} characters, in one line."
)


@strawberry.input(description="The order, and what the caller's own system calls it.")
class SetExternalReferenceInput(OrderInput):
    external_reference: str | None = strawberry.field(
        default=UNSET, description=f"{REFERENCE} Default: the reference is removed."
    )


@strawberry.type(
    description="Result of setExternalReference. The command succeeded if and only if userErrors is empty."
)
class SetExternalReferencePayload(ActionPayload):
    pass


async def set_external_reference(
    info: Info,
    input: Annotated[SetExternalReferenceInput, strawberry.argument(description="The order and the reference.")],
) -> SetExternalReferencePayload:
    outcome = await external_references.set_external_reference(
        info.context,
        from_id(Kind.ORDER, input.order_id),
        or_none(input.external_reference),
        **input.terms(),
    )
    return await SetExternalReferencePayload.of(info, outcome)


async def order_by_reference(
    info: Info,
    reference: Annotated[
        str,
        strawberry.argument(
            description="The exact external reference, without regard to spaces around it. An app finds its own ones "
            "only. Members find the brand's, and else the only order that an app calls so."
        ),
    ],
) -> Order | None:
    row = await external_references.order_by_reference(info.context, reference)
    return Order.of(row) if row else None
