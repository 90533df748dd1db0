"""Short transactions on SQLite that share one COMMIT: each ends after it, and fails alone or with all of them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.base import new_id
from models.database import short
from models.database.engines import DatabaseBusyError, is_busy
from models.database.prepared import run_text
from models.database.sessions import Database
from models.database.turns import Turns
from models.document_number import next_code
from models.order import Order
from models.policy import Role
from models.scope import EVERYTHING, Scope
from models.tag import Tag
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.core.refusals import Outcome, RefusalCode
from resolvers.rejection import RejectOrder, reject_order
from tests.support.factories import Shop, make_order, make_shop
from tests.support.forked import FORKING
from tests.support.invariants import violations
from tests.support.trace import trace

MANY = 16
ENDS = ("COMMIT", "ROLLBACK", "SAVEPOINT command", "RELEASE command", "ROLLBACK TO command")
Write = Callable[[AsyncSession], Awaitable[None]]


def watch(database: Database, seen: Callable[[str], object]) -> None:
    """Shows every BEGIN, SAVEPOINT and so on to `seen`, before SQLite runs it."""

    def on_connect(connection: Any, _: Any) -> None:
        connection.driver_connection._conn.set_trace_callback(seen)

    event.listen(database.engine.sync_engine, "connect", on_connect)


@pytest.fixture(autouse=True)
def time_to_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short, "MAX_OPEN", 60.0)  # this machine may be slow


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
def ends(database: Database) -> list[str]:
    """The ends of transactions and savepoints, as they happen."""
    found: list[str] = []
    watch(database, lambda statement: found.append(statement) if statement in ENDS else None)
    return found


@pytest.fixture
async def shop(ends: list[str], database: Database) -> Shop:
    shop = await make_shop(database)
    ends.clear()
    return shop


def reject(database: Database, member: Actor, order: Order) -> Awaitable[Outcome]:
    context = Context(database, member, lambda: datetime.now(UTC))
    return reject_order(context, RejectOrder(order.id, Message(notify=True), idempotency_key=order.code))


async def add_tag(database: Database, shop: Shop, code: str, *, then: Write | None = None) -> None:
    async with database.transaction(Scope(shop.brand.id), short=True) as session:
        session.add(Tag(brand_id=shop.brand.id, code=code, name=code))
        await session.flush()
        if then:
            await then(session)


async def codes(database: Database) -> list[str]:
    async with database.read(EVERYTHING) as session:
        return sorted(await session.scalars(select(Tag.code)))


async def test_concurrent_rejections_share_commits(database: Database, shop: Shop, ends: list[str]) -> None:
    orders = [await make_order(database, shop) for _ in range(MANY)]
    ends.clear()
    outcomes = await asyncio.gather(*(reject(database, shop.member(), order) for order in orders))
    assert [outcome.refusals for outcome in outcomes] == [[]] * MANY
    assert ends.count("COMMIT") < MANY
    assert ends.count("SAVEPOINT command") == ends.count("RELEASE command") == MANY - ends.count("COMMIT")
    assert await violations(database) == []


async def test_one_alone_has_no_savepoint(database: Database, shop: Shop, ends: list[str]) -> None:
    await add_tag(database, shop, "alone")
    assert ends == ["COMMIT"]


async def test_one_sees_what_those_before_it_have_written(database: Database, shop: Shop, ends: list[str]) -> None:
    order = await make_order(database, shop)
    ends.clear()
    outcomes = await asyncio.gather(*(reject(database, shop.member(id=f"mem-{number}"), order) for number in range(3)))
    codes = [[refusal.code for refusal in outcome.refusals] for outcome in outcomes]
    assert codes == [[], [RefusalCode.ORDER_REJECTED], [RefusalCode.ORDER_REJECTED]]
    assert ends.count("COMMIT") == 1
    assert await violations(database) == []


async def test_one_that_fails_is_rolled_back_alone(database: Database, shop: Shop, ends: list[str]) -> None:
    async def fail(session: AsyncSession) -> None:
        await run_text(session, "UPDATE brands SET code = NULL", ())

    tags = [add_tag(database, shop, f"tag-{n}", then=fail if n == 2 else None) for n in range(5)]
    results = await asyncio.gather(*tags, return_exceptions=True)
    assert [type(each) for each in results] == [type(None)] * 2 + [IntegrityError] + [type(None)] * 2
    assert ends.count("COMMIT") == ends.count("ROLLBACK TO command") == 1
    assert await codes(database) == ["tag-0", "tag-1", "tag-3", "tag-4"]


async def test_one_that_fails_gives_its_number_back(database: Database, shop: Shop, ends: list[str]) -> None:
    async def numbered(place: int) -> str:
        async with database.transaction(Scope(shop.brand.id), short=True) as session:
            code = await next_code(session, shop.brand.id, "INV")
            if place == 2:
                await run_text(session, "UPDATE brands SET code = NULL", ())
            return code

    results = await asyncio.gather(*(numbered(place) for place in range(5)), return_exceptions=True)
    assert ends.count("ROLLBACK TO command") == 1
    given = [each for each in results if isinstance(each, str)]
    assert given == ["INV-000001", "INV-000002", "INV-000003", "INV-000004"]


async def test_if_the_first_one_fails_the_others_begin_again(database: Database, shop: Shop, ends: list[str]) -> None:
    async def fail(_: AsyncSession) -> None:
        raise ValueError

    tags = [add_tag(database, shop, f"tag-{n}", then=fail if n == 0 else None) for n in range(3)]
    results = await asyncio.gather(*tags, return_exceptions=True)
    assert [type(each) for each in results] == [ValueError, type(None), type(None)]
    assert ends == ["ROLLBACK", "SAVEPOINT command", "RELEASE command", "COMMIT"]
    assert await codes(database) == ["tag-1", "tag-2"]


async def test_a_failed_commit_fails_all(database: Database, shop: Shop, ends: list[str]) -> None:
    async def spoil(session: AsyncSession) -> None:
        """SQLite notices this at COMMIT only."""
        await run_text(session, "PRAGMA defer_foreign_keys=ON", ())
        row = (new_id().hex, new_id().hex)
        await run_text(session, "INSERT INTO tags (brand_id, id, code, name) VALUES (?, ?, 'of', 'no brand')", row)

    async def refuse(_: AsyncSession) -> None:
        raise ValueError  # perhaps because of what the others have written: so nobody may see it

    then = {1: spoil, 2: refuse}
    before = await trace(database)
    results = await asyncio.gather(
        *(add_tag(database, shop, f"tag-{n}", then=then.get(n)) for n in range(4)), return_exceptions=True
    )
    assert [type(each) for each in results] == [IntegrityError] * 4, results
    assert ends.count("COMMIT") == 1
    assert await trace(database) == before
    await add_tag(database, shop, "after")
    assert await codes(database) == ["after"]


async def test_a_full_disk_fails_all(database: Database, shop: Shop, ends: list[str]) -> None:
    async def fill(session: AsyncSession) -> None:
        await run_text(session, "PRAGMA max_page_count=1", ())
        try:
            await run_text(session, "UPDATE brands SET name = ?", ("x" * 1_000_000,))
        except DBAPIError:
            await run_text(session, "ROLLBACK", ())  # as SQLite does by itself if it cannot undo the statement alone
            raise

    before = await trace(database)
    results = await asyncio.gather(
        *(add_tag(database, shop, f"tag-{n}", then=fill if n == 1 else None) for n in range(3)), return_exceptions=True
    )
    assert [isinstance(each, DBAPIError) and is_busy(each) for each in results] == [True, True, False], results
    assert ends.count("COMMIT") == 1
    assert await codes(database) == ["tag-2"]
    async with database.transaction(EVERYTHING) as session:
        await session.execute(delete(Tag))
    assert await trace(database) == before


async def test_a_cancelled_one_leaves_nothing_and_the_others_go_on(database: Database, shop: Shop) -> None:
    async def cancel(number: int) -> list[str]:
        tasks = [asyncio.create_task(add_tag(database, shop, f"{number}-{n}")) for n in range(4)]
        for _ in range(number):
            await asyncio.sleep(0)
        tasks[number % 4].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for n, each in enumerate(results) if n != number % 4] == [None] * 3
        return [f"{number}-{n}" for n, each in enumerate(results) if each is None]

    answered = [code for number in range(60) for code in await cancel(number)]
    assert set(answered) <= set(await codes(database))
    assert database.engine.pool.status().endswith("Current Checked out connections: 0")


async def test_an_ordinary_transaction_gets_its_turn(database: Database, shop: Shop, ends: list[str]) -> None:
    done: list[str] = []

    async def ordinary() -> None:
        async with database.transaction(EVERYTHING) as session:
            done.append(f"saw {await session.scalar(select(func.count()).select_from(Tag))}")

    async def tag(code: str) -> None:
        await add_tag(database, shop, code)
        done.append(code)

    await asyncio.gather(tag("a"), tag("b"), ordinary(), tag("c"), tag("d"))
    assert done == ["a", "b", "saw 2", "c", "d"]
    assert ends.count("COMMIT") == 3


class Open:
    """An open transaction that somebody may join."""

    def __init__(self) -> None:
        self.went_on = 0

    def go_on(self) -> None:
        self.went_on += 1


async def test_one_that_is_cancelled_as_it_gets_the_open_transaction_hands_it_on() -> None:
    turns, transaction = Turns(60), Open()
    await turns.take()
    cancelled = asyncio.create_task(turns.take(can_join=True))
    await asyncio.sleep(0)
    assert turns.pass_on_open(transaction)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert transaction.went_on == 1


async def test_one_that_was_cancelled_before_is_passed_over() -> None:
    turns, transaction = Turns(60), Open()
    await turns.take()
    cancelled, next_one = [asyncio.create_task(turns.take(can_join=True)) for _ in range(2)]
    await asyncio.sleep(0)
    cancelled.cancel()
    assert turns.pass_on_open(transaction)
    assert (await next_one)[1] is transaction
    assert transaction.went_on == 0


@pytest.mark.parametrize(("name", "value", "commits"), [("MAX_TOGETHER", 3, 3), ("MAX_OPEN", 0.0, 7)])
async def test_others_get_their_turn_after_so_many_or_so_long(
    database: Database,
    shop: Shop,
    ends: list[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Any,
    commits: int,
) -> None:
    monkeypatch.setattr(short, name, value)
    await asyncio.gather(*(add_tag(database, shop, f"tag-{n}") for n in range(7)))
    assert ends.count("COMMIT") == commits
    assert len(await codes(database)) == 7


async def test_a_queue_is_left_after_the_lock_wait(sqlite_url: str) -> None:
    database = Database(sqlite_url, lock_wait=timedelta(seconds=0.2))
    shop = await make_shop(database)
    is_open, may_end = asyncio.Event(), asyncio.Event()

    async def stay(_: AsyncSession) -> None:
        is_open.set()
        await may_end.wait()

    first = asyncio.create_task(add_tag(database, shop, "first", then=stay))
    await is_open.wait()
    with pytest.raises(DatabaseBusyError):
        await add_tag(database, shop, "late")
    may_end.set()
    await first
    await add_tag(database, shop, "next")
    assert await codes(database) == ["first", "next"]
    await database.close()


def reject_and_die(url: str, answers: Path) -> None:
    """Rejects all orders at once. The process dies at the COMMIT that several of them share."""
    short.MAX_OPEN = 60.0
    has_group = False

    def on_statement(statement: str) -> None:
        nonlocal has_group
        has_group = has_group or statement == "RELEASE command"
        if has_group and statement == "COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)

    async def reject_all() -> None:
        database = Database(url)
        watch(database, on_statement)
        async with database.read(EVERYTHING) as session:
            orders = list(await session.scalars(select(Order)))
        member = Actor(role=Role.WRITE, id="mem-1", name="Mina Sato", brand_id=orders[0].brand_id)

        async def one(order: Order) -> None:
            await reject(database, member, order)
            with answers.open("a") as file:
                file.write(f"{order.code}\n")

        await asyncio.gather(*(one(order) for order in orders))

    asyncio.run(reject_all())


async def test_killed_before_the_shared_commit_nothing_is_written_or_answered(
    database: Database, shop: Shop, sqlite_url: str, tmp_path: Path
) -> None:
    for _ in range(4):
        await make_order(database, shop)
    before, answers = await trace(database), tmp_path / "answers"
    process = FORKING.Process(target=reject_and_die, args=(sqlite_url, answers))
    process.start()
    await asyncio.to_thread(process.join, 60)
    assert process.exitcode == -signal.SIGKILL
    assert not answers.exists()
    assert await trace(database) == before
    assert await violations(database) == []
