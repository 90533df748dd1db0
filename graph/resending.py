"""resendNotification: sends a failed mail again."""

from typing import Annotated

import strawberry
from strawberry import ID

from graph.confirmation import DONE
from graph.core.command_inputs import VersionedInput
from graph.core.context import Info
from graph.core.ids import Kind, from_id
from graph.notifications import Notification
from graph.order_actions import ActionPayload
from resolvers import resending


@strawberry.input(
    description="Sends a failed mail again, or one that may have been delivered, to the current addresses of the buyer."
)
class ResendNotificationInput(VersionedInput):
    notification_id: ID = strawberry.field(
        description="A notification with the status FAILED, or MAY_HAVE_BEEN_DELIVERED without a nextTryAt. Of a "
        "rejected or sent-back order: only the mail about that decision."
    )


@strawberry.type(description=f"Result of resendNotification. {DONE}")
class ResendNotificationPayload(ActionPayload):
    notification: Notification | None = strawberry.field(
        description="The new notification. The failed one is kept unchanged."
    )


async def resend_notification(
    info: Info, input: Annotated[ResendNotificationInput, strawberry.argument(description="The notification.")]
) -> ResendNotificationPayload:
    notification_id = from_id(Kind.NOTIFICATION, input.notification_id)
    outcome = await resending.resend_notification(info.context, notification_id, **input.terms())
    rows = await info.context.loaders.notifications.load(outcome.order_id) if outcome.made and outcome.order_id else []
    notification = next((Notification.of(row) for row in rows if row.id == outcome.made), None)
    return await ResendNotificationPayload.of(info, outcome, notification=notification)
