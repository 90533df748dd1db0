"""uvicorn with time limits for slow clients, and a graceful shutdown that drains first.

uvicorn limits neither the time nor the size of a request's head, nor the time that a client takes to read its
response, and a client may go on sending a body after its response. Each connection here keeps these deadlines; the
server checks all connections once a second. A client that opens many connections loses the oldest idle
one, so that there is always room for the others. (Granian was tried instead: docs/decisions/0036-granian-not-yet.md.)
"""

import asyncio
import faulthandler
import json
import logging
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from graph.http.paced import IS_PAUSED
from graph.http.sse import IS_STREAM
from graph.limits.error_codes import ErrorCode
from graph.limits.rate import network_of

log = logging.getLogger("orders.server")
MAX_HEAD_SECONDS = 10.0  # from the connection, or the first byte of a further request, to the end of the head
MAX_HEAD_BYTES = 65_536
MAX_READ_SECONDS = 30.0  # for a client to read what is buffered for it, some 64 kB
MAX_STOP_SECONDS = 30.0  # after the running requests: for the relay, the connections and the threads
LINGER_SECONDS = 2.0  # for a client to stop sending after its response
# asyncio accepts as many connections in a turn of the event loop as its backlog is long: 500 at once took 0.1 s.
ACCEPTED_PER_TURN = 8
BACKLOG = 2048  # connections that the kernel keeps until then
MAX_CONNECTIONS = 500
MAX_CONNECTIONS_PER_ADDRESS = 100  # that wait for their client; a trusted proxy may have more


def _give_up(seconds: float) -> None:
    log.error("the server did not stop within %.0f s; it is ended. What its threads do goes to stderr", seconds)
    faulthandler.dump_traceback(all_threads=True)
    os._exit(1)


def _answer(status: str, text: str, code: ErrorCode, *headers: str) -> bytes:
    """A response before the head of the request is known, so in JSON, with a GraphQL error."""
    body = json.dumps({"errors": [{"message": text, "extensions": {"code": code.value}}]})
    about = ("Connection: close", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join((f"HTTP/1.1 {status}", *about, *headers, "", body)).encode("ascii")


FULL = _answer("503 Service Unavailable", "The server is busy.", ErrorCode.UNAVAILABLE, "Retry-After: 1")
TOO_LARGE = _answer(
    "431 Request Header Fields Too Large", "The head of the request is too long.", ErrorCode.REQUEST_TOO_LARGE
)
TOO_SLOW = _answer("408 Request Timeout", "The head of the request did not arrive in time.", ErrorCode.REQUEST_TIMEOUT)


class HeadWithBody:
    """The transport of one response. Its head waits for the body if that comes in the same turn of the event loop.

    uvicorn writes them one after the other: two calls of the system, and a client that is woken twice.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self._has_begun = False

    def write(self, data: bytes) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._head = data
            self._loop.call_soon(self._flush)
        elif self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head + data)
        else:
            self._transport.write(data)

    def _flush(self) -> None:
        head, self._head = self._head, None
        if head is not None and not self._transport.is_closing():
            self._transport.write(head)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class HttpConnection(HttpToolsProtocol):
    """`_…_by`: a deadline in the event loop's time; None while it does not apply."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_bytes = 0
        self._has_begun = False
        self._has_ended = False
        self._head_by: float | None = self.loop.time() + MAX_HEAD_SECONDS
        self._read_by: float | None = None
        self._gone_by: float | None = None
        self._opened_at = self.loop.time()
        self._is_refused = False
        self._address = network_of(self.client[0]) if self.client else ""
        self._make_room()

    def _make_room(self) -> None:
        """Closes a connection that waits for its client if there are too many: of this address, or of all."""
        others = [each for each in self.connections if isinstance(each, HttpConnection) and each._counts()]
        mine = [each for each in others if each._address == self._address]
        if not self._is_trusted():
            waiting = [each for each in mine if each._waits_for_client()]
            if len(waiting) > MAX_CONNECTIONS_PER_ADDRESS:
                self._oldest(waiting)._refuse()
                return
        if len(others) > MAX_CONNECTIONS:
            closable = [each for each in others if each._can_be_closed()]
            most, _ = Counter(each._address for each in closable).most_common(1)[0]  # at least this one waits
            self._oldest([each for each in closable if each._address == most])._refuse()

    def _counts(self) -> bool:
        """Streams are bounded by themselves (graph/http/streams.py)."""
        is_stream = self.cycle is not None and not self.cycle.response_complete and IS_STREAM in _state_of(self.cycle)
        return not self._is_refused and not is_stream

    def _oldest(self, connections: list["HttpConnection"]) -> "HttpConnection":
        return min(connections, key=lambda each: each._opened_at)

    def _waits_for_client(self) -> bool:
        """Not while the server works on a request or its response is being read."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return self._head_by is not None or is_answered or self.cycle.more_body or self._read_by is not None

    def _can_be_closed(self) -> bool:
        """It waits for its client, or a refusal of its request waits for its turn (graph/http/paced.py)."""
        return self._waits_for_client() or bool(self.cycle.scope["state"].get(IS_PAUSED))

    def _is_trusted(self) -> bool:
        if not self.client or not self.config.proxy_headers:
            return False
        return self.client[0] in _TrustedHosts(self.config.forwarded_allow_ips or [])

    def _refuse(self) -> None:
        self._is_refused = True
        if not self._has_begun or self.cycle is None or not self.cycle.response_started:
            self.transport.write(FULL)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._has_ended:
            return
        if self._head_by is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_by is not None and self._head_bytes > MAX_HEAD_BYTES:
            self._end(TOO_LARGE)

    def on_message_begin(self) -> None:
        self._has_begun = True
        self._head_bytes = 0
        self._head_by = self.loop.time() + MAX_HEAD_SECONDS
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_by = None
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before and self.scope["method"] != "HEAD":  # whose response has no body
            self.cycle.transport = HeadWithBody(self.transport, self.loop)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._gone_by = None

    def on_response_complete(self) -> None:
        is_still_sending = not self.pipeline and self.cycle.more_body
        super().on_response_complete()
        if is_still_sending:
            # Closing at once would lose the response, which tells the client why to stop sending.
            self._gone_by = self.loop.time() + LINGER_SECONDS

    def pause_writing(self) -> None:
        self._read_by = self.loop.time() + MAX_READ_SECONDS
        super().pause_writing()

    def resume_writing(self) -> None:
        self._read_by = None
        super().resume_writing()

    def watch(self, now: float) -> None:
        """Closes the connection when a deadline has passed."""
        if self._head_by is not None and now > self._head_by:
            if self._has_begun:
                self._end(TOO_SLOW)
            else:
                self.transport.close()
        elif any(by is not None and now > by for by in (self._gone_by, self._read_by)):
            self.transport.abort()
        elif self.transport.is_closing() and self._gone_by is None:
            # uvicorn closes after the buffer is sent, but the client may not be reading it.
            self._gone_by = now + MAX_READ_SECONDS

    def _end(self, answer: bytes) -> None:
        """Responds, then ignores further input until the client closes the connection or LINGER_SECONDS are over."""
        self._head_by = None
        self._has_ended = True
        self._gone_by = self.loop.time() + LINGER_SECONDS
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.write_eof()


def _state_of(cycle: Any) -> Any:
    return cycle.scope.get("state", {})


class Server(uvicorn.Server):
    """A server that shuts down gracefully with exit code 0.

    On SIGTERM it calls `on_stop` and keeps serving for `drain` seconds, so that a load balancer sees that it is no
    longer ready; then it finishes the running requests and ends. Ctrl+C, or a second SIGTERM, skips the draining. A
    second Ctrl+C ends the server immediately.
    """

    def __init__(self, config: uvicorn.Config, *, drain: float, on_stop: Callable[[], Any]) -> None:
        super().__init__(config)
        self._drain = drain
        self._on_stop = on_stop
        self._stop_at: float | None = None
        self._is_stopping = False
        self._closing: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            listening.listen(BACKLOG)  # asyncio has shortened it to ACCEPTED_PER_TURN

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        is_first = self._stop_at is None
        drain = self._drain if is_first and sig == signal.SIGTERM else 0
        self._stop_at = time.monotonic() + drain
        self.force_exit = sig == signal.SIGINT and not is_first

    async def on_tick(self, counter: int) -> bool:
        if self._stop_at is not None:
            if not self._is_stopping:
                self._is_stopping = True
                self._on_stop()
                self._end_at_last()
            self.should_exit = time.monotonic() >= self._stop_at
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, HttpConnection):
                    connection.watch(now)
                else:
                    self._watch_socket(connection, now)
        return await super().on_tick(counter)

    def _watch_socket(self, connection: Any, now: float) -> None:
        """Ends a WebSocket that is closing, but whose client does not read what is buffered for it."""
        if connection.transport.is_closing():
            since = self._closing.setdefault(connection, now)
            if now > since + MAX_READ_SECONDS:
                connection.transport.abort()

    def _end_at_last(self) -> None:
        """Ends the process if it has not ended long after all limits of the shutdown, as when a thread hangs."""
        seconds = self._drain + (self.config.timeout_graceful_shutdown or 0) + MAX_STOP_SECONDS
        timer = threading.Timer(seconds, _give_up, [seconds])
        timer.daemon = True
        timer.start()
