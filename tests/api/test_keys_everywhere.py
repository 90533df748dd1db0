"""Every mutation can be retried with an idempotency key; one on an order can name the version that it expects."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
)
from sqlalchemy import delete, func, select, update

from graph.schema import schema
from models.database.sessions import Database
from models.database.tables import metadata
from models.idempotency import IdempotencyKey, request_hash
from models.order import Order
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from resolvers.pruning import REFUSED_TWICE
from tests.support.client import Client, id_of
from tests.support.every_mutation import EveryMutation
from tests.support.factories import OPERATOR, add_delivery_note, make_order, make_shop

SCHEMA = build_schema(schema.as_str())
MUTATIONS = SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}
ON_A_DOCUMENT = {"orderId", "deliveryNoteId", "invoiceId", "notificationId"}
STALE = 1_000_000


def input_of(name: str) -> GraphQLInputObjectType:
    named = get_named_type(MUTATIONS[name].args["input"].type)
    assert isinstance(named, GraphQLInputObjectType)
    return named


def is_bulk(name: str) -> bool:
    """Those have a token instead of a version, and say of each order what was done (test_bulk_rejection.py, …)."""
    return "dryRun" in input_of(name).fields


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_takes_a_key_and_the_version_of_its_order(name: str) -> None:
    fields = input_of(name).fields
    payload = get_named_type(MUTATIONS[name].type)
    assert isinstance(payload, GraphQLObjectType)
    code = get_named_type(get_nullable_type(payload.fields["userErrors"].type)).fields["code"]
    codes = get_named_type(code.type)
    assert isinstance(codes, GraphQLEnumType)
    assert "IDEMPOTENCY_KEY_REUSED" in codes.values
    assert "idempotencyKey" in fields
    assert "at least 30 days" in (fields["idempotencyKey"].description or "")
    assert is_bulk(name) or "replayed" in payload.fields
    assert ("expectedVersion" in fields) == bool(ON_A_DOCUMENT & fields.keys())
    assert "expectedVersion" not in fields or "STALE_ORDER" in codes.values


def other(mutation: str, input: dict[str, Any]) -> dict[str, Any]:
    """The same input with one other value."""
    arguments = {name: value for name, value in input.items() if name != "idempotencyKey"}
    name, value = next((name, value) for name, value in arguments.items() if isinstance(value, str | list))
    type = get_named_type(input_of(mutation).fields[name].type)
    if isinstance(type, GraphQLEnumType):
        return input | {name: next(each for each in type.values if each != value)}
    return input | {name: f"{value}x" if isinstance(value, str) else [*value, "x"]}


# Inputs in which null can mean something else than to leave a field out.
CAN_EMPTY = ("update", "assign", "setExternal")


def meaning_the_same(mutation: str, input: dict[str, Any]) -> dict[str, Any]:
    """Arguments that change nothing of what the input asks for."""
    if mutation.startswith(CAN_EMPTY):
        return {}
    fields = {name: each.type for name, each in input_of(mutation).fields.items() if name not in input}
    same: dict[str, Any] = {name: None for name, kind in fields.items() if not isinstance(kind, GraphQLNonNull)}
    return same | ({"body": " \r\n"} if "body" in same else {}) | ({"notify": False} if "notify" in same else {})


# The server brings these up to date, or writes them, in the background.
NOT_COUNTED = {"analytics_sums", "analytics_marks", "order_counts", "webhook_deliveries"}
COUNTS = select(
    select(func.sum(Order.version)).scalar_subquery(),
    *(
        select(func.count()).select_from(table).scalar_subquery()
        for name, table in metadata.tables.items()
        if name not in NOT_COUNTED
    ),
)


async def counts(database: Database) -> Any:
    """The number of rows of each table, in one statement. Each change of an order adds to its version and the audit."""
    async with database.read(EVERYTHING) as session:
        return (await session.execute(COUNTS)).one()


@dataclass
class EachTwice(EveryMutation):
    """`tried`: the mutations that were sent twice."""

    tried: set[str] = field(default_factory=set)

    async def _do(self, client: Client, name: str, show: str = "", /, **input: Any) -> Any:
        if is_bulk(name):
            return await super()._do(client, name, show, **input)
        kind = name[0].upper() + name[1:]
        document = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
                       {show} replayed userErrors {{ code kind field }} }} }}"""
        input["idempotencyKey"] = f"{name} {len(self.done)}"

        async def send(**changes: Any) -> Any:
            return (await client.data(document, input=input | changes))[name]

        if "expectedVersion" in input_of(name).fields:
            before = await counts(self.database)
            [error] = (await send(expectedVersion=STALE))["userErrors"]
            assert error == {"code": "STALE_ORDER", "kind": "STALE", "field": ["input", "expectedVersion"]}
            assert await counts(self.database) == before, name
        payload = await super()._do(client, name, show, **input)
        before = await counts(self.database)
        again = await send()
        assert again == {each: payload[each] for each in again if each in payload} | {
            "replayed": True,
            "userErrors": [],
        }
        same = await send(**meaning_the_same(name, input))
        assert (same["replayed"], same["userErrors"]) == (True, []), (name, meaning_the_same(name, input))
        [error] = (await send(**other(name, input)))["userErrors"]
        assert error == {"code": "IDEMPOTENCY_KEY_REUSED", "kind": "CONFLICT", "field": ["input", "idempotencyKey"]}
        assert await counts(self.database) == before, name
        if name in REFUSED_TWICE:  # as after `orders prune`
            async with self.database.transaction(EVERYTHING) as session:
                await session.execute(delete(IdempotencyKey).where(IdempotencyKey.operation == name))
            before = await counts(self.database)
            assert (await send())["userErrors"], name
            assert await counts(self.database) == before, name
        self.tried.add(name)
        return payload


async def test_a_retry_with_the_key_does_nothing_twice_whatever_the_mutation(database: Database, api: Client) -> None:
    each_twice = EachTwice(database, api, await make_shop(database))
    await each_twice.run()
    assert each_twice.tried == {name for name in MUTATIONS if not is_bulk(name)}


REMOVE = """mutation ($input: DeleteTagInput!) { deleteTag(input: $input) {
              deletedTagId orderCount replayed userErrors { code } } }"""
SIGN_OUT = """mutation ($input: SignOutUserInput!) { signOutUser(input: $input) { signedOutAt userErrors { code } } }"""


async def test_a_retry_gives_what_only_the_first_answer_knew(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    order = id_of(await make_order(database, shop))
    new = 'mutation { createTag(input: {code: "vip", name: "VIP"}) { tag { id } } }'
    tag = (await admin.data(new))["createTag"]["tag"]["id"]
    apply = "mutation ($input: ApplyTagsInput!) { applyTags(input: $input) { userErrors { code } } }"
    await admin.data(apply, input={"orderId": order, "tagIds": [tag]})
    remove = {"tagId": tag, "removeFromOrders": True, "idempotencyKey": "k"}
    first, again = [(await admin.data(REMOVE, input=remove))["deleteTag"] for _ in range(2)]
    assert first == {"deletedTagId": tag, "orderCount": 1, "replayed": False, "userErrors": []}
    assert again == first | {"replayed": True}
    out = {"actorId": "left@example.com", "idempotencyKey": "k"}
    first, again = [(await admin.data(SIGN_OUT, input=out))["signOutUser"] for _ in range(2)]
    assert first["signedOutAt"]
    assert again == first


async def test_an_invoice_of_several_orders_has_the_version_of_its_first(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    ids = [id_of(await make_order(database, shop, status="OC_CONFIRMED")) for _ in range(2)]
    draft = """mutation ($input: CreateInvoiceForOrdersInput!) { createInvoiceForOrders(input: $input) {
                 invoice { id orders { version } } } }"""
    invoice = (await admin.data(draft, input={"orderIds": ids[::-1]}))["createInvoiceForOrders"]["invoice"]
    read = invoice["orders"][0]["version"]
    issue = "mutation ($input: IssueInvoiceInput!) { issueInvoice(input: $input) { userErrors { code } } }"
    answers = [
        await admin.data(issue, input={"invoiceId": invoice["id"], "expectedVersion": version})
        for version in (read - 1, read)
    ]
    assert [[error["code"] for error in answer["issueInvoice"]["userErrors"]] for answer in answers] == [
        ["STALE_ORDER"],
        [],
    ]


DELETE_NOTE = """mutation ($input: DeleteDeliveryNoteInput!) { deleteDeliveryNote(input: $input) {
                   deletedDeliveryNoteId replayed order { id } userErrors { code } } }"""


@pytest.mark.parametrize("role", [Role.WRITE, Role.OPERATOR])
async def test_a_retried_deletion_is_found_without_its_document(database: Database, api: Client, role: Role) -> None:
    """An operator belongs to no brand, in which the key could be looked up."""
    shop, other = await make_shop(database), await make_shop(database)
    client = api.as_(OPERATOR if role is Role.OPERATOR else shop.member(role))
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    note = await add_delivery_note(database, order)
    input = {"deliveryNoteId": id_of(note), "idempotencyKey": "k"}
    first, again = [(await client.data(DELETE_NOTE, input=input))["deleteDeliveryNote"] for _ in range(2)]
    assert first == {
        "deletedDeliveryNoteId": id_of(note),
        "replayed": False,
        "order": {"id": id_of(order)},
        "userErrors": [],
    }
    assert again == first | {"replayed": True}
    for stranger in (api.as_(shop.member(id="another")), api.as_(other.member())):
        [error] = (await stranger.data(DELETE_NOTE, input=input))["deleteDeliveryNote"]["userErrors"]
        assert error == {"code": "NOT_FOUND"}


CONFIRM = """mutation ($input: ConfirmOrderInput!) { confirmOrder(input: $input) { replayed userErrors { code } } }"""


async def test_line_breaks_make_no_other_request(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    input = {"orderId": id_of(await make_order(database, shop, status=OrderStatus.OC_CREATED)), "idempotencyKey": "k"}
    answers = []
    for body in ("Thanks.\nBye", "Thanks.\r\nBye", "Thanks.\rBye", "Thanks. Bye"):
        made = (await admin.data(CONFIRM, input=input | {"notify": True, "body": body}))["confirmOrder"]
        answers.append((made["replayed"], [error["code"] for error in made["userErrors"]]))
    assert answers == [(False, []), (True, []), (True, []), (False, ["IDEMPOTENCY_KEY_REUSED"])]


async def test_a_key_of_the_release_before_is_known(database: Database, api: Client) -> None:
    """That one took null for another request than leaving a field out: such a request is still found as it was sent."""
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    order = id_of(await make_order(database, shop, status=OrderStatus.OC_CREATED))
    input = {"orderId": order, "notify": False, "body": None, "idempotencyKey": "k"}
    assert (await admin.data(CONFIRM, input=input))["confirmOrder"]["userErrors"] == []
    before = {"order_id": order, "notify": False, "body": None, "idempotency_key": "k"}
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(IdempotencyKey).values(request_hash=request_hash(before)))
    assert (await admin.data(CONFIRM, input=input))["confirmOrder"] == {"replayed": True, "userErrors": []}
