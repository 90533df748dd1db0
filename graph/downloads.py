"""Downloads: the signed links that the API hands out, and the GET that turns one into a document.

A link says all of what it is good for: which document of which order (or which filter), for which viewer, in which
language, until when. It is signed, so nothing of that can be changed; who has the link, has the document.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote
from uuid import UUID

import strawberry
from itsdangerous import BadData, URLSafeSerializer
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
from exports.order_snapshot import NoConfirmation, order_snapshot
from exports.pdf import draw_order_pdf
from exports.snapshot import OrderDocument
from exports.texts import in_file_name
from exports.workbook import orders_workbook
from graph.enums import publish
from graph.overload import Overloaded, Places
from graph.scalars import URL
from models.actor import Actor, ActorKind
from models.base import Database
from models.order import Order
from models.policy import OrderStatus, Role
from resolvers.analytics import report
from resolvers.history import HistoryFilter
from resolvers.history import conditions as history_conditions
from resolvers.orders import OrderFilter, OrderSort, OrderSortField, matching
from resolvers.rows import OrderRow

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rendering is work for a processor: more at once than there are would only make all of them late.
AT_ONCE = 2
WAITING = 8  # more than these would wait longer than a browser does
LONGEST_WAIT = 20.0  # seconds
RETRY_AFTER = 5  # seconds


publish(
    OrderDocument,
    "Which document of an order.",
    {
        "PURCHASE_ORDER": "What the buyer ordered. Always there.",
        "ORDER_CONFIRMATION": "What the brand confirmed. Needs an OC.",
    },
    name="OrderPdf",
)


@strawberry.type(description="A link to a document. Whoever has it can open it until it expires; GET, no token needed.")
class Download:
    url: URL = strawberry.field(description="Signed; cannot be changed.")
    filename: str = strawberry.field(description="As the browser will save it.")
    media_type: str = strawberry.field(description="Of the document.")
    expires_at: datetime = strawberry.field(description="Ask for a new link after this instant.")


class Export(StrEnum):
    PURCHASE_ORDER = "purchase-order"
    ORDER_CONFIRMATION = "order-confirmation"
    DELIVERY_NOTE = "delivery-note"
    INVOICE = "invoice"
    ORDER_EXCEL = "order"
    ORDERS_EXCEL = "orders"
    ANALYTICS_EXCEL = "analytics"
    HISTORY_EXCEL = "history"


class LinkError(Exception):
    """A link that opens nothing; `status` is the HTTP status, the message tells the user."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Links:
    """Signs links and reads them back. `base_url` without a slash at its end."""

    secret_key: str
    base_url: str
    clock: Callable[[], datetime]
    lifetime: timedelta = timedelta(minutes=15)

    def of_order(self, export: Export, order: OrderRow, actor: Actor, locale: str | None) -> Download:
        suffix = "xlsx" if export is Export.ORDER_EXCEL else "pdf"
        filename = f"{export}-{in_file_name(order.code)}.{suffix}"
        return self._sign(export, filename, actor, locale, {"order": order.id.hex})

    def of_delivery_note(self, id: UUID, code: str, actor: Actor, locale: str | None) -> Download:
        return self._of_document(Export.DELIVERY_NOTE, id, code, actor, locale)

    def of_invoice(self, id: UUID, code: str, actor: Actor, locale: str | None) -> Download:
        return self._of_document(Export.INVOICE, id, code, actor, locale)

    def _of_document(self, export: Export, id: UUID, code: str, actor: Actor, locale: str | None) -> Download:
        filename = f"{export}-{in_file_name(code)}.pdf"
        return self._sign(export, filename, actor, locale, {"document": id.hex})

    def of_orders(self, filter: OrderFilter, sort: Sequence[OrderSort], actor: Actor, locale: str | None) -> Download:
        claims = {"filter": _plain(filter), "sort": [[each.field.value, each.descending] for each in sort]}
        return self._sign(Export.ORDERS_EXCEL, f"orders-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def of_analytics(
        self, placed_from: datetime | None, placed_to: datetime | None, actor: Actor, locale: str | None
    ) -> Download:
        claims = {"from": placed_from and placed_from.isoformat(), "to": placed_to and placed_to.isoformat()}
        return self._sign(Export.ANALYTICS_EXCEL, f"analytics-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def of_history(self, filter: HistoryFilter, actor: Actor, locale: str | None) -> Download:
        claims = {"filter": _plain(filter)}
        return self._sign(Export.HISTORY_EXCEL, f"history-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def _sign(
        self, export: Export, filename: str, actor: Actor, locale: str | None, claims: dict[str, Any]
    ) -> Download:
        expires = (self.clock() + self.lifetime).replace(microsecond=0)
        claims = claims | {
            "export": export.value,
            "filename": filename,
            "locale": locale or actor.locale,
            "role": actor.role.value,
            "brand": actor.brand_id.hex if actor.brand_id else None,
            "buyer": actor.buyer_id.hex if actor.buyer_id else None,
            "expires": int(expires.timestamp()),
        }
        url = f"{self.base_url}/downloads/{self._serializer.dumps(claims)}"
        media_type = XLSX if filename.endswith("xlsx") else PDF
        return Download(url=URL(url), filename=filename, media_type=media_type, expires_at=expires)

    def read(self, token: str) -> dict[str, Any]:
        """The claims. Raises LinkError: 403 when the link was tampered with or is not ours, 410 when it has expired."""
        try:
            claims: dict[str, Any] = self._serializer.loads(token)
        except BadData:
            raise LinkError(403, "This link is not valid. Ask for a new one.") from None
        if claims["expires"] < self.clock().timestamp():
            expired = datetime.fromtimestamp(claims["expires"], UTC)
            raise LinkError(410, f"This link expired at {expired:%Y-%m-%d %H:%M} UTC. Ask for a new one.")
        return claims

    @property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt="orders.downloads")


def _plain(filter: OrderFilter | HistoryFilter) -> dict[str, Any]:
    """The filter's conditions as JSON."""

    def value(each: Any) -> Any:
        if isinstance(each, datetime):
            return each.isoformat()
        if isinstance(each, Sequence) and not isinstance(each, str):
            return [one.hex if isinstance(one, UUID) else one for one in each]
        return each

    return {name: value(each) for name, each in asdict(filter).items() if each is not None}


def _filter(plain: dict[str, Any]) -> OrderFilter:
    parse: dict[str, Callable[[Any], Any]] = {
        "status": lambda names: [OrderStatus(name) for name in names],
        "buyer_ids": lambda ids: [UUID(id) for id in ids],
        "tag_ids": lambda ids: [UUID(id) for id in ids],
        "placed_from": datetime.fromisoformat,
        "placed_to": datetime.fromisoformat,
    }
    return OrderFilter(**{name: parse.get(name, lambda it: it)(each) for name, each in plain.items()})


def _history_filter(plain: dict[str, Any]) -> HistoryFilter:
    parse: dict[str, Callable[[Any], Any]] = {
        "actor_kinds": lambda names: [ActorKind(name) for name in names],
        "order_ids": lambda ids: [UUID(id) for id in ids],
        "at_from": datetime.fromisoformat,
        "at_to": datetime.fromisoformat,
    }
    return HistoryFilter(**{name: parse.get(name, lambda it: it)(each) for name, each in plain.items()})


class Downloads:
    """The endpoint /downloads/{token}."""

    def __init__(self, database: Database, links: Links) -> None:
        self._database = database
        self._links = links
        self._places = Places(AT_ONCE, WAITING, LONGEST_WAIT)

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
        async with self._places.place():
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
                    return await self._workbook(claims, actor, matching(_filter(claims["filter"]), sort, actor))

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
        where = history_conditions(_history_filter(claims["filter"]))

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
