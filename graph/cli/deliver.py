"""`orders deliver`: the mail relay as a process of its own."""

import asyncio
import signal

import typer

from exports.relay.relay import Relay
from graph.app import transport_of, utc_now
from graph.settings.environment import Settings
from models.database.sessions import Database


async def deliver(database: Database, settings: Settings, *, once: bool) -> int:
    """The exit code: 1 when a mail could not be sent."""
    relay = Relay(database, transport_of(settings), sender=settings.mail_from, clock=utc_now)
    if not once:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, relay.stop)
        await relay.run()
        return 0
    done = await relay.drain()
    where = "" if settings.smtp_url else f" (written to {settings.mail_folder}, as no ORDERS_SMTP_URL is set)"
    typer.echo(f"{done.sent} sent{where}, {done.retry} to be tried again, {done.failed} failed.")
    return 1 if done.retry or done.failed else 0
