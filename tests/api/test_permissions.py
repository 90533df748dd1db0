"""Every field of the API has a declared permission, and every role can do what the table says, and nothing else."""

import json
from typing import Any, cast

import pytest
import strawberry

from graph.core.binding import bindings, question
from graph.schema import BINDINGS
from models.actor import Actor
from models.database.sessions import Database
from models.permissions import EVERYBODY, Permission
from models.policy import OrderAction, Role
from tests.api.test_tenants import INTERNAL, everything_of
from tests.support.client import Client
from tests.support.factories import OPERATOR, Shop, make_shop
from tests.support.trace import trace
from tests.support.walk import KINDS, Walk


def actor_of(shop: Shop, role: Role) -> Actor:
    special = {Role.OPERATOR: OPERATOR, Role.BUYER: shop.buyer_user()}
    return special.get(role) or shop.member(role)


def codes(answer: dict[str, Any]) -> set[str]:
    """Of the errors and of the userErrors, not of the blockers."""
    found = {error["extensions"]["code"] for error in answer.get("errors", ())}
    for payload in (answer["data"] or {}).values():
        found |= {error["code"] for error in (payload or {}).get("userErrors", ())}
    return found


def roles_of(field: str) -> frozenset[Role]:
    return BINDINGS[field].roles


async def test_every_field_declares_its_permission(database: Database, api: Client) -> None:
    walk = await Walk.of(api.as_((await make_shop(database)).member()))
    there_are = {f"{'Query' if kind == 'query' else 'Mutation'}.{name}" for kind, name, _ in walk.fields()}
    assert there_are <= BINDINGS.keys()
    for field, binding in BINDINGS.items():
        type_, _, name = field.partition(".")
        description = cast(Any, walk.schema.type_map[type_]).fields[name].description
        assert binding.needs, f"{field} needs nothing"
        assert all(need in description for need in binding.needs), f"{field} does not describe its permission"
        assert all(code in description for code in binding.errors), f"{field} does not describe its errors"
    assert {need for binding in BINDINGS.values() for need in binding.needs} == set(Permission) | set(OrderAction)
    # Who may do nothing to an order may at least look.
    assert roles_of("Query.orders") == EVERYBODY


@pytest.mark.parametrize("root", ["query", "mutation"])
def test_a_field_that_declares_nothing_fails(root: str) -> None:
    def count() -> int:
        return 1

    @strawberry.type
    class Undeclared:
        something_new: int = 1

    @strawberry.type
    class Query:
        orders = question(count, needs=Permission.READ, description="The orders.")

    types: dict[str, Any] = {"query": Query} | {root: Undeclared}
    with pytest.raises(TypeError, match="somethingNew declares no permission"):
        bindings(strawberry.Schema(**types))


async def test_a_mutation_is_refused_to_exactly_the_roles_without_permission(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    ids = await everything_of(database, api, shop)
    walk = await Walk.of(api.as_(shop.member()))
    # What deletes comes last: the others need what it deletes.
    mutations = sorted(
        ((name, field) for kind, name, field in walk.fields() if kind == "mutation"),
        key=lambda each: each[0].startswith("delete"),
    )

    async def call(name: str, field: Any, role: Role) -> tuple[set[str], str]:
        document, variables = walk.document("mutation", name, depth=2), walk.variables(field, ids)
        answer = await api.as_(actor_of(shop, role)).execute(document, **variables)
        told = {error["code"] for error in ((answer["data"] and answer["data"][name]) or {}).get("userErrors", ())}
        assert told <= set(BINDINGS[f"Mutation.{name}"].errors), f"{name} describes no such error"
        return codes(answer), json.dumps(answer)

    before = await trace(database)
    tried = 0
    for name, field in mutations:
        for role in EVERYBODY - roles_of(f"Mutation.{name}"):
            told, answer = await call(name, field, role)
            variables = json.dumps(walk.variables(field, {kind: kind for kind in KINDS.values()}))
            # A buyer has no notifications and no tags to be told of.
            is_hidden = role is Role.BUYER and any(f'"{kind}"' in variables for kind in INTERNAL)
            assert "NOT_PERMITTED" in told or (is_hidden and told == {"NOT_FOUND"}), (name, role, answer)
            tried += 1
    assert await trace(database) == before, "a refusal must leave no trace"
    for name, field in mutations:
        for role in roles_of(f"Mutation.{name}"):
            told, answer = await call(name, field, role)
            assert "NOT_PERMITTED" not in told, (name, role, answer)
            tried += 1
    assert tried == len(mutations) * len(Role)


OF_ONE_APP = ("Order.externalReference", "Query.orderByReference")


async def test_a_query_is_answered_for_exactly_the_roles_with_permission(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    ids = await everything_of(database, api, shop)
    walk = await Walk.of(api.as_(shop.member()))
    for role in Role:
        client = api.as_(actor_of(shop, role))
        for kind, name, field in walk.fields():
            if kind == "query":
                special = {"orderByCode": {"code": "none"}, "events": {"brandCode": shop.brand.code}}.get(name, {})
                variables = walk.variables(field, ids) | special
                answer = await client.execute(walk.document(kind, name), **variables)
                assert "data" in answer, (name, role, answer)
                found = answer["data"] and answer["data"][name]
                nothing = not found or (isinstance(found, dict) and found.get("edges") == [])
                if role in roles_of(f"Query.{name}"):
                    assert not nothing or name in ("orderByCode", "orderByReference", "carts"), (name, role, answer)
                    assert "errors" not in answer, answer["errors"]
                else:
                    assert nothing, (name, role, answer)
                    assert codes(answer) <= {"NOT_PERMITTED"}


@pytest.mark.parametrize("role", Role)
async def test_internal_fields_are_shown_to_exactly_the_roles_with_permission(
    database: Database, api: Client, role: Role
) -> None:
    shop = await make_shop(database)
    ids = await everything_of(database, api, shop)
    client = api.as_(actor_of(shop, role))
    writer = api.as_(actor_of(shop, Role.WRITE))
    input = {"orderId": ids["Order"], "actorId": "mem-9", "actorName": "Ken Ito"}
    assign = "mutation ($input: AssignOrderInput!) { assignOrder(input: $input) { userErrors { code } } }"
    assert (await writer.data(assign, input=input))["assignOrder"]["userErrors"] == []
    input = {"orderId": ids["Order"], "externalReference": "ERP-1"}
    refer = (
        "mutation ($input: SetExternalReferenceInput!) { setExternalReference(input: $input) { userErrors { code } } }"
    )
    assert (await writer.data(refer, input=input))["setExternalReference"]["userErrors"] == []
    query = """{ orders { nodes { tags { id } notifications { id } history { nodes { id } } assignee { name }
                 externalReferences { reference } rejection { reason { id } note } } }
                 orderFacets { tags { count } reasons { count } } }"""
    answer = await client.data(query)
    nodes = answer["orders"]["nodes"]
    shown = {
        "Order.tags": any(node["tags"] for node in nodes),
        "Order.notifications": any(node["notifications"] for node in nodes),
        "OrderRejection.reason": any((node["rejection"] or {}).get("reason") for node in nodes),
        "OrderRejection.note": any((node["rejection"] or {}).get("note") for node in nodes),
        "Order.history": any(node["history"]["nodes"] for node in nodes),
        "Order.assignee": any(node["assignee"] for node in nodes),
        "Order.externalReferences": any(node["externalReferences"] for node in nodes),
        "OrderFacets.tags": bool(answer["orderFacets"]["tags"]),
        "OrderFacets.reasons": bool(answer["orderFacets"]["reasons"]),
        "Query.members": bool((await client.data("{ members { name } }"))["members"]),
        "Query.notifications": bool(
            (await client.data("{ notifications { nodes { id } } }"))["notifications"]["nodes"]
        ),
        "Query.history": bool((await client.data("{ history { nodes { id } } }"))["history"]["nodes"]),
        "Query.accountingExport": "errors" not in await client.execute("{ accountingExport { url } }"),
        "Query.historyExcel": "errors" not in await client.execute("{ historyExcel { url } }"),
        "Query.rejectionReasons": bool((await client.data("{ rejectionReasons { id } }"))["rejectionReasons"]),
        "Query.tags": bool((await client.data("{ tags { id } }"))["tags"]),
        "Query.tagConnection": bool(
            (await client.data("{ tagConnection { nodes { id } } }"))["tagConnection"]["nodes"]
        ),
    }
    assert ids
    internal = {field: binding for field, binding in BINDINGS.items() if Permission.READ_INTERNAL in binding.needs}
    # An app has references of its own: tests/api/test_external_references.py.
    internal = {field: each for field, each in internal.items() if field not in OF_ONE_APP}
    assert shown == {field: role in binding.roles for field, binding in internal.items()}
