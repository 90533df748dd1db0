"""The path of ORDERS_PUBLIC_URL, when a proxy serves this server below one, e.g. /orders of https://example.com/orders.

The server answers with and without it, so it works behind a proxy that strips the path and behind one that keeps it.
"""

from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


def public_path(public_url: str | None) -> str:
    """Without a slash at its end; "" for a URL without a path."""
    return urlsplit(public_url or "").path.rstrip("/")


class PublicPath:
    """Takes the path off, before anything looks at it: routes, metrics and logs know only what comes after it."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and f"{scope['path']}/".startswith(f"{self._path}/"):
            rest: dict[str, Any] = {"path": scope["path"].removeprefix(self._path) or "/"}
            if raw := scope.get("raw_path"):
                rest["raw_path"] = raw.removeprefix(self._path.encode()) or b"/"
            scope = {**scope, **rest}
        await self._app(scope, receive, send)
