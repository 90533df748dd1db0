"""The relay: takes mails from the outbox to the mail server.

It claims what is due under a lease, from each brand in turn, sends outside of any transaction, then settles. A relay
that is killed in between leaves its lease to run out; another one sends the same message, with the same Message-ID,
again. So a mail is never lost, and at worst repeated once. Any number of relays may run.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, null, update

from exports.mail import email_message, reachable, render
from exports.relay.leases import FIRST, Claimed, brands_due, claim_lost, claim_ready, is_lost
from exports.relay.transports import PermanentFailure, TemporaryFailure, Transport
from models.database.sessions import Database
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage
from models.scope import EVERYTHING

log = logging.getLogger("orders.mail")

LEASE = timedelta(minutes=5)
BATCH = 20  # in hand at once
AT_ONCE = 5  # of them with the mail server
FIRST_RETRY = timedelta(seconds=30)
MAX_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
MAX_LOST = 5  # a mail on which so many relays in a row have ended is not tried again
POLL = 5.0  # seconds between looks when nobody wakes the relay
STOP_WITHIN = 3.0  # seconds for the mail server to take what it is being given, when the relay is told to stop
MAX_ERROR_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many messages were sent, are to be tried again, and have failed for good."""

    sent: int = 0
    retry: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """`left_over`: see OutboxMessage."""

    status: NotificationStatus
    error: str | None = None
    left_over: dict[str, Any] | None = None


class Relay:
    """`sender`: the address that mails come from; the name beside it is the brand's. `on_tried` is told each result."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        sender: str,
        clock: Callable[[], datetime],
        lease: timedelta = LEASE,
        on_tried: Callable[[NotificationStatus], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._sender = sender
        self._clock = clock
        self._lease = lease
        self._on_tried = on_tried
        self._work = asyncio.Event()
        self._stopping = False
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._hands: set[asyncio.Task[NotificationStatus]] = set()
        self._lost_one: asyncio.Task[NotificationStatus] | None = None
        self._limits: set[asyncio.Timeout] = set()
        self._after = FIRST

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._work.set()

    def stop(self) -> None:
        """Finish what the mail server is taking, within STOP_WITHIN, give back the rest, and let run() end."""
        self._stopping = True
        self._work.set()
        for limit in self._limits:
            self._hurry(limit)

    async def run(self) -> None:
        """Until stop(); a fault of the database is logged and waited out."""
        while not self._stopping:
            self._work.clear()
            try:
                self._done()
                await self._fill_hands()
            except Exception:
                log.exception("the outbox could not be read; trying again in %.0f s", POLL)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), POLL)
        if self._hands:
            await asyncio.wait(self._hands)

    async def drain(self) -> Delivered:
        """Sends all that is due now."""
        counts: Counter[NotificationStatus] = Counter()
        while True:
            found = not self._stopping and await self._fill_hands()
            if self._hands:
                await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)
                counts.update(self._done())
            elif not found:
                break
        status = NotificationStatus
        return Delivered(counts[status.SENT], counts[status.PENDING], counts[status.FAILED])

    async def _fill_hands(self) -> bool:
        """Claims more when half of what was in hand is done: a mail that hangs keeps none behind it waiting.

        Whether there was, or may be, something to claim.
        """
        room = BATCH - len(self._hands)
        if room < BATCH // 2:
            return True
        now = self._clock()
        until = now + self._lease
        # A look first: a claim is a write, which on SQLite keeps all other writers waiting.
        async with self._database.read(EVERYTHING) as session:
            brands = await brands_due(session, now, room, self._after)
            # One at a time, so that a mail that kills its relay does not take the others that were lost with it along.
            has_lost = (self._lost_one is None or self._lost_one.done()) and await is_lost(session, now)
        if brands:
            async with self._database.transaction(EVERYTHING) as session:
                claimed = await claim_ready(session, now, until, room, brands)
            self._after = brands[-1] if len(brands) == room else FIRST
            for each in claimed:
                self._take(each)
        if has_lost:
            async with self._database.transaction(EVERYTHING) as session:
                lost = await claim_lost(session, now, until)
            self._lost_one = self._take(lost) if lost else None
        return bool(brands) or has_lost

    def _take(self, each: Claimed) -> asyncio.Task[NotificationStatus]:
        task = asyncio.create_task(self._deliver(each))
        self._hands.add(task)
        task.add_done_callback(lambda _: self._work.set())
        return task

    def _done(self) -> list[NotificationStatus]:
        """What has become of the messages that are out of hand since. Raises the first fault."""
        done = {task for task in self._hands if task.done()}
        self._hands -= done
        return [task.result() for task in done]

    async def _deliver(self, each: Claimed) -> NotificationStatus:
        async with self._turn:
            # The other half of the lease is for sending and settling: nothing is begun that another may begin too.
            if self._stopping or self._clock() >= each.leased_until - self._lease / 2:
                await self._update(each, {"leased_until": None})
                return NotificationStatus.PENDING
            if each.lost >= MAX_LOST:
                error = f"given up: {each.lost} times a relay ended while it had this mail in hand"
                result = Result(NotificationStatus.FAILED, error)
            else:
                result = await self._send_in_time(each)
            await self._settle(each, result)
            return result.status

    async def _send_in_time(self, each: Claimed) -> Result:
        try:
            async with asyncio.timeout(None) as limit:
                self._limits.add(limit)
                try:
                    return await self._send(each)
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            return Result(NotificationStatus.PENDING, "cut off: the relay was told to stop", each.left_over)

    def _hurry(self, limit: asyncio.Timeout) -> None:
        limit.reschedule(asyncio.get_running_loop().time() + STOP_WITHIN)

    async def _send(self, each: Claimed) -> Result:
        before = each.left_over or {}
        try:
            notice = OrderNotice(**each.notice)
            mail = render(notice)
            recipients, unreachable = reachable(mail.to)
            if not recipients:
                return Result(NotificationStatus.FAILED, f"no mail can be addressed to {', '.join(unreachable)}")
            message = email_message(
                replace(mail, to=recipients),
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
        noted = [before.get("note"), *(f"no mail can be addressed to {each}" for each in unreachable if not before)]
        try:
            noted.append(await self._transport.send(message, before.get("to", recipients)))
            return Result(NotificationStatus.SENT, _joined(noted))
        except PermanentFailure as error:
            return _ended(_joined([*noted, str(error)]), each.left_over)
        except TemporaryFailure as error:
            told = _joined([*noted, str(error)])
            left_over = {"to": error.left, "note": _joined([*noted, error.note])} if error.left else each.left_over
            if self._clock() - each.created_at >= GIVE_UP_AFTER:
                return _ended(told, left_over)
            return Result(NotificationStatus.PENDING, told, left_over)

    async def _settle(self, each: Claimed, result: Result) -> None:
        now = self._clock()
        values: dict[str, Any] = {
            "status": result.status,
            "last_error": result.error[:MAX_ERROR_LENGTH] if result.error else None,
            "leased_until": None,
            "left_over": result.left_over or null(),
            "lost": 0,
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


def _ended(told: str | None, left_over: dict[str, Any] | None) -> Result:
    """Not to be tried again: it has failed, unless some of its recipients have got it."""
    return Result(NotificationStatus.SENT if left_over else NotificationStatus.FAILED, told)


def _joined(notes: list[str | None]) -> str | None:
    return "; ".join(note for note in notes if note) or None


def pause(attempts: int) -> timedelta:
    """30 s after the first attempt, then twice as long each time, an hour at most."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_RETRY * (1 << doublings), MAX_PAUSE)
