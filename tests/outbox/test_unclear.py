"""Mail servers that take a mail and do not say so: late answers, dropped connections, refusals of some recipients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from exports.relay import relay as relay_module
from exports.relay import transports
from exports.relay.relay import LEASE, STOP_WITHIN_SECONDS, UNCLEAR_PAUSE, Delivered, Relay
from exports.relay.transports import SmtpTransport
from models.database.sessions import Database
from models.outbox import NotificationStatus, OutboxMessage
from tests.outbox.test_relay import SENDER, outbox, promise
from tests.support.clock import Clock
from tests.support.factories import NOON

UNCLEAR = NotificationStatus.MAY_HAVE_BEEN_DELIVERED
HOURS = UNCLEAR_PAUSE.total_seconds() / 3600


class Server:
    """A mail server in a few lines, so that each of its answers can be late, odd or missing.

    `answers`: to the end of the mails, in turn, then 250: a reply, "drop", "silence" or "late"; `refuse`: recipient →
    reply. `mails`: those that it has got whole. `drop_at`: the command at which it hangs up. `starttls`: the reply to
    STARTTLS, which it offers then.
    """

    def __init__(
        self, *answers: str, refuse: dict[str, str] | None = None, drop_at: str = "", starttls: str = ""
    ) -> None:
        self.answers = list(answers)
        self.refuse = refuse or {}
        self.drop_at = drop_at
        self.starttls = starttls
        self.mails: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.got = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        accepted: list[str] = []
        while line := (await reader.readline()).decode().strip():
            command = line.partition(" ")[0].upper()
            if command == self.drop_at:
                return
            if command == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                reply = self.refuse.get(address, "250 OK")
                accepted += [address] if reply.startswith("250") else []
            elif command == "DATA":
                writer.write(b"354 go on\r\n")
                mail = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(mail)
                self.recipients.append(accepted)
                accepted = []
                self.got.set()
                reply = self.answers.pop(0) if self.answers else "250 OK"
                if reply == "drop":
                    return
                if reply == "silence":
                    await reader.read()
                    return
            elif command == "EHLO" and self.starttls:
                reply = "250-mail.example\r\n250 STARTTLS"
            elif command == "STARTTLS":
                reply = self.starttls
            else:
                reply = "221 bye" if command == "QUIT" else "250 OK"
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[Server]:
    sockets = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"smtp://127.0.0.1:{sockets.sockets[0].getsockname()[1]}"
    try:
        async with asyncio.timeout(120):
            yield server
    finally:
        sockets.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(transports, "QUIT_SECONDS", 0.3)


async def row(database: Database) -> OutboxMessage:
    (found,) = await outbox(database)
    return found


@pytest.mark.parametrize("end", ["silence", "drop", "nonsense", "299", "354 more", "999 what"])
async def test_a_mail_that_may_have_arrived_is_tried_at_most_twice_more_hours_apart(
    database: Database, clock: Clock, end: str
) -> None:
    await promise(database)
    async with listening(Server(*[end] * 100)) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        if end == "299":  # 2yz is a yes, whatever comes after it
            assert await relay.drain() == Delivered(sent=1)
            return
        assert await relay.drain() == Delivered(unclear=1)
        first = await row(database)
        assert (first.status, first.attempts, first.sent_at) == (UNCLEAR, 1, None)
        assert first.last_error
        assert first.due_at - NOON >= timedelta(hours=2)
        clock.move(hours=HOURS - 0.1)
        assert await relay.drain() == Delivered(), "not within the pause"
        for _ in range(100):  # for days
            clock.move(hours=HOURS)
            await relay.drain()
    assert len(server.mails) == 3
    last = await row(database)
    assert (last.status, last.attempts) == (UNCLEAR, 3)
    assert len({mail.partition(b"Message-ID:")[2].partition(b"\r\n")[0] for mail in server.mails}) == 1


async def test_a_clear_answer_to_a_further_try_ends_it(database: Database, clock: Clock) -> None:
    await promise(database)
    async with listening(Server("drop")) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(unclear=1)
        clock.move(hours=HOURS)
        assert await relay.drain() == Delivered(sent=1)
    found = await row(database)
    assert (found.status, found.last_error, found.sent_at) == (NotificationStatus.SENT, None, clock())


@pytest.mark.parametrize("then", ["550 spam", "451 later", "421 closing"])
async def test_what_may_have_arrived_never_becomes_failed(database: Database, clock: Clock, then: str) -> None:
    await promise(database)
    async with listening(Server("drop", *[then] * 20)) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        for _ in range(20):
            await relay.drain()
            clock.move(hours=HOURS)
    assert len(server.mails) <= 3
    assert (await row(database)).status is UNCLEAR


async def test_a_server_that_is_gone_afterwards_changes_nothing(database: Database, clock: Clock) -> None:
    await promise(database)
    async with listening(Server("silence")) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(unclear=1)
    for _ in range(40):
        clock.move(hours=HOURS)
        await relay.drain()
    found = await row(database)
    assert (found.status, found.attempts) == (UNCLEAR, 3)


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_server_that_hangs_up_before_it_has_the_mail_has_not_got_it(
    database: Database, clock: Clock, command: str
) -> None:
    await promise(database)
    async with listening(Server(drop_at=command)) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(retry=1)
        server.drop_at = ""
        clock.move(minutes=1)
        assert await relay.drain() == Delivered(sent=1)


async def test_addresses_that_need_quotes_get_them(database: Database, clock: Clock) -> None:
    """docomo and au gave out such addresses for years; a server that refuses one gets the mail for the others."""
    odd = ["abc..def@docomo.ne.jp", "ends.@docomo.ne.jp", ".begins@ezweb.ne.jp", "a/b=c@example.com", "ok@example.com"]
    await promise(database, to=odd)
    async with listening(Server(refuse={'"ends."@docomo.ne.jp': "501 syntax"})) as server:
        done = await Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock).drain()
    assert done == Delivered(sent=1)
    quoted = ['"abc..def"@docomo.ne.jp', '".begins"@ezweb.ne.jp', "a/b=c@example.com", "ok@example.com"]
    assert server.recipients == [quoted]
    assert (await row(database)).last_error == '"ends."@docomo.ne.jp: 501 syntax'
    parsed = message_from_bytes(server.mails[0], policy=default)
    assert [each.username for each in parsed["To"].addresses] == [each.partition("@")[0] for each in odd]
    assert b'To: "abc..def"@docomo.ne.jp,\r\n "ends."@docomo.ne.jp,' in server.mails[0]


@pytest.mark.parametrize(("reply", "done"), [("451 greylisted", Delivered(retry=1)), ("552 no", Delivered(failed=1))])
async def test_a_clear_refusal_of_the_whole_mail_is_clear(
    database: Database, clock: Clock, reply: str, done: Delivered
) -> None:
    await promise(database)
    async with listening(Server(reply)) as server:
        assert await Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock).drain() == done
    assert (await row(database)).last_error == reply


async def test_one_recipient_refused_and_no_answer_for_the_others(database: Database, clock: Clock) -> None:
    await promise(database, to=["gone@example.com", "here@example.com", "there@example.com"])
    async with listening(Server("drop", refuse={"gone@example.com": "550 unknown"})) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(unclear=1)
        told = (await row(database)).last_error
        assert told
        assert "gone@example.com: 550 unknown" in told
        clock.move(hours=HOURS)
        assert await relay.drain() == Delivered(sent=1)
    assert server.recipients == [["here@example.com", "there@example.com"]] * 2
    assert (await row(database)).last_error == "gone@example.com: 550 unknown"


async def test_a_relay_that_is_stopped_while_it_waits_for_the_answer_says_so(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert STOP_WITHIN_SECONDS < 10
    monkeypatch.setattr(relay_module, "STOP_WITHIN_SECONDS", 0.1)
    monkeypatch.setattr(transports, "ANSWER_SECONDS", 600)
    await promise(database)
    async with listening(Server("silence")) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        running = asyncio.create_task(relay.run())
        await server.got.wait()
        relay.stop()
        await running
    found = await row(database)
    assert (found.status, found.leased_until) == (UNCLEAR, None)
    assert found.last_error == "cut off: the relay stopped before the mail server answered"


async def test_a_lease_is_renewed_while_a_mail_server_takes_its_time(
    database: Database, database_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes are allowed for the answer, a lease lasts five."""
    monkeypatch.setattr(transports, "ANSWER_SECONDS", 600)
    monkeypatch.setattr(relay_module, "RENEW_SECONDS", 0.05)
    await promise(database)
    other = Database(database_url, clock=clock)
    async with listening(Server("silence")) as server:
        slow = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        running = asyncio.create_task(slow.drain())
        await server.got.wait()
        for _ in range(3):
            clock.move(seconds=LEASE.total_seconds() * 0.9)
            until = clock() + LEASE
            while (await row(database)).leased_until != until:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert await Relay(other, SmtpTransport(server.url), sender=SENDER, clock=clock).drain() == Delivered()
        slow.stop()
        await running
    await other.close()
    assert len(server.mails) == 1


async def test_two_relays_whose_clocks_differ_send_a_mail_once(
    database: Database, database_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leases and due times go by the database's clock, here the test's; each relay has one of its own."""
    monkeypatch.setattr(transports, "ANSWER_SECONDS", 600)
    await promise(database)
    other = Database(database_url, clock=clock)
    ahead, behind = Clock(NOON + timedelta(minutes=6)), Clock(NOON - timedelta(minutes=6))
    async with listening(Server("silence")) as server:
        first = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=behind)
        running = asyncio.create_task(first.drain())
        await server.got.wait()
        second = Relay(other, SmtpTransport(server.url), sender=SENDER, clock=ahead)
        assert await second.drain() == Delivered()
        first.stop()
        await running
    await other.close()
    assert len(server.mails) == 1


async def test_without_a_clock_of_its_own_the_database_says_what_time_it_is(database: Database, clock: Clock) -> None:
    """A mail is due by the database's clock, however wrong that of the relay's machine is."""
    await promise(database)
    database.clock = None
    wrong = Clock(NOON - timedelta(days=4000))
    async with listening(Server("451 later")) as server:
        done = await Relay(database, SmtpTransport(server.url), sender=SENDER, clock=wrong).drain()
    assert done == Delivered(retry=1)
    found = await row(database)
    assert found.due_at > found.created_at - timedelta(days=1000)
    assert found.leased_until is None


@pytest.mark.parametrize("reply", ["454 no", "501 syntax", "502 not implemented", "554 no TLS"])
async def test_a_server_whose_starttls_fails_gets_the_mail_later(database: Database, clock: Clock, reply: str) -> None:
    """That is a mistake in its settings, as a refused login is one: the buyer must still get the mail."""
    await promise(database)
    async with listening(Server(starttls=reply)) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(retry=1)
        assert (await row(database)).last_error == reply
        server.starttls = ""
        clock.move(minutes=1)
        assert await relay.drain() == Delivered(sent=1)


@pytest.mark.parametrize("reply", ["530 5.7.0 Authentication required", "252 perhaps", "354 what"])
async def test_a_reply_to_a_recipient_that_is_no_refusal_is_tried_again(
    database: Database, clock: Clock, reply: str
) -> None:
    await promise(database)
    async with listening(Server(refuse={"buyer@example.com": reply})) as server:
        relay = Relay(database, SmtpTransport(server.url), sender=SENDER, clock=clock)
        assert await relay.drain() == Delivered(retry=1)
        server.refuse = {}
        clock.move(minutes=1)
        assert await relay.drain() == Delivered(sent=1)
    assert len(server.mails) == 1
