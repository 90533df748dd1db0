"""Bulk inserts without the ORM: arrays on PostgreSQL, executemany on SQLite. Constraints and triggers still apply."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Table
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Base, Json
from models.scope import OutOfScope, Scope

# Column names, and rows of values in that order.
Rows = tuple[Sequence[str], Sequence[Sequence[Any]]]


async def copy_rows(session: AsyncSession, rows: Mapping[str, Rows]) -> None:
    """Writes rows of several tables (table name → rows), in the order of foreign keys, in the session's transaction.

    Defaults of the models do not apply: `rows` has all columns that need a value. Raises OutOfScope for a row of
    another brand than the session's, and SQLAlchemy's errors.
    """
    scope: Scope = session.info["scope"]
    for table in Base.metadata.sorted_tables:
        columns, values = rows.get(table.name, ((), ()))
        if values:
            if scope.brand_id is not None:
                place = columns.index("brand_id")
                if any(row[place] != scope.brand_id for row in values):
                    raise OutOfScope(f"a row of another brand, or of none, for {table.name}")
            await (_insert_arrays if session.get_bind().dialect.name == "postgresql" else _insert)(
                session, table, columns, values
            )


async def _insert_arrays(
    session: AsyncSession, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    json_columns = [index for index, name in enumerate(columns) if table.c[name].type is Json]
    if json_columns:
        values = [
            [json.dumps(value) if index in json_columns else value for index, value in enumerate(row)] for row in values
        ]
    statement = array_insert(session.get_bind().dialect, table, columns)
    # One set of parameters, each an array: as a tuple, since a list would be taken for many sets.
    await (await session.connection()).exec_driver_sql(statement, tuple(map(list, zip(*values, strict=True))))


def array_insert(dialect: Dialect, table: Table, columns: Sequence[str]) -> str:
    """The INSERT of any number of rows: its parameters are the columns, each an array."""
    # COPY is not possible under row-level security, and a temporary table needs a privilege that a serving role lacks.
    # Without their lengths: a cast to varchar(64) would cut what is longer instead of refusing it.
    types = [re.sub(r"\(.*\)", "", table.c[name].type.compile(dialect)) for name in columns]
    arrays = ", ".join(f"${number}::{type}[]" for number, type in enumerate(types, 1))
    return f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608


async def _insert(session: AsyncSession, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    rows = converted(session.get_bind().dialect, table, columns, values)
    await (await session.connection()).exec_driver_sql(statement, rows)


def converted(
    dialect: Dialect, table: Table, columns: Sequence[str], values: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """The rows as the driver wants them."""
    by_column: list[Sequence[Any]] = list(zip(*values, strict=True))
    for index, name in enumerate(columns):
        if convert := table.c[name].type.dialect_impl(dialect).bind_processor(dialect):
            by_column[index] = _converted(convert, by_column[index])
    return list(zip(*by_column, strict=True))


def _converted(convert: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    first = values[0]
    if all(value is first for value in values):  # the brand, a status, nothing
        return [convert(first)] * len(values)
    return [convert(value) for value in values]
