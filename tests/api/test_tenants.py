"""Nobody sees or touches what belongs to another brand, nor a buyer what belongs to another buyer."""

from typing import Any

import pytest
from sqlalchemy import select

from graph.core.ids import Kind, to_id
from models.api_key import ApiKey, hash_of, new_secret
from models.audit import AuditEntry
from models.base import new_id
from models.database.sessions import Database
from models.invoice import InvoiceStatus
from models.order import OrderLine
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from models.tag import OrderTag
from models.webhook import Webhook, WebhookDelivery, WebhookStatus
from models.webhook import new_secret as new_webhook_secret
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
    reason_of,
    save,
)

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
# What a buyer is shown of an own order, and what stays the brand's business.
FOR_BUYERS = {"Order", "OrderLine", "Sku", "Catalog", "Brand", "Buyer", "DeliveryNote", "Invoice", "BacklogSku"}
INTERNAL = {"Tag", "Notification", "OrderEvent", "RejectionReason"}
FOR_ADMINS = {"ApiKey", "Webhook", "WebhookDelivery"}


async def everything_of(database: Database, api: Client, shop: Shop, tag: str = "vip") -> dict[str, str]:
    """One id of every kind of node, of this shop's buyer."""
    rejected = await make_order(database, shop)
    await api.as_(shop.member()).data(
        """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true, reason: "CREDIT", note: "Secret"}) {
           userErrors { code } } }""",
        id=id_of(rejected),
    )
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    vip = await make_tag(database, shop.brand.id, tag)
    made = {
        "Order": id_of(order),
        "Sku": id_of(shop.skus[0]),
        "Catalog": id_of(shop.catalog),
        "Brand": id_of(shop.brand),
        "Buyer": id_of(shop.buyer),
        "Tag": id_of(vip),
        "DeliveryNote": id_of(await add_delivery_note(database, order)),
        "Invoice": id_of(await add_invoice(database, order, status=InvoiceStatus.ISSUED)),
        "BacklogSku": id_of(await add_backlog_sku(database, order, shop.skus[0])),
        "RejectionReason": id_of(await reason_of(database, shop)),
    }
    on_order = OrderTag(brand_id=shop.brand.id, order_id=order.id, tag_id=vip.id)
    await save(database, on_order)
    async with database.read(EVERYTHING) as session:
        line = (await session.scalars(select(OrderLine.id).where(OrderLine.order_id == order.id))).first()
        message = (await session.scalars(select(OutboxMessage.id).where(OutboxMessage.order_id == rejected.id))).one()
        entry = (await session.scalars(select(AuditEntry.id).where(AuditEntry.order_id == rejected.id))).one()
    assert line
    key = ApiKey(
        id=new_id(),
        brand_id=shop.brand.id,
        name="ERP",
        secret_hash=hash_of(new_secret()),
        last_four="1234",
        scopes=["orders:read"],
        created_at=NOON,
        created_by="Mina Sato",
    )
    webhook = Webhook(
        id=new_id(),
        brand_id=shop.brand.id,
        name="ERP",
        url="https://erp.example/hooks",
        kinds=[],
        secret=new_webhook_secret(),
        status=WebhookStatus.PAUSED,
        position=0,
        due_at=NOON,
        created_at=NOON,
        created_by="Mina Sato",
    )
    delivery = WebhookDelivery(
        id=new_id(),
        brand_id=shop.brand.id,
        webhook_id=webhook.id,
        message_id="evt_1",
        sequence=1,
        kind="TAG_CREATED",
        number=1,
        at=NOON,
        milliseconds=20,
        is_delivered=True,
        response_status=204,
    )
    await save(database, key, webhook, delivery)
    return made | {
        "Webhook": to_id(Kind.WEBHOOK, webhook.id),
        "WebhookDelivery": to_id(Kind.WEBHOOK_DELIVERY, delivery.id),
        "ApiKey": to_id(Kind.API_KEY, key.id),
        "OrderLine": to_id(Kind.LINE, line),
        "Notification": to_id(Kind.NOTIFICATION, message),
        "OrderEvent": to_id(Kind.EVENT, entry),
    }


async def seen(client: Client, ids: dict[str, str]) -> set[str]:
    nodes = (await client.data(NODES, ids=list(ids.values())))["nodes"]
    for node, (kind, id) in zip(nodes, ids.items(), strict=True):
        assert node is None or node == {"id": id, "__typename": kind}
    return {node["__typename"] for node in nodes if node}


async def test_members_see_all_of_their_brand_and_nothing_of_another(database: Database, api: Client) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    ids = await everything_of(database, api, theirs)
    assert set(ids) == FOR_BUYERS | INTERNAL | FOR_ADMINS
    assert await seen(api.as_(theirs.member(Role.ADMIN)), ids) == FOR_BUYERS | INTERNAL | FOR_ADMINS
    assert await seen(api.as_(theirs.member()), ids) == FOR_BUYERS | INTERNAL
    assert await seen(api.as_(ours.member()), ids) == set()
    assert await seen(api.as_(OPERATOR), ids) == FOR_BUYERS | INTERNAL


async def test_a_buyer_sees_own_orders_and_nothing_internal(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    ids = await everything_of(database, api, shop)
    assert await seen(api.as_(shop.buyer_user()), ids) == FOR_BUYERS
    rival = await make_buyer(database, shop.brand)
    # What the brand sells is the same for all of its buyers.
    assert await seen(api.as_(shop.buyer_user(rival)), ids) == {"Sku", "Catalog", "Brand"}


async def test_a_foreign_order_looks_like_a_missing_one(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, code="secret")
    rival = await make_buyer(database, shop.brand)
    query = """query ($id: ID!) { order(id: $id) { id } orderByCode(code: "secret") { id } node(id: $id) { id }
               orders(filter: {search: "secret"}) { totalCount nodes { id } } }"""
    nothing = {"order": None, "orderByCode": None, "node": None, "orders": {"totalCount": 0, "nodes": []}}
    for actor in ((await make_shop(database)).member(), shop.buyer_user(rival)):
        assert await api.as_(actor).data(query, id=id_of(order)) == nothing


async def test_filters_by_foreign_ids_find_nothing(database: Database, api: Client) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    await make_order(database, ours)
    await make_order(database, theirs)
    tag = await make_tag(database, theirs.brand.id, "vip")
    query = "query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }"
    client = api.as_(ours.member())
    for filter in ({"buyerIds": [id_of(theirs.buyer)]}, {"tagIds": [id_of(tag)]}):
        assert (await client.data(query, filter=filter))["orders"]["totalCount"] == 0


MUTATIONS: dict[str, dict[str, Any]] = {
    "rejectOrder": {"notify": False},
    "archiveOrder": {},
    "applyTags": {"tagIds": []},
}


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_foreign_order_cannot_be_touched(database: Database, api: Client, name: str) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, status=OrderStatus.SENT_BACK_TO_CART)
    document = f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{
                   {name}(input: $input) {{ order {{ id }} userErrors {{ code }} }} }}"""
    rival = await make_buyer(database, shop.brand)
    for actor in ((await make_shop(database)).member(), shop.buyer_user(rival)):
        data = await api.as_(actor).data(document, input={"orderId": id_of(order)} | MUTATIONS[name])
        assert data[name] == {"order": None, "userErrors": [{"code": "NOT_FOUND"}]}


async def test_a_buyer_reads_the_buyers_labels_and_the_brands_name(database: Database, api: Client) -> None:
    shop = await make_shop(database, name="Northlight")
    order = await make_order(database, shop)
    await api.as_(shop.member()).data(
        """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true, body: "Sorry"}) {
           userErrors { code } } }""",
        id=id_of(order),
    )
    query = """query ($id: ID!) { order(id: $id) { status statusLabel ja: statusLabel(locale: JA)
               rejection { rejectedBy body notified } rejectionBlockers { code message documents { id } }
               notifications { id } history { totalCount } availableActions } }"""
    found = (await api.as_(shop.buyer_user()).data(query, id=id_of(order)))["order"]
    assert (found["statusLabel"], found["ja"]) == ("Order declined", "お断り")
    assert found["rejection"] == {"rejectedBy": "Northlight", "body": "Sorry", "notified": True}
    assert [blocker["code"] for blocker in found["rejectionBlockers"]] == ["NOT_PERMITTED"]
    assert (found["notifications"], found["history"]["totalCount"], found["availableActions"]) == ([], 0, [])


async def test_an_operator_sees_the_orders_of_all_brands(database: Database, api: Client) -> None:
    for _ in range(2):
        await make_order(database, await make_shop(database))
    assert (await api.as_(OPERATOR).data("{ orders { totalCount } }"))["orders"]["totalCount"] == 2
