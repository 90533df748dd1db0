"""The audit of the GraphQL-over-HTTP specification, all 61 of it, as the npm package graphql-http 1.23.1 has it.

The ids are the audit's own. docs/decisions/0023-graphql-over-http.md tells how the original is run.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.actor import Actor
from models.base import new_id
from models.policy import Role
from tests.support.client import Client, serving
from tests.support.clock import Clock

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
TYPENAME = "{ __typename }"
TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
COERCE = "query CoerceFailure($id: ID!){ __typename }"
NO_FIELD = "{ 8f31403dfe404bccbb0e835f2629c6a7 }"
NO_JSON = '{ "not a JSON'
NO_STRINGS: list[Any] = [{"obj": "ect"}, 0, False, ["array"]]
NO_MAPS: list[Any] = ["string", 0, False, ["array"]]


@dataclass(frozen=True)
class Audit:
    """One request and what must come of it. `body` as text goes out as it is; `url` makes it a GET."""

    id: str
    body: Any = field(default_factory=lambda: {"query": TYPENAME})
    accept: str | None = "*/*"
    content: str | None = JSON
    url: dict[str, str] | None = None
    status: int | range = 200
    media_type: str | None = None
    errors: bool | None = None
    data: bool | None = None


CLIENT_ERROR, ANY_ERROR = range(400, 500), range(400, 600)
AUDITS = [
    Audit("22EB", accept=GRAPHQL, media_type=GRAPHQL),
    Audit("4655", accept=JSON, media_type=JSON),
    Audit("47DE", media_type=JSON),
    Audit("80D8", accept=None, media_type=JSON),
    Audit("82A3"),
    Audit("BF61", {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}, content=f"{JSON}; charset=utf-8"),
    Audit("78D5"),
    Audit("2C94"),
    Audit("5A70", url={"query": TYPENAME}),
    Audit("9C48", url={"query": "mutation { __typename }"}, accept=GRAPHQL, status=CLIENT_ERROR),
    Audit("9ABE", content="text/plain;charset=UTF-8", status=CLIENT_ERROR),
    Audit("03D4"),
    Audit("A5BF", "", status=400),
    Audit("423L", {"notquery": TYPENAME}, accept=GRAPHQL, status=400),
    *(Audit(f"LKJ{n}", {"query": value}, status=400) for n, value in enumerate(NO_STRINGS)),
    Audit("34A2", accept=GRAPHQL),
    Audit("13EE", accept=JSON, errors=False),
    *(Audit(f"6C0{n}", {"operationName": value, "query": TYPENAME}, status=400) for n, value in enumerate(NO_STRINGS)),
    Audit("8161", {"operationName": "Query", "query": "query Query { __typename }"}, accept=GRAPHQL),
    Audit("B8B3", {"operationName": "Query", "query": "query Query { __typename }"}, accept=JSON, errors=False),
    *(
        Audit(f"{id}{n}", {"query": TYPENAME, name: None}, accept=accept, errors=False)
        for n, name in enumerate(("variables", "operationName", "extensions"))
        for id, accept in (("94B", GRAPHQL), ("022", JSON))
    ),
    *(Audit(f"476{n}", {"query": TYPENAME, "variables": value}, status=400) for n, value in enumerate(NO_MAPS)),
    Audit("2EA1", {"query": TYPE, "variables": {"name": "sometype"}}, accept=GRAPHQL),
    Audit("28B9", {"query": TYPE, "variables": {"name": "sometype"}}, accept=JSON, errors=False),
    Audit("D6D5", url={"query": TYPE, "variables": '{"name": "sometype"}'}, accept=GRAPHQL, errors=False),
    Audit("6A70", url={"query": TYPE, "variables": '{"name": "sometype"}'}, accept=JSON, errors=False),
    *(Audit(f"58B{n}", {"query": TYPENAME, "extensions": value}, status=400) for n, value in enumerate(NO_MAPS)),
    Audit("428F", {"query": TYPENAME, "extensions": {"some": "value"}}, accept=GRAPHQL),
    Audit("1B7A", {"query": TYPENAME, "extensions": {"some": "value"}}, accept=JSON, errors=False),
    Audit("B6DC", NO_JSON, accept=JSON, status=range(200, 600)),
    Audit("BCF8", NO_JSON, accept=JSON, status=400),
    Audit("B7N8", NO_JSON, accept=GRAPHQL, status=400),
    Audit("8764", {"qeury": TYPENAME}, status=ANY_ERROR),
    Audit("3E3A", {"qeury": TYPENAME}, status=400),
    Audit("572B", {"query": "{"}, accept=JSON),
    Audit("FDE2", {"query": NO_FIELD}, accept=JSON),
    Audit("7B9B", {"query": COERCE, "variables": {"id": None}}, accept=JSON),
    Audit("865D", {"query": "{"}, accept=GRAPHQL, status=ANY_ERROR),
    Audit("556A", {"query": "{"}, accept=GRAPHQL, status=400),
    Audit("D586", {"query": "{"}, accept=GRAPHQL, status=400, data=False),
    Audit("51FE", {"query": NO_FIELD}, accept=GRAPHQL, status=ANY_ERROR),
    Audit("74FF", {"query": NO_FIELD}, accept=GRAPHQL, status=400),
    Audit("5E5B", {"query": NO_FIELD}, accept=GRAPHQL, status=400, data=False),
    Audit("86EE", {"query": COERCE, "variables": {"id": None}}, accept=GRAPHQL, status=400),
]


@pytest.fixture
async def api(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(sqlite_url, tmp_path, Clock()) as server:
        yield server.as_(Actor(role=Role.READ, id="auditor", name="Auditor", brand_id=new_id()))


async def ask(api: Client, audit: Audit) -> httpx2.Response:
    body = audit.body if isinstance(audit.body, str) else json.dumps(audit.body)
    if audit.url is None:
        request = api.http.build_request("POST", "/graphql", content=body, headers=api.headers)
        if audit.content:
            request.headers["Content-Type"] = audit.content
    else:
        request = api.http.build_request("GET", "/graphql", params=audit.url, headers=api.headers)
    del request.headers["Accept"]
    if audit.accept:
        request.headers["Accept"] = audit.accept
    return await api.http.send(request)


@pytest.mark.parametrize("audit", AUDITS, ids=lambda audit: audit.id)
async def test_it_conforms(api: Client, audit: Audit) -> None:
    response = await ask(api, audit)
    allowed = audit.status if isinstance(audit.status, range) else (audit.status,)
    assert response.status_code in allowed, response.text
    answer = json.loads(response.content.decode("utf-8"))
    if audit.media_type:
        assert audit.media_type in response.headers["Content-Type"]
    if audit.errors is not None:
        assert ("errors" in answer) is audit.errors, answer
    if audit.data is not None:
        assert ("data" in answer) is audit.data, answer


def test_every_audit_of_the_specification_is_run() -> None:
    assert len({audit.id for audit in AUDITS}) == len(AUDITS) == 61


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{GRAPHQL};charset=utf-8, {JSON};charset=utf-8", GRAPHQL),
        (f"{GRAPHQL};q=0", JSON),
        (f"{GRAPHQL};q=much", JSON),
        ("multipart/mixed", JSON),
        (f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
        (f"text/event-stream, {JSON}", JSON),
        ("multipart/mixed, text/event-stream", "text/event-stream; charset=utf-8"),
        (", ;;", JSON),
    ],
)
async def test_the_answer_has_the_most_preferred_media_type(api: Client, accept: str, media_type: str) -> None:
    assert (await ask(api, Audit("", accept=accept))).headers["Content-Type"] == media_type


async def test_an_error_of_a_field_keeps_the_data_and_the_status(api: Client) -> None:
    body = {"query": "{ viewer { name } orders(first: 0) { nodes { id } } }"}
    response = await ask(api, Audit("", body, accept=GRAPHQL))
    assert response.status_code == 200
    assert response.json()["data"] is None  # the list cannot be null
    assert response.json()["errors"][0]["path"] == ["orders"]
