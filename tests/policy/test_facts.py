"""The rules in SQL are the rules: `possible` finds exactly the orders on which `blockers` finds nothing."""

import random
from collections.abc import Iterable

from sqlalchemy import select

from models.database.sessions import Database
from models.facts import DELIVERY_STATUS, possible
from models.invoice import InvoiceStatus
from models.order import Order
from models.policy import Fact, OrderAction, OrderStatus, Role, blockers, delivery_status
from models.scope import EVERYTHING
from resolvers.reading.verdicts import read_facts
from tests.support.factories import (
    NOON,
    Shop,
    add_backlog_sku,
    add_cart,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
)

OPEN = [status for status in OrderStatus if not status.startswith(("REJECTED", "SENT_BACK"))]


async def a_crowd(database: Database, seed: int, size: int) -> list[Order]:
    """Orders in every status, with documents thrown at them at random."""
    chance = random.Random(seed)  # noqa: S311 - test data
    shops = [await make_shop(database), await make_shop(database, archiving_enabled=False)]
    orders: list[Order] = []
    for number in range(size):
        shop = chance.choice(shops)
        buyer = await make_buyer(database, shop.brand, is_offline=chance.random() < 0.3)
        shop = Shop(shop.brand, buyer, shop.catalog, shop.skus)
        status = list(OrderStatus)[number % len(OrderStatus)]
        order = await make_order(
            database,
            shop,
            status=status,
            approval_asked=chance.random() < 0.5,
            archived_at=None if status in OPEN or chance.random() < 0.5 else NOON,
        )
        if chance.random() < 0.3:
            await add_cart(database, order)
        if status in OPEN:
            await referenced(database, shop, order, chance)
        orders.append(order)
    return orders


async def referenced(database: Database, shop: Shop, order: Order, chance: random.Random) -> None:
    if chance.random() < 0.4:
        await add_delivery_note(database, order)
    if chance.random() < 0.4:
        await add_invoice(database, order, status=chance.choice(list(InvoiceStatus)))
    if chance.random() < 0.4:
        await add_backlog_sku(database, order, shop.skus[0], remaining=chance.choice([0, 5]))


async def test_the_filter_and_the_table_agree_for_every_action_and_role(database: Database) -> None:
    orders = await a_crowd(database, seed=2026, size=64)
    async with database.read(EVERYTHING) as session:
        facts = await read_facts(session, [order.id for order in orders])
        for action in OrderAction:
            for role in Role:
                for bulk in (False, True):
                    found = set(await session.scalars(select(Order.id).where(possible(action, role, bulk=bulk))))
                    by_table = {id for id, each in facts.items() if not blockers(action, role, each, bulk=bulk)}
                    assert found == by_table, (action, role, bulk)
        rows = await session.execute(select(Order.id, DELIVERY_STATUS.label("status")))
        derived = {row.id: row.status for row in rows}
    assert derived == {id: delivery_status(each) for id, each in facts.items()}
    seen = {fact for each in facts.values() for fact in each.true}
    assert seen == set(Fact), "the crowd must show every fact"


async def facts_of(database: Database, order: Order) -> Iterable[Fact]:
    async with database.read(EVERYTHING) as session:
        return (await read_facts(session, [order.id]))[order.id].true


async def test_a_draft_invoice_counts_and_a_voided_one_does_not(database: Database) -> None:
    shop = await make_shop(database)
    for status, counts in ((InvoiceStatus.DRAFT, True), (InvoiceStatus.ISSUED, True), (InvoiceStatus.VOID, False)):
        order = await make_order(database, shop)
        await add_invoice(database, order, status=status)
        assert (Fact.INVOICE in await facts_of(database, order)) is counts


async def test_an_invoice_for_several_orders_counts_for_each(database: Database) -> None:
    shop = await make_shop(database)
    orders = [await make_order(database, shop), await make_order(database, shop)]
    await add_invoice(database, *orders)
    assert [Fact.INVOICE in await facts_of(database, order) for order in orders] == [True, True]


async def test_backlog_skus_count_even_when_nothing_remains(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    await add_backlog_sku(database, order, shop.skus[0], ordered=5, remaining=0)
    assert {Fact.BACKLOG_SKUS, Fact.NOTHING_TO_DELIVER} <= set(await facts_of(database, order))


async def test_documents_of_another_brand_do_not_count(database: Database) -> None:
    ours = await make_order(database, await make_shop(database))
    theirs = await make_order(database, await make_shop(database))
    await add_delivery_note(database, theirs)
    assert Fact.DELIVERY_NOTE not in await facts_of(database, ours)
