"""rejectOrder, what keeps an order from being rejected, the record of a rejection, and the preview of its mail."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

import strawberry
from strawberry import ID, UNSET

from graph.core.context import Info, or_none
from graph.core.enums import describe_enum
from graph.core.errors import UserError
from graph.core.ids import Kind, from_id
from graph.core.notices import NOTICES, USE_NOTICES, WARNINGS, Notice
from graph.mail_preview import preview
from graph.notifications import MailPreview, Notification
from graph.order_actions import KEY_REUSED, OrderInput
from graph.orders import Order, load_order
from graph.rejection_types import RejectionBlocker
from models.messages.mail import MailKind
from resolvers import rejection
from resolvers.core.notices import MAX_BODY_LENGTH, Message
from resolvers.core.refusals import Outcome, RefusalCode
from resolvers.rejection import RejectOrder
from resolvers.rejection_reasons import MAX_NOTE_LENGTH, Grounds


class RejectOrderErrorCode(StrEnum):
    NOT_FOUND = RefusalCode.NOT_FOUND
    NOT_REJECTABLE = "NOT_REJECTABLE"
    NOT_PERMITTED = RefusalCode.NOT_PERMITTED
    BODY_WITHOUT_NOTIFY = RefusalCode.BODY_WITHOUT_NOTIFY
    BODY_TOO_LONG = RefusalCode.BODY_TOO_LONG
    STALE_ORDER = RefusalCode.STALE_ORDER
    IDEMPOTENCY_KEY_REUSED = RefusalCode.IDEMPOTENCY_KEY_REUSED
    REASON_REQUIRED = RefusalCode.REASON_REQUIRED
    UNKNOWN_REASON = RefusalCode.UNKNOWN_REASON
    INVALID_INPUT = RefusalCode.INVALID_INPUT


describe_enum(
    RejectOrderErrorCode,
    "Reasons why rejectOrder was refused. Nothing was changed.",
    {
        "NOT_FOUND": "Returned if the viewer has no order with this id.",
        "NOT_REJECTABLE": "Returned if something blocks the rejection, once for each entry of `blockers`.",
        "NOT_PERMITTED": "Returned if the viewer's role does not permit rejecting orders.",
        "BODY_WITHOUT_NOTIFY": "Returned if a body is given but notify is false.",
        "BODY_TOO_LONG": f"Returned if the body has more than {MAX_BODY_LENGTH:,} characters.",
        "STALE_ORDER": "Returned if the order is no longer at expectedVersion. Read the order again, and decide "
        "on its current content.",
        "IDEMPOTENCY_KEY_REUSED": KEY_REUSED,
        "REASON_REQUIRED": "Returned if the order's brand requires a reason and none is given.",
        "UNKNOWN_REASON": "Returned if the order's brand has no reason with this code, or has archived it.",
        "INVALID_INPUT": "Returned if an argument is invalid, e.g. has a character that cannot be kept. `field` is "
        "its path.",
    },
)


@strawberry.type(description="A reason why rejectOrder was refused.")
class RejectOrderError(UserError):
    CODES = RejectOrderErrorCode
    COARSER: ClassVar[Mapping[RefusalCode, StrEnum]] = dict.fromkeys(
        (RefusalCode.ORDER_REJECTED, RefusalCode.NOT_ALLOWED_IN_STATUS), RejectOrderErrorCode.NOT_REJECTABLE
    )

    code: RejectOrderErrorCode = strawberry.field(description="Machine-readable code.")


@strawberry.input(description="The order to reject, and the message to its buyer.")
class RejectOrderInput(OrderInput):
    notify: bool = strawberry.field(
        description="Whether to send the buyer an e-mail. No default: the caller decides each time. If the "
        "buyer cannot be mailed, the order is rejected all the same, with a warning."
    )
    body: str | None = strawberry.field(
        default=UNSET,
        description=f"Message to the buyer, plain text of at most {MAX_BODY_LENGTH:,} characters. If blank, "
        "the text from the brand's settings is sent, or else a standard text. Refused if notify "
        "is false. rejectionMailPreview shows the mail beforehand.",
    )
    reason: str | None = strawberry.field(
        default=UNSET,
        description="Why: the code of one of the brand's rejectionReasons, e.g. OUT_OF_STOCK. Internal: the buyer does "
        "not see it, except in the mail if showReason is true. Required if BrandSettings.rejectionReasonRequired is "
        "true.",
    )
    note: str | None = strawberry.field(
        default=UNSET,
        description=f"Internal note, plain text of at most {MAX_NOTE_LENGTH:,} characters. Never sent to the buyer, "
        "and never shown to a buyer's user.",
    )
    show_reason: bool | None = strawberry.field(
        default=UNSET,
        description="Whether the mail names the reason to the buyer, by its label in the buyer's language. Needs a "
        "reason. Default: false.",
    )


@strawberry.type(description="Result of rejectOrder. The order was rejected if and only if userErrors is empty.")
class RejectOrderPayload:
    order: Order | None = strawberry.field(
        description="The order after the command. Null if the viewer has no such order."
    )
    blockers: list[RejectionBlocker] = strawberry.field(
        description="Every reason that prevented the rejection, with the documents to void or delete first. "
        "Empty on success."
    )
    notification: Notification | None = strawberry.field(description="The mail to the buyer. Null if none is sent.")
    notices: list[Notice] = strawberry.field(description=NOTICES)
    warnings: list[str] = strawberry.field(description=WARNINGS, deprecation_reason=USE_NOTICES)
    replayed: bool = strawberry.field(
        description="True if this is the remembered answer to an earlier request with the same idempotencyKey."
    )
    user_errors: list[RejectOrderError] = strawberry.field(description="Why the command was refused. Empty on success.")


async def reject_order(
    info: Info, input: Annotated[RejectOrderInput, strawberry.argument(description="The order and the message.")]
) -> RejectOrderPayload:
    command = RejectOrder(
        order_id=from_id(Kind.ORDER, input.order_id),
        message=Message(input.notify, or_none(input.body)),
        expected_version=or_none(input.expected_version),
        idempotency_key=or_none(input.idempotency_key),
        grounds=Grounds(or_none(input.reason), or_none(input.note), bool(or_none(input.show_reason))),
    )
    outcome = await rejection.reject_order(info.context, command)
    return RejectOrderPayload(
        order=await load_order(info, outcome.order_id),
        blockers=[RejectionBlocker.of(blocker) for blocker in outcome.order_blockers],
        notification=await _notification(info, outcome),
        notices=Notice.all_of(outcome.notices),
        warnings=outcome.warnings,
        replayed=outcome.replayed,
        user_errors=RejectOrderError.all_of(outcome),
    )


async def _notification(info: Info, outcome: Outcome) -> Notification | None:
    if outcome.order_id is None or outcome.notification_id is None:
        return None
    rows = await info.context.loaders.notifications.load(outcome.order_id)
    return next((Notification.of(row) for row in rows if row.id == outcome.notification_id), None)


async def rejection_mail_preview(
    info: Info,
    order_id: Annotated[ID, strawberry.argument(description="The order.")],
    body: Annotated[
        str | None,
        strawberry.argument(description="Message to the buyer. If blank, the text that would be sent without one."),
    ] = UNSET,
    reason: Annotated[
        str | None,
        strawberry.argument(description="The code of the reason that the mail names, as with showReason."),
    ] = UNSET,
) -> MailPreview | None:
    return await preview(info, order_id, MailKind.ORDER_REJECTED, or_none(body), or_none(reason))
