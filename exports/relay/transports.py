"""How a mail leaves the house: by SMTP, or as an .eml file when no mail server is set."""

import asyncio
import base64
import os
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

TIMEOUT = 30.0  # seconds for one mail, from connecting to the server's last answer
GOODBYE = 2.0  # seconds for a server to say goodbye in
LOCAL = ("localhost", "127.0.0.1", "::1")


class SmtpUrlError(ValueError):
    """The address of the mail server cannot be used; the message says why and shows one that can."""


class TemporaryFailure(Exception):
    """Not sent; trying again later may help. The message says what the server said.

    `left`: the recipients to try again, when others have got the mail; None: all. `note`: what the server said of those
    whom it refused for good.
    """

    def __init__(self, told: str, *, left: list[str] | None = None, note: str | None = None) -> None:
        super().__init__(told)
        self.left = left
        self.note = note


class PermanentFailure(Exception):
    """Not sent, and trying again is pointless. The message says what the server said."""


class Transport(Protocol):
    async def send(self, message: EmailMessage, recipients: list[str]) -> str | None:
        """None, or a note when only some recipients were taken. Raises TemporaryFailure or PermanentFailure."""


class SmtpTransport:
    """`smtp://` uses STARTTLS when the server offers it, `smtps://` TLS from the start.

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

    async def send(self, message: EmailMessage, recipients: list[str]) -> str | None:
        server = self._connection()
        try:
            async with asyncio.timeout(TIMEOUT):
                try:
                    await server.connect()
                    refused, _ = await server.send_message(message, recipients=recipients)
                except asyncio.CancelledError:
                    server.close()
                    raise
        except aiosmtplib.SMTPRecipientsRefused as error:
            told = "; ".join(f"{each.recipient}: {_said(each)}" for each in error.recipients)
            if any(400 <= each.code < 500 for each in error.recipients):
                raise TemporaryFailure(told) from error
            raise PermanentFailure(told) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            # The operator's mistake, not the mail's: it must not cost the buyers their mails.
            raise TemporaryFailure(f"login refused: {self._without_password(_said(error))}") from error
        except aiosmtplib.SMTPResponseException as error:
            # A server that refuses the conversation itself, or wants a login, is the operator's business too.
            is_setup = isinstance(error, aiosmtplib.SMTPConnectResponseError | aiosmtplib.SMTPHeloError)
            if error.code >= 500 and error.code not in (530, 534, 538) and not is_setup:
                raise PermanentFailure(_said(error)) from error
            raise TemporaryFailure(_said(error)) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise PermanentFailure(str(error)) from error
        except TimeoutError as error:
            raise TemporaryFailure(f"the mail server took longer than {TIMEOUT:.0f} s") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"{type(error).__name__}: {error}") from error
        finally:
            await _leave(server)
        return _note(refused)

    async def check(self) -> None:
        """Raises when the server does not answer or refuses the login."""
        async with asyncio.timeout(TIMEOUT), self._connection() as server:
            await server.noop()

    def _without_password(self, told: str) -> str:
        """Some servers repeat what they were given; this text is kept, shown and logged."""
        encoded = base64.b64encode((self._password or "").encode()).decode()
        return told.replace(self._password, "…").replace(encoded, "…") if self._password else told

    def _connection(self) -> aiosmtplib.SMTP:
        is_local = self._host in LOCAL
        must_encrypt = self._user is not None and not is_local and not self._is_tls
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._is_tls,
            # None: when the server offers it. True: or else fail.
            start_tls=False if self._is_tls else (True if must_encrypt else None),
            timeout=TIMEOUT,
        )


class FileTransport:
    """Writes each mail to `folder` as `<date>-<id>.eml`; the same mail again replaces its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage, recipients: list[str]) -> str | None:
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise TemporaryFailure(f"{self._folder} cannot be written: {error.strerror or error}") from error
        return None

    def _write(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        day = message["Date"].datetime.strftime("%Y-%m-%d")
        id = message["Message-ID"].strip("<>").partition("@")[0]
        path = self._folder / f"{day}-{id}.eml"
        draft = path.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(bytes(message))
        draft.replace(path)


async def _leave(server: aiosmtplib.SMTP) -> None:
    """Whatever happens here, the mail's fate is known: a server that hangs on QUIT must not have it sent twice."""
    try:
        if server.is_connected:
            async with asyncio.timeout(GOODBYE):
                await server.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        server.close()


def _note(refused: dict[str, aiosmtplib.SMTPResponse]) -> str | None:
    """What to say of recipients refused when others were taken. Raises TemporaryFailure for those to try again."""
    told = {each: f"{each}: {answer.code} {answer.message}" for each, answer in refused.items()}
    left = [each for each, answer in refused.items() if answer.code < 500]
    note = "; ".join(said for each, said in told.items() if each not in left) or None
    if left:
        raise TemporaryFailure("; ".join(told.values()), left=left, note=note)
    return note


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {error.message}"
