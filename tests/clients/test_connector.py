"""examples/python/connector.py on a live server, while its connections are cut and it is killed, both at random.

`./run clients` tests the rest of it, with the httpx that it is locked to.
"""

import asyncio
import base64
import hmac
import json
import os
import random
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select

from models.api_key import ApiKey, hash_of, new_secret
from models.audit import AuditEntry
from models.database.sessions import Database
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import id_of
from tests.support.factories import NOON, Shop, make_order, make_shop, save
from tests.support.ports import free_port
from tests.support.server_process import server_process
from tests.support.servers import token

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "python"
# The example has httpx; httpx2, which the other tests use, has the same API.
PROGRAM = "import sys, httpx2; sys.modules['httpx'] = httpx2; import connector; connector.main()"
ORDERS, REJECTED = 120, 25
REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"
SECRET = "whsec_" + base64.b64encode(b"a secret of the webhook").decode()


class Network:
    """A TCP proxy. A connection is cut after a number of bytes, which is drawn for each."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._port = port
        self._chance = chance
        self.connections = 0
        self.cuts = 0

    def has_more_than(self, connections: int) -> bool:
        return self.connections > connections

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        left = [self._chance.choice((500, 3_000, 20_000, 100_000, 400_000))]
        upstream, sink = await asyncio.open_connection("127.0.0.1", self._port)

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(2_000):
                left[0] -= len(data)
                if left[0] < 0:
                    self.cuts += 1
                    return
                target.write(data)
                await target.drain()

        copying = [asyncio.ensure_future(copy(reader, sink)), asyncio.ensure_future(copy(upstream, writer))]
        with suppress(OSError):
            await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED)
        for each in copying:
            each.cancel()
        await asyncio.gather(*copying, return_exceptions=True)
        for end in (writer, sink):
            end.transport.abort()


class Connector:
    """Starts the program; `mirror` is its file."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.mirror = folder / "mirror.db"
        ours = {"OM_URL": url, "OM_API_KEY": key, "OM_WEBHOOK_SECRET": SECRET, "PYTHONPATH": str(EXAMPLE)}
        self._environment = os.environ | ours

    async def start(self, *arguments: str) -> Process:
        command = (sys.executable, "-c", PROGRAM, "--mirror", str(self.mirror), *arguments)
        return await asyncio.create_subprocess_exec(*command, env=self._environment, stdout=PIPE, stderr=PIPE)

    async def run(self, *arguments: str) -> str:
        process = await self.start(*arguments)
        out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return out.decode()

    def read(self, statement: str) -> list[Any]:
        """Empty until the program has made its tables."""
        if not self.mirror.exists():
            return []
        with suppress(sqlite3.OperationalError):
            reading = sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True)
            try:
                return reading.execute(statement).fetchall()
            finally:
                reading.close()
        return []

    def progress(self) -> list[Any]:
        return self.read("SELECT page, position FROM progress")

    def has_moved(self, before: list[Any]) -> bool:
        return self.progress() != before


async def until(condition: Callable[[], bool], process: Process, other: "asyncio.Task[None] | None" = None) -> None:
    """Until it is so, or the other task is done. Fails when the process ends before."""
    while not condition() and not (other and other.done()):
        if process.returncode is not None:
            assert process.stderr
            raise AssertionError((await process.stderr.read()).decode())
        await asyncio.sleep(0.02)


async def kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def make_key(database: Database, shop: Shop) -> str:
    """The secret of an API key that may reject orders."""
    secret = new_secret()
    about = {"name": "ERP", "last_four": secret[-4:], "created_at": NOON, "created_by": "Mina Sato"}
    await save(database, ApiKey(brand_id=shop.brand.id, secret_hash=hash_of(secret), scopes=["orders:reject"], **about))
    return secret


async def post(url: str, shop: Shop, query: str, **variables: Any) -> Any:
    async with httpx2.AsyncClient(timeout=60) as http:
        headers = {"Authorization": f"Bearer {token(shop.member(Role.ADMIN))}"}
        answer = await http.post(f"{url}/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


async def test_its_mirror_equals_the_database_and_it_rejects_once_though_it_is_cut_and_killed(
    postgres_url: str, tmp_path: Path
) -> None:
    chance = random.Random(15)  # noqa: S311
    database = Database(postgres_url)
    shop = await make_shop(database)
    key = await make_key(database, shop)
    ours, *others = [await make_order(database, shop) for _ in range(ORDERS)]
    async with server_process(postgres_url, ORDERS_RATE_LIMIT="0") as server:
        network = Network(server.port, chance)
        async with network.open() as url:
            connector = Connector(url, key, tmp_path)

            async def reject_others() -> None:
                for order in others[:REJECTED]:
                    await post(server.url, shop, REJECT, id=id_of(order))

            rejecting = asyncio.create_task(reject_others())
            kills = 0
            while kills < 3 or not rejecting.done():
                process = await connector.start("follow", "--poll", "0.05")
                await until(partial(connector.has_moved, connector.progress()), process, rejecting)
                await asyncio.sleep(chance.random() / 5)  # so that it is killed anywhere in its work
                await kill(process)
                kills += 1
            await rejecting
            await connector.run("sync")

            # Killed later each time after it has connected, until one try has had its answer.
            later = 0.0
            while connector.read("SELECT is_answered FROM decisions") != [(True,)]:
                connections = network.connections
                process = await connector.start("reject", ours.code)
                await until(partial(network.has_more_than, connections), process)
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), later := later + chance.random() / 5)
                await kill(process)
            await connector.run("sync")
            while network.cuts < 3:
                await connector.run("sync")

    async with database.read(EVERYTHING) as session:
        columns = (Order.code, Order.status, Order.version, Order.archived_at.is_not(None))
        expected = [tuple(row) for row in await session.execute(select(*columns).order_by(Order.code))]
        entries = select(func.count()).where(AuditEntry.order_id == ours.id, AuditEntry.kind == "ORDER_REJECTED")
        mails = select(func.count()).where(OutboxMessage.order_id == ours.id)
        assert (await session.scalar(entries), await session.scalar(mails)) == (1, 1)
    await database.close()
    assert connector.read("SELECT code, status, version, is_archived FROM orders ORDER BY code") == expected
    assert [status for _, status, *_ in expected].count(OrderStatus.REJECTED_BY_BRAND) == REJECTED + 1


async def test_a_webhook_wakes_it(sqlite_url: str, tmp_path: Path) -> None:
    """It looks at the feed once an hour, so only the webhook can tell it in time."""
    database = Database(sqlite_url)
    shop = await make_shop(database)
    key, order = await make_key(database, shop), await make_order(database, shop)
    await database.close()
    port = free_port()
    async with server_process(sqlite_url) as server, httpx2.AsyncClient(timeout=60) as http:
        connector = Connector(f"{server.url}/graphql", key, tmp_path)
        process = await connector.start("follow", "--poll", "3600", "--webhook", str(port))
        try:
            status = "SELECT status FROM orders"
            await until(lambda: connector.read(status) == [("OC_REQUIRED",)], process)
            await post(server.url, shop, REJECT, id=id_of(order))
            assert await send(http, port, {}) == 401
            assert await send(http, port, signed() | {"webhook-signature": "v1,AAAA"}) == 401
            assert connector.read(status) == [("OC_REQUIRED",)]
            assert await send(http, port, signed()) == 204
            await until(lambda: connector.read(status) == [("REJECTED_BY_BRAND",)], process)
        finally:
            await kill(process)


BODY = json.dumps({"type": "order.rejected"}).encode()


def signed() -> dict[str, str]:
    id, timestamp = "msg_1", str(int(time.time()))
    digest = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), f"{id}.{timestamp}.".encode() + BODY, sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def send(http: httpx2.AsyncClient, port: int, headers: dict[str, str]) -> int:
    return (await http.post(f"http://127.0.0.1:{port}/", content=BODY, headers=headers)).status_code
