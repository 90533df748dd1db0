"""Admission control: bounded concurrency, a bounded queue, and an immediate 503 beyond both.

A request queues only after its body has been read, so a slow sender occupies no slot. It frees its slot when its
response starts, so a slow reader occupies none either (graph/http/server.py disconnects both).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Half of the connection pool on SQLite (16), less than half on PostgreSQL (20). A request uses one connection, or two
# when it loads lists in parallel; the relay, downloads and health checks need some too. So nobody waits for the pool.
MAX_CONCURRENT = 8
MAX_QUEUED = 32  # at the usual duration of a request, this many wait a second or less
MAX_WAIT_SECONDS = 5.0
MAX_BODY_SECONDS = 15.0
MAX_BODY_BYTES = 1_000_000
MAX_TOTAL_BODY_BYTES = 32_000_000  # of all bodies that are being received
RETRY_AFTER_SECONDS = 1

BUSY = "The server is busy. The request was not executed; try again in a moment."
TOO_LARGE = f"The request is larger than {MAX_BODY_BYTES:,} bytes."
SLOW = f"The request did not arrive within {MAX_BODY_SECONDS:.0f} seconds and was not executed."


class Overloaded(Exception):
    """All slots are taken and the queue is full, or the wait was too long."""


class TooLarge(Exception):
    """The body exceeds MAX_BODY_BYTES."""


class ConcurrencyLimit:
    """At most `concurrent` slots in use and `queued` waiters, each of whom waits at most `seconds`."""

    def __init__(self, concurrent: int, queued: int, seconds: float) -> None:
        self._slots = asyncio.Semaphore(concurrent)
        self._max_queued = queued
        self._seconds = seconds
        self.queued = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[bool]:
        """Yields whether the caller had to wait. Raises Overloaded."""
        must_wait = self._slots.locked()
        if must_wait and self.queued >= self._max_queued:
            raise Overloaded
        self.queued += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise Overloaded from None
        finally:
            self.queued -= 1
        try:
            yield must_wait
        finally:
            self._slots.release()


class PerViewerLimit:
    """A ConcurrencyLimit of which each viewer uses one slot at a time; their other requests wait in their own queue."""

    def __init__(self, concurrent: int, queued: int, seconds: float) -> None:
        self._shared = ConcurrencyLimit(concurrent, queued, seconds)
        self._max_queued = queued // 2
        self._seconds = seconds
        # A viewer's entry lives as long as a request that uses it.
        self._viewers: WeakValueDictionary[str, ConcurrencyLimit] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, viewer: str) -> AsyncIterator[None]:
        """Raises Overloaded."""
        own = self._viewers.get(viewer)
        if own is None:
            self._viewers[viewer] = own = ConcurrencyLimit(1, self._max_queued, self._seconds)
        async with own.slot(), self._shared.slot():
            yield


class AdmissionControl:
    """ASGI middleware: reads each request's body, then passes at most `limit` requests at once to `app`."""

    def __init__(self, app: ASGIApp, limit: ConcurrencyLimit | None = None) -> None:
        self._app = app
        self._limit = limit or ConcurrencyLimit(MAX_CONCURRENT, MAX_QUEUED, MAX_WAIT_SECONDS)
        self._body_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                body = await self._read(scope, receive)
                if body is None:
                    return
                waited = await stack.enter_async_context(self._limit.slot())
            except Overloaded:
                await _refusal(503, BUSY, "UNAVAILABLE")(scope, receive, send)
                return
            except TooLarge:
                await _refusal(413, TOO_LARGE, "BAD_REQUEST")(scope, receive, send)
                return
            except TimeoutError:
                await _refusal(408, SLOW, "BAD_REQUEST")(scope, receive, send)
                return
            if waited and await _has_disconnected(receive):
                return
            pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def receive_again() -> Message:
                return pending.pop() if pending else await receive()

            async def send_and_free_slot(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await stack.aclose()
                await send(message)

            await self._app(scope, receive_again, send_and_free_slot)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client disconnected.

        Raises TimeoutError, TooLarge (as soon as the size is known), and Overloaded when all bodies that are being
        received exceed MAX_TOTAL_BODY_BYTES.
        """
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
            raise TooLarge
        body = bytearray()
        try:
            async with asyncio.timeout(MAX_BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    body += message.get("body", b"")
                    self._body_bytes += len(message.get("body", b""))
                    if len(body) > MAX_BODY_BYTES:
                        raise TooLarge
                    if not message.get("more_body"):
                        return bytes(body)
                    if self._body_bytes > MAX_TOTAL_BODY_BYTES:
                        raise Overloaded
        finally:
            self._body_bytes -= len(body)


async def _has_disconnected(receive: Receive) -> bool:
    """Whether the client gave up while the request was queued."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        return bool((await receive())["type"] == "http.disconnect")
    return False


# A 413 has no `Connection: close`: a client that keeps sending could not read the response before it is disconnected
# (graph/http/server.py).
HEADERS = {503: {"Retry-After": str(RETRY_AFTER_SECONDS)}, 408: {"Connection": "close"}}


def _refusal(status: int, message: str, code: str) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, HEADERS.get(status))
