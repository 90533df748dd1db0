"""The console: the screen Transactions > Order Management, as static files that use the public API alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from graph.http.graphiql import HEADERS, DemoUser, Immutable

HERE = Path(__file__).parent


def console_routes(*, demo: Sequence[DemoUser] = (), path: str = "", graphiql: bool = True) -> list[BaseRoute]:
    """`demo`: users to sign in as. `path`: of the public URL. `graphiql`: whether there is a page to link to."""
    users = json.dumps([asdict(user) for user in demo], ensure_ascii=False)
    page = (HERE / "page.html").read_text(encoding="utf-8").replace("%PATH%", escape(path, quote=True))
    page = page.replace("%GRAPHIQL%", "yes" if graphiql else "").replace("%DEMO%", escape(users, quote=True))

    async def get(_: Request) -> Response:
        return HTMLResponse(page, headers=HEADERS)

    return [
        Route("/console", get),
        Route("/console/operations.json", _operations),
        Mount("/console/vendor", Immutable(directory=HERE / "vendor")),
        Mount("/console/static", StaticFiles(directory=HERE / "static")),
        Route("/console/{page:path}", get),
    ]


@cache
def operations() -> Mapping[str, str]:
    """The text of each operation, by name: all that the console ever sends."""
    return {each.stem: each.read_text(encoding="utf-8") for each in sorted((HERE / "operations").glob("*.graphql"))}


async def _operations(_: Request) -> Response:
    return JSONResponse(operations())
