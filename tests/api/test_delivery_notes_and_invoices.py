"""Backlog SKUs, delivery notes and invoices: they block a rejection while they are there, and release it when gone."""

import asyncio
from typing import Any

import pytest

from models.database.sessions import Database
from models.order import Order
from models.policy import OrderStatus
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order, make_shop
from tests.support.trace import trace

ORDER = """query ($id: ID!) { order(id: $id) { canReject deliveryStatus rejectionBlockers { code }
  deliveryNotes { id code } invoices { id isVoid } backlogSkus { id orderedQuantity remainingQuantity } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def run(client: Client, name: str, more: str = "", **input: Any) -> dict[str, Any]:
    kind = name[0].upper() + name[1:]
    document = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
                   userErrors {{ code message field }} blockers {{ code }} {more} }} }}"""
    payload: dict[str, Any] = (await client.data(document, input=input))[name]
    return payload


async def seen(client: Client, order: Order) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(ORDER, id=id_of(order)))["order"]
    return found


async def test_a_delivery_note_blocks_until_it_is_deleted(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    made = await run(member, "createDeliveryNote", "deliveryNote { id code }", orderId=id_of(order))
    assert made["userErrors"] == []
    after = await seen(member, order)
    assert (after["canReject"], after["deliveryStatus"]) == (False, "DELIVERY_NOTE_CREATED")
    again = await run(member, "createDeliveryNote", orderId=id_of(order))
    assert [blocker["code"] for blocker in again["blockers"]] == ["NOTHING_TO_DELIVER"]
    gone = await run(member, "deleteDeliveryNote", deliveryNoteId=made["deliveryNote"]["id"])
    assert gone["userErrors"] == []
    assert (await seen(member, order))["canReject"] is True


async def test_backlog_skus_are_delivered_in_parts_and_never_more_than_is_left(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100), (3, 100)])
    assert (await run(member, "createBacklogSkus", orderId=id_of(order)))["userErrors"] == []
    backlog = (await seen(member, order))["backlogSkus"]
    assert [each["remainingQuantity"] for each in backlog] == [5, 3]
    whole = await run(member, "createDeliveryNote", orderId=id_of(order))
    assert whole["userErrors"][0]["field"] == ["input", "backlogQuantities"]

    async def take(quantity: int) -> dict[str, Any]:
        quantities = [{"backlogSkuId": backlog[0]["id"], "quantity": quantity}]
        return await run(
            member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), backlogQuantities=quantities
        )

    first = await take(2)
    assert first["userErrors"] == []
    too_many = await take(4)
    assert too_many["userErrors"][0]["message"] == "Only 3 remain."
    assert [each["remainingQuantity"] for each in (await seen(member, order))["backlogSkus"]] == [3, 3]
    await run(member, "deleteDeliveryNote", deliveryNoteId=first["deliveryNote"]["id"])
    after = await seen(member, order)
    assert [each["remainingQuantity"] for each in after["backlogSkus"]] == [5, 3]
    assert [blocker["code"] for blocker in after["rejectionBlockers"]] == ["BACKLOG_SKUS_CREATED"]


async def test_concurrent_takers_share_what_is_left(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(5, 100)])
    await run(member, "createBacklogSkus", orderId=id_of(order))
    backlog = (await seen(member, order))["backlogSkus"][0]
    quantities = [{"backlogSkuId": backlog["id"], "quantity": 2}]
    clicks = [run(member, "createDeliveryNote", orderId=id_of(order), backlogQuantities=quantities) for _ in range(6)]
    done = await asyncio.gather(*clicks)
    assert sum(not payload["userErrors"] for payload in done) == 2
    assert (await seen(member, order))["backlogSkus"][0]["remainingQuantity"] == 1


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
async def test_invalid_quantities_are_refused(database: Database, member: Client, shop: Shop, quantity: int) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    await run(member, "createBacklogSkus", orderId=id_of(order))
    backlog = (await seen(member, order))["backlogSkus"][0]
    before = await trace(database)
    for sku, amount in ((backlog["id"], quantity), ("bls_nothing", 1)):
        quantities = [{"backlogSkuId": sku, "quantity": amount}]
        payload = await run(member, "createDeliveryNote", orderId=id_of(order), backlogQuantities=quantities)
        assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert await trace(database) == before


async def test_an_invoice_is_drafted_issued_and_voided_and_then_releases_the_order(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    made = await run(member, "createInvoice", "invoice { id }", orderId=id_of(order))
    invoice = made["invoice"]["id"]
    assert [blocker["code"] for blocker in (await seen(member, order))["rejectionBlockers"]] == ["INVOICE_EXISTS"]
    twice = await run(member, "createInvoice", orderId=id_of(order))
    assert [blocker["code"] for blocker in twice["blockers"]] == ["INVOICE_EXISTS"]
    assert (await run(member, "voidInvoice", invoiceId=invoice))["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"
    assert (await run(member, "issueInvoice", invoiceId=invoice))["userErrors"] == []
    assert (await run(member, "issueInvoice", invoiceId=invoice))["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"
    assert (await run(member, "deleteInvoice", invoiceId=invoice))["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"
    assert (await run(member, "voidInvoice", invoiceId=invoice))["userErrors"] == []
    after = await seen(member, order)
    assert (after["canReject"], after["invoices"]) == (True, [{"id": invoice, "isVoid": True}])


async def test_a_draft_can_be_deleted(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    made = await run(member, "createInvoice", "invoice { id }", orderId=id_of(order))
    assert (await run(member, "deleteInvoice", invoiceId=made["invoice"]["id"]))["userErrors"] == []
    assert (await seen(member, order))["invoices"] == []
    again = await run(member, "deleteInvoice", invoiceId=made["invoice"]["id"])
    assert [error["code"] for error in again["userErrors"]] == ["NOT_FOUND"]


async def test_an_invoiced_orders_note_is_kept(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    note = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order))
    await run(member, "createInvoice", orderId=id_of(order))
    payload = await run(member, "deleteDeliveryNote", deliveryNoteId=note["deliveryNote"]["id"])
    assert payload["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"


async def test_foreign_documents_look_like_missing_ones(
    database: Database, api: Client, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    note = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order))
    invoice = await run(member, "createInvoice", "invoice { id }", orderId=id_of(order))
    before = await trace(database)
    stranger = api.as_((await make_shop(database)).member())
    for name, input in (
        ("deleteDeliveryNote", {"deliveryNoteId": note["deliveryNote"]["id"]}),
        ("deleteInvoice", {"invoiceId": invoice["invoice"]["id"]}),
        ("issueInvoice", {"invoiceId": invoice["invoice"]["id"]}),
        ("voidInvoice", {"invoiceId": invoice["invoice"]["id"]}),
    ):
        assert [error["code"] for error in (await run(stranger, name, **input))["userErrors"]] == ["NOT_FOUND"]
    buyer = api.as_(shop.buyer_user())
    for name, input in (
        ("deleteDeliveryNote", {"deliveryNoteId": note["deliveryNote"]["id"]}),
        ("deleteInvoice", {"invoiceId": invoice["invoice"]["id"]}),
    ):
        assert [error["code"] for error in (await run(buyer, name, **input))["userErrors"]] == ["NOT_PERMITTED"]
    after = await trace(database)
    for table in ("delivery_notes", "delivery_note_lines", "invoices", "invoiced_orders"):
        assert after[table] == before[table]


def carton(*contents: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {"contents": [{"skuId": sku, "quantity": quantity} for sku, quantity in contents], **more}


PACKING = "deliveryNote { id cartons packing { number weightGrams contents { quantity sku { id } } } }"


async def test_cartons_are_given_one_by_one(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(4, 100), (3, 100)])
    one, two, other = (id_of(sku) for sku in shop.skus)
    cartons = [carton((one, 4), (two, 1), weightGrams=6200), carton((two, 2))]
    made = await run(member, "createDeliveryNote", PACKING, orderId=id_of(order), packing=cartons)
    assert made["userErrors"] == []
    note = made["deliveryNote"]
    assert note["cartons"] == 2
    assert [(each["number"], each["weightGrams"]) for each in note["packing"]] == [(1, 6200), (2, None)]
    assert note["packing"][0]["contents"] == [
        {"quantity": 4, "sku": {"id": one}},
        {"quantity": 1, "sku": {"id": two}},
    ]

    async def update(**input: Any) -> dict[str, Any]:
        return await run(member, "updateDeliveryNote", PACKING, deliveryNoteId=note["id"], **input)

    for packing, errors in (
        ([carton((one, 4))], [("packing", "SKU-2")]),
        ([carton((one, 4), (two, 4))], [("packing", "SKU-2")]),
        ([carton((one, 4), (two, 3), (other, 1))], [("packing.0.contents.2.skuId", "")]),
        ([carton((one, 4), (two, 3)), carton()], [("packing.1.contents", "")]),
        ([carton((one, 0), (one, 4), (two, 3))], [("packing.0.contents.0.quantity", "")]),
        ([carton((one, 4), (two, 3), weightGrams=0)], [("packing.0.weightGrams", "")]),
        ([carton()] * 1001, [("packing", "1,000")]),
    ):
        refused = await update(packing=packing)
        found = [(".".join(error["field"][1:]), error["message"]) for error in refused["userErrors"]]
        assert [field for field, _ in found] == [field for field, _ in errors]
        assert all(word in message for (_, message), (_, word) in zip(found, errors, strict=True))
    assert (await update(cartons=3))["userErrors"][0]["field"] == ["input", "cartons"]
    assert (await update(packing=cartons, cartons=3))["userErrors"][0]["field"] == ["input", "cartons"]
    assert (await update(trackingNumber="1"))["deliveryNote"]["packing"] == note["packing"]
    emptied = (await update(packing=[], cartons=3))["deliveryNote"]
    assert (emptied["cartons"], emptied["packing"]) == (3, [])


async def test_new_quantities_need_new_cartons(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED, lines=[(4, 100)])
    await run(member, "createBacklogSkus", orderId=id_of(order))
    (backlog,) = (await seen(member, order))["backlogSkus"]
    sku = id_of(shop.skus[0])

    def quantities(quantity: int) -> dict[str, Any]:
        return {"backlogQuantities": [{"backlogSkuId": backlog["id"], "quantity": quantity}]}

    made = await run(
        member, "createDeliveryNote", PACKING, orderId=id_of(order), packing=[carton((sku, 2))], **quantities(2)
    )
    note = made["deliveryNote"]["id"]
    refused = await run(member, "updateDeliveryNote", PACKING, deliveryNoteId=note, **quantities(3))
    assert [error["field"] for error in refused["userErrors"]] == [["input", "packing"]]
    changed = await run(
        member, "updateDeliveryNote", PACKING, deliveryNoteId=note, packing=[carton((sku, 3))], **quantities(3)
    )
    assert changed["deliveryNote"]["packing"][0]["contents"][0]["quantity"] == 3
