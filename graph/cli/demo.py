"""The demo: two brands with real-looking orders, in which every reason why an order cannot be rejected can be seen."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from graph.cli.errors import CommandError
from graph.settings.environment import ROOT
from models import audit
from models.actor import Actor
from models.backlog_sku import BacklogSku
from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.delivery_note import DeliveryNote, DeliveryNoteLine
from models.invoice import Invoice, InvoicedOrder, InvoiceLine, InvoiceStatus
from models.locale import Locale
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus, Role
from models.prices import price_columns
from models.rejection import OrderRejection
from models.scope import EVERYTHING, Scope
from models.send_back import OrderSendBack
from models.tag import OrderTag, Tag
from resolvers.backlog import ordered_quantities
from resolvers.core.work import Work
from resolvers.importing.importer import import_file
from resolvers.invoice_lines import whole_order

EXAMPLES = ROOT / "examples"
BRANDS = (
    Brand(
        code="northlight",
        name="Northlight Trading",
        address="14 Harbour Lane\nLondon E1W 2AA\nUnited Kingdom",
        locale=Locale.EN,
        time_zone="Europe/London",
        currency="GBP",
        mail_reply_to="sales@northlight.example",
    ),
    Brand(
        code="kumo",
        name="雲 Kumo",
        address="〒150-0001\n東京都渋谷区神宮前1-2-3",
        locale=Locale.JA,
        time_zone="Asia/Tokyo",
        currency="JPY",
        mail_reply_to="hanbai@kumo.example",
    ),
)
FILES = {"northlight": EXAMPLES / "online_retail" / "sample.csv.gz", "kumo": EXAMPLES / "demo" / "kumo.csv"}
TAGS = (("vip", "Important customer", "#7A3AD8"), ("sample", "Samples", "#2E7D32"), ("late", "Late", "#D83A3A"))


async def load_demo(database: Database, clock: Callable[[], datetime]) -> None:
    """Fills an empty database; one that the demo has filled stays as it is. Raises CommandError for any other."""
    async with database.read(EVERYTHING) as session:
        found = set(await session.scalars(select(Brand.code)))
    if found == set(FILES):
        return
    if found:
        raise CommandError(f"This database has brands of its own ({', '.join(sorted(found))}): no demo is put into it.")
    made = [_copy(brand) for brand in BRANDS]
    async with database.transaction(EVERYTHING) as session:
        session.add_all(made)
    for brand in made:
        actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
        await import_file(database, brand, actor, FILES[brand.code], clock=clock)
        async with database.transaction(Scope(brand.id)) as session:
            await _decorate(session, brand)


async def demo_actors(database: Database) -> dict[str, Actor]:
    """Who the demo's tokens are for, by role; the buyer is one with several orders."""
    async with database.read(EVERYTHING) as session:
        brands = {brand.code: brand for brand in await session.scalars(select(Brand))}
        northlight, kumo = brands["northlight"], brands["kumo"]
        busiest = (
            select(Buyer)
            .join(Order, (Order.brand_id == Buyer.brand_id) & (Order.buyer_id == Buyer.id))
            .where(Buyer.brand_id == northlight.id, Buyer.is_offline.is_(False))
            .group_by(Buyer.brand_id, Buyer.id)
            .order_by(func.count().desc(), Buyer.unique_code)
            .limit(1)
        )
        buyer = (await session.scalars(busiest)).one()
    names = {
        Role.ADMIN: "Ada Lindqvist",
        Role.WRITE: "Will Carter",
        Role.READ: "Rita Moreau",
        Role.APP: "ERP Connector",
    }
    actors = {
        role.value: Actor(role=role, id=f"demo-{role.value}", name=name, brand_id=northlight.id)
        for role, name in names.items()
    }
    buyer_user = Actor(role=Role.BUYER, id="demo-buyer", name=buyer.name, brand_id=northlight.id, buyer_id=buyer.id)
    operator = Actor(role=Role.OPERATOR, id="demo-operator", name="Olga Petrov", brand_id=None)
    return actors | {"buyer": buyer_user, "operator": operator, "kumo": _kumo_admin(kumo)}


def _kumo_admin(kumo: Brand) -> Actor:
    return Actor(role=Role.ADMIN, id="demo-kumo", name="佐藤 美奈", brand_id=kumo.id, locale=Locale.JA)


def _copy(brand: Brand) -> Brand:
    """A row of its own: the same process may fill two databases."""
    columns = Brand.__table__.columns.keys()
    return Brand(**{name: getattr(brand, name) for name in columns if getattr(brand, name) is not None})


async def _decorate(session: AsyncSession, brand: Brand) -> None:
    """Gives the newest orders statuses, documents, tags and a rejection; order by order, from the newest."""
    admin = Actor(role=Role.ADMIN, id="demo-admin", name="Ada Lindqvist", brand_id=brand.id)
    tags = [Tag(id=new_id(), brand_id=brand.id, code=code, name=name, color=color) for code, name, color in TAGS]
    session.add_all(tags)
    newest = select(Order).order_by(Order.placed_at.desc(), Order.id).limit(12)
    orders = list(await session.scalars(newest))
    await session.flush()
    if len(orders) < 12:  # the small brand keeps most of its orders open
        await _confirm(session, orders[1], OrderStatus.OC_CONFIRMED)
        await _deliver(session, orders[1], "納-0001")
        await _reject(session, orders[2], _kumo_admin(brand))
        return
    _, invoiced, blocked, backlog, back, rejected, created, approved, refused, draft, void, _ = orders
    for order, tag in ((orders[0], tags[0]), (blocked, tags[2]), (rejected, tags[1])):
        session.add(OrderTag(brand_id=brand.id, order_id=order.id, tag_id=tag.id))
    await _confirm(session, invoiced, OrderStatus.OC_CREATED)
    await _invoice(session, "INV-2011-0001", InvoiceStatus.ISSUED, [invoiced])
    await _confirm(session, blocked, OrderStatus.OC_CONFIRMED)
    await _lay_out(session, blocked)
    await _deliver(session, blocked, "DN-2011-0001", "DN-2011-0002")
    await _invoice(session, "INV-2011-0002", InvoiceStatus.ISSUED, [blocked])
    await _confirm(session, backlog, OrderStatus.OC_CONFIRMED)
    await _lay_out(session, backlog)
    await _send_back(session, back)
    await _reject(session, rejected, admin)
    await _confirm(session, created, OrderStatus.OC_CREATED)
    created.approval_asked = True
    await _confirm(session, approved, OrderStatus.OC_APPROVED)
    await _confirm(session, refused, OrderStatus.OC_UPDATE_REQUIRED)
    await _invoice(session, "INV-2011-0003", InvoiceStatus.DRAFT, [draft])
    await _invoice(session, "INV-2011-0004", InvoiceStatus.VOID, [void])


async def _confirm(session: AsyncSession, order: Order, status: OrderStatus) -> None:
    """An order confirmation that confirms every line as it was ordered."""
    order.status = status
    order.official = DataSet.CONFIRMATION
    order.confirmation_created_at = order.updated_at = order.placed_at + timedelta(days=1)
    columns = (getattr(OrderLine, each.key) for each in OrderLine.__mapper__.column_attrs)
    lines = await session.execute(select(*columns).where(OrderLine.order_id == order.id))
    copies = [{**row._mapping, "id": new_id(), "data_set": DataSet.CONFIRMATION} for row in lines]
    await session.flush()
    await session.execute(insert(OrderLine), copies)


def _work(session: AsyncSession, order: Order) -> Work:
    no_context: Any = None
    return Work(no_context, session, order.placed_at)


async def _deliver(session: AsyncSession, order: Order, *codes: str) -> None:
    """One note of the whole order, or, from backlog SKUs, notes that take half of what is left each."""
    await session.flush()
    at = order.placed_at + timedelta(days=2)
    of_order = (BacklogSku.brand_id == order.brand_id, BacklogSku.order_id == order.id)
    backlog = list(await session.scalars(select(BacklogSku).where(*of_order)))
    for code in codes:
        note = DeliveryNote(id=new_id(), brand_id=order.brand_id, order_id=order.id, code=code, created_at=at)
        session.add(note)
        taken: list[tuple[UUID | None, UUID, int]] = [
            (each.id, each.sku_id, -(-each.remaining_quantity // 2)) for each in backlog
        ]
        if not backlog:
            taken = [
                (None, sku_id, whole)
                for sku_id, whole in (await ordered_quantities(_work(session, order), order)).items()
            ]
        for each, (_, _, quantity) in zip(backlog, taken, strict=False):
            each.remaining_quantity -= quantity
        await session.flush()
        session.add_all(
            DeliveryNoteLine(
                brand_id=order.brand_id,
                order_id=order.id,
                delivery_note_id=note.id,
                backlog_sku_id=backlog_sku_id,
                sku_id=sku_id,
                quantity=quantity,
            )
            for backlog_sku_id, sku_id, quantity in taken
            if quantity
        )


async def _lay_out(session: AsyncSession, order: Order) -> None:
    await session.flush()
    for sku_id, whole in (await ordered_quantities(_work(session, order), order)).items():
        session.add(
            BacklogSku(
                id=new_id(),
                brand_id=order.brand_id,
                order_id=order.id,
                sku_id=sku_id,
                ordered_quantity=whole,
                remaining_quantity=whole,
            )
        )
    await session.flush()


async def _invoice(session: AsyncSession, code: str, status: InvoiceStatus, orders: Sequence[Order]) -> None:
    """For the orders as a whole."""
    await session.flush()
    at = max(order.placed_at for order in orders) + timedelta(days=3)
    invoice = Invoice(
        id=new_id(),
        brand_id=orders[0].brand_id,
        code=code,
        status=status,
        created_at=at,
        issued_at=None if status is InvoiceStatus.DRAFT else at,
        voided_at=at + timedelta(days=1) if status is InvoiceStatus.VOID else None,
        currency=orders[0].currency,
        total_minor=sum(order.total_minor for order in orders),
    )
    session.add(invoice)
    await session.flush()
    position = 0
    for order in orders:
        charges = {"tax_minor": order.tax_minor, "shipping_minor": order.shipping_minor}
        session.add(InvoicedOrder(brand_id=order.brand_id, invoice_id=invoice.id, order_id=order.id, **charges))
        for billed in await whole_order(_work(session, order), order):
            position += 1
            session.add(
                InvoiceLine(
                    brand_id=order.brand_id,
                    order_id=order.id,
                    invoice_id=invoice.id,
                    position=position,
                    sku_id=billed.line.sku_id,
                    quantity=billed.line.quantity,
                    **price_columns(billed.line.unit_price_minor),
                    amount_minor=billed.line.amount_minor,
                )
            )


async def _send_back(session: AsyncSession, order: Order) -> None:
    order.status = OrderStatus.SENT_BACK_TO_CART
    order.updated_at = at = order.placed_at + timedelta(days=1)
    await session.flush()
    session.add(OrderSendBack(brand_id=order.brand_id, order_id=order.id, sent_back_at=at, actor_name="Ada Lindqvist"))


async def _reject(session: AsyncSession, order: Order, actor: Actor) -> None:
    """As resolvers/rejection.py does it, but without a mail: nobody is to be told of an order of 2010."""
    event = order.reject(actor, order.placed_at + timedelta(days=1), notify=False, notified=False, body=None)
    session.add(OrderRejection.of(event, actor))
    await session.flush()
    await audit.record(session, [audit.entry(event, actor, None)])
