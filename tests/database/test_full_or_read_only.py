"""A full disk, a read-only database, a stopped database: 503, nothing half done, and recovery without a restart."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy import event

from models.database.engines import is_busy
from models.database.sessions import Database
from models.migrations import upgrade
from models.order import Order
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import Shop, make_order, make_shop
from tests.support.invariants import violations
from tests.support.postgres import DURABLE, Postgres, start_postgres
from tests.support.trace import trace

REJECT = "mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) { userErrors { code } } }"
BODY = "x" * 9_000


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with serving(database_url, tmp_path, Clock()) as client:
        yield client


async def reject(member: Client, order: Order) -> httpx2.Response:
    input = {"orderId": id_of(order), "notify": True, "body": BODY, "idempotencyKey": order.code}
    asked = {"query": REJECT, "variables": {"input": input}}
    return await member.http.post("/graphql", json=asked, headers=member.headers)


def assert_unavailable(response: httpx2.Response) -> None:
    assert (response.status_code, response.headers.get("Retry-After")) == (503, "1"), response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"


async def assert_it_goes_on(database: Database, member: Client, order: Order) -> None:
    response = await reject(member, order)
    assert response.json()["data"] == {"rejectOrder": {"userErrors": []}}
    assert await violations(database) == []


async def test_a_full_sqlite_file_is_unavailable_until_there_is_room(sqlite_url: str, tmp_path: Path) -> None:
    """SQLite checks max_page_count before it extends the file, and raises the same SQLITE_FULL as for a full disk."""
    database = Database(sqlite_url)
    shop = await make_shop(database)
    orders = [await make_order(database, shop) for _ in range(3)]
    async with serving(sqlite_url, tmp_path, Clock()) as api:
        member = api.as_(shop.member())
        limits = {"pages": 1}

        def limit(connection: Any, *_: Any) -> None:
            # Past SQLAlchemy's connection, which could wait only within a greenlet.
            connection.driver_connection._conn.execute(f"PRAGMA max_page_count={limits['pages']}")

        event.listen(api.database.engine.sync_engine, "checkout", limit)
        before = await trace(database)
        for order in orders:
            assert_unavailable(await reject(member, order))
        assert await trace(database) == before
        reading = {"query": "{ orders { totalCount } }"}
        response = await api.http.post("/graphql", json=reading, headers=member.headers)
        assert response.json()["data"] == {"orders": {"totalCount": 3}}
        limits["pages"] = 1_000_000
        for order in orders:
            await assert_it_goes_on(database, member, order)
    await database.close()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A separate small disk, if this user may mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    folder.mkdir()
    if os.geteuid() != 0 or not mount or not umount:
        pytest.skip("mounting a small disk needs root")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("this machine does not let root mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run([umount, "--lazy", folder], check=True)


async def test_a_full_disk_under_sqlite_is_unavailable_until_there_is_room(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "6m") as disk:
        url = f"sqlite:///{shutil.copy(sqlite_template, disk / 'orders.db')}"
        database = Database(url)
        shop = await make_shop(database)
        orders = [await make_order(database, shop) for _ in range(40)]
        async with serving(url, tmp_path, Clock()) as api:
            await fill_up_and_make_room(disk, database, api.as_(shop.member()), orders)
        await database.close()


async def fill_up_and_make_room(disk: Path, database: Database, member: Client, orders: list[Order]) -> None:
    fill(disk / "ballast")
    refused = await until_full(member, orders)
    before = await trace(database)
    assert_unavailable(await reject(member, refused))
    assert await trace(database) == before
    (disk / "ballast").unlink()
    await assert_it_goes_on(database, member, refused)


def fill(path: Path) -> None:
    """Fills the disk until no space is left."""
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


async def until_full(member: Client, orders: list[Order]) -> Order:
    """Rejects one order after the other; returns the first for which there is no space."""
    for order in orders:
        response = await reject(member, order)
        if response.status_code != 200:
            assert_unavailable(response)
            return order
        assert response.json()["data"] == {"rejectOrder": {"userErrors": []}}
    raise AssertionError("the disk was never full")


async def test_a_full_disk_under_postgresql_is_unavailable_until_there_is_room(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """The growing tables are on a small disk (a tablespace), which something else fills up."""
    with small_disk(postgres.data.parent / "disk", "24m") as disk:
        place = disk / "tablespace"
        place.mkdir()
        shutil.chown(place, postgres.data.owner(), postgres.data.group())
        admin = await asyncpg.connect(f"{postgres.superuser_url}/{postgres_url.rpartition('/')[2]}")
        await admin.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        try:
            for table in ("audit_entries", "outbox_messages", "order_rejections"):
                await admin.execute(f"ALTER TABLE {table} SET TABLESPACE small")
            database = Database(postgres_url)
            shop = await make_shop(database)
            orders = [await make_order(database, shop) for _ in range(60)]
            async with serving(postgres_url, tmp_path, Clock()) as api:
                await fill_up_and_make_room(disk, database, api.as_(shop.member()), orders)
            await database.close()
        finally:
            for table in ("audit_entries", "outbox_messages", "order_rejections"):
                await admin.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            await admin.execute("DROP TABLESPACE small")
            await admin.close()


async def test_a_read_only_database_is_unavailable_until_it_is_writable(
    database: Database, database_url: str, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    member = api.as_(shop.member())
    before = await trace(database)
    for is_read_only in (True, False):
        if database.is_sqlite:
            event.listen(api.database.engine.sync_engine, "checkout", _read_only(is_read_only))
        else:
            await _read_only_on_postgresql(database_url, is_read_only)
            await api.database.engine.dispose()
        if is_read_only:
            assert_unavailable(await reject(member, order))
            assert await trace(database) == before
            reading = {"query": "{ orders { totalCount } }"}
            response = await api.http.post("/graphql", json=reading, headers=member.headers)
            assert response.json()["data"] == {"orders": {"totalCount": 1}}
    await assert_it_goes_on(database, member, order)


def _read_only(is_read_only: bool) -> Any:
    def set(connection: Any, *_: Any) -> None:
        connection.driver_connection._conn.execute(f"PRAGMA query_only={'ON' if is_read_only else 'OFF'}")

    return set


async def _read_only_on_postgresql(url: str, is_read_only: bool) -> None:
    """Makes new connections read-only, as after a fail-over that turned the server into a replica."""
    name = url.rpartition("/")[2]
    admin = await asyncpg.connect(url)
    await admin.execute("SET default_transaction_read_only = off")
    await admin.execute(
        f"""ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if is_read_only else "off"}"""
    )
    await admin.close()


async def test_a_stopped_database_is_unavailable_until_it_is_back(tmp_path: Path) -> None:
    with start_postgres(*DURABLE) as postgres:
        url = await asyncio.to_thread(postgres.create_database, "orders")
        database = Database(url)
        await upgrade(database)
        shop = await make_shop(database)
        order = await make_order(database, shop)
        async with serving(url, tmp_path, Clock()) as api:
            member = api.as_(shop.member())
            assert (await member.http.get("/health/ready")).status_code == 200
            await asyncio.to_thread(postgres.crash)
            responses = await asyncio.gather(*(reject(member, order) for _ in range(3)))
            for response in responses:
                assert_unavailable(response)
            assert (await member.http.get("/health/ready")).status_code == 503
            assert (await member.http.get("/health/live")).status_code == 200
            await asyncio.to_thread(postgres.start)
            await assert_it_goes_on(database, member, order)
        await database.close()


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.CannotConnectNowError("the database system is starting up"), True),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), True),
        (asyncpg.UndefinedTableError("no such table"), False),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (KeyError("ours"), False),
    ],
)
def test_a_failed_connection_is_unavailable_and_a_bug_is_an_internal_error(error: Exception, busy: bool) -> None:
    """Found by the crash loop: the driver's own errors, not wrapped by SQLAlchemy."""
    assert is_busy(error) is busy
