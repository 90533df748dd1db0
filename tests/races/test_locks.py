"""A command that waits too long for a lock gets UNAVAILABLE with a 503 and changes nothing; no wait is unbounded.

Three of the deadlocks below were real, each shown by its test before the order of the locks was mended: settings,
placing anew, and imports.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from graph import app as application
from models.audit import AuditHead
from models.buyer import Buyer
from models.database.engines import LOCK_WAIT, DatabaseBusyError
from models.database.sessions import Database
from models.messages.mail import MailKind
from models.outbox import OutboxMessage
from models.policy import Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from resolvers.importing.importer import BATCH
from tests.races.conftest import Site
from tests.races.gate import shut, wait_for_waiters
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, make_tag
from tests.support.forked import run_beside
from tests.support.invariants import violations
from tests.support.servers import PATIENT, Answer, Caller, Callers, environment
from tests.support.trace import trace

ERRORS = "{ userErrors { code message } }"
REJECT = f"rejectOrder {ERRORS}"
HEADING = "Order Code,Buyer Unique Code,Catalog Code,Model Number,SKU Number,Quantity,Unit Price,Currency"
ORDERS = 4 * BATCH + 50  # in each of two files
IMPORTS_WITHIN = 300  # seconds, on a slow machine, beside the rejections
MAX_ROUNDS = 15  # as many as chance may need; one does as a rule
DOCUMENT = "mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) { userErrors { code } } }"


@pytest.fixture
async def impatient(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """An application that waits at most a fifth of a second for a lock."""

    monkeypatch.setattr(application, "LOCK_WAIT", timedelta(seconds=0.2))
    async with serving(database_url, tmp_path, Clock()) as client:
        yield client


@pytest.fixture
async def bystander(database_url: str) -> AsyncIterator[Database]:
    """Another user of the same database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def test_lock_wait_is_bounded(impatient: Client, bystander: Database) -> None:
    shop = await make_shop(bystander)
    order = await make_order(bystander, shop)
    member = impatient.as_(shop.member())
    asked = {"query": DOCUMENT, "variables": {"input": {"orderId": id_of(order), "notify": True}}}
    before = await trace(bystander)
    async with shut(bystander, [order]):
        clicks = [impatient.http.post("/graphql", json=asked, headers=member.headers) for _ in range(3)]
        started = asyncio.get_running_loop().time()
        responses = await asyncio.gather(*clicks)
        waited = asyncio.get_running_loop().time() - started
    assert waited < LOCK_WAIT.total_seconds() - 1
    for response in responses:
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "1"
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert "Try again" in error["message"]
    assert await trace(bystander) == before
    response = await impatient.http.post("/graphql", json=asked, headers=member.headers)
    assert response.json()["data"] == {"rejectOrder": {"userErrors": []}}


async def test_answerable_requests_get_no_503(impatient: Client, bystander: Database) -> None:
    shop = await make_shop(bystander)
    order = await make_order(bystander, shop)
    member = impatient.as_(shop.member())
    reading = "{ viewer { name } order(id: $id) { code } }"
    response = await impatient.http.post(
        "/graphql",
        json={"query": f"query ($id: ID!) {reading}", "variables": {"id": id_of(order)}},
        headers=member.headers,
    )
    assert response.status_code == 200


async def test_the_wait_for_writers_of_the_same_process_is_bounded(sqlite_url: str) -> None:
    database = Database(sqlite_url, lock_wait=timedelta(seconds=0.1))
    async with database.transaction(EVERYTHING):
        with pytest.raises(DatabaseBusyError):
            async with database.transaction(EVERYTHING):
                pass
    async with database.transaction(EVERYTHING) as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_on_sqlite_waits_for_this_and_other_processes_share_one_bound(sqlite_url: str) -> None:
    database = Database(sqlite_url, lock_wait=timedelta(seconds=60))
    begun = asyncio.Event()

    async def left() -> int:
        """The milliseconds that SQLite itself would wait."""
        begun.set()
        async with database.transaction(EVERYTHING) as session:
            waits: int = (await session.execute(text("PRAGMA busy_timeout"))).scalar_one()
            return waits

    async with database.transaction(EVERYTHING):
        waiting = asyncio.create_task(left())
        await begun.wait()
        await asyncio.sleep(0.5)
    assert 0 < await waiting <= 59_500
    await database.close()


async def together(database: Database, *commands: Callable[[], Awaitable[Answer]], hold: Any) -> list[Answer]:
    """Sends the commands one by one while `hold` blocks them, then releases the lock."""
    tasks = []
    async with hold:
        for count, command in enumerate(commands, 1):
            tasks.append(asyncio.ensure_future(command()))
            await wait_for_waiters(database, count)
    return await asyncio.gather(*tasks)


async def test_settings_of_a_brand_change_while_its_orders_are_rejected(
    database: Database, shop: Shop, callers: Callers
) -> None:
    """The rejection held the audit's head and waited for the brand's row; the settings the other way round."""
    member, admin = callers.of(shop.member()), callers.of(shop.member(Role.ADMIN))
    orders = [await make_order(database, shop) for _ in range(12)]
    calls = [member.call(number, REJECT, orderId=id_of(order), notify=False) for number, order in enumerate(orders)]
    calls += [
        admin.call(number, f"updateBrandSettings {ERRORS}", mailSenderName=f"Name {number}") for number in range(12)
    ]
    assert_done(await asyncio.gather(*calls))


async def test_an_order_is_placed_again_while_the_returned_one_is_archived(
    database: Database, shop: Shop, callers: Callers
) -> None:
    """The new order held the audit's head and waited for the old order's row; archiving the other way round."""
    member = callers.of(shop.member())
    for number in range(6):
        order = await make_order(database, shop)
        back = await member.call(0, f"sendOrderBackToCart {ERRORS}", orderId=id_of(order), notify=False)
        assert back.is_done
        line = {"skuId": id_of(shop.skus[0]), "quantity": 1, "unitPrice": "1.00"}
        new = {"buyerId": id_of(shop.buyer), "catalogCode": "SS27", "currency": "GBP", "lines": [line]}
        answers = await together(
            database,
            partial(member.call, number, f"placeOrder {ERRORS}", **new),
            partial(member.call, number + 1, f"archiveOrder {ERRORS}", orderId=id_of(order)),
            hold=held(database, AuditHead, shop.brand.id),
        )
        assert_done(answers)


async def test_tags_are_deleted_while_they_are_taken_off_and_put_on(
    database: Database, shop: Shop, callers: Callers
) -> None:
    member = callers.of(shop.member())
    for number in range(3):
        one, other = [await make_tag(database, shop.brand.id, f"t{number}{n}") for n in (1, 2)]
        orders = [await make_order(database, shop) for _ in range(6)]
        apply = f"applyTags {ERRORS}"
        for place, order in enumerate(orders):
            await member.call(0, apply, orderId=id_of(order), tagIds=[id_of((one, other)[place % 2])])
        calls = [
            member.call(place, apply, orderId=id_of(order), tagIds=[id_of((other, one)[place % 2])])
            for place, order in enumerate(orders)
        ]
        ids = [id_of(order) for order in orders]
        calls += [member.call(0, f"applyTagsToOrders {ERRORS}", orderIds=ids, tagIds=[], mode="REPLACE")]
        calls += [
            member.call(place, f"deleteTag {ERRORS}", tagId=id_of(tag), removeFromOrders=True)
            for place, tag in enumerate((one, other))
        ]
        answers = await asyncio.gather(*calls)
        assert [answer.error for answer in answers] == [None] * len(answers)


@pytest.mark.timeout(1800)  # as many rounds as chance may need
async def test_opposite_imports_and_rejections_of_the_same_orders_do_not_deadlock(
    database: Database, site: Site, shop: Shop, callers: Callers, tmp_path: Path
) -> None:
    """Four processes: two imports, and two servers that reject every imported order."""
    member, orders, overlapped = callers.of(shop.member()), 0, False
    for number in range(MAX_ROUNDS):
        orders += ORDERS
        files = [tmp_path / f"up{number}.csv", tmp_path / f"down{number}.csv"]
        for file, direction in zip(files, (1, -1), strict=True):
            file.write_text("\n".join((HEADING, *rows(shop, number)[::direction])), encoding="utf-8")
        async with held(database, Buyer, (shop.brand.id, shop.buyer.id)):  # each has begun with its first orders
            imports = [asyncio.create_task(import_in_a_process(site, shop, file)) for file in files]
            await wait_for_waiters(database, 2)
        swept = 0
        while not all(each.done() for each in imports):
            found = sum(await asyncio.gather(*(sweep(member, server) for server in (0, 1))))
            swept += found
            overlapped |= found > 0 and not all(each.done() for each in imports)
        counts = [await each for each in imports]
        assert [sum(each) for each in zip(*counts, strict=True)] == [ORDERS, ORDERS, ORDERS, 0]
        assert swept + await sweep(member, 0) == ORDERS
        # On SQLite, an import that writes releases the lock only for moments.
        if overlapped or database.is_sqlite:
            break
    assert overlapped or database.is_sqlite, "all were rejected after all had come"
    async with database.read(EVERYTHING) as session:
        rejected = select(func.count()).where(OrderRejection.brand_id == shop.brand.id)
        assert await session.scalar(rejected) == orders
    assert await violations(database) == []


def rows(shop: Shop, number: int) -> list[str]:
    return [f"IMP-{number}-{each},{shop.buyer.unique_code},SS27,MODEL-1,SKU-1,1,5.00,GBP" for each in range(ORDERS)]


async def import_in_a_process(site: Site, shop: Shop, file: Path) -> list[int]:
    """Runs `orders import`; returns the numbers of orders and lines imported, and of orders unchanged and refused."""
    done = await run_beside(
        ["import", "--brand", shop.brand.code, str(file)],
        environment(site.database_url),
        change=PATIENT,
        within=IMPORTS_WITHIN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith(f"{file.name}: "))
    return [int(number.replace(",", "")) for number in re.findall(r"\b[\d,]*\d\b", line.removeprefix(f"{file.name}: "))]


async def sweep(member: Caller, server: int) -> int:
    mutation = "rejectOrders { rejectedCount userErrors { code } }"
    answer = await member.call(server, mutation, filter={"search": "IMP-", "canReject": True}, notify=True)
    assert answer.error is None
    count: int = (answer.payload or {})["rejectedCount"]
    return count


async def test_mails_of_many_orders_are_locked_in_the_order_in_which_a_relay_writes_its_results(
    database: Database, shop: Shop, callers: Callers
) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time: there is nothing to deadlock with")
    orders = sorted([await make_order(database, shop) for _ in range(2)], key=lambda each: each.id)
    # The first order has the later mail. A relay has both in hand.
    mails = [
        OutboxMessage(
            id=id, brand_id=shop.brand.id, order_id=order.id, kind=MailKind.OC_CREATED.value, notice={},
            recipients=["a@b.example"], due_at=NOON, created_at=NOON, leased_until=NOON + timedelta(days=36_500),
        )
        for id, order in zip(sorted((uuid4(), uuid4()), reverse=True), orders, strict=True)
    ]  # fmt: skip
    async with database.transaction(EVERYTHING) as session:
        session.add_all(mails)
    later, earlier = (select(OutboxMessage.id).where(OutboxMessage.id == each.id) for each in mails)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(earlier.with_for_update())
        ids = [id_of(each) for each in orders]
        rejecting = callers.of(shop.member()).call(0, f"rejectOrders {ERRORS}", orderIds=ids, notify=False)
        task = asyncio.create_task(rejecting)
        await wait_for_waiters(database, 1)
        await session.execute(later.with_for_update(nowait=True))
    assert_done([await task])


async def test_the_database_never_detected_a_deadlock(database: Database, shop: Shop) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time: there is nothing to deadlock with")
    async with database.engine.connect() as connection:
        seen = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert (await connection.execute(text(seen))).scalar_one() == 0


def assert_done(answers: list[Answer]) -> None:
    assert [(answer.error, answer.refused) for answer in answers] == [(None, [])] * len(answers)


def url_of(database: Database) -> str:
    return database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)


@asynccontextmanager
async def held(database: Database, table: Any, key: Any) -> AsyncIterator[None]:
    """Locks a row, or on SQLite takes the write lock, in a separate connection."""
    holder = Database(url_of(database))
    async with holder.transaction(EVERYTHING) as session:
        await session.get_one(table, key, with_for_update=True)
        yield
    await holder.close()
