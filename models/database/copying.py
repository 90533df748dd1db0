"""Bulk inserts without the ORM: COPY on PostgreSQL, executemany on SQLite. Constraints and triggers still apply."""

import json
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
            await (_copy if session.get_bind().dialect.name == "postgresql" else _insert)(
                session, table, columns, values
            )


async def _copy(session: AsyncSession, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert raw is not None  # noqa: S101 - the session has a connection
    if not raw.is_in_transaction():
        raise RuntimeError("copy_rows before the transaction has begun: run a statement first")
    json_columns = [index for index, name in enumerate(columns) if table.c[name].type is Json]
    if json_columns:
        values = [
            [json.dumps(value) if index in json_columns else value for index, value in enumerate(row)] for row in values
        ]
    # COPY is not possible under row-level security. INSERT from a temporary table is nearly as fast.
    copied, names = f"copied_{table.name}", ", ".join(columns)
    await raw.execute(f"CREATE TEMPORARY TABLE {copied} AS SELECT {names} FROM {table.name} WITH NO DATA")  # noqa: S608
    await raw.copy_records_to_table(copied, records=values, columns=list(columns))
    await raw.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {copied}")  # noqa: S608
    await raw.execute(f"DROP TABLE {copied}")


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
