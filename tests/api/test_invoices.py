"""Invoices for several orders and for delivery notes: what they bill, whom they block, and how they add up."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from models.database.sessions import Database
from models.invoice import Invoice, InvoiceLine
from models.order import Order
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.api.test_delivery_notes_and_invoices import run, seen
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop
from tests.support.trace import trace

INVOICE = """query ($id: ID!) { node(id: $id) { ... on Invoice { code status total { amount currency }
  orders { code } deliveryNotes { code } lines(first: 50) { totalCount nodes { quantity unitPrice { amount }
  amount { amount } order { code } deliveryNote { code } sku { number } } } } } }"""
DRAFTED = "invoice { id code } orders { code canReject } refusedOrders { order { code } blockers { code } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def draft(client: Client, kind: str, *ids: str) -> dict[str, Any]:
    argument = "orderIds" if kind == "Orders" else "deliveryNoteIds"
    document = f"""mutation ($input: CreateInvoiceFor{kind}Input!) {{ createInvoiceFor{kind}(input: $input) {{
                   userErrors {{ code message field }} {DRAFTED} }} }}"""
    payload: dict[str, Any] = (await client.data(document, input={argument: list(ids)}))[f"createInvoiceFor{kind}"]
    return payload


async def invoice(client: Client, id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(INVOICE, id=id))["node"]
    return found


async def deliver(client: Client, order: Order, *parts: int) -> list[str]:
    """A note for each part of the order's first backlog SKU; the notes' ids."""
    await run(client, "createBacklogSkus", orderId=id_of(order))
    sku = (await seen(client, order))["backlogSkus"][0]["id"]
    notes = []
    for part in parts:
        quantities = [{"backlogSkuId": sku, "quantity": part}]
        made = await run(
            client, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), backlogQuantities=quantities
        )
        notes.append(made["deliveryNote"]["id"])
    return notes


async def test_one_invoice_bills_several_orders_and_blocks_each_until_it_is_void(
    database: Database, member: Client, shop: Shop
) -> None:
    first = await make_order(database, shop, status=OrderStatus.OC_CREATED, tax_minor=100, total_minor=4040)
    second = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(1, 700)])
    made = await draft(member, "Orders", id_of(second), id_of(first))
    assert made["userErrors"] == []
    assert [each["code"] for each in made["orders"]] == [second.code, first.code]
    assert not any(each["canReject"] for each in made["orders"])
    billed = await invoice(member, made["invoice"]["id"])
    assert (billed["status"], billed["total"]) == ("DRAFT", {"amount": "47.40", "currency": "GBP"})
    assert [line["order"]["code"] for line in billed["lines"]["nodes"]] == [second.code, first.code, first.code]
    assert await run(member, "issueInvoice", invoiceId=made["invoice"]["id"])
    assert await run(member, "voidInvoice", invoiceId=made["invoice"]["id"])
    assert [(await seen(member, each))["canReject"] for each in (first, second)] == [True, True]


async def test_all_or_nothing_is_invoiced_and_every_order_in_the_way_is_named(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    good = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    rejected = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    invoiced = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    await run(member, "createInvoice", orderId=id_of(invoiced))
    before = await trace(database)
    refused = await draft(member, "Orders", id_of(good), id_of(rejected), id_of(invoiced))
    assert refused["invoice"] is None
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("ORDER_REJECTED", ["input", "orderIds", "1"]),
        ("NOT_ALLOWED_IN_STATUS", ["input", "orderIds", "2"]),
    ]
    assert [(each["order"]["code"], each["blockers"][0]["code"]) for each in refused["refusedOrders"]] == [
        (rejected.code, "ALREADY_REJECTED"),
        (invoiced.code, "INVOICE_EXISTS"),
    ]
    other_buyer = await make_buyer(database, shop.brand)
    theirs = await make_order(database, shop, status=OrderStatus.OC_CREATED, buyer_id=other_buyer.id)
    yen = await make_order(database, shop, status=OrderStatus.OC_CREATED, currency="JPY")
    foreign = await make_order(database, await make_shop(database), status=OrderStatus.OC_CREATED)
    before = await trace(database)
    for ids, code, field in (
        ([id_of(good), id_of(theirs)], "INVALID_INPUT", ["input", "orderIds", "1"]),
        ([id_of(good), id_of(yen)], "INVALID_INPUT", ["input", "orderIds", "1"]),
        ([id_of(good), id_of(good)], "INVALID_INPUT", ["input", "orderIds", "1"]),
        ([id_of(good), id_of(foreign)], "NOT_FOUND", ["input", "orderIds", "1"]),
        ([id_of(good), "ord_nothing"], "NOT_FOUND", ["input", "orderIds", "1"]),
        ([], "INVALID_INPUT", ["input", "orderIds"]),
        ([id_of(good)] * 101, "INVALID_INPUT", ["input", "orderIds"]),
    ):
        payload = await draft(member, "Orders", *ids)
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, field)]
    buyers = await draft(api.as_(shop.buyer_user()), "Orders", id_of(good))
    assert [error["code"] for error in buyers["userErrors"]] == ["NOT_PERMITTED"]
    assert await trace(database) == before


async def test_the_invoices_of_its_notes_add_up_to_the_order(database: Database, member: Client, shop: Shop) -> None:
    # The same SKU on two lines at different prices, tax and shipping: 5 at 1.00 and 5 at 0.90, 1.50 and 3.00.
    order = await make_order(
        database,
        shop,
        status=OrderStatus.OC_CONFIRMED,
        lines=[(5, 100), (1, 1), (1, 1), (5, 90)],
        tax_minor=150,
        shipping_minor=300,
        total_minor=1402,
    )
    notes = await deliver(member, order, 4, 6)
    first = await draft(member, "DeliveryNotes", notes[0])
    assert first["userErrors"] == []
    billed = await invoice(member, first["invoice"]["id"])
    assert billed["total"]["amount"] == "8.50"  # 4 at 1.00, tax, shipping
    assert [each["code"] for each in billed["deliveryNotes"]] == [billed["lines"]["nodes"][0]["deliveryNote"]["code"]]
    second = await draft(member, "DeliveryNotes", notes[1])
    rest = await invoice(member, second["invoice"]["id"])
    assert [(line["quantity"], line["unitPrice"]["amount"]) for line in rest["lines"]["nodes"]] == [
        (1, "1.00"),
        (5, "0.90"),
    ]
    assert rest["total"]["amount"] == "5.50"
    # Voided and made again, it bills the same, though another is in between.
    await run(member, "issueInvoice", invoiceId=first["invoice"]["id"])
    await run(member, "voidInvoice", invoiceId=first["invoice"]["id"])
    again = await draft(member, "DeliveryNotes", notes[0])
    assert (await invoice(member, again["invoice"]["id"]))["total"]["amount"] == "8.50"
    left = [
        {"backlogSkuId": each["id"], "quantity": 1}
        for each in (await seen(member, order))["backlogSkus"]
        if each["remainingQuantity"]
    ]
    last = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), backlogQuantities=left)
    third = await draft(member, "DeliveryNotes", last["deliveryNote"]["id"])
    amounts = [(await invoice(member, each["invoice"]["id"]))["total"]["amount"] for each in (again, second, third)]
    assert sum(map(Decimal, amounts)) == Decimal("14.02")


async def test_a_note_is_invoiced_once(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100)])
    one, two = await deliver(member, order, 2, 3)
    assert (await draft(member, "DeliveryNotes", one))["userErrors"] == []
    before = await trace(database)
    refused = await draft(member, "DeliveryNotes", one, two)
    assert [error["field"] for error in refused["userErrors"]] == [["input", "deliveryNoteIds", "0"]]
    assert await trace(database) == before
    assert (await draft(member, "DeliveryNotes", two))["userErrors"] == []
    none_left = await draft(member, "DeliveryNotes", two)
    assert [each["blockers"] for each in none_left["refusedOrders"]] == [[{"code": "NOTHING_TO_INVOICE"}]]
    told = "query ($id: ID!) { order(id: $id) { actions { action blockers { code } } } }"
    actions = (await member.data(told, id=id_of(order)))["order"]["actions"]
    assert {"action": "INVOICE_DELIVERY_NOTES", "blockers": [{"code": "NOTHING_TO_INVOICE"}]} in actions
    whole = await run(member, "createInvoice", orderId=id_of(order))
    assert [blocker["code"] for blocker in whole["blockers"]] == ["INVOICE_EXISTS"]


async def test_clicks_at_once_make_one_invoice_and_codes_have_no_gap(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100)])
    (note,) = await deliver(member, order, 5)
    other = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    clicks = [draft(member, "DeliveryNotes", note) for _ in range(4)]
    clicks += [draft(member, "Orders", id_of(other)) for _ in range(3)]
    done = [each["invoice"] for each in await asyncio.gather(*clicks) if each["invoice"]]
    assert len(done) == 2
    async with database.read(EVERYTHING) as session:
        codes = sorted(await session.scalars(select(Invoice.code)))
    assert codes == sorted(each["code"] for each in done)
    assert all(code.startswith("DRAFT-") for code in codes)
    query = "query ($id: ID!) { node(id: $id) { ... on Invoice { code number } } }"
    for each, number in zip(done, ("INV-000001", "INV-000002"), strict=True):
        assert (await member.data(query, id=each["id"]))["node"] == {"code": each["code"], "number": None}
        await run(member, "issueInvoice", "", invoiceId=each["id"])
        assert (await member.data(query, id=each["id"]))["node"] == {"code": number, "number": number}


async def test_a_note_is_changed_until_it_is_invoiced(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100)])
    (note,) = await deliver(member, order, 2)
    sku = (await seen(member, order))["backlogSkus"][0]["id"]
    more = "deliveryNote { trackingNumber comment isInvoiced lines { totalCount nodes { quantity sku { number } } } }"

    async def update(**changes: Any) -> dict[str, Any]:
        return await run(member, "updateDeliveryNote", more, deliveryNoteId=note, **changes)

    changed = await update(backlogQuantities=[{"backlogSkuId": sku, "quantity": 4}], trackingNumber=" JP-1 ")
    assert changed["userErrors"] == []
    assert changed["deliveryNote"] == {
        "trackingNumber": "JP-1",
        "comment": "",
        "isInvoiced": False,
        "lines": {"totalCount": 1, "nodes": [{"quantity": 4, "sku": {"number": "SKU-1"}}]},
    }
    assert (await seen(member, order))["backlogSkus"][0]["remainingQuantity"] == 1
    before = await trace(database)
    for quantity, message in ((6, "Only 5 remain."), (0, "A quantity is a whole number from 1 to 1,000,000,000.")):
        refused = await update(backlogQuantities=[{"backlogSkuId": sku, "quantity": quantity}])
        assert [error["message"] for error in refused["userErrors"]] == [message]
    assert (await update(backlogQuantities=[]))["userErrors"][0]["field"] == ["input", "backlogQuantities"]
    assert await trace(database) == before
    await draft(member, "DeliveryNotes", note)
    before = await trace(database)
    assert (await update(comment="Too late"))["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"
    gone = await run(member, "deleteDeliveryNote", deliveryNoteId=note)
    assert gone["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"
    assert await trace(database) == before


async def test_a_note_of_the_whole_order_keeps_its_quantities(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    made = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), comment="Two boxes")
    note = made["deliveryNote"]["id"]
    some = [{"backlogSkuId": "bls_nothing", "quantity": 1}]
    refused = await run(member, "updateDeliveryNote", deliveryNoteId=note, backlogQuantities=some)
    assert refused["userErrors"][0]["field"] == ["input", "backlogQuantities"]
    changed = await run(
        member, "updateDeliveryNote", "deliveryNote { comment updatedAt }", deliveryNoteId=note, comment=""
    )
    assert changed["deliveryNote"]["comment"] == ""
    assert changed["deliveryNote"]["updatedAt"]


async def test_a_note_of_a_voided_invoice_can_be_deleted_and_the_invoice_keeps_what_it_said(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100)])
    (note,) = await deliver(member, order, 5)
    made = await draft(member, "DeliveryNotes", note)
    await run(member, "issueInvoice", invoiceId=made["invoice"]["id"])
    await run(member, "voidInvoice", invoiceId=made["invoice"]["id"])
    assert (await run(member, "deleteDeliveryNote", deliveryNoteId=note))["userErrors"] == []
    said = await invoice(member, made["invoice"]["id"])
    assert (said["status"], said["total"]["amount"], said["deliveryNotes"]) == ("VOID", "5.00", [])
    assert said["lines"]["nodes"][0]["deliveryNote"] is None
    assert (await seen(member, order))["backlogSkus"][0]["remainingQuantity"] == 5


async def test_a_buyer_sees_an_invoice_once_it_is_issued(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    made = (await run(member, "createInvoice", "invoice { id }", orderId=id_of(order)))["invoice"]["id"]
    buyer = api.as_(shop.buyer_user())
    assert await invoice(buyer, made) is None
    assert (await seen(buyer, order))["invoices"] == []
    await run(member, "issueInvoice", invoiceId=made)
    assert (await invoice(buyer, made))["total"]["amount"] == "39.40"
    assert [each["id"] for each in (await seen(buyer, order))["invoices"]] == [made]
    stranger = api.as_(shop.buyer_user(await make_buyer(database, shop.brand)))
    assert await invoice(stranger, made) is None


async def test_lines_are_frozen_when_it_is_drafted(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    await run(member, "createInvoice", orderId=id_of(order))
    async with database.read(EVERYTHING) as session:
        sums = select(func.count(), func.sum(InvoiceLine.amount_minor)).where(InvoiceLine.order_id == order.id)
        assert tuple((await session.execute(sums)).one()) == (2, order.total_minor)
