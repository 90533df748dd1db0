"""The Excel export of 2,000, 10,000 and 50,000 orders of ten lines: time, peak memory, and how long the loop waits.

`x bare`: its processor time divided by that of XlsxWriter alone for the same cells, without a database; of the smaller
two, as the cells are kept in memory.
"""

import asyncio
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import xlsxwriter
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from xlsxwriter.worksheet import Worksheet

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
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/orders.db")
        await upgrade(database)
        brand_id = await fill(database, max(SIZES))
        await database.close()
        print("  orders     lines  seconds  MB file  MB peak of it before  ms lag  x bare")
        for size in SIZES:
            # Each size in a process of its own: the peak of a process never falls again.
            command = [sys.executable, "-m", "benchmarks.workbook", folder, str(brand_id), str(size)]
            done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            print(
                f"{size:>8,} {size * LINES:>9,} {found['seconds']:>8.1f} {found['file']:>8.1f} {found['peak']:>8.1f} "
                f"{found['before']:>12.1f} {found['lag']:>7.0f} {found['bare']:>7.2f}"
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


async def _measure(folder: Path, brand_id: UUID, size: int) -> dict[str, float]:
    database = Database(f"sqlite:///{folder}/orders.db")
    path = folder / f"{size}.xlsx"
    before = _peak()
    watch = asyncio.create_task(_longest_wait())
    orders = select(Order.id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(size)

    async def export() -> None:
        async with database.read(Scope(brand_id)) as session:
            await orders_workbook(session, orders, locale=Locale.EN, for_buyer=False, path=path)

    started, processor = time.perf_counter(), time.process_time()
    await export()
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    watch.cancel()
    lag = await watch
    found = {"seconds": seconds, "file": path.stat().st_size / 1e6, "before": before, "peak": _peak()}
    bare = processor / await _bare(export, path) if size <= MAX_BARE else math.nan
    await database.close()
    return found | {"lag": lag * 1000, "bare": bare}


async def _bare(export: Callable[[], Awaitable[None]], path: Path) -> float:
    """Seconds of processor that XlsxWriter takes for the cells of another such export."""
    cells: list[tuple[str, str, int, int, Any, str | None]] = []
    with ExitStack() as patched:
        for name in ("write_string", "write_number", "write_datetime"):
            original = getattr(Worksheet, name)

            def write(sheet: Any, *of: Any, name: str = name, original: Any = original) -> Any:
                row, column, value, *style = of
                cells.append((sheet.get_name(), name, row, column, value, style[0].num_format if style[0] else None))
                return original(sheet, *of)

            patched.enter_context(patch.object(Worksheet, name, write))
        await export()
    started = time.process_time()
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheets: dict[str, Any] = {}
        styles: dict[str | None, Any] = {None: None}
        for at, name, row, column, value, style in cells:
            if at not in sheets:
                sheets[at] = book.add_worksheet(at)
            if style not in styles:
                styles[style] = book.add_format({"num_format": style})
            getattr(sheets[at], name)(row, column, value, styles[style])
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
    print(json.dumps(asyncio.run(_measure(Path(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])))))
