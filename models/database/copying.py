"""Bulk inserts without the ORM: arrays on PostgreSQL, executemany on SQLite. Constraints and triggers still apply."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Base, Json

# Column names, and rows of values in that order.
Rows = tuple[Sequence[str], Sequence[Sequence[Any]]]


async def copy_rows(session: AsyncSession, rows: Mapping[str, Rows]) -> None:
    """Writes rows of several tables (table name → rows), in the order of foreign keys, in the session's transaction.

    The session must have run a statement before: on PostgreSQL, SQLAlchemy begins the transaction with the first one.
    """
    for table in Base.metadata.sorted_tables:
        columns, values = rows.get(table.name, ((), ()))
        if values:
            await (_insert_arrays if session.get_bind().dialect.name == "postgresql" else _insert)(
                session, table, columns, values
            )


async def _insert_arrays(
    session: AsyncSession, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert raw is not None  # noqa: S101 - the session has a connection
    if not raw.is_in_transaction():
        raise RuntimeError("copy_rows before the transaction has begun: run a statement first")
    json_columns = [index for index, name in enumerate(columns) if table.c[name].type is Json]
    if json_columns:
        values = [
            [json.dumps(value) if index in json_columns else value for index, value in enumerate(row)] for row in values
        ]
    # COPY is not possible under row-level security, and a temporary table needs a privilege that a serving role lacks.
    # Without their lengths: a cast to varchar(64) would cut what is longer instead of refusing it.
    dialect = session.get_bind().dialect
    types = [re.sub(r"\(.*\)", "", table.c[name].type.compile(dialect)) for name in columns]
    arrays = ", ".join(f"${number}::{type}[]" for number, type in enumerate(types, 1))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608
    await raw.execute(statement, *map(list, zip(*values, strict=True)))


async def _insert(session: AsyncSession, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    dialect = session.get_bind().dialect
    converters = {
        index: convert
        for index, name in enumerate(columns)
        if (convert := table.c[name].type.dialect_impl(dialect).bind_processor(dialect))
    }
    converted = [
        tuple(converters[index](value) if index in converters else value for index, value in enumerate(row))
        for row in values
    ]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    await (await session.connection()).exec_driver_sql(statement, converted)
