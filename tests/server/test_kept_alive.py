"""An answer on a kept-alive connection leaves at once, not after the client's delayed acknowledgement (40 ms)."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import uvicorn

from graph.http.server import HeadWithBody
from graph.identity.own_tokens import Tokens
from models.database.sessions import Database
from tests.support.client import SECRET
from tests.support.factories import make_shop
from tests.support.server_process import server_process

BODY = json.dumps({"query": "{ viewer { name } }"}).encode()
ROUNDS = 120  # the kernel acknowledges the first ones of a connection at once
WITHIN = 0.020  # seconds above a server that does nothing, in the same test


async def bare(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


@contextmanager
def bare_server() -> Iterator[int]:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(uvicorn.Config(bare, lifespan="off", log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)


def median_answer(port: int, token: str) -> float:
    """Seconds from a request to its whole answer, on one connection."""
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    took = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for _ in range(ROUNDS):
            started = time.perf_counter()
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < length_of(answer):
                received = connection.recv(65_536)
                assert received, answer
                answer += received
            took.append(time.perf_counter() - started)
            assert answer.startswith(b"HTTP/1.1 200"), answer
    return median(took[ROUNDS // 2 :])


def length_of(answer: bytes) -> int:
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length:")[2].split(b"\r\n")[0])


async def test_the_smallest_query_waits_for_no_acknowledgement(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    await database.close()
    token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(shop.member(), timedelta(hours=1))
    async with server_process(sqlite_url) as server:
        with bare_server() as port:
            nothing = median_answer(port, token)
        assert median_answer(server.port, token) < nothing + WITHIN


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[bytes | None] = []

    def write(self, data: Any) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append(None)

    def is_closing(self) -> bool:
        return None in self.calls


async def test_a_head_goes_out_with_its_body_or_in_the_next_turn_of_the_event_loop() -> None:
    loop = asyncio.get_running_loop()
    together, alone, closed = Transport(), Transport(), Transport()
    for transport, parts in ((together, [b"head", b"body", b"more"]), (alone, [b"head"]), (closed, [b"head"])):
        response = HeadWithBody(transport, loop)
        for part in parts:
            response.write(part)
        if transport is closed:
            response.close()
    assert (together.calls, alone.calls, closed.calls) == ([b"headbody", b"more"], [], [b"head", None])
    await asyncio.sleep(0)
    assert (together.calls, alone.calls, closed.calls) == ([b"headbody", b"more"], [b"head"], [b"head", None])
