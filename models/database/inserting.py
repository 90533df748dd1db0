"""New rows without SQLAlchemy's unit of work: of tables whose rows no command changes after it has added them.

The text of an INSERT is made once for each database, table and set of columns.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Base, UtcDateTime
from models.database.copying import array_insert
from models.database.prepared import AT_ONCE, remembering, run_many, run_text
from models.scope import BrandOwned, OutOfScope, Scope

Processors = list[tuple[str, Callable[[Any], Any] | None]]  # of each parameter, in its place
INSERTED = "inserted"  # in the `info` of a session: how many rows of each table, so far


async def insert(session: AsyncSession, rows: Sequence[Base]) -> None:
    """In the order of `rows`. Neighbours of one table go together. Raises OutOfScope for a row of another brand."""
    for row in rows:
        _check_scope(session, row)
        _set_defaults(row)
    dialect = session.get_bind().dialect
    counts = session.info.setdefault(INSERTED, Counter())
    for (table, names), same in groupby(rows, key=_shape):
        text, processors = _insert(dialect, table, names)
        parameters = [_parameters(row, processors) for row in same]
        if len(parameters) == 1 or session.info.get(AT_ONCE):
            for each in parameters:
                await run_text(session, text, each)
        elif dialect.name == "postgresql":
            # One statement for all rows: triggers of statements run once, and the server answers once.
            as_arrays = tuple(map(list, zip(*parameters, strict=True)))
            await (await session.connection()).exec_driver_sql(_insert_arrays(dialect, table, names), as_arrays)
        else:
            await run_many(session, text, parameters)
        counts[table] += len(parameters)


async def flush(session: AsyncSession) -> None:
    """Writes the session's entities. Most commands have none, and SQLAlchemy takes long to find that out."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


async def insert_if_new(session: AsyncSession, row: Base) -> bool:
    """Does nothing and returns False if there is a row with the same key. Waits for a transaction that adds one."""
    _check_scope(session, row)
    _set_defaults(row)
    text, processors = _insert(session.get_bind().dialect, *_shape(row), if_new=True)
    return bool(await run_text(session, text, _parameters(row, processors)))


def _check_scope(session: AsyncSession, row: Base) -> None:
    scope: Scope = session.info["scope"]
    if scope.brand_id is not None and (not isinstance(row, BrandOwned) or row.brand_id != scope.brand_id):
        raise OutOfScope(f"a row of another brand, or of none: {row!r}")


def _parameters(row: Base, processors: Processors) -> tuple[Any, ...]:
    values = row.__dict__
    return tuple([process(values[name]) if process else values[name] for name, process in processors])


def _shape(row: Base) -> tuple[type[Base], tuple[str, ...]]:
    """Columns that are not set are left to the database, as SQLAlchemy does."""
    return type(row), _columns(type(row), tuple(row.__dict__))


@lru_cache(maxsize=1000)
def _columns(table: type[Base], given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([name for name in table.__mapper__.columns.keys() if name in given])  # noqa: SIM118 - not a dict


def _set_defaults(row: Base) -> None:
    for name, default in _defaults(type(row)):
        if name not in row.__dict__:
            row.__dict__[name] = default.arg(None) if default.is_callable else default.arg


@lru_cache(maxsize=100)
def _defaults(table: type[Base]) -> list[tuple[str, Any]]:
    return [(name, column.default) for name, column in table.__mapper__.columns.items() if column.default is not None]


@lru_cache(maxsize=1000)
def _insert(
    dialect: Dialect, table: type[Base], names: tuple[str, ...], *, if_new: bool = False
) -> tuple[str, Processors]:
    """The text, and what makes the driver's values of its parameters, in their places."""
    make: Any = {"postgresql": postgresql, "sqlite": sqlite}[dialect.name].insert
    statement = make(table).values({name: bindparam(name) for name in names})
    if if_new:
        statement = statement.on_conflict_do_nothing().returning(*table.__mapper__.primary_key)
    compiled: Any = statement.compile(dialect=dialect)
    columns = table.__mapper__.columns
    processors: Processors = []
    for name in compiled.positiontup:
        process = compiled._bind_processors.get(name)
        is_instant = isinstance(columns[name].type, UtcDateTime)
        processors.append((name, remembering(process) if process and is_instant else process))
    return str(compiled), processors


@lru_cache(maxsize=1000)
def _insert_arrays(dialect: Dialect, table: type[Base], names: tuple[str, ...]) -> str:
    _, in_places = _insert(dialect, table, names)
    columns = table.__mapper__.columns
    return array_insert(dialect, cast("Table", table.__table__), [columns[name].name for name, _ in in_places])
