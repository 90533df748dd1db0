"""Rejecting an order.

The pipeline (resolvers/core/actions.py) locks the order's row and takes the verdict of models/policy.py under the lock.
The status, the record of the rejection, the audit entry, the mail in the outbox and the remembered answer are then
written in one transaction. A refusal writes nothing. The relay sends the mail later (exports/relay/relay.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models.events import OrderRejected
from models.messages.mail import MailKind
from models.policy import OrderAction
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds
from resolvers.core.actions import act, on_order
from resolvers.core.cancelled_mails import cancel_mails
from resolvers.core.context import Context
from resolvers.core.idempotency import IdempotentRequest
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, Refused
from resolvers.core.work import Work
from resolvers.rejection_reasons import Grounds, read_reason


@dataclass(frozen=True, slots=True)
class RejectOrder:
    """The command. `order_id` is None for an argument that is no order's id. A body needs `message.notify`."""

    order_id: UUID | None
    message: Message
    expected_version: int | None = None
    idempotency_key: str | None = None
    grounds: Grounds = field(default_factory=Grounds)

    @property
    def request(self) -> IdempotentRequest:
        arguments = {
            "order_id": self.order_id,
            "notify": self.message.notify,
            "body": self.message.typed_body,
            "expected_version": self.expected_version,
            **self.grounds.arguments,
        }
        return IdempotentRequest("rejectOrder", arguments, self.idempotency_key)


async def reject_order(context: Context, command: RejectOrder) -> Outcome:
    message, grounds = command.message, command.grounds

    async def change(work: Work) -> None:
        if refusals := grounds.check(context):
            raise Refused(*refusals)
        reason = await read_reason(work, work.brand_id, grounds)
        grounds.show(work, reason)
        body = work.notice.body if work.notice else message.typed_body
        notified = work.notice is not None
        event = work.order.reject(
            context.actor,
            work.now,
            notify=message.notify,
            notified=notified,
            body=body,
            reason=reason,
            note=grounds.typed_note,
        )
        await work.save()  # the status first: the database refuses the record of a rejection that did not happen
        await record_rejections(work, [event])
        await cancel_mails(work, MailKind.ORDER_REJECTED)

    return await act(
        context,
        change,
        on=on_order(command.order_id),
        needs=OrderAction.REJECT,
        message=message,
        mail=MailKind.ORDER_REJECTED,
        version=command.expected_version,
        request=command.request,
    )


async def record_rejections(work: Work, events: Sequence[OrderRejected], run_id: UUID | None = None) -> None:
    """Writes what is recorded of rejections whose statuses are written."""
    if grounds := [each for event in events if (each := RejectionGrounds.of(event))]:
        work.add(*grounds)
        await work.save()  # the database takes no grounds of a rejection that is recorded
    work.add(*(OrderRejection.of(event, work.context.actor, bulk_run_id=run_id) for event in events))
    work.record(*events)
