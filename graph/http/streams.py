"""Streams of events: their limits, heartbeats, and the check that the viewer's access has not ended.

A stream has no place among the running requests and no time limit: between two events it costs nothing but memory.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import Any

from graphql import GraphQLError
from strawberry.types.graphql import OperationType

from graph.identity.claims import Principal
from graph.limits.error_codes import ErrorCode
from graph.telemetry import metrics
from resolvers.live_events import LiveEvents

MAX_PER_VIEWER = 5
HEARTBEAT_SECONDS = 15.0
TOGETHER = 16  # results that are taken before they are sent
CHECK_SECONDS = 10.0  # between looks at whose access has ended
RETRY_AFTER_SECONDS = 5
ONLY_STREAMS = "A WebSocket takes subscriptions only; send queries and mutations by HTTP."
log = logging.getLogger("orders.streams")

# Whether the access of the principal has ended; the instant is when the stream began.
HasEnded = Callable[[Principal, datetime], Awaitable[bool]]


class StreamEnded(Exception):
    """The server ends the stream. `error`: why; None when the client should connect again, to another server."""

    def __init__(self, error: GraphQLError | None) -> None:
        super().__init__()
        self.error = error


class Streams:
    """All streams of this process, at most `limit`. Run `run` in a task."""

    def __init__(self, live: LiveEvents, limit: int, has_ended: HasEnded, clock: Callable[[], datetime]) -> None:
        self.live = live
        self._limit = limit
        self._has_ended = has_ended
        self._clock = clock
        self._open: set[Stream] = set()
        self._by_viewer: Counter[str] = Counter()
        self._is_stopping = False

    def of(self, principal: Principal, *, only_subscriptions: bool = False) -> "Stream":
        return Stream(self, principal, self._clock(), only_subscriptions)

    async def run(self) -> None:
        """Ends streams whose viewer's access has ended, until it is cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                for stream in list(self._open):
                    if await self.has_ended(stream.principal, stream.began_at):
                        stream.end(_no_longer(stream.principal))
            except Exception as error:
                log.warning("whose access has ended could not be read: %s", type(error).__name__)

    async def has_ended(self, principal: Principal, since: datetime) -> bool:
        is_over = principal.expires_at is not None and principal.expires_at <= self._clock()
        return is_over or await self._has_ended(principal, since)

    def stop(self) -> None:
        """Ends all streams, and admits no more: their clients go on at another server."""
        self._is_stopping = True
        for stream in list(self._open):
            stream.end(None)

    def take(self, stream: "Stream") -> None:
        """Raises GraphQLError when there is no place."""
        if self._is_stopping:
            raise _refused(ErrorCode.UNAVAILABLE, "The server is stopping. Connect again in a moment.")
        if len(self._open) >= self._limit:
            raise _refused(ErrorCode.UNAVAILABLE, "The server has no room for more streams. Try again later.")
        if self._by_viewer[stream.viewer] >= MAX_PER_VIEWER:
            message = f"You have {MAX_PER_VIEWER} streams, which is the most. End one of them first."
            raise _refused(ErrorCode.TOO_MANY_STREAMS, message)
        self._open.add(stream)
        self._by_viewer[stream.viewer] += 1
        metrics.STREAMS.inc()

    def release(self, stream: "Stream") -> None:
        if stream in self._open:
            self._open.remove(stream)
            self._by_viewer[stream.viewer] -= 1
            if not self._by_viewer[stream.viewer]:
                del self._by_viewer[stream.viewer]
            metrics.STREAMS.dec()


class Stream:
    """One operation that is answered by a stream. It has a place from the start of a subscription to its end."""

    def __init__(self, streams: Streams, principal: Principal, began_at: datetime, only_subscriptions: bool) -> None:
        self._streams = streams
        self._only_subscriptions = only_subscriptions
        self.principal = principal
        self.viewer = f"{principal.actor.identity} {principal.actor.brand_id}"
        self.began_at = began_at
        self.has_started = asyncio.Event()
        self._end: asyncio.Future[GraphQLError | None] = asyncio.get_running_loop().create_future()

    @property
    def live(self) -> LiveEvents:
        return self._streams.live

    @property
    def is_started(self) -> bool:
        return self.has_started.is_set()

    def refusal(self, operation: OperationType) -> str | None:
        return ONLY_STREAMS if self._only_subscriptions and operation is not OperationType.SUBSCRIPTION else None

    def open(self) -> None:
        self._streams.take(self)

    def start(self) -> None:
        self.has_started.set()

    def close(self) -> None:
        self._streams.release(self)

    def end(self, error: GraphQLError | None) -> None:
        if not self._end.done():
            self._end.set_result(error)

    async def parts(self, results: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
        """The results; None whenever there was none for HEARTBEAT_SECONDS. Raises StreamEnded."""
        # Results that are there already are taken several at a time, not one in each turn of a busy event loop.
        pending: deque[Any] = deque()
        is_ready, has_room = asyncio.Event(), asyncio.Event()

        async def take() -> None:
            async for result in results:
                pending.append(result)
                is_ready.set()
                while len(pending) >= TOGETHER:
                    has_room.clear()
                    await has_room.wait()

        taking = asyncio.create_task(take())
        for each in (taking, self._end):
            each.add_done_callback(lambda _: is_ready.set())
        try:
            while True:
                if self._end.done():
                    raise StreamEnded(self._end.result())
                if pending:
                    yield pending.popleft()
                    has_room.set()
                elif taking.done():
                    taking.result()
                    return
                else:
                    is_ready.clear()
                    try:
                        async with asyncio.timeout(HEARTBEAT_SECONDS):
                            await is_ready.wait()
                    except TimeoutError:
                        if self.is_started:  # until then the limits of a request apply
                            yield None
        finally:
            taking.cancel()
            await asyncio.wait({taking})
            await results.aclose()


def _refused(code: ErrorCode, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code.value, "retryAfter": RETRY_AFTER_SECONDS})


def _no_longer(principal: Principal) -> GraphQLError:
    what = "API key" if principal.issued_at is None else "token"
    message = f"The access of this {what} has ended. Sign in again, and go on from the last event."
    return GraphQLError(message, extensions={"code": ErrorCode.UNAUTHENTICATED.value})
