"""`orders deliver`: the mail relay as a process of its own."""

import asyncio
import signal
import sys
from typing import Annotated

import typer

from exports.relay.relay import Relay
from graph.cli.database import Demo, existing_settings, on_database
from graph.core.clock import utc_now
from graph.settings.environment import Settings
from graph.telemetry import logs
from models.database.sessions import Database


def deliver(
    once: Annotated[bool, typer.Option("--once", help="Send the mails that are due, then stop.")] = False,
    demo: Demo = False,
) -> None:
    """Send the mails in the outbox, until stopped. Exit code 1 if --once leaves a mail unsent."""
    logs.configure()
    settings = existing_settings(demo=demo)
    sys.exit(on_database(settings, lambda database: run_relay(database, settings, once=once)))


async def run_relay(database: Database, settings: Settings, *, once: bool) -> int:
    """The exit code: 1 when a mail could not be sent."""
    relay = Relay(database, settings.transport(), sender=settings.mail_from, clock=utc_now)
    if not once:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, relay.stop)
        await relay.run()
        return 0
    done = await relay.drain()
    where = "" if settings.smtp_url else f" (written to {settings.mail_folder}, as no ORDERS_SMTP_URL is set)"
    typer.echo(f"{done.sent} sent{where}, {done.retry} to be tried again, {done.failed} failed.")
    return 1 if done.retry or done.failed else 0
