"""The console: the screen Transactions > Order Management, as static files that use the public API alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from graph.http.files import ALWAYS_REVALIDATED, IMMUTABLE, File, answer, encoded, files
from graph.http.graphiql import HEADERS, DemoUser
from graph.settings.oidc import OidcProvider

HERE = Path(__file__).parent


def console_routes(
    *,
    demo: Sequence[DemoUser] = (),
    path: str = "",
    graphiql: bool = True,
    oidc: OidcProvider | None = None,
) -> list[BaseRoute]:
    """`demo`: users to sign in as. `path`: of the public URL. `graphiql`: whether there is a page to link to."""
    users = json.dumps([asdict(user) for user in demo], ensure_ascii=False)
    provider = json.dumps({"issuer": oidc.issuer} | asdict(oidc.console)) if oidc and oidc.console else ""
    page = (HERE / "page.html").read_text(encoding="utf-8").replace("%PATH%", escape(path, quote=True))
    page = page.replace("%GRAPHIQL%", "yes" if graphiql else "").replace("%DEMO%", escape(users, quote=True))
    page = page.replace("%OIDC%", escape(provider, quote=True))
    policy = HEADERS["Content-Security-Policy"]
    if oidc and oidc.console:  # where the page gets its token
        address = urlsplit(oidc.console.token_url)
        policy = policy.replace("connect-src 'self'", f"connect-src 'self' {address.scheme}://{address.netloc}")

    async def get(_: Request) -> Response:
        return HTMLResponse(page, headers=HEADERS | {"Content-Security-Policy": policy})

    return [
        Route("/console", get),
        Route("/console/operations.json", _operations),
        files("/console/vendor", HERE / "vendor", IMMUTABLE),
        files("/console/static", HERE / "static"),
        Route("/console/{page:path}", get),
    ]


@cache
def operations() -> Mapping[str, str]:
    """The text of each operation, by name: all that the console ever sends."""
    return {each.stem: each.read_text(encoding="utf-8") for each in sorted((HERE / "operations").glob("*.graphql"))}


@cache
def _operations_file() -> File:
    return encoded(json.dumps(operations()).encode(), "application/json")


async def _operations(request: Request) -> Response:
    return answer(request, _operations_file(), ALWAYS_REVALIDATED)
