"""Makes the rows in a process of its own, so that they are made while the database writes those before."""

import csv
import gc
import io
import json
import marshal
import multiprocessing
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Dialect

from examples.made_up_brand.lives import END
from examples.made_up_brand.orders import COLUMNS, ORDERS_AT_ONCE, SPAN, Maker
from examples.made_up_brand.shop import make_shop
from models.base import Json
from models.database.tables import metadata


@dataclass(frozen=True, slots=True)
class Made:
    """`rows`: table → tuples for SQLite, text for PostgreSQL's COPY (CSV). The rest as orders.py's Batch."""

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
        made = Made(*marshal.loads(receiver.recv_bytes()))  # noqa: S302 - from our own process
        orders -= made.orders
        yield made


def _make(sender: Connection, dialect: str, brand: str, seed: int, orders: int) -> None:
    gc.disable()  # rows without cycles: looking for some among them takes a quarter of the time
    rng = brand_random(brand, seed)
    shop, _ = make_shop(rng, brand, END - SPAN)
    as_driver_wants = _csv if dialect == "postgresql" else plain
    for batch in Maker(rng, shop).batches(orders, ORDERS_AT_ONCE):
        rows = {name: as_driver_wants(name, values) for name, values in batch.rows.items() if values}
        # Of plain values, and four times as fast as pickle.
        sender.send_bytes(marshal.dumps((batch.orders, rows, batch.sequence, batch.hash)))


def brand_random(brand: str, seed: int) -> random.Random:
    return random.Random(f"{seed}:{brand}")  # noqa: S311 - the same for the same seed, on purpose


def plain(table: str, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The rows as SQLite's driver wants them: texts and numbers, without their subclasses."""
    columns = metadata.tables[table].c
    convert = {}
    for place, name in enumerate(COLUMNS[table]):
        first = next((row[place] for row in rows if row[place] is not None), None)
        if columns[name].type is Json:
            convert[place] = json.dumps
        elif isinstance(first, datetime):
            convert[place] = _sqlite_time
        elif isinstance(first, Enum):
            convert[place] = _value
    return _with(rows, convert)


def _csv(table: str, rows: Sequence[Sequence[Any]]) -> bytes:
    convert = {n: json.dumps for n, name in enumerate(COLUMNS[table]) if metadata.tables[table].c[name].type is Json}
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_with(rows, convert))
    return text.getvalue().encode()


def _with(rows: Sequence[Sequence[Any]], convert: Mapping[int, Callable[[Any], Any]]) -> Sequence[Sequence[Any]]:
    if not convert:
        return rows
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, function in convert.items():
        columns[place] = [None if value is None else function(value) for value in columns[place]]
    return list(zip(*columns, strict=True))


def _sqlite_time(at: datetime) -> str:
    """As SQLAlchemy writes it."""
    return at.isoformat(" ", "microseconds").removesuffix("+00:00")


def _value(member: Enum) -> Any:
    return member.value
