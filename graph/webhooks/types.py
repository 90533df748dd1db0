"""Webhook and WebhookDelivery: where events are posted to, and the last attempts."""

from datetime import datetime

import strawberry
from strawberry import ID

from graph.core.enums import describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from graph.history_types import OrderEventKind, published_kind
from models.webhook import KEPT_DELIVERIES, PauseReason, WebhookStatus
from models.webhook import Webhook as WebhookRow
from resolvers.webhooks.reading import DeliveryRow, deliveries_by_id, webhooks_by_id

describe_enum(
    WebhookStatus,
    "Statuses of a webhook.",
    {"ACTIVE": "Events are sent.", "PAUSED": "No events are sent until resumeWebhook; then all of them are."},
)
describe_enum(
    PauseReason,
    "Reasons why a webhook is paused. New values may be added: a client must tolerate unknown values.",
    {
        "BY_ADMIN": "pauseWebhook.",
        "FAILED_TOO_LONG": "The receiver has not accepted an event for 3 days.",
        "GONE": "The receiver answered 410 Gone.",
    },
    name="WebhookPauseReason",
)


@strawberry.type(
    description="A URL of a partner app to which the brand's events are posted, signed as Standard Webhooks specifies, "
    "in the order of commits."
)
class Webhook(Node):
    name: str = strawberry.field(description="Name, for display.")
    url: str = strawberry.field(description="URL that events are posted to.")
    kinds: list[OrderEventKind] = strawberry.field(description="Kinds of events that are sent. Empty: all.")
    alert_email: str | None = strawberry.field(
        description="Address that is mailed if the webhook is paused because of its receiver. Null: the brand's "
        "address for questions, or else the one for replies."
    )
    status: WebhookStatus = strawberry.field(description="Whether events are sent.")
    pause_reason: PauseReason | None = strawberry.field(description="Why it is paused. Null if it is not.")
    paused_at: datetime | None = strawberry.field(description="When it was paused. Null if it is not.")
    last_sequence: int = strawberry.field(
        description="Position in the feed `events` up to which the receiver has accepted the events."
    )
    failures: int = strawberry.field(description="Number of failed attempts since the last successful one.")
    failing_since: datetime | None = strawberry.field(
        description="When the first of these failed. Three days later the webhook is paused. Null without failures."
    )
    next_try_at: datetime | None = strawberry.field(
        description="When the next attempt is due after a failure. Null without failures, and if paused."
    )
    previous_secret_until: datetime | None = strawberry.field(
        description="Until when requests are also signed with the secret from before the last rotation. Null: never "
        "rotated."
    )
    created_at: datetime = strawberry.field(description="When the webhook was created.")
    created_by: str = strawberry.field(description="Name of the user who created the webhook.")

    @classmethod
    def of(cls, row: WebhookRow) -> "Webhook":
        is_retried = row.failures > 0 and row.status is WebhookStatus.ACTIVE
        return cls(
            id=to_id(Kind.WEBHOOK, row.id),
            name=row.name,
            url=row.url,
            kinds=[published_kind(kind) for kind in row.kinds],
            alert_email=row.alert_email,
            status=row.status,
            pause_reason=row.pause_reason,
            paused_at=row.paused_at,
            last_sequence=row.position,
            failures=row.failures,
            failing_since=row.failing_since,
            next_try_at=row.due_at if is_retried else None,
            previous_secret_until=row.previous_until,
            created_at=row.created_at,
            created_by=row.created_by,
        )


@strawberry.type(
    description=f"An attempt to deliver an event to a webhook. The last {KEPT_DELIVERIES} of each webhook are kept."
)
class WebhookDelivery(Node):
    webhook_id: ID = strawberry.field(description="The webhook.")
    message_id: str = strawberry.field(
        description="Value of the header webhook-id: the same at each attempt to deliver this event."
    )
    sequence: int | None = strawberry.field(description="Position of the event in the feed. Null for a test event.")
    kind: OrderEventKind | None = strawberry.field(description="Kind of event. Null for a test event.")
    is_test: bool = strawberry.field(description="Whether it was a test event, of testWebhook.")
    attempt: int = strawberry.field(description="1 for the first attempt to deliver this event, and so on.")
    at: datetime = strawberry.field(description="When the attempt began.")
    milliseconds: int = strawberry.field(description="How long the receiver took, in milliseconds.")
    is_delivered: bool = strawberry.field(description="Whether the receiver accepted the event, i.e. answered 2xx.")
    response_status: int | None = strawberry.field(description="HTTP status of the response. Null without a response.")
    response_excerpt: str | None = strawberry.field(
        description="Start of the response's body. Null if it was empty or without a response."
    )
    error: str | None = strawberry.field(description="Why there was no response, or why it does not count.")

    @classmethod
    def of(cls, row: DeliveryRow) -> "WebhookDelivery":
        return cls(
            id=to_id(Kind.WEBHOOK_DELIVERY, row.id),
            webhook_id=to_id(Kind.WEBHOOK, row.webhook_id),
            message_id=row.message_id,
            sequence=row.sequence,
            kind=published_kind(row.kind) if row.kind else None,
            is_test=row.sequence is None,
            attempt=row.number,
            at=row.at,
            milliseconds=row.milliseconds,
            is_delivered=row.is_delivered,
            response_status=row.response_status,
            response_excerpt=row.excerpt,
            error=row.error,
        )


NODES[Kind.WEBHOOK] = (webhooks_by_id, Webhook.of)
NODES[Kind.WEBHOOK_DELIVERY] = (deliveries_by_id, WebhookDelivery.of)
