"""Mails per second through the relay, on both databases, beside sending the same mails without an outbox."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy import select

from benchmarks.workbook import fill
from exports.mail import email_message, render
from exports.outbox import AT_ONCE, Relay
from exports.smtp import SmtpTransport
from models.base import Database, new_id
from models.migrations import upgrade
from models.order import Order
from models.outbox import OrderNotice, message
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.ports import free_port
from tests.postgres import start_postgres

MAILS = 1_000
SENDER = "no-reply@example.com"
NOTICE = OrderNotice(
    kind="ORDER_REJECTED",
    order_code="ORD-1",
    placed_at="2026-11-20T01:00:00+00:00",
    at="2026-11-24T12:00:00+00:00",
    brand_name="Northlight",
    sender_name="Northlight",
    reply_to=None,
    buyer_name="Harbour Shop",
    to=["buyer@example.com"],
    locale="en",
    time_zone="Europe/London",
    body="We are sorry.\n" * 10,
)


def now() -> datetime:
    return datetime.now(UTC)


async def main() -> None:
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    transport = SmtpTransport(f"smtp://127.0.0.1:{port}")
    try:
        direct = await without_outbox(transport)
        print(f"{'without outbox':<16}{MAILS / direct:>7.0f} mails/s")
        with tempfile.TemporaryDirectory() as folder:
            await measure("SQLite", f"sqlite:///{folder}/orders.db", transport, direct)
        with start_postgres("fsync=on") as postgres:
            await asyncio.to_thread(postgres.create_database, "bench")
            await measure("PostgreSQL", f"{postgres.url}/bench", transport, direct)
    finally:
        server.stop()


async def without_outbox(transport: SmtpTransport) -> float:
    turn = asyncio.Semaphore(AT_ONCE)

    async def send() -> None:
        async with turn:
            mail = render(NOTICE)
            made = email_message(mail, id=new_id(), sender=SENDER, sender_name="N", reply_to=None, at=now())
            await transport.send(made, mail.to)

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(MAILS)))
    return time.perf_counter() - started


async def measure(name: str, url: str, transport: SmtpTransport, direct: float) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, 1000, [OrderStatus.OC_REQUIRED])
    async with database.transaction(EVERYTHING) as session:
        order_id = (await session.scalars(select(Order.id).limit(1))).one()
        session.add_all(message(NOTICE, brand_id=brand_id, order_id=order_id, at=now()) for _ in range(MAILS))
    started = time.perf_counter()
    done = await Relay(database, transport, sender=SENDER, clock=now).drain()
    taken = time.perf_counter() - started
    assert done.sent == MAILS
    print(f"{name:<16}{MAILS / taken:>7.0f} mails/s, {taken / direct:.2f} times as long")
    await database.close()
