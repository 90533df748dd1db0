"""What all mutations on many orders share: how the orders are chosen, the dry run, and the order of the results."""

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
from graph.core.node import load_nodes
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.limits.cost import ListSize
from graph.order_actions import KEY_REUSED
from graph.order_filter import OrderFilter
from graph.orders import Order, load_order
from models.policy import Blocker
from resolvers.bulk_dry_run import FIRST
from resolvers.bulk_runs import MAX_ORDERS
from resolvers.core.idempotency import MAX_KEY_LENGTH, MIN_DAYS
from resolvers.core.notices import MAX_BODY_LENGTH
from resolvers.core.pausing import mapped
from resolvers.core.refusals import DryRun, OrderResult, Outcome, RefusalCode
from resolvers.inputs import InputError

ERRORS = {
    "NOT_PERMITTED": "Returned if the viewer's role does not permit this action on orders.",
    "ONE_OF_ORDER_IDS_AND_FILTER": "Returned if both of orderIds and filter (or all) are given, or neither.",
    "FILTER_WITHOUT_CONDITION": "Returned if the filter has no condition and `all` is not true. Nulls and a blank "
    "search are no condition, and neither is includeArchived.",
    "SELECTION_CHANGED": "Returned if the selection has another number of orders than expectedCount, or is no longer "
    "that of the token, or if another request has used the token. Check it with dryRun: true, then decide again.",
    "TOO_MANY_ORDERS": f"Returned if there are more than {MAX_ORDERS:,} orders. Split them over several requests.",
    "IDEMPOTENCY_KEY_REUSED": KEY_REUSED,
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
    FILTER_WITHOUT_CONDITION = RefusalCode.FILTER_WITHOUT_CONDITION
    SELECTION_CHANGED = RefusalCode.SELECTION_CHANGED
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
    """Base of every input for an action on many orders; not a type of the schema itself."""

    order_ids: list[ID] | None = strawberry.field(default=UNSET, description="The orders, by their ids.")
    filter: OrderFilter | None = strawberry.field(
        default=UNSET,
        description="All orders that the filter matches, not only a page of them. It needs a condition, or `all`.",
    )
    all: bool | None = strawberry.field(
        default=UNSET,
        description="True to act on every order that is not archived: then the filter needs no condition, and can be "
        "left out. A filter with conditions still selects only the orders that it matches.",
    )
    dry_run: bool | None = strawberry.field(
        default=UNSET,
        description="True to change nothing: `dryRun` of the payload tells what the command would do, and `results` is "
        "empty. Everything else is checked as usual.",
    )
    expected_count: int | None = strawberry.field(
        default=UNSET,
        description="Refuse with SELECTION_CHANGED unless the viewer has exactly so many of the selected orders "
        "(`dryRun.count`). Default: no check.",
    )
    token: str | None = strawberry.field(
        default=UNSET,
        description="The token of a dry run. Refuse with SELECTION_CHANGED unless the same orders are selected and the "
        "command would act on the same of them. A token serves one request; a retry with the same idempotencyKey is "
        "the same request. Default: no check.",
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="Makes the command safe to retry: a retry with the same key acts on the same orders, "
        "completes those that are left and mails nobody twice. An order that the first try "
        "completed counts as done, whatever has happened to it since. At most "
        f"{MAX_KEY_LENGTH} characters, remembered for at least {MIN_DAYS} days.",
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
            "all": bool(or_none(self.all)),
            "dry_run": bool(or_none(self.dry_run)),
            "expected_count": or_none(self.expected_count),
            "token": or_none(self.token),
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


@strawberry.type
class DryRunOrders:
    """A number of orders and the first of them. A base: not a type of the schema itself."""

    count: int = strawberry.field(description="Number of orders.")
    first: Private[list[UUID]]

    @strawberry.field(
        description=f"The first {FIRST} of these orders, in the order of the selection.",
        directives=[ListSize(assumed_size=FIRST)],
    )
    async def orders(self, info: Info) -> list[Order]:
        return await load_nodes(info, Kind.ORDER, self.first)


@strawberry.type(description="The orders that the command would act on.")
class BulkEligible(DryRunOrders):
    pass


@strawberry.type(description="The orders that one blocker keeps back. An order can have several blockers.")
class BulkBlocked(DryRunOrders):
    code: Blocker = strawberry.field(description="Machine-readable code of the blocker.")


@strawberry.type
class DryRunPayload:
    """Base of the results of dry runs; not a type of the schema itself."""

    count: int = strawberry.field(description="Number of selected orders that the viewer has.")
    eligible: BulkEligible = strawberry.field(description="The orders that the command would act on.")
    not_found_count: int = strawberry.field(description="Number of orderIds that are no order of the viewer's.")
    token: str = strawberry.field(
        description="Stands for this selection. Give it to the command, so that it is refused if the selection has "
        "changed since."
    )


@strawberry.type(description="What a command on many orders would do now. Nothing was changed.")
class BulkDryRun(DryRunPayload):
    blocked: list[BulkBlocked] = strawberry.field(
        description="The orders that would be skipped: one entry for each blocker that some of them have."
    )

    @classmethod
    def of(cls, found: DryRun | None) -> "BulkDryRun | None":
        if found is None:
            return None
        blocked = [BulkBlocked(code=each.code, count=each.count, first=each.first) for each in found.blocked]
        return cls(**dry_run(found), blocked=blocked)


def dry_run(found: DryRun) -> dict[str, Any]:
    """For DryRunPayload."""
    return {
        "count": found.count,
        "eligible": BulkEligible(count=found.eligible_count, first=found.first_eligible),
        "not_found_count": found.not_found_count,
        "token": found.token,
    }


class BulkActionOutcome(StrEnum):
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    NOT_FOUND = "NOT_FOUND"


describe_enum(
    BulkActionOutcome,
    "What a command on many orders did with one of them.",
    {
        "DONE": "The action was completed, by this request or by an earlier one with the same idempotencyKey.",
        "SKIPPED": "Nothing was changed; `blockers` says why.",
        "NOT_FOUND": "The viewer has no such order.",
    },
)


@strawberry.type(description="Result for one order.")
class BulkActionResult:
    order_id: ID = strawberry.field(description="The id as in orderIds; with a filter, the id of a matching order.")
    outcome: BulkActionOutcome = strawberry.field(description="What was done with the order.")
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
        not_done = BulkActionOutcome.SKIPPED if result and result.is_found else BulkActionOutcome.NOT_FOUND
        outcome = BulkActionOutcome.DONE if is_done else not_done
        return cls(order_id=id, outcome=outcome, is_done=is_done, blockers=blockers, notices=notices, result=result)


@strawberry.type
class BulkPayload:
    """Base of every payload of an action on many orders; not a type of the schema itself."""

    results: list[BulkActionResult] = strawberry.field(
        description="One result for each order, in the order of orderIds or, with a filter, of the list.",
        directives=[ListSize(assumed_size=100)],
    )
    done_count: int = strawberry.field(description="Number of orders for which the action was completed.")
    skipped_count: int = strawberry.field(description="Number of orders that were skipped or not found.")
    dry_run: BulkDryRun | None = strawberry.field(
        description="What the command would do. Null unless the input has `dryRun: true`."
    )
    user_errors: list[BulkActionError] = strawberry.field(
        description="Why the command was refused as a whole. Empty if every order was processed."
    )

    @classmethod
    async def of(cls, input: BulkInput, outcome: Outcome) -> Self:
        errors = BulkActionError.all_of(outcome)
        answers = [] if errors or outcome.dry_run else await input.answers(outcome)
        results = await mapped(lambda answer: BulkActionResult.of(*answer), answers)
        done = sum(result.is_done for result in results)
        return cls(
            results=results,
            done_count=done,
            skipped_count=len(results) - done,
            dry_run=BulkDryRun.of(outcome.dry_run),
            user_errors=errors,
        )
