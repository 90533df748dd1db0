"""What keeps a server up when more is asked of it than it can do: bounded places, a bounded queue, a quick 503.

A request waits for its place with its body already read, so a slow sender holds none; it gives the place back when its
answer begins, so a slow reader holds none either (graph/http/server.py cuts both off).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

import anyio
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Half of what the pool holds on SQLite (16), less on PostgreSQL (20): a request has one connection, two when it loads
# lists side by side, and the relay, the downloads and the health check need some. So nobody waits for the pool itself.
AT_ONCE = 8
WAITING = 32  # with what these take to be answered, a wait of a second or less
MAX_WAIT_SECONDS = 5.0  # seconds
BODY_WITHIN = 15.0  # seconds
MAX_BODY_BYTES = 1_000_000  # bytes
BODIES = 32_000_000  # bytes of bodies that may be arriving at once
RETRY_AFTER = 1  # seconds

BUSY = "The server is busy. Nothing was done; try again in a moment."
TOO_LARGE = f"The request is larger than {MAX_BODY_BYTES:,} bytes."
SLOW = f"The request did not arrive within {BODY_WITHIN:.0f} seconds. Nothing was done."


class Overloaded(Exception):
    """There is no place, and no room to wait for one."""


class TooLarge(Exception):
    """More than a request may be."""


class Places:
    """`at_once` at work, `waiting` more in a queue for them, nobody longer than `seconds`."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most_waiting = waiting
        self._seconds = seconds
        self.waiting = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[bool]:
        """Whether it had to be waited for. Raises Overloaded."""
        must_wait = self._places.locked()
        if must_wait and self.waiting >= self._most_waiting:
            raise Overloaded
        self.waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Overloaded from None
        finally:
            self.waiting -= 1
        try:
            yield must_wait
        finally:
            self._places.release()


class Turns:
    """Places of which one viewer has one at a time: further ones wait for it in a queue of their own."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._places = Places(at_once, waiting, seconds)
        self._most_waiting = waiting // 2
        self._seconds = seconds
        # Held by those who are in them, so that they are gone with the last.
        self._own: WeakValueDictionary[str, Places] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, viewer: str) -> AsyncIterator[None]:
        """Raises Overloaded."""
        own = self._own.get(viewer)
        if own is None:
            self._own[viewer] = own = Places(1, self._most_waiting, self._seconds)
        async with own.place(), self._places.place():
            yield


class Gate:
    """The application behind it gets as many requests at once as there are places, each with its body read."""

    def __init__(self, app: ASGIApp, places: Places | None = None) -> None:
        self._app = app
        self._places = places or Places(AT_ONCE, WAITING, MAX_WAIT_SECONDS)
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            try:
                body = await self._read(scope, receive)
                if body is None:
                    return
                waited = await stack.enter_async_context(self._places.place())
            except Overloaded:
                await _refusal(503, BUSY, "UNAVAILABLE")(scope, receive, send)
                return
            except TooLarge:
                await _refusal(413, TOO_LARGE, "BAD_REQUEST")(scope, receive, send)
                return
            except TimeoutError:
                await _refusal(408, SLOW, "BAD_REQUEST")(scope, receive, send)
                return
            if waited and await _is_gone(receive):
                return
            pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

            async def receive_again() -> Message:
                return pending.pop() if pending else await receive()

            async def send_and_leave(message: Message) -> None:
                if message["type"] == "http.response.start":
                    await stack.aclose()
                await send(message)

            await self._app(scope, receive_again, send_and_leave)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away.

        Raises TimeoutError, TooLarge as soon as it is known, and Overloaded when too much arrives at once.
        """
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
            raise TooLarge
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_WITHIN):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    body += message.get("body", b"")
                    self._arriving += len(message.get("body", b""))
                    if len(body) > MAX_BODY_BYTES:
                        raise TooLarge
                    if not message.get("more_body"):
                        return bytes(body)
                    if self._arriving > BODIES:
                        raise Overloaded
        finally:
            self._arriving -= len(body)


async def _is_gone(receive: Receive) -> bool:
    """Whether the client has given up meanwhile: nobody needs the answer."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        return bool((await receive())["type"] == "http.disconnect")
    return False


# By status: when to try again; that the rest of the body is not wanted. A 413 says neither, so that a client which
# sends on reads it before it is cut off (graph/http/server.py).
TOLD = {503: {"Retry-After": str(RETRY_AFTER)}, 408: {"Connection": "close"}}


def _refusal(status: int, message: str, code: str) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, TOLD.get(status))
