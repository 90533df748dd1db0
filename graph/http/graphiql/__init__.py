"""GraphiQL, served by ourselves: no CDN, no inline script or style, and ready operations in its tabs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from graph.http.files import IMMUTABLE, files

HERE = Path(__file__).parent
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One of whom the demo's page can sign in as. `name`: unique, for the browser to remember; `label`: for people."""

    name: str
    label: str
    token: str


def graphiql_page(*, demo: Sequence[DemoUser] = (), path: str = "") -> Response:
    """The page. `demo`: users to choose from; without them it asks for a token. `path`: of the public URL."""
    page = (HERE / "page.html").read_text(encoding="utf-8").replace("%PATH%", escape(path, quote=True))
    users = json.dumps([asdict(user) for user in demo], ensure_ascii=False)
    return HTMLResponse(page.replace("%DEMO%", escape(users, quote=True)), headers=HEADERS)


def graphiql_routes() -> list[BaseRoute]:
    return [
        Route("/graphiql/operations.json", _operations),
        files("/graphiql/vendor", HERE / "vendor", IMMUTABLE),
        files("/graphiql", HERE / "static"),
    ]


@cache
def operations() -> list[dict[str, str]]:
    """The ready operations by number: {"query": …, "variables": …}, both as text for the editors."""
    found = []
    for path in sorted((HERE / "operations").glob("*.graphql")):
        variables = path.with_suffix(".json")
        text = variables.read_text(encoding="utf-8") if variables.exists() else ""
        found.append({"query": path.read_text(encoding="utf-8"), "variables": text})
    return found


async def _operations(_: Request) -> Response:
    return JSONResponse(operations())
