"""Makes the rows in a process of its own, so that they are made while the database writes those before."""

import gc
import json
import marshal
import multiprocessing
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from multiprocessing.connection import Connection
from typing import Any

import orjson
from sqlalchemy import Dialect

from examples.made_up_brand.lives import END
from examples.made_up_brand.orders import COLUMNS, ORDERS_AT_ONCE, SPAN, Maker
from examples.made_up_brand.shop import make_shop
from models.base import Json
from models.database.tables import metadata

NULL = "\\N"
ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
SPECIAL = re.compile(r"[\\\t\n\r]")


@dataclass(frozen=True, slots=True)
class Made:
    """`rows`: table → tuples for SQLite, text for PostgreSQL's COPY. The rest as orders.py's Batch."""

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
    as_driver_wants = copied if dialect == "postgresql" else plain
    for batch in Maker(rng, shop).batches(orders, ORDERS_AT_ONCE):
        rows = {name: as_driver_wants(name, values) for name, values in batch.rows.items() if values}
        # Of plain values, and four times as fast as pickle.
        sender.send_bytes(marshal.dumps((batch.orders, rows, batch.sequence, batch.hash)))


def brand_random(brand: str, seed: int) -> random.Random:
    return random.Random(f"{seed}:{brand}")  # noqa: S311 - the same for the same seed, on purpose


def plain(table: str, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The rows as SQLite's driver wants them: texts and numbers, without their subclasses."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, (name, values) in enumerate(zip(COLUMNS[table], columns, strict=True)):
        if convert := _conversion(table, name, values):
            columns[place] = [None if value is None else convert(value) for value in values]
    return list(zip(*columns, strict=True))


def _conversion(table: str, column: str, values: Sequence[Any]) -> Callable[[Any], Any] | None:
    if metadata.tables[table].c[column].type is Json:
        return _json
    first = next((value for value in values if value is not None), None)
    if isinstance(first, datetime):
        return _sqlite_time
    return _value if isinstance(first, Enum) else None


def _json(value: Any) -> str:
    return "{}" if value == {} else json.dumps(value)  # most details are empty


def _sqlite_time(at: datetime) -> str:
    """As SQLAlchemy writes it."""
    return at.isoformat(" ", "microseconds").removesuffix("+00:00")


def _value(member: Enum) -> Any:
    return member.value


def copied(table: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows in the text format of COPY."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, (name, values) in enumerate(zip(COLUMNS[table], columns, strict=True)):
        if metadata.tables[table].c[name].type is Json:
            values = [orjson.dumps(value).decode() for value in values]
        first = next((value for value in values if value is not None), None)
        if isinstance(first, str) and SPECIAL.search("".join(filter(None, values))):
            values = [value and _escaped(value) for value in values]
        columns[place] = [NULL if value is None else value for value in values] if None in values else values
    line = "\t".join(["%s"] * len(columns)) + "\n"
    return "".join([line % row for row in zip(*columns, strict=True)]).encode()


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda found: ESCAPES[found[0]], text)
