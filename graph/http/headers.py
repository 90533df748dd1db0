"""Headers of every response: protection for browsers, and CORS."""

from collections.abc import Collection

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.core.errors import internal_error
from graph.http.failures import failure
from graph.http.host import RequireHost
from graph.limits.error_codes import ErrorCode
from graph.telemetry import logs

# HSTS is set by the proxy that terminates TLS.
PROTECTION = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
RAW = [(name.lower().encode(), value.encode()) for name, value in PROTECTION.items()]
ALLOWED = ("Authorization", "Content-Type", "X-Merchant-API-Key", "X-Request-ID")
EXPOSED = (
    "RateLimit",
    "RateLimit-Policy",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)


class Protection:
    """Adds the headers above, unless the response sets a header of the same name itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in RAW if each[0] not in own)]
            await send(message)

        await self._app(scope, receive, send_protected)


def middleware(origins: Collection[str]) -> list[Middleware]:
    """The outermost middleware. Without origins, pages of other sites cannot read any response."""
    layers = [Middleware(logs.RequestLog), Middleware(Protection), Middleware(RequireHost)]
    if origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
        )
        layers.append(cors)
    return layers


async def fault(request: Request, _: Exception) -> Response:
    """Response to an unexpected error outside of GraphQL. Starlette sends it past the middleware above."""
    id = logs.request_id.get() or ""
    headers = PROTECTION | {"X-Request-ID": id}
    return failure(500, internal_error(id), ErrorCode.INTERNAL_ERROR, request.headers, headers)
