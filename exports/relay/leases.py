"""Claiming messages under a lease: those that are ready, from each brand in turn, and those whose lease has expired.

Claims use SKIP LOCKED on PostgreSQL and run as the only writer on SQLite, so that no message is claimed twice. They use
the two partial indexes of the outbox: a claim costs the same with ten or a million messages waiting. Instants are the
database's: Database.now(). The messages of one order leave in order: one waits while an earlier one is pending.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from models.database.prepared import Preparing, Query, Steps
from models.database.sessions import Database
from models.outbox import IN_HAND, READY, NotificationStatus, OutboxMessage
from models.scope import EVERYTHING

BEFORE_ALL_BRANDS = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed message. `attempts` includes this one and identifies the claim. The other fields are as in the row."""

    id: UUID
    brand_id: UUID
    order_id: UUID
    notice: dict[str, Any]
    attempts: int
    lost: int
    left_over: dict[str, Any] | None
    unclear: int
    created_at: datetime
    cancelled_by: str | None

    @property
    def claim(self) -> dict[str, Any]:
        """The parameters of IS_CLAIM."""
        return {"of_brand": self.brand_id, "of_id": self.id, "of_attempts": self.attempts}


@dataclass(frozen=True, slots=True)
class Claims:
    """`brands`: with ready messages. `lost`: None although there was one: another relay has taken it.

    `may_be_more`: not all of what was ready has been claimed, as far as is known.
    """

    brands: list[UUID]
    ready: list[Claimed]
    may_be_more: bool
    has_lost: bool
    lost: Claimed | None


COLUMNS = tuple(getattr(OutboxMessage, name) for name in Claimed.__slots__)
UNENDED = (NotificationStatus.PENDING, NotificationStatus.MAY_HAVE_BEEN_DELIVERED)
# The message's row, as long as nobody else has claimed it since, nor recorded a result.
IS_CLAIM = and_(
    OutboxMessage.brand_id == bindparam("of_brand"),
    OutboxMessage.id == bindparam("of_id"),
    OutboxMessage.attempts == bindparam("of_attempts"),
    or_(*(OutboxMessage.status == status for status in UNENDED)),
)
_earlier = aliased(OutboxMessage)
# OFFSET 0 keeps PostgreSQL from turning this into a hash join, which would read the whole outbox for each claim.
FIRST_OF_ITS_ORDER = ~exists(
    select(_earlier.id)
    .where(
        _earlier.brand_id == OutboxMessage.brand_id,
        _earlier.order_id == OutboxMessage.order_id,
        # Without coalesce, SQLite would find them by this and walk through all earlier mails of the brand.
        func.coalesce(_earlier.id, _earlier.id) < OutboxMessage.id,
        or_(_earlier.status == NotificationStatus.PENDING, _earlier.leased_until.is_not(None)),
    )
    .offset(0)
    .correlate(OutboxMessage)
)


class Leases:
    """The statements of one relay; each is made once. A lease lasts for `lease`."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._database = database
        self._lease = lease
        if isinstance(database.now(), datetime):
            instant = OutboxMessage.due_at.type
            self._now: Any = bindparam("now", type_=instant)
            self._until: Any = bindparam("until", type_=instant)
        else:
            self._now, self._until = database.now(), database.now(lease)
        self._brands = Query(self._due_brands)
        self._is_lost = Query(lambda _: select(exists().where(IN_HAND, OutboxMessage.leased_until <= self._now)))
        self._claim = Query(self._claim_of_brand)
        self._claim_lost = Query(self._claim_of_lost)
        self._is_cancelled = Query(lambda _: select(exists().where(IS_CLAIM, OutboxMessage.cancelled_by.is_not(None))))

    async def claim(self, most: int, after: UUID, *, may_take_lost: bool) -> Claims:
        """Claims up to `most` ready messages, from each brand in turn, and at most one whose lease has expired.

        `after`: the brand after which it is the turn of the next one.
        """
        steps = self._steps(most, after, may_take_lost=may_take_lost)
        claims: Claims = await self._database.run_steps(EVERYTHING, steps, writes=True)
        return claims

    async def is_cancelled(self, message: Claimed) -> bool:
        """Whether the order was rejected or sent back since the message was put into the outbox."""
        steps = self._run(self._is_cancelled, **message.claim)
        ((is_cancelled,),) = await self._database.run_steps(EVERYTHING, steps)
        return bool(is_cancelled)

    def _steps(self, most: int, after: UUID, *, may_take_lost: bool) -> Steps:
        brands = yield from self._brands_due(most, after)
        ready: list[Claimed] = []
        may_be_more = len(brands) == most
        for number, brand_id in enumerate(brands):  # the oldest of each; the same number for every brand if possible
            share = (most - len(ready)) // (len(brands) - number)
            rows = yield from self._run(self._claim, of_brand=brand_id, most=share)
            ready += [Claimed(*row) for row in rows]
            may_be_more |= len(rows) == share
        ((has_lost,),) = (yield from self._run(self._is_lost)) if may_take_lost else ((False,),)
        rows = (yield from self._run(self._claim_lost)) if has_lost else ()
        return Claims(brands, ready, may_be_more, bool(has_lost), Claimed(*rows[0]) if rows else None)

    def _brands_due(self, most: int, after: UUID) -> Steps:
        """At most `most` brands with due messages: the next ones after the brand `after`, or else the first ones.

        Takes one index look-up for each brand that has waiting messages.
        """
        found = [row[0] for row in (yield from self._run(self._brands, after=after, most=most))]
        if found or after == BEFORE_ALL_BRANDS:
            return found
        return (yield from self._brands_due(most, BEFORE_ALL_BRANDS))

    def _run(self, query: Query, **values: Any) -> Steps:
        instants: dict[str, Any] = {"now": self._database.now(), "until": self._database.now(self._lease)}
        return (yield from query.step(self._database.engine.dialect, EVERYTHING, **values, **instants))

    def _due_brands(self, preparing: Preparing) -> Select[*tuple[Any, ...]]:
        after = bindparam("after", type_=OutboxMessage.brand_id.type)
        waiting = select(_next_brand(after).label("brand_id")).cte("waiting", recursive=True)
        waiting = waiting.union_all(select(_next_brand(waiting.c.brand_id)).where(waiting.c.brand_id.is_not(None)))
        is_due = exists().where(
            OutboxMessage.brand_id == waiting.c.brand_id, READY, OutboxMessage.due_at <= self._now, FIRST_OF_ITS_ORDER
        )
        return select(waiting.c.brand_id).where(is_due).limit(preparing.most)

    def _claim_of_brand(self, preparing: Preparing) -> Update:
        mine = OutboxMessage.brand_id == bindparam("of_brand")
        due = select(OutboxMessage.id).where(mine, READY, OutboxMessage.due_at <= self._now, FIRST_OF_ITS_ORDER)
        return self._leasing(due.order_by(OutboxMessage.due_at).limit(preparing.most), mine)

    def _claim_of_lost(self, _: Preparing) -> Update:
        due = select(OutboxMessage.id).where(IN_HAND, OutboxMessage.leased_until <= self._now)
        return self._leasing(due.order_by(OutboxMessage.leased_until).limit(1), IN_HAND, lost=OutboxMessage.lost + 1)

    def _leasing(self, due: Select[UUID], where: Any, **values: Any) -> Update:
        # A CTE, because PostgreSQL may run a subquery with LIMIT more than once and then claim too many.
        chosen = due.with_for_update(skip_locked=True).cte("due")
        return (
            update(OutboxMessage)
            .where(where, OutboxMessage.id.in_(select(chosen.c.id)))
            .values(leased_until=self._until, attempts=OutboxMessage.attempts + 1, **values)
            .returning(*COLUMNS)
        )


def _next_brand(after: Any) -> Any:
    waiting = select(OutboxMessage.brand_id).where(READY, OutboxMessage.brand_id > after)
    return waiting.order_by(OutboxMessage.brand_id).limit(1).scalar_subquery()
