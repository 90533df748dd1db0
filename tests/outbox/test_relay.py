"""The relay against a real SMTP server that accepts, refuses, or is down; a relay that is killed; two at once."""

import asyncio
import email
import email.policy
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import select

from exports.mail import render
from exports.relay.relay import Delivered, Relay, pause
from exports.relay.transports import FileTransport, Sent, SmtpTransport, Transport
from models.database.sessions import Database
from models.locale import Locale
from models.messages.mail import MailKind
from models.outbox import NotificationStatus, OrderNotice, OutboxMessage, message
from models.scope import EVERYTHING
from tests.support.clock import Clock
from tests.support.factories import NOON, make_order, make_shop, save
from tests.support.ports import free_port

SENDER = "no-reply@northlight.example"


@dataclass
class Mailbox:
    """An SMTP server's handler: keeps what it takes; `answers` are given first, one to each recipient."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [str(each["Message-ID"]) for each in self.taken]


def url_of(server: Controller, login: str = "") -> str:
    assert isinstance(server.server, asyncio.Server)
    return f"smtp://{login}127.0.0.1:{server.server.sockets[0].getsockname()[1]}"


def notice(**values: Any) -> OrderNotice:
    defaults: dict[str, Any] = {
        "order_code": "ORD-1",
        "placed_at": "2026-11-20T01:00:00+00:00",
        "kind": "ORDER_REJECTED",
        "at": "2026-11-24T12:00:00+00:00",
        "brand_name": "Northlight",
        "sender_name": "Northlight",
        "reply_to": "sales@northlight.example",
        "buyer_name": "Harbour Shop",
        "to": ["buyer@example.com"],
        "locale": "en",
        "time_zone": "Europe/London",
        "body": "Sorry.",
    }
    return OrderNotice(**(defaults | values))


async def promise(database: Database, count: int = 1, **values: Any) -> list[OutboxMessage]:
    shop = await make_shop(database)
    made = []
    for _ in range(count):
        order = await make_order(database, shop)
        made.append(message(notice(**values), brand_id=order.brand_id, order_id=order.id, at=NOON))
    await save(database, *made)
    return made


async def outbox(database: Database) -> list[OutboxMessage]:
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


async def test_sends_what_is_due_once(database: Database, server: Controller, mailbox: Mailbox, clock: Clock) -> None:
    made = await promise(database, 30)
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=30)
    assert await relay.drain() == Delivered()
    assert sorted(mailbox.ids) == sorted(f"<{each.id}@northlight.example>" for each in made)
    assert {(each.status, each.attempts, each.sent_at, each.last_error) for each in await outbox(database)} == {
        (NotificationStatus.SENT, 1, NOON, None)
    }


async def test_a_stored_mail_is_the_mail_that_was_rendered(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    """The outbox stores texts, whatever the types of the fields are."""
    queued = notice(locale=Locale.JA, kind=MailKind.ORDER_REJECTED, buyer_name="株式会社山田　御中")
    await promise(database, **asdict(queued))
    [made] = await outbox(database)
    assert OrderNotice.stored(made.notice) == queued
    assert await Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock).drain() == Delivered(sent=1)
    plain = mailbox.taken[0].get_body(("plain",))
    assert plain
    shown: str = plain.get_content()
    assert shown.replace("\r\n", "\n").strip() == render(queued).text.strip()
    assert shown.startswith("株式会社山田 御中\r\n\r\n")


async def test_a_mail_goes_to_all_recipients(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    await promise(database, to=["a@example.com", "b@example.com"])
    await Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock).drain()
    assert mailbox.recipients == [["a@example.com", "b@example.com"]]
    assert mailbox.taken[0]["To"] == "a@example.com, b@example.com"
    assert mailbox.taken[0]["Reply-To"] == "sales@northlight.example"
    assert mailbox.taken[0]["From"] == "Northlight <no-reply@northlight.example>"


async def test_a_temporary_refusal_is_tried_again_later(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    mailbox.answers = ["451 try again later", "451 still busy"]
    await promise(database)
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(retry=1)
    first = (await outbox(database))[0]
    assert (first.status, first.attempts) == (NotificationStatus.PENDING, 1)
    assert first.last_error
    assert "451 try again later" in first.last_error
    assert await relay.drain() == Delivered(), "not before its pause is over"
    clock.move(seconds=30)
    assert await relay.drain() == Delivered(retry=1)
    clock.move(seconds=59)
    assert await relay.drain() == Delivered(), "the pause doubles"
    clock.move(seconds=1)
    assert await relay.drain() == Delivered(sent=1)
    last = (await outbox(database))[0]
    assert (last.status, last.attempts, last.last_error) == (NotificationStatus.SENT, 3, None)
    assert len(mailbox.taken) == 1


async def test_a_permanent_refusal_fails_at_once(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    mailbox.answers = ["550 no such user"]
    await promise(database, 2)
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=1, failed=1)
    failed = [each for each in await outbox(database) if each.status is NotificationStatus.FAILED]
    assert failed[0].last_error == "buyer@example.com: 550 no such user"
    clock.move(days=10)
    assert await relay.drain() == Delivered()


async def test_when_one_of_two_recipients_is_refused_the_mail_counts_as_sent(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    mailbox.answers = ["550 no such user"]
    await promise(database, to=["gone@example.com", "here@example.com"])
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=1)
    assert mailbox.recipients == [["here@example.com"]]
    assert (await outbox(database))[0].last_error == "gone@example.com: 550 no such user"


async def test_a_server_that_is_down_costs_nothing_but_time(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    url = url_of(server)
    server.stop()
    await promise(database, 3)
    relay = Relay(database, SmtpTransport(url), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(retry=3)
    again = Controller(mailbox, hostname="127.0.0.1", port=int(url.rpartition(":")[2]))
    again.start()
    try:
        clock.move(minutes=5)
        assert await relay.drain() == Delivered(sent=3)
    finally:
        again.stop()
    assert len(mailbox.taken) == 3


async def test_gives_up_after_three_days(database: Database, server: Controller, clock: Clock) -> None:
    url = url_of(server)
    server.stop()
    await promise(database)
    relay = Relay(database, SmtpTransport(url), sender=SENDER, clock=clock)
    await relay.drain()
    clock.move(days=3)
    assert await relay.drain() == Delivered(failed=1)


async def test_unusual_addresses_are_reached_and_invalid_ones_do_not_affect_the_others(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    await promise(database, to=["da..docomo.@docomo.ne.jp", "müller@example.com", "ok@bücher.example"])
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=1)
    assert mailbox.recipients == [["da..docomo.@docomo.ne.jp", "ok@xn--bcher-kva.example"]]
    assert (await outbox(database))[0].last_error == "no mail can be addressed to müller@example.com"


class Killed(BaseException):
    """What ends a process at once."""


class DiesBeforeMarking:
    """Hands the mail over, then is killed before it can say so."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        await self._transport.send(message, recipients)
        raise Killed


async def test_mails_of_a_killed_relay_are_sent_when_their_lease_expires(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    made = await promise(database)
    transport = SmtpTransport(url_of(server))
    with pytest.raises(Killed):
        await Relay(database, DiesBeforeMarking(transport), sender=SENDER, clock=clock).drain()
    other = Relay(database, transport, sender=SENDER, clock=clock)
    assert await other.drain() == Delivered(), "still leased"
    clock.move(minutes=5)
    assert await other.drain() == Delivered(sent=1)
    assert mailbox.ids == [f"<{made[0].id}@northlight.example>"] * 2, "the repeated mail can be recognised"
    assert (await outbox(database))[0].attempts == 2


async def test_two_relays_send_each_mail_once(
    database: Database, database_url: str, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    await promise(database, 50)
    other = Database(database_url, clock=clock)
    try:
        relays = [Relay(each, SmtpTransport(url_of(server)), sender=SENDER, clock=clock) for each in (database, other)]
        done = await asyncio.gather(*(relay.drain() for relay in relays))
    finally:
        await other.close()
    assert sum(each.sent for each in done) == 50
    assert len(set(mailbox.ids)) == len(mailbox.ids) == 50


async def test_a_mail_that_cannot_be_rendered_does_not_stop_those_behind_it(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    poison = (await promise(database))[0]
    async with database.transaction(EVERYTHING) as session:
        (await session.get_one(OutboxMessage, (poison.brand_id, poison.id))).notice = {"nonsense": True}
    await promise(database)
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=1, failed=1)
    assert len(mailbox.taken) == 1


async def test_a_mail_whose_templates_are_just_being_replaced_is_tried_again(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: object) -> object:
        raise FileNotFoundError("mail.html")

    await promise(database)
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    with monkeypatch.context() as patched:
        patched.setattr("exports.relay.relay.render", missing)
        assert await relay.drain() == Delivered(retry=1)
    assert (await outbox(database))[0].last_error == "not rendered: FileNotFoundError('mail.html')"
    clock.move(minutes=1)
    assert await relay.drain() == Delivered(sent=1)
    assert len(mailbox.taken) == 1


async def test_it_works_when_woken_and_ends_when_stopped(
    database: Database, server: Controller, mailbox: Mailbox, clock: Clock
) -> None:
    relay = Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)
    running = asyncio.create_task(relay.run())
    await promise(database)
    relay.wake()
    async with asyncio.timeout(60):
        while not mailbox.taken:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        relay.stop()
        await running
    assert (await outbox(database))[0].status is NotificationStatus.SENT


async def test_without_a_mail_server_mails_are_files(database: Database, tmp_path: Path, clock: Clock) -> None:
    made = await promise(database, body="一行目\n二行目", locale=Locale.JA)
    relay = Relay(database, FileTransport(tmp_path / "mail"), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(sent=1)
    files = list((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [f"2026-11-24-{made[0].id}.eml"]
    parsed = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("plain",))
    assert body
    assert "一行目\n二行目" in body.get_content().replace("\r\n", "\n")


async def test_a_folder_that_cannot_be_written_is_tried_again(database: Database, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "mail").write_text("a file in the way")
    await promise(database)
    relay = Relay(database, FileTransport(tmp_path / "mail"), sender=SENDER, clock=clock)
    assert await relay.drain() == Delivered(retry=1)


@pytest.mark.parametrize(
    ("login", "expected"), [("user:right%40@", Delivered(sent=1)), ("user:wrong@", Delivered(retry=1))]
)
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_logs_in_and_a_refused_login_costs_no_mail(
    database: Database, mailbox: Mailbox, clock: Clock, login: str, expected: Delivered
) -> None:
    def authenticate(_s: SMTP, _n: Session, _e: Envelope, _m: str, data: LoginPassword) -> AuthResult:
        is_right = data == LoginPassword(b"user", b"right@")
        # Unhandled, so that the server itself says 535.
        return AuthResult(success=is_right, handled=is_right)

    server = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    server.start()
    try:
        await promise(database)
        relay = Relay(database, SmtpTransport(url_of(server, login)), sender=SENDER, clock=clock)
        assert await relay.drain() == expected
    finally:
        server.stop()


def test_the_back_off_doubles_up_to_an_hour() -> None:
    assert [pause(n).total_seconds() for n in (1, 2, 3, 7, 8, 9, 1000)] == [30, 60, 120, 1920, 3600, 3600, 3600]
