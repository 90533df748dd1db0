"""The demo shows every reason why an order cannot be rejected, and a second start changes nothing."""

import shlex
from pathlib import Path

import pytest
from sqlalchemy import func, select

from examples.made_up_brand.__main__ import fill
from graph.cli.demo import load_demo
from graph.cli.demo_access import KEY_FILE, KEY_NAME, demo_actors, demo_api_key
from graph.cli.errors import CommandError
from graph.cli.serve import _demo_lines, _welcome
from graph.settings.environment import Settings
from models.audit import AuditEntry
from models.database.sessions import Database
from models.database.tables import metadata
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import RULES, Blocker, OrderAction, OrderStatus, Role, blockers
from models.scope import EVERYTHING, Scope
from resolvers.order_filter import NEWEST_FIRST, OrderFilter, matching
from resolvers.reading.verdicts import read_facts
from tests.support.client import SECRET, serving
from tests.support.clock import Clock
from tests.support.factories import make_shop
from tests.support.invariants import violations


async def contents(database: Database) -> dict[str, list[str]]:
    async with database.read(EVERYTHING) as session:
        return {name: sorted(map(repr, await session.execute(select(t)))) for name, t in metadata.tables.items()}


async def test_every_blocker_can_be_seen_on_the_first_page(database: Database) -> None:
    await load_demo(database)
    actors = await demo_actors(database)
    admin = actors["admin"]
    async with database.read(admin.scope) as session:
        found = await matching(session, OrderFilter(), NEWEST_FIRST, admin)
        first_page = list(await session.scalars(found.limit(20)))
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


async def test_the_demo_shows_nothing_that_the_rules_forbid(database: Database) -> None:
    await load_demo(database)
    assert await violations(database) == []
    async with database.read(EVERYTHING) as session:
        kinds = set(await session.scalars(select(AuditEntry.kind)))
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 0, "nobody is mailed"
        instants = select(AuditEntry.brand_id, AuditEntry.at).order_by(AuditEntry.brand_id, AuditEntry.sequence)
        told = [tuple(row) for row in await session.execute(instants)]
    assert told == sorted(told), "each brand's history is in the order of its instants"
    assert {"OC_APPROVED", "OC_REFUSED", "INVOICE_VOIDED", "SENT_BACK_TO_CART", "TAGS_APPLIED"} <= kinds


async def test_the_demos_api_key_is_the_same_at_every_start(database: Database, tmp_path: Path) -> None:
    await load_demo(database)
    admin = (await demo_actors(database))["admin"]
    key = await demo_api_key(database, admin, tmp_path)
    before = await contents(database)
    assert key
    assert await demo_api_key(database, admin, tmp_path) == key
    (tmp_path / KEY_FILE).unlink()
    assert await demo_api_key(database, admin, tmp_path) is None, "the database keeps only the hash"
    assert await contents(database) == before


async def test_the_printed_curl_works_as_it_stands(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    await load_demo(database)
    key = await demo_api_key(database, (await demo_actors(database))["admin"], tmp_path)
    await database.close()
    settings = Settings(database_url=sqlite_url, secret_key=SECRET, data_folder=tmp_path)
    printed = _welcome("", _demo_lines(settings, "http://127.0.0.1:8000", {}, key))
    start = printed.index("curl ")
    name, url, *options = shlex.split(printed[start : printed.index("\n\n", start)].replace("\\\n", ""))
    assert name == "curl"
    assert options[::2] == ["-H", "-H", "-d"]
    headers = dict(each.split(": ") for each in (options[1], options[3]))
    async with serving(sqlite_url, tmp_path, Clock()) as client:
        response = await client.http.post(url, headers=headers, content=options[5])
    assert response.json()["data"] == {"viewer": {"name": KEY_NAME, "kind": "APP"}}


async def test_a_brand_beside_the_demos_is_left_alone(database: Database) -> None:
    await load_demo(database)
    await fill(database, 3, "seed", 1)
    before = await contents(database)
    await load_demo(database)
    assert await contents(database) == before


async def test_a_database_without_the_demo_has_no_demo_actors(database: Database) -> None:
    await make_shop(database)
    assert await demo_actors(database) == {}


async def test_no_actor_of_one_brand_is_in_the_history_of_the_other(database: Database) -> None:
    await load_demo(database)
    actors = await demo_actors(database)
    async with database.read(Scope(actors["kumo"].brand_id)) as session:
        judged = select(AuditEntry.actor_name).where(AuditEntry.kind == "ORDER_REJECTED")
        assert list(await session.scalars(judged)) == [actors["kumo"].name]


async def test_a_second_start_changes_nothing(database: Database) -> None:
    await load_demo(database)
    before = await contents(database)
    await load_demo(database)
    assert await contents(database) == before


async def test_a_database_with_brands_of_its_own_is_left_alone(database: Database) -> None:
    await make_shop(database)
    before = await contents(database)
    with pytest.raises(CommandError, match="no demo is put into it"):
        await load_demo(database)
    assert await contents(database) == before
