"""uvicorn as we run it: impatient with slow clients, patient with what runs when it is told to stop.

uvicorn bounds neither the time nor the size of a request's head, nor the time that a client takes to read its answer,
and an answered request may go on sending its body for ever. Each connection here keeps watch over that itself; the
server looks at all of them once a second.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN = 10.0  # seconds, from the connection or the first byte to the end of the head
MAX_HEAD_BYTES = 65_536  # bytes
READ_WITHIN = 30.0  # seconds for a client to take what is buffered for it, some 64 kB
LINGER = 2.0  # seconds for a client to stop sending what is not wanted any more
MAX_CONNECTIONS = 500


def _plain(status: str, text: str, *headers: str) -> bytes:
    told = (f"HTTP/1.1 {status}", "Connection: close", "Content-Type: text/plain", f"Content-Length: {len(text) + 1}")
    return "\r\n".join((*told, *headers, "", f"{text}\n")).encode("ascii")


FULL = _plain("503 Service Unavailable", "The server is busy.", "Retry-After: 1")
TOO_LARGE = _plain("431 Request Header Fields Too Large", "The head of the request is too long.")
TOO_SLOW = _plain("408 Request Timeout", "The head of the request did not arrive in time.")


class Connection(HttpToolsProtocol):
    """`_…_by`: the instant by which it must have happened, while it is being waited for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head = 0  # bytes
        self._has_begun = False
        self._has_ended = False
        self._head_by: float | None = self.loop.time() + HEAD_WITHIN
        self._read_by: float | None = None
        self._gone_by: float | None = None
        if len(self.connections) > MAX_CONNECTIONS:
            transport.write(FULL)
            transport.close()

    def data_received(self, data: bytes) -> None:
        if self._has_ended:
            return
        if self._head_by is not None:
            self._head += len(data)
        super().data_received(data)
        if self._head_by is not None and self._head > MAX_HEAD_BYTES:
            self._end(TOO_LARGE)

    def on_message_begin(self) -> None:
        self._has_begun = True
        self._head = 0
        self._head_by = self.loop.time() + HEAD_WITHIN
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_by = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._gone_by = None

    def on_response_complete(self) -> None:
        sends_on = not self.pipeline and self.cycle.more_body
        super().on_response_complete()
        if sends_on:
            # Not closed at once: the client would lose the answer, which says why it need not send the rest.
            self._gone_by = self.loop.time() + LINGER

    def pause_writing(self) -> None:
        self._read_by = self.loop.time() + READ_WITHIN
        super().pause_writing()

    def resume_writing(self) -> None:
        self._read_by = None
        super().resume_writing()

    def watch(self, now: float) -> None:
        """Ends what has taken too long."""
        if self._head_by is not None and now > self._head_by:
            if self._has_begun:
                self._end(TOO_SLOW)
            else:
                self.transport.close()
        elif any(by is not None and now > by for by in (self._gone_by, self._read_by)):
            self.transport.abort()
        elif self.transport.is_closing() and self._gone_by is None:
            # What is still buffered is for somebody who may not be reading.
            self._gone_by = now + READ_WITHIN

    def _end(self, answer: bytes) -> None:
        """Answers, then takes no notice of what still comes, until the client closes or LINGER is over."""
        self._head_by = None
        self._has_ended = True
        self._gone_by = self.loop.time() + LINGER
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.write_eof()


class Server(uvicorn.Server):
    """Told to stop, it finishes what runs, and its exit code is 0.

    On SIGTERM it calls `on_stop` and serves on for `drain` seconds, so that a load balancer sees that it is not ready
    any more. Ctrl+C, or a second SIGTERM, leaves that out; a second Ctrl+C leaves out the rest too.
    """

    def __init__(self, config: uvicorn.Config, *, drain: float, on_stop: Callable[[], Any]) -> None:
        super().__init__(config)
        self._drain = drain
        self._on_stop = on_stop
        self._stop_at: float | None = None
        self._is_told = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        is_first = self._stop_at is None
        drain = self._drain if is_first and sig == signal.SIGTERM else 0
        self._stop_at = time.monotonic() + drain
        self.force_exit = sig == signal.SIGINT and not is_first

    async def on_tick(self, counter: int) -> bool:
        if self._stop_at is not None:
            if not self._is_told:
                self._is_told = True
                self._on_stop()
            self.should_exit = time.monotonic() >= self._stop_at
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                assert isinstance(connection, Connection)  # noqa: S101 - as configured
                connection.watch(now)
        return await super().on_tick(counter)
