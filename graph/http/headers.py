"""What every answer carries besides its own headers: protection for browsers, and who may read it (CORS)."""

from collections.abc import Collection

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.http.graphql_over_http import failure
from graph.telemetry import logs

# HSTS is the business of the proxy that has the certificate.
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
    """Adds the headers above to every answer that has none of its own of the same name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in RAW if each[0] not in given)]
            await send(message)

        await self._app(scope, receive, send_protected)


def edge(origins: Collection[str]) -> list[Middleware]:
    """The outermost layers of the application. Without origins, no other site's page may read an answer."""
    layers = [Middleware(logs.RequestLog), Middleware(Protection)]
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


async def fault(_: Request, __: Exception) -> Response:
    """What is answered when something breaks outside of GraphQL; Starlette sends it outside of the layers above."""
    id = logs.request_id.get() or ""
    message = f"Something went wrong on our side and was written to the log (request {id})."
    return failure(500, message, "INTERNAL_ERROR", PROTECTION | {"X-Request-ID": id})
