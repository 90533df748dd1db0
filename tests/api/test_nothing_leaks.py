"""What is no id and could still tell: order codes, cursors, filters and searches, idempotency keys, links, messages."""

import base64
import json
from typing import Any

import pytest

from graph.core.download_links import Links
from models.actor import Actor
from models.database.sessions import Database
from models.policy import OrderStatus, Role
from tests.support.client import SECRET, Client, id_of
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop, make_tag, save
from tests.support.trace import trace

PLACE = """mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
           order { id code } userErrors { code message field } } }"""
REJECT = """mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) {
            order { id } userErrors { code } } }"""
PAGE = """query ($first: Int, $after: String, $sort: [OrderSort!], $filter: OrderFilter) {
          orders(first: $first, after: $after, sort: $sort, filter: $filter) {
          totalCount nodes { code } pageInfo { endCursor hasPreviousPage } } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = await make_shop(database)
    made.skus[0].price_minor, made.skus[0].currency = 1250, "GBP"
    await save(database, made.skus[0])
    return made


def new_order(shop: Shop, buyer: Any = None, **values: Any) -> dict[str, Any]:
    line = {"skuId": id_of(shop.skus[0]), "quantity": 4, "unitPrice": "12.50"}
    defaults = {"buyerId": id_of(buyer or shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]}
    return defaults | values


async def test_a_buyer_learns_nothing_of_the_codes_of_others(database: Database, api: Client, shop: Shop) -> None:
    rival = await make_buyer(database, shop.brand)
    await make_order(database, shop, code="PO-1")
    client = api.as_(shop.buyer_user(rival))
    codes = []
    for code in ("PO-1", "PO-2"):  # the first one is taken, by another buyer
        payload = (await client.data(PLACE, input=new_order(shop, rival, code=code)))["placeOrder"]
        assert payload["userErrors"] == []
        codes.append(payload["order"]["code"])
    assert codes == [f"{rival.unique_code}-PO-1", f"{rival.unique_code}-PO-2"]
    # The same order with the same code is there once all the same, and another one is refused.
    assert (await client.data(PLACE, input=new_order(shop, rival, code="PO-1")))["placeOrder"]["order"][
        "code"
    ] == codes[0]
    other = new_order(shop, rival, code="PO-1", comment="Other")
    [error] = (await client.data(PLACE, input=other))["placeOrder"]["userErrors"]
    assert error["field"] == ["input", "code"]


async def test_a_code_that_collides_with_a_buyers_prefix_is_a_user_error(
    database: Database, api: Client, shop: Shop
) -> None:
    rival = await make_buyer(database, shop.brand)
    await make_order(database, shop, code=f"{rival.unique_code}-PO-1")
    before = await trace(database)
    payload = (await api.as_(shop.buyer_user(rival)).data(PLACE, input=new_order(shop, rival, code="PO-1")))[
        "placeOrder"
    ]
    assert [error["field"] for error in payload["userErrors"]] == [["input", "code"]]
    assert await trace(database) == before


async def test_codes_of_another_brand_look_like_missing_ones(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    theirs = await make_order(database, other, code="theirs")
    await make_tag(database, other.brand.id, "secret")
    other.catalog.code = "AW28"
    await save(database, other.catalog)
    client = api.as_(shop.member())
    # A catalog of theirs is unknown, as one of nobody's.
    answers = [
        (await client.data(PLACE, input=new_order(shop, catalogCode=code)))["placeOrder"] for code in ("AW28", "none")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["userErrors"]
    # Their codes are free.
    payload = (await client.data(PLACE, input=new_order(shop, code=theirs.code)))["placeOrder"]
    assert (payload["userErrors"], payload["order"]["code"]) == ([], "theirs")
    create = 'mutation { createTag(input: {code: "secret", name: "Ours"}) { tag { code } userErrors { code } } }'
    assert (await client.data(create))["createTag"] == {"tag": {"code": "secret"}, "userErrors": []}


async def test_a_cursor_opens_only_the_viewers_own_list(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    rival = await make_buyer(database, shop.brand)
    for number in (1, 3, 5):
        await make_order(database, other, code=f"N{number}")
        await make_order(database, shop, code=f"N{number}", buyer_id=rival.id)
    for number in (2, 4, 6):
        await make_order(database, shop, code=f"N{number}")
    sort = [{"field": "CODE", "direction": "ASC"}]
    own = api.as_(shop.buyer_user())
    for stranger in (other.member(), shop.buyer_user(rival)):
        cursor = (await api.as_(stranger).data(PAGE, first=2, sort=sort))["orders"]["pageInfo"]["endCursor"]
        page = (await own.data(PAGE, first=5, sort=sort, after=cursor))["orders"]
        assert [node["code"] for node in page["nodes"]] == ["N4", "N6"]
        assert page["totalCount"] == 3
        # As with a cursor of the same place that nobody was ever given: nothing is looked up.
        names, code, _ = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        invented = base64.urlsafe_b64encode(json.dumps([names, code, "0" * 32]).encode()).decode().rstrip("=")
        assert (await own.data(PAGE, first=5, sort=sort, after=invented))["orders"] == page


async def test_filters_and_searches_find_and_count_only_visible_rows(
    database: Database, api: Client, shop: Shop
) -> None:
    other = await make_shop(database)
    rival = await make_buyer(database, shop.brand, name="Secret Rival", unique_code="RIVAL")
    foreign = await make_buyer(database, other.brand, name="Secret Stranger")
    await make_order(database, shop)
    await make_order(database, shop, code="rivals", buyer_id=rival.id)
    await make_order(database, other, code="theirs", buyer_id=foreign.id, status=OrderStatus.REJECTED_BY_BRAND)
    searches = ("secret", "rival", "stranger", "rivals", "theirs", rival.unique_code, str(foreign.unique_code))
    filters: list[dict[str, Any]] = [{"search": each} for each in searches]
    filters += [{"buyerIds": [id_of(rival), id_of(foreign)]}, {"status": ["REJECTED_BY_BRAND"]}]
    buyer = api.as_(shop.buyer_user())
    for filter in filters:
        assert (await buyer.data(PAGE, filter=filter))["orders"]["totalCount"] == 0, filter
    member = api.as_(shop.member())
    found = [(await member.data(PAGE, filter=filter))["orders"]["totalCount"] for filter in filters]
    assert found == [1, 1, 0, 1, 0, 1, 0, 1, 0]
    figures = """{ orderAnalytics(groupBy: BUYER) { orderCount groups { label } rejected { orderCount } } }"""
    for client, labels in ((buyer, [shop.buyer.name]), (member, [shop.buyer.name, "Secret Rival"])):
        told = (await client.data(figures))["orderAnalytics"]
        assert sorted(group["label"] for group in told["groups"]) == sorted(labels)
        assert (told["orderCount"], told["rejected"]["orderCount"]) == (len(labels), 0)


async def test_idempotency_keys_are_not_shared_between_actors(database: Database, api: Client, shop: Shop) -> None:
    """The same key, and the same name, in another brand, of another kind of viewer: nobody is answered for another."""
    other = await make_shop(database)
    named: dict[str, Any] = {"id": "sato"}
    viewers: list[tuple[Shop, Actor]] = [
        (shop, shop.member(**named)),
        (shop, shop.member(Role.APP, **named)),
        (other, other.member(**named)),
        (shop, Actor(role=Role.OPERATOR, id="sato", name="Olga", brand_id=None)),
    ]
    for place, viewer in viewers:
        order = await make_order(database, place)
        input = {"orderId": id_of(order), "notify": False, "idempotencyKey": "same"}
        payload = (await api.as_(viewer).data(REJECT, input=input))["rejectOrder"]
        assert payload == {"order": {"id": id_of(order)}, "userErrors": []}, viewer
        # A buyer's user of that name, who sees the order, learns that it is not permitted, as with any other key.
        buyer = api.as_(place.buyer_user(**named))
        answers = [await buyer.data(REJECT, input=input | {"idempotencyKey": key}) for key in ("same", "never-used")]
        assert answers[0] == answers[1]
        assert [error["code"] for error in answers[0]["rejectOrder"]["userErrors"]] == ["NOT_PERMITTED"]


async def test_idempotency_keys_of_bulk_runs_are_not_shared_between_actors(
    database: Database, api: Client, shop: Shop
) -> None:
    document = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
                  rejectedCount results { orderId } userErrors { code } } }"""
    other = await make_shop(database)
    for place, viewer in (
        (shop, shop.member(id="sato")),
        (shop, shop.member(Role.APP, id="sato")),
        (other, other.member(id="sato")),
    ):
        order = await make_order(database, place)
        input = {"orderIds": [id_of(order)], "notify": False, "idempotencyKey": "same"}
        payload = (await api.as_(viewer).data(document, input=input))["rejectOrders"]
        assert payload == {"rejectedCount": 1, "results": [{"orderId": id_of(order)}], "userErrors": []}


async def test_a_link_opens_what_its_viewer_sees_whoever_opens_it(database: Database, api: Client, shop: Shop) -> None:
    rival = await make_buyer(database, shop.brand)
    other = await make_shop(database)
    order = await make_order(database, shop)
    links = "query ($id: ID!) { order(id: $id) { pdf { url } excel { url } } }"
    for stranger in (other.member(), shop.buyer_user(rival)):
        assert await api.as_(stranger).data(links, id=id_of(order)) == {"order": None}
    # The claims of a link name no one and nothing that its viewer does not know: brand and buyer are its own.
    url = (await api.as_(shop.buyer_user()).data(links, id=id_of(order)))["order"]["pdf"]["url"]
    link = Links(SECRET, "", api.clock).read(url.rpartition("/")[2])
    assert (link.brand_id, link.buyer_id) == (shop.brand.id, shop.buyer.id)
    assert link.role is Role.BUYER


async def test_messages_name_only_visible_things(database: Database, api: Client, shop: Shop) -> None:
    """Refusals about others' things say the same words as about nothing, for each kind of thing."""
    other = await make_shop(database, name="Hidden Brand")
    tag = await make_tag(database, other.brand.id, "hidden", name="Hidden Tag")
    order = await make_order(database, shop)
    client = api.as_(shop.member())
    apply = """mutation ($input: ApplyTagsInput!) { applyTags(input: $input) { userErrors { code message field } } }"""
    told = (await client.data(apply, input={"orderId": id_of(order), "tagIds": [id_of(tag)]}))["applyTags"][
        "userErrors"
    ]
    assert [error["field"] for error in told] == [["input", "tagIds"]]
    assert "idden" not in json.dumps(told)
    assert id_of(tag) not in json.dumps(told)
    # What an operator may see is not what a member is told.
    assert (await api.as_(OPERATOR).data("query ($id: ID!) { node(id: $id) { id } }", id=id_of(tag)))["node"]
