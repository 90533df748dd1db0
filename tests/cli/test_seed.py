"""Made-up orders are as consistent as real ones: totals, documents, rejections and the audit's chain agree."""

import random

import pytest
from sqlalchemy import Select, and_, exists, func, or_, select

from examples.made_up_brand.__main__ import fill
from examples.made_up_brand.lives import END
from examples.made_up_brand.orders import COLUMNS, SPAN, Maker
from examples.made_up_brand.shop import make_shop
from graph.cli.audit import verify
from graph.cli.errors import CommandError
from models.backlog_sku import BacklogSku
from models.database.sessions import Database
from models.database.tables import metadata
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoicedOrder, InvoiceLine
from models.order import Order, OrderLine
from models.outbox import NotificationStatus, OutboxMessage
from models.policy import FINAL, REJECTED, OrderStatus
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from tests.support.trace import trace

ORDERS = 900


async def count(database: Database, statement: Select[int]) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(statement) or 0


async def test_the_made_up_brand_is_consistent(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await fill(database, ORDERS, "kumo", 1)
    assert "900 made-up orders" in capsys.readouterr().out
    orders = select(func.count()).select_from(Order)
    assert await count(database, orders) == ORDERS
    for status in OrderStatus:
        assert await count(database, orders.where(Order.status == status)) > 0, status
    rows = await trace(database)
    empty = {name for name, found in rows.items() if not found}
    assert empty == {
        "bulk_runs",
        "idempotency_keys",
        "carts",
        "cart_lines",
        "api_keys",
        "document_numbers",
        "sign_outs",
        "order_rejection_grounds",
        "order_assignees",
        "order_external_references",
        "webhooks",
        "webhook_deliveries",
        "brand_letterheads",
        "brand_logos",
        "sku_pictures",
        "credit_notes",
        "order_confirmations",
        "mail_wordings",
    }
    of_invoice = and_(InvoiceLine.brand_id == Invoice.brand_id, InvoiceLine.invoice_id == Invoice.id)
    billed = select(func.sum(InvoiceLine.amount_minor)).where(of_invoice).scalar_subquery()
    of_orders = and_(InvoicedOrder.brand_id == Invoice.brand_id, InvoicedOrder.invoice_id == Invoice.id)
    charged = select(func.sum(InvoicedOrder.tax_minor + InvoicedOrder.shipping_minor)).where(of_orders)
    wrong = Invoice.total_minor != billed + charged.scalar_subquery()
    assert await count(database, select(func.count()).select_from(Invoice).where(wrong)) == 0
    of_order = and_(OrderLine.brand_id == Order.brand_id, OrderLine.order_id == Order.id)
    official = select(func.sum(OrderLine.amount_minor)).where(of_order, OrderLine.data_set == Order.official)
    total = official.scalar_subquery() + Order.tax_minor + Order.shipping_minor
    assert await count(database, orders.where(Order.total_minor != total)) == 0
    referenced = or_(*(exists().where(each.order_id == Order.id) for each in (DeliveryNote, InvoicedOrder, BacklogSku)))
    assert await count(database, orders.where(Order.status.in_(sorted(FINAL)), referenced)) == 0
    rejected = await count(database, orders.where(Order.status.in_(sorted(REJECTED))))
    assert await count(database, select(func.count()).select_from(OrderRejection)) == rejected
    pending = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.status == NotificationStatus.PENDING)
    assert await count(database, pending) == 0, "nobody is to get a mail about it"
    assert await verify(database, None)


async def test_an_existing_brand_is_left_unchanged(database: Database) -> None:
    await fill(database, 1, "kumo", 1)
    before = await trace(database)
    with pytest.raises(CommandError, match="There is a brand kumo already"):
        await fill(database, 5, "kumo", 2)
    assert await trace(database) == before


def test_the_same_seed_makes_the_same_orders() -> None:
    def made(seed: int) -> list[object]:
        rng = random.Random(seed)  # noqa: S311 - the same for the same seed
        shop, rows = make_shop(rng, "kumo", END - SPAN)
        return [rows, *(batch.rows for batch in Maker(rng, shop).batches(200, 50))]

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_every_column_is_one_of_its_table() -> None:
    for table, columns in COLUMNS.items():
        assert set(columns) <= set(metadata.tables[table].c.keys())
