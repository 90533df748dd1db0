"""Costly documents are refused in no time, the others are priced, and nobody may ask for more than their share."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from graph.http.graphiql import operations
from graph.limits.cost import MAX_COST
from graph.limits.documents import MAX_CACHED_CHARACTERS, DocumentValidator
from graph.limits.rate import MAX_BUCKETS, RateLimiter, network_of
from graph.limits.size import MAX_FIELDS
from graph.schema import schema
from graph.settings.edge import Edge
from models.database.sessions import Database
from models.policy import Role
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop

GRAPHQL_SCHEMA = schema._schema
N = 30
# 2 to the power of 30 orders when the fragments are expanded.
EXPONENTIAL = "{ orders { nodes { ...f0 } } } " + "".join(
    f"fragment f{n} on Order {{ a: replaces {{ ...f{n + 1} }} b: replaces {{ ...f{n + 1} }} }} " for n in range(N)
)
EXPONENTIAL += f"fragment f{N} on Order {{ id }}"
FLAT = "{ viewer { ...f0 } } " + "".join(f"fragment f{n} on Viewer {{ ...f{n + 1} ...f{n + 1} }} " for n in range(60))
FLAT += "fragment f60 on Viewer { name }"


SEARCH = "query ($filter: HistoryFilter) { history(first: 1, filter: $filter) { totalCount } }"
WORDS = "query ($words: String) { history(first: 1, filter: {search: $words}) { totalCount } }"


def cost(text: str, **variables: Any) -> int:
    validated = DocumentValidator().validate(text, GRAPHQL_SCHEMA)
    assert validated.errors == []
    return validated.cost(GRAPHQL_SCHEMA, None, variables)


def quickest(text: str) -> float:
    """The seconds of processor time that examining it takes when nothing else, such as collecting garbage, comes in."""
    taken = []
    for _ in range(5):
        validator = DocumentValidator()
        validator.validate("{ viewer { name } }", GRAPHQL_SCHEMA)
        started = time.process_time()
        validator.validate(text, GRAPHQL_SCHEMA)
        taken.append(time.process_time() - started)
    return min(taken)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("fields", EXPONENTIAL),
        ("fields", FLAT),
        ("fields", "{" + "__typename " * (MAX_FIELDS + 1) + "}"),
        ("depth", "{ orders { nodes { " + "replaces { " * 20 + "id" + " }" * 23),
        ("aliases", "{" + " ".join(f"a{n}: __typename" for n in range(51)) + "}"),
        ("selections", "{" + "viewer { name } " * 120 + "}"),
        ("selections", "{ ...f0 } " + "".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(150))),
        ("mutations", "mutation {" + " ".join(f"m{n}: deleteInvoice" for n in range(11)) + "}"),
        ("mutations", "mutation { ...m } fragment m on Mutation {" + " ".join(f"m{n}: x" for n in range(11)) + "}"),
    ],
)
def test_what_exceeds_a_limit_is_refused_within_milliseconds(limit: str, text: str) -> None:
    extensions = [error.extensions or {} for error in DocumentValidator().validate(text, GRAPHQL_SCHEMA).errors]
    assert limit in [each["limit"] for each in extensions]
    assert {each["code"] for each in extensions} == {"DOCUMENT_TOO_LARGE"}
    assert quickest(text) < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "{" + "orders { nodes { id } } " * 49 + "}",
        "{"
        + "".join(f"...f{n} " for n in range(49))
        + "}"
        + "".join(f"fragment f{n} on Query {{ viewer {{ name }} }}" for n in range(49)),
        "{" + "__typename " * MAX_FIELDS + "}",
        "{ order(id: [" + "1 " * 1_900 + "]) { id } }",
        "mutation { rejectOrder(input: {" + "a: 1 " * 600 + "}) { order { id } } }",
        "query (" + "".join(f"$v{n}: Int " for n in range(450)) + ") { viewer { name } }",
    ],
    ids=["same lists", "same fragments", "same fields", "long list", "long object", "many variables"],
)
def test_the_worst_within_the_limits_is_examined_in_a_fraction_of_a_second(text: str) -> None:
    assert quickest(text) < 0.5


@pytest.mark.parametrize("opening", ["{", "{a", "{ a(b: ["])
def test_endless_nesting_is_an_error_of_the_document(opening: str) -> None:
    with pytest.raises(Exception, match=r"nested too deeply|Syntax Error"):
        DocumentValidator().validate(opening * 900, GRAPHQL_SCHEMA)


@pytest.mark.parametrize("text", ["{ ...a } fragment a on Query { ...a }", "{ ...b }", "{ ... on Nothing { x } }"])
def test_invalid_documents_are_reported_and_not_priced(text: str) -> None:
    assert DocumentValidator().validate(text, GRAPHQL_SCHEMA).errors


@pytest.mark.parametrize("text", ["{ orders(first: " + "1" * 5_000 + ") { totalCount } }", "{" + "x" * 100_000 + "}"])
async def test_an_error_of_the_document_quotes_it_in_part(server: Client, database: Database, text: str) -> None:
    error = await server.as_((await make_shop(database)).member()).error(text)
    assert len(error["message"]) < 600
    assert "INTERNAL_ERROR" not in json.dumps(error)


async def test_several_operations_need_an_operation_name(server: Client, database: Database) -> None:
    client = server.as_((await make_shop(database)).member())
    body = {"query": "query a { viewer { name } } query b { __typename }"}
    response = await client.http.post("/graphql", json=body, headers=client.headers)
    assert "Must provide operation name" in response.json()["errors"][0]["message"]
    response = await client.http.post("/graphql", json=body | {"operationName": "b"}, headers=client.headers)
    assert response.json()["data"] == {"__typename": "Query"}


def test_every_ready_operation_and_the_introspection_are_cheap() -> None:
    for operation in operations():
        assert cost(operation["query"], **json.loads(operation["variables"] or "{}")) < 500
    assert cost(get_introspection_query(input_value_deprecation=True)) < 2_000


@pytest.mark.parametrize(
    ("text", "variables", "price"),
    [
        ("{ __typename }", {}, 1),
        ("{ viewer { name } }", {}, 2),
        ("{ orders { nodes { id } } }", {}, 1 + 1 + 20),
        ("{ orders(first: 7) { nodes { id } } }", {}, 1 + 1 + 7),
        ("{ orders(last: 7) { edges { cursor node { id } } pageInfo { hasNextPage } } }", {}, 1 + 1 + 7 * 2 + 1),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": 50}, 1 + 1 + 50),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {}, 1 + 1 + 20),
        ("query ($n: Int = 3) { orders(first: $n) { nodes { id } } }", {}, 1 + 1 + 3),
        ("query ($n: Int = 3) { orders(first: $n) { nodes { id } } }", {"n": None}, 1 + 1 + 20),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": -5}, 1 + 1),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": 50.0}, 1 + 1 + 50),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": 1e999}, 1 + 1 + 20),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": 10**9}, 1 + 1 + 100),
        ("query ($n: Int) { orders(first: $n) { nodes { id } } }", {"n": "many"}, 1 + 1 + 20),
        (
            "{ orders(first: 7) { nodes { lines(first: 5) { nodes { sku { number } } } } } }",
            {},
            1 + 1 + 7 * (2 + 5 * 2),
        ),
        ("{ orders(first: 7) { ...p } } fragment p on OrderConnection { nodes { id } totalCount }", {}, 1 + 1 + 7 + 20),
        ('{ orders(first: 7, filter: {search: "a"}) { nodes { id } } }', {}, 1 + 1 + 10 + 7),
        ("query ($f: OrderFilter) { orders(first: 7, filter: $f) { totalCount } }", {"f": {}}, 1 + 1 + 10 + 20),
        ("{ orders(first: 7, sort: []) { nodes { history(first: 2) { totalCount } } } }", {}, 1 + 1 + 7 * (1 + 1 + 20)),
        ('{ nodes(ids: ["a", "b"]) { id ... on Order { buyer { name } } } }', {}, 1 + 2 * 2),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 9}, 1 + 9),
        ("{ orderAnalytics { orderCount } }", {}, 1 + 100),
        ("{ orderAnalytics(groupBy: PRODUCT) { orderCount } }", {}, 1 + 1_100),
        ('{ orders(first: 1, filter: {search: "a b c"}) { totalCount } }', {}, 1 + 1 + 20 + 10 + 2 * 30),
        ('{ history(first: 1, filter: {search: "a b c"}) { totalCount } }', {}, 1 + 1 + 20 + 3 * 100),
        ("{ history(first: 1, filter: {kinds: []}) { totalCount } }", {}, 1 + 1 + 20),
        (SEARCH, {"filter": {"search": "a b c"}}, 1 + 1 + 20 + 3 * 100),
        (SEARCH, {"filter": {"search": None, "kinds": ["a b c"]}}, 1 + 1 + 20),
        (SEARCH, {"filter": "a"}, 1 + 1 + 20),
        (SEARCH, {}, 1 + 1 + 20),
        (WORDS, {"words": "a b"}, 1 + 1 + 20 + 2 * 100),
        (WORDS, {"words": "a " * 1_000}, 1 + 1 + 20 + 100 * 100),
        ('mutation { archiveOrder(input: {orderId: "x"}) { order { id } } }', {}, 1 + 10 + 1),
    ],
)
def test_the_cost_depends_on_the_length_of_lists(text: str, variables: dict[str, Any], price: int) -> None:
    assert cost(text, **variables) == price


def test_a_document_is_priced_again_for_other_variables() -> None:
    validated = DocumentValidator().validate(
        "query a($n: Int) { orders(first: $n) { nodes { id } } } query b { viewer { name } }", GRAPHQL_SCHEMA
    )
    prices = [validated.cost(GRAPHQL_SCHEMA, name, {"n": n}) for name, n in (("a", 1), ("a", 2), ("b", 1), ("a", 1))]
    assert prices == [3, 4, 2, 3]


def test_a_search_is_priced_again_for_other_words() -> None:
    validated = DocumentValidator().validate(WORDS, GRAPHQL_SCHEMA)
    for text, words in (("a", 1), ("a b", 2), ("", 0), ("a", 1), (None, 0), ("c d e", 3)):
        assert validated.cost(GRAPHQL_SCHEMA, None, {"words": text}) == 22 + words * 100
    validated = DocumentValidator().validate(SEARCH, GRAPHQL_SCHEMA)
    for filter, words in (({"search": "a"}, 1), ({"search": "a b"}, 2), ({}, 0), (None, 0), ({"search": "a c"}, 2)):
        assert validated.cost(GRAPHQL_SCHEMA, None, {"filter": filter}) == 22 + words * 100


@pytest.mark.parametrize(
    "field",
    [
        'history(first: 1, filter: {search: "a b c d e f g h i j"}) { totalCount }',
        "orderAnalytics(groupBy: PRODUCT) { orderCount }",
    ],
)
def test_slow_fields_fit_into_a_document_only_a_few_times(field: str) -> None:
    """24 analytics by product, or 11 searches of the history, ran into the time limit with 30,000 orders."""
    fields = " ".join(f"a{number}: {field}" for number in range(11))
    assert cost(f"{{ a: {field} }}") < MAX_COST / 3 < MAX_COST < cost(f"{{ {fields} }}")


def test_a_default_and_null_are_priced_apart() -> None:
    validated = DocumentValidator().validate(
        "query ($n: Int = 1) { orders(first: $n) { nodes { id } } }", GRAPHQL_SCHEMA
    )
    given: tuple[dict[str, Any], ...] = ({}, {"n": None}, {"n": 100}, {})
    assert [validated.cost(GRAPHQL_SCHEMA, None, variables) for variables in given] == [3, 22, 102, 3]


def test_the_cache_of_documents_is_bounded() -> None:
    validator = DocumentValidator()
    for n in range(300):
        validator.validate("{ __typename }" + "#" * 2_000 + str(n), GRAPHQL_SCHEMA)
    assert sum(len(text) for text in validator._cached) <= MAX_CACHED_CHARACTERS
    assert validator.validate("{ __typename }", GRAPHQL_SCHEMA) is validator.validate("{ __typename }", GRAPHQL_SCHEMA)


@pytest.fixture
async def server(sqlite_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    async with serving(sqlite_url, tmp_path, clock, edge=Edge(rate_limit=MAX_COST)) as client:
        yield client


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


async def test_every_answer_has_its_cost_and_the_remaining_quota(
    database: Database, server: Client, clock: Clock
) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    answer = await server.as_(shop.member()).execute("{ orders(first: 1) { nodes { id } } }")
    assert answer["extensions"]["cost"] == {
        "requested": 3,
        "remaining": MAX_COST - 3,
        "budget": MAX_COST,
        "limit": MAX_COST,
        "resetAt": "2026-11-24T12:00:01+00:00",
    }


async def test_a_viewer_over_the_quota_must_wait(database: Database, server: Client, clock: Clock) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    client = server.as_(shop.member())
    dear = {"query": "{ orders(first: 100) { nodes { lines(first: 40) { nodes { id } } } } }"}
    first = await client.http.post("/graphql", json=dear, headers=client.headers)
    assert first.status_code == 200
    assert "errors" not in first.json()
    assert first.headers["RateLimit-Limit"] == str(MAX_COST)
    assert first.headers["RateLimit-Policy"] == f'"cost";q={MAX_COST};w=60'
    remaining = int(first.headers["RateLimit-Remaining"])
    assert first.headers["RateLimit"] == f'"cost";r={remaining};t={first.headers["RateLimit-Reset"]}'
    await client.http.post("/graphql", json=dear, headers=client.headers)

    with client.statements() as statements:
        refused = await client.http.post("/graphql", json=dear, headers=client.headers)
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert "data" not in refused.json()
    assert statements == []
    # A colleague, a buyer's user who has the same name, and the same one asking for less, are not in its way.
    for other in (shop.member(id="mem-2"), shop.buyer_user(id=shop.member().id)):
        answer = await client.http.post("/graphql", json=dear, headers=server.as_(other).headers)
        assert answer.status_code == 200
    assert await client.data("{ viewer { name } }")
    clock.move(seconds=int(refused.headers["Retry-After"]))
    assert (await client.http.post("/graphql", json=dear, headers=client.headers)).status_code == 200
    assert order


async def test_the_api_keys_of_a_brand_share_one_quota(database: Database, server: Client) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    keys = []
    for brand in (shop, shop, other):
        admin = server.as_(brand.member(Role.ADMIN))
        create = """mutation { createApiKey(input: {name: "ERP", scopes: [ORDERS_READ]}) { secret apiKey { id } } }"""
        keys.append((await admin.data(create))["createApiKey"]["secret"])
    dear = {"query": "{ orders(first: 100) { nodes { lines(first: 40) { nodes { id } } } } }"}

    async def ask(headers: dict[str, str]) -> Any:
        return await server.http.post("/graphql", json=dear, headers=headers)

    answers = [await ask({"X-Merchant-API-Key": key}) for key in (keys[0], keys[1], keys[0], keys[1])]
    # Two such documents are within the quota, whichever keys they come with.
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {f'"cost-of-api-keys";q={MAX_COST};w=60'}
    for headers in ({"X-Merchant-API-Key": keys[2]}, server.as_(shop.member()).headers):
        assert (await ask(headers)).status_code == 200


async def test_a_refused_document_costs_too(database: Database, server: Client) -> None:
    client = server.as_((await make_shop(database)).member())
    for _ in range(MAX_COST // 10):
        assert (await client.execute("{ nothing }"))["errors"]
    response = await client.http.post("/graphql", json={"query": "{ nothing }"}, headers=client.headers)
    assert response.status_code == 429


async def test_an_expensive_document_is_refused_before_it_runs(database: Database, server: Client) -> None:
    client = server.as_((await make_shop(database)).member())
    with client.statements() as statements:
        error = await client.error(
            "{ orders(first: 100) { nodes { lines(first: 100) { nodes { sku { number } } } } } }"
        )
    assert error["extensions"] == {"code": "DOCUMENT_TOO_COSTLY", "limit": "cost", "most": MAX_COST}
    assert "20,202" in error["message"]
    assert statements == []


async def test_a_refused_document_of_mutations_does_nothing(database: Database, server: Client) -> None:
    client = server.as_((await make_shop(database)).member(Role.ADMIN))
    tags = " ".join(f't{n}: createTag(input: {{code: "t{n}", name: "T"}}) {{ tag {{ id }} }}' for n in range(11))
    error = await client.error(f"mutation {{ {tags} }}")
    assert error["extensions"]["limit"] == "mutations"
    assert (await client.data("{ tags { code } }"))["tags"] == []


async def test_there_need_be_no_limit(sqlite_url: str, database: Database, tmp_path: Path, clock: Clock) -> None:
    shop = await make_shop(database)
    async with serving(sqlite_url, tmp_path, clock, edge=Edge(rate_limit=0)) as server:
        client = server.as_(shop.member())
        response = await client.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=client.headers)
    assert response.json()["extensions"] == {"cost": {"requested": 2, "limit": MAX_COST}}
    assert not [name for name in response.headers if name.lower().startswith("ratelimit")]


async def test_failed_authentication_is_limited_and_successful_is_not(
    database: Database, server: Client, clock: Clock
) -> None:
    shop = await make_shop(database)
    statuses = [(await server.http.post("/graphql", json={})).status_code for _ in range(70)]
    assert statuses == [401] * 60 + [429] * 10
    assert await server.as_(shop.member()).data("{ viewer { name } }")
    response = await server.http.post("/graphql", json={})
    clock.move(seconds=int(response.headers["Retry-After"]))
    assert (await server.http.post("/graphql", json={})).status_code == 401


def test_quotas_refill_and_their_number_is_bounded(clock: Clock) -> None:
    limiter = RateLimiter(60, clock)
    assert limiter.take("a", 60)
    assert not limiter.take("a", 1)
    clock.move(seconds=10)
    assert limiter.take("a", 10)
    assert not limiter.take("a", 1)
    clock.move(seconds=3_600)
    assert not limiter.take("a", 61)
    assert limiter.take("a", 60)
    clock.move(seconds=-3_600)
    assert not limiter.take("a", 1)
    for n in range(MAX_BUCKETS + 10):
        limiter.take(str(n), 1)
    assert len(limiter._buckets) == MAX_BUCKETS


def test_ipv6_clients_are_limited_by_network() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") != network_of("2001:db8:1:3::9")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
