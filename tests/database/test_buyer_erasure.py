"""Erasing a buyer's personal data: what goes, what stays, and that the audit is still intact."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from models.actor import Actor
from models.audit import AuditEntry
from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.cart import Cart
from models.database.sessions import Database
from models.database.tables import metadata
from models.invoice import Invoice, InvoiceStatus
from models.order import Order, OrderConfirmation
from models.outbox import NotificationStatus, OutboxMessage
from models.papers.invoices import read_invoice
from models.papers.order_snapshot import OrderDocument
from models.papers.orders import order_snapshot
from models.policy import OrderStatus, Role
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds, RejectionReason
from models.scope import EVERYTHING
from resolvers.audit import verify_brand
from resolvers.buyer_erasure import erase_buyer
from resolvers.buyers import update_buyer
from resolvers.confirmation import create_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome
from resolvers.rejection import RejectOrder, reject_order
from resolvers.rejection_reasons import Grounds
from tests.support.factories import NOON, Shop, add_invoice, make_buyer, make_order, make_shop, save

NAME, EMAIL, STREET, WORDS = "Aoi Tanaka", "tanaka@aoi.example", "1-2-3 Jingumae", "Dear Ms Tanaka"


@pytest.fixture
async def shop(database: Database) -> Shop:
    shop = await make_shop(database)
    buyer = await make_buyer(database, shop.brand, name=NAME, address=STREET, recipients=[EMAIL], unique_code="AOI")
    return Shop(shop.brand, buyer, shop.catalog, shop.skus)


def context(database: Database, shop: Shop, role: Role = Role.ADMIN) -> Context:
    return Context(
        database, Actor(role=role, id="admin:cli", name="Command line", brand_id=shop.brand.id), lambda: NOON
    )


async def erase(database: Database, shop: Shop, role: Role = Role.ADMIN) -> Outcome:
    return await erase_buyer(context(database, shop, role), shop.buyer.id)


async def reject(database: Database, shop: Shop, order: Order) -> Outcome:
    grounds = Grounds("CREDIT", f"{NAME} owes us money")
    command = RejectOrder(order.id, Message(notify=True, body=WORDS), grounds=grounds)
    return await reject_order(context(database, shop), command)


async def everything(database: Database) -> str:
    """All rows of all tables, but the invoices."""
    found = []
    async with database.read(EVERYTHING) as session:
        for table in metadata.tables.keys() - {"invoices"}:
            found += [str(tuple(row)) for row in await session.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
    return "\n".join(found)


async def test_personal_data_goes_and_the_rest_stays(database: Database, shop: Shop) -> None:
    other = await make_order(database, await make_shop(database), comment="Theirs")
    words: dict[str, Any] = {"comment": NAME, "delivery_address": STREET}
    rejected, invoiced = await make_order(database, shop, **words), await make_order(database, shop, **words)
    invoice = await add_invoice(database, invoiced, status=InvoiceStatus.ISSUED)
    draft = await add_invoice(database, await make_order(database, shop))
    for order in (rejected, await make_order(database, shop)):
        assert not (await reject(database, shop, order)).refusals
    async with database.transaction(EVERYTHING) as session:
        failed = update(OutboxMessage).where(OutboxMessage.order_id == rejected.id)
        values: dict[str, Any] = {"last_error": f"{EMAIL}: 550", "left_over": {"to": [EMAIL], "note": None}}
        await session.execute(failed.values(status=NotificationStatus.FAILED, **values))
    cart = Cart(id=new_id(), brand_id=shop.brand.id, buyer_id=shop.buyer.id, catalog_id=shop.catalog.id)
    cart.updated_at = NOON
    await save(database, cart)
    before = await everything(database)
    assert all(words in before for words in (NAME, EMAIL, STREET, WORDS))

    assert (await erase(database, shop, Role.WRITE)).refusals
    assert not (await erase(database, shop)).refusals

    left = await everything(database)
    assert [words for words in (NAME, EMAIL, STREET, WORDS) if words in left] == []
    async with database.read(EVERYTHING) as session:
        assert (await session.get_one(Order, (other.brand_id, other.id))).comment == "Theirs"
        kept = await session.get_one(Order, (rejected.brand_id, rejected.id))
        assert (kept.code, kept.total_minor, kept.version) == (rejected.code, rejected.total_minor, 2)
        mails = await session.execute(select(OutboxMessage.status, OutboxMessage.cancelled_by))
        assert sorted(tuple(row) for row in mails) == [
            (NotificationStatus.CANCELLED, "BUYER_ERASED"),
            (NotificationStatus.FAILED, None),
        ]
        entries = select(AuditEntry.details).where(AuditEntry.kind == "BUYER_ERASED")
        assert {"code", "orders", "mails"} == (await session.scalars(entries)).one().keys()
        reasons = select(RejectionReason.code, RejectionGrounds.note).join_from(RejectionGrounds, RejectionReason)
        left_over = [tuple(row) for row in await session.execute(reasons)]
        assert left_over == [("CREDIT", None)] * 2, "a note goes, a reason stays"
        found = await read_invoice(session, invoice.id, for_buyer=False)
        assert found
        assert (found.buyer.name, found.buyer.address) == (NAME, STREET)
        assert (await session.get_one(Invoice, (draft.brand_id, draft.id))).buyer_name is None
        brand = await session.get_one(Brand, shop.brand.id)
    assert (await verify_brand(database, brand)).problem is None
    again = await update_buyer(context(database, shop), shop.buyer.id, {"recipients": [EMAIL]})
    assert "erased" in again.refusals[0].message
    assert not (await erase(database, shop)).refusals  # again is possible
    assert (await verify_brand(database, brand)).problem is None


async def test_what_order_confirmations_keep_goes_too(database: Database, shop: Shop) -> None:
    orders = [await make_order(database, shop, billing_address=STREET) for _ in range(2)]
    for order in orders:
        made = await create_confirmation(context(database, shop), order.id, ask_approval=False, message=Message())
        assert not made.refusals
    assert not (await reject(database, shop, orders[0])).refusals
    assert await kept(database) == 2
    assert not (await erase(database, shop)).refusals
    assert await kept(database) == 0
    left = await everything(database)
    assert [words for words in (NAME, EMAIL, STREET) if words in left] == []
    async with database.read(EVERYTHING) as session:
        for order in orders:
            said = await order_snapshot(session, order.id, OrderDocument.ORDER_CONFIRMATION, for_buyer=False)
            assert said
            assert (said.buyer.name, said.buyer.address, said.billing_address) == ("(erased)", "", "")
            assert said.total_quantity == 5


async def test_an_erasure_by_an_older_release_takes_them_off_orders_with_addresses(
    database: Database, shop: Shop
) -> None:
    order = await make_order(database, shop, delivery_address=STREET)
    await create_confirmation(context(database, shop), order.id, ask_approval=False, message=Message())
    assert not (await reject(database, shop, order)).refusals
    async with database.transaction(EVERYTHING) as session:
        of_buyer = Buyer.id == shop.buyer.id
        await session.execute(update(Buyer).where(of_buyer).values(erased_at=NOON, name="(erased)", address=""))
        await session.execute(update(Order).where(Order.id == order.id).values(delivery_address=""))
    assert await kept(database) == 0


async def kept(database: Database) -> int:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(OrderConfirmation)) or 0


async def test_not_while_a_mail_is_being_sent(database: Database, shop: Shop) -> None:
    order = await make_order(database, shop)
    await reject(database, shop, order)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(leased_until=NOON + timedelta(days=9999)))
    assert "being sent" in (await erase(database, shop)).refusals[0].message
    assert EMAIL in await everything(database)


async def test_the_database_permits_just_that(database: Database, shop: Shop) -> None:
    order = await make_order(
        database, shop, status=OrderStatus.REJECTED_BY_BRAND, rejected_body=WORDS, comment="A", delivery_address="B"
    )
    of_order = Order.id == order.id
    emptied = [
        update(Order).where(of_order).values(comment="", delivery_address=""),
        update(OrderRejection).where(OrderRejection.order_id == order.id).values(body=None),
    ]

    async def refused(statement: Any) -> None:
        with pytest.raises(DBAPIError):
            async with database.transaction(EVERYTHING) as session:
                await session.execute(statement)

    for statement in emptied:
        await refused(statement)
    assert not (await erase(database, shop)).refusals
    changes: list[Any] = [
        update(Order).where(of_order).values(comment="Another"),
        update(Order).where(of_order).values(comment="", total_minor=1),
        update(OrderRejection).values(body="Another"),
        update(OrderRejection).values(body=None, actor_name="Another"),
        delete(OrderRejection),
        update(Buyer).where(Buyer.id == shop.buyer.id).values(erased_at=None),
        update(Buyer).where(Buyer.id == shop.buyer.id).values(name=NAME),
        insert(BuyerRecipient).values(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email=EMAIL),
    ]
    for change in changes:
        await refused(change)


async def test_an_erasure_without_its_entry_is_found(database: Database, shop: Shop) -> None:
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(Buyer).where(Buyer.id == shop.buyer.id).values(erased_at=NOON))
    report = await verify_brand(database, shop.brand)
    assert report.problem == "buyer AOI was erased, but has no entry about that"
