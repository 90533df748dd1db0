"""Mail transports: SMTP, or .eml files if no mail server is configured."""

import asyncio
import base64
import os
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from exports.texts import printable

TIMEOUT_SECONDS = 30.0  # for one mail, from connecting to the server's reply to DATA
ANSWER_SECONDS = 600.0  # for the server's reply to the end of the mail (RFC 5321, 4.5.3.2.6)
QUIT_SECONDS = 2.0  # for the server to reply to QUIT
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
# Replies to RCPT that refuse the address itself: by their code, or better by their enhanced code (RFC 3463), where
# 5.1 is about the address, 5.2 about the mailbox and 5.4 about the way to its domain. 5.3, 5.5, 5.6 and 5.7 are about
# the server, the commands, the content and the server's policy; 5.1.7 and 5.1.8 about the sender, 5.2.3 about the size.
BOUNCES = (550, 551, 552, 553, 554, 556)
ENHANCED = re.compile(r"\s*([245])\.(\d{1,3}\.\d{1,3})\b")
OF_ADDRESSES = ("1.", "2.", "4.")
NOT_OF_ADDRESSES = ("1.7", "1.8", "2.3")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class SmtpUrlError(ValueError):
    """The URL of the mail server is not valid. The message says why and contains a valid example."""


# Recipient → the reply by which the mail server permanently refused this address itself.
Bounced = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server has accepted the mail. `note`: its replies for the recipients that it has not accepted."""

    note: str | None = None
    bounced: Bounced = field(default_factory=dict)


class Failure(Exception):
    """Why a mail was not sent, or may not have been sent. The message may quote any bytes of a mail server."""

    def __init__(self, reply: str) -> None:
        super().__init__(printable(reply))
        self.bounced: Bounced = {}


class TemporaryFailure(Failure):
    """Not sent, but another attempt may succeed. The message contains the server's reply.

    `left`: the recipients to try again, if others have received the mail; None: all. `note`: the server's replies for
    the recipients that it refused permanently.
    """

    def __init__(self, reply: str, *, left: list[str] | None = None, note: str | None = None) -> None:
        super().__init__(reply)
        self.left = left
        self.note = note


class PermanentFailure(Failure):
    """Not sent, and no further attempt can succeed. The message contains the server's reply."""


class PossiblyDelivered(Failure):
    """The server got the whole mail, but its answer did not arrive. The message says why."""


Refused = dict[str, aiosmtplib.SMTPResponse]


class Transport(Protocol):
    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        """Raises TemporaryFailure, PermanentFailure or PossiblyDelivered."""


class SmtpTransport:
    """`smtp://` uses STARTTLS if the server offers it, `smtps://` uses TLS from the start.

    A password is never sent unencrypted to another machine.
    """

    def __init__(self, url: str) -> None:
        """Raises SmtpUrlError."""
        example = "use smtp://user:password@host:587 or smtps://user:password@host:465"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise SmtpUrlError(f"The address of the mail server cannot be read: {example}.") from None
        odd = parts.path not in ("", "/") or parts.query or parts.fragment
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or odd:
            raise SmtpUrlError(f"The address of the mail server cannot be used: {example}.")
        if (parts.username is None) != (parts.password is None):
            raise SmtpUrlError(f"The mail server's user and password go together: {example}.")
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._is_tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        refused: Refused = {}
        try:
            await self._send(message, recipients, refused)
            return Sent(_note_of(refused), _bounced(refused))
        except Failure as error:
            error.bounced = _bounced(refused)
            raise

    async def _send(self, message: EmailMessage, recipients: list[str], refused: Refused) -> None:
        """Fills in `refused`: the recipients that the server has not accepted."""
        server = self._connection()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                try:
                    await _connect(server)
                    await _hand_in(server, message, recipients, refused)
                except asyncio.CancelledError:
                    server.close()
                    raise
            await _hand_over(server, message, refused)
        except aiosmtplib.SMTPRecipientsRefused as error:
            replies = "; ".join(f"{each.recipient}: {_reply(each)}" for each in error.recipients)
            if all(_is_final(each.code) for each in error.recipients):
                raise PermanentFailure(replies) from error
            raise TemporaryFailure(replies) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            # A mistake in the settings, not in the mail: the buyers must still get their mails later.
            raise TemporaryFailure(f"login refused: {self._without_password(_reply(error))}") from error
        except aiosmtplib.SMTPResponseException as error:
            if _is_final(error.code):
                raise PermanentFailure(_reply(error)) from error
            raise TemporaryFailure(_reply(error)) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise PermanentFailure(str(error)) from error
        except TimeoutError as error:
            raise TemporaryFailure(f"the mail server took longer than {TIMEOUT_SECONDS:.0f} s") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"{type(error).__name__}: {error}") from error
        finally:
            await _quit(server)

    async def check(self) -> None:
        """Raises if the server does not reply or refuses the login."""
        async with asyncio.timeout(TIMEOUT_SECONDS), self._connection() as server:
            await server.noop()

    def _without_password(self, reply: str) -> str:
        """Some servers echo the credentials in their reply, which is stored, shown and logged."""
        encoded = base64.b64encode((self._password or "").encode()).decode()
        return reply.replace(self._password, "…").replace(encoded, "…") if self._password else reply

    def _connection(self) -> aiosmtplib.SMTP:
        is_local = self._host in LOCAL_HOSTS
        must_encrypt = self._user is not None and not is_local and not self._is_tls
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._is_tls,
            # None: if the server offers it. True: fail if it does not.
            start_tls=False if self._is_tls else (True if must_encrypt else None),
            timeout=TIMEOUT_SECONDS,
        )


class FileTransport:
    """Writes each mail to `folder` as `<date>-<id>.eml`. Another attempt for the same mail replaces its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise TemporaryFailure(f"{self._folder} cannot be written: {error.strerror or error}") from error
        return Sent()

    def _write(self, message: EmailMessage) -> None:
        headers = dict(message.raw_items())  # as they were made: reading one parses it, which takes as long as the rest
        day = parsedate_to_datetime(headers["Date"]).strftime("%Y-%m-%d")
        id = headers["Message-ID"].strip("<>").partition("@")[0]
        path = self._folder / f"{day}-{id}.eml"
        draft = path.with_suffix(f".{os.getpid()}.part")
        try:
            draft.write_bytes(bytes(message))
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(bytes(message))
        draft.replace(path)


async def _connect(server: aiosmtplib.SMTP) -> None:
    """With TLS and login. Whatever the server refuses now is not about the mail: a mistake in its settings or in ours.

    Raises SMTPAuthenticationError, TemporaryFailure, and what is no reply of the server.
    """
    try:
        await server.connect()
    except aiosmtplib.SMTPAuthenticationError:
        raise
    except aiosmtplib.SMTPResponseException as error:
        raise TemporaryFailure(_reply(error)) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise TemporaryFailure(str(error)) from error


async def _hand_in(server: aiosmtplib.SMTP, message: EmailMessage, recipients: list[str], refused: Refused) -> None:
    """The envelope, up to the server's reply to DATA. Fills in `refused`.

    Raises aiosmtplib.SMTPException. Nothing has been delivered then.
    """
    await server.mail(message["From"].addresses[0].addr_spec)
    for each in recipients:
        try:
            # Not rcpt(): that takes the quotes off an address.
            answer = await server.execute_command(b"RCPT", f"TO:<{each}>".encode("ascii"))
        except ValueError:
            answer = aiosmtplib.SMTPResponse(553, "this address cannot be part of a command")
        if answer.code not in (aiosmtplib.SMTPStatus.completed, aiosmtplib.SMTPStatus.will_forward):
            refused[each] = aiosmtplib.SMTPResponse(answer.code, printable(answer.message))
    if len(refused) == len(set(recipients)):
        errors = [aiosmtplib.SMTPRecipientRefused(*answer, each) for each, answer in refused.items()]
        raise aiosmtplib.SMTPRecipientsRefused(errors)
    answer = await server.execute_command(b"DATA")
    if answer.code != aiosmtplib.SMTPStatus.start_input:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)


async def _hand_over(server: aiosmtplib.SMTP, message: EmailMessage, refused: Refused) -> None:
    """The mail itself. Raises PossiblyDelivered when there is no answer, SMTPDataError when the answer is a refusal."""
    if server.protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    replies = "".join(f"; {each}: {answer.code} {answer.message}" for each, answer in refused.items())
    server.protocol.write(LEADING_DOT.sub(b"..", bytes(message)) + b".\r\n")
    try:
        answer = await server.protocol.read_response(timeout=ANSWER_SECONDS)
    except TimeoutError as error:
        server.close()
        reason = f"the mail server got the mail, but did not answer within {ANSWER_SECONDS:g} s"
        raise PossiblyDelivered(reason + replies) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        server.close()
        reason = f"the mail server got the mail, but its answer was lost: {type(error).__name__}: {error}"
        raise PossiblyDelivered(reason + replies) from error
    except asyncio.CancelledError as error:
        # The relay is asked to stop. It must record that the mail may have been delivered.
        server.close()
        raise PossiblyDelivered(f"cut off: the relay stopped before the mail server answered{replies}") from error
    if 400 <= answer.code < 600:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    if not 200 <= answer.code < 300:
        raise PossiblyDelivered(f"the mail server's answer makes no sense: {answer.code} {answer.message}{replies}")


async def _quit(server: aiosmtplib.SMTP) -> None:
    """Errors are ignored: the mail's result is known, and a server that hangs on QUIT must not cause a second mail."""
    try:
        if server.is_connected:
            async with asyncio.timeout(QUIT_SECONDS):
                await server.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        server.close()


def _note_of(refused: Refused) -> str | None:
    """The replies for refused recipients, if others were accepted. Raises TemporaryFailure for those to try again."""
    replies = {each: f"{each}: {answer.code} {answer.message}" for each, answer in refused.items()}
    left = [each for each, answer in refused.items() if not _is_final(answer.code)]
    note = "; ".join(reply for each, reply in replies.items() if each not in left) or None
    if left:
        raise TemporaryFailure("; ".join(replies.values()), left=left, note=note)
    return note


def _is_final(code: int) -> bool:
    """Whether no further attempt can succeed. A login or encryption that is demanded is a mistake in the settings."""
    return 500 <= code < 600 and code not in (530, 534, 538)


def _bounced(refused: Refused) -> Bounced:
    return {each: f"{answer.code} {answer.message}" for each, answer in refused.items() if _is_bounce(answer)}


def _is_bounce(answer: aiosmtplib.SMTPResponse) -> bool:
    enhanced = ENHANCED.match(answer.message)
    if answer.code < 500 or enhanced is None or enhanced[2].startswith("0."):
        return answer.code in BOUNCES
    is_of_address = enhanced[2].startswith(OF_ADDRESSES) and enhanced[2] not in NOT_OF_ADDRESSES
    return enhanced[1] == "5" and is_of_address


def _reply(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {error.message}"
