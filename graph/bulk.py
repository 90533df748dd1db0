"""What all mutations on many orders share: how the orders are chosen, and the order of the results."""

from typing import Any, Self

import strawberry
from strawberry import ID, UNSET, Private

from graph.blockers import ActionBlocker
from graph.core.context import Info, given
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.ids import Kind, from_id, to_id
from graph.limits.cost import ListSize
from graph.order_filter import OrderFilter
from graph.orders import Order, load_order
from resolvers.bulk_runs import MAX_ORDERS, BulkError, Outcome, Result
from resolvers.core.notices import MAX_BODY_LENGTH
from resolvers.inputs import InputError

ERRORS = {
    "NOT_PERMITTED": "Returned if the viewer may not do this to orders.",
    "ONE_OF_ORDER_IDS_AND_FILTER": "Returned if both of orderIds and filter are given, or neither.",
    "TOO_MANY_ORDERS": f"Returned if there are more than {MAX_ORDERS:,} orders.",
    "IDEMPOTENCY_KEY_REUSED": "Returned if the key was used for another request.",
}


describe_enum(
    BulkError,
    "Why an action on many orders, other than rejecting, was refused as a whole. Nothing was changed.",
    ERRORS
    | {
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {MAX_BODY_LENGTH:,} characters.",
        "UNKNOWN_TAGS": "Returned if the brand of the orders has no such tag; the message says which.",
    },
    name="BulkActionErrorCode",
)


@strawberry.input
class BulkInput:
    """The start of every input for an action on many orders; not in the schema itself."""

    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="These orders.")
    filter: OrderFilter | None = strawberry.field(
        default=UNSET, description="Everything that the filter matches, not only a page of it."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A retry with the same key is about the same orders, finishes what is left and mails nobody twice; "
        "an order that the first try has done counts as done, whatever became of it since.",
    )

    def chosen(self) -> dict[str, Any]:
        """For BulkCommand. Raises InputError."""
        ids, filter = given(self.order_ids), given(self.filter)
        if ids is not None and len(ids) > MAX_ORDERS * 2:
            raise InputError(f"orderIds takes at most {MAX_ORDERS:,} ids.", "input", "orderIds")
        return {
            "order_ids": [uuid for id in ids if (uuid := from_id(Kind.ORDER, id))] if ids is not None else None,
            "filter": filter.read("input", "filter") if filter else None,
            "idempotency_key": given(self.idempotency_key),
        }

    def answers(self, outcome: Outcome) -> list[tuple[ID, Result | None]]:
        """Each order once, as it was asked for; None for what is not even an order's id."""
        ids = given(self.order_ids)
        if ids is None:
            return [(to_id(Kind.ORDER, result.order_id), result) for result in outcome.results]
        by_id = {result.order_id: result for result in outcome.results}
        asked = [(id, from_id(Kind.ORDER, id)) for id in dict.fromkeys(ids)]
        return [(id, by_id.get(uuid) if uuid else None) for id, uuid in asked]


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
