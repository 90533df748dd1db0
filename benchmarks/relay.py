"""Mails per second through the relay, on both databases, by one relay and by several processes; and without an outbox.

The SMTP server is in this process, and on the same machine; it counts the Message-IDs, each of which must come once.
"""

import asyncio
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL
from datetime import UTC, datetime
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from benchmarks.workbook import fill
from exports.mail import email_message, render
from exports.relay.relay import MAX_SENDING, Relay
from exports.relay.transports import SmtpTransport
from models.base import new_id
from models.brand import Brand
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind
from models.migrations import upgrade
from models.order import Order
from models.outbox import OrderNotice, message
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.cli.test_command_line import ROOT, environment
from tests.support.ports import free_port
from tests.support.postgres import start_postgres

MAILS = 1_000
PROCESSES = (1, 2, 4)
SENDER = "no-reply@example.com"
NOTICE = OrderNotice(
    kind=MailKind.ORDER_REJECTED,
    order_code="ORD-1",
    placed_at="2026-11-20T01:00:00+00:00",
    at="2026-11-24T12:00:00+00:00",
    brand_name="Northlight",
    sender_name="Northlight",
    reply_to=None,
    buyer_name="Harbour Shop",
    to=["buyer@example.com"],
    locale=Locale.EN,
    time_zone="Europe/London",
    body="We are sorry.\n" * 10,
)


class Counter:
    """Takes every mail; `ids` and `at` (seconds) of each."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.at: list[float] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.ids.append(content.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode())
        self.at.append(time.perf_counter())
        return "250 OK"


def now() -> datetime:
    return datetime.now(UTC)


async def main() -> None:
    counter = Counter()
    server = Controller(counter, hostname="127.0.0.1", port=free_port())
    server.start()
    smtp = f"smtp://127.0.0.1:{server.port}"
    transport = SmtpTransport(smtp)
    try:
        direct = await without_outbox(transport)
        print(f"{'without outbox':<16}{MAILS / direct:>7.0f} mails/s")
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/orders.db"
            await measure("SQLite", url, transport, direct)
            await several("SQLite", url, smtp, counter)
        with start_postgres("fsync=on", "synchronous_commit=on") as postgres:
            url = await asyncio.to_thread(postgres.create_database, "bench")
            await measure("PostgreSQL", url, transport, direct)
            await several("PostgreSQL", url, smtp, counter)
    finally:
        server.stop()


async def without_outbox(transport: SmtpTransport) -> float:
    turn = asyncio.Semaphore(MAX_SENDING)

    async def send() -> None:
        async with turn:
            mail = render(NOTICE)
            made = email_message(mail, id=new_id(), sender=SENDER, sender_name="N", reply_to=None, at=now())
            await transport.send(made, mail.to)

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(MAILS)))
    return time.perf_counter() - started


async def promise(database: Database, brand_ids: list[UUID]) -> None:
    async with database.transaction(EVERYTHING) as session:
        for brand_id in brand_ids:
            order = select(Order.id).where(Order.brand_id == brand_id).limit(1)
            order_id = (await session.scalars(order)).one()
            made = (message(NOTICE, brand_id=brand_id, order_id=order_id, at=now()) for _ in range(MAILS))
            session.add_all(list(made)[: MAILS // len(brand_ids)])


async def measure(name: str, url: str, transport: SmtpTransport, direct: float) -> None:
    database = Database(url)
    await upgrade(database)
    await promise(database, [await fill(database, 1000, [OrderStatus.OC_REQUIRED])])
    started = time.perf_counter()
    done = await Relay(database, transport, sender=SENDER, clock=now).drain()
    taken = time.perf_counter() - started
    assert done.sent == MAILS
    print(f"{name:<16}{MAILS / taken:>7.0f} mails/s, {taken / direct:.2f} times as long")
    await database.close()


async def several(name: str, url: str, smtp: str, counter: Counter) -> None:
    """`orders deliver --once` as processes of their own; from the first mail to the last, without their start."""
    database = Database(url)
    async with database.read(EVERYTHING) as session:
        brand_ids = list(await session.scalars(select(Brand.id)))
    command = [sys.executable, "-P", "-m", "graph", "deliver", "--once"]
    settings = environment(url, ORDERS_SMTP_URL=smtp, ORDERS_MAIL_FROM=SENDER)
    for number in PROCESSES:
        await promise(database, brand_ids)
        counter.ids.clear()
        counter.at.clear()
        processes = [
            await asyncio.create_subprocess_exec(*command, env=settings, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
            for _ in range(number)
        ]
        assert [await process.wait() for process in processes] == [0] * number
        assert len(counter.ids) == len(set(counter.ids)) == MAILS, (len(counter.ids), len(set(counter.ids)))
        taken = counter.at[-1] - counter.at[0]
        print(f"{name:<16}{MAILS / taken:>7.0f} mails/s by {number} processes, each mail once")
    await database.close()
