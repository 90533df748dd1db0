"""Mutations that pass by graphql-core: the same bytes as by it, and each runs once, whatever happens to its payload."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from sqlalchemy import func, select

from exports.relay.relay import Relay
from exports.webhooks.sender import WebhookSender
from graph.schema import schema
from graph.settings.edge import Edge
from graph.telemetry.metrics import REGISTRY
from models.actor import Actor
from models.audit import AuditEntry
from models.base import new_id
from models.database.sessions import Database
from models.outbox import OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.every_mutation import EveryMutation
from tests.support.factories import OPERATOR, make_order, make_shop

SCHEMA = build_schema(schema.as_str())
MUTATIONS = SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}
# Objects within the payload, at most so many levels of them. Of lists of any length fewer: a document has a cost.
MAX_DEPTH, MAX_DEPTH_OF_BULK = 2, 1
NOT_SHOWN = {"Download"}  # links have the instant in which they were made
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) {
    order { code totalQuantity } notification { to } blockers { code } userErrors { code message } } }"""


def selection(type: GraphQLOutputType, depth: int) -> str:
    """All fields that need no argument."""
    named = get_named_type(type)
    assert isinstance(named, GraphQLObjectType)
    parts = ["__typename"]
    for name, shown in named.fields.items():
        inner = get_named_type(shown.type)
        if any(is_non_null_type(each.type) and each.default_value is None for each in shown.args.values()):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and is_object_type(inner) and inner.name not in NOT_SHOWN and not inner.name.endswith("Connection"):
            parts.append(f"{name} {selection(shown.type, depth - 1)}")
    return f"{{ {' '.join(parts)} }}"


def is_bulk(name: str) -> bool:
    payload = get_named_type(MUTATIONS[name].type)
    assert isinstance(payload, GraphQLObjectType)
    return "results" in payload.fields and is_list_type(payload.fields["results"].type.of_type)


def outcomes() -> dict[str, float]:
    metric = next(each for each in REGISTRY.collect() if each.name == "orders_mutations")
    return {each.labels["how"]: each.value for each in metric.samples if each.name.endswith("_total")}


@pytest.fixture(autouse=True)
def nothing_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither mails nor webhooks change between two answers."""

    async def end(_: object) -> None: ...

    monkeypatch.setattr(Relay, "run", end)
    monkeypatch.setattr(WebhookSender, "run", end)


@pytest.fixture
async def both(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[Client, Client]]:
    """The application twice, with compiled operations and without."""
    edge = Edge(rate_limit=0)
    async with (
        serving(database_url, tmp_path, clock, compiled=True, edge=edge) as compiled,
        serving(database_url, tmp_path, clock, compiled=False, edge=edge) as plain,
    ):
        yield compiled, plain


async def same_answer(both: tuple[Client, Client], actor: Actor, document: str, variables: Any) -> dict[str, Any]:
    body = {"query": document, "variables": variables}
    one, other = [
        await each.http.post("/graphql", json=body, headers=each.as_(actor).headers | {"X-Request-ID": "same"})
        for each in both
    ]
    assert one.content == other.content, (document, variables)
    assert (one.status_code, one.headers) == (other.status_code, other.headers), (document, variables)
    answer: dict[str, Any] = one.json()
    return answer


@dataclass
class OnBoth(EveryMutation):
    """Sends what changes nothing to both, before and after each mutation: what is invalid, refused or a replay."""

    both: tuple[Client, Client] = field(kw_only=True)
    reader: Actor = field(kw_only=True)
    stranger: Actor = field(kw_only=True)

    async def _do(self, client: Client, name: str, show: str = "", /, **input: Any) -> Any:
        kind = name[0].upper() + name[1:]
        shown = selection(MUTATIONS[name].type, MAX_DEPTH_OF_BULK if is_bulk(name) else MAX_DEPTH)
        document = f"mutation Named($input: {kind}Input!) {{ renamed: {name}(input: $input) {shown} }}"
        input["idempotencyKey"] = f"{name} {len(self.done)}"

        async def send(actor: Actor | None, input: Any) -> Any:
            assert actor is not None
            answer = await same_answer(self.both, actor, document, {"input": input})
            return (answer.get("data") or {}).get("renamed"), answer.get("errors", [])

        async def refused(actor: Actor | None, input: Any) -> None:
            payload, errors = await send(actor, input)
            assert errors or payload["userErrors"] or is_bulk(name), (name, payload)

        for wrong in ({**input, "nonsense": 1}, {**input, "idempotencyKey": " "}):
            await refused(client.actor, wrong)
        await refused(self.reader, input)
        if any(each.endswith(("Id", "Ids")) for each in input) and name != "signOutUser":
            await refused(self.stranger, input)
        before = outcomes().get("compiled", 0)
        done = await super()._do(client, name, show, **input)
        payload, errors = await send(client.actor, input)
        assert not errors, (name, errors)
        assert payload["userErrors"] == [], name
        assert payload.get("replayed", True), name
        assert outcomes()["compiled"] > before, name
        return done


async def test_the_same_bytes_whatever_the_mutation(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    """On one database: how a mutation is answered does not depend on it."""
    edge, before = Edge(rate_limit=0), outcomes()
    async with (
        serving(sqlite_url, tmp_path, clock, compiled=True, edge=edge) as compiled,
        serving(sqlite_url, tmp_path, clock, compiled=False, edge=edge) as plain,
    ):
        database = compiled.database
        shop, other = await make_shop(database), await make_shop(database)
        reader, stranger = shop.member(Role.READ), other.member(Role.ADMIN)
        walk = OnBoth(database, compiled, shop, both=(compiled, plain), reader=reader, stranger=stranger)
        await walk.run()
    after = outcomes()
    assert after["compiled"] - before.get("compiled", 0) > 3 * len(MUTATIONS)
    assert after.get("failed", 0) == before.get("failed", 0)


async def test_a_mutation_whose_payload_cannot_be_shown_runs_once(
    database: Database, both: tuple[Client, Client]
) -> None:
    shop = await make_shop(database)
    order = id_of(await make_order(database, shop, total_quantity=3_000_000_000))  # no Int of GraphQL
    before = outcomes().get("failed", 0)
    await same_answer(both, shop.member(Role.READ), REJECT, {"id": order})  # makes the document known
    response = await both[0].http.post(
        "/graphql", json={"query": REJECT, "variables": {"id": order}}, headers=both[0].as_(shop.member()).headers
    )
    answer = response.json()
    assert [each["path"] for each in answer["errors"]] == [["rejectOrder", "order", "totalQuantity"]]
    assert answer["data"]["rejectOrder"] == {
        "order": None,
        "notification": {"to": ["buyer@example.com"]},
        "blockers": [],
        "userErrors": [],
    }
    assert outcomes()["failed"] > before
    again = await same_answer(both, shop.member(), REJECT, {"id": order})
    assert [each["code"] for each in again["data"]["rejectOrder"]["userErrors"]] == ["NOT_REJECTABLE"]
    async with database.read(EVERYTHING) as session:
        for table in (AuditEntry, OutboxMessage):
            assert await session.scalar(select(func.count()).select_from(table)) == 1


async def test_what_a_resolver_raises_is_reported_once(database: Database, both: tuple[Client, Client]) -> None:
    orders = [id_of(await make_order(database, await make_shop(database))) for _ in range(2)]
    document = """mutation ($ids: [ID!]) { rejectOrders(input: {orderIds: $ids, notify: false}) { rejectedCount } }"""
    before = outcomes().get("error", 0)
    for _ in range(2):
        answer = await same_answer(both, OPERATOR, document, {"ids": orders})
        assert "several brands" in answer["errors"][0]["message"]
    assert outcomes()["error"] > before


async def test_a_cost_is_charged_once_even_if_graphql_core_completes_the_payload(
    database_url: str, tmp_path: Path, clock: Clock, database: Database
) -> None:
    shop = await make_shop(database)
    orders = [id_of(await make_order(database, shop, total_quantity=3_000_000_000)) for _ in range(2)]
    async with serving(database_url, tmp_path, clock, compiled=True, edge=Edge(rate_limit=100)) as server:
        client = server.as_(shop.member())
        charged = []
        for order in orders:  # the first time, the document is not known
            answer = await client.execute(REJECT, id=order)
            assert answer["data"]["rejectOrder"]["userErrors"] == []
            charged.append(answer["extensions"]["cost"]["requested"])
        assert charged[0] == charged[1]
        assert answer["extensions"]["cost"]["remaining"] == 100 - sum(charged)


async def test_switches_fragments_and_several_mutations(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    order = id_of(await make_order(database, shop))
    document = """mutation Assign($id: ID!, $who: String, $yes: Boolean!, $locale: Locale) {
        ... on Mutation { assignOrder(input: {orderId: $id, actorId: $who}) { ...P @include(if: $yes)
            userErrors { ... on UserError { kind } code @skip(if: $yes) } } } }
        fragment P on AssignOrderPayload { order { statusLabel(locale: $locale) ... on Node { id } } }"""
    for yes in (True, False, None, "no"):
        for locale in ("JA", None, "XX"):
            await same_answer(
                both, shop.member(), document, {"id": order, "who": "mem-1", "yes": yes, "locale": locale}
            )
    two = """mutation ($id: ID!) { a: assignOrder(input: {orderId: $id}) { userErrors { code } }
        b: assignOrder(input: {orderId: $id}) { order { code } userErrors { code } } }"""
    before = outcomes().get("several mutations", 0)
    for _ in range(2):
        await same_answer(both, shop.member(), two, {"id": order})
    assert outcomes()["several mutations"] > before
    other = {"id": id_of(await make_order(database, await make_shop(database))), "who": None, "yes": True}
    await same_answer(both, shop.member(), document, other)
    await same_answer(both, shop.member(), document, other | {"id": f"ord_{new_id().hex}"})


async def test_get_runs_no_mutation(database: Database, both: tuple[Client, Client]) -> None:
    shop = await make_shop(database)
    order = id_of(await make_order(database, shop))
    document = (
        f'mutation {{ assignOrder(input: {{orderId: "{order}", actorId: "mem-1"}}) {{ userErrors {{ code }} }} }}'
    )
    await same_answer(both, shop.member(Role.READ), document, {})
    answers = [
        await each.http.get("/graphql", params={"query": document}, headers=each.as_(shop.member()).headers)
        for each in both
    ]
    assert [each.status_code for each in answers] == [405, 405]
    assert answers[0].content == answers[1].content
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 0
