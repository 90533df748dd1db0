"""A public URL with a path, over a real socket: behind a proxy that keeps the path, and one that strips it."""

import re
from urllib.parse import urlsplit

import httpx2
import pytest

from models.database.sessions import Database
from tests.support.factories import make_order, make_shop
from tests.support.server_process import server_process
from tests.support.servers import token

PUBLIC = "https://shop.example.com/wholesale/orders"
PATH = "/wholesale/orders"
METRICS = "a token for the metrics"


@pytest.mark.parametrize("keeps", [True, False])
async def test_everything_works_below_the_path(sqlite_url: str, keeps: bool) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    await make_order(database, shop)
    await database.close()
    authorized = {"Authorization": f"Bearer {token(shop.member())}"}
    async with (
        server_process(sqlite_url, ORDERS_PUBLIC_URL=f"{PUBLIC}/", ORDERS_METRICS_TOKEN=METRICS) as server,
        httpx2.AsyncClient(timeout=60) as http,
    ):

        def at(path: str) -> str:
            """Where the proxy finds what its users know as this path."""
            assert path == PATH or path.startswith(f"{PATH}/"), path
            return server.url + (path if keeps else path.removeprefix(PATH) or "/")

        for start in (PATH, f"{PATH}/"):
            redirect = await http.get(at(start))
            assert (redirect.status_code, redirect.headers["Location"]) == (307, f"{PATH}/console")
        console = await http.get(at(redirect.headers["Location"]))
        for address in re.findall(r'(?:src|href)="(/[^"]+)"', console.text):
            assert (await http.get(at(address))).status_code == 200, address
        page = await http.get(at(f"{PATH}/graphql"), headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert f'name="public-path" content="{PATH}"' in page.text
        addresses = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert len(addresses) == 8
        for address in (*addresses, f"{PATH}/graphiql/operations.json", f"{PATH}/health/live", f"{PATH}/health/ready"):
            assert (await http.get(at(address))).status_code == 200, address
        script = (await http.get(at(f"{PATH}/graphiql/graphiql.js"))).text
        assert not re.findall(r"""["']/graph""", script), "an address without the path"
        assert (
            await http.get(at(f"{PATH}/metrics"), headers={"Authorization": f"Bearer {METRICS}"})
        ).status_code == 200
        answer = await http.post(
            at(f"{PATH}/graphql"), json={"query": "{ orders(first: 1) { nodes { pdf { url } } } }"}, headers=authorized
        )
        (order,) = answer.json()["data"]["orders"]["nodes"]
        assert order["pdf"]["url"].startswith(f"{PUBLIC}/downloads/")
        document = await http.get(at(urlsplit(order["pdf"]["url"]).path))
        assert (document.status_code, document.content[:5]) == (200, b"%PDF-")
        for beside in (f"{PATH}x/graphql", "/wholesale/graphql", f"{PATH}{PATH}/health/live"):
            assert (await http.get(server.url + beside)).status_code == 404, beside
