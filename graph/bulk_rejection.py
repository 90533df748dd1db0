"""rejectOrders: many orders, one toggle, one message."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Private

from graph.context import Info, given
from graph.enums import publish
from graph.errors import UserError
from graph.ids import Kind, from_id, to_id
from graph.order_filter import OrderFilter
from graph.orders import Order, load_order
from graph.rejection_types import RejectionBlocker
from resolvers import bulk_rejection
from resolvers.bulk_rejection import BulkRejectionError, RejectOrders, Result
from resolvers.inputs import InputError
from resolvers.notices import LONGEST_BODY

publish(
    BulkRejectionError,
    "Why rejectOrders was refused as a whole. Nothing was changed.",
    {
        "NOT_PERMITTED": "Returned if the viewer may not reject orders.",
        "ONE_OF_ORDER_IDS_AND_FILTER": "Returned if both of orderIds and filter are given, or neither.",
        "TOO_MANY_ORDERS": f"Returned if there are more than {bulk_rejection.MOST_ORDERS:,} orders.",
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {LONGEST_BODY:,} characters.",
        "IDEMPOTENCY_KEY_REUSED": "Returned if the key was used for another request.",
    },
    name="RejectOrdersErrorCode",
)


@strawberry.type(description="Why rejectOrders was refused as a whole.")
class RejectOrdersError(UserError):
    code: BulkRejectionError = strawberry.field(description="For programs.")


@strawberry.input(description="Exactly one of orderIds and filter.")
class RejectOrdersInput:
    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="These orders.")
    filter: OrderFilter | None = strawberry.field(
        default=UNSET, description="Everything that the filter matches, not only a page of it."
    )
    notify: bool = strawberry.field(description="Whether an e-mail goes to each buyer, one for each order.")
    body: str | None = strawberry.field(default=UNSET, description="The message to all of them; see rejectOrder.")
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A retry with the same key is about the same orders, finishes what is left and mails nobody twice.",
    )


@strawberry.type(description="What came of one order.")
class RejectOrdersResult:
    order_id: ID = strawberry.field(description="As it was asked for.")
    blockers: list[RejectionBlocker] = strawberry.field(
        description="Why it was skipped; empty when it was rejected, and when there is no such order."
    )
    result: Private[Result | None]

    @strawberry.field(description="The order as it is now; null when there is none.")
    async def order(self, info: Info) -> Order | None:
        return await load_order(info, self.result.order_id if self.result and self.result.is_found else None)


@strawberry.type(description="What came of rejectOrders: an honest result for each order.")
class RejectOrdersPayload:
    results: list[RejectOrdersResult] = strawberry.field(description="In the order asked for, or of the list.")
    rejected_count: int = strawberry.field(description="How many are rejected by this request.")
    skipped_count: int = strawberry.field(description="How many are not.")
    user_errors: list[RejectOrdersError] = strawberry.field(
        description="Why nothing was done at all; empty when each order was looked at."
    )


async def reject_orders(
    info: Info, input: Annotated[RejectOrdersInput, strawberry.argument(description="The orders and the message.")]
) -> RejectOrdersPayload:
    ids = given(input.order_ids)
    if ids is not None and len(ids) > bulk_rejection.MOST_ORDERS * 2:
        raise InputError(f"orderIds takes at most {bulk_rejection.MOST_ORDERS:,} ids.", "input", "orderIds")
    parsed = [from_id(Kind.ORDER, id) for id in ids] if ids is not None else None
    filter = given(input.filter)
    command = RejectOrders(
        notify=input.notify,
        order_ids=[id for id in parsed if id] if parsed is not None else None,
        filter=filter.read() if filter else None,
        body=given(input.body),
        idempotency_key=given(input.idempotency_key),
    )
    outcome = await bulk_rejection.reject_orders(info.context, command)
    if outcome.refusals:
        errors = [
            RejectOrdersError(code=each.code, message=each.message, field=list(each.field) or None)
            for each in outcome.refusals
        ]
        return RejectOrdersPayload(results=[], rejected_count=0, skipped_count=0, user_errors=errors)
    by_id = {result.order_id: result for result in outcome.results}
    if ids is None or parsed is None:
        results = [_result(to_id(Kind.ORDER, result.order_id), result) for result in outcome.results]
    else:
        pairs = dict.fromkeys(zip(ids, parsed, strict=True))
        results = [_result(id, by_id.get(uuid) if uuid else None) for id, uuid in pairs]
    rejected = sum(result.is_rejected for result in outcome.results)
    return RejectOrdersPayload(
        results=results, rejected_count=rejected, skipped_count=len(results) - rejected, user_errors=[]
    )


def _result(id: ID, result: Result | None) -> RejectOrdersResult:
    blockers = [RejectionBlocker.of(blocker) for blocker in result.blockers] if result else []
    return RejectOrdersResult(order_id=id, blockers=blockers, result=result)
