"""The PDF that a mail has attached: drawn when the mail is sent, as its buyer would download it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from exports.relay.transports import TemporaryFailure
from graph.core.download_links import Link
from graph.downloads import Record
from graph.http.document_processes import DocumentProcesses, Documents, ProcessEndedError, make
from models.database.engines import is_busy
from models.database.sessions import Database
from models.locale import Locale
from models.outbox import Attached
from models.plain_json import to_plain
from models.policy import Role

MAX_BYTES = 5_000_000  # mail servers take 10 MB at least, and Base64 adds a third
SECONDS = 60.0  # to draw it; a lease of the relay lasts longer
log = logging.getLogger("orders.mail")


class Attachments:
    """`processes` None: drawn in this process."""

    def __init__(
        self,
        database: Database,
        documents: Documents,
        processes: DocumentProcesses | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._documents = documents
        self._processes = processes
        self._clock = clock

    async def draw(self, brand_id: UUID, attached: Attached, locale: Locale) -> tuple[str, bytes] | None:
        """File name and bytes. None, and a warning in the log, if it cannot be drawn: the mail goes without it.

        Raises TemporaryFailure when the database was busy, or the drawing process was killed, or drawing too slow.
        """
        try:
            name, made = await self._draw(brand_id, attached, locale)
        except Exception as error:
            if isinstance(error, ProcessEndedError | TimeoutError) or is_busy(error):
                raise TemporaryFailure(f"its PDF could not be drawn: {type(error).__name__}") from error
            log.warning("a PDF could not be attached", extra={"error": f"{type(error).__name__}: {error}"})
            return None
        if len(made) > MAX_BYTES:
            log.warning("a PDF is too large to be attached", extra={"bytes": len(made)})
            return None
        return name, made

    async def _draw(self, brand_id: UUID, attached: Attached, locale: Locale) -> tuple[str, bytes]:
        document = self._documents[attached["document"]]
        subject = Record(UUID(attached["id"]), attached["code"])
        now = self._clock()
        name = document.file_name(subject, now.date(), locale)
        link = Link(
            document=document.name,
            subject=to_plain(subject),
            filename=name,
            locale=locale,
            viewer="",
            role=Role.BUYER,
            expires=now + timedelta(seconds=SECONDS),
            brand_id=brand_id,
            buyer_id=UUID(attached["buyer_id"]),
            made_at=now,
        )
        nowhere = Path()  # a PDF is not written to a file
        made: Any = await make(document, link, nowhere, self._database, self._processes, SECONDS)
        return name, bytes(made)
