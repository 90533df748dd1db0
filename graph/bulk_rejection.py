"""rejectOrders: rejects many orders, with one `notify` and one message for all buyers."""

from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Private

from graph.bulk import ERRORS, BulkInput, DryRunOrders, DryRunPayload, dry_run
from graph.core.context import Info, or_none
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.limits.cost import ListSize
from graph.orders import Order, load_order
from graph.rejection_types import RejectionBlocker, RejectionBlockerCode
from resolvers import bulk_rejection
from resolvers.bulk_rejection import RejectOrders
from resolvers.core.notices import MAX_BODY_LENGTH, Message
from resolvers.core.pausing import mapped
from resolvers.core.refusals import DryRun, OrderResult, RefusalCode
from resolvers.rejection_reasons import Grounds


class RejectOrdersErrorCode(StrEnum):
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    ONE_OF_ORDER_IDS_AND_FILTER = RefusalCode.ONE_OF_ORDER_IDS_AND_FILTER
    TOO_MANY_ORDERS = RefusalCode.TOO_MANY_ORDERS
    BODY_WITHOUT_NOTIFY = RefusalCode.BODY_WITHOUT_NOTIFY
    BODY_TOO_LONG = RefusalCode.BODY_TOO_LONG
    IDEMPOTENCY_KEY_REUSED = RefusalCode.IDEMPOTENCY_KEY_REUSED
    FILTER_WITHOUT_CONDITION = RefusalCode.FILTER_WITHOUT_CONDITION
    SELECTION_CHANGED = RefusalCode.SELECTION_CHANGED
    REASON_REQUIRED = RefusalCode.REASON_REQUIRED
    UNKNOWN_REASON = RefusalCode.UNKNOWN_REASON
    INVALID_INPUT = RefusalCode.INVALID_INPUT


describe_enum(
    RejectOrdersErrorCode,
    "Reasons why rejectOrders was refused as a whole. Nothing was changed.",
    ERRORS
    | {
        "NOT_PERMITTED": "Returned if the viewer's role does not permit rejecting orders.",
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {MAX_BODY_LENGTH:,} characters.",
        "REASON_REQUIRED": "Returned if the brand of the orders requires a reason and none is given.",
        "UNKNOWN_REASON": "Returned if the brand of the orders has no reason with this code, or has archived it.",
        "INVALID_INPUT": "Returned if an argument is invalid, e.g. a note that is too long. `field` is its path.",
    },
)


@strawberry.type(description="A reason why rejectOrders was refused as a whole.")
class RejectOrdersError(UserError):
    CODES = RejectOrdersErrorCode

    code: RejectOrdersErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.input(description="The orders: give exactly one of orderIds and filter (or all: true).")
class RejectOrdersInput(BulkInput):
    notify: bool = strawberry.field(description="Whether to send the buyers an e-mail, one for each order.")
    body: str | None = strawberry.field(
        default=UNSET, description="The message to all buyers. See RejectOrderInput.body."
    )
    reason: str | None = strawberry.field(
        default=UNSET, description="Why: one reason for all orders. See RejectOrderInput.reason."
    )
    note: str | None = strawberry.field(
        default=UNSET, description="Internal note, the same on all orders. See RejectOrderInput.note."
    )
    show_reason: bool | None = strawberry.field(
        default=UNSET, description="Whether the mails name the reason. See RejectOrderInput.showReason."
    )


class RejectOrdersOutcome(StrEnum):
    REJECTED = "REJECTED"
    SKIPPED = "SKIPPED"
    NOT_FOUND = "NOT_FOUND"


describe_enum(
    RejectOrdersOutcome,
    "What rejectOrders did with one order.",
    {
        "REJECTED": "The order was rejected, by this request or by an earlier one with the same idempotencyKey.",
        "SKIPPED": "Nothing was changed; `blockers` says why.",
        "NOT_FOUND": "The viewer has no such order.",
    },
)


@strawberry.type(description="The orders that one blocker keeps back. An order can have several blockers.")
class RejectOrdersBlocked(DryRunOrders):
    code: RejectionBlockerCode = strawberry.field(description="Machine-readable code of the blocker.")


@strawberry.type(description="What rejectOrders would do now. Nothing was changed.")
class RejectOrdersDryRun(DryRunPayload):
    blocked: list[RejectOrdersBlocked] = strawberry.field(
        description="The orders that would be skipped: one entry for each blocker that some of them have."
    )


@strawberry.type(description="Result for one order.")
class RejectOrdersResult:
    order_id: ID = strawberry.field(description="The id as in orderIds; with a filter, the id of a matching order.")
    outcome: RejectOrdersOutcome = strawberry.field(description="What was done with the order.")
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
    skipped_count: int = strawberry.field(description="Number of orders that were skipped or not found.")
    dry_run: RejectOrdersDryRun | None = strawberry.field(
        description="What the command would do. Null unless the input has `dryRun: true`."
    )
    user_errors: list[RejectOrdersError] = strawberry.field(
        description="Why the command was refused as a whole. Empty if every order was processed."
    )


async def reject_orders(
    info: Info, input: Annotated[RejectOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> RejectOrdersPayload:
    command = RejectOrders(
        **await input.chosen(),
        message=Message(input.notify, or_none(input.body)),
        grounds=Grounds(or_none(input.reason), or_none(input.note), bool(or_none(input.show_reason))),
    )
    outcome = await bulk_rejection.reject_orders(info.context, command)
    errors = RejectOrdersError.all_of(outcome)
    answers = [] if errors or outcome.dry_run else await input.answers(outcome)
    results = await mapped(lambda answer: _result(*answer), answers)
    rejected = sum(result.is_done for result in outcome.results)
    return RejectOrdersPayload(
        results=results,
        rejected_count=rejected,
        skipped_count=len(results) - rejected,
        dry_run=_dry_run(outcome.dry_run) if outcome.dry_run else None,
        user_errors=errors,
    )


def _dry_run(found: DryRun) -> RejectOrdersDryRun:
    blocked = [
        RejectOrdersBlocked(code=RejectionBlockerCode(each.code.value), count=each.count, first=each.first)
        for each in found.blocked
    ]
    return RejectOrdersDryRun(**dry_run(found), blocked=blocked)


def _result(id: ID, result: OrderResult | None) -> RejectOrdersResult:
    blockers = [RejectionBlocker.of(blocker) for blocker in result.blockers] if result else []
    notices = Notice.all_of(result.notices) if result else []
    done = RejectOrdersOutcome.REJECTED if result and result.is_done else RejectOrdersOutcome.SKIPPED
    outcome = done if result and result.is_found else RejectOrdersOutcome.NOT_FOUND
    return RejectOrdersResult(order_id=id, outcome=outcome, blockers=blockers, notices=notices, result=result)
