"""The sender posts the events of each brand to its webhooks, in order, from the position of each webhook on.

It claims webhooks that have something to send under a lease, posts one event after another, and records each attempt
with the new position in one transaction. If it is killed in between, the lease expires and the same event is posted
again with the same webhook-id: so no event is lost or overtaken by a later one, and one may arrive twice. Any number of
senders may run: leases and due times go by the database's clock.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from exports.mail import header_address
from exports.relay.transports import Failure, PossiblyDelivered, TemporaryFailure, Transport
from exports.webhooks import messages
from exports.webhooks.answers import GONE, Answer, Resolve, Result
from exports.webhooks.claims import EventRow
from exports.webhooks.messages import Message, OrderState
from exports.webhooks.notice import paused_mail, recipient
from exports.webhooks.records import LEASE, Records
from models.base import new_id
from models.database.sessions import Database
from models.webhook import PauseReason, Webhook, WebhookDelivery, WebhookStatus

if TYPE_CHECKING:
    from exports.webhooks.posting import Poster

log = logging.getLogger("orders.webhooks")

SLICE_SECONDS = 20.0  # after which no further event is sent under one claim
# Webhooks that are claimed at a time. Those whose last attempt failed have places of their own, so that receivers that
# hang never keep the others waiting.
MAX_HEALTHY = 50
MAX_FAILING = 50
FIRST_PAUSE = timedelta(seconds=5)
MAX_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
POLL_SECONDS = 1.0  # between two looks for events when wake() is not called
STOP_WITHIN_SECONDS = 3.0  # for the requests on their way, after stop()
RECORD_WITHIN_SECONDS = 3.0  # for recording their results
CUT_OFF_WITHIN_SECONDS = 1.0  # for what is cancelled then


@dataclass(frozen=True, slots=True)
class Sent:
    """Number of attempts by their end."""

    delivered: int = 0
    failed: int = 0


class CutOffError(Exception):
    """The sender had to stop before the receiver answered."""


class WebhookSender:
    """`public_order_id`: the API's id of an order. `mail_from`: the From address of the mails to admins.

    `clock`: of this process; it dates the attempts. `on_tried`: called with each attempt's result. `to_loopback`: see
    the setting ORDERS_WEBHOOKS_TO_LOOPBACK.
    """

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        mail_from: str,
        clock: Callable[[], datetime],
        public_order_id: Callable[[UUID], str],
        to_loopback: bool = False,
        on_tried: Callable[[Result], None] = lambda _: None,
        resolve: Resolve | None = None,
    ) -> None:
        self._database = database
        self._transport = transport
        self._mail_from = mail_from
        self._clock = clock
        self._public_order_id = public_order_id
        self._to_loopback = to_loopback
        self._on_tried = on_tried
        self._resolve = resolve
        self._woken = asyncio.Event()
        self._stopping = False
        self._records = Records(database, clock)
        self._in_flight: dict[UUID, asyncio.Task[None]] = {}
        self._failing: set[UUID] = set()
        self._deadlines: set[asyncio.Timeout] = set()
        self._counts: Counter[bool] = Counter()

    def wake(self) -> None:
        """There may be new events. While there is no webhook, only the next poll looks for them."""
        if self._records.may_have_webhooks:
            self._woken.set()

    def stop(self) -> None:
        """Ends run(): requests on their way get STOP_WITHIN_SECONDS."""
        self._stopping = True
        self._woken.set()
        for deadline in self._deadlines:
            deadline.reschedule(asyncio.get_running_loop().time() + STOP_WITHIN_SECONDS)

    async def run(self) -> None:
        """Runs until stop(). Database errors are logged, then tried again after POLL_SECONDS."""
        try:
            while not self._stopping:
                self._woken.clear()
                try:
                    await self._claim_more()
                except Exception:
                    log.exception("the webhooks could not be read; trying again in %.0f s", POLL_SECONDS)
                    self._woken.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
            if self._in_flight:
                await asyncio.wait(self._in_flight.values(), timeout=STOP_WITHIN_SECONDS + RECORD_WITHIN_SECONDS)
        finally:
            await self._cut_off()

    async def _cut_off(self) -> None:
        """Cancels what is still on its way, e.g. a mail; the lease expires, and some sender tries again.

        Otherwise a connection to the database that it holds would outlive the closed database.
        """
        late = list(self._in_flight.values())
        for each in late:
            each.cancel()
        if late:
            await asyncio.wait(late, timeout=CUT_OFF_WITHIN_SECONDS)

    async def drain(self) -> Sent:
        """Sends all that is due now."""
        self._counts.clear()
        try:
            while (not self._stopping and await self._claim_more()) or self._in_flight:
                if self._in_flight:
                    await asyncio.wait(self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._cut_off()
        return Sent(self._counts[True], self._counts[False])

    async def _claim_more(self) -> bool:
        """Whether there was something to claim."""
        failing = len(self._failing)
        room, room_for_failing = MAX_HEALTHY - (len(self._in_flight) - failing), MAX_FAILING - failing
        due = await self._records.find(room, room_for_failing)
        chosen = [each for each in due if each.id not in self._in_flight]
        if not chosen:
            return False
        claimed = await self._records.claim(chosen)
        for webhook, is_due in claimed:
            self._in_flight[webhook.id] = task = asyncio.create_task(self._serve(webhook, is_due=is_due))
            if webhook.failures:
                self._failing.add(webhook.id)
            task.add_done_callback(partial(self._finished, webhook.id))
        return bool(claimed)

    def _finished(self, webhook_id: UUID, task: "asyncio.Task[None]") -> None:
        del self._in_flight[webhook_id]
        self._failing.discard(webhook_id)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            # The lease expires, and then some sender tries again.
            log.error("a webhook was left alone", exc_info=error, extra={"webhook": webhook_id})

    async def _serve(self, webhook: Webhook, *, is_due: bool) -> None:
        """Sends what is to be sent under this claim, then releases it. `is_due`: events, too."""
        began = time.monotonic()
        if webhook.notice_due_at:
            await self._mail(webhook)
        from exports.webhooks.posting import Poster, resolve, tls  # late: it brings the HTTP client

        async with Poster(tls(), to_loopback=self._to_loopback, resolve=self._resolve or resolve) as poster:
            if webhook.test_id:
                await self._test(webhook, poster, webhook.test_id)
            if not is_due:
                await self._records.release(webhook)
                return
            events, end = await self._records.next_events(webhook)
            if not events:
                await self._records.release(webhook, position=end, due_at=self._database.now())
            for event in events:
                if self._stopping or time.monotonic() - began > SLICE_SECONDS:
                    await self._records.release(webhook, due_at=self._database.now())
                    return
                if not await self._send(webhook, poster, event, end if event is events[-1] else None):
                    return
        await self._records.prune(webhook)

    async def _send(self, webhook: Webhook, poster: "Poster", event: EventRow, end: int | None) -> bool:
        """One attempt at an event. Whether the next one may follow: then the claim still holds.

        `end`: of the last event under this claim: the position after it.
        """
        order = None
        if event.order_id and event.order_code is not None:
            order = OrderState(event.order_id, event.order_code, event.order_version or 0, str(event.order_status))
        message = messages.event_message(
            webhook.brand_id, event.sequence, event.kind, event.at, order, self._public_order_id
        )
        try:
            answer, delivery = await self._attempt(webhook, poster, message, webhook.failures + 1)
        except CutOffError:
            await self._records.release(webhook)
            return False
        if answer.is_delivered:
            webhook.failures, webhook.failing_since = 0, None
            values: dict[str, Any] = {"position": event.sequence, "failures": 0, "failing_since": None}
            if end is None:
                values["leased_until"] = self._database.now(LEASE)
            else:
                values |= {"position": end, "due_at": self._database.now(), "leased_until": None}
            return await self._records.record(webhook, delivery, values)
        await self._record_failure(webhook, answer, delivery)
        return False

    async def _record_failure(self, webhook: Webhook, answer: Answer, delivery: WebhookDelivery) -> None:
        since = webhook.failing_since or self._clock()
        wait = max(pause(webhook.failures + 1), min(timedelta(seconds=answer.retry_after or 0), MAX_PAUSE))
        values: dict[str, Any] = {
            "failures": webhook.failures + 1,
            "failing_since": since,
            "due_at": self._database.now(wait),
            "leased_until": None,
        }
        reason = None
        if answer.status == GONE:
            reason = PauseReason.GONE
        elif self._clock() - since >= GIVE_UP_AFTER:
            reason = PauseReason.FAILED_TOO_LONG
        if reason:
            now = self._database.now()
            values |= {"status": WebhookStatus.PAUSED, "pause_reason": reason, "paused_at": now}
            values |= {"notice_due_at": now, "notice_failures": 0}
        if not await self._records.record(webhook, delivery, values, reason):
            return
        if reason:
            log.warning("a webhook was paused", extra={"webhook": webhook.id, "reason": reason.value})

    async def _test(self, webhook: Webhook, poster: "Poster", test_id: UUID) -> None:
        """One attempt, whatever its result."""
        try:
            message = messages.test_message(test_id, self._clock())
            _, delivery = await self._attempt(webhook, poster, message, 1)
        except CutOffError:
            return
        delivery.id = test_id
        await self._records.record_test(webhook, delivery, test_id)

    async def _attempt(
        self, webhook: Webhook, poster: "Poster", message: Message, number: int
    ) -> tuple[Answer, WebhookDelivery]:
        """The receiver's answer and the row that says so. Raises CutOffError."""
        at, began = self._clock(), time.monotonic()
        secrets = [webhook.secret]
        if webhook.previous_secret and webhook.previous_until and webhook.previous_until > at:
            secrets.append(webhook.previous_secret)
        try:
            async with asyncio.timeout(None) as deadline:
                self._deadlines.add(deadline)
                try:
                    answer = await poster.post(webhook.url, message.body, messages.headers(message, secrets, at))
                finally:
                    self._deadlines.discard(deadline)
        except TimeoutError:
            raise CutOffError from None
        milliseconds = round((time.monotonic() - began) * 1000)
        self._counts[answer.is_delivered] += 1
        self._on_tried(answer.result)
        log.log(
            logging.INFO if answer.is_delivered else logging.WARNING,
            "event delivered" if answer.is_delivered else "event not delivered",
            extra={
                "webhook": webhook.id,
                "message_id": message.id,
                "attempt": number,
                "status": answer.status,
                "error": answer.error,
                "milliseconds": milliseconds,
            },
        )
        return answer, WebhookDelivery(
            id=new_id(),
            brand_id=webhook.brand_id,
            webhook_id=webhook.id,
            message_id=message.id,
            sequence=message.sequence,
            kind=message.kind,
            number=number,
            at=at,
            milliseconds=milliseconds,
            is_delivered=answer.is_delivered,
            response_status=answer.status,
            excerpt=answer.excerpt or None,
            error=answer.error,
        )

    async def _mail(self, webhook: Webhook) -> None:
        """Mails the admins that the webhook was paused; tries for three days."""
        brand, last = await self._records.brand_and_last_attempt(webhook)
        values: dict[str, Any] = {"notice_due_at": None, "notice_failures": 0}
        extra: dict[str, Any] = {"webhook": webhook.id}
        to = recipient(webhook, brand)
        try:
            if to is None:
                log.warning("nobody can be mailed that a webhook was paused", extra=extra)
            else:
                mail = paused_mail(webhook, brand, last, to, self._mail_from, self._clock())
                await self._transport.send(mail, [header_address(to)])
        except TemporaryFailure as error:
            log.warning("the mail about a webhook was not sent", extra=extra | {"error": str(error)})
            if self._clock() - (webhook.paused_at or self._clock()) < GIVE_UP_AFTER:
                failures = webhook.notice_failures + 1
                values = {"notice_due_at": self._database.now(pause(failures)), "notice_failures": failures}
        except PossiblyDelivered as error:
            log.warning("the mail about a webhook may have been delivered", extra=extra | {"error": str(error)})
        except (Failure, ValueError) as error:
            log.error("the mail about a webhook cannot be sent", extra=extra | {"error": str(error)})
        await self._records.record_notice(webhook, values)


def pause(failures: int) -> timedelta:
    """Exponential back-off: 5 s after the first failure, doubled after each further one, at most an hour."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), MAX_PAUSE)
