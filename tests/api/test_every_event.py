"""Every kind of audit entry is written by the command that it is about, once, and by no other."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.audit import AuditEntry
from models.database.sessions import Database
from models.messages.history import EventKind
from models.outbox import NotificationStatus, OutboxMessage, message
from models.policy import Role
from models.scope import EVERYTHING
from tests.outbox.test_relay import notice
from tests.support.client import Client, id_of
from tests.support.factories import NOON, make_order, make_shop

K = EventKind
# No mutation writes these: kind → the test that looks at its entry.
ELSEWHERE = {
    K.BUYER_ERASED: "tests/database/test_buyer_erasure.py",
    K.SKU_UPDATED: "tests/importing/test_skus.py",
}


class Run:
    """Runs mutations, and notes the kinds of the audit entries that each one wrote."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self.client = client
        self.seen: list[EventKind] = []

    async def __call__(self, name: str, /, *expected: EventKind, show: str = "", **input: Any) -> Any:
        kind = name[0].upper() + name[1:]
        document = (
            f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {show} userErrors {{ code message }} }} }}"
        )
        payload = (await self.client.data(document, input=input))[name]
        assert payload["userErrors"] == [], name
        async with self._database.read(EVERYTHING) as session:
            kinds = list(await session.scalars(select(AuditEntry.kind).order_by(AuditEntry.sequence)))
        assert kinds[len(self.seen) :] == list(expected), name
        self.seen += expected
        return payload


@pytest.fixture
async def run(database: Database, api: Client) -> Run:
    return Run(database, api)


async def test_every_kind_of_audit_entry(database: Database, api: Client, run: Run) -> None:
    shop = await make_shop(database)
    member, buyer = api.as_(shop.member(Role.ADMIN)), api.as_(shop.buyer_user())
    run.client = member
    lines: list[Any] = [{"skuId": id_of(sku), "quantity": 2, "unitPrice": "5.00"} for sku in shop.skus]
    no_mail: dict[str, Any] = {"notify": False}

    async def order(**values: Any) -> str:
        return id_of(await make_order(database, shop, **values))

    placed: dict[str, Any] = {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": lines}
    await run("placeOrder", K.ORDER_PLACED, **placed)

    one = await order()
    await run("createOrderConfirmation", K.OC_CREATED, orderId=one, askBuyerApproval=True, **no_mail)
    run.client = buyer
    await run("refuseOrderConfirmation", K.OC_REFUSED, orderId=one, comment="Too many")
    run.client = member
    await run("updateOrderConfirmation", K.OC_UPDATED, orderId=one, lines=lines)
    run.client = buyer
    await run("approveOrderConfirmation", K.OC_APPROVED, orderId=one)
    run.client = member
    await run("confirmOrder", K.OC_CONFIRMED, orderId=one, **no_mail)
    await run("makeOrderConfirmationEditable", K.OC_MADE_EDITABLE, orderId=one, **no_mail)
    await run("confirmOrder", K.OC_CONFIRMED, orderId=one, **no_mail)

    show = "deliveryNote { id }"
    made = await run("createDeliveryNote", K.DELIVERY_NOTE_CREATED, show=show, orderId=one)
    note: dict[str, Any] = {"deliveryNoteId": made["deliveryNote"]["id"]}
    await run("updateDeliveryNote", K.DELIVERY_NOTE_UPDATED, trackingNumber="TN-1", **note)
    await run("deleteDeliveryNote", K.DELIVERY_NOTE_DELETED, **note)
    await run("createBacklogSkus", K.BACKLOG_SKUS_CREATED, orderId=one)

    two = await order()
    await run("createOrderConfirmation", K.OC_CREATED, orderId=two, askBuyerApproval=False, **no_mail)
    drafts = []
    for _ in range(2):
        made = await run("createInvoice", K.INVOICE_CREATED, show="invoice { id }", orderId=two)
        drafts.append(made["invoice"]["id"])
        if len(drafts) == 1:
            await run("deleteInvoice", K.INVOICE_DELETED, invoiceId=drafts[0])
    await run("issueInvoice", K.INVOICE_ISSUED, invoiceId=drafts[1])
    await run("voidInvoice", K.INVOICE_VOIDED, invoiceId=drafts[1])

    three = await make_order(database, shop)
    told = message(notice(kind="OC_CREATED"), brand_id=three.brand_id, order_id=three.id, at=NOON + timedelta(days=1))
    async with database.transaction(EVERYTHING) as session:
        session.add(told)
    rejection = await run(
        "rejectOrder",
        K.ORDER_REJECTED,
        K.NOTIFICATION_CANCELLED,
        show="notification { id }",
        orderId=id_of(three),
        notify=True,
    )
    async with database.transaction(EVERYTHING) as session:
        of_kind = OutboxMessage.kind == "ORDER_REJECTED"
        await session.execute(update(OutboxMessage).where(of_kind).values(status=NotificationStatus.FAILED))
    await run("resendNotification", K.NOTIFICATION_RESENT, notificationId=rejection["notification"]["id"])
    await run("archiveOrder", K.ORDER_ARCHIVED, orderId=id_of(three))
    await run("sendOrderBackToCart", K.SENT_BACK_TO_CART, orderId=await order(), **no_mail)

    tag = (await run("createTag", K.TAG_CREATED, show="tag { id }", code="vip", name="VIP"))["tag"]["id"]
    await run("applyTags", K.TAGS_APPLIED, orderId=one, tagIds=[tag])
    await run("updateTag", K.TAG_UPDATED, tagId=tag, name="Very important")
    await run("applyTags", K.TAGS_APPLIED, orderId=one, tagIds=[])
    await run("assignOrder", K.ORDER_ASSIGNED, orderId=one, actorId="mem-1")
    await run("assignOrder", K.ORDER_UNASSIGNED, orderId=one, actorId=None)
    await run("setExternalReference", K.EXTERNAL_REFERENCE_SET, orderId=one, externalReference="ERP-1")
    await run("setExternalReference", K.EXTERNAL_REFERENCE_REMOVED, orderId=one, externalReference=None)
    await run("deleteTag", K.TAG_DELETED, tagId=tag, removeFromOrders=True)

    added = await run("createBuyer", K.BUYER_CREATED, show="buyer { id }", uniqueCode="NEW", name="New")
    await run("updateBuyer", K.BUYER_UPDATED, buyerId=added["buyer"]["id"], name="Newer")
    labels = {"labelEn": "Season over", "labelJa": "シーズン終了"}
    made = await run(
        "createRejectionReason", K.REJECTION_REASON_CREATED, show="reason { id }", code="SEASON_OVER", **labels
    )
    reason: dict[str, Any] = {"reasonId": made["reason"]["id"]}
    await run("updateRejectionReason", K.REJECTION_REASON_UPDATED, **reason, labelEn="Season is over", isArchived=True)
    await run("updateRejectionReason", **reason, labelEn=" Season is over ", isArchived=True)

    await run("updateBrandSettings", K.BRAND_SETTINGS_UPDATED, mailSenderName="Sales")
    show = "apiKey { id }"
    key = await run("createApiKey", K.API_KEY_CREATED, show=show, name="Shop", scopes=["ORDERS_READ"])
    key = await run("rotateApiKey", K.API_KEY_ROTATED, show=show, apiKeyId=key["apiKey"]["id"])
    await run("revokeApiKey", K.API_KEY_REVOKED, apiKeyId=key["apiKey"]["id"])

    hooks: dict[str, Any] = {"url": "https://hooks.example/orders", "kinds": [K.TAG_CREATED], "name": "ERP"}
    made = await run("createWebhook", K.WEBHOOK_CREATED, show="webhook { id }", **hooks)
    hook: dict[str, Any] = {"webhookId": made["webhook"]["id"]}
    await run("updateWebhook", K.WEBHOOK_UPDATED, **hook, name="Shop")
    await run("updateWebhook", **hook, name=" Shop ")
    await run("rotateWebhookSecret", K.WEBHOOK_SECRET_ROTATED, **hook)
    await run("pauseWebhook", K.WEBHOOK_PAUSED, **hook)
    await run("pauseWebhook", **hook)
    await run("resumeWebhook", K.WEBHOOK_RESUMED, **hook)
    await run("resumeWebhook", **hook)
    await run("testWebhook", K.WEBHOOK_TESTED, **hook)
    await run("replayWebhook", K.WEBHOOK_REPLAYED, **hook, after=0)
    await run("deleteWebhook", K.WEBHOOK_DELETED, **hook)

    await run("signOutUser", K.USER_SIGNED_OUT, actorId="mem-2")

    assert set(run.seen) | ELSEWHERE.keys() == set(EventKind), "a new kind of entry needs its command here"
    for kind, test in ELSEWHERE.items():
        assert f'"{kind}"' in (Path(__file__).parents[2] / test).read_text("utf-8")
