"""What all mutations on many orders share: how the orders are chosen, and the order of the results."""

from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Private

from graph.blockers import ActionBlocker
from graph.core.context import Info, or_none
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.ids import Kind, from_id, to_id
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.limits.cost import ListSize
from graph.order_filter import OrderFilter
from graph.orders import Order, load_order
from resolvers.bulk_runs import MAX_ORDERS
from resolvers.core.notices import MAX_BODY_LENGTH
from resolvers.core.pausing import mapped
from resolvers.core.refusals import OrderResult, Outcome, RefusalCode
from resolvers.inputs import InputError

ERRORS = {
    "NOT_PERMITTED": "Returned if the viewer's role does not permit this action on orders.",
    "ONE_OF_ORDER_IDS_AND_FILTER": "Returned if both of orderIds and filter are given, or neither.",
    "TOO_MANY_ORDERS": f"Returned if there are more than {MAX_ORDERS:,} orders. Split them over several requests.",
    "IDEMPOTENCY_KEY_REUSED": "Returned if the key was used for another request, or so long ago (30 days or more) "
    "that its answer is no longer kept. Use a new key.",
    "INVALID_INPUT": "Returned if an argument is invalid, e.g. a character that cannot be kept. `field` is its path.",
}


class BulkActionErrorCode(StrEnum):
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    ONE_OF_ORDER_IDS_AND_FILTER = RefusalCode.ONE_OF_ORDER_IDS_AND_FILTER
    TOO_MANY_ORDERS = RefusalCode.TOO_MANY_ORDERS
    BODY_WITHOUT_NOTIFY = RefusalCode.BODY_WITHOUT_NOTIFY
    BODY_TOO_LONG = RefusalCode.BODY_TOO_LONG
    IDEMPOTENCY_KEY_REUSED = RefusalCode.IDEMPOTENCY_KEY_REUSED
    UNKNOWN_TAGS = RefusalCode.UNKNOWN_TAGS
    INVALID_INPUT = RefusalCode.INVALID_INPUT


describe_enum(
    BulkActionErrorCode,
    "Reasons why a command on many orders, other than rejectOrders, was refused as a whole. Nothing was changed.",
    ERRORS
    | {
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {MAX_BODY_LENGTH:,} characters.",
        "UNKNOWN_TAGS": "Returned if the brand of the orders does not have one of the tags. The message names it.",
    },
)


@strawberry.input
class BulkInput:
    """The start of every input for an action on many orders; not in the schema itself."""

    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="The orders, by their ids.")
    filter: OrderFilter | None = strawberry.field(
        default=UNSET, description="All orders that the filter matches, not only a page of them."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="Makes the command safe to retry: a retry with the same key acts on the same orders, "
        "completes those that are left and mails nobody twice. An order that the first try "
        "completed counts as done, whatever has happened to it since.",
    )

    async def chosen(self) -> dict[str, Any]:
        """For BulkCommand. Raises InputError."""
        ids, filter = or_none(self.order_ids), or_none(self.filter)
        if ids is not None and len(ids) > MAX_ORDERS * 2:
            raise InputError(f"orderIds takes at most {MAX_ORDERS:,} ids.", "input", "orderIds")
        read = await mapped(_order, ids) if ids is not None else None
        return {
            "order_ids": [uuid for uuid in read if uuid] if read is not None else None,
            "filter": filter.read("input", "filter") if filter else None,
            "idempotency_key": or_none(self.idempotency_key),
        }

    async def answers(self, outcome: Outcome) -> list[tuple[ID, OrderResult | None]]:
        """Each order once, as it was asked for; None for what is not even an order's id."""
        ids = or_none(self.order_ids)
        if ids is None:
            return await mapped(lambda result: (to_id(Kind.ORDER, result.order_id), result), outcome.results)
        by_id = {result.order_id: result for result in outcome.results}

        def answer(id: ID) -> tuple[ID, OrderResult | None]:
            uuid = _order(id)
            return id, by_id.get(uuid) if uuid else None

        return await mapped(answer, list(dict.fromkeys(ids)))


def _order(id: ID) -> UUID | None:
    return from_id(Kind.ORDER, id)


@strawberry.type(description="A reason why a command on many orders was refused as a whole.")
class BulkActionError(UserError):
    CODES = BulkActionErrorCode

    code: BulkActionErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.type(description="Result for one order.")
class BulkActionResult:
    order_id: ID = strawberry.field(description="The id as in orderIds; with a filter, the id of a matching order.")
    is_done: bool = strawberry.field(
        description="Whether the action was completed for this order, by this request or by an earlier one "
        "with the same idempotencyKey."
    )
    blockers: list[ActionBlocker] = strawberry.field(
        description="Why the order was skipped. Empty if the action was completed, and if the viewer has no such order."
    )
    notices: list[Notice] = strawberry.field(description=f"{NOTICES} A retry returns them again.")
    result: Private[OrderResult | None]

    @strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)
    def warnings(self) -> list[str]:
        return [notice.message for notice in self.notices]

    @strawberry.field(description="The order after the command. Null if the viewer has no such order.")
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.result.order_id if self.result and self.result.is_found else None)

    @classmethod
    def of(cls, id: ID, result: OrderResult | None) -> "BulkActionResult":
        blockers = [ActionBlocker.of(blocker) for blocker in result.blockers] if result else []
        notices = Notice.all_of(result.notices) if result else []
        is_done = bool(result and result.is_done)
        return cls(order_id=id, is_done=is_done, blockers=blockers, notices=notices, result=result)


@strawberry.type
class BulkPayload:
    """The start of every payload of an action on many orders; not in the schema itself."""

    results: list[BulkActionResult] = strawberry.field(
        description="One result for each order, in the order of orderIds or, with a filter, of the list.",
        directives=[ListSize(assumed_size=100)],
    )
    done_count: int = strawberry.field(description="Number of orders for which the action was completed.")
    skipped_count: int = strawberry.field(description="Number of orders that were skipped.")
    user_errors: list[BulkActionError] = strawberry.field(
        description="Why the command was refused as a whole. Empty if every order was processed."
    )

    @classmethod
    async def of(cls, input: BulkInput, outcome: Outcome) -> Self:
        errors = BulkActionError.all_of(outcome)
        answers = [] if errors else await input.answers(outcome)
        results = await mapped(lambda answer: BulkActionResult.of(*answer), answers)
        done = sum(result.is_done for result in results)
        return cls(results=results, done_count=done, skipped_count=len(results) - done, user_errors=errors)
