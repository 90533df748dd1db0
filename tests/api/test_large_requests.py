"""Requests below the body's limit that would take long to parse or to coerce: refused by counting, before that."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
import strawberry

from benchmarks.large_requests import REQUESTS
from graph import bulk, bulk_rejection
from graph.core import execution
from graph.core.execution import PausingExecution
from graph.core.ids import Kind, to_id
from graph.execution import mutations
from graph.execution.mutations import Asked
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
from resolvers import bulk_runs
from resolvers.bulk_runs import MAX_ORDERS
from resolvers.core import pausing
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
        ("lines", {"query": "\n" * 2_501 + "{ viewer { name } }"}),
        ("lines", {"query": "#\r" * 2_501 + "{ viewer { name } }"}),
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
        assert len(response.content) < 100_000 or "all results" in name, name
    assert (MAX_BRACKETS, MAX_COMMAS) == (20_000, 100_000)


class Turns:
    """Counts what is done in each turn of the event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done = [0]
        turn: Any = asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]

        def counted(loop: asyncio.BaseEventLoop) -> None:
            self.done.append(0)
            turn(loop)

        monkeypatch.setattr(asyncio.BaseEventLoop, "_run_once", counted)

    def count(self) -> None:
        self.done[-1] += 1


async def test_ten_thousand_ids_are_read_hashed_and_answered_in_parts(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [to_id(Kind.ORDER, UUID(int=number)) for number in range(MAX_ORDERS)]
    turns = Turns(monkeypatch)

    def counted(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            turns.count()
            return function(*arguments)

        return call

    mapped: Any = pausing.mapped
    for module in (bulk, bulk_runs, bulk_rejection):
        monkeypatch.setattr(module, "mapped", lambda function, entries: mapped(counted(function), entries))
    data = await client.data(
        "mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) { skippedCount userErrors { code } } }",
        input={"orderIds": ids, "notify": False},
    )
    assert data["rejectOrders"] == {"skippedCount": MAX_ORDERS, "userErrors": []}
    assert max(turns.done) <= pausing.EVERY
    assert sum(turns.done) >= 5 * MAX_ORDERS, "read, hashed, stored, judged, answered"


async def test_a_long_answer_is_put_together_in_parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [to_id(Kind.ORDER, UUID(int=number)) for number in range(1_000)]
    # A document of its own, so that graphql-core answers it the first time.
    query = (
        f"mutation M{uuid4().hex} ($input: RejectOrdersInput!) {{ rejectOrders(input: $input) {{"
        " results { orderId blockers { code } order { id } } } }"
    )
    # Of each entry, Asked.put is called for itself and for its two fields with resolvers.
    for owner, name, most, least in (
        (PausingExecution, "complete_list_item_value", execution.EVERY, 1_000),
        (Asked, "put", 3 * mutations.EVERY, 3_000),
    ):
        with monkeypatch.context() as patch:
            turns = Turns(patch)
            completed: Any = getattr(owner, name)

            def counted(*arguments: Any, turns: Turns = turns, completed: Any = completed) -> Any:
                turns.count()
                return completed(*arguments)

            patch.setattr(owner, name, counted)
            data = await client.data(query, input={"orderIds": ids, "notify": False})
        assert data["rejectOrders"]["results"] == [{"orderId": id, "blockers": [], "order": None} for id in ids]
        assert max(turns.done) <= most
        assert sum(turns.done) >= least


async def test_an_error_in_a_long_list_is_at_its_place() -> None:
    """An entry that cannot be null makes the whole list null, as in a short one."""
    schema = strawberry.Schema(query=_Query, execution_context_class=PausingExecution)
    result = await schema.execute("{ entries { number late } }")
    assert result.data is not None
    assert result.data["entries"][29] == {"number": 29, "late": None}
    assert result.data["entries"][30] == {"number": 30, "late": 30}
    assert [error.path for error in result.errors or ()] == [["entries", 29, "late"]]
    result = await schema.execute("{ entries { number strict } }")
    assert result.data is None
    assert [error.path for error in result.errors or ()] == [["entries", 31, "strict"]]


@strawberry.type
class _Entry:
    number: int

    @strawberry.field
    async def late(self) -> int | None:
        await asyncio.sleep(0)
        if self.number == 29:
            raise RuntimeError("late")
        return self.number

    @strawberry.field
    def strict(self) -> int:
        if self.number == 31:
            raise RuntimeError("strict")
        return self.number


@strawberry.type
class _Query:
    @strawberry.field
    def entries(self) -> list[_Entry]:
        return [_Entry(number=number) for number in range(100)]


@pytest.mark.parametrize(
    "document",
    [
        "{" + "__typename " * 300 + "}",
        "{ viewer { name } } fragment f on Query {" + "__typename " * 1_900 + "}",
        "{" + "viewer { id name role kind locale } " * 98 + "}",
        "{" + "a: orders { totalCount } " * 60 + " ".join("viewer { name }" for _ in range(300)) + "}",
    ],
)
async def test_equal_fields_are_counted_before_they_are_compared_in_pairs(
    client: Client, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.limits.documents.validate", None)
    answer = (await send(client, encoded({"query": document}))).json()
    assert "pairs" in [error["extensions"]["limit"] for error in answer["errors"]]


async def test_a_variable_is_counted_at_each_use(client: Client) -> None:
    """Each field reads all of it, though it is sent once."""
    orders = " ".join(f"a{n}: orders(filter: $filter) {{ totalCount }}" for n in range(11))
    query = f"query ($filter: OrderFilter) {{ {orders} }}"
    variables = {"filter": {"buyerIds": ["x"] * 10_000}}
    answer = (await send(client, encoded({"query": query, "variables": variables}))).json()
    assert [each["extensions"]["limit"] for each in answer["errors"]] == ["values"]


@pytest.mark.parametrize("argument", ["orderByCode(code: $text)", "orderByReference(reference: $text)"])
async def test_a_code_of_a_megabyte_is_nothing_s(client: Client, argument: str) -> None:
    """To fold 300,000 of these letters takes a minute."""
    query = f"query ($text: String!) {{ {argument} {{ id }} }}"
    with client.statements() as statements:
        answer = (await send(client, encoded({"query": query, "variables": {"text": "\ufdfa" * 300_000}}))).json()
    assert answer["data"] == {argument.partition("(")[0]: None}
    assert statements == []
