"""The queries and mutations on webhooks, for the brand's admins."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id, to_id
from graph.core.pagination import After, Before, Connection, First, Last, connection, selected_page
from graph.history_types import OrderEventKind
from graph.order_actions import CommandPayload
from graph.webhooks.types import Webhook, WebhookDelivery
from resolvers.core.refusals import Outcome
from resolvers.webhooks import commands, reading

SUCCEEDED = "The command succeeded if and only if userErrors is empty."
AFTER = "The webhook after the command. Null if refused."
ABOUT_URL = (
    "URL to post to: https, with a host that has public addresses only, without user, password and fragment. At most "
    "2,000 characters."
)
ABOUT_EMAIL = "Address to mail if the webhook is paused because of its receiver."


@strawberry.input(description="A new webhook.")
class CreateWebhookInput(CommandInput):
    url: str = strawberry.field(description=ABOUT_URL)
    name: str = strawberry.field(description="Name, for display, 1 to 100 characters.")
    kinds: list[OrderEventKind] | None = strawberry.field(
        default=UNSET, description="Kinds of events to send. Empty: all. Default: all."
    )
    alert_email: str | None = strawberry.field(
        default=UNSET,
        description=f"{ABOUT_EMAIL} Default: the brand's address for questions, or else the one for replies.",
    )


@strawberry.input(description="What changes of a webhook. What is left out is kept.")
class UpdateWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")
    url: str | None = strawberry.field(
        default=UNSET, description=f"{ABOUT_URL} If it is another one, the next attempt follows at once."
    )
    kinds: list[OrderEventKind] | None = strawberry.field(
        default=UNSET, description="Kinds of events to send from now on. Empty: all."
    )
    name: str | None = strawberry.field(default=UNSET, description="Name, for display, 1 to 100 characters.")
    alert_email: str | None = strawberry.field(default=UNSET, description=f"{ABOUT_EMAIL} Null: the brand's address.")


@strawberry.input(description="The webhook whose secret is replaced.")
class RotateWebhookSecretInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")


@strawberry.input(description="The webhook to pause.")
class PauseWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")


@strawberry.input(description="The webhook to resume.")
class ResumeWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")


@strawberry.input(description="The webhook to delete permanently.")
class DeleteWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")


@strawberry.input(description="The webhook to test.")
class TestWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")


@strawberry.input(description="The webhook, and from where on its events are sent again.")
class ReplayWebhookInput(CommandInput):
    webhook_id: ID = strawberry.field(description="The webhook.")
    after: int = strawberry.field(
        description="Position in the feed `events`: the events after it are sent. 0: all events of the brand."
    )


@strawberry.type
class WebhookPayload(CommandPayload):
    """Base of the payloads that have the webhook; not a type of the schema itself."""

    webhook: Webhook | None = strawberry.field(description=AFTER)


@strawberry.type(description=f"Result of createWebhook. {SUCCEEDED}")
class CreateWebhookPayload(WebhookPayload):
    secret: str | None = strawberry.field(
        description="The secret that the receiver verifies signatures with (whsec_…). Store it now: it is shown only "
        "this once. Null if refused, and if `replayed`: when the first answer was lost, rotate the secret."
    )


@strawberry.type(description=f"Result of updateWebhook. {SUCCEEDED}")
class UpdateWebhookPayload(WebhookPayload):
    pass


@strawberry.type(description=f"Result of rotateWebhookSecret. {SUCCEEDED}")
class RotateWebhookSecretPayload(WebhookPayload):
    secret: str | None = strawberry.field(
        description="The new secret (whsec_…). Store it now: it is shown only this once. Null if refused, and if "
        "`replayed`: when the first answer was lost, rotate the secret again, with another idempotencyKey."
    )


@strawberry.type(description=f"Result of pauseWebhook. {SUCCEEDED}")
class PauseWebhookPayload(WebhookPayload):
    pass


@strawberry.type(description=f"Result of resumeWebhook. {SUCCEEDED}")
class ResumeWebhookPayload(WebhookPayload):
    pass


@strawberry.type(description=f"Result of deleteWebhook. {SUCCEEDED}")
class DeleteWebhookPayload(CommandPayload):
    deleted_webhook_id: ID | None = strawberry.field(description="Id of the deleted webhook. Null if refused.")


@strawberry.type(description=f"Result of testWebhook. {SUCCEEDED}")
class TestWebhookPayload(WebhookPayload):
    delivery_id: ID | None = strawberry.field(
        description="Id that the attempt will have. It is there, as webhookDeliveries and `node` show it, when the "
        "receiver has answered. Null if refused, and if `replayed`."
    )


@strawberry.type(description=f"Result of replayWebhook. {SUCCEEDED}")
class ReplayWebhookPayload(WebhookPayload):
    pass


WebhookId = Annotated[ID, strawberry.argument(description="The webhook.")]


async def webhooks(info: Info) -> list[Webhook]:
    return [Webhook.of(row) for row in await reading.webhooks(info.context)]


async def webhook(info: Info, id: WebhookId) -> Webhook | None:
    webhook_id = from_id(Kind.WEBHOOK, id)
    return await _webhook(info, webhook_id) if webhook_id else None


async def webhook_deliveries(
    info: Info,
    webhook_id: WebhookId,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[WebhookDelivery]:
    request = selected_page(info, first, after, last, before)
    id = from_id(Kind.WEBHOOK, webhook_id)
    page = await reading.page_of_deliveries(info.context, id, request)
    return connection(page, WebhookDelivery.of, lambda: reading.count_deliveries(info.context, id))


async def create_webhook(
    info: Info, input: Annotated[CreateWebhookInput, strawberry.argument(description="The webhook.")]
) -> CreateWebhookPayload:
    kinds = [kind.value for kind in or_none(input.kinds) or ()]
    outcome, secret = await commands.create_webhook(
        info.context, input.url, kinds, input.name, or_none(input.alert_email), **input.terms()
    )
    return CreateWebhookPayload.after(outcome, webhook=await _made(info, outcome), secret=secret)


async def update_webhook(
    info: Info, input: Annotated[UpdateWebhookInput, strawberry.argument(description="The changes.")]
) -> UpdateWebhookPayload:
    kinds = input.kinds if input.kinds is UNSET else [kind.value for kind in input.kinds or ()]
    values = {"url": input.url, "kinds": kinds, "name": input.name, "alert_email": input.alert_email}
    changes = {name: value for name, value in values.items() if value is not UNSET}
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome = await commands.update_webhook(info.context, webhook_id, changes, **input.terms())
    return UpdateWebhookPayload.after(outcome, webhook=await _made(info, outcome))


async def rotate_webhook_secret(
    info: Info, input: Annotated[RotateWebhookSecretInput, strawberry.argument(description="The webhook.")]
) -> RotateWebhookSecretPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome, secret = await commands.rotate_webhook_secret(info.context, webhook_id, **input.terms())
    return RotateWebhookSecretPayload.after(outcome, webhook=await _made(info, outcome), secret=secret)


async def pause_webhook(
    info: Info, input: Annotated[PauseWebhookInput, strawberry.argument(description="The webhook.")]
) -> PauseWebhookPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome = await commands.pause_webhook(info.context, webhook_id, **input.terms())
    return PauseWebhookPayload.after(outcome, webhook=await _made(info, outcome))


async def resume_webhook(
    info: Info, input: Annotated[ResumeWebhookInput, strawberry.argument(description="The webhook.")]
) -> ResumeWebhookPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome = await commands.resume_webhook(info.context, webhook_id, **input.terms())
    return ResumeWebhookPayload.after(outcome, webhook=await _made(info, outcome))


async def delete_webhook(
    info: Info, input: Annotated[DeleteWebhookInput, strawberry.argument(description="The webhook.")]
) -> DeleteWebhookPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome = await commands.delete_webhook(info.context, webhook_id, **input.terms())
    return DeleteWebhookPayload.after(outcome, deleted_webhook_id=None if outcome.refusals else input.webhook_id)


async def test_webhook(
    info: Info, input: Annotated[TestWebhookInput, strawberry.argument(description="The webhook.")]
) -> TestWebhookPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome, test_id = await commands.send_test_event(info.context, webhook_id, **input.terms())
    is_new = not outcome.refusals and not outcome.replayed
    delivery_id = to_id(Kind.WEBHOOK_DELIVERY, test_id) if is_new else None
    return TestWebhookPayload.after(outcome, webhook=await _made(info, outcome), delivery_id=delivery_id)


async def replay_webhook(
    info: Info, input: Annotated[ReplayWebhookInput, strawberry.argument(description="From where on.")]
) -> ReplayWebhookPayload:
    webhook_id = from_id(Kind.WEBHOOK, input.webhook_id)
    outcome = await commands.replay_webhook(info.context, webhook_id, input.after, **input.terms())
    return ReplayWebhookPayload.after(outcome, webhook=await _made(info, outcome))


async def _made(info: Info, outcome: Outcome) -> Webhook | None:
    return await _webhook(info, outcome.made) if outcome.made else None


async def _webhook(info: Info, webhook_id: UUID) -> Webhook | None:
    row = (await reading.webhooks_by_id(info.context, [webhook_id])).get(webhook_id)
    return Webhook.of(row) if row else None
