"""A real server and raw sockets: heads and bodies that never end, readers that do not read, too many connections."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from tests.server_process import ServerProcess, server_process
from tests.test_command_line import ROOT

SHORT = """
import graph.overload, graph.server
graph.overload.BODY_WITHIN = 1
graph.server.HEAD_WITHIN = graph.server.LINGER = graph.server.READ_WITHIN = 1
graph.server.MOST_CONNECTIONS = 40
"""
SOON = 9  # seconds; each of these has one, and 10 or more without SHORT
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ASKS = b'{"query": "{ __typename }"}'


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[ServerProcess]:
    async with server_process(sqlite_url, change=SHORT) as started:
        yield started


async def answer(
    server: ServerProcess, first: bytes, more: Callable[[], bytes] | None = None, *, pause: float = 0
) -> tuple[bytes, float]:
    """All that comes back until the server closes the connection, and after how many seconds it did."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    started = asyncio.get_running_loop().time()
    reading = asyncio.create_task(_all(reader))
    with contextlib.suppress(ConnectionError):
        writer.write(first)
        while more and not reading.done():
            writer.write(more())
            await writer.drain()
            await asyncio.sleep(pause)
    async with asyncio.timeout(60):
        received = await reading
    writer.close()
    return received, asyncio.get_running_loop().time() - started


async def _all(reader: asyncio.StreamReader) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(65_536):
            received += part
    return received


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


async def test_slow_and_endless_clients_are_cut_off_and_the_server_serves_on(server: ServerProcess) -> None:
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"fff0\r\n" + b"x" * 0xFFF0 + b"\r\n"
    (silent, after), (slow, slow_after), (long, _), (drip, drip_after), (huge, huge_after) = await asyncio.gather(
        answer(server, b""),
        answer(server, b"GET / HTTP/1.1\r\n", lambda: b"X-A: b\r\n", pause=0.2),
        answer(server, b"GET / HTTP/1.1\r\n", lambda: b"X-Long: " + b"y" * 4_000 + b"\r\n"),
        answer(server, POST + b"Content-Length: 1000\r\n\r\n{", lambda: b" ", pause=0.2),
        answer(server, chunked, lambda: chunk),
    )
    assert silent == b""
    assert after < SOON
    assert status(slow) == 408, "a head that drips"
    assert slow_after < SOON
    assert status(long) == 431, "a head without an end"
    assert status(drip) == 408, "a body that drips"
    assert b"did not arrive within" in drip
    assert drip_after < SOON
    assert status(huge) == 413, "a body without a length or an end"
    assert huge_after < SOON
    # Whoever is told not to send the rest, and stops, or sends it after all, keeps the connection.
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    body = b"x" * 1_100_000
    writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert b"413" in await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(len("Content Too Large"))
    writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(ASKS) + ASKS)
    assert b"401" in await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_who_does_not_read_is_left(server: ServerProcess) -> None:
    largest = max((ROOT / "graph" / "graphiql" / "vendor").glob("*.js"), key=lambda path: path.stat().st_size)
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await loop.sock_connect(connection, ("127.0.0.1", server.port))
    times = 20
    await loop.sock_sendall(
        connection, f"GET /graphiql/vendor/{largest.name} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times
    )
    await asyncio.sleep(4)
    received = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            while part := await loop.sock_recv(connection, 1_000_000):
                received += part
    connection.close()
    assert status(received) == 200
    assert len(received) < times * largest.stat().st_size


async def test_connections_have_a_bound_too(server: ServerProcess) -> None:
    # At once: the first ones are not yet cut off when the last ones come.
    opened = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", server.port) for _ in range(45)))
    told = await asyncio.gather(*(asyncio.wait_for(reader.read(), 60) for reader, _ in opened))
    assert sum(each.startswith(b"HTTP/1.1 503") for each in told) in range(5, 8)
    assert sum(each == b"" for each in told) >= 38, "those that asked for nothing in time"
    for _, writer in opened:
        writer.close()
    received, _ = await answer(server, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status(received) == 200
