"""What every action on one order shares: its input, its payload, its errors."""

from typing import Any, Self

import strawberry
from strawberry import ID, UNSET

from graph.blockers import ActionBlocker
from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.orders import Order, load_order
from resolvers.core.actions import Outcome
from resolvers.core.refusals import ActionError, Refusal

describe_enum(
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
