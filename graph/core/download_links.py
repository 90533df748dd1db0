"""The signed links to documents that the API hands out.

A link says all of what it is good for: which document of which order (or which filter), for which viewer, in which
language, until when. It is signed, so nothing of that can be changed; who has the link, has the document.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from itsdangerous import BadData, URLSafeSerializer

from exports.pdf.snapshots import OrderDocument
from exports.texts import in_file_name
from graph.core.enums import describe_enum
from graph.core.scalars import URL
from models.actor import Actor, ActorKind
from models.locale import Locale
from models.policy import OrderStatus
from resolvers.history import HistoryFilter
from resolvers.orders import OrderFilter, OrderSort
from resolvers.reading.rows import OrderRow

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


describe_enum(
    OrderDocument,
    "PDF documents of an order.",
    {
        "PURCHASE_ORDER": "What the buyer ordered. Always available.",
        "ORDER_CONFIRMATION": "What the brand confirmed. Available once the order has an OC.",
    },
    name="OrderPdf",
)


@strawberry.type(
    description="A signed link to a document. Anyone who has the link can open the document until it "
    "expires, by GET and without a token."
)
class Download:
    url: URL = strawberry.field(description="The signed URL. A modified URL is refused.")
    filename: str = strawberry.field(description="File name under which a browser saves the document.")
    media_type: str = strawberry.field(description="Media type (MIME type) of the document.")
    expires_at: datetime = strawberry.field(description="When the link expires. Query a new link after this instant.")


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

    def of_order(self, export: Export, order: OrderRow, actor: Actor, locale: Locale | None) -> Download:
        suffix = "xlsx" if export is Export.ORDER_EXCEL else "pdf"
        filename = f"{export}-{in_file_name(order.code)}.{suffix}"
        return self._sign(export, filename, actor, locale, {"order": order.id.hex})

    def of_delivery_note(self, id: UUID, code: str, actor: Actor, locale: Locale | None) -> Download:
        return self._of_document(Export.DELIVERY_NOTE, id, code, actor, locale)

    def of_invoice(self, id: UUID, code: str, actor: Actor, locale: Locale | None) -> Download:
        return self._of_document(Export.INVOICE, id, code, actor, locale)

    def _of_document(self, export: Export, id: UUID, code: str, actor: Actor, locale: Locale | None) -> Download:
        filename = f"{export}-{in_file_name(code)}.pdf"
        return self._sign(export, filename, actor, locale, {"document": id.hex})

    def of_orders(
        self, filter: OrderFilter, sort: Sequence[OrderSort], actor: Actor, locale: Locale | None
    ) -> Download:
        claims = {"filter": _plain(filter), "sort": [[each.field.value, each.descending] for each in sort]}
        return self._sign(Export.ORDERS_EXCEL, f"orders-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def of_analytics(
        self, placed_from: datetime | None, placed_to: datetime | None, actor: Actor, locale: Locale | None
    ) -> Download:
        claims = {"from": placed_from and placed_from.isoformat(), "to": placed_to and placed_to.isoformat()}
        return self._sign(Export.ANALYTICS_EXCEL, f"analytics-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def of_history(self, filter: HistoryFilter, actor: Actor, locale: Locale | None) -> Download:
        claims = {"filter": _plain(filter)}
        return self._sign(Export.HISTORY_EXCEL, f"history-{self.clock():%Y-%m-%d}.xlsx", actor, locale, claims)

    def _sign(
        self, export: Export, filename: str, actor: Actor, locale: Locale | None, claims: dict[str, Any]
    ) -> Download:
        expires = (self.clock() + self.lifetime).replace(microsecond=0)
        claims = claims | {
            "export": export.value,
            "filename": filename,
            "locale": locale or actor.locale,
            "viewer": self._digest(actor),
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

    def _digest(self, actor: Actor) -> str:
        """Tells one viewer from another, and nobody who it is: links are passed on."""
        who = f"{actor.identity} {actor.brand_id}"
        return hmac.new(self.secret_key.encode(), who.encode(), "sha256").hexdigest()[:16]

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


def order_filter(plain: dict[str, Any]) -> OrderFilter:
    parse: dict[str, Callable[[Any], Any]] = {
        "status": lambda names: [OrderStatus(name) for name in names],
        "buyer_ids": lambda ids: [UUID(id) for id in ids],
        "tag_ids": lambda ids: [UUID(id) for id in ids],
        "placed_from": datetime.fromisoformat,
        "placed_to": datetime.fromisoformat,
    }
    return OrderFilter(**{name: parse.get(name, lambda it: it)(each) for name, each in plain.items()})


def history_filter(plain: dict[str, Any]) -> HistoryFilter:
    parse: dict[str, Callable[[Any], Any]] = {
        "actor_kinds": lambda names: [ActorKind(name) for name in names],
        "order_ids": lambda ids: [UUID(id) for id in ids],
        "at_from": datetime.fromisoformat,
        "at_to": datetime.fromisoformat,
    }
    return HistoryFilter(**{name: parse.get(name, lambda it: it)(each) for name, each in plain.items()})
