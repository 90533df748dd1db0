"""What all actions but rejecting answer; and archiveOrder and applyTags, which are left to a rejected order."""

from typing import Annotated, Any, Self

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info
from graph.core.enums import publish
from graph.core.errors import UserError
from graph.core.ids import Kind, from_id
from graph.orders import ActionBlocker, Order, load_order
from resolvers import archiving, tagging
from resolvers.core.actions import ActionError, Outcome, Refusal, not_found

publish(
    ActionError,
    "Why an action other than rejecting was refused. Nothing was changed.",
    {
        "NOT_FOUND": "Returned if the viewer has no order or document with this id.",
        "NOT_PERMITTED": "Returned if the viewer may not do this.",
        "NOT_ALLOWED_IN_STATUS": "Returned if the order's status, or a document or setting, does not allow it.",
        "ORDER_REJECTED": "Returned if the order has been rejected: only archiving and tags are left.",
        "STALE_ORDER": "Returned if the order is no longer at expectedVersion.",
        "INVALID_INPUT": "Returned if an argument makes no sense; field says which.",
    },
    name="OrderActionErrorCode",
)


@strawberry.type(description="Why an action other than rejecting was refused.")
class OrderActionError(UserError):
    code: ActionError = strawberry.field(description="For programs.")

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        return cls(code=refusal.code, message=refusal.message, field=list(refusal.field) or None)


@strawberry.input
class OrderInput:
    """The start of every input for an action on one order; not in the schema itself."""

    order_id: ID = strawberry.field(description="The order.")


@strawberry.input
class ReadOrderInput(OrderInput):
    """The start of inputs for a decision on what an order says; not in the schema itself."""

    expected_version: int | None = strawberry.field(
        default=UNSET, description="Refuse with STALE_ORDER unless the order is still at this version."
    )


@strawberry.type
class ActionPayload:
    """The start of every payload of an action; not in the schema itself."""

    order: Order | None = strawberry.field(description="The order as it is now; null when there is none.")
    blockers: list[ActionBlocker] = strawberry.field(
        description="Every reason of the order's why it was refused; Order.actions tells them beforehand."
    )
    warnings: list[str] = strawberry.field(description="Done, but: e.g. the buyer has no e-mail address.")
    user_errors: list[OrderActionError] = strawberry.field(description="Why nothing was done; empty when it was.")

    @classmethod
    async def of(cls, info: Info, outcome: Outcome, **more: Any) -> Self:
        return cls(
            order=await load_order(info, outcome.order_id),
            blockers=[ActionBlocker.of(blocker) for blocker in outcome.blockers],
            warnings=outcome.warnings,
            user_errors=[OrderActionError.of(refusal) for refusal in outcome.refusals],
            **more,
        )


@strawberry.input(description="What to archive: a rejected or sent-back order.")
class ArchiveOrderInput(OrderInput):
    pass


@strawberry.type(description="What came of archiveOrder. It is done exactly when userErrors is empty.")
class ArchiveOrderPayload(ActionPayload):
    pass


@strawberry.input(description="Which tags an order shall have, in whichever status it is.")
class ApplyTagsInput(OrderInput):
    tag_ids: list[ID] = strawberry.field(description="Replaces the order's tags; an empty list removes them all.")


@strawberry.type(description="What came of applyTags. It is done exactly when userErrors is empty.")
class ApplyTagsPayload(ActionPayload):
    pass


async def archive_order(
    info: Info, input: Annotated[ArchiveOrderInput, strawberry.argument(description="The order.")]
) -> ArchiveOrderPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    outcome = await archiving.archive_order(info.context, order_id) if order_id else not_found(info.context)
    return await ArchiveOrderPayload.of(info, outcome)


async def apply_tags(
    info: Info, input: Annotated[ApplyTagsInput, strawberry.argument(description="The order and its tags.")]
) -> ApplyTagsPayload:
    order_id = from_id(Kind.ORDER, input.order_id)
    tag_ids = [from_id(Kind.TAG, id) for id in input.tag_ids]
    outcome = await tagging.apply_tags(info.context, order_id, tag_ids) if order_id else not_found(info.context)
    return await ApplyTagsPayload.of(info, outcome)
