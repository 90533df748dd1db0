"""What the product's rows and JSON cost by hand: apsw, msgspec and bare ASGI; no GraphQL, no token, no layers.

`DATABASE=orders.db BRAND=hex LABELS=json python -m benchmarks.peers.bound PORT`
"""

import gc
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import apsw
import msgspec
import uvicorn

from graph.core.ids import letters_of

PAGE = """SELECT o.id, o.code, o.status, o.archived_at IS NOT NULL, o.version, o.placed_at, o.updated_at,
    o.total_quantity,
    EXISTS (SELECT 1 FROM delivery_notes d WHERE d.brand_id = o.brand_id AND d.order_id = o.id),
    EXISTS (SELECT 1 FROM invoiced_orders x JOIN invoices i ON i.brand_id = x.brand_id AND i.id = x.invoice_id
            WHERE x.brand_id = o.brand_id AND x.order_id = o.id AND i.status <> 'VOID'),
    EXISTS (SELECT 1 FROM backlog_skus b WHERE b.brand_id = o.brand_id AND b.order_id = o.id)
    FROM orders o WHERE o.brand_id = ? AND o.archived_at IS NULL ORDER BY o.placed_at DESC, o.id DESC LIMIT ?"""
LINES = """SELECT l.order_id, l.id, l.quantity, l.unit_price_minor, l.amount_minor, o.currency, s.number, s.name
    FROM order_lines l
    JOIN orders o ON o.brand_id = l.brand_id AND o.id = l.order_id AND o.official = l.data_set
    JOIN skus s ON s.brand_id = l.brand_id AND s.id = l.sku_id
    WHERE l.brand_id = ? AND l.order_id IN (%s) ORDER BY l.order_id, l.position"""
REJECTED = ("REJECTED_BY_BRAND", "REJECTED")
VIEWER = b'{"data":{"viewer":{"name":"Bench"}}}'


class Amount(msgspec.Struct, gc=False):
    amount: str


class Sku(msgspec.Struct, gc=False):
    number: str
    name: str


class Line(msgspec.Struct, gc=False):
    id: str
    quantity: int
    unitPrice: Amount
    amount: Amount
    sku: Sku


class Lines(msgspec.Struct, gc=False):
    nodes: list[Line]


class Blocker(msgspec.Struct, gc=False):
    code: str


class Order(msgspec.Struct, gc=False):
    id: str
    code: str
    status: str
    statusLabel: str
    isRejected: bool
    isArchived: bool
    version: int
    placedAt: str
    updatedAt: str
    totalQuantity: int
    canReject: bool
    rejectionBlockers: list[Blocker]
    lines: Lines


class Orders:
    """Reads one brand's orders."""

    def __init__(self) -> None:
        self._brand = os.environ["BRAND"]
        self._labels = json.loads(os.environ["LABELS"])
        self._connection = apsw.Connection(os.environ["DATABASE"], flags=apsw.SQLITE_OPEN_READWRITE)

    def read(self, first: int, lines: int) -> list[Order]:
        found, lines_of = [], {}
        for row in self._run(PAGE, self._brand, first):
            id, code, status, archived, version, placed, updated, quantity, note, invoice, backlog = row
            lines_of[id] = Lines([])
            blockers = list(blockers_of(status, note, invoice, backlog))
            found.append(
                Order(
                    f"ord_{letters_of(int(id, 16))}", code, status, self._labels[status], status in REJECTED,
                    bool(archived), version, instant(placed), instant(updated), quantity, not blockers, blockers,
                    lines_of[id],
                )
            )  # fmt: skip
        for row in self._run(LINES % ",".join("?" * len(lines_of)), self._brand, *lines_of):
            order_id, id, count, price, total, currency, number, name = row
            nodes = lines_of[order_id].nodes
            if len(nodes) < lines:
                prices = Amount(amount(price, currency)), Amount(amount(total, currency))
                nodes.append(Line(f"lin_{letters_of(int(id, 16))}", count, *prices, Sku(number, name)))
        return found

    def _run(self, text: str, *values: Any) -> Iterator[Any]:
        return self._connection.execute(text, values)


def blockers_of(status: str, note: int, invoice: int, backlog: int) -> Iterator[Blocker]:
    if status in REJECTED:
        yield Blocker("ALREADY_REJECTED")
    if status == "SENT_BACK_TO_CART":
        yield Blocker("SENT_BACK_TO_CART")
    if note:
        yield Blocker("DELIVERY_NOTE_EXISTS")
    if invoice:
        yield Blocker("INVOICE_EXISTS")
    if backlog:
        yield Blocker("BACKLOG_SKUS_CREATED")


def instant(text: str) -> str:
    whole, _, micro = text.replace(" ", "T", 1).partition(".")
    return f"{whole}.{micro}Z" if micro.strip("0") else f"{whole}Z"


def amount(minor: int, currency: str) -> str:
    """Of amounts that are not negative."""
    return str(minor) if currency == "JPY" else f"{minor // 100}.{minor % 100:02}"


def app(orders: Orders) -> Any:
    encode = msgspec.json.Encoder().encode

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        asked = (await receive())["body"]
        body = encode({"data": {"orders": {"nodes": orders.read(100, 10)}}}) if b"orders" in asked else VIEWER
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


if __name__ == "__main__":
    served = app(Orders())
    gc.freeze()
    port = int(sys.argv[1])
    uvicorn.run(served, host="127.0.0.1", port=port, http="httptools", log_level="warning", access_log=False)
