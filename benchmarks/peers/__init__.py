"""A list and the smallest query beside other GraphQL servers and the same rows by hand, on one SQLite file.

Node's servers need Node 20 or newer and, once, a C++ compiler; without Node they are left out. `--quick`: one short
round, and no Node server unless they were installed before. Each server has one core and is asked in turns, over
kept-alive connections, after its data was compared with the product's. Only the product checks a token, limits, rights
and cost, and writes a log.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import httpx2
from sqlalchemy import select

from benchmarks.workbook import NOON, fill
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.messages.statuses import STATUS_LABELS
from models.migrations import upgrade
from models.order import Order
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.support.client import SECRET
from tests.support.ports import free_port
from tests.support.server_process import server_process

FOLDER = Path(__file__).parent
NODE_SERVERS = ("mercurius-jit", "yoga-jit", "mercurius", "yoga", "apollo")
BASE = "bound"
CLIENTS = 4
DOCUMENTS = {
    "C: 100 orders x 10 lines": """{ orders(first: 100) { nodes { id code status statusLabel isRejected isArchived
        version placedAt updatedAt totalQuantity canReject rejectionBlockers { code } lines(first: 10) { nodes { id
        quantity unitPrice { amount } amount { amount } sku { number name } } } } } }""",
    "E: viewer": "{ viewer { name } }",
}


@dataclass(frozen=True, slots=True)
class Size:
    orders: int
    rounds: int
    requests: tuple[int, ...]  # of each document in a round


FULL, QUICK = Size(20_000, 8, (48, 400)), Size(1_000, 1, (24, 100))


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    pid: int

    def processor(self) -> float:
        """Milliseconds so far, with all threads."""
        return time.clock_gettime(~self.pid << 3 | 2) * 1000  # Linux's clock of a process, in nanoseconds

    def keep_on(self, core: int) -> None:
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


async def main(*arguments: str) -> None:
    is_quick = "--quick" in arguments
    size = QUICK if is_quick else FULL
    others = ["stock Strawberry", *(NODE_SERVERS if install(is_quick) else ())]
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder) / "orders.db"
        brand_id = await make(f"sqlite:///{path}", size.orders)
        actor = Actor(role=Role.WRITE, id="bench", name="Bench", brand_id=brand_id)
        token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=1))
        settings = {"ORDERS_RATE_LIMIT": "0", "ORDERS_DATA_FOLDER": folder}
        product = await stack.enter_async_context(server_process(f"sqlite:///{path}", forked=False, **settings))
        servers = {"product": Served(product.port, product.process.pid)}
        for name in (BASE, *others):
            servers[name] = await stack.enter_async_context(serving(name, path, brand_id))
        core = max(os.sched_getaffinity(0))
        for served in servers.values():
            served.keep_on(core)
        for document in DOCUMENTS.values():
            data = {name: await ask(served, document, token, CLIENTS * 8) for name, served in servers.items()}
            different = [name for name in data if data[name] != data["product"]]
            assert not different, different
        for _ in range(size.rounds):
            for (name, document), number in zip(DOCUMENTS.items(), size.requests, strict=True):
                for server, served in servers.items():
                    before, started = served.processor(), time.perf_counter()
                    await ask(served, document, token, number)
                    rate = number / (time.perf_counter() - started)
                    spent = (served.processor() - before) / number
                    found.setdefault((name, server), []).append((spent, rate))
    for name in DOCUMENTS:
        print(f"\n{name}\n{'':<18}{'cpu ms':>8}{'of bound':>10}{'requests/s':>12}{'of bound':>10}")
        costs, rates = zip(*found[name, BASE], strict=True)
        for server in servers:
            cost, rate = (median(values) for values in zip(*found[name, server], strict=True))
            of_cost = median(costs) / cost if cost else float("nan")
            print(f"{server:<18}{cost:>8.2f}{of_cost:>10.2f}{rate:>12.0f}{rate / median(rates):>10.2f}")


async def make(url: str, orders: int) -> UUID:
    """A file of one brand; its id. Some of the newest orders have a delivery note, which blocks a rejection."""
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, orders)
    async with database.transaction(EVERYTHING) as session:
        confirmed = select(Order.id).where(Order.status == OrderStatus.OC_CONFIRMED).order_by(Order.placed_at.desc())
        for n, order_id in enumerate(await session.scalars(confirmed.limit(10))):
            session.add(DeliveryNote(brand_id=brand_id, order_id=order_id, code=f"DN-{n}", created_at=NOON))
    await database.close()
    return brand_id


@asynccontextmanager
async def serving(name: str, path: Path, brand_id: UUID) -> AsyncIterator[Served]:
    port = free_port()
    module = {BASE: "benchmarks.peers.bound", "stock Strawberry": "benchmarks.peers.stock"}.get(name)
    command = [sys.executable, "-m", module] if module else ["node", str(FOLDER / "node.mjs"), name]
    labels = {status.value: label.brand.en for status, label in STATUS_LABELS.items()}
    env = os.environ | {
        "DATABASE": str(path),
        "BRAND": brand_id.hex,
        "LABELS": json.dumps(labels),
        "NODE_ENV": "production",
    }
    process = subprocess.Popen([*command, str(port)], env=env)  # noqa: ASYNC220 - does not wait for it
    try:
        async with asyncio.timeout(120), httpx2.AsyncClient() as http:
            while True:
                try:
                    await http.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ viewer { name } }"})
                    break
                except httpx2.TransportError:
                    assert process.poll() is None, f"{name} ended"
                    await asyncio.sleep(0.1)
        yield Served(port, process.pid)
    finally:
        process.kill()
        process.wait(60)


async def ask(served: Served, document: str, token: str, number: int) -> object:
    """`number` requests by some clients at once, each over one kept-alive connection; the data of the last answer."""
    body = json.dumps({"query": document}).encode()
    request = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body

    async def client(times: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=2**20)
        for _ in range(times):
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.1 200"), head
            answer = await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
        writer.close()
        return answer

    answers = await asyncio.gather(*(client(number // CLIENTS) for _ in range(CLIENTS)))
    return json.loads(answers[-1])["data"]


def install(only_if_done: bool) -> bool:
    """Whether Node's servers can run: installs what package-lock.json names, unless it is there."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".installed"
    is_done = stamp.is_file() and stamp.read_text() == lock
    if not (shutil.which("node") and shutil.which("npm")) or (only_if_done and not is_done):
        print("Node's servers are left out: there is no Node with npm, or ./run bench peers has not installed them.")
        return False
    if not is_done:
        print("installing the npm packages, which takes some minutes …", flush=True)
        subprocess.run(["npm", "ci"], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
        # SQLite is compiled, with the headers that came with Node, so that none are downloaded.
        home = subprocess.check_output(["node", "-p", "path.resolve(process.execPath, '../..')"], text=True).strip()
        build = ["npm", "rebuild", "better-sqlite3", "--ignore-scripts=false"]
        env = os.environ | {"npm_config_nodedir": home}
        subprocess.run(build, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL, env=env)
        stamp.write_text(lock)
    return True
