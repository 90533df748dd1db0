"""A difficult SMTP server in its own process. It writes each mail to disk before it accepts it.

It greylists some mails, answers some late, and hangs up on some that it has got, without an answer. It never knows the
address REFUSED.
"""

import asyncio
import email
import os
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED = "gone@chaos.example"
# Each so many mails:
GREYLISTED = 7
LATE = 11
DROPPED = 13
LATE_SECONDS = 2.0


class Handler:
    """`path`: a file for the Message-IDs of all mails. `dropped`: for those after which it hung up."""

    def __init__(self, path: Path, dropped: Path) -> None:
        self._file, self._dropped = (os.open(each, os.O_WRONLY | os.O_CREAT | os.O_APPEND) for each in (path, dropped))
        self._mails, self._bodies = count(1), count(1)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == REFUSED:
            return "550 5.1.1 unknown user"
        if next(self._mails) % GREYLISTED == 0:
            return "450 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        message = email.message_from_bytes(content if isinstance(content, bytes) else content.encode())  # type: ignore[union-attr]
        number = next(self._bodies)
        files = [self._dropped, self._file] if number % DROPPED == 0 else [self._file]
        for file in files:
            os.write(file, f"{message['Message-ID']}\n".encode())
            os.fsync(file)
        if self._dropped in files:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        elif number % LATE == 0:
            await asyncio.sleep(LATE_SECONDS)
        return "250 OK"


def run(port: int, path: Path, dropped: Path) -> None:
    """The main function of the process. `path`, `dropped`: see Handler; one Message-ID a line."""

    async def serve() -> None:
        handler = Handler(path, dropped)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, hostname="chaos"), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())
