"""GET /schema.graphql: the schema as a file, for tools that generate clients. Public, as introspection's answer is not
of any brand; there is no such route where introspection is off.
"""

import asyncio
import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "application/graphql; charset=utf-8"


class SchemaFile:
    """`printed`: the schema as text; called once, when it is first requested."""

    def __init__(self, printed: Callable[[], str]) -> None:
        self._printed = printed
        self._body: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if self._body is None:
            self._body = (await asyncio.to_thread(self._printed)).encode()
        etag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}  # a cache asks each time whether it has changed
        if _names(request.headers.getlist("if-none-match"), etag):
            response = Response(status_code=304, headers=headers)
        else:
            headers |= {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(self._body))}
            response = Response(self._body if request.method == "GET" else b"", headers=headers)
        await response(scope, receive, send)


def _names(conditions: list[str], etag: str) -> bool:
    """Whether If-None-Match names the tag. The comparison is weak (RFC 9110, 13.1.2)."""
    named = {each.strip().removeprefix("W/") for each in ",".join(conditions).split(",")}
    return "*" in named or etag in named
