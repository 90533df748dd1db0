"""Runs every mutation of the schema once with success, each time on something that it changes."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models.catalog import Sku
from models.database.sessions import Database
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_order

Look = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Done:
    """`before`, `after`: what `look` returned before the mutation and after it."""

    name: str
    before: Any
    after: Any


@dataclass
class EveryMutation:
    """`look`: called before and after each mutation. `done`: what was run, in order."""

    database: Database
    api: Client
    shop: Shop
    look: Look | None = None
    done: list[Done] = field(default_factory=list)

    async def _do(self, client: Client, name: str, show: str = "", /, **input: Any) -> Any:
        kind = name[0].upper() + name[1:]
        document = f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
                       {show} userErrors {{ code message }} }} }}"""
        before = await self.look() if self.look else None
        self.api.clock.move(seconds=10)
        payload = (await client.data(document, input=input))[name]
        assert payload["userErrors"] == [], (name, payload["userErrors"])
        self.done.append(Done(name, before, await self.look() if self.look else None))
        return payload

    async def run(self) -> list[Done]:
        shop, do = self.shop, self._do
        admin, buyer = self.api.as_(shop.member(Role.ADMIN)), self.api.as_(shop.buyer_user())
        async with self.database.transaction(EVERYTHING) as session:
            of_brand = Sku.brand_id == shop.brand.id
            await session.execute(update(Sku).where(of_brand).values(price_minor=500, currency="GBP"))
        lines: list[Any] = [{"skuId": id_of(sku), "quantity": 2, "unitPrice": "5.00"} for sku in shop.skus]
        content: dict[str, Any] = {"catalogCode": "SS27", "currency": "GBP", "lines": lines}

        async def order() -> str:
            return id_of(await make_order(self.database, shop))

        async def confirmed() -> str:
            id = await order()
            await do(admin, "createOrderConfirmation", orderId=id, notify=True, askBuyerApproval=True)
            await do(admin, "confirmOrder", orderId=id, notify=True)
            return id

        tag = (await do(admin, "createTag", "tag { id }", code="vip", name="VIP"))["tag"]["id"]
        await do(admin, "updateTag", tagId=tag, name="Very important")
        logo = b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>')
        of_mail = {"kind": "OC_APPROVED", "locale": "EN"}
        words = [of_mail | {"subject": "{code}"}]
        shown: dict[str, Any] = {"letterhead": {"logo": logo.decode()}, "mailWordings": words}
        await do(admin, "updateBrandSettings", mailSenderName="Sales", **shown)
        await do(admin, "deleteMailWording", **of_mail)
        retry: dict[str, Any] = {"idempotencyKey": "k"}
        new_buyer: dict[str, Any] = retry | {"name": "New", "uniqueCode": "new", "emailRecipients": ["new@example.com"]}
        made = await do(admin, "createBuyer", "buyer { id }", **new_buyer)
        await do(
            admin, "updateBuyer", buyerId=made["buyer"]["id"], emailRecipients=["new@example.com", "two@example.com"]
        )
        await do(admin, "eraseBuyer", buyerId=made["buyer"]["id"])
        key = await do(admin, "createApiKey", "apiKey { id }", name="Shop", scopes=["ORDERS_READ"])
        key = await do(admin, "rotateApiKey", "apiKey { id }", apiKeyId=key["apiKey"]["id"])
        await do(admin, "revokeApiKey", apiKeyId=key["apiKey"]["id"])
        hooks: dict[str, Any] = {"url": "https://hooks.example/orders", "kinds": ["TAG_CREATED"], "name": "ERP"}
        hook = (await do(admin, "createWebhook", "webhook { id }", **hooks))["webhook"]["id"]
        await do(admin, "updateWebhook", webhookId=hook, name="Shop")
        for name in ("rotateWebhookSecret", "pauseWebhook", "resumeWebhook", "testWebhook"):
            await do(admin, name, webhookId=hook)
        await do(admin, "replayWebhook", webhookId=hook, after=0)
        await do(admin, "deleteWebhook", webhookId=hook)
        await do(admin, "signOutUser", actorId="left@example.com")
        labels = {"labelEn": "Season over", "labelJa": "シーズン終了"}
        made = await do(admin, "createRejectionReason", "reason { id }", code="SEASON_OVER", **labels)
        await do(admin, "updateRejectionReason", reasonId=made["reason"]["id"], isArchived=True)

        await do(buyer, "updateCart", **content)
        cart = await do(buyer, "placeOrder", "order { id }", buyerId=id_of(shop.buyer), **content)
        one: str = cart["order"]["id"]
        await do(admin, "applyTags", orderId=one, tagIds=[tag])
        await do(admin, "assignOrder", orderId=one, actorId="mem-1")
        await do(admin, "setExternalReference", orderId=one, externalReference="ERP-1")
        await do(admin, "createOrderConfirmation", orderId=one, notify=True, askBuyerApproval=True)
        await do(buyer, "refuseOrderConfirmation", orderId=one, comment="Too many")
        await do(admin, "updateOrderConfirmation", orderId=one, lines=lines[:2])
        await do(buyer, "approveOrderConfirmation", orderId=one)
        await do(admin, "confirmOrder", orderId=one, notify=False, tagIds=[tag])
        await do(admin, "makeOrderConfirmationEditable", orderId=one, notify=False)
        await do(admin, "applyTagsToOrders", orderIds=[one, await order()], tagIds=[], mode="REPLACE")

        two = await confirmed()
        drafted = await do(admin, "createInvoice", "invoice { id }", orderId=two)
        await do(admin, "issueInvoice", invoiceId=drafted["invoice"]["id"])
        note = (await do(admin, "createDeliveryNote", "deliveryNote { id }", orderId=two))["deliveryNote"]["id"]
        await do(admin, "voidInvoice", invoiceId=drafted["invoice"]["id"])
        await do(admin, "updateDeliveryNote", deliveryNoteId=note, trackingNumber="TN-1")
        drafted = await do(admin, "createInvoiceForDeliveryNotes", "invoice { id }", deliveryNoteIds=[note])
        await do(admin, "deleteInvoice", invoiceId=drafted["invoice"]["id"])
        await do(admin, "deleteDeliveryNote", deliveryNoteId=note)
        await do(admin, "createBacklogSkus", orderId=two)
        both = [await confirmed(), await confirmed()]
        await do(admin, "createInvoiceForOrders", orderIds=both)

        many = [await order() for _ in range(4)]
        await do(admin, "createOrderConfirmations", orderIds=many, notify=True, askBuyerApproval=False)
        await do(admin, "confirmOrders", orderIds=many[:1], notify=True)
        await do(admin, "rejectOrders", orderIds=many[1:3], notify=True, **retry)
        await do(admin, "archiveOrders", orderIds=many[1:3])
        await do(admin, "sendOrderBackToCart", orderId=many[3], notify=True)
        three = await order()
        mail = (await do(admin, "rejectOrder", "notification { id }", orderId=three, notify=True))["notification"]
        await self._mails_failed()
        await do(admin, "resendNotification", notificationId=mail["id"])
        await do(admin, "archiveOrder", orderId=three)
        await do(admin, "deleteTag", tagId=tag, removeFromOrders=True)

        schema = await admin.data("{ __schema { mutationType { fields { name } } } }")
        names = {each["name"] for each in schema["__schema"]["mutationType"]["fields"]}
        assert names == {each.name for each in self.done}, "run a new mutation here"
        return self.done

    async def _mails_failed(self) -> None:
        """As if the mail server had refused every mail."""
        async with self.database.transaction(EVERYTHING) as session:
            ids = select(OutboxMessage.id).where(OutboxMessage.brand_id == self.shop.brand.id)
            far = self.api.clock() + timedelta(days=1)
            failed = {"status": NotificationStatus.FAILED, "due_at": far, "leased_until": None}
            await session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id.in_(ids))
                .values(failed)
                .execution_options(synchronize_session=False)
            )
