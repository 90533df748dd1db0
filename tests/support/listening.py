"""A real server in this process, and clients that listen: by GraphQL over SSE, and by graphql-transport-ws."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from graph.app import create_app
from graph.cli.serve import configuration, listen
from graph.http.server import Server
from graph.settings.edge import Edge
from graph.settings.environment import Settings
from tests.support.client import SECRET, Client
from tests.support.clock import Clock
from tests.support.ports import free_port

EVENTS = """subscription ($after: Int, $kinds: [OrderEventKind!], $orderId: ID, $brandCode: String) {
  events(after: $after, kinds: $kinds, orderId: $orderId, brandCode: $brandCode) {
    sequence kind actor summary order { code status } } }"""


@dataclass
class LiveServer:
    url: str
    client: Client
    app: Any

    def stop(self) -> None:
        """As SIGTERM does, at once."""
        self.app.state.stop()


@asynccontextmanager
async def live_server(
    database_url: str, folder: Path, clock: Clock, *, send_buffer: int | None = None, **edge: Any
) -> AsyncIterator[LiveServer]:
    """`send_buffer`: bytes that the kernel keeps for each connection."""
    settings = Settings(
        database_url=database_url, secret_key=SECRET, data_folder=folder, edge=Edge(**{"request_timeout": 90} | edge)
    )
    app = create_app(settings, clock=clock)
    port = free_port()
    server = Server(configuration(app, settings), drain=0, on_stop=app.state.stop)
    listening = listen("127.0.0.1", port)
    if send_buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    serving = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:
        assert not serving.done(), serving.result()
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
        yield LiveServer(url, Client(http, clock, app.state.database), app)
    app.state.stop()
    server.should_exit = True
    await serving


class Refused(Exception):
    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(f"{status}: {answer}")
        self.status = status
        self.answer = answer


@dataclass
class Heard:
    """What one listener has got. `comments`: heartbeats. `is_complete`: the server said that nothing follows."""

    results: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0
    is_open: bool = False
    is_complete: bool = False
    code: int | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [result["data"]["events"] for result in self.results if result.get("data")]

    @property
    def sequences(self) -> list[int]:
        return [event["sequence"] for event in self.events]

    @property
    def errors(self) -> list[str]:
        return [error["extensions"]["code"] for result in self.results for error in result.get("errors", ())]

    def changed(self) -> None:
        self._changed.set()

    async def until(self, condition: Any) -> None:
        while not condition(self):
            self._changed.clear()
            await self._changed.wait()


@asynccontextmanager
async def listening(
    by: str, server: LiveServer, who: Client, query: str = EVENTS, /, **variables: Any
) -> AsyncGenerator[Heard, None]:
    """A listener that has been accepted. Raises Refused."""
    heard = Heard()
    run = {"sse": by_sse, "ws": by_ws}[by]
    task = asyncio.create_task(run(server.url, who.headers, {"query": query, "variables": variables}, heard))
    opened = asyncio.create_task(heard.until(lambda it: it.is_open))
    try:
        await asyncio.wait({task, opened}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield heard
    finally:
        task.cancel()
        opened.cancel()
        await asyncio.wait({task, opened})


async def by_sse(url: str, headers: dict[str, str], request: dict[str, Any], heard: Heard) -> None:
    """Until the stream ends."""
    headers = headers | {"Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(timeout=60) as http,
        http.stream("POST", f"{url}/graphql", json=request, headers=headers) as response,
    ):
        if response.status_code != 200:
            raise Refused(response.status_code, json.loads(await response.aread()))
        assert response.headers["content-type"].startswith("text/event-stream")
        kind = ""
        async for line in response.aiter_lines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data" and kind == "next":
                heard.results.append(json.loads(value))
            elif name == "data" and kind == "complete":
                heard.is_complete = True
            elif line.startswith(":"):
                heard.comments += heard.is_open
                heard.is_open = True
            heard.changed()


@asynccontextmanager
async def ws(url: str, payload: Any = None, **more: Any) -> AsyncIterator[ClientConnection]:
    """A WebSocket whose `connection_init` was sent, unless `payload` is None."""
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    async with connect(
        address, subprotocols=[Subprotocol("graphql-transport-ws")], close_timeout=1, **more
    ) as connection:
        if payload is not None:
            await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
        yield connection


async def by_ws(url: str, headers: dict[str, str], request: dict[str, Any], heard: Heard) -> None:
    async with ws(url, headers) as connection:
        async for message in messages(connection):
            match message["type"]:
                case "connection_ack":
                    await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": request}))
                    # The server answers in order: when the pong is here, the subscription has been read.
                    await connection.send(json.dumps({"type": "ping"}))
                case "pong":
                    heard.is_open = True
                case "next":
                    heard.results.append(message["payload"])
                case "error":
                    heard.results.append({"errors": message["payload"]})
                    heard.is_complete = True
                case "complete":
                    heard.is_complete = True
            heard.changed()
        heard.code = connection.close_code
        heard.changed()


async def messages(connection: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    """Until the server closes the connection."""
    with suppress(ConnectionClosed):
        while True:
            yield json.loads(await connection.recv())
