"""Finding orders: pages, filters, sorts; a constant number of statements for a page of any length."""

import random
from datetime import timedelta
from typing import Any

import pytest

from models.catalog import Catalog
from models.database.sessions import Database
from models.invoice import InvoiceStatus
from models.order import Order
from models.policy import OrderStatus, Role
from models.tag import OrderTag
from tests.support.client import Client, id_of
from tests.support.factories import (
    NOON,
    OPERATOR,
    Shop,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    make_tag,
    save,
)

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilter, $sort: [OrderSort!]) {
  orders(first: $first, after: $after, last: $last, before: $before, filter: $filter, sort: $sort) {
    nodes { code } edges { cursor node { code } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""
EVERYTHING_SHOWN = """query ($first: Int!, $filter: OrderFilter) { orders(first: $first, filter: $filter) {
  totalCount pageInfo { endCursor } nodes {
    id code status statusLabel deliveryStatus isRejected isArchived version placedAt updatedAt totalQuantity
    total { amount currency } buyer { id uniqueCode name isOffline emailRecipients } subtotal { amount } comment
    tax { amount } shipping { amount } brand { code } catalog { code } replacedBy { code }
    lines(first: 2) { totalCount nodes { id quantity unitPrice { amount } amount { amount } sku { id number } } }
    tags { id code } canReject rejectionBlockers { code message documents { id code } } availableActions
    rejection { rejectedAt rejectedBy notified body } deliveryNotes { id code } invoices { id code isVoid }
    backlogSkus { id remainingQuantity sku { number } } notifications { id status }
    history(first: 3) { totalCount nodes { id kind at actor summary } } pdf { url } excel { url } } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def page(client: Client, **variables: Any) -> dict[str, Any]:
    connection: dict[str, Any] = (await client.data(PAGE, **variables))["orders"]
    return connection


async def codes(client: Client, **filter: Any) -> set[str]:
    return {node["code"] for node in (await page(client, first=100, filter=filter))["nodes"]}


async def a_crowd(database: Database, shop: Shop, size: int) -> list[Order]:
    """Orders with many equal dates and totals, in two currencies."""
    chance = random.Random(7)  # noqa: S311 - test data
    return [
        await make_order(
            database,
            shop,
            code=f"ORD-{number:03}",
            currency=chance.choice(["GBP", "JPY"]),
            lines=[(1, chance.choice([100, 200]))],
            placed_at=NOON + timedelta(days=chance.randrange(3)),
            updated_at=NOON + timedelta(days=chance.randrange(3), microseconds=chance.randrange(2)),
        )
        for number in range(size)
    ]


@pytest.mark.parametrize("field", ["PLACED_AT", "CODE", "TOTAL", "UPDATED_AT", "BUYER", "STATUS"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_forwards_and_backwards_make_up_the_whole_list(
    database: Database, member: Client, shop: Shop, field: str, direction: str
) -> None:
    await a_crowd(database, shop, 23)
    sort = [{"field": field, "direction": direction}]
    whole = [node["code"] for node in (await page(member, first=100, sort=sort))["nodes"]]
    assert len(set(whole)) == 23
    forwards: list[str] = []
    cursor, more = None, True
    while more:
        found = await page(member, first=5, after=cursor, sort=sort)
        assert found["totalCount"] == 23
        assert found["pageInfo"]["hasPreviousPage"] is bool(forwards)
        forwards += [edge["node"]["code"] for edge in found["edges"]]
        cursor, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert forwards == whole
    backwards: list[str] = []
    cursor, more = None, True
    while more:
        found = await page(member, last=5, before=cursor, sort=sort)
        backwards = [node["code"] for node in found["nodes"]] + backwards
        cursor, more = found["pageInfo"]["startCursor"], found["pageInfo"]["hasPreviousPage"]
    assert backwards == whole


async def test_sorts_by_the_given_fields(database: Database, member: Client, shop: Shop) -> None:
    orders = await a_crowd(database, shop, 12)
    by_total = sorted(orders, key=lambda order: (order.currency, order.total_minor, order.id))
    found = await page(member, first=50, sort=[{"field": "TOTAL", "direction": "ASC"}])
    assert [node["code"] for node in found["nodes"]] == [order.code for order in by_total]
    descending = {"STATUS": lambda order: (order.status, order.placed_at, order.id)}
    for field, key in descending.items():
        found = await page(member, first=50, sort=[{"field": field, "direction": "DESC"}])
        expected = [order.code for order in sorted(orders, key=key, reverse=True)]
        assert [node["code"] for node in found["nodes"]] == expected
    newest = sorted(orders, key=lambda order: (order.placed_at, order.id), reverse=True)
    assert [node["code"] for node in (await page(member, first=50))["nodes"]] == [order.code for order in newest]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"first": 0}, ["first"]),
        ({"first": 101}, ["first"]),
        ({"first": -1}, ["first"]),
        ({"last": 101}, ["last"]),
        ({"first": 1, "last": 1}, ["last"]),
        ({"first": 1, "before": "x"}, ["before"]),
        ({"first": 1, "after": "no cursor"}, ["after"]),
        ({"first": 1, "after": "bm8"}, ["after"]),
        ({"filter": {"buyerIds": ["ord_01h455vb4pex5vsknk084sn02q"]}}, ["filter", "buyerIds", "0"]),
        ({"filter": {"search": "x" * 201}}, ["filter", "search"]),
        ({"filter": {"catalogIds": ["buy_01h455vb4pex5vsknk084sn02q"]}}, ["filter", "catalogIds", "0"]),
        ({"filter": {"search": "\u0000"}}, ["filter", "search"]),
        ({"sort": [{"field": "CODE", "direction": "ASC"}, {"field": "CODE", "direction": "DESC"}]}, ["sort"]),
    ],
)
async def test_invalid_arguments_are_reported(member: Client, variables: dict[str, Any], field: list[str]) -> None:
    error = await member.error(PAGE, **variables)
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}


async def test_a_cursor_of_another_sort_is_refused(database: Database, member: Client, shop: Shop) -> None:
    await a_crowd(database, shop, 3)
    cursor = (await page(member, first=1))["pageInfo"]["endCursor"]
    error = await member.error(PAGE, first=1, after=cursor, sort=[{"field": "CODE", "direction": "ASC"}])
    assert "another sort" in error["message"]


async def test_filters_by_status_buyer_tag_and_date(database: Database, member: Client, shop: Shop) -> None:
    other = await make_buyer(database, shop.brand)
    one = await make_order(database, shop, code="one")
    await make_order(database, shop, code="two", status=OrderStatus.OC_CONFIRMED, placed_at=NOON + timedelta(hours=1))
    await make_order(database, shop, code="three", buyer_id=other.id, placed_at=NOON + timedelta(hours=2))
    tag = await make_tag(database, shop.brand.id, "vip")
    await member.data(
        "mutation ($input: ApplyTagsInput!) { applyTags(input: $input) { userErrors { code } } }",
        input={"orderId": id_of(one), "tagIds": [id_of(tag)]},
    )
    assert await codes(member, status=["OC_CONFIRMED"]) == {"two"}
    assert await codes(member, status=[]) == set()
    assert await codes(member, buyerIds=[id_of(other)]) == {"three"}
    assert await codes(member, tagIds=[id_of(tag)]) == {"one"}
    assert await codes(member, placedFrom="2026-11-24T13:00:00Z") == {"two", "three"}
    assert await codes(member, placedTo="2026-11-24T22:00:00+09:00") == {"one"}


async def test_sorts_by_buyer_and_keeps_its_place_while_orders_come(
    database: Database, member: Client, shop: Shop
) -> None:
    """By name, then code: two buyers have the same name. Other conditions and a search stay as they are."""
    buyers = []
    for name, unique_code in (("Aoi", "2"), ("Aoi", "1"), ("Zelda", "0")):
        buyer = await make_buyer(database, shop.brand, name=name, unique_code=unique_code)
        buyers.append(buyer)
        for number in range(3):
            at = NOON + timedelta(hours=number)
            await make_order(database, shop, buyer_id=buyer.id, code=f"{name}-{unique_code}-{number}", placed_at=at)
    by_buyer = [{"field": "BUYER", "direction": "ASC"}]
    whole = [f"{buyer}-{number}" for buyer in ("Aoi-1", "Aoi-2", "Zelda-0") for number in range(3)]
    found = await page(member, first=4, sort=by_buyer)
    assert [node["code"] for node in found["nodes"]] == whole[:4]
    await make_order(database, shop, code="before")  # of "Buyer …", in the middle
    await make_order(database, shop, code="Aoi-1-new", buyer_id=buyers[1].id, placed_at=NOON)
    after = await page(member, first=50, after=found["pageInfo"]["endCursor"], sort=by_buyer)
    assert [node["code"] for node in after["nodes"]] == [*whole[4:6], "before", *whole[6:]]
    newest_first = [*by_buyer, {"field": "PLACED_AT", "direction": "DESC"}]
    found = await page(member, first=3, sort=newest_first, filter={"search": "aoi-2"})
    assert [node["code"] for node in found["nodes"]] == ["Aoi-2-2", "Aoi-2-1", "Aoi-2-0"]


async def test_filters_by_what_a_screen_offers(database: Database, api: Client, member: Client, shop: Shop) -> None:
    other = await make_shop(database)
    catalog = Catalog(brand_id=shop.brand.id, code="AW27", name="Autumn/Winter 2027")
    await save(database, catalog)
    plain = await make_order(database, shop, code="plain", updated_at=NOON + timedelta(hours=2))
    noted = await make_order(database, shop, code="noted", catalog_id=catalog.id)
    await add_delivery_note(database, noted)
    await add_backlog_sku(database, noted, shop.skus[0])
    await add_backlog_sku(database, await make_order(database, shop, code="backlog"), shop.skus[0])
    await add_invoice(database, await make_order(database, shop, code="drafted"))
    issued = await make_order(database, shop, code="issued")
    await add_invoice(database, issued, status=InvoiceStatus.ISSUED)
    await add_invoice(database, plain, status=InvoiceStatus.VOID)
    await make_order(database, shop, code="archived", status=OrderStatus.REJECTED, archived_at=NOON)
    tag = await make_tag(database, shop.brand.id, "vip")
    await save(database, OrderTag(brand_id=shop.brand.id, order_id=issued.id, tag_id=tag.id))
    listed = {"plain", "noted", "backlog", "drafted", "issued"}
    buyer = api.as_(shop.buyer_user())
    for filter, found, for_buyer in (
        ({"deliveryStatus": ["NONE"]}, listed - {"noted", "backlog"}, None),
        ({"deliveryStatus": ["BACKLOG_SKUS_CREATED"]}, {"backlog"}, None),
        ({"deliveryStatus": ["DELIVERY_NOTE_CREATED", "BACKLOG_SKUS_CREATED"]}, {"noted", "backlog"}, None),
        ({"deliveryStatus": []}, set(), None),
        ({"updatedSince": "2026-11-24T14:00:00Z"}, {"plain"}, None),
        ({"updatedBefore": "2026-11-24T14:00:00Z"}, listed - {"plain"}, None),
        ({"placedBefore": "2026-11-24T12:00:00Z"}, set(), None),
        ({"placedBefore": "2026-11-24T13:00:00Z", "placedTo": "2026-11-24T12:00:00Z"}, set(), None),
        ({"catalogIds": [id_of(catalog)]}, {"noted"}, None),
        ({"catalogIds": [id_of(other.catalog)]}, set(), None),
        ({"invoiced": True}, {"drafted", "issued"}, {"issued"}),
        ({"invoiced": False}, listed - {"drafted", "issued"}, listed - {"issued"}),
        ({"onlyArchived": True}, {"archived"}, None),
        ({"onlyArchived": True, "includeArchived": True}, {"archived"}, None),
        ({"onlyArchived": False}, listed, None),
        ({"withoutTag": True}, listed - {"issued"}, listed),
        ({"withoutTag": False}, {"issued"}, set()),
    ):
        assert await codes(member, **filter) == found, filter
        assert await codes(buyer, **filter) == (found if for_buyer is None else for_buyer), filter
        assert await codes(api.as_(other.member()), **filter) == set(), filter


async def test_searches_codes_buyers_and_products_literally(database: Database, member: Client) -> None:
    shop = Shop(await _brand_of(member), await make_buyer(database, await _brand_of(member), name="雲 Kumo Store",
                unique_code="K-100%"), *(await _catalog(database, member)))  # fmt: skip
    await make_order(database, shop, code="Summer_01")
    await make_order(database, shop, code="SUMMER-02", buyer_id=(await make_buyer(database, shop.brand)).id)
    assert await codes(member, search="summer") == {"Summer_01", "SUMMER-02"}
    assert await codes(member, search="summer_") == {"Summer_01"}
    assert await codes(member, search="雲") == {"Summer_01"}
    assert await codes(member, search="kumo summer") == {"Summer_01"}
    assert await codes(member, search="100%") == {"Summer_01"}
    assert await codes(member, search="0%1") == set()
    assert await codes(member, search="SKU-1") == {"Summer_01", "SUMMER-02"}
    assert await codes(member, search="model-3") == set()


async def _brand_of(client: Client) -> Any:
    from models.brand import Brand
    from models.scope import EVERYTHING

    assert client.actor is not None
    async with client.database.read(EVERYTHING) as session:
        return await session.get_one(Brand, client.actor.brand_id)


async def _catalog(database: Database, client: Client) -> tuple[Any, Any]:
    from sqlalchemy import select

    from models.catalog import Catalog, Sku
    from models.scope import Scope

    assert client.actor is not None
    async with database.read(Scope(client.actor.brand_id)) as session:
        catalog = (await session.scalars(select(Catalog))).one()
        skus = (await session.scalars(select(Sku).order_by(Sku.number))).all()
    return catalog, list(skus)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.READ, Role.BUYER, Role.OPERATOR])
async def test_the_filter_can_reject_finds_exactly_the_orders_whose_field_says_so(
    database: Database, api: Client, shop: Shop, role: Role
) -> None:
    for status in OrderStatus:
        await make_order(database, shop, status=status)
    for add in (add_delivery_note, add_invoice):
        await add(database, await make_order(database, shop))
    await add_backlog_sku(database, await make_order(database, shop), shop.skus[0])
    special = {Role.OPERATOR: OPERATOR, Role.BUYER: shop.buyer_user()}
    actor = special.get(role) or shop.member(role)
    client = api.as_(actor)
    asked = "query ($filter: OrderFilter) { orders(first: 100, filter: $filter) { nodes { code canReject } } }"
    nodes = (await client.data(asked, filter={}))["orders"]["nodes"]
    assert len(nodes) == len(OrderStatus) + 3
    for can in (True, False):
        assert await codes(client, canReject=can) == {node["code"] for node in nodes if node["canReject"] is can}


async def test_the_number_of_statements_does_not_grow_with_the_page(
    database: Database, member: Client, shop: Shop
) -> None:
    for number in range(12):
        order = await make_order(database, shop, status=list(OrderStatus)[number % len(OrderStatus)])
        if not order.status.startswith(("REJECTED", "SENT")):
            await add_delivery_note(database, order)
            await add_invoice(database, order)
            await add_backlog_sku(database, order, shop.skus[0])
    counts = []
    for size in (8, 12):
        with member.statements() as statements:
            assert len((await member.data(EVERYTHING_SHOWN, first=size))["orders"]["nodes"]) == size
        counts.append(len(statements))
    # One for each of: the page, its count, buyers and recipients, brands, catalogs, replacements, line pages and
    # counts, tags, facts, documents, rejecters, rejections, delivery notes, invoices, backlog SKUs, notifications,
    # history pages and counts.
    assert counts == [20, 20]


async def test_a_plain_list_costs_one_statement(database: Database, member: Client, shop: Shop) -> None:
    await make_order(database, shop)
    with member.statements() as statements:
        await member.data("{ orders { nodes { code status total { amount } } } }")
    assert len(statements) == 1


async def test_an_order_is_found_by_id_code_and_node(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="注文-1")
    data = await member.data(
        """query ($id: ID!) { order(id: $id) { code } orderByCode(code: "注文-1") { id }
           node(id: $id) { id ... on Order { code } } none: orderByCode(code: "注文") { id } }""",
        id=id_of(order),
    )
    assert data == {
        "order": {"code": "注文-1"},
        "orderByCode": {"id": id_of(order)},
        "node": {"id": id_of(order), "code": "注文-1"},
        "none": None,
    }


async def test_totals_are_exact_and_in_the_currencys_digits(database: Database, member: Client, shop: Shop) -> None:
    await make_order(database, shop, code="gbp", lines=[(3, 1999), (1, 1)])
    await make_order(database, shop, code="jpy", currency="JPY", lines=[(3, 1999)])
    query = """query ($code: String!) { orderByCode(code: $code) { totalQuantity total { amount currency }
               lines { nodes { quantity unitPrice { amount } amount { amount currency } } } } }"""
    gbp = (await member.data(query, code="gbp"))["orderByCode"]
    assert gbp["total"] == {"amount": "59.98", "currency": "GBP"}
    assert [line["amount"]["amount"] for line in gbp["lines"]["nodes"]] == ["59.97", "0.01"]
    jpy = (await member.data(query, code="jpy"))["orderByCode"]
    assert jpy["total"] == {"amount": "5997", "currency": "JPY"}


async def test_an_order_says_what_it_is_made_of(database: Database, api: Client, member: Client, shop: Shop) -> None:
    lines = [(3, 1999), (1, 1)]
    amounts: dict[str, Any] = {"tax_minor": 600, "shipping_minor": 50, "total_minor": 3 * 1999 + 1 + 650}
    order = await make_order(database, shop, lines=lines, comment="Please hurry", **amounts)
    plain = await make_order(database, shop)
    other = await make_order(database, await make_shop(database))
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Order {
      subtotal { amount currency } tax { amount } shipping { amount } total { amount } comment
      brand { id code name } catalog { id code name } replacedBy { id } } } }"""
    money = {"tax": {"amount": "6.00"}, "shipping": {"amount": "0.50"}, "total": {"amount": "66.48"}}
    expected = money | {
        "subtotal": {"amount": "59.98", "currency": "GBP"},
        "comment": "Please hurry",
        "brand": {"id": id_of(shop.brand), "code": shop.brand.code, "name": shop.brand.name},
        "catalog": {"id": id_of(shop.catalog), "code": "SS27", "name": "Spring/Summer 2027"},
        "replacedBy": None,
    }
    for client in (member, api.as_(shop.buyer_user())):
        found = (await client.data(query, ids=[id_of(order), id_of(plain), id_of(other)]))["nodes"]
        assert (found[0], found[1]["comment"], found[2]) == (expected, None, None)
    # An operator sees two brands mixed.
    mixed = await api.as_(OPERATOR).data("{ orders { nodes { brand { code } } } }")
    assert len({node["brand"]["code"] for node in mixed["orders"]["nodes"]}) == 2


async def test_lines_come_in_pages(database: Database, member: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop, lines=[(n, 100) for n in range(1, 8)]) for _ in range(2)]
    query = """query ($id: ID!, $after: String) { order(id: $id) { lines(first: 3, after: $after) {
               totalCount nodes { quantity } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
    seen: list[int] = []
    cursor, more = None, True
    while more:
        lines = (await member.data(query, id=id_of(orders[0]), after=cursor))["order"]["lines"]
        assert lines["totalCount"] == 7
        seen += [node["quantity"] for node in lines["nodes"]]
        cursor, more = lines["pageInfo"]["endCursor"], lines["pageInfo"]["hasNextPage"]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
