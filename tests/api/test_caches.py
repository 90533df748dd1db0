"""What a client's cache needs: ids, the changed objects in payloads, the ids of what is gone, edges to insert."""

from typing import Any

import pytest

from models.database.sessions import Database
from models.invoice import InvoiceStatus
from models.policy import OrderStatus, Role
from tests.support.client import Client, id_of
from tests.support.factories import (
    Shop,
    add_cart,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    make_tag,
)

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def test_invoices_and_their_orders_come_back(database: Database, api: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop, status=OrderStatus.OC_CONFIRMED) for _ in range(2)]
    member = api.as_(shop.member())

    async def run(name: str, type: str, selection: str, **input: Any) -> dict[str, Any]:
        document = f"""mutation ($input: {type}!) {{ {name}(input: $input) {{
          {selection} orders {{ id }} userErrors {{ code kind }} }} }}"""
        payload: dict[str, Any] = (await member.data(document, input=input))[name]
        assert {order["id"] for order in payload["orders"]} == {id_of(order) for order in orders}
        return payload

    async def draft() -> str:
        ids = [id_of(order) for order in orders]
        made = await run("createInvoiceForOrders", "CreateInvoiceForOrdersInput", "invoice { id }", orderIds=ids)
        id: str = made["invoice"]["id"]
        return id

    id = await draft()
    issued = await run("issueInvoice", "IssueInvoiceInput", "invoice { id status }", invoiceId=id)
    assert issued["invoice"] == {"id": id, "status": "ISSUED"}
    again = await run("issueInvoice", "IssueInvoiceInput", "invoice { id }", invoiceId=id)
    assert again["invoice"] is None
    assert again["userErrors"] == [{"code": "NOT_ALLOWED_IN_STATUS", "kind": "REFUSED"}]
    void = await run("voidInvoice", "VoidInvoiceInput", "invoice { id isVoid }", invoiceId=id)
    assert void["invoice"] == {"id": id, "isVoid": True}
    second = await draft()
    deleted = await run("deleteInvoice", "DeleteInvoiceInput", "deletedInvoiceId", invoiceId=second)
    assert deleted["deletedInvoiceId"] == second


async def test_the_id_of_a_deleted_delivery_note_comes_back(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    note = id_of(await add_delivery_note(database, order))
    document = """mutation ($id: ID!) { deleteDeliveryNote(input: {deliveryNoteId: $id}) {
      deletedDeliveryNoteId userErrors { kind } } }"""
    member = api.as_(shop.member())
    first, second = [(await member.data(document, id=note))["deleteDeliveryNote"] for _ in range(2)]
    assert first == {"deletedDeliveryNoteId": note, "userErrors": []}
    assert second == {"deletedDeliveryNoteId": None, "userErrors": [{"kind": "NOT_FOUND"}]}


async def test_viewer_and_settings_have_ids_of_their_own(database: Database, api: Client, shop: Shop) -> None:
    query = "{ viewer { id } brandSettings { id } }"
    admin, other = api.as_(shop.member(Role.ADMIN)), api.as_((await make_shop(database)).member(Role.ADMIN))
    mine = await admin.data(query)
    assert mine == await admin.data(query)
    for kind, found in (("Viewer", mine["viewer"]), ("BrandSettings", mine["brandSettings"])):
        assert (await admin.data(NODE, id=found["id"]))["node"] == {"__typename": kind, "id": found["id"]}
        assert (await other.data(NODE, id=found["id"]))["node"] is None
    buyer = api.as_(shop.buyer_user())
    assert (await buyer.data(NODE, id=mine["brandSettings"]["id"]))["node"] is None


async def test_a_cart_has_an_id_that_only_its_readers_see(database: Database, api: Client, shop: Shop) -> None:
    await add_cart(database, await make_order(database, shop))
    query = "query ($id: ID!) { carts(buyerId: $id) { id } }"
    buyer = api.as_(shop.buyer_user())
    [cart] = (await buyer.data(query, id=id_of(shop.buyer)))["carts"]
    for actor, expected in (
        (shop.buyer_user(), {"__typename": "Cart", "id": cart["id"]}),
        (shop.buyer_user(await make_buyer(database, shop.brand)), None),
        ((await make_shop(database)).member(), None),
    ):
        assert (await api.as_(actor).data(NODE, id=cart["id"]))["node"] == expected


async def test_a_new_tag_is_an_entry_of_the_connection(database: Database, api: Client, shop: Shop) -> None:
    for code in ("a", "c"):
        await make_tag(database, shop.brand.id, code)
    member = api.as_(shop.member())
    made = await member.data(
        """mutation { createTag(input: {code: "b", name: "B"}) { tag { id } tagEdge { cursor node { id } } } }"""
    )
    edge = made["createTag"]["tagEdge"]
    assert edge["node"] == made["createTag"]["tag"]
    query = """query ($after: String) { tagConnection(first: 5, after: $after) {
      totalCount nodes { code } edges { cursor } } }"""
    everything = (await member.data(query))["tagConnection"]
    assert ([node["code"] for node in everything["nodes"]], everything["totalCount"]) == (["a", "b", "c"], 3)
    assert everything["edges"][1]["cursor"] == edge["cursor"]
    after = (await member.data(query, after=edge["cursor"]))["tagConnection"]
    assert [node["code"] for node in after["nodes"]] == ["c"]
    assert (await api.as_(shop.buyer_user()).data(query))["tagConnection"]["nodes"] == []


async def test_a_blocking_document_is_the_node_itself(database: Database, api: Client, shop: Shop) -> None:
    member = api.as_(shop.member())
    query = """{ orders(first: 50) { nodes { rejectionBlockers { ... on Blocker { message documents { id code node {
      __typename id ... on Invoice { status } ... on DeliveryNote { comment } } } } } } } }"""
    counts = []
    for _ in range(2):
        order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
        note = await add_delivery_note(database, order)
        invoice = await add_invoice(database, order, status=InvoiceStatus.ISSUED)
        with member.statements() as statements:
            nodes = (await member.data(query))["orders"]["nodes"]
        counts.append(len(statements))
    blockers = [each["rejectionBlockers"] for each in nodes if each["rejectionBlockers"]]
    shown = [
        [(each["node"]["__typename"], each["id"], each["node"]["id"]) for each in blocker["documents"]]
        for of_order in blockers
        for blocker in of_order
    ]
    for kind, id in (("DeliveryNote", id_of(note)), ("Invoice", id_of(invoice))):
        assert [(kind, id, id)] in shown
    assert counts[0] == counts[1], "the number of statements does not depend on the number of orders"


async def test_kinds_of_events_and_mails_are_enums(database: Database, api: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    member = api.as_(shop.member())
    await member.data(
        "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }",
        id=id_of(order),
    )
    found = await member.data(
        "{ history(filter: {kinds: [ORDER_REJECTED]}) { nodes { kind order { notifications { kind } } } } }"
    )
    [event] = found["history"]["nodes"]
    assert event == {"kind": "ORDER_REJECTED", "order": {"notifications": [{"kind": "ORDER_REJECTED"}]}}
    error = await member.error("{ history(filter: {kinds: [OTHER]}) { totalCount } }")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
