"""An order's version and time move for its buyer exactly when something moves that the buyer sees."""

from typing import Any

import pytest

from models.database.sessions import Database
from models.policy import Role
from tests.support.client import Client, id_of
from tests.support.every_mutation import EveryMutation
from tests.support.factories import make_order, make_shop

# Mutations that change nothing of an order that its buyer sees, but for what MOVES says.
INTERNAL = {
    "archiveOrder",
    "archiveOrders",
    "applyTags",
    "applyTagsToOrders",
    "assignOrder",
    "setExternalReference",
    "createTag",
    "updateTag",
    "deleteTag",
    "createBacklogSkus",
    "createInvoice",
    "createInvoiceForOrders",
    "createInvoiceForDeliveryNotes",
    "deleteInvoice",
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
    "createRejectionReason",
    "updateRejectionReason",
    "updateCart",
}
# How far the brand has come with an order, outside of the order's status and content.
MOVES = {
    "archiveOrder": {"isArchived"},
    "archiveOrders": {"isArchived"},
    "createBacklogSkus": {"deliveryStatus", "backlogSkus"},
}
CONTENT = "totalQuantity lines(first: 9) { nodes { quantity sku { number } unitPrice { amount } } }"
SEEN = f"""{{ orders(first: 50, sort: {{field: CODE, direction: ASC}}, filter: {{includeArchived: true}}) {{ nodes {{
  id code version updatedAt status statusLabel isRejected isArchived deliveryStatus canReject availableActions
  tags {{ code }} notifications {{ id }} history {{ totalCount }} total {{ amount }} {CONTENT}
  rejection {{ rejectedAt rejectedBy notified body }} rejectionBlockers {{ code message documents {{ code }} }}
  actions {{ action allowed blockers {{ code }} }} original {{ totalQuantity }} confirmation {{ totalQuantity }}
  deliveryNotes {{ code updatedAt trackingNumber comment isInvoiced }}
  invoices {{ code status issuedAt voidedAt }} backlogSkus {{ id remainingQuantity }} replaces {{ id }} }} }}
  latest: orders(first: 50, sort: {{field: UPDATED_AT, direction: DESC}}, filter: {{includeArchived: true}}) {{
  nodes {{ id updatedAt }} }} }}"""


async def test_version_and_time_move_for_a_buyer_with_what_the_buyer_sees(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    buyer = api.as_(shop.buyer_user())

    async def look() -> dict[str, dict[str, Any]]:
        data = await buyer.data(SEEN)
        latest = data["latest"]["nodes"]
        assert latest == sorted(latest, key=lambda order: (order["updatedAt"], order["id"]), reverse=True)
        return {order["id"]: order for order in data["orders"]["nodes"]}

    for done in await EveryMutation(database, api, shop, look).run():
        for id, before in done.before.items():
            after = done.after[id]
            moved = {name for name in after if after[name] != before[name]}
            if done.name in INTERNAL:
                assert moved <= MOVES.get(done.name, set()), done.name
            else:
                versions = after["version"] - before["version"]
                assert versions == (1 if moved else 0), (done.name, moved)
                assert ("updatedAt" in moved) is bool(moved), (done.name, moved)
        if done.name not in INTERNAL | {"placeOrder"}:
            assert done.before != done.after, done.name


@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_buyers_expected_version_is_the_one_that_the_buyer_sees(
    database: Database, api: Client, by_hand: bool
) -> None:
    shop = await make_shop(database)
    order = id_of(await make_order(database, shop))
    member, buyer = api.as_(shop.member(Role.ADMIN)), api.as_(shop.buyer_user())

    async def do(client: Client, name: str, show: str = "", **input: Any) -> Any:
        kind = name[0].upper() + name[1:]
        query = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {show} userErrors {{ code }} }} }}"
        return (await client.data(query, input=input))[name]

    async def version(client: Client) -> int:
        found: int = (await client.data("query ($id: ID!) { order(id: $id) { version } }", id=order))["order"][
            "version"
        ]
        return found

    await do(member, "createOrderConfirmation", orderId=order, notify=False, askBuyerApproval=True)
    read = await version(buyer)
    drafted = await do(member, "createInvoice", "invoice { id }", orderId=order)
    assert (await version(buyer), await version(member)) == (read, read + 1)
    if by_hand:
        await do(member, "deleteInvoice", invoiceId=drafted["invoice"]["id"])
        approved = await do(buyer, "approveOrderConfirmation", orderId=order, expectedVersion=read)
        assert approved["userErrors"] == []
        assert await version(buyer) == read + 1
    else:
        await do(member, "issueInvoice", invoiceId=drafted["invoice"]["id"])
        approved = await do(buyer, "approveOrderConfirmation", orderId=order, expectedVersion=read)
        assert [error["code"] for error in approved["userErrors"]] == ["STALE_ORDER"]
    stale = await do(member, "confirmOrder", orderId=order, notify=False, expectedVersion=read)
    assert [error["code"] for error in stale["userErrors"]] == ["STALE_ORDER"]
