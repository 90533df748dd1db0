"""A backup made while orders are written and rejected is consistent: it starts, and its audit chain is intact."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from examples.made_up_brand.writer import seed_orders
from graph.cli.audit import verify
from graph.cli.backup import backup
from graph.cli.errors import CommandError
from graph.core.ids import Kind, to_id
from models.audit import AuditEntry
from models.database.sessions import Database
from models.migrations import current, latest
from models.order import Order
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop
from tests.support.postgres import Postgres

REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"


async def counts(database: Database) -> tuple[int, int]:
    """The numbers of rejections and of their audit entries."""
    async with database.read(EVERYTHING) as session:
        rejected = await session.scalar(select(func.count()).select_from(OrderRejection))
        told = select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "ORDER_REJECTED")
        return rejected or 0, await session.scalar(told) or 0


async def load(client: Client, orders: list[Order], stop: asyncio.Event) -> int:
    """Rejects one order after the other until it is stopped; returns their number."""
    number = 0
    for order in orders:
        if stop.is_set():
            break
        answer = await client.data(REJECT, id=to_id(Kind.ORDER, order.id))
        assert answer["rejectOrder"]["userErrors"] == []
        number += 1
    return number


async def test_sqlite_is_backed_up_during_writes(sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sqlite_url, tmp_path, Clock()) as server:
        await seed_orders(server.database, 400, brand="seed", seed=1)
        shop = await make_shop(server.database)
        orders = [await make_order(server.database, shop) for _ in range(60)]
        before = await counts(server.database)
        stop = asyncio.Event()
        loading = asyncio.create_task(load(server.as_(shop.member()), orders, stop))
        while await counts(server.database) == before and not loading.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        file = tmp_path / "backup.db"
        await backup(server.database, file)
        stop.set()
        assert await loading > 0
        after = await counts(server.database)
    assert {path.name for path in tmp_path.glob("*backup*")} == {"backup.db"}, "one file, and no draft"
    assert file.stat().st_mode & 0o077 == 0
    copy = Database(f"sqlite:///{file}")
    assert await current(copy) == latest()
    assert await verify(copy, None)
    rejected, told = await counts(copy)
    assert before[0] < rejected <= after[0]
    assert rejected - before[0] == told - before[1]
    await copy.close()


async def test_a_backup_overwrites_no_file(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    file = tmp_path / "backup.db"
    file.write_text("mine")
    with pytest.raises(CommandError, match="is there already"):
        await backup(database, file)
    assert file.read_text() == "mine"
    with pytest.raises(CommandError, match="cannot be written"):
        await backup(database, tmp_path / "nowhere" / "backup.db")
    await database.close()


async def test_on_postgresql_the_command_refers_to_pg_dump(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url)
    with pytest.raises(CommandError, match="pg_dump"):
        await backup(database, tmp_path / "x")
    await database.close()


async def test_postgresql_is_dumped_and_restored_under_load(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """With the commands of docs/operations.md."""
    file = tmp_path / "orders.dump"
    async with serving(postgres_url, tmp_path, Clock()) as server:
        await seed_orders(server.database, 400, brand="seed", seed=1)
        shop = await make_shop(server.database)
        orders = [await make_order(server.database, shop) for _ in range(60)]
        before = await counts(server.database)
        stop = asyncio.Event()
        loading = asyncio.create_task(load(server.as_(shop.member()), orders, stop))
        await asyncio.to_thread(
            run, postgres, "pg_dump", "--enable-row-security", "--format=custom", f"--file={file}", postgres_url
        )
        stop.set()
        assert await loading > 0
        after = await counts(server.database)
    restored = await asyncio.to_thread(postgres.create_database, f"restored_{os.getpid()}")
    arguments = ("--exit-on-error", "--single-transaction", f"--dbname={restored}", str(file))
    await asyncio.to_thread(run, postgres, "pg_restore", *arguments)
    copy = Database(restored)
    assert await current(copy) == latest()
    assert await verify(copy, None)
    rejected, told = await counts(copy)
    assert before[0] <= rejected <= after[0]
    assert rejected - before[0] == told - before[1]
    await copy.close()
    await asyncio.to_thread(postgres.drop_database, f"restored_{os.getpid()}")


def run(postgres: Postgres, program: str, *arguments: str) -> None:
    environment = os.environ | {"PGOPTIONS": "-c orders.brand=all"}
    command = [str(postgres.programs / program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
