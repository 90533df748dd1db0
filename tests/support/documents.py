"""Makes delivery notes and invoices with lines directly in the database, in any state."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from models.base import new_id
from models.database.sessions import Database
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.invoice import Invoice, InvoicedOrder, InvoiceLine, InvoiceStatus
from models.order import Order
from tests.support.factories import NOON, Shop, save

_number = count(1)


async def make_note(
    database: Database, shop: Shop, order: Order, quantities: Sequence[int] = (2, 3), **note: Any
) -> DeliveryNote:
    """A note with these quantities of the shop's SKUs, in turn."""
    fields = {"id": new_id(), "brand_id": order.brand_id, "order_id": order.id, "created_at": NOON}
    made = DeliveryNote(**(fields | {"code": f"DN-{next(_number):06}"} | note))
    lines = [
        DeliveryNoteLine(
            brand_id=order.brand_id,
            order_id=order.id,
            delivery_note_id=made.id,
            sku_id=shop.skus[index % len(shop.skus)].id,
            quantity=quantity,
        )
        for index, quantity in enumerate(quantities)
    ]
    await save(database, made, *lines)
    return made


async def make_invoice(
    database: Database,
    shop: Shop,
    *parts: tuple[Order, DeliveryNote | None, Sequence[tuple[int, int]]],
    status: InvoiceStatus = InvoiceStatus.ISSUED,
    **invoice: Any,
) -> Invoice:
    """Bills the tax and shipping of each order too.

    `parts`: an order, the note it was delivered with, and (quantity, unit price in minor units) of SKUs in turn.
    """
    orders = list({order.id: order for order, _, _ in parts}.values())
    fields = {
        "id": new_id(),
        "brand_id": shop.brand.id,
        "code": f"INV-{next(_number):06}",
        "status": status,
        "created_at": NOON,
        "currency": orders[0].currency,
        "issued_at": None if status is InvoiceStatus.DRAFT else NOON,
        "voided_at": NOON if status is InvoiceStatus.VOID else None,
    }
    made = Invoice(**(fields | invoice))
    billed = [(order, note, line) for order, note, lines in parts for line in lines]
    rows: list[Any] = [
        InvoicedOrder(
            brand_id=made.brand_id,
            invoice_id=made.id,
            order_id=order.id,
            tax_minor=order.tax_minor,
            shipping_minor=order.shipping_minor,
        )
        for order in orders
    ]
    rows += [
        InvoiceLine(
            brand_id=made.brand_id,
            invoice_id=made.id,
            order_id=order.id,
            delivery_note_id=note.id if note else None,
            position=position,
            sku_id=shop.skus[(position - 1) % len(shop.skus)].id,
            quantity=quantity,
            unit_price_minor=price,
            amount_minor=quantity * price,
        )
        for position, (order, note, (quantity, price)) in enumerate(billed, 1)
    ]
    await save(database, made, *rows)
    return made
