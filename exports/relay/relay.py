"""The relay sends the mails of the outbox through a transport.

It claims due messages under a lease, from each brand in turn, sends them outside of any transaction, then records the
attempt. If a relay is killed in between, the lease expires and another relay sends the message again, with the same
Message-ID. So a mail is never lost, and in the worst case sent twice. Any number of relays may run.
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
from exports.relay.leases import BEFORE_ALL_BRANDS, Claimed, brands_due, claim_lost, claim_ready, is_lost
from exports.relay.transports import PermanentFailure, TemporaryFailure, Transport
from models.database.sessions import Database
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage
from models.scope import EVERYTHING

log = logging.getLogger("orders.mail")

LEASE = timedelta(minutes=5)
MAX_IN_FLIGHT = 20  # messages claimed at a time
MAX_SENDING = 5  # of those, being sent
FIRST_PAUSE = timedelta(seconds=30)
MAX_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
MAX_LOST = 5  # consecutive relays that died while sending a message; then it is given up as a poison message
POLL_SECONDS = 5.0  # between two looks at the outbox when wake() is not called
STOP_WITHIN_SECONDS = 3.0  # for the mails being sent, after stop()
MAX_ERROR_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Delivered:
    """Number of messages sent, to be tried again, and failed permanently."""

    sent: int = 0
    retry: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt to send a message. `left_over`: see OutboxMessage."""

    status: NotificationStatus
    error: str | None = None
    left_over: dict[str, Any] | None = None


class Relay:
    """`sender`: the From address; its display name is the brand's. `on_tried`: called with each attempt's result."""

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
        self._woken = asyncio.Event()
        self._stopping = False
        self._sending = asyncio.Semaphore(MAX_SENDING)
        self._in_flight: set[asyncio.Task[NotificationStatus]] = set()
        self._lost: asyncio.Task[NotificationStatus] | None = None
        self._deadlines: set[asyncio.Timeout] = set()
        self._last_brand = BEFORE_ALL_BRANDS

    def wake(self) -> None:
        """Tells the relay that the outbox has new messages."""
        self._woken.set()

    def stop(self) -> None:
        """Ends run(): mails being sent get STOP_WITHIN_SECONDS; the other claimed messages are released."""
        self._stopping = True
        self._woken.set()
        for deadline in self._deadlines:
            self._shorten_deadline(deadline)

    async def run(self) -> None:
        """Runs until stop(). Database errors are logged, then tried again after POLL_SECONDS."""
        while not self._stopping:
            self._woken.clear()
            try:
                self._finished()
                await self._claim_more()
            except Exception:
                log.exception("the outbox could not be read; trying again in %.0f s", POLL_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
        if self._in_flight:
            await asyncio.wait(self._in_flight)

    async def drain(self) -> Delivered:
        """Sends all messages that are due now."""
        counts: Counter[NotificationStatus] = Counter()
        while True:
            found = not self._stopping and await self._claim_more()
            if self._in_flight:
                await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED)
                counts.update(self._finished())
            elif not found:
                break
        status = NotificationStatus
        return Delivered(counts[status.SENT], counts[status.PENDING], counts[status.FAILED])

    async def _claim_more(self) -> bool:
        """Claims more messages once half of MAX_IN_FLIGHT are done, so that one slow mail does not hold up the others.

        Returns whether there were, or may be, messages to claim.
        """
        room = MAX_IN_FLIGHT - len(self._in_flight)
        if room < MAX_IN_FLIGHT // 2:
            return True
        now = self._clock()
        until = now + self._lease
        # Read first: a claim is a write, which blocks all other writers on SQLite.
        async with self._database.read(EVERYTHING) as session:
            brands = await brands_due(session, now, room, self._last_brand)
            # Lost messages one at a time: if one of them kills the relay, the others are not lost again with it.
            has_lost = (self._lost is None or self._lost.done()) and await is_lost(session, now)
        if brands:
            async with self._database.transaction(EVERYTHING) as session:
                claimed = await claim_ready(session, now, until, room, brands)
            self._last_brand = brands[-1] if len(brands) == room else BEFORE_ALL_BRANDS
            for message in claimed:
                self._start(message)
        if has_lost:
            async with self._database.transaction(EVERYTHING) as session:
                lost = await claim_lost(session, now, until)
            self._lost = self._start(lost) if lost else None
        return bool(brands) or has_lost

    def _start(self, message: Claimed) -> asyncio.Task[NotificationStatus]:
        task = asyncio.create_task(self._deliver(message))
        self._in_flight.add(task)
        task.add_done_callback(lambda _: self._woken.set())
        return task

    def _finished(self) -> list[NotificationStatus]:
        """Removes the finished deliveries and returns their results. Raises the first exception among them."""
        done = {task for task in self._in_flight if task.done()}
        self._in_flight -= done
        return [task.result() for task in done]

    async def _deliver(self, message: Claimed) -> NotificationStatus:
        async with self._sending:
            # Sending and recording may take half of the lease: start nothing that another relay could claim meanwhile.
            if self._stopping or self._clock() >= message.leased_until - self._lease / 2:
                await self._update(message, {"leased_until": None})
                return NotificationStatus.PENDING
            if message.lost >= MAX_LOST:
                error = f"given up: {message.lost} times a relay ended while it had this mail in hand"
                attempt = Attempt(NotificationStatus.FAILED, error)
            else:
                attempt = await self._send_before_deadline(message)
            await self._settle(message, attempt)
            return attempt.status

    async def _send_before_deadline(self, message: Claimed) -> Attempt:
        try:
            async with asyncio.timeout(None) as deadline:
                self._deadlines.add(deadline)
                try:
                    return await self._send(message)
                finally:
                    self._deadlines.discard(deadline)
        except TimeoutError:
            return Attempt(NotificationStatus.PENDING, "cut off: the relay was told to stop", message.left_over)

    def _shorten_deadline(self, deadline: asyncio.Timeout) -> None:
        deadline.reschedule(asyncio.get_running_loop().time() + STOP_WITHIN_SECONDS)

    async def _send(self, message: Claimed) -> Attempt:
        before = message.left_over or {}
        try:
            notice = OrderNotice(**message.notice)
            mail = render(notice)
            recipients, unreachable = reachable(mail.to)
            if not recipients:
                return Attempt(NotificationStatus.FAILED, f"no mail can be addressed to {', '.join(unreachable)}")
            email = email_message(
                replace(mail, to=recipients),
                id=message.id,
                sender=self._sender,
                sender_name=notice.sender_name,
                reply_to=notice.reply_to,
                at=self._clock(),
            )
        except Exception as error:
            # A message that cannot be rendered now never can be. It must not block the messages after it.
            log.exception("mail %s cannot be rendered", message.id, extra={"notification": message.id})
            return Attempt(NotificationStatus.FAILED, f"cannot be rendered: {type(error).__name__}")
        notes = [before.get("note")]
        if not before:
            notes += [f"no mail can be addressed to {address}" for address in unreachable]
        try:
            notes.append(await self._transport.send(email, before.get("to", recipients)))
            return Attempt(NotificationStatus.SENT, _joined(notes))
        except PermanentFailure as error:
            return _last_attempt(_joined([*notes, str(error)]), message.left_over)
        except TemporaryFailure as error:
            last_error = _joined([*notes, str(error)])
            left_over = {"to": error.left, "note": _joined([*notes, error.note])} if error.left else message.left_over
            if self._clock() - message.created_at >= GIVE_UP_AFTER:
                return _last_attempt(last_error, left_over)
            return Attempt(NotificationStatus.PENDING, last_error, left_over)

    async def _settle(self, message: Claimed, attempt: Attempt) -> None:
        """Records the result and releases the lease."""
        now = self._clock()
        values: dict[str, Any] = {
            "status": attempt.status,
            "last_error": attempt.error[:MAX_ERROR_LENGTH] if attempt.error else None,
            "leased_until": None,
            "left_over": attempt.left_over or null(),
            "lost": 0,
        }
        if attempt.status is NotificationStatus.SENT:
            values["sent_at"] = now
        elif attempt.status is NotificationStatus.PENDING:
            values["due_at"] = now + pause(message.attempts)
        await self._update(message, values)
        self._on_tried(attempt.status)
        log.log(
            logging.INFO if attempt.status is NotificationStatus.SENT else logging.WARNING,
            "mail %s",
            attempt.status.value.lower() if attempt.status is not NotificationStatus.PENDING else "to be tried again",
            extra={"notification": message.id, "attempts": message.attempts, "error": attempt.error},
        )

    async def _update(self, message: Claimed, values: dict[str, Any]) -> None:
        """Does nothing if another relay has claimed the message since: then that relay records the result."""
        mine = and_(
            OutboxMessage.brand_id == message.brand_id,
            OutboxMessage.id == message.id,
            OutboxMessage.attempts == message.attempts,
            OutboxMessage.status == NotificationStatus.PENDING,
        )
        async with self._database.transaction(EVERYTHING) as session:
            await session.execute(
                update(OutboxMessage).where(mine).values(values).execution_options(synchronize_session=False)
            )


def _last_attempt(error: str | None, left_over: dict[str, Any] | None) -> Attempt:
    """No further attempt follows. The message has failed, unless some of its recipients have received it."""
    return Attempt(NotificationStatus.SENT if left_over else NotificationStatus.FAILED, error)


def _joined(notes: list[str | None]) -> str | None:
    return "; ".join(note for note in notes if note) or None


def pause(attempts: int) -> timedelta:
    """Exponential back-off: 30 s after the first attempt, doubled after each further one, at most an hour."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), MAX_PAUSE)
