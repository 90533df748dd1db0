"""An HTTP server that receives events: it notes each request, and gives the answers that are set."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.support.ports import free_port

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
# Writes the answer, or does something worse.
Behave = Callable[["Received", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def sequence(self) -> int:
        number: int = self.payload["data"]["sequence"]
        return number


@dataclass
class Receiver:
    """`behave`: None: accepts."""

    port: int
    requests: list[Received] = field(default_factory=list)
    behave: Behave | None = None
    connections: int = 0
    handlers: "set[asyncio.Task[None] | None]" = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def sequences(self) -> list[int]:
        return [each.sequence for each in self.requests]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.handlers.add(asyncio.current_task())
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    request = await read_request(reader)
                    self.requests.append(request)
                    if self.behave:
                        await self.behave(request, writer)
                    else:
                        writer.write(OK)
                    await writer.drain()
        finally:
            writer.close()


async def read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    start, *lines = head.strip().split("\r\n")
    method, path, _ = start.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Received(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def answering(status: str, body: str = "", **headers: str) -> Behave:
    """E.g. answering("500 Oops", "so sorry", Retry_After="60")."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    text = f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n{more}\r\n{body}"

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(text.encode())

    return behave


async def dropping(_: Received, writer: asyncio.StreamWriter) -> None:
    assert isinstance(writer.transport, asyncio.Transport)
    writer.transport.abort()


async def hanging(_: Received, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def receiving(port: int | None = None, **options: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver(port or free_port())
    server = await asyncio.start_server(receiver.handle, "127.0.0.1", receiver.port, **options)
    try:
        yield receiver
    finally:
        server.close()
        for each in receiver.handlers:
            if each:
                each.cancel()
        await asyncio.sleep(0)
