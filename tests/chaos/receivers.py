"""The receivers of webhooks in a process of their own. They write each event to disk before they accept it.

`steady` accepts all. `difficult` hangs, hangs up with and without having taken the event, answers 500 and redirects.
`leaving` answers 410 now and then, and so pauses its webhook.
"""

import asyncio
import json
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from tests.webhooks.receiver import OK, read_request

STEADY, DIFFICULT, LEAVING = NAMES = ("steady", "difficult", "leaving")
# Each so many requests to the difficult one; and to the leaving one.
HANGS, DROPS_BEFORE, DROPS_AFTER, FAILS, REDIRECTS = 37, 19, 23, 17, 29
LEAVES = 40


class Receivers:
    """`path`: a file for the events that were taken, in order: a line has the receiver, the sequence and the id."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._numbers = {name: count(1) for name in NAMES}

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await read_request(reader)
                name = request.path.strip("/")
                line = f"{name} {json.loads(request.body)['data']['sequence']} {request.id}\n"
                await self._answer(name, next(self._numbers[name]), line, writer)
                await writer.drain()
        writer.close()

    async def _answer(self, name: str, number: int, line: str, writer: asyncio.StreamWriter) -> None:
        if name == LEAVING and number % LEAVES == 0:
            writer.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
        elif name == DIFFICULT and number % HANGS == 0:
            await asyncio.sleep(60)
        elif name == DIFFICULT and number % DROPS_BEFORE == 0:
            abort(writer)
        elif name == DIFFICULT and number % FAILS == 0:
            writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
        elif name == DIFFICULT and number % REDIRECTS == 0:
            writer.write(b"HTTP/1.1 307 Elsewhere\r\nLocation: /steady\r\nContent-Length: 0\r\n\r\n")
        else:
            os.write(self._file, line.encode())
            os.fsync(self._file)
            if name == DIFFICULT and number % DROPS_AFTER == 0:
                abort(writer)
            else:
                writer.write(OK)


def abort(writer: asyncio.StreamWriter) -> None:
    assert isinstance(writer.transport, asyncio.Transport)
    writer.transport.abort()


def run(port: int, path: Path) -> None:
    """The main function of the process. `path`: see Receivers."""

    async def serve() -> None:
        server = await asyncio.start_server(Receivers(path).handle, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())
