"""The relay sends the mails of the outbox through a transport.

It claims due messages under a lease, from each brand in turn, sends them outside of any transaction, then records the
attempt. It renews its leases while it waits for a mail server. If a relay is killed in between, the lease expires and
another relay sends the message again, with the same Message-ID. So a mail is never lost, and in the worst case sent
twice. Any number of relays may run: leases and due times go by the database's clock.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import DBAPIError

from exports.mail import email_message, header_address, reachable, render
from exports.relay.leases import BEFORE_ALL_BRANDS, Claimed, Leases
from exports.relay.results import Result, Results
from exports.relay.transports import Bounced, Failure, PermanentFailure, PossiblyDelivered, TemporaryFailure, Transport
from exports.texts import one_line
from models.buyer import MAX_REASON_LENGTH, BuyerRecipient
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order
from models.outbox import MAX_UNCLEAR, Attached, NotificationStatus, OrderNotice, OutboxMessage
from models.scope import EVERYTHING

log = logging.getLogger("orders.mail")

LEASE = timedelta(minutes=5)
RENEW_SECONDS = 60.0  # between two renewals of the leases of the messages in flight
MAX_IN_FLIGHT = 20  # messages claimed at a time
MAX_SENDING = 5  # of those, being sent
FIRST_PAUSE = timedelta(seconds=30)
MAX_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
UNCLEAR_PAUSE = timedelta(hours=4)  # before a further try of a mail that may have been delivered
MAX_LOST = 5  # consecutive relays that died while sending a message; then it is given up as a poison message
POLL_SECONDS = 5.0  # between two looks at the outbox when wake() is not called
ATTEMPTS_WITH_PDF = 5  # then a mail goes without the PDF that could not be drawn
STOP_WITHIN_SECONDS = 3.0  # for the mails being sent, after stop()
MAX_ERROR_LENGTH = 1000


# Brand's id, what to draw, language → file name and bytes. Raises TemporaryFailure if another attempt may succeed.
Attach = Callable[[UUID, Attached, Locale], Awaitable[tuple[str, bytes] | None]]


@dataclass(frozen=True, slots=True)
class Delivered:
    """Number of messages sent, to be tried again, failed permanently, possibly delivered, and cancelled."""

    sent: int = 0
    retry: int = 0
    failed: int = 0
    unclear: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt to send a message. `left_over`, `unclear`: see OutboxMessage.

    `bounced`: the buyer's address → the reply by which the mail server permanently refused this address itself.
    """

    status: NotificationStatus
    error: str | None = None
    left_over: dict[str, Any] | None = None
    unclear: int = 0
    bounced: Bounced = field(default_factory=dict)


@dataclass(slots=True)
class Held:
    """A message in the hands of this relay, and since when its lease has run, by the clock of this process."""

    message: Claimed
    since: datetime


TOLD = {
    NotificationStatus.SENT: "sent",
    NotificationStatus.PENDING: "to be tried again",
    NotificationStatus.FAILED: "failed",
    NotificationStatus.MAY_HAVE_BEEN_DELIVERED: "may have been delivered",
    NotificationStatus.CANCELLED: "cancelled",
}


class Relay:
    """`sender`: the From address of brands without one of their own; its display name is the brand's.

    `on_tried`: called with each attempt's result. `attach`: draws the PDF that a mail has attached; None if it cannot.
    `clock`: of this process. It dates the mails and measures how long a message has been held here.
    """

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        sender: str,
        clock: Callable[[], datetime],
        lease: timedelta = LEASE,
        on_tried: Callable[[NotificationStatus], None] = lambda _: None,
        attach: Attach | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._sender = sender
        self._clock = clock
        self._lease = lease
        self._leases = Leases(database, lease)
        self._on_tried = on_tried
        self._attach = attach
        self._woken = asyncio.Event()
        self._may_be_more = True  # messages to claim; a look costs as much as to record a result
        self._stopping = False
        self._sending = asyncio.Semaphore(MAX_SENDING)
        self._in_flight: set[asyncio.Task[NotificationStatus]] = set()
        self._held: dict[UUID, Held] = {}
        self._renewed_at = clock()
        self._lost: asyncio.Task[NotificationStatus] | None = None
        self._deadlines: set[asyncio.Timeout] = set()
        self._last_brand = BEFORE_ALL_BRANDS
        self._results = Results(database)
        self._unwritten: list[tuple[Result, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Tells the relay that the outbox has new messages."""
        self._may_be_more = True
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
                await self._renew()
                if self._may_be_more:
                    await self._claim_more()
            except Exception:
                log.exception("the outbox could not be read; trying again in %.0f s", POLL_SECONDS)
                self._may_be_more = True
            try:
                await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
            except TimeoutError:
                self._may_be_more = True
        if self._in_flight:
            await asyncio.wait(self._in_flight)

    async def drain(self) -> Delivered:
        """Sends all messages that are due now."""
        counts: Counter[NotificationStatus] = Counter()
        while True:
            found = not self._stopping and await self._claim_more()
            if self._in_flight:
                first = asyncio.FIRST_COMPLETED
                await asyncio.wait(self._in_flight, timeout=RENEW_SECONDS, return_when=first)
                counts.update(self._finished())
                await self._renew()
            elif not found:
                break
        status = NotificationStatus
        return Delivered(
            counts[status.SENT],
            counts[status.PENDING],
            counts[status.FAILED],
            counts[status.MAY_HAVE_BEEN_DELIVERED],
            counts[status.CANCELLED],
        )

    async def _claim_more(self) -> bool:
        """Claims more messages once half of MAX_IN_FLIGHT are done, so that one slow mail does not hold up the others.

        Returns whether there were, or may be, messages to claim.
        """
        room = MAX_IN_FLIGHT - len(self._in_flight)
        if room < MAX_IN_FLIGHT // 2:
            return True
        # Lost messages one at a time: if one of them kills the relay, the others are not lost again with it.
        may_take_lost = self._lost is None or self._lost.done()
        self._may_be_more = False
        claims = await self._leases.claim(room, self._last_brand, may_take_lost=may_take_lost)
        if claims.brands:
            self._last_brand = claims.brands[-1] if len(claims.brands) == room else BEFORE_ALL_BRANDS
        for message in claims.ready:
            self._start(message)
        if claims.has_lost:
            self._lost = self._start(claims.lost) if claims.lost else None
        self._may_be_more |= claims.may_be_more or claims.has_lost
        return bool(claims.brands) or claims.has_lost

    def _start(self, message: Claimed) -> asyncio.Task[NotificationStatus]:
        self._held[message.id] = Held(message, self._clock())
        task = asyncio.create_task(self._deliver(message))
        self._in_flight.add(task)
        task.add_done_callback(lambda _: self._woken.set())
        return task

    def _finished(self) -> list[NotificationStatus]:
        """Removes the finished deliveries and returns their results. Raises the first exception among them."""
        done = {task for task in self._in_flight if task.done()}
        self._in_flight -= done
        return [task.result() for task in done]

    async def _renew(self) -> None:
        """Extends the leases of the messages in flight: a mail server may take longer to answer than a lease lasts."""
        now = self._clock()
        if not self._held or (now - self._renewed_at).total_seconds() < RENEW_SECONDS:
            return
        self._renewed_at = now
        async with self._database.transaction(EVERYTHING) as session:
            for held in sorted(self._held.values(), key=lambda held: held.message.id):  # as results are written
                renewed = (
                    update(OutboxMessage)
                    .where(_is_claim(held.message), OutboxMessage.leased_until.is_not(None))
                    .values(leased_until=self._database.now(self._lease))
                    .returning(OutboxMessage.id)
                    .execution_options(synchronize_session=False)
                )
                if await session.scalar(renewed):
                    held.since = now

    async def _deliver(self, message: Claimed) -> NotificationStatus:
        try:
            has_waited = self._sending.locked()
            async with self._sending:
                return await self._deliver_now(message, has_waited=has_waited)
        finally:
            del self._held[message.id]

    async def _deliver_now(self, message: Claimed, *, has_waited: bool) -> NotificationStatus:
        # The claim has read it; a message that had to wait may have been cancelled since.
        cancelled = await self._leases.is_cancelled(message) if has_waited else message.cancelled_by is not None
        # Recording may take part of the lease: start nothing that another relay could claim meanwhile.
        if self._stopping or self._clock() >= self._held[message.id].since + self._lease / 2:
            await self._record(self._results.release(message))
            return NotificationStatus.PENDING
        if message.lost >= MAX_LOST or (message.lost and cancelled):
            error = f"given up: {message.lost} times a relay ended while it had this mail in hand"
            attempt = Attempt(NotificationStatus.MAY_HAVE_BEEN_DELIVERED, error, message.left_over, MAX_UNCLEAR)
        elif cancelled:
            attempt = _given_up(message)
        else:
            attempt = _never_failed_once_unclear(message, await self._send_before_deadline(message))
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
            return Attempt(NotificationStatus.PENDING, "cut off: the relay stopped", message.left_over)

    def _shorten_deadline(self, deadline: asyncio.Timeout) -> None:
        deadline.reschedule(asyncio.get_running_loop().time() + STOP_WITHIN_SECONDS)

    async def _send(self, message: Claimed) -> Attempt:
        before = message.left_over or {}
        try:
            notice = OrderNotice.stored(message.notice)
            mail = render(notice)
            recipients, unreachable = reachable(mail.to)
            bounced = {} if before else dict.fromkeys(unreachable, "no mail can be addressed to it")
            if not recipients:
                reason = f"no mail can be addressed to {', '.join(unreachable)}"
                return Attempt(NotificationStatus.FAILED, reason, bounced=bounced)
            attachment = await self._attached(message, notice)
            email = email_message(
                replace(mail, to=[each for each in mail.to if each not in unreachable]),
                id=message.id,
                sender=notice.sender_address or self._sender,
                sender_name=notice.sender_name,
                reply_to=notice.reply_to,
                at=self._clock(),
                thread=message.order_id,
                attachment=attachment,
            )
        except (TemporaryFailure, OSError) as error:  # OSError: an update is just replacing our files
            failure = error if isinstance(error, TemporaryFailure) else TemporaryFailure(f"not rendered: {error!r}")
            return self._failed(message, failure, [before.get("note")])
        except Exception as error:
            # A message that cannot be rendered now never can be. It must not block the messages after it.
            log.exception("mail %s cannot be rendered", message.id, extra={"notification": message.id})
            return Attempt(NotificationStatus.FAILED, f"cannot be rendered: {type(error).__name__}")
        notes = [before.get("note")]
        if not before:
            notes += [f"no mail can be addressed to {address}" for address in unreachable]
        asked = {header_address(each): each for each in mail.to if each not in unreachable}
        try:
            sent = await self._transport.send(email, before.get("to", recipients))
            bounced |= _by_own_spelling(sent.bounced, asked)
            return Attempt(NotificationStatus.SENT, _joined([*notes, sent.note]), bounced=bounced)
        except Failure as error:
            bounced |= _by_own_spelling(error.bounced, asked)
            return replace(self._failed(message, error, notes), bounced=bounced)

    async def _attached(self, message: Claimed, notice: OrderNotice) -> tuple[str, bytes] | None:
        """File name and PDF; None: the mail has none, or goes without. Raises TemporaryFailure."""
        if not notice.attached or not self._attach:
            return None
        try:
            return await self._attach(message.brand_id, notice.attached, notice.locale)
        except TemporaryFailure as failure:
            if message.attempts < ATTEMPTS_WITH_PDF:
                raise
            log.warning("mail %s goes without its PDF: %s", message.id, failure, extra={"notification": message.id})
            return None

    def _failed(self, message: Claimed, error: Failure, notes: list[str | None]) -> Attempt:
        if isinstance(error, PossiblyDelivered):
            unclear = NotificationStatus.MAY_HAVE_BEEN_DELIVERED
            return Attempt(unclear, _joined([*notes, str(error)]), message.left_over, message.unclear + 1)
        if isinstance(error, PermanentFailure):
            return _last_attempt(_joined([*notes, str(error)]), message.left_over)
        last_error, left_over = _joined([*notes, str(error)]), message.left_over
        if isinstance(error, TemporaryFailure) and error.left:
            left_over = {"to": error.left, "note": _joined([*notes, error.note])}
        if self._clock() - message.created_at >= GIVE_UP_AFTER:
            return _last_attempt(last_error, left_over)
        return Attempt(NotificationStatus.PENDING, last_error, left_over)

    async def _settle(self, message: Claimed, attempt: Attempt) -> None:
        """Records the result and releases the lease."""
        is_unclear = attempt.status is NotificationStatus.MAY_HAVE_BEEN_DELIVERED
        result = self._results.end(
            message,
            attempt.status,
            error=attempt.error[:MAX_ERROR_LENGTH] if attempt.error else None,
            left_over=attempt.left_over,
            unclear=attempt.unclear,
            pause=UNCLEAR_PAUSE if is_unclear else pause(message.attempts),
        )
        if attempt.bounced:
            await self._mark(message, attempt.bounced)
        await self._record(result)
        self._on_tried(attempt.status)
        log.log(
            logging.INFO if attempt.status is NotificationStatus.SENT else logging.WARNING,
            "mail %s",
            TOLD[attempt.status],
            extra={"notification": message.id, "attempts": message.attempts, "error": attempt.error},
        )

    async def _record(self, result: Result) -> None:
        """What has gathered while the results before were written is written in one transaction."""
        written = asyncio.get_running_loop().create_future()
        self._unwritten.append((result, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_results())
        await written

    async def _write_results(self) -> None:
        while self._unwritten:
            results, self._unwritten = self._unwritten, []
            try:
                await self._write([result for result, _ in results])
            except Exception:
                # Possibly of one of them only: the others are recorded all the same. Writing one twice is harmless.
                for result, written in results:
                    try:
                        await self._write([result])
                    except Exception as error:
                        _settle_future(written, error)
                    else:
                        _settle_future(written)
            else:
                for _, written in results:
                    _settle_future(written)

    async def _write(self, results: list[Result]) -> None:
        if await self._results.write(results):
            self._may_be_more = True

    async def _mark(self, message: Claimed, bounced: Bounced) -> None:
        """Marks the addresses that the mail server refused, as far as the order's buyer still has them.

        Before the result is recorded: a relay that is killed in between tries the mail again, and marks them then. In
        transactions of their own, and errors are only logged: the result must be recorded all the same.
        """
        buyer = (
            select(Order.buyer_id)
            .join(OutboxMessage, and_(OutboxMessage.brand_id == Order.brand_id, OutboxMessage.order_id == Order.id))
            .where(OutboxMessage.brand_id == message.brand_id, OutboxMessage.id == message.id)
        )
        for email, reason in bounced.items():
            marked = (
                update(BuyerRecipient)
                .where(
                    BuyerRecipient.brand_id == message.brand_id,
                    BuyerRecipient.buyer_id == buyer.scalar_subquery(),
                    BuyerRecipient.email == email,
                )
                .values(bounced_at=self._database.now(), bounce_reason=one_line(reason)[:MAX_REASON_LENGTH])
                .execution_options(synchronize_session=False)
            )
            try:
                async with self._database.transaction(EVERYTHING) as session:
                    await session.execute(marked)
            except DBAPIError:
                log.exception("a refused address could not be marked", extra={"notification": message.id})


def _settle_future(future: asyncio.Future[None], error: Exception | None = None) -> None:
    if future.done():  # whoever waited for it was cancelled
        return
    if error:
        future.set_exception(error)
    else:
        future.set_result(None)


def _is_claim(message: Claimed) -> ColumnElement[bool]:
    """Selects the message's row as long as nobody else has claimed it since, nor recorded a result."""
    unclear = NotificationStatus.MAY_HAVE_BEEN_DELIVERED
    return and_(
        OutboxMessage.brand_id == message.brand_id,
        OutboxMessage.id == message.id,
        OutboxMessage.attempts == message.attempts,
        or_(OutboxMessage.status == NotificationStatus.PENDING, OutboxMessage.status == unclear),
    )


def _by_own_spelling(bounced: Bounced, asked: dict[str, str]) -> Bounced:
    """`asked`: the address for the mail server → as the buyer has it."""
    return {asked[each]: reason for each, reason in bounced.items() if each in asked}


def _given_up(message: Claimed) -> Attempt:
    """The end of a message that was cancelled before this attempt."""
    if message.unclear:
        return Attempt(NotificationStatus.MAY_HAVE_BEEN_DELIVERED, None, message.left_over, MAX_UNCLEAR)
    if message.left_over:  # some of its recipients have received it
        return Attempt(NotificationStatus.SENT, message.left_over["note"], message.left_over)
    return Attempt(NotificationStatus.CANCELLED)


def _never_failed_once_unclear(message: Claimed, attempt: Attempt) -> Attempt:
    """A mail that may have been delivered stays so, unless it is sent now; each further try counts."""
    if not message.unclear or attempt.status not in (NotificationStatus.PENDING, NotificationStatus.FAILED):
        return attempt
    unclear = MAX_UNCLEAR if attempt.status is NotificationStatus.FAILED else message.unclear + 1
    return replace(attempt, status=NotificationStatus.MAY_HAVE_BEEN_DELIVERED, unclear=unclear)


def _last_attempt(error: str | None, left_over: dict[str, Any] | None) -> Attempt:
    """No further attempt follows. The message has failed, unless some of its recipients have received it."""
    return Attempt(NotificationStatus.SENT if left_over else NotificationStatus.FAILED, error)


def _joined(notes: list[str | None]) -> str | None:
    return "; ".join(note for note in notes if note) or None


def pause(attempts: int) -> timedelta:
    """Exponential back-off: 30 s after the first attempt, doubled after each further one, at most an hour."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), MAX_PAUSE)
