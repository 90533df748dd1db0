"""Downloads: the GET that turns a signed link (graph/core/download_links.py) into its document, made at that moment."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from exports.analytics_workbook import analytics_workbook
from exports.delivery_note_pdf import draw_delivery_note_pdf
from exports.delivery_note_snapshot import delivery_note_snapshot
from exports.history_workbook import history_workbook
from exports.invoice_pdf import draw_invoice_pdf
from exports.invoice_snapshot import invoice_snapshot
from exports.order_pdf import draw_order_pdf
from exports.order_snapshot import NoConfirmation, order_snapshot
from exports.orders_workbook import orders_workbook
from exports.pdf.snapshots import OrderDocument
from graph.core.download_links import PDF, XLSX, Export, LinkError, Links, history_filter, order_filter
from graph.http.admission import Overloaded, PerViewerLimit
from models.actor import Actor
from models.database.sessions import Database
from models.order import Order
from models.policy import Role
from resolvers.analytics import report
from resolvers.history import conditions as history_conditions
from resolvers.orders import OrderSort, OrderSortField, matching

# Rendering is work for a processor: more at once than there are would only make all of them late.
AT_ONCE = 2
WAITING = 8  # more than these would wait longer than a browser does
MAX_WAIT_SECONDS = 20.0  # seconds
RETRY_AFTER = 5  # seconds


class Downloads:
    """The endpoint /downloads/{token}."""

    def __init__(self, database: Database, links: Links) -> None:
        self._database = database
        self._links = links
        self._limit = PerViewerLimit(AT_ONCE, WAITING, MAX_WAIT_SECONDS)

    async def get(self, request: Request) -> Response:
        try:
            claims = self._links.read(request.path_params["token"])
            response = await self._document(claims)
        except LinkError as error:
            return PlainTextResponse(f"{error}\n", error.status, {"Cache-Control": "no-store"})
        except Overloaded:
            headers = {"Cache-Control": "no-store", "Retry-After": str(RETRY_AFTER)}
            return PlainTextResponse("Many documents are being made; open the link again in a moment.\n", 503, headers)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Disposition"] = disposition(claims["filename"])
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _document(self, claims: dict[str, Any]) -> Response:
        actor = _viewer(claims)
        # A link made by an earlier release names nobody.
        async with self._limit.slot(claims.get("viewer", "")):
            match Export(claims["export"]):
                case Export.PURCHASE_ORDER:
                    return await self._pdf(claims, actor, OrderDocument.PURCHASE_ORDER)
                case Export.ORDER_CONFIRMATION:
                    return await self._pdf(claims, actor, OrderDocument.ORDER_CONFIRMATION)
                case Export.DELIVERY_NOTE:
                    return await self._delivery_note(claims, actor)
                case Export.INVOICE:
                    return await self._invoice(claims, actor)
                case Export.ORDER_EXCEL:
                    return await self._workbook(
                        claims, actor, select(Order.id).where(Order.id == UUID(claims["order"]))
                    )
                case Export.ORDERS_EXCEL:
                    sort = [OrderSort(OrderSortField(name), descending) for name, descending in claims["sort"]]
                    return await self._workbook(claims, actor, matching(order_filter(claims["filter"]), sort, actor))

                case Export.ANALYTICS_EXCEL:
                    return await self._analytics(claims, actor)
                case Export.HISTORY_EXCEL:
                    return await self._history(claims, actor)

    async def _pdf(self, claims: dict[str, Any], actor: Actor, document: OrderDocument) -> Response:
        async with self._database.read(actor.scope) as session:
            try:
                snapshot = await order_snapshot(session, UUID(claims["order"]), document, for_buyer=actor.is_buyer)
            except NoConfirmation:
                raise LinkError(403, "This order has no order confirmation any more.") from None
        if snapshot is None:
            raise LinkError(403, "This link is for an order that its viewer can no longer see.")
        return Response(await draw_order_pdf(snapshot, claims["locale"]), media_type=PDF)

    async def _delivery_note(self, claims: dict[str, Any], actor: Actor) -> Response:
        async with self._database.read(actor.scope) as session:
            snapshot = await delivery_note_snapshot(session, UUID(claims["document"]))
        if snapshot is None:
            raise LinkError(403, "This link is for a delivery note that was deleted or that its viewer cannot see.")
        return Response(await draw_delivery_note_pdf(snapshot, claims["locale"]), media_type=PDF)

    async def _invoice(self, claims: dict[str, Any], actor: Actor) -> Response:
        async with self._database.read(actor.scope) as session:
            snapshot = await invoice_snapshot(session, UUID(claims["document"]), for_buyer=actor.is_buyer)
        if snapshot is None:
            raise LinkError(403, "This link is for an invoice that was deleted or that its viewer cannot see.")
        return Response(await draw_invoice_pdf(snapshot, claims["locale"]), media_type=PDF)

    async def _workbook(self, claims: dict[str, Any], actor: Actor, orders: Any) -> Response:
        async def write(path: Path) -> None:
            async with self._database.read(actor.scope) as session:
                if "order" in claims and await session.scalar(orders) is None:
                    raise LinkError(403, "This link is for an order that its viewer can no longer see.")
                await orders_workbook(session, orders, locale=claims["locale"], for_buyer=actor.is_buyer, path=path)

        return await _file(write)

    async def _history(self, claims: dict[str, Any], actor: Actor) -> Response:
        where = history_conditions(history_filter(claims["filter"]))

        async def write(path: Path) -> None:
            async with self._database.read(actor.scope) as session:
                await history_workbook(session, where, locale=claims["locale"], path=path)

        return await _file(write)

    async def _analytics(self, claims: dict[str, Any], actor: Actor) -> Response:
        placed_from, placed_to = (each and datetime.fromisoformat(each) for each in (claims["from"], claims["to"]))
        async with self._database.read(actor.scope) as session:
            figures = await report(session, actor, placed_from, placed_to)
        book = await asyncio.to_thread(analytics_workbook, figures, locale=claims["locale"], for_buyer=actor.is_buyer)
        return Response(book, media_type=XLSX)


async def _file(write: Callable[[Path], Awaitable[None]]) -> FileResponse:
    """A workbook that `write` makes; it is removed once it is sent."""
    folder = Path(tempfile.mkdtemp(prefix="orders-"))
    path = folder / "workbook.xlsx"
    try:
        await write(path)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(path, media_type=XLSX, background=BackgroundTask(rmtree, folder, ignore_errors=True))


def _viewer(claims: dict[str, Any]) -> Actor:
    return Actor(
        role=Role(claims["role"]),
        id="download",
        name="download",
        brand_id=UUID(claims["brand"]) if claims["brand"] else None,
        buyer_id=UUID(claims["buyer"]) if claims["buyer"] else None,
        locale=claims["locale"],
    )


def disposition(filename: str) -> str:
    """RFC 6266: the name in UTF-8, and one in ASCII for those who cannot read that."""
    ascii_name = "".join(each if each.isascii() else "_" for each in filename)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
