"""Makes brands, buyers and orders directly in the database, in any state; each returns what it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.actor import Actor, ActorKind
from models.backlog_sku import BacklogSku
from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.cart import Cart
from models.catalog import Catalog, Sku
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.order import Order, OrderLine
from models.policy import REJECTED, OrderStatus, Role
from models.rejection import OrderRejection
from models.rejection_reason import RejectionReason
from models.scope import EVERYTHING
from models.send_back import OrderSendBack
from models.tag import Tag

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_number = count(1)


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand with one buyer, one catalog and three SKUs: everything that an order needs."""

    brand: Brand
    buyer: Buyer
    catalog: Catalog
    skus: list[Sku]

    def member(self, role: Role = Role.WRITE, **more: Any) -> Actor:
        fields: dict[str, Any] = {"role": role, "id": "mem-1", "name": "Mina Sato", "brand_id": self.brand.id}
        return Actor(**(fields | more))

    def buyer_user(self, buyer: Buyer | None = None, **more: Any) -> Actor:
        buyer = buyer or self.buyer
        fields: dict[str, Any] = {
            "role": Role.BUYER,
            "id": "buy-1",
            "name": "Bob Buyer",
            "brand_id": buyer.brand_id,
        } | more
        return Actor(**fields, buyer_id=buyer.id)


OPERATOR = Actor(role=Role.OPERATOR, id="op-1", name="Olga Operator", brand_id=None)


async def save(database: Database, *rows: Any) -> None:
    async with database.transaction(EVERYTHING) as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def make_shop(database: Database, *, recipients: Sequence[str] = ("buyer@example.com",), **brand: Any) -> Shop:
    number = next(_number)
    made = Brand(**({"id": new_id(), "code": f"BRAND-{number}", "name": f"Brand {number}"} | brand))
    catalog = Catalog(id=new_id(), brand_id=made.id, code="SS27", name="Spring/Summer 2027")
    skus = [
        Sku(id=new_id(), brand_id=made.id, number=f"SKU-{n}", model_number=f"MODEL-{n}", name=f"Linen shirt {n}")
        for n in (1, 2, 3)
    ]
    await save(database, made, catalog, *skus)
    return Shop(made, await make_buyer(database, made, recipients=recipients), catalog, skus)


async def make_buyer(
    database: Database, brand: Brand, *, recipients: Sequence[str] = ("buyer@example.com",), **buyer: Any
) -> Buyer:
    number = next(_number)
    defaults = {"id": new_id(), "brand_id": brand.id, "unique_code": f"B-{number}", "name": f"Buyer {number}"}
    made = Buyer(**(defaults | buyer))
    await save(
        database, made, *(BuyerRecipient(brand_id=brand.id, buyer_id=made.id, email=email) for email in recipients)
    )
    return made


async def make_order(
    database: Database,
    shop: Shop,
    *,
    lines: Sequence[tuple[int, int]] = ((2, 1250), (3, 480)),
    rejected_by: str = "Mina Sato",
    rejected_body: str | None = None,
    sent_back_at: datetime = NOON,
    **order: Any,
) -> Order:
    """`lines`: (quantity, unit price in minor units) of the shop's SKUs in turn. A rejected status has its record."""
    defaults: dict[str, Any] = {
        "id": new_id(),
        "brand_id": shop.brand.id,
        "code": f"ORD-{next(_number):05}",
        "buyer_id": shop.buyer.id,
        "catalog_id": shop.catalog.id,
        "status": OrderStatus.OC_REQUIRED,
        "currency": "GBP",
        "placed_at": NOON,
        "updated_at": NOON,
        "total_quantity": sum(quantity for quantity, _ in lines),
        "total_minor": sum(quantity * price for quantity, price in lines),
    }
    made = Order(**(defaults | order))
    rows: list[Any] = [
        OrderLine(
            brand_id=made.brand_id,
            order_id=made.id,
            position=position,
            sku_id=shop.skus[(position - 1) % len(shop.skus)].id,
            quantity=quantity,
            unit_price_minor=price,
            amount_minor=quantity * price,
        )
        for position, (quantity, price) in enumerate(lines, 1)
    ]
    if made.status in REJECTED:
        rows.append(
            OrderRejection(
                brand_id=made.brand_id,
                order_id=made.id,
                rejected_at=NOON,
                actor_kind=ActorKind.MEMBER,
                actor_id="mem-1",
                actor_name=rejected_by,
                status_before=OrderStatus.OC_REQUIRED,
                notified=False,
                body=rejected_body,
            )
        )
    if made.status is OrderStatus.SENT_BACK_TO_CART:
        rows.append(
            OrderSendBack(brand_id=made.brand_id, order_id=made.id, sent_back_at=sent_back_at, actor_name="Mina Sato")
        )
    await save(database, made, *rows)
    return made


async def add_delivery_note(database: Database, order: Order, code: str | None = None) -> DeliveryNote:
    made = DeliveryNote(
        id=new_id(),
        brand_id=order.brand_id,
        order_id=order.id,
        code=code or f"DN-{next(_number):05}",
        created_at=NOON,
    )
    await save(database, made)
    return made


async def add_invoice(
    database: Database, *orders: Order, code: str | None = None, status: InvoiceStatus = InvoiceStatus.DRAFT
) -> Invoice:
    brand_id = orders[0].brand_id
    made = Invoice(
        id=new_id(), brand_id=brand_id, code=code or f"INV-{next(_number):05}", status=status, created_at=NOON
    )
    await save(
        database,
        made,
        *(InvoicedOrder(brand_id=brand_id, invoice_id=made.id, order_id=order.id) for order in orders),
    )
    return made


async def add_backlog_sku(
    database: Database, order: Order, sku: Sku, *, ordered: int = 5, remaining: int = 5
) -> BacklogSku:
    made = BacklogSku(
        id=new_id(),
        brand_id=order.brand_id,
        order_id=order.id,
        sku_id=sku.id,
        ordered_quantity=ordered,
        remaining_quantity=remaining,
    )
    await save(database, made)
    return made


async def add_cart(database: Database, order: Order) -> Cart:
    made = Cart(
        id=new_id(), brand_id=order.brand_id, buyer_id=order.buyer_id, catalog_id=order.catalog_id, updated_at=NOON
    )
    await save(database, made)
    return made


async def reason_of(database: Database, shop: Shop, code: str = "OUT_OF_STOCK") -> RejectionReason:
    """One of the reasons that the brand has."""
    async with database.read(EVERYTHING) as session:
        of_code = (RejectionReason.brand_id == shop.brand.id, RejectionReason.code == code)
        return (await session.scalars(select(RejectionReason).where(*of_code))).one()


async def make_tag(database: Database, brand_id: UUID, code: str, **tag: Any) -> Tag:
    made = Tag(**({"id": new_id(), "brand_id": brand_id, "code": code, "name": code.title(), "color": None} | tag))
    await save(database, made)
    return made
