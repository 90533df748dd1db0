"""Work: what a command does in its transaction, in four verbs. `working` is the only place that opens one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, TypeVarTuple, cast
from uuid import UUID

from sqlalchemy import CursorResult, Executable, Result, Select
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit, outbox
from models.base import AddedOnce, Base
from models.database import chain
from models.database.inserting import flush, insert
from models.database.locked_orders import read_locked, save_order
from models.database.sessions import Database
from models.events import Event
from models.order import Order
from models.outbox import OrderNotice, OutboxMessage
from models.scope import EVERYTHING, Scope
from resolvers.core.context import Context

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(slots=True)
class Work:
    """`orders`: locked, in the order of the arguments. `now`: the instant of the command, in UTC.

    `notices`: order's id → the mail to its buyer, where one is wanted and somebody can be mailed. They are made before
    the change, so that an event can say whether the buyer is notified. `details`: added to each audit entry.
    `notification_id`: of the mail that was put into the outbox. `count`: of other rows that the command changed, if its
    payload reports them. `saves_orders`: save() writes what was changed of `orders`; otherwise the command does.
    """

    context: Context
    session: AsyncSession
    now: datetime
    orders: Sequence[Order] = ()
    notices: dict[UUID, OrderNotice] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    notification_id: UUID | None = None
    count: int = 0
    saves_orders: bool = True
    _events: list[Event] = field(default_factory=list)
    _added: list[Base] = field(default_factory=list)

    @property
    def order(self) -> Order:
        """The only order of a command on one."""
        (order,) = self.orders
        return order

    @property
    def notice(self) -> OrderNotice | None:
        """The mail to the buyer of the only order."""
        return self.notices.get(self.order.id)

    @property
    def brand_id(self) -> UUID:
        """The brand of the locked orders, else of the viewer. Raises LookupError for an operator without orders."""
        brand_id = self.orders[0].brand_id if self.orders else self.context.actor.brand_id
        if brand_id is None:
            raise LookupError("a platform operator belongs to no brand")
        return brand_id

    async def read(self, statement: Select[*Ts]) -> Result[*Ts]:
        """Runs a SELECT."""
        return await self.session.execute(statement)

    async def find(self, statement: Select[T]) -> T | None:
        """The first column of the first row of a SELECT; None without a row."""
        return await self.session.scalar(statement)

    def add(self, *rows: Base) -> None:
        """New rows. They are written with the next save(), at the latest with the end of the command."""
        for row in rows:
            if isinstance(row, AddedOnce):
                self._added.append(row)
            else:
                self.session.add(row)

    async def save(self, statement: Executable | None = None, rows: Sequence[dict[str, Any]] | None = None) -> None:
        """Writes what was added and changed so far; then runs an INSERT, UPDATE or DELETE, with `rows` if given."""
        if self.saves_orders:
            for order in self.orders:
                await save_order(self.session, order)
        await flush(self.session)
        added, self._added = self._added, []
        await insert(self.session, added)
        if statement is not None and rows is None:
            await self.session.execute(statement)
        elif statement is not None and rows:
            await self.session.execute(statement, rows)

    def record(self, *events: Event) -> None:
        """What was done, in order. Each event becomes an audit entry when the command ends."""
        self._events += events

    @property
    def brands_with_events(self) -> set[UUID]:
        return {event.brand_id for event in self._events}

    def promise_notices(self) -> None:
        """Puts the mails of `notices` into the outbox."""
        for order in self.orders:
            if notice := self.notices.get(order.id):
                self.promise(notice, order)

    def promise(self, notice: OrderNotice, order: Order) -> OutboxMessage:
        """Puts a mail into the outbox."""
        message = outbox.message(notice, brand_id=order.brand_id, order_id=order.id, at=self.now)
        self.add(message)
        self.notification_id = message.id
        return message

    async def finish(self) -> None:
        """Writes the audit entries, as the last thing: whoever holds the head of the audit waits for nobody."""
        actor, request_id = self.context.actor, self.context.request_id
        entries = [audit.entry(event, actor, request_id, self.details) for event in self._events]
        await chain.record(self.session, entries, self.context.clock)


@asynccontextmanager
async def working(context: Context, *, short: bool = False) -> AsyncIterator[Work]:
    """One transaction: all of it is committed when the block ends, nothing when it raises.

    `short`: see Database.transaction.
    """
    async with context.transaction(short=short) as session:
        work = Work(context, session, context.clock())
        yield work
        await work.save()
        await work.finish()
    for brand_id in work.brands_with_events:
        context.on_events(brand_id)


async def write_unaudited(database: Database, brand_id: UUID, statement: Executable) -> None:
    """Runs one statement that is no command of anybody, e.g. when an API key was last used."""
    async with database.transaction(Scope(brand_id)) as session:
        await session.execute(statement)


async def write_batch(database: Database, statement: Executable) -> int:
    """Runs one statement on rows of any brands, in a transaction of its own. Returns the number of rows changed."""
    async with database.transaction(EVERYTHING) as session:
        result = await session.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", result).rowcount


async def lock_orders(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, Order]:
    """Those that the viewer has. Every command that could make a verdict stale takes these locks first.

    They are taken by ascending id, so that concurrent commands on several orders cannot deadlock. They belong to no
    session: Work.save() writes what is changed of them.
    """
    return {order.id: order for order in await read_locked(work.session, order_ids)}
