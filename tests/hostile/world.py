"""A brand with one of everything, so that hostile values get as far as possible; and the check of the answers."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
from sqlalchemy import select

from graph.core.ids import Kind, to_id
from models.database.sessions import Database
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.hostile.corpus import VALUES
from tests.hostile.places import document, names_an_argument, places
from tests.support.client import Client, id_of
from tests.support.factories import (
    Shop,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_order,
    make_shop,
    make_tag,
)

S = OrderStatus
# mutation → the status of order that it needs; the other mutations need orders that await an OC
STATUS = {
    "archiveOrder": S.SENT_BACK_TO_CART,
    "archiveOrders": S.SENT_BACK_TO_CART,
    "confirmOrder": S.OC_CREATED,
    "confirmOrders": S.OC_CREATED,
    "updateOrderConfirmation": S.OC_CREATED,
    "approveOrderConfirmation": S.OC_CREATED,
    "refuseOrderConfirmation": S.OC_CREATED,
    "makeOrderConfirmationEditable": S.OC_CONFIRMED,
    "createBacklogSkus": S.OC_CONFIRMED,
    "createDeliveryNote": S.OC_CONFIRMED,
    "createInvoice": S.OC_CREATED,
    "createInvoiceForOrders": S.OC_CREATED,
}
OF_BUYERS = {"approveOrderConfirmation", "refuseOrderConfirmation", "updateCart"}
# Our error codes for failures of the server.
FAULTS = {"INTERNAL_ERROR", "UNAVAILABLE", "TIMEOUT"}


@dataclass
class World:
    """`good`: values of a valid request. `faults`: answers that must never occur."""

    database: Database
    shop: Shop
    admin: Client
    buyer: Client
    good: dict[str, Any] = field(default_factory=dict)
    tried: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)

    async def renew(self, name: str) -> None:
        """An unused order for the next request of this mutation."""
        status = STATUS.get(name, S.OC_REQUIRED)
        order = await make_order(self.database, self.shop, status=status, approval_asked=status is S.OC_CREATED)
        self.good["orderId"], self.good["orderIds"] = id_of(order), [id_of(order)]

    async def ask(self, operation: str, name: str, variables: dict[str, Any], told: str) -> bool:
        """Whether it was done. Answers that must not occur are added to `faults`, described by `told`."""
        content = json.dumps({"query": document(operation, name), "variables": variables})
        return await self.post(operation, name, content, told)

    async def post(self, operation: str, name: str, content: str, told: str) -> bool:
        client = self.buyer if name in OF_BUYERS else self.admin
        headers = client.headers | {"Content-Type": "application/json"}
        response = await client.http.post("/graphql", content=content.encode(), headers=headers)
        self.tried += 1
        wrong, is_done = look(response, operation, name)
        self.refused += not is_done
        self.faults += [f"{name}, {told}: {each}" for each in wrong]
        return is_done and operation == "mutation"


def look(response: httpx2.Response, operation: str, name: str) -> tuple[list[str], bool]:
    """What is wrong with an answer, and whether the command was done."""
    if response.status_code >= 500:
        return [f"{response.status_code} {response.text[:300]}"], False
    try:
        answer = response.json()
    except ValueError:
        return [f"no JSON: {response.text[:300]}"], False
    wrong = []
    errors = answer.get("errors") or []
    for error in errors:
        extensions = error.get("extensions") or {}
        if extensions.get("code") in FAULTS:
            wrong.append(f"{error}")
        if extensions.get("code") == "BAD_USER_INPUT" and not names_an_argument(
            operation, name, extensions.get("field") or []
        ):
            wrong.append(f"the field is not an argument: {error}")
        if len(error["message"]) > 5_000:
            wrong.append(f"an error of {len(error['message'])} characters")
    payload = (answer.get("data") or {}).get(name)
    refusals = (payload.get("userErrors") or []) if isinstance(payload, dict) else []
    for refusal in refusals:
        path = refusal["field"]
        if path is not None and not names_an_argument(operation, name, path):
            wrong.append(f"the field is not an argument: {refusal}")
        if path is None and refusal["code"] in ("INVALID_INPUT", "NOT_FOUND"):
            wrong.append(f"no field: {refusal}")
    return wrong, not errors and not refusals


async def make_world(database: Database, api: Client) -> World:
    shop = await make_shop(database)
    made = World(database, shop, api.as_(shop.member(Role.ADMIN)), api.as_(shop.buyer_user()))
    rejected = await make_order(database, shop)
    await made.admin.data(
        "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }",
        id=id_of(rejected),
    )
    async with database.read(EVERYTHING) as session:
        message = (await session.scalars(select(OutboxMessage.id))).one()
    order = await make_order(database, shop, status=S.OC_CONFIRMED)
    note = await add_delivery_note(database, order)
    invoice = await add_invoice(database, await make_order(database, shop, status=S.OC_CONFIRMED))
    parted = await make_order(database, shop, status=S.OC_CONFIRMED)
    backlog_sku = await add_backlog_sku(database, parted, shop.skus[0])
    tag = await make_tag(database, shop.brand.id, "vip")
    key = await made.admin.data(
        'mutation { createApiKey(input: {name: "ERP", scopes: [ORDERS_READ]}) { apiKey { id } } }'
    )
    made.good |= {
        "id": id_of(order),
        "ids": [id_of(order), id_of(note)],
        "code": "A code",
        "buyerId": id_of(shop.buyer),
        "buyerIds": [id_of(shop.buyer)],
        "skuId": id_of(shop.skus[0]),
        "tagId": id_of(tag),
        "tagIds": [id_of(tag)],
        "deliveryNoteId": id_of(note),
        "deliveryNoteIds": [id_of(note)],
        "invoiceId": id_of(invoice),
        "backlogSkuId": id_of(backlog_sku),
        "apiKeyId": key["createApiKey"]["apiKey"]["id"],
        "notificationId": to_id(Kind.NOTIFICATION, message),
        "catalogCode": shop.catalog.code,
        "currency": "GBP",
        "notify": True,
        "askBuyerApproval": True,
    }
    await made.renew("")
    return made


async def try_values(world: World, few: int | None = None) -> None:
    """Each value in each place. With `few`, only that many values in each place, in turn, so that all are tried."""
    at = 0
    for place in places():
        values = list(VALUES.get(place.type, {}).items())
        await world.renew(place.field)
        for offset in range(min(few or len(values), len(values))):
            name, value = values[(at + offset) % len(values)]
            variables = place.variables(world.good, value)
            if await world.ask(place.operation, place.field, variables, f"{place.path}: {name}"):
                await world.renew(place.field)
        at += few or 0
