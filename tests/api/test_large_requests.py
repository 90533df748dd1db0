"""Requests below the body's limit that would take long to parse or to coerce: refused by counting, before that."""

import json
from typing import Any

import pytest

from benchmarks.large_requests import REQUESTS
from graph.limits.request import (
    BYTES_PER_UNIT,
    FREE_BYTES,
    MAX_BRACKETS,
    MAX_COMMAS,
    MAX_DOCUMENT_CHARACTERS,
    MAX_OBJECTS,
    MAX_VALUES,
    RequestTooLarge,
    check_body,
    check_values,
)
from models.database.sessions import Database
from resolvers.bulk_runs import MAX_ORDERS
from tests.support.client import Client
from tests.support.factories import make_shop

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


@pytest.fixture
async def client(api: Client) -> Client:
    return api.as_((await make_shop(api.database)).member())


async def send(client: Client, content: bytes) -> Any:
    headers = client.headers | {"Content-Type": "application/json"}
    return await client.http.post("/graphql", content=content, headers=headers)


def encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("limit", "body"),
    [
        ("commas", {"query": NODES, "variables": {"ids": [1] * 480_000}}),
        ("values", {"query": NODES, "variables": {"ids": [1] * (MAX_VALUES + 1)}}),
        ("values", {"query": NODES, "variables": {str(n): 1 for n in range(MAX_VALUES + 1)}}),
        ("values", {"query": NODES, "variables": {"ids": [[1] * 6_000, {"a": [2] * 6_000}]}}),
        ("brackets", {"query": NODES, "extensions": {"a": [[]] * 320_000}}),
        ("brackets", {"query": NODES, "extensions": {"a": [{}] * 320_000}}),
        ("brackets", {"query": NODES, "strange": [[[]]] * 100_000}),
        ("brackets", {"query": NODES, "variables": {"sort": [{"field": "CODE"}] * 28_000}}),
        ("objects", {"query": NODES, "variables": {"sort": [{"field": "CODE"}] * MAX_OBJECTS}}),
        ("values", {"query": NODES, "extensions": {"a": [[]] * (MAX_VALUES + 1)}}),
        ("characters", {"query": "#" + "x" * 980_000 + "\n{ viewer { name } }"}),
        ("characters", {"query": "{ viewer { name } }" + " " * MAX_DOCUMENT_CHARACTERS}),
        ("characters", {"query": '{ order(id: """' + "\n x" * 20_000 + '""") { id } }'}),
    ],
)
async def test_what_is_too_much_to_read_is_refused_before_it_is_coerced(
    client: Client, limit: str, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_document(*_: Any) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("graph.limits.documents.parse", no_document)
    with client.statements() as statements:
        answer = (await send(client, encoded(body))).json()
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "DOCUMENT_TOO_LARGE"
    assert error["extensions"]["limit"] == limit
    assert f"{error['extensions']['most']:,}" in error["message"]
    assert "data" not in answer
    assert statements == []


@pytest.mark.parametrize("content", [b'{"a":' + b"[" * 20_001, b"," * 100_001, b"{" * 30_000, b"[[],[]]" * 60_000])
async def test_brackets_and_commas_are_counted_before_anything_is_parsed(
    client: Client, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.http.graphql_over_http.orjson", None)
    assert (await send(client, content)).json()["errors"][0]["extensions"]["code"] == "DOCUMENT_TOO_LARGE"


def test_long_lists_that_commands_take_are_admitted() -> None:
    check_values({"input": {"orderIds": ["x"] * MAX_ORDERS, "notify": True, "body": "x"}}, {"a": {}})
    lines = [{"skuId": "x", "quantity": 1, "unitPrice": "1"}] * 1_000
    check_values({"input": {"lines": lines, "comment": "x"}}, None)
    check_body(encoded({"query": "{ a }" * 400, "variables": {"a": "[," * 10_000, "ids": ["x"] * MAX_ORDERS}}))


def test_the_count_ends_with_the_limit() -> None:
    class Endless(list[Any]):
        def __len__(self) -> int:
            return 10**9

        def __iter__(self) -> Any:
            raise AssertionError("walked")

    with pytest.raises(RequestTooLarge):
        check_values({"a": Endless()}, None)


async def test_bytes_are_charged_before_they_are_parsed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    small = (await send(client, encoded({"query": "{ viewer { name } }"}))).json()
    large = encoded({"query": "{ viewer { name } }", "x": "y" * 900_000})
    assert small["extensions"]["cost"]["requested"] == 2
    charged = (len(large) - FREE_BYTES) // BYTES_PER_UNIT
    assert (await send(client, large)).json()["extensions"]["cost"]["requested"] == 2 + charged

    while (await send(client, b"[" * 20_001 + b" " * 900_000)).status_code != 429:
        pass
    monkeypatch.setattr("graph.http.graphql_over_http.orjson", None)
    refused = await send(client, large)
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert int(refused.headers["Retry-After"]) >= 1


async def test_everything_that_the_benchmark_sends_is_answered(client: Client, database: Database) -> None:
    for name, body in REQUESTS.items():
        response = await send(client, encoded(body))
        assert response.status_code in (200, 400), name
        codes = [(each.get("extensions") or {}).get("code") for each in response.json().get("errors", [])]
        assert not {"INTERNAL_ERROR", "UNAVAILABLE", "TIMEOUT"} & set(codes), name
        assert len(response.content) < 100_000, name
    assert (MAX_BRACKETS, MAX_COMMAS) == (20_000, 100_000)
