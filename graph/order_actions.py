"""What every action on one order shares: its input, its payload, its errors."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

import strawberry
from strawberry import ID, UNSET

from graph.blockers import ActionBlocker
from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.orders import Order, load_order
from resolvers.core.refusals import Outcome, RefusalCode


class OrderActionErrorCode(StrEnum):
    NOT_FOUND = RefusalCode.NOT_FOUND
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    NOT_ALLOWED_IN_STATUS = RefusalCode.NOT_ALLOWED_IN_STATUS
    ORDER_REJECTED = RefusalCode.ORDER_REJECTED
    STALE_ORDER = RefusalCode.STALE_ORDER
    INVALID_INPUT = RefusalCode.INVALID_INPUT


describe_enum(
    OrderActionErrorCode,
    "Reasons why a command other than a rejection was refused. Nothing was changed.",
    {
        "NOT_FOUND": "Returned if the viewer has no order, document or other object with this id.",
        "NOT_PERMITTED": "Returned if the viewer's role does not permit the command.",
        "NOT_ALLOWED_IN_STATUS": "Returned if the order's status, or a document or setting, does not allow the "
        "command. For an action on an order, `blockers` lists every reason.",
        "ORDER_REJECTED": "Returned if the order has been rejected. It can only be archived and tagged.",
        "STALE_ORDER": "Returned if the order is no longer at expectedVersion. Read the order again, and decide "
        "on its current content.",
        "INVALID_INPUT": "Returned if an argument is invalid. `field` is its path.",
    },
)


@strawberry.type(description="A reason why a command other than a rejection was refused.")
class OrderActionError(UserError):
    CODES = OrderActionErrorCode
    COARSER: ClassVar[Mapping[RefusalCode, StrEnum]] = dict.fromkeys(
        (RefusalCode.BODY_WITHOUT_NOTIFY, RefusalCode.BODY_TOO_LONG, RefusalCode.IDEMPOTENCY_KEY_REUSED),
        OrderActionErrorCode.INVALID_INPUT,
    )

    code: OrderActionErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.input
class OrderInput:
    """The start of every input for an action on one order; not in the schema itself."""

    order_id: ID = strawberry.field(description="The order.")


@strawberry.input
class ReadOrderInput(OrderInput):
    """The start of inputs for a decision on what an order says; not in the schema itself."""

    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version (Order.version) that the caller has read. If the order has changed since, "
        "the command is refused with STALE_ORDER. Default: no check.",
    )


@strawberry.type
class ActionPayload:
    """The start of every payload of an action; not in the schema itself."""

    order: Order | None = strawberry.field(
        description="The order after the command. Null if the viewer has no such order."
    )
    blockers: list[ActionBlocker] = strawberry.field(
        description="Every reason why the order does not allow the command. Order.actions lists them beforehand."
    )
    notices: list[Notice] = strawberry.field(description=NOTICES)
    warnings: list[str] = strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)
    user_errors: list[OrderActionError] = strawberry.field(description="Why the command was refused. Empty on success.")

    @classmethod
    async def of(cls, info: Info, outcome: Outcome, **more: Any) -> Self:
        return cls(
            order=await load_order(info, outcome.order_id),
            blockers=[ActionBlocker.of(blocker) for blocker in outcome.order_blockers],
            notices=Notice.all_of(outcome.notices),
            warnings=outcome.warnings,
            user_errors=OrderActionError.all_of(outcome),
            **more,
        )
