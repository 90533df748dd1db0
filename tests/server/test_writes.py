"""How many writes, and so packets, a response is."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from graph.http.server import MAX_JOINED_BYTES, Cycle

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n"


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        assert not self.is_closed
        self.written.append(data)

    def close(self) -> None:
        self.is_closed = True


def cycle(transport: Any, *, keep_alive: bool = True) -> Cycle:
    flow: Any = SimpleNamespace(write_paused=False)
    log = logging.getLogger("test")
    scope: Any = {"method": "GET"}
    return Cycle(
        scope=scope,
        transport=transport,
        flow=flow,
        logger=log,
        access_logger=log,
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: None,
    )


def start(length: int | None) -> dict[str, Any]:
    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def body(data: bytes, *, more_body: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more_body}


async def test_a_short_response_is_one_write() -> None:
    transport = Transport()
    sent = cycle(transport)
    await sent.send(start(5))
    assert transport.written == []
    await sent.send(body(b"hello"))
    assert transport.written == [HEAD % 5 + b"hello"]
    assert sent.response_complete


async def test_a_response_without_a_length_begins_at_once() -> None:
    transport = Transport()
    sent = cycle(transport)
    await sent.send(start(None))
    assert [each.startswith(b"HTTP/1.1 200 OK") for each in transport.written] == [True]
    await sent.send(body(b"event", more_body=True))
    assert len(transport.written) == 2


async def test_a_long_body_is_not_copied() -> None:
    transport, data = Transport(), b"x" * MAX_JOINED_BYTES
    sent = cycle(transport)
    await sent.send(start(len(data)))
    await sent.send(body(data))
    assert transport.written == [HEAD % len(data), data]
    assert transport.written[1] is data


async def test_a_body_in_parts_is_written_part_by_part() -> None:
    transport = Transport()
    sent = cycle(transport)
    await sent.send(start(4))
    await sent.send(body(b"he", more_body=True))
    await sent.send(body(b"y!"))
    assert transport.written == [HEAD % 4 + b"he", b"y!"]


async def test_a_connection_is_closed_after_its_last_response() -> None:
    transport = Transport()
    sent = cycle(transport, keep_alive=False)
    await sent.send(start(2))
    await sent.send(body(b"ok"))
    assert transport.written == [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"]
    assert transport.is_closed


async def test_a_fault_before_the_body_is_a_response_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send(start(5))
        raise ValueError("between head and body")

    transport = Transport()
    await cycle(transport).run_asgi(app)
    assert [each.partition(b"\r\n")[0] for each in transport.written] == [b"HTTP/1.1 500 Internal Server Error"]
    assert "between head and body" in caplog.text
