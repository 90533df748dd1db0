"""The whole life of an order, as its users live it: one journey for each thing that can happen to it, through HTTP."""

import asyncio
import io
from email import message_from_bytes
from email.policy import default
from typing import Any

import openpyxl
import pypdf

from graph.cli.audit import verify
from models.database.sessions import Database
from tests.journeys.conftest import World
from tests.support.client import Client, id_of
from tests.support.factories import make_buyer


async def download(client: Client, url: str) -> bytes:
    response = await client.http.get(url)
    assert response.status_code == 200, response.text
    return bytes(response.content)


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


async def mails(world: World, count: int) -> list[Any]:
    """The mails that went out, once there are so many."""
    async with asyncio.timeout(60):
        while len(files := sorted(world.mail_folder.glob("*.eml"))) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


async def test_the_order_confirmation(world: World) -> None:
    order = await world.place()
    await world.done(world.brand, "createOrderConfirmation", orderId=order, notify=True, askBuyerApproval=True)
    assert (await world.ask(world.buyer, order, "statusLabel"))["statusLabel"] == (
        "Please check the contents of the OC"
    )
    await world.done(world.buyer, "refuseOrderConfirmation", orderId=order, comment="Eight would do")
    line = {"skuId": id_of(world.shop.skus[0]), "quantity": 8, "unitPrice": "12.00"}
    await world.done(world.brand, "updateOrderConfirmation", orderId=order, lines=[line])
    await world.done(world.buyer, "approveOrderConfirmation", orderId=order)
    await world.done(world.brand, "confirmOrder", orderId=order, notify=True, body="Thank you")

    select = (
        "status total { amount } original { total { amount } } confirmation { total { amount } } pdf { url filename }"
    )
    after = await world.ask(world.brand, order, select)
    assert (after["status"], after["total"]["amount"]) == ("OC_CONFIRMED", "96.00")
    assert (after["original"]["total"]["amount"], after["confirmation"]["total"]["amount"]) == ("125.00", "96.00")
    assert after["pdf"]["filename"].startswith("order-confirmation-")
    assert "96.00" in pdf_text(await download(world.brand, after["pdf"]["url"]))
    await world.done(world.brand, "makeOrderConfirmationEditable", orderId=order, notify=False)
    assert (await world.ask(world.brand, order, "status"))["status"] == "OC_CREATED"


async def test_sent_back_to_the_cart_and_ordered_again(world: World) -> None:
    order = await world.place(quantity=500)
    await world.done(world.brand, "sendOrderBackToCart", orderId=order, notify=True, body="We have 20 of these")
    query = """query ($id: ID!) { carts(buyerId: $id) { catalogCode sourceOrder { id }
               lines { quantity sku { id } unitPrice { amount } } } }"""
    cart = (await world.buyer.data(query, id=id_of(world.shop.buyer)))["carts"][0]
    assert (cart["sourceOrder"]["id"], cart["lines"][0]["quantity"]) == (order, 500)
    line = {"skuId": cart["lines"][0]["sku"]["id"], "quantity": 20, "unitPrice": "12.50"}
    await world.done(world.buyer, "updateCart", catalogCode="SS27", currency="GBP", lines=[line])
    anew = await world.place(world.buyer, quantity=20)
    assert (await world.ask(world.brand, anew, "replaces { id }"))["replaces"]["id"] == order
    assert (await world.buyer.data(query, id=id_of(world.shop.buyer)))["carts"] == []
    assert (await world.ask(world.brand, order, "availableActions"))["availableActions"] == ["ARCHIVE", "APPLY_TAGS"]


async def test_delivered_in_parts_and_invoiced(world: World) -> None:
    order = await world.confirmed()
    await world.done(world.brand, "createBacklogSkus", orderId=order)
    sku = (await world.ask(world.brand, order, "backlogSkus { id }"))["backlogSkus"][0]["id"]
    part = [{"backlogSkuId": sku, "quantity": 4}]
    made = await world.done(
        world.brand,
        "createDeliveryNote",
        "deliveryNote { id code pdf { url } }",
        orderId=order,
        backlogQuantities=part,
        trackingNumber="YT-4711",
    )
    note = made["deliveryNote"]
    assert "YT-4711" in pdf_text(await download(world.brand, note["pdf"]["url"]))
    drafted = await world.done(
        world.brand,
        "createInvoiceForDeliveryNotes",
        "invoice { id total { amount } pdf { url } }",
        deliveryNoteIds=[note["id"]],
    )
    invoice = drafted["invoice"]
    assert invoice["total"]["amount"] == "50.00"
    assert "50.00" in pdf_text(await download(world.brand, invoice["pdf"]["url"]))
    blocked = await world.do(world.brand, "rejectOrder", "blockers { code }", orderId=order, notify=False)
    assert [blocker["code"] for blocker in blocked["blockers"]] == [
        "DELIVERY_NOTE_EXISTS",
        "INVOICE_EXISTS",
        "BACKLOG_SKUS_CREATED",
    ]
    await world.done(world.brand, "issueInvoice", invoiceId=invoice["id"])
    await world.done(world.brand, "voidInvoice", invoiceId=invoice["id"])
    await world.done(world.brand, "deleteDeliveryNote", deliveryNoteId=note["id"])
    after = await world.ask(world.brand, order, "backlogSkus { remainingQuantity } rejectionBlockers { code }")
    assert after == {
        "backlogSkus": [{"remainingQuantity": 10}],
        "rejectionBlockers": [{"code": "BACKLOG_SKUS_CREATED"}],
    }


async def test_invoiced_before_it_is_confirmed_and_released_by_deleting_the_draft(world: World) -> None:
    order = await world.place()
    await world.done(world.brand, "createOrderConfirmation", orderId=order, notify=False, askBuyerApproval=False)
    drafted = await world.done(world.brand, "createInvoice", "invoice { id } order { canReject }", orderId=order)
    assert drafted["order"]["canReject"] is False
    released = await world.done(world.brand, "deleteInvoice", "order { canReject }", invoiceId=drafted["invoice"]["id"])
    assert released["order"]["canReject"] is True


async def test_tags(world: World) -> None:
    one, two = await world.place(), await world.place()
    made = await world.done(world.brand, "createTag", "tag { id }", code="late", name="Late", color="#D83A3A")
    tag = made["tag"]["id"]
    await world.done(world.brand, "updateTag", tagId=tag, name="Too late")
    await world.done(world.brand, "applyTags", orderId=one, tagIds=[tag])
    await world.done(world.brand, "applyTagsToOrders", orderIds=[one, two], tagIds=[tag], mode="ADD")
    found = "query ($tags: [ID!]) { orders(filter: {tagIds: $tags}) { totalCount nodes { tags { name } } } }"
    seen = (await world.brand.data(found, tags=[tag]))["orders"]
    assert (seen["totalCount"], seen["nodes"][0]["tags"]) == (2, [{"name": "Too late"}])
    assert (await world.ask(world.buyer, one, "tags { name }"))["tags"] == []
    in_use = await world.do(world.brand, "deleteTag", "orderCount", tagId=tag, removeFromOrders=False)
    assert (in_use["userErrors"][0]["field"], in_use["orderCount"]) == (["input", "removeFromOrders"], 2)
    await world.done(world.brand, "deleteTag", tagId=tag, removeFromOrders=True)
    assert (await world.ask(world.brand, one, "tags { name }"))["tags"] == []


async def test_in_bulk(world: World) -> None:
    orders = [await world.place() for _ in range(4)]
    confirmed = await world.confirmed()
    await world.done(
        world.brand,
        "createOrderConfirmations",
        "doneCount",
        orderIds=orders[:2],
        notify=False,
        askBuyerApproval=False,
    )
    drafted = await world.done(world.brand, "createInvoice", "invoice { code }", orderId=orders[0])
    command = {
        "filter": {"search": world.shop.buyer.unique_code},
        "notify": True,
        "body": "Sold out",
        "idempotencyKey": "k",
    }
    select = "rejectedCount skippedCount results { orderId blockers { code documents { code } } }"
    payload = await world.done(world.brand, "rejectOrders", select, **command)
    assert (payload["rejectedCount"], payload["skippedCount"]) == (3, 2)
    why = {each["orderId"]: each["blockers"] for each in payload["results"] if each["blockers"]}
    assert why == {
        confirmed: [{"code": "STATUS_NOT_ELIGIBLE_FOR_BULK", "documents": []}],
        orders[0]: [{"code": "INVOICE_EXISTS", "documents": [{"code": drafted["invoice"]["code"]}]}],
    }
    assert await world.done(world.brand, "rejectOrders", select, **command) == payload
    assert len(await mails(world, 3)) == 3
    archived = await world.done(world.brand, "archiveOrders", "doneCount skippedCount", orderIds=[*orders, confirmed])
    assert (archived["doneCount"], archived["skippedCount"]) == (3, 2)
    await world.done(world.brand, "confirmOrders", "doneCount", orderIds=[orders[0]], notify=False)


async def test_a_rejected_order_keeps_its_documents_and_refuses_everything_else(world: World) -> None:
    order = await world.place()
    await world.done(world.brand, "rejectOrder", orderId=order, notify=False)
    select = """statusLabel availableActions pdf { url } excel { url }
                actions { action allowed blockers { code } } rejection { rejectedBy }"""
    after = await world.ask(world.brand, order, select)
    assert (after["statusLabel"], after["availableActions"]) == ("Order rejected by brand", ["ARCHIVE", "APPLY_TAGS"])
    assert "REJECTED" in pdf_text(await download(world.brand, after["pdf"]["url"]))
    book = openpyxl.load_workbook(io.BytesIO(await download(world.brand, after["excel"]["url"])))
    assert "Order rejected by brand" in {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    refused = await world.do(
        world.brand,
        "createOrderConfirmation",
        "blockers { code }",
        orderId=order,
        notify=False,
        askBuyerApproval=False,
    )
    told = next(each for each in after["actions"] if each["action"] == "CREATE_CONFIRMATION")
    assert (told["allowed"], told["blockers"]) == (False, refused["blockers"])
    assert refused["userErrors"][0]["code"] == "ORDER_REJECTED"
    await world.done(world.brand, "archiveOrder", orderId=order)
    seen = (await world.brand.data("{ orders { nodes { id } } }"))["orders"]["nodes"]
    assert order not in [each["id"] for each in seen]
    assert await world.ask(world.brand, order, "isArchived isRejected") == {"isArchived": True, "isRejected": True}


async def test_the_history_of_judgment(world: World, database: Database) -> None:
    kept, declined = await world.place(), await world.place()
    await world.done(world.brand, "rejectOrder", orderId=declined, notify=True, body="Sold out")
    await world.done(world.admin, "createTag", code="late", name="Late")
    of_order = (await world.ask(world.brand, declined, "history { nodes { kind actor } }"))["history"]["nodes"]
    assert of_order == [
        {"kind": "ORDER_PLACED", "actor": "Mina Sato"},
        {"kind": "ORDER_REJECTED", "actor": "Mina Sato"},
    ]
    query = """query ($filter: HistoryFilter) { history(first: 10, filter: $filter) {
               totalCount nodes { kind actor summary order { id } } } historyExcel(filter: $filter) { url } }"""
    judged = await world.brand.data(query, filter={"kinds": ["ORDER_REJECTED"]})
    assert judged["history"] == {
        "totalCount": 1,
        "nodes": [
            {
                "kind": "ORDER_REJECTED",
                "actor": "Mina Sato",
                "summary": "Order rejected, the buyer is notified (was: Please create an OC)",
                "order": {"id": declined},
            }
        ],
    }
    by_admin = (await world.brand.data(query, filter={"actors": ["Ada Lindqvist"]}))["history"]
    assert [node["kind"] for node in by_admin["nodes"]] == ["TAG_CREATED"]
    book = openpyxl.load_workbook(io.BytesIO(await download(world.brand, judged["historyExcel"]["url"])))
    assert "Sold out" in {cell.value for row in book["Rejections"].iter_rows() for cell in row}
    assert await verify(database, None)
    assert (await world.ask(world.brand, kept, "history { totalCount }"))["history"]["totalCount"] == 1


async def test_the_figures_leave_it_out_and_show_what_was_declined(world: World) -> None:
    kept, declined = await world.place(quantity=2), await world.place(quantity=4)
    await world.done(world.brand, "rejectOrder", orderId=declined, notify=False)
    query = """{ orderAnalytics(groupBy: PRODUCT) { orderCount totalQuantity totals { amount currency }
                 groups { key orderCount } rejected { orderCount totals { amount } byActor { label orderCount } } }
                 orders(filter: {status: [OC_REQUIRED]}) { nodes { id totalQuantity } }
                 orderAnalyticsExcel { url } }"""
    data = await world.brand.data(query)
    figures, listed = data["orderAnalytics"], data["orders"]["nodes"]
    assert [each["id"] for each in listed] == [kept]
    assert (figures["orderCount"], figures["totalQuantity"]) == (1, listed[0]["totalQuantity"])
    assert figures["totals"] == [{"amount": "25.00", "currency": "GBP"}]
    assert figures["rejected"] == {
        "orderCount": 1,
        "totals": [{"amount": "50.00"}],
        "byActor": [{"label": "Mina Sato", "orderCount": 1}],
    }
    book = openpyxl.load_workbook(io.BytesIO(await download(world.brand, data["orderAnalyticsExcel"]["url"])))
    assert any(sheet._charts for sheet in book.worksheets)


async def test_mails(world: World, database: Database) -> None:
    order = await world.place()
    query = """query ($id: ID!) { orderMailPreview(orderId: $id, kind: OC_CREATED, body: "よろしくお願いします") {
               to subject text } }"""
    shown = (await world.brand.data(query, id=order))["orderMailPreview"]
    await world.done(
        world.brand,
        "createOrderConfirmation",
        orderId=order,
        notify=True,
        body="よろしくお願いします",
        askBuyerApproval=False,
    )
    (mail,) = await mails(world, 1)
    assert (mail["To"], mail["Subject"]) == (", ".join(shown["to"]), shown["subject"])
    assert "よろしくお願いします" in mail.get_body(("plain",)).get_content()
    select = "notifications { id kind status }"
    async with asyncio.timeout(60):  # it is written down as sent a moment after it was
        while (notices := (await world.ask(world.brand, order, select))["notifications"])[0]["status"] == "PENDING":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert [(each["kind"], each["status"]) for each in notices] == [("OC_CREATED", "SENT")]
    again = await world.do(world.brand, "resendNotification", notificationId=notices[0]["id"])
    assert again["userErrors"][0]["code"] == "NOT_ALLOWED_IN_STATUS"


async def test_the_buyers_side(world: World, database: Database) -> None:
    order = await world.place(world.buyer)
    other = await make_buyer(database, world.shop.brand)
    theirs = await world.place(buyerId=id_of(other))
    await world.done(world.brand, "rejectOrder", orderId=order, notify=True, body="Sold out, sorry")
    select = """statusLabel tags { code } history { nodes { kind } } notifications { id }
                rejection { rejectedBy body } rejectionBlockers { code }"""
    assert await world.ask(world.buyer, order, select) == {
        "statusLabel": "Order declined",
        "tags": [],
        "history": {"nodes": []},
        "notifications": [],
        "rejection": {"rejectedBy": "Northlight Trading", "body": "Sold out, sorry"},
        "rejectionBlockers": [{"code": "NOT_PERMITTED"}],
    }
    assert await world.ask(world.buyer, theirs, "code") is None
    assert (await world.buyer.data("{ orders { nodes { id } } }"))["orders"]["nodes"] == [{"id": order}]
    refused = await world.do(world.buyer, "rejectOrder", orderId=order, notify=False)
    assert [error["code"] for error in refused["userErrors"]] == ["NOT_PERMITTED"]


async def test_the_settings_of_a_brand(world: World) -> None:
    text = "Unfortunately we cannot take this order."
    settings = {"mailSenderName": "Northlight Sales", "mailReplyTo": "sales@northlight.example"}
    await world.done(world.admin, "updateBrandSettings", rejectionTextEn=text, archivingEnabled=False, **settings)
    order = await world.place()
    await world.done(world.brand, "rejectOrder", orderId=order, notify=True)
    (mail,) = await mails(world, 1)
    assert "Northlight Sales" in mail["From"]
    assert mail["Reply-To"] == "sales@northlight.example"
    assert text in mail.get_body(("plain",)).get_content()
    refused = await world.do(world.brand, "archiveOrder", "blockers { code }", orderId=order)
    assert refused["blockers"] == [{"code": "ARCHIVING_OFF"}]
    not_admin = await world.do(world.brand, "updateBrandSettings", archivingEnabled=True)
    assert [error["code"] for error in not_admin["userErrors"]] == ["NOT_PERMITTED"]


async def test_placed_by_hand(world: World) -> None:
    proxy = await world.place(code="PROXY-1", comment="Ordered by telephone")
    assert await world.place(code="PROXY-1", comment="Ordered by telephone") == proxy
    line = {"skuId": id_of(world.shop.skus[0]), "quantity": 0, "unitPrice": "12.505"}
    refused = await world.do(
        world.brand,
        "placeOrder",
        buyerId=id_of(world.shop.buyer),
        catalogCode="SS27",
        currency="GBP",
        lines=[line],
    )
    assert [error["field"] for error in refused["userErrors"]] == [["input", "lines", "0", "quantity"]]
    other = await world.do(
        world.brand,
        "placeOrder",
        buyerId=id_of(world.shop.buyer),
        catalogCode="SS27",
        currency="GBP",
        lines=[line | {"quantity": 3, "unitPrice": "12.50"}],
        code="PROXY-1",
    )
    assert [error["field"] for error in other["userErrors"]] == [["input", "code"]]
    seen = await world.ask(world.brand, proxy, "code status total { amount } history { nodes { summary } }")
    assert seen == {
        "code": "PROXY-1",
        "status": "OC_REQUIRED",
        "total": {"amount": "125.00"},
        "history": {"nodes": [{"summary": "Order placed (proxy order)"}]},
    }
