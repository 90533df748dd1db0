"""The processes to kill: real ones, restarted quickly by forking one that has already imported everything."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chaos import mailbox, receivers, server
from tests.support.forked import FORKING
from tests.support.ports import free_port

STARTS_WITHIN = 120  # seconds


class Victim:
    """A process that can be killed and started again."""

    def __init__(self, main: Callable[..., None], *arguments: Any) -> None:
        self._main = main
        self._arguments = arguments
        self._process: Any = None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    async def start(self) -> None:
        self._process = FORKING.Process(target=self._main, args=self._arguments, daemon=True)
        self._process.start()
        deadline = time.monotonic() + STARTS_WITHIN
        while not await self.is_ready():
            assert self.is_alive, f"{self._main.__module__} does not start"
            assert time.monotonic() < deadline, f"{self._main.__module__} is not ready"
            await asyncio.sleep(0.02)

    async def is_ready(self) -> bool:
        return True


class Listener(Victim):
    def __init__(self, main: Callable[..., None], port: int, *arguments: Any) -> None:
        super().__init__(main, *arguments)
        self.port = port

    async def is_ready(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


class Server(Listener):
    def __init__(self, url: str, folder: Path, smtp_port: int, begin: datetime, speed: int, *, has_steps: bool) -> None:
        """`has_steps`: whether it can be armed. One that cannot runs its statements exactly as in production."""
        port = free_port()
        self._armed = FORKING.Value("i", 0, lock=False)
        super().__init__(server.run, port, url, port, smtp_port, folder, begin, speed, self._armed, has_steps)
        self.address = f"http://127.0.0.1:{port}"

    def arm(self, step: int) -> None:
        """Makes it die when it reaches this one of server.STEPS."""
        self._armed.value = step + 1

    async def start(self) -> None:
        self._armed.value = 0
        await super().start()


class MailServer(Listener):
    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._file = folder / "accepted.txt"
        self._dropped = folder / "dropped.txt"
        self._file.touch()
        self._dropped.touch()
        super().__init__(mailbox.run, port, port, self._file, self._dropped)

    def received(self) -> Counter[str]:
        return Counter(self._file.read_text().split())

    def dropped(self) -> set[str]:
        """The mails that it received at least once without an answer."""
        return set(self._dropped.read_text().split())


class WebhookReceivers(Listener):
    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._file = folder / "events.txt"
        self._file.touch()
        super().__init__(receivers.run, port, port, self._file)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    def received(self, name: str) -> list[tuple[int, str]]:
        """(sequence, webhook-id) of the events that this one has taken, in order; repeated ones too."""
        lines = (line.split() for line in self._file.read_text().splitlines())
        return [(int(sequence), id) for receiver, sequence, id in lines if receiver == name]


class WriterOnTheFile(Victim):
    """Another process that is killed while it writes to the SQLite file."""

    def __init__(self, url: str) -> None:
        super().__init__(write_and_wait, url.removeprefix("sqlite:///"))


def write_and_wait(path: str) -> None:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE orders SET comment = 'half written' WHERE status = 'OC_REQUIRED'")
    connection.execute("UPDATE audit_heads SET sequence = sequence + 1")
    time.sleep(60)
