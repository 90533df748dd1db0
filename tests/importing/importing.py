"""Imports a file and reads back what has become of it."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import select

from models.actor import Actor
from models.brand import Brand
from models.catalog import Sku
from models.database.sessions import Database
from models.order import Order, OrderLine
from models.policy import Role
from models.prices import price_of
from models.scope import EVERYTHING
from models.translatable import Translatable
from resolvers.importing.importer import import_file
from resolvers.importing.options import ImportOptions
from resolvers.importing.rows import Fault
from resolvers.importing.summary import Summary
from tests.support.factories import NOON

HEADING = ["Order Code", "Buyer Unique Code", "Catalog Code", "Model Number", "SKU Number", "Quantity", "Unit Price"]


async def run(database: Database, brand: Brand, path: Path, **options: Any) -> tuple[Summary, list[Fault]]:
    faults: list[Fault] = []
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
    summary = await import_file(
        database,
        brand,
        actor,
        path,
        clock=lambda: NOON,
        on_fault=faults.append,
        options=ImportOptions(**options),
    )
    assert summary.faults == len(faults)
    assert all(isinstance(text, Translatable) for text in (*(fault.reason for fault in faults), *summary.notes))
    return summary, faults


def places(faults: Sequence[Fault]) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in faults]


async def orders(database: Database) -> dict[str, Order]:
    async with database.read(EVERYTHING) as session:
        return {order.code: order for order in await session.scalars(select(Order))}


async def lines(database: Database) -> list[tuple[Any, ...]]:
    """(order, SKU, quantity, unit price, amount) in the order of their positions."""
    statement = (
        select(
            Order.code,
            Sku.number,
            OrderLine.quantity,
            price_of(OrderLine.unit_price_minor, OrderLine.unit_price_fraction),
            OrderLine.amount_minor,
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .order_by(Order.code, OrderLine.position)
    )
    async with database.read(EVERYTHING) as session:
        return [tuple(row) for row in await session.execute(statement)]


async def column(database: Database, of: Any) -> list[Any]:
    async with database.read(EVERYTHING) as session:
        return sorted(await session.scalars(select(of)))


def write_csv(path: Path, rows: Sequence[Sequence[str]], heading: Sequence[str] = HEADING) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


def write_text(path: Path, *lines: str, heading: Sequence[str] = HEADING, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([",".join(heading), *lines, ""]).encode(encoding))
    return path


def write_workbook(
    path: Path, rows: Sequence[Sequence[Any]], heading: Sequence[str] = HEADING, date_1904: bool = False, **formats: str
) -> Path:
    """`formats`: the number format of cells, by their name (A2)."""
    with xlsxwriter.Workbook(path, {"date_1904": date_1904}) as book:
        sheet = book.add_worksheet()
        plain_date = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate([heading, *rows]):
            for place, value in enumerate(row):
                name = f"{chr(65 + place)}{number + 1}"
                style = book.add_format({"num_format": formats[name]}) if name in formats else None
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value, style or plain_date)
                else:
                    sheet.write(number, place, value, style)
    return path
