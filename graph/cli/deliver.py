"""`orders deliver`: the mail relay and the sender of webhooks as a process of their own."""

import asyncio
import signal
import sys
from functools import partial
from typing import Annotated

import typer

from exports.relay.relay import Relay
from exports.webhooks.sender import WebhookSender
from graph.cli.database import existing_settings, on_database
from graph.cli.options import Demo
from graph.core.clock import utc_now
from graph.core.ids import Kind, to_id
from graph.settings.environment import Settings
from graph.telemetry import logs
from models.database.sessions import Database


def deliver(
    once: Annotated[bool, typer.Option("--once", help="Send the mails and events that are due, then stop.")] = False,
    demo: Demo = False,
) -> None:
    """Send the mails in the outbox, and events to webhooks, until stopped.

    Exit code 1 if --once leaves a mail or an event unsent.
    """
    logs.configure()
    settings = existing_settings(demo=demo)
    sys.exit(on_database(settings, lambda database: run_senders(database, settings, once=once)))


async def run_senders(database: Database, settings: Settings, *, once: bool) -> int:
    """The exit code: 1 when a mail or an event could not be sent."""
    transport = settings.transport()
    # Only now: the documents need libraries that other commands do without.
    from graph.downloads import DOCUMENTS
    from graph.papers.attachments import Attachments

    attach = Attachments(database, DOCUMENTS, None, utc_now).draw
    relay = Relay(database, transport, sender=settings.mail_from, clock=utc_now, attach=attach)
    webhooks = WebhookSender(
        database,
        transport,
        mail_from=settings.mail_from,
        clock=utc_now,
        public_order_id=partial(to_id, Kind.ORDER),
        to_loopback=settings.webhooks_to_loopback,
    )

    def stop() -> None:
        relay.stop()
        webhooks.stop()

    if not once:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        await asyncio.gather(relay.run(), webhooks.run())
        return 0
    done, events = await relay.drain(), await webhooks.drain()
    where = "" if settings.smtp_url else f" (written to {settings.mail_folder}, as no ORDERS_SMTP_URL is set)"
    typer.echo(f"{done.sent} sent{where}, {done.retry} to be tried again, {done.failed} failed.")
    if events.delivered or events.failed:
        typer.echo(f"{events.delivered} events delivered to webhooks, {events.failed} attempts failed.")
    return 1 if done.retry or done.failed or events.failed else 0
