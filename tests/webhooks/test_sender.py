"""The sender against real receivers: order, retries, pauses, several senders, a sender that is killed."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from exports.webhooks import posting, records
from exports.webhooks import sender as sender_module
from exports.webhooks.answers import Result
from exports.webhooks.records import LEASE
from exports.webhooks.sender import GIVE_UP_AFTER, Sent, pause
from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.scope import EVERYTHING
from models.webhook import KEPT_DELIVERIES, OVERLAP, PauseReason, WebhookStatus, backlog
from resolvers.webhooks import commands
from tests.support.clock import Clock
from tests.support.factories import make_shop
from tests.webhooks.conftest import Mails, context, deliveries, did, happen, make_webhook, read, sender
from tests.webhooks.receiver import OK, Received, Receiver, answering, dropping, hanging, receiving

ARCHIVED, TAG = "ORDER_ARCHIVED", "TAG_CREATED"


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - a receiver has nothing to wait for
        await asyncio.sleep(0.01)


async def cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def reference_signature(secret: str, request: Received) -> str:
    """As the reference libraries of Standard Webhooks compute it, written without the product's code."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.{request.body.decode()}"
    return "v1," + base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()


def test_a_signature_is_that_of_the_standards_own_example() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, the test vectors of its libraries
    from exports.webhooks.messages import signature

    body = b'{"test": 2432232314}'
    made = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_events_arrive_in_order_signed_and_thin(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    webhook_id, secret = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, ARCHIVED, TAG, ARCHIVED)
    assert await sender(database, clock).drain() == Sent(delivered=3)
    assert receiver.sequences == [2, 3, 4]
    assert receiver.connections == 1
    first, second, _ = receiver.requests
    assert (first.method, first.path) == ("POST", "/hooks")
    assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert first.headers["content-type"] == "application/json"
    assert first.headers["webhook-timestamp"] == str(int(clock().timestamp()))
    assert first.headers["webhook-signature"] == reference_signature(secret, first)
    assert first.id == f"evt_{shop.brand.id.hex}_2"
    assert first.payload["type"] == ARCHIVED
    assert first.payload["timestamp"] == "2026-11-24T12:00:00Z"
    data = first.payload["data"]
    assert data.keys() == {"sequence", "kind", "orderId", "code", "version", "status"}
    assert (data["kind"], data["version"], data["status"]) == (ARCHIVED, 1, "OC_REQUIRED")
    assert data["orderId"].startswith("ord_")
    assert data["code"].startswith("ORD-")
    nothing = {"orderId": None, "code": None, "version": None, "status": None}
    assert second.payload["data"] == {"sequence": 3, "kind": TAG} | nothing
    assert max(len(each.body) for each in receiver.requests) < 1000
    webhook = await read(database, webhook_id)
    assert (webhook.position, webhook.failures, webhook.leased_until) == (4, 0, None)
    assert [
        (each.sequence, each.is_delivered, each.response_status) for each in await deliveries(database, webhook_id)
    ] == [
        (2, True, 204),
        (3, True, 204),
        (4, True, 204),
    ]
    assert await sender(database, clock).drain() == Sent()


async def test_only_the_kinds_that_were_asked_for(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url, [TAG])
    await happen(database, clock, shop, ARCHIVED, TAG, ARCHIVED)
    await sender(database, clock).drain()
    assert receiver.sequences == [3]
    assert (await read(database, webhook_id)).position == 4
    await happen(database, clock, shop, ARCHIVED)
    assert await sender(database, clock).drain() == Sent()
    assert (await read(database, webhook_id)).position == 5


@pytest.mark.parametrize(
    ("behave", "status", "error"),
    [
        (answering("500 Oops", "so\x00 sorry"), 500, None),
        (answering("404 Not Found"), 404, None),
        (answering("302 Found", Location="/elsewhere"), 302, "redirects are not followed"),
        (answering("100000 What"), None, "RemoteProtocolError"),
        (dropping, None, "RemoteProtocolError"),
    ],
)
async def test_a_failure_is_tried_again_later_and_holds_the_order(
    database: Database, clock: Clock, receiver: Receiver, behave: object, status: int | None, error: str | None
) -> None:
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG, TAG)
    receiver.behave = behave  # type: ignore[assignment]
    assert await sender(database, clock).drain() == Sent(failed=1)
    (failed,) = await deliveries(database, webhook_id)
    assert (failed.is_delivered, failed.response_status, failed.number) == (False, status, 1)
    assert (failed.error or "").startswith(error or "")
    assert failed.excerpt == ("so sorry" if status == 500 else None)
    webhook = await read(database, webhook_id)
    assert (webhook.position, webhook.failures, webhook.failing_since) == (1, 1, clock())
    assert webhook.due_at == clock() + timedelta(seconds=5)
    receiver.behave = None
    assert await sender(database, clock).drain() == Sent(), "not before it is due"
    clock.move(seconds=5)
    assert await sender(database, clock).drain() == Sent(delivered=2)
    assert receiver.sequences == [2, 2, 3]
    assert receiver.requests[0].id == receiver.requests[1].id
    assert all(each.path == "/hooks" for each in receiver.requests)
    assert (await read(database, webhook_id)).failing_since is None


async def test_a_receiver_that_hangs_times_out(
    database: Database, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.2)
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = hanging
    assert await sender(database, clock).drain() == Sent(failed=1)
    (failed,) = await deliveries(database, webhook_id)
    assert failed.error == "no response within 0 s"


async def test_little_of_a_response_is_read(database: Database, clock: Clock, receiver: Receiver) -> None:
    async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 100_000)
            await writer.drain()

    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = endless
    assert await sender(database, clock).drain() == Sent(delivered=1)
    (delivery,) = await deliveries(database, webhook_id)
    assert delivery.excerpt == "x" * 1000


async def test_a_receiver_may_ask_for_a_longer_pause(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = answering("429 Slow down", Retry_After="600")
    await sender(database, clock).drain()
    assert (await read(database, webhook_id)).due_at == clock() + timedelta(seconds=600)
    clock.move(seconds=600)
    receiver.behave = answering("503 Later", Retry_After="99999")
    await sender(database, clock).drain()
    assert (await read(database, webhook_id)).due_at == clock() + timedelta(hours=1)


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause(each).total_seconds() for each in (1, 2, 3, 11, 500)] == [5, 10, 20, 3600, 3600]


@pytest.mark.parametrize("locale", Locale)
async def test_after_three_days_it_is_paused_and_the_admins_are_mailed(
    database: Database, clock: Clock, receiver: Receiver, locale: Locale
) -> None:
    shop = await make_shop(database, locale=locale, contact_email="admin@brand.example")
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = answering("500 Oops")
    mails, began = Mails(fails=1), clock()
    for hours in (0, 1, 70.9, 0.2):
        assert (await read(database, webhook_id)).status is WebhookStatus.ACTIVE
        assert not mails.tried
        clock.move(hours=hours)
        await sender(database, clock, mails).drain()
    assert clock() - began == GIVE_UP_AFTER + timedelta(minutes=6)
    webhook = await read(database, webhook_id)
    assert (webhook.pause_reason, webhook.position) == (PauseReason.FAILED_TOO_LONG, 1)
    assert mails.sent == []
    clock.move(hours=1)
    await sender(database, clock, mails).drain()
    ((mail, recipients),) = mails.sent
    assert recipients == ["admin@brand.example"]
    assert mails.tried == [mail["Message-ID"]] * 2
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ("HTTP 500" in text, "127.0.0.1" in text, "ERP" in text) == (True, True, True)
    assert ("No event is lost" if locale is Locale.EN else "イベントは失われていません") in text
    assert len(receiver.requests) == len(await deliveries(database, webhook_id))
    async with database.read(EVERYTHING) as session:
        last = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()))).first()
        found = await backlog(session, clock())
    assert last
    assert (last.kind, last.details["reason"]) == ("WEBHOOK_PAUSED", "FAILED_TOO_LONG")
    assert (found.paused, found.failing, found.pending) == (1, 0, 0)

    # Days later it is resumed, and catches up.
    clock.move(days=20)
    receiver.behave = None
    receiver.requests.clear()
    await happen(database, clock, shop, TAG)
    did(await commands.resume_webhook(context(database, clock, shop), webhook_id))
    await sender(database, clock, mails).drain()
    assert receiver.sequences == [2, 3, 4, 5]
    assert len(mails.sent) == 1


async def test_a_receiver_that_is_gone_pauses_it_at_once(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database, mail_reply_to="sales@brand.example")
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url, alert_email="dev@brand.example")
    await happen(database, clock, shop, TAG)
    receiver.behave = answering("410 Gone")
    mails = Mails()
    await sender(database, clock, mails).drain()
    webhook = await read(database, webhook_id)
    assert (webhook.status, webhook.pause_reason) == (WebhookStatus.PAUSED, PauseReason.GONE)
    assert [recipients for _, recipients in mails.sent] == [["dev@brand.example"]]
    assert webhook.notice_due_at is None
    assert await sender(database, clock, mails).drain() == Sent()
    assert len(receiver.requests) == 1


async def test_a_slow_receiver_delays_no_other(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    async with receiving() as slow, receiving() as third:
        slow.behave = hanging
        for url in (slow.url, receiver.url):
            await make_webhook(database, clock, shop, url)
        await make_webhook(database, clock, other, third.url)
        await happen(database, clock, shop, *[TAG] * 60)
        await happen(database, clock, other, TAG)
        running = asyncio.create_task(sender(database, clock).drain())
        await until(lambda: len(receiver.requests) == 60 and len(third.requests) == 1)
        assert len(slow.requests) == 1
        await cancelled(running)


async def test_a_brand_never_gets_the_events_of_another(database: Database, clock: Clock, receiver: Receiver) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    async with receiving() as other:
        await make_webhook(database, clock, ours, receiver.url)
        await make_webhook(database, clock, theirs, other.url)
        await happen(database, clock, ours, ARCHIVED, TAG)
        await happen(database, clock, theirs, ARCHIVED)
        await sender(database, clock).drain()
        assert {each.id.split("_")[1] for each in receiver.requests} == {ours.brand.id.hex}
        assert {each.id.split("_")[1] for each in other.requests} == {theirs.brand.id.hex}
        assert (receiver.sequences, other.sequences) == ([2, 3], [2])


async def test_several_senders_deliver_each_event_once(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, *[TAG] * 70)
    await asyncio.gather(*(sender(database, clock).drain() for _ in range(3)))
    assert receiver.sequences == list(range(2, 72))


async def test_a_crash_between_the_answer_and_the_position_sends_the_same_event_again(
    database: Database, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG, TAG)

    async def killed(*_: object) -> bool:
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(records.Records, "record", killed)
        await sender(database, clock).drain()
    assert (await read(database, webhook_id)).position == 1
    assert await sender(database, clock).drain() == Sent(), "its lease has not expired"
    clock.move(seconds=LEASE.total_seconds() + 1)
    assert await sender(database, clock).drain() == Sent(delivered=2)
    assert receiver.sequences == [2, 2, 3]
    assert receiver.requests[0].id == receiver.requests[1].id
    assert receiver.requests[0].body == receiver.requests[1].body


async def test_a_sender_that_wakes_up_late_changes_nothing(
    database: Database, clock: Clock, receiver: Receiver
) -> None:
    """Its lease has expired while it waited for the receiver, and another sender has gone on."""
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG, TAG)
    first, go_on = asyncio.Event(), asyncio.Event()

    async def slow_once(_: Received, writer: asyncio.StreamWriter) -> None:
        if not first.is_set():
            first.set()
            await go_on.wait()
        writer.write(OK)

    receiver.behave = slow_once
    late = asyncio.create_task(sender(database, clock).drain())
    await first.wait()
    clock.move(seconds=LEASE.total_seconds() + 1)
    await sender(database, clock).drain()
    assert (await read(database, webhook_id)).position == 3
    go_on.set()
    await late
    assert receiver.sequences == [2, 2, 3]
    assert (await read(database, webhook_id)).position == 3


async def test_stopping_cuts_off_what_hangs_and_gives_the_webhook_back(
    database: Database, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "STOP_WITHIN_SECONDS", 0.05)
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = hanging
    running = sender(database, clock)
    task = asyncio.create_task(running.run())
    await until(lambda: bool(receiver.requests))
    running.stop()
    await task
    webhook = await read(database, webhook_id)
    assert (webhook.leased_until, webhook.failures, webhook.position) == (None, 0, 1)


async def test_two_secrets_sign_while_rotating(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    webhook_id, old = await make_webhook(database, clock, shop, receiver.url)
    outcome, new = await commands.rotate_webhook_secret(context(database, clock, shop), webhook_id)
    did(outcome)
    assert new is not None
    assert new != old
    await sender(database, clock).drain()
    request = receiver.requests[-1]
    signed = request.headers["webhook-signature"].split(" ")
    assert signed == [reference_signature(new, request), reference_signature(old, request)]
    clock.move(seconds=OVERLAP.total_seconds())
    await happen(database, clock, shop, TAG)
    await sender(database, clock).drain()
    request = receiver.requests[-1]
    assert request.headers["webhook-signature"] == reference_signature(new, request)


async def test_pausing_resuming_replaying_and_deleting(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    admin = context(database, clock, shop)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url, [TAG])
    did(await commands.pause_webhook(admin, webhook_id))
    await happen(database, clock, shop, TAG, TAG)
    assert await sender(database, clock).drain() == Sent()
    did(await commands.resume_webhook(admin, webhook_id))
    assert await sender(database, clock).drain() == Sent(delivered=2)
    did(await commands.replay_webhook(admin, webhook_id, 0))
    assert await sender(database, clock).drain() == Sent(delivered=2)
    ids = [each.id for each in receiver.requests]
    assert ids[:2] == ids[2:]
    did(await commands.delete_webhook(admin, webhook_id))
    await happen(database, clock, shop, TAG)
    assert await sender(database, clock).drain() == Sent()
    assert await deliveries(database, webhook_id) == []


@pytest.mark.parametrize("command", ["pause", "replay", "delete", "update"])
async def test_a_command_while_an_event_is_on_its_way_wins(
    database: Database, clock: Clock, receiver: Receiver, command: str
) -> None:
    shop = await make_shop(database)
    admin = context(database, clock, shop)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url, [TAG])
    await happen(database, clock, shop, TAG, TAG, TAG)

    async def meanwhile(_: Received, writer: asyncio.StreamWriter) -> None:
        receiver.behave = None
        if command == "pause":
            did(await commands.pause_webhook(admin, webhook_id))
        elif command == "replay":
            did(await commands.replay_webhook(admin, webhook_id, 3))
        elif command == "update":
            did(await commands.update_webhook(admin, webhook_id, {"name": "Shop"}))
        else:
            did(await commands.delete_webhook(admin, webhook_id))
        writer.write(OK)

    receiver.behave = meanwhile
    await sender(database, clock).drain()
    expected = {"pause": [2], "replay": [2, 4], "delete": [2], "update": [2, 2, 3, 4]}
    assert receiver.sequences == expected[command]


async def test_a_test_is_sent_once_whatever_the_status(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    admin = context(database, clock, shop)
    webhook_id, secret = await make_webhook(database, clock, shop, receiver.url, [TAG])
    did(await commands.pause_webhook(admin, webhook_id))
    await happen(database, clock, shop, TAG)
    for behave, status in ((None, 204), (answering("410 Gone"), 410)):
        receiver.behave = behave
        receiver.requests.clear()
        outcome, test_id = await commands.send_test_event(admin, webhook_id)
        did(outcome)
        await sender(database, clock).drain()
        (request,) = receiver.requests
        assert request.payload["type"] == "WEBHOOK_TEST"
        assert set(request.payload["data"].values()) == {None}
        assert request.headers["webhook-signature"] == reference_signature(secret, request)
        last = (await deliveries(database, webhook_id))[-1]
        assert (last.id, last.sequence, last.response_status) == (test_id, None, status)
        assert (await read(database, webhook_id)).position == 1
    assert (await read(database, webhook_id)).pause_reason is PauseReason.BY_ADMIN


async def test_a_test_does_not_end_a_pause_between_attempts(
    database: Database, clock: Clock, receiver: Receiver
) -> None:
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG)
    receiver.behave = answering("500 Oops")
    await sender(database, clock).drain()
    did((await commands.send_test_event(context(database, clock, shop), webhook_id))[0])
    await sender(database, clock).drain()
    assert [each.payload["type"] for each in receiver.requests] == [TAG, "WEBHOOK_TEST"]
    assert (await read(database, webhook_id)).failures == 1


async def test_old_deliveries_are_removed(
    database: Database, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "KEPT_DELIVERIES", 3)
    assert KEPT_DELIVERIES == 500
    shop = await make_shop(database)
    webhook_id, _ = await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, *[TAG] * 5)
    await sender(database, clock).drain()
    assert [each.sequence for each in await deliveries(database, webhook_id)] == [4, 5, 6]


async def test_results_and_lag_are_measured(database: Database, clock: Clock, receiver: Receiver) -> None:
    shop = await make_shop(database)
    await make_webhook(database, clock, shop, receiver.url)
    await happen(database, clock, shop, TAG, TAG)
    clock.move(seconds=30)
    tried: list[Result] = []
    receiver.behave = answering("500 Oops")
    await sender(database, clock, on_tried=tried.append).drain()
    assert tried == [Result.REFUSED]
    async with database.read(EVERYTHING) as session:
        found = await backlog(session, clock())
    assert (found.paused, found.failing, found.pending, found.oldest_seconds) == (0, 1, 2, 30)


async def test_failing_webhooks_leave_room_for_the_others(
    database: Database, clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "MAX_FAILING", 1)
    shop = await make_shop(database)
    async with receiving() as broken:
        broken.behave = answering("500 Oops")
        for _ in range(3):
            await make_webhook(database, clock, shop, broken.url, [TAG])
        await happen(database, clock, shop, TAG)
        await sender(database, clock).drain()
        clock.move(minutes=1)
        broken.behave = hanging
        broken.requests.clear()
        await make_webhook(database, clock, shop, receiver.url, [TAG])
        await happen(database, clock, shop, TAG)
        running = asyncio.create_task(sender(database, clock).drain())
        await until(lambda: bool(receiver.requests and broken.requests))
        assert len(broken.requests) == 1
        await cancelled(running)
