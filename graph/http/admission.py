"""Admission control: bounded concurrency, a bounded queue, both shared fairly, and a 503 beyond them.

A request queues only after its body has been read and its viewer identified, so neither a slow sender nor a made-up
credential occupies a slot. It frees its slot when its response starts, so a slow reader occupies none either
(graph/http/server.py disconnects both). A credential that was refused is not identified again while its viewer's queue
is full. graph/http/paced.py delays the refusals.
"""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.http.failures import failure
from graph.http.paced import PARTY
from graph.limits.error_codes import ErrorCode
from graph.limits.fairness import FairLimit, Overloaded, Party
from graph.limits.rate import network_of
from graph.limits.time import OutOfTime, within

# Each reads with one session at a time (resolvers/core/context.py) and writes with one. Authentication (3), downloads
# (4) and the relay (1) have theirs, so no request waits for the pool's 20 connections. More would not be faster:
# GraphQL is work for one processor.
MAX_CONCURRENT = 6
MAX_PER_VIEWER = 2
MAX_PER_BRAND = 4
RESERVED = 1  # of the six, for a brand that has no request running
MAX_QUEUED = 32  # at the usual duration of a request, this many wait a second or less
MAX_QUEUED_PER_VIEWER = 16
MAX_WAIT_SECONDS = 5.0
MAX_BODY_SECONDS = 15.0
MAX_BODY_BYTES = 1_000_000
MAX_TOTAL_BODY_BYTES = 32_000_000  # of all bodies that are being received
MAX_BODY_BYTES_PER_ADDRESS = 8_000_000  # of those, from one address
RETRY_AFTER_SECONDS = 1
MAX_REMEMBERED = 1_000  # credentials that were refused because their viewer's queue was full
CREDENTIALS = (b"authorization", b"x-merchant-api-key")

BUSY = "The server is busy. The request was not executed; try again in a moment."
TOO_LARGE = f"The request is larger than {MAX_BODY_BYTES:,} bytes."
SLOW = f"The request did not arrive within {MAX_BODY_SECONDS:.0f} seconds and was not executed."


class TooLarge(Exception):
    """The body exceeds MAX_BODY_BYTES."""


class Refused(NamedTuple):
    """Whose request was refused, and what the log's line said of its viewer."""

    party: Party
    logged: Any


Identify = Callable[[Scope, int], Awaitable[Party | Response]]


async def _anybody(_: Scope, __: int) -> Party:
    return Party()


class AdmissionControl:
    """ASGI middleware: reads each request's body, identifies it, and passes at most `limit` at once to `app`.

    `identify` takes the ASGI scope and the number of bytes of the body. It returns whose request it is, or the response
    if it is not to be executed.
    """

    def __init__(self, app: ASGIApp, limit: FairLimit | None = None, identify: Identify = _anybody) -> None:
        self._app = app
        self._limit = limit or FairLimit(
            MAX_CONCURRENT,
            MAX_QUEUED,
            MAX_WAIT_SECONDS,
            per_viewer=MAX_PER_VIEWER,
            per_brand=MAX_PER_BRAND,
            queued_per_viewer=MAX_QUEUED_PER_VIEWER,
            reserved=RESERVED,
            whole_turns=True,
        )
        self._identify = identify
        self._refused: OrderedDict[bytes, Refused] = OrderedDict()  # by the credential's digest, least recent first
        self._body_bytes = 0
        self._bytes_by_address: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pending = await self._admit(scope, receive)
        if isinstance(pending, Response):
            await pending(scope, receive, send)
            return
        if pending is None:
            return
        slot = [scope["state"][PARTY]]  # as long as it is taken

        async def receive_again() -> Message:
            return pending.pop() if pending else await receive()

        async def send_and_free_slot(message: Message) -> None:
            if slot and message["type"] == "http.response.start":
                self._limit.give_back(slot.pop())
            await send(message)

        try:
            await self._app(scope, receive_again, send_and_free_slot)
        finally:
            if slot:
                self._limit.give_back(slot.pop())

    async def _admit(self, scope: Scope, receive: Receive) -> list[Message] | Response | None:
        """The body, with a slot taken; or the response without executing the request; None: the client is gone.

        Nothing else refers to the body: a refusal may wait for its turn.
        """
        state = scope.setdefault("state", {})
        try:
            body = await within(MAX_BODY_SECONDS, self._read(scope, receive))
            if body is None:
                return None
            credential = _digest(scope) if self._refused else None
            if credential and (refused := self._refused.get(credential)):
                if self._limit.refuses(refused.party):
                    state["logged"] = refused.logged
                    state[PARTY] = refused.party
                    raise Overloaded
                del self._refused[credential]
            party = await self._identify(scope, len(body))
            if isinstance(party, Response):
                return party
            state[PARTY] = party
            try:
                waited = await self._limit.take(party)
            except Overloaded:
                if credential := _digest(scope):
                    self._remember(credential, Refused(party, state.get("logged")))
                raise
        except Overloaded:
            return _refusal(scope, 503, BUSY, ErrorCode.UNAVAILABLE)
        except TooLarge:
            return _refusal(scope, 413, TOO_LARGE, ErrorCode.REQUEST_TOO_LARGE)
        except OutOfTime:
            return _refusal(scope, 408, SLOW, ErrorCode.REQUEST_TIMEOUT)
        try:
            if waited and await _has_disconnected(receive):
                self._limit.give_back(party)
                return None
        except BaseException:
            self._limit.give_back(party)
            raise
        return [{"type": "http.request", "body": body, "more_body": False}]

    def _remember(self, credential: bytes, refused: Refused) -> None:
        self._refused[credential] = refused
        self._refused.move_to_end(credential)
        if len(self._refused) > MAX_REMEMBERED:
            self._refused.popitem(last=False)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client disconnected.

        Raises TooLarge (as soon as the size is known), and Overloaded when the bodies that are being received exceed
        MAX_TOTAL_BODY_BYTES, or those from one address MAX_BODY_BYTES_PER_ADDRESS.
        """
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY_BYTES:
                raise TooLarge
        body = bytearray()
        client = scope.get("client")
        address = network_of(client[0]) if client else ""
        try:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                part = message.get("body", b"")
                body += part
                self._body_bytes += len(part)
                self._bytes_by_address[address] += len(part)
                if len(body) > MAX_BODY_BYTES:
                    raise TooLarge
                if not message.get("more_body"):
                    return bytes(body)
                if (
                    self._body_bytes > MAX_TOTAL_BODY_BYTES
                    or self._bytes_by_address[address] > MAX_BODY_BYTES_PER_ADDRESS
                ):
                    raise Overloaded
        finally:
            self._body_bytes -= len(body)
            self._bytes_by_address[address] -= len(body)
            if self._bytes_by_address[address] <= 0:
                del self._bytes_by_address[address]


def _digest(scope: Scope) -> bytes | None:
    """Of the credential, if there is one."""
    credentials = [b": ".join(each) for each in scope["headers"] if each[0] in CREDENTIALS]
    return sha256(b"\0".join(credentials)).digest() if credentials else None


async def _has_disconnected(receive: Receive) -> bool:
    """Whether the client gave up while the request was queued."""
    receiving: Any = receive().__await__()
    try:
        next(receiving)  # a task or a cancelled scope for this takes fifty times as long
    except StopIteration as received:
        return bool(received.value["type"] == "http.disconnect")
    receiving.close()  # it would wait
    return False


# A 413 has no `Connection: close`: a client that keeps sending could not read the response before it is disconnected
# (graph/http/server.py).
HEADERS = {503: {"Retry-After": str(RETRY_AFTER_SECONDS)}, 408: {"Connection": "close"}}


def _refusal(scope: Scope, status: int, message: str, code: ErrorCode) -> Response:
    return failure(status, message, code, Headers(scope=scope), HEADERS.get(status))
