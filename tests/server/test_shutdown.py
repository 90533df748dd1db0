"""SIGTERM with a real process: readiness first, what runs is finished, the relay gives back its mails, exit code 0."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
from sqlalchemy import select

from exports.relay import transports as smtp_module
from exports.relay.relay import Relay
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from models.database.sessions import Database
from models.order import Order
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.outbox.test_relay import SENDER, outbox
from tests.outbox.test_relays import Noting
from tests.support.client import SECRET
from tests.support.clock import Clock
from tests.support.factories import Shop, make_order, make_shop
from tests.support.server_process import ServerProcess, server_process

REJECT = """mutation ($id: ID!, $notify: Boolean!) { rejectOrder(input: {orderId: $id, notify: $notify}) {
            order { status } userErrors { code } } }"""


def now() -> datetime:
    return datetime.now(UTC)


async def reject(server: ServerProcess, shop: Shop, order: Order, *, notify: bool) -> httpx2.Response:
    token = Tokens(SECRET, now).sign(shop.member(), timedelta(hours=1))
    variables = {"id": to_id(Kind.ORDER, order.id), "notify": notify}
    async with httpx2.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as http:
        return await http.post("/graphql", json={"query": REJECT, "variables": variables}, timeout=100)


async def takes_connections(server: ServerProcess) -> bool:
    try:
        async with httpx2.AsyncClient(base_url=server.url) as http:
            return (await http.get("/health/live")).status_code == 200
    except httpx2.TransportError:
        return False


async def status_of(database: Database, order: Order) -> OrderStatus:
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Order.status).where(Order.id == order.id))).one()


# What a slow machine needs for the steps of the test, while a command waits for its lock.
PATIENT = """
import graph.app, graph.cli.serve
graph.app.LOCK_WAIT *= 10
graph.cli.serve.GRACE = 60
"""


async def test_running_requests_finish_and_new_ones_are_refused(database: Database, database_url: str) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with server_process(database_url, "--drain", "5", change=PATIENT, ORDERS_REQUEST_TIMEOUT="90") as server:
        async with database.transaction(EVERYTHING) as session:
            # On SQLite the transaction itself keeps the command waiting, on PostgreSQL the row's lock.
            await session.execute(select(Order.id).where(Order.id == order.id).with_for_update())
            rejecting = asyncio.create_task(reject(server, shop, order, notify=False))
            await asyncio.sleep(0.5)
            server.tell_to_stop()
            async with httpx2.AsyncClient(base_url=server.url) as http, asyncio.timeout(30):
                while (ready := await http.get("/health/ready")).status_code == 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                assert (ready.status_code, ready.json()) == (503, {"status": "stopping"})
                assert (await http.get("/health/live")).status_code == 200, "served on, while it is drained"
            async with asyncio.timeout(30):
                while await takes_connections(server):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert not rejecting.done()
        answer = await rejecting
        assert answer.json()["data"]["rejectOrder"]["order"]["status"] == "REJECTED_BY_BRAND"
        assert await server.ended(within=60) == 0
    assert await status_of(database, order) is OrderStatus.REJECTED_BY_BRAND


async def test_a_hanging_mail_server_neither_delays_shutdown_nor_gets_a_mail_twice(
    database: Database, database_url: str
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    talked_to = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talked_to.set()
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(hang, "127.0.0.1", 0)
    smtp = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with server_process(database_url, "--drain", "0", ORDERS_SMTP_URL=smtp, ORDERS_MAIL_FROM=SENDER) as server:
        assert (await reject(server, shop, order, notify=True)).status_code == 200
        await asyncio.wait_for(talked_to.wait(), 60)
        server.tell_to_stop()
        assert await server.ended(within=smtp_module.TIMEOUT_SECONDS - 5) == 0
    listening.close()
    row: OutboxMessage = (await outbox(database))[0]
    assert (row.status, row.leased_until) == (NotificationStatus.PENDING, None), "given back"
    transport = Noting()
    database.clock = later = Clock(now() + timedelta(minutes=1))
    done = await Relay(database, transport, sender=SENDER, clock=later).drain()
    assert done.sent == len(transport.brands) == 1


HANGS = """
import threading, graph.app, graph.cli.serve, graph.http.server
graph.cli.serve.GRACE = graph.http.server.MAX_STOP_SECONDS = 1
graph.app.remove_orphans = lambda: threading.Thread(target=threading.Event().wait).start()
"""


async def test_a_thread_that_hangs_does_not_keep_the_process(sqlite_url: str) -> None:
    async with server_process(sqlite_url, "--drain", "0", change=HANGS) as server:
        server.tell_to_stop()
        assert await server.ended(within=60) == 1
        assert "did not stop within 2 s" in server.log.read_text()
