"""An SMTP server in its own process. It writes each mail to disk before it accepts it."""

import asyncio
import email
import os
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Handler:
    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        message = email.message_from_bytes(content if isinstance(content, bytes) else content.encode())  # type: ignore[union-attr]
        os.write(self._file, f"{message['Message-ID']}\n".encode())
        os.fsync(self._file)
        return "250 OK"


def run(port: int, path: Path) -> None:
    """The main function of the process. Writes the Message-ID of each accepted mail to `path`, one a line."""

    async def serve() -> None:
        handler = Handler(path)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(handler, hostname="chaos"), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())
