"""Top-level errors: a GraphQL answer in the negotiated media type whatever the status, with a code that is listed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from graph.limits.error_codes import TOP_LEVEL, ErrorCode
from graph.settings.edge import Edge
from models.actor import Actor
from models.base import new_id
from models.policy import Role
from tests.support.client import Client, serving
from tests.support.clock import Clock

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
APOLLO = f"{GRAPHQL},{JSON};q=0.9"  # as Apollo Client 4 sends it
VIEWER = {"query": "{ viewer { name } }"}


@pytest.fixture
async def api(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(sqlite_url, tmp_path, Clock(), edge=Edge(rate_limit=50, request_timeout=90)) as server:
        yield server.as_(Actor(role=Role.READ, id="reader", name="Reader", brand_id=new_id()))


@pytest.mark.parametrize(("accept", "media_type"), [(APOLLO, GRAPHQL), (JSON, JSON), ("*/*", JSON)])
async def test_every_status_is_answered_in_graphql(api: Client, accept: str, media_type: str) -> None:
    async def send(body: Any, **headers: str) -> tuple[int, str]:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": JSON, "Accept": accept} | headers
        response = await api.http.post("/graphql", content=content, headers=sent)
        assert response.headers["Content-Type"] == media_type
        answer = response.json()
        assert "data" not in answer
        [error] = answer["errors"]
        assert error["message"]
        return response.status_code, error["extensions"]["code"]

    request_error = 400 if media_type == GRAPHQL else 200
    assert await send(VIEWER) == (401, "UNAUTHENTICATED")
    assert await send(VIEWER, Authorization="Bearer x") == (401, "UNAUTHENTICATED")
    assert await send(b" " * 1_000_001, **api.headers) == (413, "REQUEST_TOO_LARGE")
    assert await send(b"{", **api.headers) == (400, "BAD_REQUEST")
    assert await send(VIEWER, **api.headers | {"Content-Type": "text/plain"}) == (415, "BAD_REQUEST")
    assert await send({"query": "{"}, **api.headers) == (request_error, "GRAPHQL_PARSE_FAILED")
    assert await send({"query": "{ nothing }"}, **api.headers) == (request_error, "GRAPHQL_VALIDATION_FAILED")
    named = VIEWER | {"operationName": "Other"}
    assert await send(named, **api.headers) == (request_error, "OPERATION_RESOLUTION_FAILURE")
    statuses = [await send({"query": "{ nothing }"}, **api.headers) for _ in range(6)]
    assert statuses[-1] == (429, "RATE_LIMITED")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ("{ orders(first: many) { totalCount } }", ["first"]),
        ('{ orders(first: "5") { totalCount } }', ["first"]),
        ("{ orders(filter: {status: [OC_REQUIRED, NONE]}) { totalCount } }", ["filter", "status", "1"]),
        ('{ orders(filter: {placedFrom: "yesterday"}) { totalCount } }', ["filter", "placedFrom"]),
        ("{ orders(filter: {colour: 1}) { totalCount } }", ["filter"]),
        ("{ orders(sort: [{field: CODE}]) { totalCount } }", ["sort", "0"]),
        ("query ($first: Int = many) { orders(first: $first) { totalCount } }", ["first"]),
        ("{ orders(first: 0) { totalCount } }", ["first"]),
        ("query ($s: OrderStatus) { orders(filter: {status: [$s]}) { totalCount } }", None),
    ],
)
async def test_a_bad_literal_is_bad_user_input_with_its_path(
    api: Client, document: str, field: list[str] | None
) -> None:
    error = await api.error(document)
    assert error["message"]
    if field is None:  # a nullable variable at a place that takes no null
        assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    else:
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}


async def test_an_argument_that_a_variable_makes_null_is_bad_user_input(api: Client) -> None:
    document = 'query ($id: ID = "x") { order(id: $id) { code } }'
    answer = await api.execute(document, id=None)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


def test_every_code_is_in_the_table() -> None:
    assert set(TOP_LEVEL) == set(ErrorCode)
