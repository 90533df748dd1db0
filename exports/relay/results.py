"""Recording the results of attempts, and releasing leases: statements that are made once.

Each does nothing if another relay has claimed the message since: then that relay records the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import JSON, Interval, Update, bindparam, case, exists, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from exports.relay.leases import IS_CLAIM, UNENDED, Claimed
from models.database.prepared import Preparing, Query, Steps
from models.database.sessions import Database
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.scope import EVERYTHING

JSON_OR_NULL = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


@dataclass(frozen=True, slots=True)
class Result:
    message: Claimed
    query: Query
    values: dict[str, Any]


class Results:
    """The statements of one relay."""

    def __init__(self, database: Database) -> None:
        self._database = database
        now, instant = database.now(), OutboxMessage.due_at.type
        if isinstance(now, datetime):
            self._now: Any = bindparam("now", type_=instant)
            self._due: Any = bindparam("due", type_=instant)
        else:
            self._now, self._due = now, func.now() + bindparam("pause", type_=Interval())
        self._ends = {status: Query(partial(self._end, status)) for status in NotificationStatus}
        self._is_followed = Query(
            lambda _: select(
                exists().where(
                    OutboxMessage.brand_id == bindparam("of_brand"),
                    OutboxMessage.order_id == bindparam("of_order"),
                    OutboxMessage.status.in_(UNENDED),
                    OutboxMessage.leased_until.is_(None),
                )
            )
        )
        self._release = Query(lambda _: self._update(leased_until=None))

    def end(
        self,
        message: Claimed,
        status: NotificationStatus,
        *,
        error: str | None,
        left_over: dict[str, Any] | None,
        unclear: int,
        pause: timedelta,
    ) -> Result:
        """The end of an attempt. `pause`: until the next one, if there is one."""
        values = {"error": error, "of_left_over": left_over, "of_unclear": unclear, "pause": pause}
        return Result(message, self._ends[status], values | message.claim | {"due": self._database.now(pause)})

    def release(self, message: Claimed) -> Result:
        return Result(message, self._release, message.claim)

    async def write(self, results: Sequence[Result]) -> bool:
        """In one transaction. Returns whether an order has further messages, which waited for these."""
        is_followed: bool = await self._database.run_steps(EVERYTHING, self._steps(results), writes=True)
        return is_followed

    def _steps(self, results: Sequence[Result]) -> Steps:
        dialect, is_followed = self._database.engine.dialect, False
        # All who change several messages do it by their ids: otherwise two of them could wait for each other.
        for result in sorted(results, key=lambda result: result.message.id):
            now, message = self._database.now(), result.message
            yield from result.query.step(dialect, EVERYTHING, **result.values, now=now)
            following = self._is_followed.step(
                dialect, EVERYTHING, of_brand=message.brand_id, of_order=message.order_id
            )
            ((found,),) = yield from following
            is_followed |= bool(found)
        return is_followed

    def _end(self, status: NotificationStatus, _: Preparing) -> Update:
        """A cancelled message that was not sent is not tried again."""
        is_cancelled = OutboxMessage.cancelled_by.is_not(None)
        values: dict[str, Any] = {"status": status.value, "unclear": bindparam("of_unclear")}
        match status:
            case NotificationStatus.SENT:
                values["sent_at"] = self._now
            case NotificationStatus.PENDING:
                values["status"] = case((is_cancelled, NotificationStatus.CANCELLED.value), else_=status.value)
                values["due_at"] = self._due
            case NotificationStatus.MAY_HAVE_BEEN_DELIVERED:
                values["unclear"] = case((is_cancelled, MAX_UNCLEAR), else_=bindparam("of_unclear"))
                values["due_at"] = self._due
        left_over = bindparam("of_left_over", type_=JSON_OR_NULL)
        return self._update(**values, last_error=bindparam("error"), leased_until=None, left_over=left_over, lost=0)

    def _update(self, **values: Any) -> Update:
        return update(OutboxMessage).where(IS_CLAIM).values(values).returning(OutboxMessage.id)
