"""Makes the rows in a process of its own, so that they are made while the database writes those before."""

import csv
import gc
import io
import json
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect

from examples.made_up_brand.lives import END
from examples.made_up_brand.orders import COLUMNS, ORDERS_AT_ONCE, SPAN, Maker
from examples.made_up_brand.shop import make_shop
from models.base import Json
from models.database.copying import converted
from models.database.tables import metadata

NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Made:
    """`rows`: table → tuples for SQLite, text for PostgreSQL's COPY (CSV with NULL). The rest as orders.py's Batch."""

    orders: int
    rows: dict[str, Any]
    sequence: int
    hash: str


@contextmanager
def made_elsewhere(dialect: Dialect, brand: str, seed: int, orders: int) -> Iterator[Iterator[Made]]:
    """The batches of `orders` orders of a brand, the same as `Maker` makes them."""
    # Not forked: this process has threads.
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(sender, dialect.name, brand, seed, orders), daemon=True)
    process.start()
    sender.close()
    try:
        yield _received(receiver, orders)
    finally:
        receiver.close()
        process.terminate()
        process.join()


def _received(receiver: Connection, orders: int) -> Iterator[Made]:
    while orders:
        made = Made(*receiver.recv())
        orders -= made.orders
        yield made


def _make(sender: Connection, dialect: str, brand: str, seed: int, orders: int) -> None:
    gc.disable()  # rows without cycles: looking for some among them takes a quarter of the time
    rng = brand_random(brand, seed)
    shop, _ = make_shop(rng, brand, END - SPAN)
    as_driver_wants = _csv if dialect == "postgresql" else _tuples
    for batch in Maker(rng, shop).batches(orders, ORDERS_AT_ONCE):
        rows = {name: as_driver_wants(name, values) for name, values in batch.rows.items() if values}
        sender.send((batch.orders, rows, batch.sequence, batch.hash))


def brand_random(brand: str, seed: int) -> random.Random:
    return random.Random(f"{seed}:{brand}")  # noqa: S311 - the same for the same seed, on purpose


def _tuples(table: str, rows: Sequence[Sequence[Any]]) -> Any:
    from sqlalchemy.dialects.sqlite.aiosqlite import dialect

    return converted(dialect(), metadata.tables[table], COLUMNS[table], rows)


def _csv(table: str, rows: Sequence[Sequence[Any]]) -> bytes:
    columns = []
    for name, values in zip(COLUMNS[table], zip(*rows, strict=True), strict=True):
        kind = metadata.tables[table].c[name].type
        first = next((value for value in values if value is not None), None)
        if kind is Json:
            columns.append([json.dumps(value) for value in values])
        elif isinstance(first, UUID):
            columns.append([NULL if value is None else value.hex for value in values])
        elif None in values:
            columns.append([NULL if value is None else value for value in values])
        else:
            columns.append(list(values))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
    return text.getvalue().encode()
