"""Many relays, many brands, and mails that do harm: each mail once, each brand in its turn, the line goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from sqlalchemy import event, text, update

from exports.relay import relay as relay_module
from exports.relay import transports
from exports.relay.relay import (
    LEASE,
    MAX_IN_FLIGHT,
    MAX_LOST,
    MAX_SENDING,
    POLL_SECONDS,
    RENEW_SECONDS,
    STOP_WITHIN_SECONDS,
    Delivered,
    Relay,
)
from exports.relay.transports import QUIT_SECONDS, Failure, Sent, SmtpTransport, TemporaryFailure
from models.database.sessions import Database
from models.outbox import NotificationStatus, OutboxMessage, message, oldest_due, unsent
from models.scope import EVERYTHING
from tests.cli.test_command_line import environment
from tests.outbox.test_relay import SENDER, Killed, Mailbox, notice, outbox, promise, url_of
from tests.support.client import OF_THE_RELAY
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, save
from tests.support.forked import run_beside

PENDING, SENT, FAILED = NotificationStatus.PENDING, NotificationStatus.SENT, NotificationStatus.FAILED
UNCLEAR, CANCELLED = NotificationStatus.MAY_HAVE_BEEN_DELIVERED, NotificationStatus.CANCELLED


async def promise_many(database: Database, shop: Shop, count: int, *, hours_ago: int = 0) -> None:
    """The mails of a few orders: those of one order are sent one after another."""
    orders = [await make_order(database, shop) for _ in range(min(count, 40))]
    at = NOON - timedelta(hours=hours_ago)
    told = notice(order_code=shop.brand.code)
    made = (message(told, brand_id=shop.brand.id, order_id=orders[n % len(orders)].id, at=at) for n in range(count))
    async with database.transaction(EVERYTHING) as session:
        session.add_all(made)


class Noting:
    """A transport that notes what it is given, and does with it what `what` says."""

    def __init__(self, what: Any = None) -> None:
        self.brands: list[str] = []
        self._what = what

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        self.brands.append(str(message["Subject"]).rpartition("order ")[2].partition(" ")[0])
        if self._what:
            await self._what(message)
        return Sent()


async def test_a_brand_with_many_mails_does_not_delay_anothers_single_one(database: Database, clock: Clock) -> None:
    crowd = await make_shop(database)
    await promise_many(database, crowd, 200, hours_ago=1)
    single = [await make_shop(database) for _ in range(3)]
    for shop in single:
        await promise_many(database, shop, 1)
    transport = Noting()
    done = await Relay(database, transport, sender=SENDER, clock=clock).drain()
    assert done == Delivered(sent=203)
    for shop in single:
        assert transport.brands.index(shop.brand.code) < MAX_IN_FLIGHT, (
            "among the first, though all the others are older"
        )


async def test_more_brands_than_a_batch_holds_take_turns(database: Database, clock: Clock) -> None:
    shops = [await make_shop(database) for _ in range(MAX_IN_FLIGHT + 10)]
    for shop in shops:
        await promise_many(database, shop, 5)
    transport = Noting()
    await Relay(database, transport, sender=SENDER, clock=clock).drain()
    assert len(set(transport.brands[: 4 * MAX_IN_FLIGHT])) == len(shops)
    assert Counter(transport.brands) == {shop.brand.code: 5 for shop in shops}


async def test_several_processes_send_each_mail_once(
    database: Database,
    database_url: str,
    server: Controller,
    mailbox: Mailbox,
) -> None:
    for _ in range(3):
        await promise_many(database, await make_shop(database), 50)
    settings = {"ORDERS_SMTP_URL": url_of(server), "ORDERS_MAIL_FROM": SENDER}
    deliver = partial(run_beside, ["deliver", "--once"], environment(database_url, **settings))
    done = await asyncio.gather(deliver(), deliver())
    assert [(each.returncode, each.stderr) for each in done if each.returncode] == []
    assert len(mailbox.ids) == len(set(mailbox.ids)) == 150
    assert sum(int(each.stdout.split()[0]) for each in done) == 150
    assert {each.status for each in await outbox(database)} == {SENT}


def test_a_lease_outlasts_the_longest_delivery() -> None:
    # A mail is begun in the first half of its lease. The lease is renewed once a minute while the mail server answers,
    # so in the second half there is time for a renewal that comes late (a command waits for the database for at most
    # 20 s) and for settling.
    assert LEASE.total_seconds() / 2 >= RENEW_SECONDS + POLL_SECONDS + 2 * 20 + QUIT_SECONDS
    assert transports.ANSWER_SECONDS == 600, "RFC 5321, 4.5.3.2.6"


async def test_a_mail_held_for_too_long_is_released_unsent(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the machine was suspended: by now another relay may have the messages."""
    monkeypatch.setattr(relay_module, "RENEW_SECONDS", 3600)
    await promise(database, MAX_SENDING + 1)

    async def sleep(_: EmailMessage) -> None:
        if len(transport.brands) == 1:
            clock.move(minutes=3)

    transport = Noting(sleep)
    done = await Relay(database, transport, sender=SENDER, clock=clock).drain()
    assert (done.sent, done.retry) == (MAX_SENDING + 1, MAX_SENDING), "those given back were claimed anew"
    assert sorted(each.attempts for each in await outbox(database)) == [1] + [2] * MAX_SENDING


async def test_a_poison_mail_is_parked_and_delays_no_other(
    database: Database,
    clock: Clock,
) -> None:
    poison = (await promise(database))[0]
    await promise(database, 30)
    sent: set[str] = set()

    async def die(message: EmailMessage) -> None:
        if str(poison.id) in message["Message-ID"]:
            raise Killed
        sent.add(message["Message-ID"])

    deaths = 0
    for _ in range(MAX_LOST + 3):
        relay = Relay(database, Noting(die), sender=SENDER, clock=clock)
        try:
            await relay.drain()
        except Killed:
            deaths += 1
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)
        clock.move(minutes=6)
    assert deaths == MAX_LOST
    rows = {each.id: each for each in await outbox(database)}
    aside = rows.pop(poison.id)
    assert (aside.status, aside.attempts) == (UNCLEAR, MAX_LOST + 1), "a relay may have died after handing it over"
    assert aside.last_error == f"given up: {MAX_LOST} times a relay ended while it had this mail in hand"
    assert {each.status for each in rows.values()} == {SENT}
    assert len(sent) == 30


async def test_mails_that_dead_relays_had_in_hand_are_tried_one_at_a_time(database: Database, clock: Clock) -> None:
    """One of them may be what kills relays: the others are not lost again with it."""
    await promise(database, 3)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(leased_until=NOON - timedelta(minutes=1), attempts=1))
    await promise(database, 3)
    lost_in_hand: list[int] = []

    async def count(_: EmailMessage) -> None:
        lost_in_hand.append(sum(held.message.lost for held in relay._held.values()))
        await asyncio.sleep(0.01)

    relay = Relay(database, Noting(count), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=6)
    assert max(lost_in_hand) == 1
    assert sorted(each.lost for each in await outbox(database)) == [0] * 6, "sent, so that none of them kills relays"


async def test_a_relay_whose_lease_has_expired_records_no_result(database: Database, clock: Clock) -> None:
    """Another one has the mail in hand by now. If that one lost its lease too, a third would send it as well."""
    await promise(database)
    in_hand, may_end = [asyncio.Event() for _ in range(2)], [asyncio.Event() for _ in range(2)]

    def relay_of(number: int, failure: Failure | None) -> Relay:
        async def hold(_: EmailMessage) -> None:
            in_hand[number].set()
            await may_end[number].wait()
            if failure:
                raise failure

        return Relay(database, Noting(hold), sender=SENDER, clock=clock)

    late = asyncio.create_task(relay_of(0, TemporaryFailure("451 later")).drain())
    await in_hand[0].wait()
    clock.move(seconds=LEASE.total_seconds() + 1)
    other = asyncio.create_task(relay_of(1, None).drain())
    await in_hand[1].wait()
    may_end[0].set()
    await late
    (row,) = await outbox(database)
    assert (row.status, row.attempts, row.last_error, row.leased_until) == (PENDING, 2, None, clock() + LEASE)
    may_end[1].set()
    assert await other == Delivered(sent=1)


class Hanging(Mailbox):
    """Answers nothing from the command in `at` on."""

    at = "DATA"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.at == "RCPT":
            await asyncio.sleep(300)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.at == "DATA":
            await asyncio.sleep(300)
        return answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if self.at == "QUIT":
            await asyncio.sleep(300)
        return "221 Bye"


@asynccontextmanager
async def hanging(at: str) -> AsyncIterator[tuple[Hanging, str]]:
    handler = Hanging()
    handler.at = at
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), host="127.0.0.1", port=0)
    try:
        yield handler, f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()


async def test_the_wait_for_a_silent_mail_server_is_bounded(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT_SECONDS", 0.5)
    await promise(database)
    async with hanging("RCPT") as (_, url), asyncio.timeout(60):
        done = await Relay(database, SmtpTransport(url), sender=SENDER, clock=clock).drain()
    assert done == Delivered(retry=1)
    assert (await outbox(database))[0].last_error == "the mail server took longer than 0 s"


async def test_a_server_that_hangs_after_taking_the_mail_does_not_get_it_twice(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "QUIT_SECONDS", 0.2)
    await promise(database)
    async with hanging("QUIT") as (taken, url), asyncio.timeout(60):
        assert await Relay(database, SmtpTransport(url), sender=SENDER, clock=clock).drain() == Delivered(sent=1)
    assert len(taken.ids) == 1
    assert (await outbox(database))[0].last_error is None


async def test_a_mail_that_hangs_does_not_stop_those_behind_it(database: Database, clock: Clock) -> None:
    slow = (await promise(database))[0]
    await promise(database, 3 * MAX_IN_FLIGHT)
    others = asyncio.Event()
    sent = 0

    async def hang(message: EmailMessage) -> None:
        nonlocal sent
        if str(slow.id) in message["Message-ID"]:
            await others.wait()
            return
        sent += 1
        if sent == 3 * MAX_IN_FLIGHT:
            others.set()

    async with asyncio.timeout(60):
        done = await Relay(database, Noting(hang), sender=SENDER, clock=clock).drain()
    assert done == Delivered(sent=3 * MAX_IN_FLIGHT + 1)


async def test_stopping_disconnects_from_a_hanging_server_and_releases_all_leases(
    database: Database,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert STOP_WITHIN_SECONDS <= 5
    monkeypatch.setattr(relay_module, "STOP_WITHIN_SECONDS", 0.2)
    await promise(database, 2 * MAX_SENDING)
    left_over = {"to": ["buyer@example.com"], "note": None}  # the others have it
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(left_over=left_over))
    hung = asyncio.Semaphore(0)

    async def hang(_: EmailMessage) -> None:
        hung.release()
        await asyncio.sleep(300)

    relay = Relay(database, Noting(hang), sender=SENDER, clock=clock)
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(60):
        for _ in range(MAX_SENDING):
            await hung.acquire()
        relay.stop()
        await running
    rows = await outbox(database)
    assert {(each.status, each.leased_until) for each in rows} == {(PENDING, None)}
    assert [each.left_over for each in rows] == [left_over] * len(rows)
    assert Counter(each.last_error for each in rows) == {None: 5, "cut off: the relay stopped": 5}
    clock.move(minutes=1)
    assert await Relay(database, Noting(), sender=SENDER, clock=clock).drain() == Delivered(sent=10)


async def test_a_recipient_refused_for_now_is_tried_again_alone_under_the_same_message_id(
    database: Database,
    server: Controller,
    mailbox: Mailbox,
    clock: Clock,
) -> None:
    await promise(database, to=["here@example.com", "gone@example.com", "busy@example.com"])
    mailbox.answers = ["250 OK", "550 no such user", "451 greylisted"]
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(retry=1)
    told = "gone@example.com: 550 no such user; busy@example.com: 451 greylisted"
    assert (await outbox(database))[0].last_error == told
    mailbox.answers = ["451 still"]
    clock.move(seconds=30)
    assert await relay.drain() == Delivered(retry=1)
    clock.move(seconds=60)
    assert await relay.drain() == Delivered(sent=1)
    assert mailbox.recipients == [["here@example.com"], ["busy@example.com"]]
    assert len(set(mailbox.ids)) == 1
    assert {each["To"] for each in mailbox.taken} == {"here@example.com, gone@example.com, busy@example.com"}
    row = (await outbox(database))[0]
    assert (row.status, row.last_error, row.left_over) == (SENT, "gone@example.com: 550 no such user", None)


async def test_a_mail_that_some_recipients_got_is_not_failed(
    database: Database,
    clock: Clock,
) -> None:
    await promise(database, to=["here@example.com", "busy@example.com"])

    async def refuse(_: EmailMessage) -> None:
        raise TemporaryFailure("busy@example.com: 451 later", left=["busy@example.com"])

    relay = Relay(database, Noting(refuse), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(retry=1)
    clock.move(days=3)
    assert await relay.drain() == Delivered(sent=1)
    assert (await outbox(database))[0].last_error == "busy@example.com: 451 later"


async def test_waiting_and_failed_mails_are_counted(database: Database) -> None:
    now = NOON + timedelta(hours=1)
    async with database.read(EVERYTHING) as session:
        assert await oldest_due(session, now) is None
        assert await unsent(session) == {PENDING: 0, FAILED: 0}
    rows = [await promise(database) for _ in range(5)]
    for row, status, due_at in zip(
        (row for (row,) in rows),
        (SENT, FAILED, PENDING, PENDING, PENDING),
        (-3, -2, 30, 20, 90),
        strict=True,
    ):
        async with database.transaction(EVERYTHING) as session:
            found = await session.get_one(OutboxMessage, (row.brand_id, row.id))
            found.status, found.due_at = status, NOON + timedelta(minutes=due_at)
    async with database.read(EVERYTHING) as session:
        assert await oldest_due(session, now) == NOON + timedelta(minutes=20)
        assert await unsent(session) == {PENDING: 3, FAILED: 1}


async def test_a_claim_reads_its_indexes_however_many_mails_there_are(database: Database, clock: Clock) -> None:
    await promise_many(database, await make_shop(database), 2_000)
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(OF_THE_RELAY):
            seen.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", see)
    relay = Relay(database, Noting(), sender=SENDER, clock=clock)
    await relay._claim_more()
    event.remove(database.engine.sync_engine, "before_cursor_execute", see)
    relay.stop()
    await relay.drain()
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.execute(text("ANALYZE"))
        for statement, parameters in seen:
            plan = await connection.exec_driver_sql(
                ("EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN ") + statement, parameters
            )
            told = "\n".join(str(row) for row in plan)
            assert "ix_outbox_messages_brand_id_due_at" in told or "ix_outbox_messages_leased_until" in told, told
            assert "status_due_at" not in told, told
            assert "Seq Scan on outbox_messages" not in told, told
    assert len(seen) == 3


async def of_one_order(database: Database, *kinds: str) -> list[OutboxMessage]:
    order = await make_order(database, await make_shop(database))
    made = [message(notice(kind=kind), brand_id=order.brand_id, order_id=order.id, at=NOON) for kind in kinds]
    await save(database, *made)
    return made


async def test_the_mails_of_an_order_leave_in_order(database: Database, clock: Clock) -> None:
    made = [await of_one_order(database, "OC_CREATED", "OC_CONFIRMED", "OC_MADE_EDITABLE") for _ in range(8)]
    order_of = {f"<{each.id}@northlight.example>": order for order, mails in enumerate(made) for each in mails}
    sent: list[str] = []
    refused: set[str] = set()

    async def refuse_once(message: EmailMessage) -> None:
        id = str(message["Message-ID"])
        if id not in refused:
            refused.add(id)
            raise TemporaryFailure("451 later")
        sent.append(id)

    relays = [Relay(database, Noting(refuse_once), sender=SENDER, clock=clock) for _ in range(2)]
    for _ in range(10):
        await asyncio.gather(*(relay.drain() for relay in relays))
        clock.move(hours=1)
    for order, mails in enumerate(made):
        expected = [f"<{each.id}@northlight.example>" for each in mails]
        assert [id for id in sent if order_of[id] == order] == expected


async def test_a_mail_waits_for_an_earlier_one_that_is_tried_again(database: Database, clock: Clock) -> None:
    """Another relay has that one in hand, which may have been delivered before."""
    first, _ = await of_one_order(database, "OC_CREATED", "ORDER_REJECTED")

    async def is_tried(until: datetime | None) -> None:
        of_first = update(OutboxMessage).where(OutboxMessage.id == first.id)
        again = {"status": UNCLEAR, "unclear": 1, "due_at": NOON + timedelta(hours=4), "leased_until": until}
        async with database.transaction(EVERYTHING) as session:
            await session.execute(of_first.values(again))

    relay = Relay(database, Noting(), sender=SENDER, clock=clock)
    await is_tried(NOON + timedelta(minutes=5))
    assert await relay.drain() == Delivered()
    await is_tried(None)
    assert await relay.drain() == Delivered(sent=1)


async def cancel(database: Database, *mails: OutboxMessage) -> None:
    async with database.transaction(EVERYTHING) as session:
        for each in mails:
            found = await session.get_one(OutboxMessage, (each.brand_id, each.id))
            found.cancelled_by = "ORDER_REJECTED"


async def test_a_mail_in_hand_that_is_cancelled_before_its_turn_is_not_sent(database: Database, clock: Clock) -> None:
    first, second = (await of_one_order(database, "OC_CREATED"))[0], (await of_one_order(database, "OC_CREATED"))[0]
    await cancel(database, second)  # as a decision does when the relay has claimed the mail already
    transport = Noting()
    done = await Relay(database, transport, sender=SENDER, clock=clock).drain()
    assert done == Delivered(sent=1, cancelled=1)
    rows = {each.id: each.status for each in await outbox(database)}
    assert rows == {first.id: SENT, second.id: CANCELLED}


async def test_a_mail_that_is_cancelled_while_others_are_sent_is_not_sent(database: Database, clock: Clock) -> None:
    """It is claimed already, and waits for one of the few places."""
    await promise(database, MAX_SENDING)
    last = (await of_one_order(database, "OC_CREATED"))[0]
    is_cancelled = asyncio.Event()

    async def meanwhile(_: EmailMessage) -> None:
        if len(transport.brands) == MAX_SENDING:
            await cancel(database, last)
            is_cancelled.set()
        await is_cancelled.wait()

    transport = Noting(meanwhile)
    done = await Relay(database, transport, sender=SENDER, clock=clock).drain()
    assert done == Delivered(sent=MAX_SENDING, cancelled=1)


@pytest.mark.parametrize(("fails", "status"), [(False, SENT), (True, CANCELLED)])
async def test_a_mail_that_is_cancelled_while_it_is_sent_is_not_tried_again(
    database: Database, clock: Clock, fails: bool, status: NotificationStatus
) -> None:
    made = await of_one_order(database, "OC_CREATED", "ORDER_REJECTED")
    sent = []

    async def meanwhile(message: EmailMessage) -> None:
        if str(made[0].id) in message["Message-ID"]:
            await cancel(database, made[0])
            if fails:
                raise TemporaryFailure("451 later")
        sent.append(message["Message-ID"])

    await Relay(database, Noting(meanwhile), sender=SENDER, clock=clock).drain()
    assert [each.status for each in await outbox(database)] == [status, SENT]
    assert sent[-1] == f"<{made[1].id}@northlight.example>"


async def test_a_result_that_cannot_be_recorded_does_not_keep_others_from_being_recorded(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await promise(database, 3)
    relay = Relay(database, Noting(), sender=SENDER, clock=clock)
    write, failing = relay._write, 2

    async def fail(statements: list[Any]) -> None:
        nonlocal failing
        if failing:
            failing -= 1
            raise OSError("the database is gone")
        await write(statements)

    monkeypatch.setattr(relay, "_write", fail)
    with pytest.raises(OSError, match="gone"):  # the first batch is one result: it and its single try fail
        await relay.drain()
    relay.stop()
    await relay.drain()
    assert sorted(each.status for each in await outbox(database)) == ["PENDING", "SENT", "SENT"]
