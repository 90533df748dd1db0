"""Rejecting an order: the whole story.

The pipeline (resolvers/core/actions.py) locks the order's row and takes the verdict of models/policy.py under the lock.
The status, the record of the rejection, the audit entry, the mail in the outbox and the remembered answer are then
written in one transaction. A refusal writes nothing. The relay sends the mail later (exports/relay/relay.py).
"""

from dataclasses import dataclass
from uuid import UUID

from models.messages.mail import MailKind
from models.policy import OrderAction
from models.rejection import OrderRejection
from resolvers.core.actions import act, on_order
from resolvers.core.context import Context
from resolvers.core.idempotency import IdempotentRequest
from resolvers.core.notices import Message, cancel_mails
from resolvers.core.refusals import Outcome
from resolvers.core.work import Work


@dataclass(frozen=True, slots=True)
class RejectOrder:
    """The command. `order_id` is None for an argument that is no order's id. A body needs `message.notify`."""

    order_id: UUID | None
    message: Message
    expected_version: int | None = None
    idempotency_key: str | None = None

    @property
    def request(self) -> IdempotentRequest:
        arguments = {
            "order_id": self.order_id,
            "notify": self.message.notify,
            "body": self.message.typed_body,
            "expected_version": self.expected_version,
        }
        return IdempotentRequest("rejectOrder", arguments, self.idempotency_key)


async def reject_order(context: Context, command: RejectOrder) -> Outcome:
    message = command.message

    async def change(work: Work) -> None:
        body = work.notice.body if work.notice else message.typed_body
        notified = work.notice is not None
        event = work.order.reject(context.actor, work.now, notify=message.notify, notified=notified, body=body)
        await work.save()  # the status first: the database refuses the record of a rejection that did not happen
        work.add(OrderRejection.of(event, context.actor))
        work.record(event)
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
