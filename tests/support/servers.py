"""Real servers, each in its own process (`python -m graph serve`), and a client of all of them."""

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from graph.identity.own_tokens import Tokens
from models.actor import Actor
from tests.support.client import SECRET
from tests.support.forked import Forked
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 120  # seconds


def environment(database_url: str, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ORDERS_")}
    return ours | {"PYTHONPATH": str(ROOT), "ORDERS_DATABASE_URL": database_url, "ORDERS_SECRET_KEY": SECRET} | more


# For tests of the results of commands that wait for each other, not of how long they wait: on a slow machine they may
# wait longer than the product allows. A server needs a longer ORDERS_REQUEST_TIMEOUT too.
PATIENT = """
import graph.app, graph.http.admission
from models.database.sessions import Database
graph.app.LOCK_WAIT *= 6
graph.http.admission.MAX_WAIT_SECONDS = 60
# All commands of one test come from one member, and must meet in the database rather than queue for the server.
graph.http.admission.RESERVED = 0
graph.http.admission.MAX_CONCURRENT = graph.http.admission.MAX_PER_VIEWER = graph.http.admission.MAX_PER_BRAND = 8
Database.__init__.__kwdefaults__["lock_wait"] *= 6
"""


@contextmanager
def serving(
    database_url: str, folder: Path, count: int = 2, *, change: str = "", demo: bool = False, **settings: str
) -> Iterator[list[str]]:
    """The addresses of `count` servers on one database. Their logs are in `folder`."""
    ports = [free_port() for _ in range(count)]
    with ExitStack() as stack:
        for port in ports:
            process = Forked(
                ["serve", "--port", str(port), *(["--demo"] if demo else [])],
                environment(database_url, **settings),
                change=change,
                errors=folder / f"{port}.log",
            )
            stack.callback(_stop, process)
        for port in ports:
            wait_until_ready(f"http://127.0.0.1:{port}")
        yield [f"http://127.0.0.1:{port}" for port in ports]


def _stop(process: Forked) -> None:
    """Raises subprocess.TimeoutExpired when the process does not end on SIGTERM. It is gone then too."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=60)
    finally:
        process.kill()


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline, f"{address} is not ready"
            time.sleep(0.05)
        else:
            return


@dataclass(frozen=True, slots=True)
class Answer:
    """`refused`: the codes of the userErrors. `error`: the code of the first error when there is no payload."""

    status: int
    payload: dict[str, Any] | None
    error: str | None = None

    @property
    def refused(self) -> list[str]:
        return [each["code"] for each in (self.payload or {}).get("userErrors", [])]

    @property
    def is_done(self) -> bool:
        return self.payload is not None and not self.refused


@dataclass(frozen=True, slots=True)
class Caller:
    """One actor at all the servers."""

    http: httpx2.AsyncClient
    servers: list[str]
    token: str

    async def call(self, server: int, mutation: str, **input: Any) -> Answer:
        """`mutation`: its name and the selection of its payload, e.g. "rejectOrder { userErrors { code } }"."""
        name = mutation.split()[0]
        type = name[0].upper() + name[1:] + "Input"
        document = f"mutation ($input: {type}!) {{ {mutation.replace(name, f'{name}(input: $input)', 1)} }}"
        response = await self.http.post(
            f"{self.servers[server % len(self.servers)]}/graphql",
            json={"query": document, "variables": {"input": input}},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        answer = response.json()
        if errors := answer.get("errors"):
            return Answer(response.status_code, None, errors[0]["extensions"]["code"])
        return Answer(response.status_code, answer["data"][name])


@dataclass(frozen=True, slots=True)
class Callers:
    """`callers.of(actor)`; use as an async context manager."""

    servers: list[str]
    http: httpx2.AsyncClient

    @classmethod
    def at(cls, servers: list[str]) -> "Callers":
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
        return cls(servers, httpx2.AsyncClient(timeout=120, limits=limits))

    async def __aenter__(self) -> "Callers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    def of(self, actor: Actor) -> Caller:
        return Caller(self.http, self.servers, token(actor))


def token(actor: Actor) -> str:
    return Tokens(SECRET, lambda: datetime.now(UTC)).sign(actor, timedelta(hours=12))
