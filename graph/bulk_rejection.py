"""rejectOrders: many orders, one toggle, one message."""

from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Private

from graph.bulk import ERRORS, BulkInput
from graph.core.context import Info, or_none
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.limits.cost import ListSize
from graph.orders import Order, load_order
from graph.rejection_types import RejectionBlocker
from resolvers import bulk_rejection
from resolvers.bulk_runs import BulkCommand
from resolvers.core.notices import MAX_BODY_LENGTH, Message
from resolvers.core.pausing import mapped
from resolvers.core.refusals import OrderResult, RefusalCode


class RejectOrdersErrorCode(StrEnum):
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    ONE_OF_ORDER_IDS_AND_FILTER = RefusalCode.ONE_OF_ORDER_IDS_AND_FILTER
    TOO_MANY_ORDERS = RefusalCode.TOO_MANY_ORDERS
    BODY_WITHOUT_NOTIFY = RefusalCode.BODY_WITHOUT_NOTIFY
    BODY_TOO_LONG = RefusalCode.BODY_TOO_LONG
    IDEMPOTENCY_KEY_REUSED = RefusalCode.IDEMPOTENCY_KEY_REUSED
    INVALID_INPUT = RefusalCode.INVALID_INPUT


describe_enum(
    RejectOrdersErrorCode,
    "Reasons why rejectOrders was refused as a whole. Nothing was changed.",
    ERRORS
    | {
        "NOT_PERMITTED": "Returned if the viewer's role does not permit rejecting orders.",
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {MAX_BODY_LENGTH:,} characters.",
    },
)


@strawberry.type(description="A reason why rejectOrders was refused as a whole.")
class RejectOrdersError(UserError):
    CODES = RejectOrdersErrorCode

    code: RejectOrdersErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.input(description="The orders: give exactly one of orderIds and filter.")
class RejectOrdersInput(BulkInput):
    notify: bool = strawberry.field(description="Whether to send the buyers an e-mail, one for each order.")
    body: str | None = strawberry.field(
        default=UNSET, description="The message to all buyers. See RejectOrderInput.body."
    )


@strawberry.type(description="Result for one order.")
class RejectOrdersResult:
    order_id: ID = strawberry.field(description="The id as in orderIds; with a filter, the id of a matching order.")
    blockers: list[RejectionBlocker] = strawberry.field(
        description="Why the order was skipped. Empty if it was rejected, and if the viewer has no such order."
    )
    notices: list[Notice] = strawberry.field(description=f"{NOTICES} A retry returns them again.")
    result: Private[OrderResult | None]

    @strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)
    def warnings(self) -> list[str]:
        return [notice.message for notice in self.notices]

    @strawberry.field(description="The order after the command. Null if the viewer has no such order.")
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.result.order_id if self.result and self.result.is_found else None)


@strawberry.type(description="Result of rejectOrders, with a result for each order.")
class RejectOrdersPayload:
    results: list[RejectOrdersResult] = strawberry.field(
        description="One result for each order, in the order of orderIds or, with a filter, of the list.",
        directives=[ListSize(assumed_size=100)],
    )
    rejected_count: int = strawberry.field(
        description="Number of orders rejected by this request, including its earlier tries with the same "
        "idempotencyKey."
    )
    skipped_count: int = strawberry.field(description="Number of orders that were skipped.")
    user_errors: list[RejectOrdersError] = strawberry.field(
        description="Why the command was refused as a whole. Empty if every order was processed."
    )


async def reject_orders(
    info: Info, input: Annotated[RejectOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> RejectOrdersPayload:
    command = BulkCommand(**await input.chosen(), message=Message(input.notify, or_none(input.body)))
    outcome = await bulk_rejection.reject_orders(info.context, command)
    if outcome.refusals:
        errors = RejectOrdersError.all_of(outcome)
        return RejectOrdersPayload(results=[], rejected_count=0, skipped_count=0, user_errors=errors)
    results = await mapped(lambda answer: _result(*answer), await input.answers(outcome))
    rejected = sum(result.is_done for result in outcome.results)
    return RejectOrdersPayload(
        results=results, rejected_count=rejected, skipped_count=len(results) - rejected, user_errors=[]
    )


def _result(id: ID, result: OrderResult | None) -> RejectOrdersResult:
    blockers = [RejectionBlocker.of(blocker) for blocker in result.blockers] if result else []
    notices = Notice.all_of(result.notices) if result else []
    return RejectOrdersResult(order_id=id, blockers=blockers, notices=notices, result=result)
