"""What every action on one order shares: its input, its payload, its errors."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

import strawberry
from strawberry import ID

from graph.blockers import ActionBlocker
from graph.core.command_inputs import VersionedInput
from graph.core.context import Info
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.orders import Order, load_order
from resolvers.core.refusals import Outcome, RefusalCode

KEY_REUSED = (
    "Returned if the key was used for another request, or so long ago (30 days or more) that its answer is no longer "
    "kept. Use a new key."
)


class OrderActionErrorCode(StrEnum):
    NOT_FOUND = RefusalCode.NOT_FOUND
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    NOT_ALLOWED_IN_STATUS = RefusalCode.NOT_ALLOWED_IN_STATUS
    ORDER_REJECTED = RefusalCode.ORDER_REJECTED
    STALE_ORDER = RefusalCode.STALE_ORDER
    IDEMPOTENCY_KEY_REUSED = RefusalCode.IDEMPOTENCY_KEY_REUSED
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
        "IDEMPOTENCY_KEY_REUSED": KEY_REUSED,
        "INVALID_INPUT": "Returned if an argument is invalid. `field` is its path.",
    },
)


@strawberry.type(description="A reason why a command other than a rejection was refused.")
class OrderActionError(UserError):
    CODES = OrderActionErrorCode
    COARSER: ClassVar[Mapping[RefusalCode, StrEnum]] = dict.fromkeys(
        (RefusalCode.BODY_WITHOUT_NOTIFY, RefusalCode.BODY_TOO_LONG), OrderActionErrorCode.INVALID_INPUT
    )

    code: OrderActionErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.input
class OrderInput(VersionedInput):
    """Base of every input for an action on one order; not a type of the schema itself."""

    order_id: ID = strawberry.field(description="The order.")


@strawberry.type
class CommandPayload:
    """Base of every payload of a command, except a rejection; not a type of the schema itself."""

    replayed: bool = strawberry.field(
        description="True if this is the remembered answer to an earlier request with the same idempotencyKey. Its "
        "objects are shown as they are now."
    )
    user_errors: list[OrderActionError] = strawberry.field(description="Why the command was refused. Empty on success.")

    @classmethod
    def after(cls, outcome: Outcome, **more: Any) -> Self:
        return cls(replayed=outcome.replayed, user_errors=OrderActionError.all_of(outcome), **more)


@strawberry.type
class ActionPayload(CommandPayload):
    """Base of every payload of an action on an order; not a type of the schema itself."""

    order: Order | None = strawberry.field(
        description="The order after the command. Null if the viewer has no such order."
    )
    blockers: list[ActionBlocker] = strawberry.field(
        description="Every reason why the order does not allow the command. Order.actions lists them beforehand."
    )
    notices: list[Notice] = strawberry.field(description=NOTICES)
    warnings: list[str] = strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)

    @classmethod
    async def of(cls, info: Info, outcome: Outcome, **more: Any) -> Self:
        return cls.after(
            outcome,
            order=await load_order(info, outcome.order_id),
            blockers=[ActionBlocker.of(blocker) for blocker in outcome.order_blockers],
            notices=Notice.all_of(outcome.notices),
            warnings=outcome.warnings,
            **more,
        )
