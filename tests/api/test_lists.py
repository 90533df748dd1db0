"""catalogs, skus, invoices, deliveryNotes and notifications as lists: what their filters find, and who sees what."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.base import new_id
from models.catalog import Catalog, Sku, SkuPicture
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.invoice import InvoiceStatus
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.papers.pictures import clean_picture
from tests.importing.test_skus import a_picture
from tests.support.client import Client, id_of
from tests.support.factories import (
    NOON,
    OPERATOR,
    Shop,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    save,
)

PAGED = "nodes { %s } pageInfo { endCursor startCursor hasNextPage } totalCount"
LISTS = {
    "catalogs": f"query ($first: Int, $after: String, $last: Int, $before: String, $search: String) {{ list: catalogs("
    f"first: $first, after: $after, last: $last, before: $before, search: $search) {{ {PAGED % 'code'} }} }}",
    "skus": "query ($first: Int, $after: String, $last: Int, $before: String, $search: String, $numbers: [String!]) {"
    " list: skus(first: $first, after: $after, last: $last, before: $before, search: $search, numbers: $numbers) {"
    f" {PAGED % 'number'} }} }}",
    "invoices": "query ($first: Int, $after: String, $last: Int, $before: String, $filter: InvoiceFilter) { list:"
    " invoices(first: $first, after: $after, last: $last, before: $before, filter: $filter) {"
    f" {PAGED % 'code orders { code }'} }} }}",
    "deliveryNotes": "query ($first: Int, $after: String, $last: Int, $before: String, $filter: DeliveryNoteFilter) {"
    " list: deliveryNotes(first: $first, after: $after, last: $last, before: $before, filter: $filter) {"
    f" {PAGED % 'code order { code }'} }} }}",
    "notifications": "query ($first: Int, $after: String, $last: Int, $before: String, $status: [NotificationStatus!],"
    " $kind: [OrderMailKind!]) { list: notifications(first: $first, after: $after, last: $last, before: $before,"
    f" status: $status, kind: $kind) {{ {PAGED % 'id createdAt order { code }'} }} }}",
}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def page(client: Client, name: str, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(LISTS[name], **variables))["list"]
    return found


async def found_in(client: Client, name: str, key: str = "code", **variables: Any) -> list[str]:
    found = await page(client, name, **variables)
    assert found["totalCount"] == len(found["nodes"])
    return [node[key] for node in found["nodes"]]


async def test_catalogs_and_skus_are_found_by_their_words(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    await save(database, Catalog(brand_id=shop.brand.id, code="AW27", name="Autumn/Winter 2027"))
    extra = {"brand_id": shop.brand.id, "model_number": "COAT-7"}
    await save(
        database, Sku(number="coat-7-s", name="Wollmantel Äther", **extra), Sku(number="7", name="50% off", **extra)
    )
    member, buyer = api.as_(shop.member(Role.READ)), api.as_(shop.buyer_user())
    for client in (member, buyer):
        assert await found_in(client, "catalogs") == ["AW27", "SS27"]
        assert await found_in(client, "catalogs", search="WINTER aw") == ["AW27"]
        assert await found_in(client, "catalogs", search="%") == []
        assert await found_in(client, "skus", "number") == ["7", "SKU-1", "SKU-2", "SKU-3", "coat-7-s"]
        for search, expected in {
            "sku": 3,
            "model-2": 1,
            "ＳＫＵ-１": 1,
            "coat": 2,
            "äther": 1,
            "50%": 1,
            "none": 0,
        }.items():
            assert len(await found_in(client, "skus", "number", search=search)) == expected, search
        assert await found_in(client, "skus", "number", numbers=["SKU-2", " 7 ", "sku-1"]) == ["7", "SKU-2"]
        assert await found_in(client, "skus", "number", numbers=[], search="sku") == []
    assert await found_in(api.as_(other.member()), "catalogs", search="winter") == []
    assert (await page(api.as_(OPERATOR), "catalogs"))["totalCount"] == 3
    for name, variables, field in (
        ("skus", {"numbers": ["x"] * 101}, ["numbers"]),
        ("skus", {"numbers": ["a\0"]}, ["numbers", "0"]),
        ("skus", {"search": "x" * 201}, ["search"]),
        ("catalogs", {"search": "\0"}, ["search"]),
    ):
        error = await member.error(LISTS[name], **variables)
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", field)


async def test_invoices_are_filtered_and_shown_to_whom_they_concern(
    database: Database, api: Client, shop: Shop
) -> None:
    other, rival = await make_shop(database), await make_buyer(database, shop.brand)
    mine, his = await make_order(database, shop), await make_order(database, shop, buyer_id=rival.id)
    draft = await add_invoice(database, mine, code="draft")
    issued = await add_invoice(database, mine, code="issued", status=InvoiceStatus.ISSUED)
    void = await add_invoice(database, his, code="void", status=InvoiceStatus.VOID)
    foreign = await make_order(database, other)
    await add_invoice(database, foreign, code="theirs", status=InvoiceStatus.ISSUED)
    for hours, each in enumerate((draft, issued, void)):
        each.created_at = NOON + timedelta(hours=hours)
        await save(database, await merged(database, each))
    member, buyer = api.as_(shop.member()), api.as_(shop.buyer_user())
    assert await found_in(member, "invoices") == ["void", "issued", "draft"]
    assert await found_in(buyer, "invoices") == ["issued"]
    assert await found_in(api.as_(shop.buyer_user(rival)), "invoices") == ["void"]
    assert await found_in(api.as_(other.member()), "invoices") == ["theirs"]
    assert set(await found_in(api.as_(OPERATOR), "invoices")) == {"void", "issued", "draft", "theirs"}
    for filter, expected in (
        ({"status": ["DRAFT", "VOID"]}, ["void", "draft"]),
        ({"status": []}, []),
        ({"codes": [" issued ", "theirs", "nothing"]}, ["issued"]),
        ({"buyerIds": [id_of(rival)]}, ["void"]),
        ({"orderIds": [id_of(mine)]}, ["issued", "draft"]),
        ({"orderIds": [id_of(foreign)]}, []),
        ({"createdFrom": "2026-11-24T13:00:00Z"}, ["void", "issued"]),
        ({"createdFrom": "2026-11-24T12:00:00Z", "createdBefore": "2026-11-24T14:00:00Z"}, ["issued", "draft"]),
    ):
        assert await found_in(member, "invoices", filter=filter) == expected, filter
    assert await found_in(buyer, "invoices", filter={"status": ["DRAFT"]}) == []
    for filter, field in (
        ({"codes": ["x"] * 101}, ["filter", "codes"]),
        ({"codes": ["a\0"]}, ["filter", "codes", "0"]),
        ({"buyerIds": [id_of(mine)]}, ["filter", "buyerIds", "0"]),
        ({"createdFrom": "2026-11-24T14:00:00Z", "createdBefore": "2026-11-24T12:00:00Z"}, ["filter", "createdBefore"]),
    ):
        error = await member.error(LISTS["invoices"], filter=filter)
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", field)


async def merged(database: Database, row: Any) -> Any:
    async with database.read(EVERYTHING) as session:
        found = await session.merge(row)
        session.expunge(found)
        return found


async def test_delivery_notes_are_filtered_and_shown_to_whom_they_concern(
    database: Database, api: Client, shop: Shop
) -> None:
    other, rival = await make_shop(database), await make_buyer(database, shop.brand)
    mine, his = await make_order(database, shop), await make_order(database, shop, buyer_id=rival.id)
    for order, code in ((mine, "first"), (his, "second"), (await make_order(database, other), "theirs")):
        await add_delivery_note(database, order, code)
    await add_invoice(database, his)
    member = api.as_(shop.member(Role.READ))
    assert await found_in(member, "deliveryNotes") == ["second", "first"]
    assert await found_in(api.as_(shop.buyer_user()), "deliveryNotes") == ["first"]
    assert await found_in(api.as_(other.buyer_user()), "deliveryNotes") == ["theirs"]
    for filter, expected in (
        ({"invoiced": True}, ["second"]),
        ({"invoiced": False}, ["first"]),
        ({"buyerIds": [id_of(rival)], "codes": ["first"]}, []),
        ({"orderIds": [id_of(mine)]}, ["first"]),
        ({"createdBefore": "2026-11-24T12:00:00Z"}, []),
    ):
        assert await found_in(member, "deliveryNotes", filter=filter) == expected, filter
    # A draft is the brand's business.
    assert await found_in(api.as_(shop.buyer_user(rival)), "deliveryNotes", filter={"invoiced": True}) == []


async def test_notifications_are_found_by_their_status(database: Database, api: Client, shop: Shop) -> None:
    reject = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { notification { id } } }"""
    other = await make_shop(database)
    member = api.as_(shop.member())
    orders = [await make_order(database, shop, code=code) for code in ("one", "two", "three")]
    for order in orders:
        await member.data(reject, id=id_of(order))
    await api.as_(other.member()).data(reject, id=id_of(await make_order(database, other)))
    async with database.transaction(EVERYTHING) as session:
        failed = update(OutboxMessage).where(OutboxMessage.order_id == orders[1].id)
        await session.execute(failed.values(status=NotificationStatus.FAILED, leased_until=None))
    found = await page(member, "notifications", status=["FAILED"])
    assert [node["order"]["code"] for node in found["nodes"]] == ["two"]
    everything = await page(member, "notifications")
    assert [node["order"]["code"] for node in everything["nodes"]] == ["three", "two", "one"]
    assert (await page(member, "notifications", kind=["OC_CREATED"]))["totalCount"] == 0
    assert (await page(member, "notifications", kind=["ORDER_REJECTED"], status=[]))["nodes"] == []
    assert (await page(api.as_(OPERATOR), "notifications"))["totalCount"] == 4
    for client in (api.as_(shop.buyer_user()), api.as_((await make_shop(database)).member())):
        assert await page(client, "notifications") == {
            "nodes": [], "totalCount": 0, "pageInfo": {"endCursor": None, "startCursor": None, "hasNextPage": False},
        }  # fmt: skip


@pytest.mark.parametrize("name", list(LISTS))
async def test_pages_forwards_and_backwards_make_up_the_whole_list(
    database: Database, api: Client, shop: Shop, name: str
) -> None:
    """Documents of the same instant too; one statement a page, without what is counted or looked up besides."""
    member = api.as_(shop.member())
    make = maker(database, shop, member)[name]
    for number in range(7):
        await make(number)
    whole = (await page(member, name, first=50))["nodes"]
    assert len({str(node) for node in whole}) >= 7
    forwards: list[Any] = []
    after, more = None, True
    while more:
        found = await page(member, name, first=3, after=after)
        forwards += found["nodes"]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert forwards == whole
    last = await page(member, name, last=3)
    before = await page(member, name, last=3, before=last["pageInfo"]["startCursor"])
    assert before["nodes"] + last["nodes"] == whole[-6:]
    error = await member.error(LISTS[name], first=1, after="bm8")
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}


def maker(database: Database, shop: Shop, member: Client) -> dict[str, Callable[[int], Awaitable[object]]]:
    async def notification(_: int) -> None:
        order = await make_order(database, shop)
        document = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"
        await member.data(document, id=id_of(order))

    async def note(number: int) -> DeliveryNote:
        return await add_delivery_note(database, await make_order(database, shop), f"N{number}")

    async def invoice(number: int) -> object:
        return await add_invoice(database, await make_order(database, shop), code=f"I{number}")

    async def sku(number: int) -> None:
        await save(
            database, Sku(id=new_id(), brand_id=shop.brand.id, number=f"N{number}", model_number="M", name=str(number))
        )

    async def catalog(number: int) -> None:
        await save(database, Catalog(id=new_id(), brand_id=shop.brand.id, code=f"C{number}", name="Same"))

    return {
        "notifications": notification,
        "deliveryNotes": note,
        "invoices": invoice,
        "skus": sku,
        "catalogs": catalog,
    }


async def test_a_sku_has_barcode_position_and_picture(database: Database, api: Client, shop: Shop) -> None:
    data = clean_picture(a_picture()).data
    await save(database, SkuPicture(brand_id=shop.brand.id, digest="d1", data=data))
    looks = {"barcode": "4901777018686", "position": 7, "picture_digest": "d1"}
    await save(database, Sku(brand_id=shop.brand.id, model_number="COAT-7", number="A", name="Coat", **looks))
    for actor in (shop.member(Role.READ), shop.buyer_user()):
        query = "{ skus(first: 2) { nodes { barcode position picture } } }"
        coat, other = (await api.as_(actor).data(query))["skus"]["nodes"]
        picture = f"data:image/jpeg;base64,{b64encode(data).decode()}"
        assert coat == {"barcode": "4901777018686", "position": 7, "picture": picture}
        assert other == {"barcode": None, "position": None, "picture": None}
