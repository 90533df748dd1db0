"""archiveOrders, applyTagsToOrders, createOrderConfirmations, confirmOrders: an honest result for each order."""

from typing import Annotated, Self

import strawberry
from strawberry import ID, UNSET, Private

from graph.bulk import ERRORS, BulkInput
from graph.confirmation import BODY
from graph.core.context import Info, given
from graph.core.enums import publish
from graph.core.errors import UserError
from graph.core.ids import Kind, from_id
from graph.limits.cost import ListSize
from graph.orders import ActionBlocker, Order, load_order
from resolvers import bulk_actions
from resolvers.bulk_actions import CreateConfirmations, TagMode, TagOrders
from resolvers.bulk_runs import BulkCommand, BulkError, Outcome, Result
from resolvers.core.notices import LONGEST_BODY

NOTIFY = "Whether an e-mail goes to each buyer, one for each order."

publish(
    BulkError,
    "Why an action on many orders, other than rejecting, was refused as a whole. Nothing was changed.",
    ERRORS
    | {
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {LONGEST_BODY:,} characters.",
        "UNKNOWN_TAGS": "Returned if the brand of the orders has no such tag; the message says which.",
    },
    name="BulkActionErrorCode",
)
publish(
    TagMode,
    "What to do with tags.",
    {
        "REPLACE": "The orders shall have exactly these tags.",
        "ADD": "The orders shall have these tags too.",
        "REMOVE": "The orders shall not have these tags.",
    },
)


@strawberry.type(description="Why an action on many orders was refused as a whole.")
class BulkActionError(UserError):
    code: BulkError = strawberry.field(description="For programs.")


@strawberry.type(description="What came of one order.")
class BulkActionResult:
    order_id: ID = strawberry.field(description="As it was asked for.")
    is_done: bool = strawberry.field(
        description="Whether it is done: by this request, or by an earlier one with the same idempotencyKey."
    )
    blockers: list[ActionBlocker] = strawberry.field(
        description="Why it was skipped; empty when it is done, and when there is no such order."
    )
    warnings: list[str] = strawberry.field(
        description="Done, but: e.g. the buyer has no e-mail address. After a retry as after the first try."
    )
    result: Private[Result | None]

    @strawberry.field(description="The order as it is now; null when there is none.")
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.result.order_id if self.result and self.result.is_found else None)

    @classmethod
    def of(cls, id: ID, result: Result | None) -> "BulkActionResult":
        blockers = [ActionBlocker.of(blocker) for blocker in result.blockers] if result else []
        warnings = result.warnings if result else []
        is_done = bool(result and result.is_done)
        return cls(order_id=id, is_done=is_done, blockers=blockers, warnings=warnings, result=result)


@strawberry.type
class BulkPayload:
    """The start of every payload of an action on many orders; not in the schema itself."""

    results: list[BulkActionResult] = strawberry.field(
        description="In the order asked for, or of the list.", directives=[ListSize(assumed_size=100)]
    )
    done_count: int = strawberry.field(description="How many are done.")
    skipped_count: int = strawberry.field(description="How many are not.")
    user_errors: list[BulkActionError] = strawberry.field(
        description="Why nothing was done at all; empty when each order was looked at."
    )

    @classmethod
    def of(cls, input: BulkInput, outcome: Outcome) -> Self:
        errors = [
            BulkActionError(code=each.code, message=each.message, field=list(each.field) or None)
            for each in outcome.refusals
        ]
        answers = [] if errors else input.answers(outcome)
        results = [BulkActionResult.of(id, result) for id, result in answers]
        done = sum(result.is_done for result in results)
        return cls(results=results, done_count=done, skipped_count=len(results) - done, user_errors=errors)


@strawberry.input(description="Exactly one of orderIds and filter.")
class ArchiveOrdersInput(BulkInput):
    pass


@strawberry.type(description="What came of archiveOrders.")
class ArchiveOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class ApplyTagsToOrdersInput(BulkInput):
    tag_ids: list[ID] = strawberry.field(description="The tags.")
    mode: TagMode = strawberry.field(description="What to do with them.")


@strawberry.type(description="What came of applyTagsToOrders. An order that needs no change is done.")
class ApplyTagsToOrdersPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class CreateOrderConfirmationsInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    ask_buyer_approval: bool = strawberry.field(description="Whether the buyers are asked to approve them.")


@strawberry.type(description="What came of createOrderConfirmations.")
class CreateOrderConfirmationsPayload(BulkPayload):
    pass


@strawberry.input(description="Exactly one of orderIds and filter.")
class ConfirmOrdersInput(BulkInput):
    notify: bool = strawberry.field(description=NOTIFY)
    body: str | None = strawberry.field(default=UNSET, description=BODY)


@strawberry.type(description="What came of confirmOrders.")
class ConfirmOrdersPayload(BulkPayload):
    pass


async def archive_orders(
    info: Info, input: Annotated[ArchiveOrdersInput, strawberry.argument(description="The orders.")]
) -> ArchiveOrdersPayload:
    outcome = await bulk_actions.archive_orders(info.context, BulkCommand(**input.chosen()))
    return ArchiveOrdersPayload.of(input, outcome)


async def apply_tags_to_orders(
    info: Info, input: Annotated[ApplyTagsToOrdersInput, strawberry.argument(description="The orders and the tags.")]
) -> ApplyTagsToOrdersPayload:
    tag_ids = [from_id(Kind.TAG, id) for id in input.tag_ids]
    command = TagOrders(**input.chosen(), tag_ids=tag_ids, mode=input.mode)
    return ApplyTagsToOrdersPayload.of(input, await bulk_actions.tag_orders(info.context, command))


async def create_order_confirmations(
    info: Info,
    input: Annotated[CreateOrderConfirmationsInput, strawberry.argument(description="The orders and the message.")],
) -> CreateOrderConfirmationsPayload:
    command = CreateConfirmations(
        **input.chosen(), notify=input.notify, body=given(input.body), ask_approval=input.ask_buyer_approval
    )
    return CreateOrderConfirmationsPayload.of(input, await bulk_actions.create_confirmations(info.context, command))


async def confirm_orders(
    info: Info, input: Annotated[ConfirmOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> ConfirmOrdersPayload:
    command = BulkCommand(**input.chosen(), notify=input.notify, body=given(input.body))
    return ConfirmOrdersPayload.of(input, await bulk_actions.confirm_orders(info.context, command))
