"""Every mutation of the schema, on orders in every status, does what the rules table says, and nothing when refused."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.base import new_id
from models.database.sessions import Database
from models.order import DataSet, Order, OrderLine
from models.policy import FINAL, RULES, OrderAction, OrderStatus, Role, blockers
from models.scope import EVERYTHING
from resolvers.reading.verdicts import read_facts
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order, make_shop
from tests.support.trace import trace

A = OrderAction
NO_MAIL = {"notify": False}
# mutation → its action, and its input besides orderId
ON_AN_ORDER: dict[str, tuple[OrderAction, dict[str, Any]]] = {
    "rejectOrder": (A.REJECT, NO_MAIL),
    "archiveOrder": (A.ARCHIVE, {}),
    "applyTags": (A.APPLY_TAGS, {"tagIds": []}),
    "assignOrder": (A.ASSIGN, {"actorId": "mem-1"}),
    "setExternalReference": (A.SET_EXTERNAL_REFERENCE, {"externalReference": "ERP-1"}),
    "sendOrderBackToCart": (A.SEND_BACK_TO_CART, NO_MAIL),
    "createOrderConfirmation": (A.CREATE_CONFIRMATION, NO_MAIL | {"askBuyerApproval": True}),
    "updateOrderConfirmation": (A.UPDATE_CONFIRMATION, {}),
    "approveOrderConfirmation": (A.APPROVE_CONFIRMATION, {}),
    "refuseOrderConfirmation": (A.REFUSE_CONFIRMATION, {"comment": "Too few"}),
    "confirmOrder": (A.CONFIRM, NO_MAIL),
    "makeOrderConfirmationEditable": (A.MAKE_CONFIRMATION_EDITABLE, NO_MAIL),
    "createBacklogSkus": (A.CREATE_BACKLOG_SKUS, {}),
    "createDeliveryNote": (A.CREATE_DELIVERY_NOTE, {}),
    "createInvoice": (A.CREATE_INVOICE, {}),
}
# Those that name a document of the order, so that they are about orders in the statuses where one can be.
ON_ITS_DOCUMENTS = {"createInvoiceForDeliveryNotes": A.INVOICE_DELIVERY_NOTES}
# Those on many orders: mutation → its action, and its input besides orderIds.
ON_MANY: dict[str, tuple[OrderAction, dict[str, Any]]] = {
    "rejectOrders": (A.REJECT, NO_MAIL),
    "archiveOrders": (A.ARCHIVE, {}),
    "applyTagsToOrders": (A.APPLY_TAGS, {"tagIds": [], "mode": "REPLACE"}),
    "createOrderConfirmations": (A.CREATE_CONFIRMATION, NO_MAIL | {"askBuyerApproval": True}),
    "confirmOrders": (A.CONFIRM, NO_MAIL),
    "createInvoiceForOrders": (A.CREATE_INVOICE, {}),
}
# Those that are not about orders as they stand; each has tests of its own.
OTHERS = {
    "resendNotification",
    "updateBrandSettings",
    "deleteMailWording",
    "createBuyer",
    "updateBuyer",
    "eraseBuyer",
    "createApiKey",
    "rotateApiKey",
    "revokeApiKey",
    "createWebhook",
    "updateWebhook",
    "rotateWebhookSecret",
    "pauseWebhook",
    "resumeWebhook",
    "deleteWebhook",
    "testWebhook",
    "replayWebhook",
    "signOutUser",
    "updateCart",
    "placeOrder",
    "createTag",
    "updateTag",
    "deleteTag",
    "createRejectionReason",
    "updateRejectionReason",
    "updateDeliveryNote",
    "deleteDeliveryNote",
    "issueInvoice",
    "voidInvoice",
    "deleteInvoice",
}


async def order_in(database: Database, shop: Shop, status: OrderStatus) -> Order:
    """An order in this status, with a confirmation where it has one."""
    has_confirmation = status.startswith("OC_") and status is not OrderStatus.OC_REQUIRED
    official = DataSet.CONFIRMATION if has_confirmation else DataSet.ORIGINAL
    order = await make_order(database, shop, status=status, official=official, approval_asked=has_confirmation)
    if has_confirmation:
        async with database.transaction(EVERYTHING) as session:
            columns = OrderLine.__table__.columns
            lines = await session.execute(select(*columns).where(columns.order_id == order.id))
            copies = [{**line._mapping, "id": new_id(), "data_set": DataSet.CONFIRMATION} for line in lines]
            await session.execute(insert(OrderLine), copies)
    return order


def document(name: str) -> str:
    kind = name[0].upper() + name[1:]
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
               order {{ status }} blockers {{ code }} userErrors {{ code message field }} }} }}"""


async def test_every_mutation_has_a_case(database: Database, api: Client) -> None:
    client = api.as_((await make_shop(database)).member())
    data = await client.data("{ __schema { mutationType { fields { name } } } }")
    names = {field["name"] for field in data["__schema"]["mutationType"]["fields"]}
    assert names == set(ON_AN_ORDER) | set(ON_ITS_DOCUMENTS) | set(ON_MANY) | OTHERS
    assert {action for action, _ in ON_AN_ORDER.values()} | set(ON_ITS_DOCUMENTS.values()) == set(OrderAction)


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("name", ON_AN_ORDER)
async def test_a_mutation_does_what_the_table_says(
    database: Database, api: Client, name: str, status: OrderStatus
) -> None:
    action, input = ON_AN_ORDER[name]
    shop = await make_shop(database)
    order = await order_in(database, shop, status)
    async with database.read(EVERYTHING) as session:
        facts = (await read_facts(session, [order.id]))[order.id]
    by: dict[Role, Callable[[], Any]] = {Role.BUYER: shop.buyer_user}
    for role in (Role.READ, *sorted(RULES[action].by - {Role.OPERATOR})):
        actor = by.get(role, lambda role=role: shop.member(role))()
        expected = [blocker.value for blocker in blockers(action, role, facts)]
        before = await trace(database)
        query = "query ($id: ID!) { order(id: $id) { actions { action allowed blockers { code } } } }"
        told = (await api.as_(actor).data(query, id=id_of(order)))["order"]["actions"]
        beforehand = next(each for each in told if each["action"] == action.value)
        assert [blocker["code"] for blocker in beforehand["blockers"]] == expected
        assert beforehand["allowed"] is (expected == [])

        payload = (await api.as_(actor).data(document(name), input=input | {"orderId": id_of(order)}))[name]
        assert [blocker["code"] for blocker in payload["blockers"]] == expected
        assert bool(payload["userErrors"]) is bool(expected), payload
        if expected:
            assert await trace(database) == before, "a refusal must leave no trace"
        else:
            # Tags that are the same as before are no event; everything else is.
            assert (await trace(database) == before) is (action is A.APPLY_TAGS)
            break
    if status in FINAL and action not in (A.ARCHIVE, A.APPLY_TAGS):
        assert expected


@pytest.mark.parametrize("name", ON_MANY)
async def test_a_mutation_on_many_orders_does_with_each_what_the_table_says(
    database: Database, api: Client, name: str
) -> None:
    action, input = ON_MANY[name]
    shop = await make_shop(database)
    orders = {status: await order_in(database, shop, status) for status in OrderStatus}
    async with database.read(EVERYTHING) as session:
        facts = await read_facts(session, [order.id for order in orders.values()])
    # One at a time: createInvoiceForOrders is all or nothing.
    for status, order in orders.items():
        before = await trace(database)
        expected = [each.value for each in blockers(action, Role.WRITE, facts[order.id], bulk=True)]
        blocked = await blockers_in_bulk(api.as_(shop.member()), name, input | {"orderIds": [id_of(order)]})
        assert blocked == expected, status
        after = await trace(database)
        if expected:  # that somebody asked is kept, so that a retry is about the same orders
            assert {table: rows for table, rows in after.items() if table != "bulk_runs"} == {
                table: rows for table, rows in before.items() if table != "bulk_runs"
            }
        if status in FINAL and action not in (A.ARCHIVE, A.APPLY_TAGS):
            assert expected


async def blockers_in_bulk(client: Client, name: str, input: dict[str, Any]) -> list[str]:
    """Those of the one order in the input."""
    results = "refusedOrders" if name == "createInvoiceForOrders" else "results"
    kind = name[0].upper() + name[1:]
    query = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ userErrors {{ code }}
                {results} {{ blockers {{ code }} }} }} }}"""
    payload = (await client.data(query, input=input))[name]
    return [blocker["code"] for result in payload[results] for blocker in result["blockers"]]
