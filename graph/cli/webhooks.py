"""`orders webhook …`: the webhooks of a brand."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.lookups import context_of, done
from graph.cli.options import Demo, OfBrand
from graph.core.ids import Kind, from_id, to_id
from models.messages.history import EventKind
from models.webhook import Webhook
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome
from resolvers.reading.pagination import MAX_PAGE_SIZE, PageRequest
from resolvers.webhooks import commands, reading
from resolvers.webhooks.reading import DeliveryRow

T = TypeVar("T")
app = typer.Typer(help="The webhooks of a brand, which post its events to partner apps.", no_args_is_help=True)
WebhookId = Annotated[
    str, typer.Argument(help="The webhook's id, as orders webhook list shows it.", metavar="WEBHOOK_ID")
]
Kinds = Annotated[list[EventKind] | None, typer.Option("--kind", help="A kind of events to send; all if left out.")]


@app.command(name="create")
def webhook_create(
    url: Annotated[str, typer.Argument(help="Where to post the events, e.g. https://example.com/hooks.")],
    name: Annotated[str, typer.Argument(help='For display, e.g. "ERP connector".')],
    kind: Kinds = None,
    alert_email: Annotated[str | None, typer.Option(help="Who is mailed if the receiver fails for days.")] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Create a webhook. Its secret is printed to stdout, only this once."""

    async def work(context: Context) -> str:
        return _secret(*await commands.create_webhook(context, url, kind or [], name, alert_email))

    typer.echo(_run(work, brand, demo=demo))


@app.command(name="list")
def webhook_list(brand: OfBrand = None, demo: Demo = False) -> None:
    """List the webhooks."""

    async def work(context: Context) -> list[str]:
        return [_line(each) for each in await reading.webhooks(context)]

    for line in _run(work, brand, demo=demo):
        typer.echo(line)


@app.command(name="update")
def webhook_update(
    id: WebhookId,
    url: Annotated[str | None, typer.Option(help="Where to post the events.")] = None,
    name: Annotated[str | None, typer.Option(help="For display.")] = None,
    kind: Kinds = None,
    all_kinds: Annotated[bool, typer.Option("--all-kinds", help="Send events of all kinds.")] = False,
    alert_email: Annotated[
        str | None, typer.Option(help='Who is mailed if the receiver fails for days; "" for the brand\'s address.')
    ] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Change what is named of a webhook."""
    given = {"url": url, "name": name, "kinds": [] if all_kinds else kind, "alert_email": alert_email}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if changes.get("alert_email") == "":
        changes["alert_email"] = None
    _do(id, lambda context, webhook_id: commands.update_webhook(context, webhook_id, changes), brand, demo=demo)
    typer.echo(f"{id} is changed.")


@app.command(name="rotate")
def webhook_rotate(id: WebhookId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Replace the secret by a new one, which is printed to stdout, only this once. The old one signs for 24 hours."""

    async def work(context: Context) -> str:
        return _secret(*await commands.rotate_webhook_secret(context, from_id(Kind.WEBHOOK, id)))

    typer.echo(_run(work, brand, demo=demo))


@app.command(name="pause")
def webhook_pause(id: WebhookId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Send no events until the webhook is resumed."""
    _do(id, commands.pause_webhook, brand, demo=demo)
    typer.echo(f"{id} is paused.")


@app.command(name="resume")
def webhook_resume(id: WebhookId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Go on after the last event that was delivered."""
    _do(id, commands.resume_webhook, brand, demo=demo)
    typer.echo(f"{id} is resumed.")


@app.command(name="delete")
def webhook_delete(id: WebhookId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Delete a webhook permanently."""
    _do(id, commands.delete_webhook, brand, demo=demo)
    typer.echo(f"{id} is deleted.")


@app.command(name="test")
def webhook_test(id: WebhookId, brand: OfBrand = None, demo: Demo = False) -> None:
    """Send a test event, once: by the running server, or by orders deliver."""

    async def test(context: Context, webhook_id: UUID | None) -> Outcome:
        return (await commands.send_test_event(context, webhook_id))[0]

    _do(id, test, brand, demo=demo)
    typer.echo(f"A test event will be sent. ./run orders webhook deliveries {id} shows what the receiver answered.")


@app.command(name="replay")
def webhook_replay(
    id: WebhookId,
    after: Annotated[int, typer.Option(min=0, help="The events after this number of the feed; 0: all.")],
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Send the events after a position of the feed again."""
    _do(id, lambda context, webhook_id: commands.replay_webhook(context, webhook_id, after), brand, demo=demo)
    typer.echo(f"{id} goes on after event {after}.")


@app.command(name="deliveries")
def webhook_deliveries(
    id: WebhookId,
    count: Annotated[int, typer.Option(min=1, max=MAX_PAGE_SIZE, help="The most lines.")] = 20,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """List the last attempts to deliver events, newest first."""

    async def work(context: Context) -> list[str]:
        page = await reading.page_of_deliveries(context, from_id(Kind.WEBHOOK, id), PageRequest.of(count, None))
        return [_delivery(each) for each in page.rows]

    for line in _run(work, brand, demo=demo):
        typer.echo(line)


def _run(work: Callable[[Context], Awaitable[T]], brand: str | None, *, demo: bool) -> T:
    """Raises CommandError."""
    settings = existing_settings(demo=demo)

    async def command(database: Any) -> T:
        context = await context_of(database, brand)
        context.webhooks_to_loopback = settings.webhooks_to_loopback
        return await work(context)

    return on_database(settings, command)


def _do(
    id: str, change: Callable[[Context, UUID | None], Awaitable[Outcome]], brand: str | None, *, demo: bool
) -> None:
    """Raises CommandError."""

    async def work(context: Context) -> None:
        done(await change(context, from_id(Kind.WEBHOOK, id)))

    _run(work, brand, demo=demo)


def _line(webhook: Webhook) -> str:
    kinds = ",".join(webhook.kinds) or "all kinds"
    state = webhook.status if not webhook.failures else f"{webhook.status}, {webhook.failures} failures"
    columns = [webhook.name, webhook.url, state, kinds, f"event {webhook.position}"]
    return "\t".join([to_id(Kind.WEBHOOK, webhook.id), *columns])


def _delivery(row: DeliveryRow) -> str:
    event = "test" if row.sequence is None else f"{row.sequence} {row.kind}"
    answer = "no response" if row.response_status is None else str(row.response_status)
    excerpt = " ".join((row.error or row.excerpt or "").split())[:200]
    return "\t".join([f"{row.at:%Y-%m-%d %H:%M:%S}", event, f"attempt {row.number}", answer, excerpt])


def _secret(outcome: Outcome, secret: str | None) -> str:
    done(outcome)
    assert secret is not None  # noqa: S101 - it is done, so there is one
    return secret
