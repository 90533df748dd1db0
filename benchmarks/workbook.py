"""The Excel export of 2,000, 10,000 and 50,000 orders of ten lines: time, peak memory, and how long the loop waits.

`x bare`: its processor time divided by that of XlsxWriter alone (constant_memory, the usual compression) for the same
cells, without a database; of the smaller two, as the cells are kept in memory. `sqlite` or `postgresql`: only that
database. Processor time is that of this process, which SQLite is part of, and PostgreSQL not.
"""

import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.orders_workbook import orders_workbook
from models.base import new_id
from models.brand import Brand
from models.buyer import Buyer
from models.catalog import Catalog, Sku
from models.database.sessions import Database
from models.locale import Locale
from models.migrations import upgrade
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.scope import EVERYTHING, Scope

SIZES = (2_000, 10_000, 50_000)
LINES = 10
MAX_BARE = 10_000
METHODS = {
    "s": "write_string",
    "inlineStr": "write_string",
    "n": "write_number",
    "d": "write_datetime",
    "f": "write_formula",
}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def main(*databases: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if "postgresql" not in databases:
            await _compare("SQLite", f"sqlite:///{folder}/orders.db", folder)
        if "sqlite" not in databases:
            from tests.support.postgres import start_postgres  # late: it is in the memory of what is measured

            with start_postgres() as server:
                await _compare("PostgreSQL", await asyncio.to_thread(server.create_database, "bench"), folder)


async def _compare(name: str, url: str, folder: str) -> None:
    database = Database(url)
    await upgrade(database)
    brand_id = await fill(database, max(SIZES))
    await database.close()
    print(f"\n{name}\n  orders     lines  seconds  processor  x bare  MB file  MB peak of it before  ms lag")
    for size in SIZES:
        # Each size in a process of its own: the peak of a process never falls again.
        command = [sys.executable, "-m", "benchmarks.workbook", url, folder, str(brand_id), str(size)]
        done = await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        print(
            f"{size:>8,} {size * LINES:>9,} {found['seconds']:>8.1f} {found['processor']:>10.1f} {found['bare']:>7.2f} "
            f"{found['file']:>8.1f} {found['peak']:>8.1f} {found['before']:>12.1f} {found['lag']:>7.0f}",
            flush=True,
        )


async def fill(database: Database, size: int, statuses: Sequence[OrderStatus] = tuple(OrderStatus)) -> UUID:
    """Makes a brand with `size` orders (a multiple of 1,000) of LINES lines each; its id."""
    async with database.transaction(EVERYTHING) as session:
        brand = Brand(code="B", name="Brand", time_zone="Asia/Tokyo")
        session.add(brand)
        await session.flush()
        buyer = Buyer(brand_id=brand.id, unique_code="BUYER", name="Buyer 株式会社", country="JP")
        catalog = Catalog(brand_id=brand.id, code="SS27", name="Spring/Summer 2027")
        skus = [
            Sku(
                brand_id=brand.id, number=f"SKU-{n}", model_number=f"M-{n // 5}", name=f"リネンシャツ / linen shirt {n}"
            )
            for n in range(200)
        ]
        session.add_all([buyer, catalog, *skus])
        await session.flush()
        for start in range(0, size, 1000):
            await _add_orders(session, buyer, catalog, skus, range(start, start + 1000), statuses)
    return brand.id


async def _add_orders(
    session: AsyncSession,
    buyer: Buyer,
    catalog: Catalog,
    skus: list[Sku],
    numbers: range,
    statuses: Sequence[OrderStatus],
) -> None:
    orders: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for number in numbers:
        order_id, at = new_id(), NOON + timedelta(minutes=number)
        orders.append(
            {
                "brand_id": buyer.brand_id,
                "id": order_id,
                "code": f"ORD-{number:07}",
                "buyer_id": buyer.id,
                "catalog_id": catalog.id,
                "status": statuses[number % len(statuses)],
                "currency": ("JPY", "GBP", "EUR")[number % 3],
                "total_minor": LINES * 12 * 4990,
                "total_quantity": LINES * 12,
                "placed_at": at,
                "updated_at": at,
            }
        )
        lines += (
            {
                "brand_id": buyer.brand_id,
                "order_id": order_id,
                "id": new_id(),
                "data_set": DataSet.ORIGINAL,
                "position": position,
                "sku_id": skus[(number + position) % len(skus)].id,
                "quantity": 12,
                "unit_price_minor": 4990,
                "amount_minor": 12 * 4990,
            }
            for position in range(1, LINES + 1)
        )
    await session.execute(insert(Order), orders)
    await session.execute(insert(OrderLine), lines)


async def _measure(url: str, folder: Path, brand_id: UUID, size: int) -> dict[str, float]:
    database = Database(url)
    path = folder / f"{size}.xlsx"
    before = _peak()
    watch = asyncio.create_task(_longest_wait())
    orders = select(Order.id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(size)
    started, processor = time.perf_counter(), time.process_time()
    async with database.read(Scope(brand_id)) as session:
        await orders_workbook(session, orders, locale=Locale.EN, for_buyer=False, path=path, conditions=[])
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    watch.cancel()
    lag = await watch
    await database.close()
    found = {"seconds": seconds, "processor": processor, "before": before, "peak": _peak(), "lag": lag * 1000}
    found["file"] = path.stat().st_size / 1e6
    return found | {"bare": processor / _bare(path) if size <= MAX_BARE else math.nan}


def _bare(path: Path) -> float:
    """Seconds of processor that XlsxWriter takes to write the cells of this workbook into another one."""
    import openpyxl  # late, as start_postgres
    import xlsxwriter

    cells: list[tuple[str, str, int, int, Any, str | None]] = []
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    style = cell.number_format if cell.number_format != "General" else None
                    cells.append((sheet.title, METHODS[cell.data_type], cell.row, cell.column, cell.value, style))
    book.close()
    started = time.process_time()
    with xlsxwriter.Workbook(path.with_suffix(".bare.xlsx"), {"constant_memory": True}) as bare:
        sheets: dict[str, Any] = {}
        styles: dict[str | None, Any] = {None: None}
        for at, name, row, column, value, style in cells:
            if at not in sheets:
                sheets[at] = bare.add_worksheet(at)
            if style not in styles:
                styles[style] = bare.add_format({"num_format": style})
            getattr(sheets[at], name)(row - 1, column - 1, value, styles[style])
    return time.process_time() - started


async def _longest_wait() -> float:
    longest = 0.0
    try:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - started)
    except asyncio.CancelledError:
        return longest


def _peak() -> float:
    """The most memory this process has had resident so far, in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


if __name__ == "__main__":
    url, folder, brand, size = sys.argv[1:]
    print(json.dumps(asyncio.run(_measure(url, Path(folder), UUID(brand), int(size)))))
