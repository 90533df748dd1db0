"""A real server and raw sockets: heads and bodies that never end, readers that do not read, too many connections."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.http.server import ACCEPTED_PER_TURN, HttpConnection
from tests.api.test_large_requests import Turns
from tests.cli.test_command_line import ROOT
from tests.support.clock import Clock
from tests.support.listening import live_server
from tests.support.server_process import ServerProcess, server_process

IMPATIENT = """
import graph.http.admission, graph.http.server
graph.http.admission.MAX_BODY_SECONDS = 1
graph.http.server.MAX_HEAD_SECONDS = graph.http.server.MAX_READ_SECONDS = 1
"""
FEW = """
import graph.http.server
graph.http.server.MAX_CONNECTIONS = 40
graph.http.server.MAX_HEAD_SECONDS = 5
"""
PACED = f"""{FEW}
graph.http.server.MAX_HEAD_SECONDS = 60
import graph.http.paced, graph.identity.authenticate
graph.identity.authenticate.MAX_FAILED_SIGN_INS = graph.http.paced.BURST = 1
graph.http.paced.MAX_PER_SECOND = 0.001
graph.http.paced.MAX_PAUSE_SECONDS = 1000
"""
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ASKS = b'{"query": "{ __typename }"}'
CUT_OFF_WITHIN = 60  # seconds, on the slowest of machines; the others would never be


async def answer(
    server: ServerProcess, first: bytes, more: Callable[[], bytes] | None = None, *, pause: float = 0
) -> bytes:
    """All that comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    reading = asyncio.create_task(_all(reader))
    try:
        async with asyncio.timeout(CUT_OFF_WITHIN):
            with contextlib.suppress(ConnectionError):
                writer.write(first)
                while more and not reading.done():
                    writer.write(more())
                    await writer.drain()
                    await asyncio.sleep(pause)
            return await reading
    finally:
        await _closed(writer)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def _all(reader: asyncio.StreamReader) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(65_536):
            received += part
    return received


def status(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


async def test_slow_clients_are_cut_off(sqlite_url: str) -> None:
    async with server_process(sqlite_url, change=IMPATIENT) as server:
        silent, slow, drip = await asyncio.gather(
            answer(server, b""),
            answer(server, b"GET / HTTP/1.1\r\n", lambda: b"X-A: b\r\n", pause=0.2),
            answer(server, POST + b"Content-Length: 1000\r\n\r\n{", lambda: b" ", pause=0.2),
        )
    assert silent == b""
    assert status(slow) == 408, "a head that drips"
    assert status(drip) == 408, "a body that drips"
    assert b"did not arrive within" in drip
    assert [json.loads(each.partition(b"\r\n\r\n")[2])["errors"][0]["extensions"] for each in (slow, drip)] == [
        {"code": "REQUEST_TIMEOUT"}
    ] * 2


async def test_endless_requests_are_cut_off_and_the_server_keeps_serving(sqlite_url: str) -> None:
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"fff0\r\n" + b"x" * 0xFFF0 + b"\r\n"
    async with server_process(sqlite_url) as server:
        long, huge = await asyncio.gather(
            answer(server, b"GET / HTTP/1.1\r\n", lambda: b"X-Long: " + b"y" * 4_000 + b"\r\n"),
            answer(server, chunked, lambda: chunk),
        )
        assert status(long) == 431, "a head without an end"
        assert status(huge) == 413, "a body without a length or an end"
        # Whoever is told not to send the rest, and stops, or sends it after all, keeps the connection.
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        body = b"x" * 1_100_000
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert b"413" in await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len("Content Too Large"))
        writer.write(POST + b"Content-Length: %d\r\n\r\n" % len(ASKS) + ASKS)
        assert b"401" in await reader.readuntil(b"\r\n\r\n")
        await _closed(writer)


async def test_clients_that_do_not_read_are_disconnected(sqlite_url: str) -> None:
    largest = max((ROOT / "graph" / "http" / "graphiql" / "vendor").glob("*.js"), key=lambda path: path.stat().st_size)
    loop = asyncio.get_running_loop()
    times = 20
    async with server_process(sqlite_url, change=IMPATIENT) as server:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", server.port))
        ours = connection.getsockname()[1]
        await loop.sock_sendall(
            connection, f"GET /graphiql/vendor/{largest.name} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times
        )
        async with asyncio.timeout(CUT_OFF_WITHIN):
            while not is_left(server.port, ours):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        # What the kernel still has comes quickly then.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
        received = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(CUT_OFF_WITHIN):
                while part := await loop.sock_recv(connection, 1_000_000):
                    received += part
        connection.close()
    assert status(received) == 200
    assert len(received) < times * largest.stat().st_size


def is_left(server: int, client: int) -> bool:
    """Whether the server has closed its end of the connection, which the kernel goes on to serve."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, here, there, state, *_ = line.split()
        if (int(here[-4:], 16), int(there[-4:], 16)) == (server, client):
            return state != "01"  # established
    return True


async def test_many_idle_connections_of_one_address_keep_nobody_out(sqlite_url: str) -> None:
    # Idle at once, idle after a request, in the middle of a head, and of a body.
    beginnings = [
        b"",
        b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n",
        POST + b"Content-Length: 9\r\n\r\n{",
    ]
    async with server_process(sqlite_url) as server:
        opened = []
        for number in range(600):
            opened.append(await asyncio.open_connection("127.0.0.1", server.port))
            opened[-1][1].write(beginnings[number % len(beginnings)])
        received = await answer(server, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status(received) == 200
        told = await asyncio.wait_for(_all(opened[0][0]), CUT_OFF_WITHIN)
        assert status(told) == 503, "the oldest one"
        for _, writer in opened:
            await _closed(writer)


async def test_the_number_of_connections_is_bounded(sqlite_url: str) -> None:
    async with server_process(sqlite_url, change=FEW) as server:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(45)]
        told = await asyncio.gather(*(asyncio.wait_for(_all(reader), CUT_OFF_WITHIN) for reader, _ in opened))
        assert sum(each.startswith(b"HTTP/1.1 503") for each in told) in range(5, 8)
        assert sum(each == b"" for each in told) >= 38, "those that asked for nothing in time"
        for _, writer in opened:
            await _closed(writer)
        received = await answer(server, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status(received) == 200


async def test_refusals_that_wait_for_their_turn_keep_nobody_out_and_do_not_delay_the_end(sqlite_url: str) -> None:
    asks = POST + b"X-Merchant-API-Key: wrong\r\nContent-Length: %d\r\n\r\n" % len(ASKS) + ASKS
    async with server_process(sqlite_url, "--drain", "0", change=PACED) as server:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(40)]
        for reader, writer in opened[:2]:
            writer.write(asks)
            assert status(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), CUT_OFF_WITHIN)) in (401, 429)
        for _, writer in opened[2:]:
            writer.write(asks)
        waiting = [asyncio.create_task(_all(reader)) for reader, _ in opened[2:]]
        for _ in range(5):
            opened.append(await asyncio.open_connection("127.0.0.1", server.port))
            opened[-1][1].write(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status(await asyncio.wait_for(opened[-1][0].readuntil(b"\r\n\r\n"), CUT_OFF_WITHIN)) == 200
        server.tell_to_stop()
        told = await asyncio.wait_for(asyncio.gather(*waiting), CUT_OFF_WITHIN)
        assert await server.ended(60) == 0
        for _, writer in opened:
            await _closed(writer)
    assert {status(each) for each in told} <= {429, 503}
    assert sum(status(each) == 503 for each in told) == 3, "with the two idle ones they made room for five"


async def test_many_connections_at_once_are_accepted_in_many_turns_of_the_loop(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(monkeypatch)
    all_made = asyncio.Event()
    made = HttpConnection.connection_made

    def counted(connection: HttpConnection, transport: asyncio.Transport) -> None:
        turns.count()
        made(connection, transport)
        if sum(turns.done) == 3 * ACCEPTED_PER_TURN:
            all_made.set()

    async with live_server(sqlite_url, tmp_path, Clock()) as server:
        port = int(server.url.rpartition(":")[2])
        monkeypatch.setattr(HttpConnection, "connection_made", counted)
        with contextlib.ExitStack() as opened:
            for _ in range(3 * ACCEPTED_PER_TURN):  # no turn of the loop in between: the kernel keeps all of them
                opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            await all_made.wait()
        assert max(turns.done) <= ACCEPTED_PER_TURN
