"""What all mutations on many orders share: how the orders are chosen, and the order of the results."""

from typing import Any

import strawberry
from strawberry import ID, UNSET

from graph.core.context import given
from graph.core.ids import Kind, from_id, to_id
from graph.order_filter import OrderFilter
from resolvers.bulk_runs import MOST_ORDERS, Outcome, Result
from resolvers.inputs import InputError

ERRORS = {
    "NOT_PERMITTED": "Returned if the viewer may not do this to orders.",
    "ONE_OF_ORDER_IDS_AND_FILTER": "Returned if both of orderIds and filter are given, or neither.",
    "TOO_MANY_ORDERS": f"Returned if there are more than {MOST_ORDERS:,} orders.",
    "IDEMPOTENCY_KEY_REUSED": "Returned if the key was used for another request.",
}


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
        if ids is not None and len(ids) > MOST_ORDERS * 2:
            raise InputError(f"orderIds takes at most {MOST_ORDERS:,} ids.", "input", "orderIds")
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
