"""The log's line about a request: who asked for what from where, how it ended, and no secret."""

import asyncio
import json
import logging
import re
from typing import Any

import httpx2
import pytest

from graph.telemetry.logs import JsonLines
from models.api_key import new_secret
from models.database.sessions import Database
from models.policy import Role
from tests.api.test_fairness import make_key
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order, make_shop
from tests.support.server_process import server_process

SECRET_WISH = "a secret wish"


def written(records: Any) -> list[dict[str, Any]]:
    return [json.loads(JsonLines().format(record)) for record in records if record.name == "orders.http"]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def test_a_line_names_the_operation_and_the_viewer(
    database: Database, api: Client, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    order = await make_order(database, shop)
    member = api.as_(shop.member(Role.WRITE))
    named = """query One { viewer { name } } mutation Two($id: ID!, $body: String!) {
               rejectOrder(input: {orderId: $id, notify: true, body: $body}) { userErrors { code } } }"""
    with caplog.at_level(logging.INFO, logger="orders.http"):
        for body in (
            {"query": named, "operationName": "One"},
            {"query": named, "operationName": "Two", "variables": {"id": id_of(order), "body": SECRET_WISH}},
            {"query": "{ viewer { name } }"},
            {"query": "query " + "N" * 900 + " { viewer { name } }"},
            {"query": f'query Refused {{ nothing(a: "{SECRET_WISH}") }}'},
        ):
            headers = member.headers | {"X-Forwarded-For": "6.6.6.6"}
            assert (await api.http.post("/graphql", json=body, headers=headers)).status_code == 200
        assert (await api.http.post("/graphql", json={"query": "{ viewer { name } }"})).status_code == 401
    found = written(caplog.records)
    assert SECRET_WISH not in str(found)
    told = [(line["kind"], line.get("operation"), line["status"], line.get("actor")) for line in found]
    assert told == [
        ("query", "One", 200, "mem-1"),
        ("mutation", "Two", 200, "mem-1"),
        ("query", "anonymous", 200, "mem-1"),
        ("query", "N" * 100, 200, "mem-1"),
        ("graphql", None, 200, "mem-1"),
        ("graphql", None, 401, None),
    ]
    first = found[0]
    assert first["ms"] > 0
    assert {name: first[name] for name in ("message", "client", "role", "brand")} == {
        "message": "POST /graphql",
        "client": "127.0.0.1",
        "role": "write",
        "brand": str(shop.brand.id),
    }


async def test_no_key_and_no_link_is_in_a_line(
    database: Database, api: Client, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    order, secret = await make_order(database, shop), new_secret()
    await make_key(database, shop, secret)
    app = Client(api.http, api.clock, database, None, {"X-Merchant-API-Key": secret})
    with caplog.at_level(logging.INFO, logger="orders.http"):
        url = (await app.data("query ($id: ID!) { order(id: $id) { excel { url } } }", id=id_of(order)))["order"]
        link = url["excel"]["url"].rsplit("/", 1)[1]
        paths = ["/downloads/", "//downloads/", "/Downloads/", "/", "/graphql/", "/downloads/a/"]
        answers = [await api.http.get(f"{path}{link}") for path in paths]
    assert [answer.status_code for answer in answers] == [200] + [404] * (len(paths) - 1)
    found = written(caplog.records)
    assert len(found) == len(paths) + 1
    assert link not in str(found)
    assert secret not in str(found)
    assert {found[1][name] for name in ("kind", "document", "brand")} == {"download", "order", str(shop.brand.id)}
    assert found[0]["actor"].startswith("key_")


async def test_the_client_is_the_one_that_a_trusted_proxy_tells(sqlite_url: str) -> None:
    headers = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Request-ID": "told"}
    async with (
        server_process(sqlite_url, ORDERS_TRUSTED_PROXIES="127.0.0.1") as server,
        httpx2.AsyncClient(timeout=60) as http,
    ):
        await http.get(f"{server.url}/health/live", headers=headers)
        # The line follows the response.
        async with asyncio.timeout(60):
            while not (found := re.findall(r'^.*"told".*\n', server.log.read_text(), re.MULTILINE)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    (line,) = map(json.loads, found)
    assert (line["client"], line["request_id"]) == ("203.0.113.9", "told")
