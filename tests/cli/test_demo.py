"""The demo shows every reason why an order cannot be rejected, and a second start changes nothing."""

import pytest
from sqlalchemy import select

from graph.cli.demo import demo_actors, load_demo
from graph.cli.errors import CommandError
from models.audit import AuditEntry
from models.database.sessions import Database
from models.database.tables import metadata
from models.facts import read_facts
from models.order import Order
from models.policy import RULES, Blocker, OrderAction, OrderStatus, Role, blockers
from models.scope import EVERYTHING, Scope
from resolvers.orders import NEWEST_FIRST, OrderFilter, matching
from tests.support.factories import NOON, make_shop


async def contents(database: Database) -> dict[str, list[str]]:
    async with database.read(EVERYTHING) as session:
        return {name: sorted(map(repr, await session.execute(select(t)))) for name, t in metadata.tables.items()}


async def test_every_blocker_can_be_seen_on_the_first_page(database: Database) -> None:
    await load_demo(database, lambda: NOON)
    actors = await demo_actors(database)
    admin = actors["admin"]
    async with database.read(admin.scope) as session:
        first_page = list(await session.scalars(matching(OrderFilter(), NEWEST_FIRST, admin).limit(20)))
        facts = await read_facts(session, first_page)
        statuses = set(await session.scalars(select(Order.status).where(Order.id.in_(first_page))))
    seen = [blockers(OrderAction.REJECT, Role.WRITE, each) for each in facts.values()]
    assert {blocker for each in seen for blocker in each} == set(RULES[OrderAction.REJECT].unless)
    assert [] in seen
    assert max(map(len, seen)) == 3, "one order has several reasons at once"
    assert statuses == set(OrderStatus) - {OrderStatus.REJECTED}
    assert Blocker.NOT_PERMITTED in blockers(OrderAction.REJECT, Role.READ, next(iter(facts.values())))
    async with database.read(Scope(actors["kumo"].brand_id)) as session:
        assert len((await session.scalars(select(Order.id))).all()) == 8
    async with database.read(actors["buyer"].scope) as session:
        assert len((await session.scalars(select(Order.id))).all()) > 2


async def test_no_actor_of_one_brand_is_in_the_history_of_the_other(database: Database) -> None:
    await load_demo(database, lambda: NOON)
    actors = await demo_actors(database)
    async with database.read(Scope(actors["kumo"].brand_id)) as session:
        judged = select(AuditEntry.actor_name).where(AuditEntry.kind == "ORDER_REJECTED")
        assert list(await session.scalars(judged)) == [actors["kumo"].name]


async def test_a_second_start_changes_nothing(database: Database) -> None:
    await load_demo(database, lambda: NOON)
    before = await contents(database)
    await load_demo(database, lambda: NOON)
    assert await contents(database) == before


async def test_a_database_with_brands_of_its_own_is_left_alone(database: Database) -> None:
    await make_shop(database)
    before = await contents(database)
    with pytest.raises(CommandError, match="no demo is put into it"):
        await load_demo(database, lambda: NOON)
    assert await contents(database) == before
