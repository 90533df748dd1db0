"""What is let in from the network: no simple requests, known origins, bounded bodies and time, known documents."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from graph.limits.trusted_documents import TrustedDocuments
from graph.settings.edge import Edge
from models.database.engines import LOCK_WAIT
from models.database.sessions import Database
from models.scope import EVERYTHING
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop

VIEWER = "{ viewer { name } }"
TAG = 'mutation { createTag(input: {code: "a", name: "A"}) { tag { code } userErrors { code } } }'
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false, idempotencyKey: "once"}) {
            order { status } userErrors { code } } }"""
HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


@asynccontextmanager
async def as_member(url: str, folder: Path, clock: Clock, **edge: Any) -> AsyncIterator[Client]:
    database = Database(url)
    shop = await make_shop(database)
    await database.close()
    async with serving(url, folder, clock, edge=Edge(**edge)) as server:
        yield server.as_(shop.member())


@pytest.fixture
async def client(sqlite_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    async with as_member(sqlite_url, tmp_path, clock) as made:
        yield made


async def tags_of(client: Client) -> Any:
    return (await client.data("{ tags { code } }"))["tags"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", f"query={TAG}"),
        ("text/plain", json.dumps({"query": TAG})),
        ("text/plain; application/json", json.dumps({"query": TAG})),
        ("application/jsonp", json.dumps({"query": TAG})),
        ("application/graphql", TAG),
        (
            "multipart/form-data; boundary=x",
            f'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{TAG}\r\n--x--',
        ),
        ("application/json; charset=utf-16", json.dumps({"query": TAG})),
    ],
)
async def test_requests_that_a_form_can_send_are_refused(client: Client, content_type: str, body: str) -> None:
    headers = client.headers | {"Content-Type": content_type}
    response = await client.http.post("/graphql", content=body.encode(), headers=headers)
    assert response.status_code == 415
    assert "application/json" in response.json()["errors"][0]["message"]
    assert await tags_of(client) == []


async def test_cookies_and_parameters_do_not_authenticate(client: Client) -> None:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    response = await client.http.post(
        f"/graphql?access_token={token}",
        json={"query": VIEWER},
        headers={"Cookie": f"token={token}; Authorization={token}"},
    )
    assert response.status_code == 401


async def test_get_is_for_queries(client: Client) -> None:
    response = await client.http.get("/graphql", params={"query": TAG}, headers=client.headers)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert await tags_of(client) == []
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        response = await client.http.request(method, "/graphql", headers=client.headers)
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, POST")
    for parameters in ({}, {"query": ""}, {"query": VIEWER, "variables": "[]"}, {"query": VIEWER, "variables": "{"}):
        response = await client.http.get("/graphql", params=parameters, headers=client.headers)
        assert response.status_code == 400, parameters


async def test_batches_are_off(client: Client) -> None:
    response = await client.http.post("/graphql", json=[{"query": VIEWER}, {"query": VIEWER}], headers=client.headers)
    assert response.status_code == 400
    assert "one request" in response.json()["errors"][0]["message"]


async def test_every_answer_protects_browsers_and_names_no_software(client: Client) -> None:
    for response in (
        await client.http.post("/graphql", json={"query": VIEWER}, headers=client.headers),
        await client.http.post("/graphql", json={"query": VIEWER}),
        await client.http.get("/nothing"),
        await client.http.get("/downloads/nothing"),
        await client.http.get("/health/live"),
        await client.http.get("/graphiql/operations.json"),
    ):
        assert {name: response.headers[name] for name in HEADERS} == HEADERS, response.url
        assert "server" not in response.headers
        assert "x-powered-by" not in response.headers
        assert response.headers["x-request-id"]
    assert (
        "script-src 'self'"
        in (await client.http.get("/graphql", headers={"Accept": "text/html"})).headers["content-security-policy"]
    )


async def test_redirects_never_use_the_host_header(client: Client) -> None:
    for path in ("/", "/graphql/", "/health/live/", "/graphiql/"):
        response = await client.http.post(path, headers=client.headers | {"Host": "evil.example"})
        if response.status_code not in (404, 405):
            response = await client.http.get(path, headers={"Host": "evil.example"})
        assert "evil" not in str(response.headers), path
        assert response.status_code in (404, 405) or response.headers["location"] == "/graphql"


async def test_an_error_outside_of_graphql_is_masked_and_has_security_headers(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    await make_order(database, shop)
    async with serving(sqlite_url, tmp_path, clock) as server:
        url = (await server.as_(shop.member()).data("{ ordersExcel { url } }"))["ordersExcel"]["url"]
        async with database.engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                await connection.execute(text("DROP TABLE order_tags"))
        app = server.http._transport.app  # type: ignore[attr-defined]
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            response = await http.get(url, headers={"X-Request-ID": "fault-1"})
    await database.close()
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert "fault-1" in response.json()["errors"][0]["message"]
    assert "order_" not in response.text
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert response.headers["x-request-id"] == "fault-1"


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
SHOP = "https://shop.example"


async def test_only_known_origins_may_read_answers(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    async with as_member(sqlite_url, tmp_path, clock, cors_origins=(SHOP, "http://localhost:3000")) as client:
        allowed = await client.http.options("/graphql", headers=PREFLIGHT | {"Origin": SHOP})
        assert allowed.status_code == 200
        assert allowed.headers["Access-Control-Allow-Origin"] == SHOP
        assert {"authorization", "content-type", "x-merchant-api-key"} <= {
            name.strip().lower() for name in allowed.headers["Access-Control-Allow-Headers"].split(",")
        }
        assert "Access-Control-Allow-Credentials" not in allowed.headers
        for origin in (
            "https://evil.example",
            "https://shop.example.evil.example",
            "http://shop.example",
            "null",
            f"{SHOP}:444",
        ):
            refused = await client.http.options("/graphql", headers=PREFLIGHT | {"Origin": origin})
            assert refused.status_code == 400
            assert "Access-Control-Allow-Origin" not in refused.headers
        for expected in (200, 401):
            headers = {"Origin": SHOP} | (client.headers if expected == 200 else {})
            response = await client.http.post("/graphql", json={"query": VIEWER}, headers=headers)
            assert response.status_code == expected
            assert response.headers["Access-Control-Allow-Origin"] == SHOP
            assert "RateLimit-Remaining" in response.headers["Access-Control-Expose-Headers"]
            assert "Origin" in response.headers["Vary"]


async def test_without_origins_no_other_page_may_read_anything(client: Client) -> None:
    response = await client.http.post("/graphql", json={"query": VIEWER}, headers=client.headers | {"Origin": SHOP})
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert (await client.http.options("/graphql", headers=PREFLIGHT | {"Origin": SHOP})).status_code == 401


async def test_too_large_a_body_is_refused_with_and_without_content_length(client: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"#" * 100_000

    for body in (b"#" * 1_000_001, endless()):
        headers = client.headers | {"Content-Type": "application/json"}
        response = await client.http.post("/graphql", content=body, headers=headers)
        assert response.status_code == 413
        assert response.json()["errors"][0]["message"] == "The request is larger than 1,000,000 bytes."


async def in_the_end(client: Client, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer; tried again where a busy machine takes longer than the server under test has."""
    for _ in range(10):
        ask = {"query": query, "variables": variables}
        response = await client.http.post("/graphql", json=ask, headers=client.headers)
        if response.status_code != 504:
            break
    answer: dict[str, Any] = response.json()
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


async def test_a_mutation_that_times_out_is_rolled_back(
    database_url: str, database: Database, tmp_path: Path, clock: Clock
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with serving(database_url, tmp_path, clock, edge=Edge(request_timeout=3)) as server:
        client = server.as_(shop.member())
        ask = {"query": REJECT, "variables": {"id": id_of(order)}}
        for _ in range(2):
            async with database.transaction(EVERYTHING) as session:  # holds what the mutation needs
                await session.execute(text("UPDATE orders SET version = version"))
                asked = time.monotonic()
                response = await client.http.post("/graphql", json=ask, headers=client.headers)
                assert response.status_code == 504
                assert response.headers["Retry-After"] == "1"
                assert response.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
                assert time.monotonic() - asked < LOCK_WAIT.total_seconds(), "on SQLite too"
                # Questions are answered meanwhile, from healthy connections.
                answer = await in_the_end(client, "query ($id: ID!) { order(id: $id) { status } }", id=id_of(order))
                assert answer["order"]["status"] == "OC_REQUIRED"
        done = await in_the_end(client, REJECT, id=id_of(order))
        assert done["rejectOrder"] == {"order": {"status": "REJECTED_BY_BRAND"}, "userErrors": []}
        history = "query ($id: ID!) { order(id: $id) { history { totalCount } } }"
        answer = await in_the_end(client, history, id=id_of(order))
        assert answer["order"]["history"]["totalCount"] == 1
        pool: Any = server.database.engine.pool
        for _ in range(1_000):  # the relay has one now and then
            if pool.checkedout() == 0:
                break
            await asyncio.sleep(0.01)
        assert pool.checkedout() == 0


def sha256(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps({"viewer-1": VIEWER, "tag": TAG}))
    return path


async def test_a_trusted_document_is_asked_for_by_its_id(
    sqlite_url: str, tmp_path: Path, clock: Clock, documents: Path
) -> None:
    async with as_member(sqlite_url, tmp_path, clock, documents=TrustedDocuments.read(documents, only=True)) as client:

        async def ask(**body: Any) -> httpx2.Response:
            return await client.http.post("/graphql", json=body, headers=client.headers)

        apollo = {"persistedQuery": {"version": 1, "sha256Hash": sha256(VIEWER)}}
        for known in (
            {"documentId": f"sha256:{sha256(VIEWER)}"},
            {"documentId": "viewer-1"},
            {"extensions": apollo},
            {"query": VIEWER},
        ):
            assert (await ask(**known)).json()["data"] == {"viewer": {"name": "Mina Sato"}}, known
        by_get = await client.http.get("/graphql", params={"documentId": "viewer-1"}, headers=client.headers)
        assert by_get.json()["data"] == {"viewer": {"name": "Mina Sato"}}
        by_get = await client.http.get("/graphql", params={"documentId": "tag"}, headers=client.headers)
        assert by_get.status_code == 405

        other = "{ tags { code } }"
        refused = await ask(query=other)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert (await ask(query=other, extensions={"persistedQuery": {"sha256Hash": sha256(other)}})).status_code == 403
        for unknown, code in (
            ({"documentId": "viewer-2"}, "DOCUMENT_NOT_FOUND"),
            ({"documentId": "viewer-1", "query": VIEWER}, "BAD_REQUEST"),
            ({"extensions": {"persistedQuery": {"sha256Hash": "0"}}}, "PERSISTED_QUERY_NOT_FOUND"),
            ({"extensions": {"persistedQuery": {"sha256Hash": ["x"]}}}, "PERSISTED_QUERY_NOT_FOUND"),
        ):
            assert (await ask(**unknown)).json()["errors"][0]["extensions"]["code"] == code
        assert (await ask(documentId=5)).status_code == 400
        assert (await ask(extensions={"persistedQuery": 5})).status_code == 400


async def test_trusted_documents_need_not_be_the_only_ones(
    sqlite_url: str, tmp_path: Path, clock: Clock, documents: Path
) -> None:
    async with as_member(sqlite_url, tmp_path, clock, documents=TrustedDocuments.read(documents, only=False)) as client:
        assert await tags_of(client) == []


async def test_without_trusted_documents_an_id_is_reported_as_unsupported(client: Client) -> None:
    apollo = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(VIEWER)}}}
    response = await client.http.post("/graphql", json=apollo, headers=client.headers)
    assert response.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


MISTAKES = (
    "{ viewr { name } }",
    "{ viewer { nam } }",
    "{ orders(frst: 1) { nodes { id } } }",
    "query ($s: OrderStatu) { viewer { name } }",
    "{ orders(filter: {status: [REJECTE]}) { totalCount } }",
    "{ orders(filter: {statu: REJECTED}) { totalCount } }",
    "{ viewer { ... on Viewr { name } } }",
    "{ viewer { name @skp(if: true) } }",
)


async def test_introspection_and_suggestions_can_be_switched_off(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    filtered = "query ($f: OrderFilter) { orders(filter: $f) { totalCount } }"
    async with as_member(sqlite_url, tmp_path, clock) as client:
        assert (await client.data("{ __schema { queryType { name } } }"))["__schema"]
        suggested = [(await client.execute(document))["errors"][0]["message"] for document in MISTAKES]
        assert sum("Did you mean" in message for message in suggested) >= 6
    async with as_member(sqlite_url, tmp_path, clock, introspection=False) as client:
        for document in ("{ __schema { queryType { name } } }", '{ __type(name: "Order") { name } }'):
            assert "introspection has been disabled" in (await client.execute(document))["errors"][0]["message"]
        assert await client.data("{ __typename viewer { __typename } }")
        answers = [await client.execute(document) for document in MISTAKES]
        answers += [await client.execute(filtered, f=f) for f in ({"statu": ["REJECTED"]}, {"status": ["REJECTE"]})]
        assert all(answer["errors"] for answer in answers)
        assert "Did you mean" not in json.dumps(answers)


async def test_a_browser_gets_the_page_for_a_query_in_the_address_and_a_program_its_answer(client: Client) -> None:
    parameters = {"query": "{ viewer { name } }"}
    for browser in ("text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
        response = await client.http.get("/graphql", params=parameters, headers={"Accept": browser})
        assert (response.status_code, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "viewer" not in response.text, "the query is for the page's script alone"
    for program in ("application/json", "*/*", "application/graphql-response+json, text/html;q=0.1"):
        response = await client.http.get("/graphql", params=parameters, headers={"Accept": program} | client.headers)
        assert response.json()["data"]["viewer"]["name"]


async def test_graphiql_can_be_switched_off(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    async with as_member(sqlite_url, tmp_path, clock, graphiql=False) as client:
        assert (await client.http.get("/graphql", headers={"Accept": "text/html"})).status_code == 401
        for path in ("/graphiql/operations.json", "/graphiql/graphiql.js", "/graphiql/vendor/graphiql-4.1.2.min.js"):
            assert (await client.http.get(path)).status_code == 404
