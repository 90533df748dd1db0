"""The relay: takes mails from the outbox to the mail server.

It claims what is due under a lease, sends outside of any transaction, then settles. A relay that is killed in between
leaves its lease to run out; the next one sends the same message, with the same Message-ID, again. So a mail is never
lost, and at worst repeated once.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, tuple_, update

from exports.mail import email_message, reachable, render
from exports.smtp import PermanentFailure, TemporaryFailure, Transport
from models.base import Database
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage
from models.scope import EVERYTHING

log = logging.getLogger("orders.mail")

LEASE = timedelta(minutes=5)  # longer than any one batch can take
BATCH = 20
AT_ONCE = 5
FIRST_RETRY = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
POLL = 5.0  # seconds between looks when nobody wakes the relay
LONGEST_ERROR = 1000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand; `attempts` counts this one, and tells this claim from a later one."""

    id: UUID
    brand_id: UUID
    notice: dict[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages were sent, are to be tried again, and have failed for good."""

    sent: int = 0
    retry: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    status: NotificationStatus
    error: str | None = None


class Relay:
    """`sender`: the address that mails come from; the name beside it is the brand's. `on_tried` is told each result."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        sender: str,
        clock: Callable[[], datetime],
        on_tried: Callable[[NotificationStatus], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._sender = sender
        self._clock = clock
        self._on_tried = on_tried
        self._work = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._work.set()

    def stop(self) -> None:
        """Finish what the mail server is taking right now, give back the rest, and let run() end."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Until stop(); a fault of the database is logged and waited out."""
        while not self._stopping:
            self._work.clear()
            try:
                await self.drain()
            except Exception:
                log.exception("the outbox could not be read; trying again in %.0f s", POLL)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), POLL)

    async def drain(self) -> Delivered:
        """Sends all that is due now."""
        counts: Counter[NotificationStatus] = Counter()
        while not self._stopping and (claimed := await self._claim()):
            counts.update(await self._deliver(claimed))
        status = NotificationStatus
        return Delivered(counts[status.SENT], counts[status.PENDING], counts[status.FAILED])

    async def _claim(self) -> list[Claimed]:
        now = self._clock()
        due = (
            select(OutboxMessage.brand_id, OutboxMessage.id)
            .where(
                OutboxMessage.status == NotificationStatus.PENDING,
                OutboxMessage.due_at <= now,
                or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
            )
            .order_by(OutboxMessage.due_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        columns = (OutboxMessage.id, OutboxMessage.brand_id, OutboxMessage.notice, OutboxMessage.attempts)
        claim = (
            update(OutboxMessage)
            .where(tuple_(OutboxMessage.brand_id, OutboxMessage.id).in_(due))
            .values(leased_until=now + LEASE, attempts=OutboxMessage.attempts + 1)
            .returning(*columns, OutboxMessage.created_at)
            .execution_options(synchronize_session=False)
        )
        async with self._database.transaction(EVERYTHING) as session:
            return [Claimed(*row) for row in await session.execute(claim)]

    async def _deliver(self, claimed: list[Claimed]) -> list[NotificationStatus]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def deliver(each: Claimed) -> NotificationStatus:
            async with turn:
                if self._stopping:
                    # Given back, so that another relay need not wait for the lease to run out.
                    await self._update(each, {"leased_until": None})
                    return NotificationStatus.PENDING
                result = await self._send(each)
                await self._settle(each, result)
                return result.status

        return await asyncio.gather(*(deliver(each) for each in claimed))

    async def _send(self, each: Claimed) -> Result:
        try:
            notice = OrderNotice(**each.notice)
            mail = render(notice)
            recipients, unreachable = reachable(mail.to)
            if not recipients:
                return Result(NotificationStatus.FAILED, f"no mail can be addressed to {', '.join(unreachable)}")
            mail = replace(mail, to=recipients)
            message = email_message(
                mail,
                id=each.id,
                sender=self._sender,
                sender_name=notice.sender_name,
                reply_to=notice.reply_to,
                at=self._clock(),
            )
        except Exception as error:
            # A message that cannot be rendered never can be; it must not stop those behind it.
            log.exception("mail %s cannot be rendered", each.id, extra={"notification": each.id})
            return Result(NotificationStatus.FAILED, f"cannot be rendered: {type(error).__name__}")
        try:
            note = await self._transport.send(message, mail.to)
            notes = [note] if note else []
            notes += [f"no mail can be addressed to {each}" for each in unreachable]
            return Result(NotificationStatus.SENT, "; ".join(notes) or None)
        except PermanentFailure as error:
            return Result(NotificationStatus.FAILED, str(error))
        except TemporaryFailure as error:
            gave_up = self._clock() - each.created_at >= GIVE_UP_AFTER
            return Result(NotificationStatus.FAILED if gave_up else NotificationStatus.PENDING, str(error))

    async def _settle(self, each: Claimed, result: Result) -> None:
        now = self._clock()
        values: dict[str, Any] = {
            "status": result.status,
            "last_error": result.error[:LONGEST_ERROR] if result.error else None,
            "leased_until": None,
        }
        if result.status is NotificationStatus.SENT:
            values["sent_at"] = now
        elif result.status is NotificationStatus.PENDING:
            values["due_at"] = now + pause(each.attempts)
        await self._update(each, values)
        self._on_tried(result.status)
        log.log(
            logging.INFO if result.status is NotificationStatus.SENT else logging.WARNING,
            "mail %s",
            result.status.value.lower() if result.status is not NotificationStatus.PENDING else "to be tried again",
            extra={"notification": each.id, "attempts": each.attempts, "error": result.error},
        )

    async def _update(self, each: Claimed, values: dict[str, Any]) -> None:
        """Unless another relay has taken the message up since: then what it does counts."""
        mine = and_(
            OutboxMessage.brand_id == each.brand_id,
            OutboxMessage.id == each.id,
            OutboxMessage.attempts == each.attempts,
            OutboxMessage.status == NotificationStatus.PENDING,
        )
        async with self._database.transaction(EVERYTHING) as session:
            await session.execute(
                update(OutboxMessage).where(mine).values(values).execution_options(synchronize_session=False)
            )


def pause(attempts: int) -> timedelta:
    """30 s after the first attempt, then twice as long each time, an hour at most."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_PAUSE)
