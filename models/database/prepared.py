"""Statements whose text is made once: narrowed to a shape of scope; brand, buyer and ids are parameters.

Row-level security, statement counts, traces and errors are those of every other statement, also where the text is run
past SQLAlchemy's connection. With traces it never is.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from uuid import UUID, SafeUUID, uuid4

import orjson
from sqlalchemy import ARRAY, Dialect, Integer, Select, String, Update, Uuid, and_, any_, bindparam, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from models.database.postgres import InTransaction, driver_transaction
from models.database.sqlite import WAIT, checked_in, checked_out, wait_at_most
from models.database.visibility import narrowing
from models.scope import OutOfScope, Scope

BRAND, BUYER, IDS, MOST = "scope_brand", "scope_buyer", "given_ids", "most"
MAX_ROWS_ON_LOOP = 500
# Stand for a brand and a buyer while a statement is prepared: its parameters with these values are the scope's.
_BRAND, _BUYER = uuid4(), uuid4()
SCOPE = {_BRAND: BRAND, _BUYER: BUYER}


@dataclass(frozen=True)
class Prepared:
    """`names`: of the parameters, in their places. `constants`: the values of those that are the statement's own.

    `to_driver`: makes the driver's values of the other parameters, where they differ. `from_driver`: the same for the
    columns of a row, in their places.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    to_driver: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    from_driver: Sequence[Callable[[Any], Any] | None] = ()

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([self.constants[name] if name in self.constants else values[name] for name in self.names])

    @cached_property
    def _processed(self) -> list[tuple[int, Callable[[Any], Any]]]:
        return [(place, process) for place, process in enumerate(self.from_driver) if process]

    def read(self, rows: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The driver's rows with the values that SQLAlchemy would give."""
        found: list[tuple[Any, ...]] = []
        for row in rows:
            values = list(row)
            for place, process in self._processed:
                values[place] = process(values[place])
            found.append(tuple(values))
        return found


_Uuid: Any = UUID
_new_uuid, _set_int, _set_is_safe = UUID.__new__, _Uuid.int.__set__, _Uuid.is_safe.__set__


def _uuid_of_hex(text: str | None) -> UUID | None:
    """UUID(text), of 32 digits, in 0.4 of its time: there is one in each row."""
    if text is None:
        return None
    made = _new_uuid(UUID)
    _set_int(made, int(text, 16))
    _set_is_safe(made, SafeUUID.unknown)
    return made


def remembering(process: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Keeps what was made of the last value: rows one after the other often have the same id or instant."""
    last: tuple[Any, Any] = object(), None

    def processed(value: Any) -> Any:
        nonlocal last
        given, made = last
        if given == value:
            return made
        made = process(value)
        last = value, made
        return made

    return processed


@dataclass(frozen=True, eq=False)
class Preparing:
    """Prepares statements for one database and one shape of scope. Each is equal to itself only.

    `has_one_id`: among_ids() is given a single one. SQLite takes longer to read a list as a table than to find a row.
    """

    dialect: Dialect
    has_brand: bool
    has_buyer: bool
    has_one_id: bool = False

    @property
    def database(self) -> str:
        return self.dialect.name

    @cached_property
    def _ids(self) -> Any:
        given = func.json_each(bindparam(IDS, type_=String)).table_valued("value")
        return select(given.c.value)

    def among_ids(self, column: Any) -> Any:
        """The condition that the column is one of the ids that are given when the statement runs."""
        if self.has_one_id:
            return column == bindparam(IDS, type_=String)
        if self.dialect.name == "sqlite":
            return column.in_(self._ids)
        return column == any_(bindparam(IDS, type_=ARRAY(Uuid())))

    def ids(self, ids: Sequence[Any]) -> Any:
        """Ids, as the driver gives them, as the value of that parameter."""
        if self.has_one_id:
            return ids[0]
        return orjson.dumps(ids).decode() if self.dialect.name == "sqlite" else ids

    @property
    def most(self) -> Any:
        """The parameter for LIMIT."""
        return bindparam(MOST, type_=Integer())

    def first_of_each(self, wanted: Select[Any], rows: Select[Any], parent: Any, order: Sequence[Any]) -> Select[Any]:
        """Selects the first `most` rows of each of the given parents, sorted within each of them.

        `rows`: selects the same rows, without the joins that only the columns need. `order`: columns whose first one is
        unique within a parent.
        """
        if self.dialect.name != "sqlite":
            rank = func.row_number().over(partition_by=parent, order_by=order).label("rank")
            ranked = wanted.add_columns(rank).where(self.among_ids(parent)).subquery()
            columns = [each for each in ranked.c if each.name != "rank"]
            return select(*columns).where(ranked.c.rank <= self.most).order_by(ranked.c.rank)
        # SQLite keeps all columns of all rows for a window. The end of each parent's page, found in an index, is less.
        given = func.json_each(bindparam(IDS, type_=String)).table_valued("value").alias("given")
        end = rows.with_only_columns(order[0], maintain_column_froms=True).where(parent == given.c.value)
        end = end.order_by(order[0]).limit(1).offset(self.most - 1).correlate(given)
        pages = select(given.c.value.label("id"), end.scalar_subquery().label("end")).cte("pages")
        pages = pages.prefix_with("MATERIALIZED")
        is_shown = or_(pages.c.end.is_(None), order[0] <= pages.c.end)
        return wanted.join(pages, and_(pages.c.id == parent, is_shown)).order_by(*order)

    def prepare(self, statement: Select[*tuple[Any, ...]] | Update, *, whole_brand: bool = False) -> Prepared:
        """`whole_brand`: for facts that rules look at, which are not narrowed to a buyer."""
        buyer = _BUYER if self.has_buyer and not whole_brand else None
        narrowed = statement.options(*narrowing(_BRAND if self.has_brand else None, buyer))
        compiled: Any = narrowed.compile(dialect=self.dialect)
        given = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        state = compiled.construct_expanded_state(dict.fromkeys(compiled.params) | given)
        scope = {name: SCOPE[value] for name, value in given.items() if isinstance(value, UUID) and value in SCOPE}
        if self.has_brand and BRAND not in scope.values():
            raise OutOfScope(f"a statement that cannot be restricted: {state.statement}")
        constants, to_driver = {}, {}
        for name in set(state.positiontup).difference(scope):
            bind = compiled.binds.get(name)
            if bind is None or not bind.required:
                processor = state.processors.get(name) or (self.to_driver(bind.type) if bind is not None else None)
                constants[name] = processor(state.parameters[name]) if processor else state.parameters[name]
            elif name not in (IDS, MOST) and (processor := self.to_driver(bind.type)):
                to_driver[name] = processor
        names = tuple(scope.get(name, name) for name in state.positiontup)
        columns = [
            remembering(process) if process and isinstance(entry.type, Uuid) else process
            for entry in compiled._result_columns
            for process in (self.result_processor(entry),)
        ]
        return Prepared(state.statement, names, constants, to_driver, columns)

    def to_driver(self, type: Any) -> Callable[[Any], Any] | None:
        """Makes the driver's value of a parameter; None if they are the same."""
        made: Callable[[Any], Any] | None = type.dialect_impl(self.dialect).bind_processor(self.dialect)
        return made

    def result_processor(self, column: Any) -> Callable[[Any], Any] | None:
        """Makes the value that SQLAlchemy would give from the driver's; None if they are the same."""
        if self.dialect.name == "sqlite" and isinstance(column.type, Uuid):
            return _uuid_of_hex
        made: Callable[[Any], Any] | None = column.type.dialect_impl(self.dialect).result_processor(self.dialect, None)
        return made

    def scope_values(self, scope: Scope) -> dict[str, Any]:
        return {BRAND: self.id(scope.brand_id), BUYER: self.id(scope.buyer_id)}

    def id(self, id: UUID | None) -> Any:
        """An id as the driver takes it."""
        return id.hex if id is not None and self.dialect.name == "sqlite" else id


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT, or an UPDATE … RETURNING, whose text is made once for each database and shape of scope.

    `make`: writes the statement with the models; its parameters are bindparams. `whole_brand`: see Preparing.prepare.
    """

    make: Callable[[Preparing], Select[*tuple[Any, ...]] | Update]
    whole_brand: bool = False
    _made: dict[tuple[Any, ...], tuple[Preparing, Prepared]] = field(default_factory=dict, init=False)

    async def rows(self, session: AsyncSession, ids: Iterable[UUID] = (), **values: Any) -> list[tuple[Any, ...]]:
        """Runs it in the session's scope. `ids`: those of Preparing.among_ids."""
        caller: Caller | None = session.info.get(CALLER)
        if caller is None:
            caller = session.info[CALLER] = Caller.of(session.get_bind().dialect, session.info["scope"])
        prepared, given = self._call(caller, ids, values)
        return prepared.read(await run_text(session, prepared.text, prepared.parameters(given)))

    def step(self, dialect: Dialect, scope: Scope, ids: Iterable[UUID] = (), **values: Any) -> "Steps":
        """The same as one of the steps of Database.run_steps()."""
        prepared, given = self._call(Caller.of(dialect, scope), ids, values)
        return prepared.read((yield prepared, given))

    def _call(self, caller: "Caller", ids: Iterable[UUID], values: dict[str, Any]) -> tuple[Prepared, dict[str, Any]]:
        given = list(ids)
        shape = *caller.shape, len(given) == 1 and caller.dialect.name == "sqlite"
        made = self._made.get(shape)
        if made is None:
            preparing = Preparing(caller.dialect, *shape[1:])
            made = preparing, preparing.prepare(self.make(preparing), whole_brand=self.whole_brand)
            self._made[shape] = made
        preparing, prepared = made
        for name, process in prepared.to_driver.items():
            values[name] = process(values[name])
        if IDS in prepared.names:
            values[IDS] = preparing.ids([preparing.id(id) for id in given])
        values.update(caller.values)
        return prepared, values


@dataclass(frozen=True, slots=True)
class Caller:
    """What of a session decides how it runs a Query. `values`: the scope's parameters."""

    dialect: Dialect
    shape: tuple[str, bool, bool]
    values: dict[str, Any]

    @classmethod
    def of(cls, dialect: Dialect, scope: Scope) -> "Caller":
        has_brand, has_buyer = scope.brand_id is not None, scope.buyer_id is not None
        values = Preparing(dialect, has_brand, has_buyer).scope_values(scope)
        return cls(dialect, (dialect.name, has_brand, has_buyer), values)


CALLER = "caller"  # in the `info` of a session: its Caller


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Runs statements on the event loop, past SQLAlchemy's cursors: in a short transaction of SQLite, within BEGIN and
    COMMIT (models/database/sqlite.py). They are counted as all others are.
    """

    connection: Connection
    database: sqlite3.Connection
    listeners: Sequence[Callable[..., Any]]

    @classmethod
    def of(cls, connection: Connection) -> "AtOnce":
        driver: Any = connection.connection.driver_connection
        # aiosqlite has no public way to its connection.
        return cls(connection, driver._conn, list(connection.dispatch.before_cursor_execute))

    def rows(self, text: str, parameters: Any) -> list[Any]:
        for listener in self.listeners:
            listener(self.connection, None, text, parameters, None, False)
        try:
            return self.database.execute(text, parameters).fetchall()
        except sqlite3.Error as error:
            raise wrapped(error, text) from error

    def many(self, text: str, parameters: Sequence[tuple[Any, ...]]) -> None:
        for listener in self.listeners:
            listener(self.connection, None, text, parameters, None, True)
        try:
            self.database.executemany(text, parameters)
        except sqlite3.Error as error:
            raise wrapped(error, text) from error


@dataclass(frozen=True, slots=True)
class InThread:
    """The same in the driver's thread, in a transaction of SQLAlchemy: one hop for each statement, in place of two."""

    at_once: AtOnce
    call: Callable[..., Awaitable[Any]]

    @classmethod
    def of(cls, connection: AsyncConnection) -> "InThread":
        sync: Any = connection.sync_connection
        return cls(AtOnce.of(sync), sync.connection.driver_connection._execute)

    async def rows(self, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
        rows: list[Any] = await self.call(self.at_once.rows, text, parameters)
        return rows

    async def many(self, text: str, parameters: Sequence[tuple[Any, ...]]) -> None:
        await self.call(self.at_once.many, text, parameters)


def wrapped(error: sqlite3.Error, text: str) -> Exception:
    """The error of SQLAlchemy for one of the driver."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True)


def is_traced(engine: AsyncEngine) -> bool:
    """Whether somebody, e.g. traces, wants SQLAlchemy's own events around each statement."""
    return bool(engine.sync_engine.dispatch.after_cursor_execute)


AT_ONCE = "at_once"  # in the `info` of a session: its AtOnce
ON_DRIVER = "on_driver"  # the same: its InTransaction, on PostgreSQL, or InThread, on SQLite


async def run_text(session: AsyncSession, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
    """The rows of a statement with the driver's values, in the transaction of the session."""
    at_once: AtOnce | None = session.info.get(AT_ONCE)
    if at_once:
        return at_once.rows(text, parameters)
    on_driver: InTransaction | InThread | None = session.info.get(ON_DRIVER)
    if on_driver:
        return await on_driver.rows(text, parameters)
    return await session.run_sync(_rows_of_session, text, parameters)


async def run_many(session: AsyncSession, text: str, parameters: Sequence[tuple[Any, ...]]) -> None:
    """Runs a statement without rows once for each of the parameters."""
    on_driver = session.info.get(ON_DRIVER)
    if isinstance(on_driver, InThread):
        await on_driver.many(text, parameters)
    else:
        await (await session.connection()).exec_driver_sql(text, list(parameters))


def _rows_of_session(session: Session, text: str, parameters: tuple[Any, ...]) -> Sequence[Any]:
    result = session.connection().exec_driver_sql(text, parameters)
    return result.fetchall() if result.returns_rows else ()


Steps = Generator[tuple[Prepared, dict[str, Any]], list[Any], Any]


First = tuple[Prepared, dict[str, Any]]
Rows = Callable[[str, tuple[Any, ...]], Awaitable[Sequence[Any]]]


async def run_steps(rows_of: Rows, steps: Steps, first: First, scope: dict[str, Any]) -> Any:
    """Runs the statements that the generator yields, sends it the driver's rows, and returns what it returns.

    `first`: what it has yielded so far.
    """
    statement, values = first
    while True:
        rows = list(await rows_of(statement.text, statement.parameters(scope | values)))
        # Much JSON is written beside the event loop, which has others to serve.
        is_long = len(rows) > MAX_ROWS_ON_LOOP
        following = await asyncio.to_thread(_send, steps, rows) if is_long else _send(steps, rows)
        if isinstance(following, End):
            return following.value
        statement, values = following


@dataclass(frozen=True, slots=True)
class End:
    value: Any


def _send(steps: Steps, rows: list[Any]) -> First | End:
    """A thread's future cannot carry StopIteration."""
    try:
        return steps.send(rows)
    except StopIteration as end:
        return End(end.value)


async def run_steps_in_session(session: AsyncSession, steps: Steps, first: First, scope: dict[str, Any]) -> Any:
    return await run_steps(partial(run_text, session), steps, first, scope)


async def run_steps_on_postgres(
    engine: AsyncEngine, steps: Steps, first: First, scope: dict[str, Any], *, commits: bool
) -> Any:
    """The same past SQLAlchemy's connection and session. `commits`: for a writer; else it is rolled back."""
    async with driver_transaction(engine, commits=commits) as driver:
        return await run_steps(driver.rows, steps, first, scope)


async def run_steps_on_sqlite(
    engine: AsyncEngine, steps: Steps, first: First, scope: dict[str, Any], wait: float, *, commits: bool
) -> Any:
    """The same in one transaction and one hop to the driver's thread, where each statement alone would take four.

    A cancelled request interrupts its statement. `wait`: the longest wait for a lock, in seconds. `commits`: for a
    writer.
    """
    pooled = await checked_out(engine.sync_engine.pool)
    try:
        driver: Any = pooled.driver_connection
        database: sqlite3.Connection = driver._conn  # aiosqlite has no public way to run a function in its thread
        listeners = list(engine.sync_engine.dispatch.before_cursor_execute)
        is_cancelled = threading.Event()

        def run() -> Any:
            text = "BEGIN IMMEDIATE" if commits else "BEGIN"
            try:
                if pooled.info.get(WAIT) != wait:
                    database.execute(wait_at_most(wait))
                    pooled.info[WAIT] = wait
                database.execute(text)
                statement, values = first
                while not is_cancelled.is_set():
                    text, parameters = statement.text, statement.parameters(scope | values)
                    for listener in listeners:
                        listener(engine.sync_engine, None, text, parameters, None, False)
                    statement, values = steps.send(database.execute(text, parameters).fetchall())
            except StopIteration as end:
                if commits:
                    database.execute("COMMIT")
                return end.value
            except sqlite3.Error as error:
                raise wrapped(error, text) from error
            finally:
                if database.in_transaction:
                    database.execute("ROLLBACK")

        try:
            return await driver._execute(run)
        except asyncio.CancelledError:
            is_cancelled.set()
            database.interrupt()
            raise
    finally:
        await checked_in(engine.sync_engine.pool, pooled)
