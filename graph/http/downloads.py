"""The endpoint that opens a signed link (graph/core/download_links.py): it makes the document and sends it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from graph.core.download_links import NOT_VALID, Document, Drawn, Link, LinkError, Links, Written
from graph.http.admission import Overloaded, PerViewerLimit
from models.database.sessions import Database

# Rendering is CPU-bound: more at a time than there are processors would only make all of them slower.
AT_ONCE = 2
WAITING = 8  # more would have to wait longer than a browser does
MAX_WAIT_SECONDS = 20.0  # seconds
RETRY_AFTER = 5  # seconds


class Downloads:
    """GET /downloads/{token}. `documents`: by name."""

    def __init__(self, database: Database, links: Links, documents: Mapping[str, Document[Any]]) -> None:
        self._database = database
        self._links = links
        self._documents = documents
        self._limit = PerViewerLimit(AT_ONCE, WAITING, MAX_WAIT_SECONDS)

    async def get(self, request: Request) -> Response:
        try:
            link = self._links.read(request.path_params["token"])
            async with self._limit.slot(link.viewer):
                response = await self._open(link)
        except LinkError as error:
            return PlainTextResponse(f"{error}\n", error.status, {"Cache-Control": "no-store"})
        except Overloaded:
            headers = {"Cache-Control": "no-store", "Retry-After": str(RETRY_AFTER)}
            return PlainTextResponse("Many documents are being made; open the link again in a moment.\n", 503, headers)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Disposition"] = disposition(link.filename)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _open(self, link: Link) -> Response:
        document = self._documents.get(link.document)
        if document is None:  # made by another release
            raise LinkError(403, NOT_VALID)
        subject = link.subject_of(document)
        match document.made:
            case Drawn() as drawn:
                return Response(await self._draw(drawn, subject, link), media_type=document.media_type)
            case Written() as written:
                return await self._write(written, subject, link, document.media_type)

    async def _draw(self, drawn: Drawn[Any], subject: Any, link: Link) -> bytes:
        async with self._database.read(link.actor.scope) as session:
            snapshot = await drawn.read(session, link.actor, subject)
        if snapshot is None:
            raise LinkError(403, drawn.missing)
        return await drawn.draw(snapshot, link.locale)

    async def _write(self, written: Written[Any], subject: Any, link: Link, media_type: str) -> FileResponse:
        """The response removes the file once it is sent."""
        folder = Path(tempfile.mkdtemp(prefix="orders-"))
        path = folder / "document"
        try:
            async with self._database.read(link.actor.scope) as session:
                await written.write(session, link.actor, subject, link.locale, path)
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        return FileResponse(path, media_type=media_type, background=BackgroundTask(rmtree, folder, ignore_errors=True))


def disposition(filename: str) -> str:
    """RFC 6266: the file name in UTF-8, and in ASCII for clients that do not support that."""
    ascii_name = "".join(each if each.isascii() else "_" for each in filename)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
