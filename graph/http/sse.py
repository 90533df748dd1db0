"""GraphQL over SSE, distinct connections mode: the results of one operation as server-sent events.

Specification: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md. Each result is an event
`next`, the end an event `complete`. A stream that ends without `complete` was cut: the client connects again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import lru_cache
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.http.failures import GRAPHQL, JSON
from graph.http.streams import StreamEnded

MEDIA_TYPE = "text/event-stream"
MAX_ACCEPT_CHARACTERS = 2_000
HEARTBEAT = b": heartbeat\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
HEADERS = {
    # A proxy must neither keep nor compress nor collect the events.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
IS_STREAM = "is_stream"  # in the state of the request, for graph/http/server.py


def accepts_events(headers: Headers) -> bool:
    """Whether a client wants a stream. One that also names JSON, as urql does for all queries, gets JSON."""
    return _are_events(headers.get("accept", "")[:MAX_ACCEPT_CHARACTERS])


@lru_cache(maxsize=100)  # a client always sends the same
def _are_events(accept: str) -> bool:
    types = {each.partition(";")[0].strip() for each in accept.lower().split(",")}
    return MEDIA_TYPE in types and not types & {GRAPHQL, JSON}


def event(answer: bytes) -> bytes:
    """`answer`: JSON without line breaks."""
    return b"event: next\ndata: " + answer + b"\n\n"


class EventStream(Response):
    """`parts`: answers as JSON, and None for a heartbeat; raises StreamEnded. `error_of` writes an error as JSON."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        parts: AsyncGenerator[bytes | None, None],
        error_of: Callable[[Any], bytes],
    ) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._parts = parts
        self._error_of = error_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][IS_STREAM] = True
        sending = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for each in (sending, gone):
                each.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await sending
            await self._parts.aclose()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        # Some clients and proxies wait for the first byte of the body before they say that the stream is open.
        await self._write(send, b":\n\n")
        try:
            async with aclosing(self._parts) as parts:
                async for part in parts:
                    await self._write(send, HEARTBEAT if part is None else event(part))
            await self._write(send, COMPLETE)
        except StreamEnded as ended:
            if ended.error:
                await self._write(send, event(self._error_of(ended.error)) + COMPLETE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Callable[[Any], Awaitable[None]], body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
