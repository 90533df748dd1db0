"""What a command writes with statements that are made once: scope, defaults, versions, errors, commits."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.audit import AuditEntry
from models.brand import Brand
from models.buyer import BuyerRecipient
from models.database.inserting import insert
from models.database.locked_orders import read_locked, save_order
from models.database.prepared import run_text
from models.database.sessions import Database
from models.events import OrderChanged
from models.messages.history import EventKind
from models.order import Order
from models.outbox import NotificationStatus, OutboxMessage
from models.scope import EVERYTHING, OutOfScope, Scope
from resolvers.core.context import Context
from resolvers.core.work import working
from resolvers.reading.loaders import read_notifications
from tests.support.factories import NOON, Shop, make_order, make_shop
from tests.support.plans import plan, recorded


def mail(shop: Shop, order: Order) -> OutboxMessage:
    return OutboxMessage(
        brand_id=shop.brand.id, order_id=order.id, kind="ORDER_REJECTED", recipients=["a@b.example"], notice={},
        due_at=NOON, created_at=NOON,
    )  # fmt: skip


async def test_a_row_gets_its_defaults_and_what_is_not_set_is_null(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    rows = [mail(shop, order), mail(shop, order)]
    async with database.transaction(Scope(shop.brand.id), short=True) as session:
        await insert(session, rows)
    assert rows[0].id != rows[1].id
    async with database.read(EVERYTHING) as session:
        found = (await session.scalars(select(OutboxMessage))).all()
        nulls = await session.scalar(select(func.count()).where(OutboxMessage.left_over.is_(None)))
    assert {each.id for each in found} == {each.id for each in rows}
    assert [(each.status, each.attempts, each.recipients) for each in found] == [
        (NotificationStatus.PENDING, 0, ["a@b.example"])
    ] * 2
    assert nulls == 2


@pytest.mark.parametrize("short", [True, False])
async def test_a_row_of_another_brand_is_refused(database: Database, short: bool) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    order = await make_order(database, other)
    with pytest.raises(OutOfScope):
        async with database.transaction(Scope(shop.brand.id), short=short) as session:
            await insert(session, [mail(other, order)])


@pytest.mark.parametrize("short", [True, False])
async def test_what_the_database_refuses_is_an_integrity_error_and_all_is_rolled_back(
    database: Database, short: bool
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)

    async def fail() -> None:
        async with database.transaction(EVERYTHING, short=short) as session:
            await insert(session, [mail(shop, order)])
            await insert(session, [mail(shop, Order(id=uuid4()))])

    with pytest.raises(IntegrityError):
        await fail()
    async with database.transaction(EVERYTHING, short=short) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


@pytest.mark.parametrize("short", [True, False])
async def test_only_what_changed_of_a_locked_order_is_written_and_its_version_rises(
    database: Database, short: bool
) -> None:
    shop = await make_shop(database)
    made = await make_order(database, shop)
    with recorded(database) as seen:
        async with database.transaction(Scope(shop.brand.id), short=short) as session:
            (order,) = await read_locked(session, [made.id])
            await save_order(session, order)
            assert order.version == 1, "nothing has changed"
            order.comment = "Changed"
            order.deliver_from = order.deliver_from
            await save_order(session, order)
            await save_order(session, order)
            order.updated_at = NOON + timedelta(days=1)
            await save_order(session, order)
    updates = [statement for statement, _ in seen if statement.startswith("UPDATE")]
    assert len(updates) == 2
    assert not any("deliver_from" in statement for statement in updates)
    async with database.read(EVERYTHING) as session:
        found = (await session.scalars(select(Order))).one()
    assert (found.version, found.comment, found.updated_at) == (3, "Changed", NOON + timedelta(days=1))
    assert order.version == 3


async def test_an_order_of_another_brand_is_neither_locked_nor_written(database: Database) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    made = await make_order(database, other)
    async with database.transaction(EVERYTHING, short=True) as session:
        (order,) = await read_locked(session, [made.id])
    order.comment = "Changed"
    async with database.transaction(Scope(shop.brand.id), short=True) as session:
        assert await read_locked(session, [made.id]) == []
        with pytest.raises(StaleDataError):
            await save_order(session, order)


async def test_a_version_that_is_not_the_current_one_is_refused(database: Database) -> None:
    shop = await make_shop(database)
    made = await make_order(database, shop)
    async with database.transaction(EVERYTHING, short=True) as session:
        (order,) = await read_locked(session, [made.id])
        await session.execute(update(Order).values(version=7))
        order.comment = "Changed"
        with pytest.raises(StaleDataError):
            await save_order(session, order)


async def test_rows_and_entities_are_committed_together(database: Database) -> None:
    """The session of a short transaction begins when it is used for something else than prepared statements."""
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with database.transaction(Scope(shop.brand.id), short=True) as session:
        await insert(session, [mail(shop, order)])
        session.add(BuyerRecipient(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email="more@example.com"))
        await session.flush()
        await insert(session, [mail(shop, order)])
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 2
        assert await session.scalar(select(func.count()).where(BuyerRecipient.email == "more@example.com")) == 1


async def test_what_was_added_but_not_saved_is_written_at_the_end(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    context = Context(database, shop.member(), clock=lambda: NOON)
    async with working(context, short=True) as work:
        work.add(mail(shop, order), BuyerRecipient(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email="x@y.example"))
        work.record(OrderChanged(brand_id=shop.brand.id, order_id=order.id, at=work.now, kind=EventKind.OC_CREATED))
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 1
        assert await session.scalar(select(func.count()).where(BuyerRecipient.email == "x@y.example")) == 1
        assert await session.scalar(select(AuditEntry.kind)) == EventKind.OC_CREATED


async def test_each_statement_of_a_long_transaction_is_one_call_in_the_drivers_thread(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)
    orders = [await make_order(database, shop) for _ in range(3)]
    with recorded(database) as seen:
        async with database.transaction(Scope(shop.brand.id)) as session:
            driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
            begun, calls = driver._execute._begun, []
            locked = await read_locked(session, [order.id for order in orders])
            calls.append(driver._execute._begun - begun)
            await insert(session, [mail(shop, order) for order in locked])
            calls.append(driver._execute._begun - begun)
    assert calls == [1, 2]
    assert len(seen) == 1, "reads are recorded, as all statements are"
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 3
    await database.close()


def test_a_row_has_no_other_values_than_its_columns() -> None:
    with pytest.raises(TypeError, match="OutboxMessage has no column subject"):
        OutboxMessage.made(kind="ORDER_REJECTED", subject="x")


@pytest.mark.parametrize("uses_session", [True, False])
async def test_a_commit_that_fails_changes_nothing(sqlite_url: str, uses_session: bool) -> None:
    database = Database(sqlite_url)
    shop = await make_shop(database)

    async def fail() -> None:
        async with database.transaction(EVERYTHING, short=True) as session:
            if uses_session:
                await session.execute(update(Brand).values(name="Lost"))
            await run_text(session, "PRAGMA defer_foreign_keys=ON", ())
            await insert(session, [mail(shop, Order(id=uuid4()))])  # refused by COMMIT

    with pytest.raises(IntegrityError):
        await fail()
    async with database.transaction(EVERYTHING, short=True) as session:
        assert await session.scalar(select(Brand.name)) != "Lost"
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    await database.close()


async def test_the_mails_of_an_order_are_not_found_by_walking_through_all_mails(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    with recorded(database) as seen:
        async with database.transaction(Scope(shop.brand.id), short=True) as session:
            await read_notifications(session, [order.id])
    assert "ix_outbox_messages_brand_id_order_id" in (await plan(database, *seen[-1], scans_cost=True)).indexes
