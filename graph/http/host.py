"""The Host header that RFC 9112 (3.2) demands: exactly one in HTTP/1.1, at most one in HTTP/1.0, with a valid value.

The product itself never reads it. A proxy and a server that choose different ones of two are how requests are smuggled.
"""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from graph.http.failures import failure
from graph.limits.error_codes import ErrorCode

# uri-host [":" port] of RFC 3986; the name may be empty.
HOST = re.compile(rb"(\[[0-9A-Za-z:.%_~-]+\]|([A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?")


class RequireHost:
    """Answers 400, and closes the connection, where the header is missing, repeated or invalid."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (wrong := _wrong(scope)):
            headers = {"Connection": "close"}
            response = failure(400, wrong, ErrorCode.BAD_REQUEST, Headers(scope=scope), headers)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _wrong(scope: Scope) -> str | None:
    """The sentence for the client; None if there is nothing wrong."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if not hosts:
        is_optional = scope.get("http_version", "1.1") == "1.0"
        return None if is_optional else "Send the header Host, which HTTP/1.1 demands."
    if len(hosts) > 1:
        return "Send the header Host once."
    return None if HOST.fullmatch(hosts[0]) else "The header Host must be a host name or address, e.g. localhost:8000."
