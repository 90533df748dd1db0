"""The file of anchors (models/audit_anchor.py), one to a line, and the task that adds to it once an hour."""

import asyncio
import logging
import math
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from graph.settings.environment import Settings
from models.audit_anchor import Anchor, AnchorError
from models.database.sessions import Database
from resolvers.audit import anchors

FILE = "audit-anchors.jsonl"
INTERVAL = 3600.0  # seconds
FIRST = 300.0  # seconds after the start, when an anchor is due or overdue
log = logging.getLogger("orders.audit")


class AnchorFileError(ValueError):
    """A file that cannot be read, or holds something else than anchors."""


def append(path: Path, lines: Iterable[str]) -> None:
    """Readable by its owner only. Raises OSError."""
    data = "".join(f"{line}\n" for line in lines).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, data)  # at once: another worker may be writing too
    finally:
        os.close(file)


def read(path: Path, key: str) -> list[Anchor]:
    """Raises AnchorFileError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise AnchorFileError(f"{path} cannot be read: {error}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Anchor.read(line, key))
            except AnchorError as error:
                raise AnchorFileError(f"Line {number} of {path} {error}.") from None
    if not found:
        raise AnchorFileError(f"{path} holds no anchor.")
    return found


class Anchoring:
    """Once an hour: an anchor of each brand whose chain has grown, into the file and the log."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._key = settings.secret_key
        self._path = settings.data_folder / FILE
        self._clock = clock
        self._last: dict[UUID, tuple[int, str]] = {}
        self._done_at = -math.inf  # seconds since 1970
        self._is_warned = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(max(FIRST, self._due_in()))
            if self._due_in() <= 0:  # otherwise another worker has just done it
                try:
                    await self.anchor()
                except Exception:
                    log.exception("the audit could not be anchored")

    def _due_in(self) -> float:
        """Seconds; negative when it is overdue."""
        done_at = self._done_at
        with suppress(OSError):
            done_at = max(done_at, self._path.stat().st_mtime)
        return done_at + INTERVAL - time.time()

    async def anchor(self) -> None:
        made = [each for each in await anchors(self._database, self._clock()) if self._has_grown(each)]
        lines = [each.line(self._key) for each in made]
        for line in lines:
            log.info("audit anchor", extra={"anchor": line})
        try:
            await asyncio.to_thread(append, self._path, lines)
            os.utime(self._path)
        except OSError as error:
            if not self._is_warned:
                log.warning("%s cannot be written (%s): the anchors are only in this log", self._path, error.strerror)
            self._is_warned = True
        self._done_at = time.time()
        self._last |= {each.brand_id: (each.sequence, each.hash) for each in made}

    def _has_grown(self, anchor: Anchor) -> bool:
        return self._last.get(anchor.brand_id) != (anchor.sequence, anchor.hash)
