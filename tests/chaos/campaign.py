"""The crash loop: two servers, a mail server and a database are killed again and again while clients reject orders.

A client asks until it has an answer, with the same idempotency key. At the end everything is left to drain, and then
the database must hold exactly what was asked for, once: see tests/support/invariants.py.
"""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from exports.relay.relay import MAX_SENDING
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.audit import AuditHead
from models.base import new_id
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import DataSet, Order, OrderLine
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from models.webhook import Webhook, WebhookStatus, new_secret
from tests.chaos.mailbox import REFUSED
from tests.chaos.processes import MailServer, Server, Victim, WebhookReceivers, WriterOnTheFile
from tests.chaos.receivers import NAMES
from tests.chaos.server import STEPS, clock_from
from tests.support.client import SECRET
from tests.support.factories import NOON, Shop, make_shop, save
from tests.support.invariants import violations
from tests.support.postgres import Postgres
from tests.support.servers import Answer, Caller, Callers

CLIENTS = 6
BULK = 3  # orders in a bulk rejection
PER_ROUND = 4  # orders rejected one by one in a round, beside a bulk rejection and a race with an invoice
DRAINS_WITHIN = 300  # seconds, without any progress
ERRORS = "{ userErrors { code } }"
SERVERS = 2
ANY_MOMENT, BOTH, DATABASE, MAIL_SERVER = "a server at any moment", "both servers", "the database", "the mail server"
RECEIVERS = "the receivers of webhooks"


@dataclass
class Report:
    """`kills`: process and step → number of kills. `mails`: Message-ID → how often the mail server received it.

    `events`: receiver of a webhook → events that it got; `repeated`: of those, requests after the first one.
    `resumed`: how often a webhook was resumed that a receiver had paused.
    `dropped`: the mails after which it hung up without an answer, at least once.
    """

    database: str
    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    retries: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    promised: int = 0
    mails: Counter[str] = field(default_factory=Counter)
    dropped: set[str] = field(default_factory=set)
    unclear: int = 0
    events: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    resumed: int = 0
    seconds: float = 0
    violations: list[str] = field(default_factory=list)


@dataclass
class Campaign:
    url: str
    folder: Path
    postgres: Postgres | None
    rounds: int
    chance: random.Random
    report: Report
    # Speed of the clock, so that the five-minute lease of a dead relay expires sooner.
    speed: int = 10
    begin: datetime = field(default_factory=lambda: datetime.now(UTC))
    # Short, so that work keeps up with the kills.
    jobs: "asyncio.Queue[tuple[str, list[str]]]" = field(default_factory=lambda: asyncio.Queue(CLIENTS))
    orders: list[str] = field(default_factory=list)
    # Orders that must be rejected in the end; and orders that may have been invoiced first: True if so.
    certain: set[str] = field(default_factory=set)

    async def run(self) -> Report:
        started = time.monotonic()
        database = Database(self.url)
        await upgrade(database)
        shop = await make_shop(database, recipients=("buyer@chaos.example", REFUSED))
        self.orders = await many_orders(database, shop, (self.rounds + 2) * (PER_ROUND + BULK + 1) * 3)
        mails = MailServer(self.folder)
        receivers = WebhookReceivers(self.folder)
        await make_webhooks(database, shop, receivers)
        servers = [
            Server(self.url, self.folder, mails.port, self.begin, self.speed, has_steps=number == 0)
            for number in range(SERVERS)
        ]
        token = Tokens(SECRET, clock_from(self.begin, self.speed)).sign(shop.member(Role.ADMIN), timedelta(days=3650))
        try:
            for each in (mails, receivers, *servers):
                await each.start()
            async with Callers.at([server.address for server in servers]) as callers:
                caller = Caller(callers.http, callers.servers, token)
                resuming = asyncio.create_task(self.resume(caller, database))
                clients = [asyncio.create_task(self.client(caller)) for _ in range(CLIENTS)]
                for what in self.plan():
                    await self.round(what, servers, mails, receivers)
                    self.report.rounds += 1
                await asyncio.wait_for(self.jobs.join(), DRAINS_WITHIN)
                for client in clients:
                    client.cancel()
                    with suppress(asyncio.CancelledError):
                        await client
                await self.drained(database)
                resuming.cancel()
                with suppress(asyncio.CancelledError):
                    await resuming
        finally:
            for each in (*servers, mails, receivers):
                each.kill()
        self.report.mails, self.report.dropped = mails.received(), mails.dropped()
        await self.judge(database)
        await self.judge_webhooks(database, receivers)
        await database.close()
        self.report.seconds = time.monotonic() - started
        return self.report

    def plan(self) -> list[str]:
        """What each round kills: every step in turn, and the other processes in between, in random order."""
        steps = [step.name for step in STEPS]
        rest = [ANY_MOMENT, ANY_MOMENT, ANY_MOMENT, ANY_MOMENT, BOTH, DATABASE, DATABASE, MAIL_SERVER, RECEIVERS]
        plan: list[str] = []
        while len(plan) < self.rounds:
            block = steps + rest
            self.chance.shuffle(block)
            plan += block
        return plan[: self.rounds]

    async def round(self, what: str, servers: list[Server], mails: MailServer, receivers: WebhookReceivers) -> None:
        await self.feed()
        if what in {step.name for step in STEPS}:
            step = next(step for step in STEPS if step.name == what)
            victim = servers[0]
            victim.arm(STEPS.index(step))
            is_reached = await self.dies(victim)
            self.report.kills[f"server: {step.value[0]}" if is_reached else "server: step not reached"] += 1
            victims: list[Victim] = [victim]
        else:
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))
            if what == DATABASE:
                await self.kill_database()
                return
            others: dict[str, list[Victim]] = {BOTH: list(servers), MAIL_SERVER: [mails], RECEIVERS: [receivers]}
            victims = others.get(what) or [servers[1]]
            self.report.kills[what] += 1
        for each in victims:
            each.kill()
        await asyncio.sleep(self.chance.uniform(0, 0.1))
        for each in victims:
            await each.start()

    async def dies(self, victim: Server) -> bool:
        """Whether the server reaches its step within a minute. Sends more work until it does."""
        for _ in range(120):
            for _ in range(50):
                if not victim.is_alive:
                    return True
                await asyncio.sleep(0.01)
            if self.jobs.empty():
                await self.feed(singles=4, more=False)
        return False

    async def kill_database(self) -> None:
        if self.postgres:
            self.report.kills["PostgreSQL"] += 1
            await asyncio.to_thread(self.postgres.crash)
            await asyncio.to_thread(self.postgres.start)
        else:
            self.report.kills["a writer inside its transaction"] += 1
            writer = WriterOnTheFile(self.url)
            await writer.start()
            await asyncio.sleep(self.chance.uniform(0, 0.2))
            writer.kill()

    async def feed(self, singles: int = PER_ROUND, *, more: bool = True) -> None:
        def take(count: int) -> list[str]:
            taken, self.orders = self.orders[:count], self.orders[count:]
            return taken

        for order in take(singles):
            await self.jobs.put(("single", [order]))
        if more:
            await self.jobs.put(("bulk", take(BULK)))
            for order in take(1):
                await self.jobs.put(("contested", [order]))

    async def client(self, caller: Caller) -> None:
        while True:
            kind, orders = await self.jobs.get()
            try:
                self.report.asked += len(orders)
                await getattr(self, kind)(caller, orders)
            except Exception as error:
                self.report.violations.append(f"a client met {error!r}")
            finally:
                self.jobs.task_done()

    async def single(self, caller: Caller, orders: list[str]) -> None:
        answer = await self.reject(caller, orders[0])
        if answer.is_done:
            self.certain.update(orders)
            self.report.answers["done"] += 1
        else:
            self.report.violations.append(f"{orders[0]} was not rejected: {answer}")

    async def bulk(self, caller: Caller, orders: list[str]) -> None:
        mutation = "rejectOrders { rejectedCount userErrors { code } }"
        answer = await self.ask(caller, mutation, orderIds=orders, notify=True, idempotencyKey=orders[0])
        if answer.payload and answer.payload["rejectedCount"] == len(orders):
            self.certain.update(orders)
            self.report.answers["done in bulk"] += len(orders)
        else:
            self.report.violations.append(f"a bulk rejection of {len(orders)} was answered with {answer}")

    async def contested(self, caller: Caller, orders: list[str]) -> None:
        rejected, invoiced = await asyncio.gather(
            self.reject(caller, orders[0]),
            self.ask(caller, f"createInvoice {ERRORS}", orderId=orders[0]),
        )
        if rejected.is_done:
            self.certain.update(orders)
            self.report.answers["done against an invoice"] += 1
        elif rejected.refused == ["NOT_REJECTABLE"]:
            self.report.answers["refused: invoiced"] += 1
        else:
            self.report.violations.append(f"{orders[0]}, to be invoiced too, was answered with {rejected}, {invoiced}")
        if rejected.is_done and invoiced.is_done:
            self.report.violations.append(f"{orders[0]} was answered as rejected and as invoiced")

    async def reject(self, caller: Caller, order: str) -> Answer:
        return await self.ask(caller, f"rejectOrder {ERRORS}", orderId=order, notify=True, idempotencyKey=order)

    async def ask(self, caller: Caller, mutation: str, **input: object) -> Answer:
        """Retries until there is an answer; a broken connection or an UNAVAILABLE is not one."""
        while True:
            try:
                answer = await caller.call(self.chance.randrange(SERVERS), mutation, **input)
            except (httpx2.TransportError, ValueError):
                answer = None
            if answer and answer.error != "UNAVAILABLE":
                return answer
            if answer and answer.status != 503:
                self.report.violations.append(f"UNAVAILABLE came with status {answer.status}")
            self.report.retries += 1
            await asyncio.sleep(self.chance.uniform(0.02, 0.1))

    async def resume(self, caller: Caller, database: Database) -> None:
        """As an admin does when a receiver that has paused its webhook works again."""
        paused = select(Webhook.id).where(Webhook.status == WebhookStatus.PAUSED)
        while True:
            ids: list[UUID] = []
            with suppress(SQLAlchemyError, OSError):  # the database is down
                async with database.read(EVERYTHING) as session:
                    ids = list(await session.scalars(paused))
            for id in ids:
                await self.ask(caller, f"resumeWebhook {ERRORS}", webhookId=to_id(Kind.WEBHOOK, id))
                self.report.resumed += 1
            await asyncio.sleep(0.5)

    async def drained(self, database: Database) -> None:
        """Returns when all mails and events are out, or when none has gone out for a long time."""
        pending = select(func.count()).where(OutboxMessage.status == NotificationStatus.PENDING)
        of_brand = AuditHead.brand_id == Webhook.brand_id
        behind = select(func.sum(AuditHead.sequence - Webhook.position)).select_from(Webhook).join(AuditHead, of_brand)
        before, deadline = None, 0.0
        while True:
            async with database.read(EVERYTHING) as session:
                left = [await session.scalar(pending), await session.scalar(behind)]
            if not any(left):
                return
            if left != before:
                before, deadline = left, time.monotonic() + DRAINS_WITHIN
            elif time.monotonic() > deadline:
                return
            await asyncio.sleep(0.2)

    async def judge_webhooks(self, database: Database, receivers: WebhookReceivers) -> None:
        """Each receiver got each event, first in the order of the chain; again only with the same id."""
        async with database.read(EVERYTHING) as session:
            head = await session.scalar(select(func.max(AuditHead.sequence))) or 0
        for name in NAMES:
            received = receivers.received(name)
            first = list(dict.fromkeys(sequence for sequence, _ in received))
            self.report.events[name] = len(first)
            self.report.repeated[name] = len(received) - len(first)
            if lost := set(range(1, head + 1)) - set(first):
                self.report.violations.append(f"{name}: {len(lost)} of {head} events were lost, e.g. {min(lost)}")
            if first != sorted(first):
                self.report.violations.append(f"{name}: events came in another order")
            if len({id for _, id in received}) != len(first):
                self.report.violations.append(f"{name}: a repeated event came with another webhook-id")

    async def judge(self, database: Database) -> None:
        wrong = self.report.violations
        wrong += await violations(database)
        async with database.read(EVERYTHING) as session:
            rejected = {to_id(Kind.ORDER, id) for id in await session.scalars(select(OrderRejection.order_id))}
            outbox = {row.id: row.status for row in await session.scalars(select(OutboxMessage))}
        self.report.rejected, self.report.promised = len(rejected), len(outbox)
        if lost := self.certain - rejected:
            wrong.append(f"{len(lost)} orders were answered as rejected, and are not")
        if extra := rejected - self.certain:
            wrong.append(f"{len(extra)} orders are rejected, and were not answered so")
        # A mail server that hangs up or is killed after it got a mail leaves one that may have been delivered.
        unclear = {id for id, status in outbox.items() if status is NotificationStatus.MAY_HAVE_BEEN_DELIVERED}
        self.report.unclear = len(unclear)
        of_kills = [id for id in unclear if f"<{id}@chaos.example>" not in self.report.dropped]
        # Each server's relay has at most this many mails on their way when the mail server is killed.
        if len(of_kills) > MAX_SENDING * SERVERS * self.report.kills[MAIL_SERVER]:
            wrong.append(f"{len(unclear)} mails may have been delivered, more than the kills explain")
        sent = {f"<{id}@chaos.example>" for id in outbox if id not in unclear}
        good = (NotificationStatus.SENT, NotificationStatus.MAY_HAVE_BEEN_DELIVERED)
        if unsent := Counter(status for status in outbox.values() if status not in good):
            wrong.append(f"mails not sent: {dict(unsent)}")
        arrived = set(self.report.mails)
        if not sent <= arrived or not arrived <= {f"<{id}@chaos.example>" for id in outbox}:
            wrong.append("the mails that arrived are not those that were promised")


async def make_webhooks(database: Database, shop: Shop, receivers: WebhookReceivers) -> None:
    """One for each receiver, which gets all events."""
    now = datetime.now(UTC)
    begin: dict[str, Any] = {"position": 0, "due_at": now, "created_at": now, "created_by": "Mina Sato"}
    of_brand: dict[str, Any] = {"brand_id": shop.brand.id, "kinds": [], "secret": new_secret()}
    await save(database, *(Webhook(name=name, url=receivers.url(name), **of_brand, **begin) for name in NAMES))


async def many_orders(database: Database, shop: Shop, count: int) -> list[str]:
    """Returns global ids. Each order awaits the approval of its OC, so that it can be rejected and invoiced."""
    of_brand = {"brand_id": shop.brand.id}
    orders: list[dict[str, Any]] = [
        of_brand
        | {
            "id": new_id(),
            "code": f"C-{number:06}",
            "buyer_id": shop.buyer.id,
            "catalog_id": shop.catalog.id,
            "status": OrderStatus.OC_CREATED,
            "currency": "GBP",
            "total_minor": 1000,
            "total_quantity": 2,
            "placed_at": NOON,
            "updated_at": NOON,
        }
        for number in range(count)
    ]
    lines = [
        of_brand
        | {
            "order_id": order["id"],
            "id": new_id(),
            "data_set": DataSet.ORIGINAL,
            "position": 1,
            "sku_id": shop.skus[0].id,
            "quantity": 2,
            "unit_price_minor": 500,
            "amount_minor": 1000,
        }
        for order in orders
    ]
    async with database.transaction(EVERYTHING) as session:
        await session.execute(insert(Order), orders)
        await session.execute(insert(OrderLine), lines)
    return [to_id(Kind.ORDER, order["id"]) for order in orders]
