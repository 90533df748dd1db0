"""rejectOrder with notify as one would write it by hand: the same reads and writes, no GraphQL, no token, no layers.

`python -m benchmarks._by_hand URL BRAND PORT` serves `POST /graphql` with the variable `id`. One transaction each.
"""

import asyncio
import hashlib
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn

from graph.core.ids import Kind, from_id
from models.base import new_id
from models.messages.mail import MailKind, mail_texts

ORDER = """SELECT o.status, o.version, o.code, o.placed_at, o.buyer_id, o.currency, o.total_minor FROM orders o
    WHERE o.brand_id = $1 AND o.id = $2"""
FACTS = """SELECT EXISTS (SELECT 1 FROM delivery_notes d WHERE d.brand_id = o.brand_id AND d.order_id = o.id)
    OR EXISTS (SELECT 1 FROM invoiced_orders x JOIN invoices i ON i.brand_id = x.brand_id AND i.id = x.invoice_id
               WHERE x.brand_id = o.brand_id AND x.order_id = o.id AND i.status <> 'VOID')
    OR EXISTS (SELECT 1 FROM backlog_skus b WHERE b.brand_id = o.brand_id AND b.order_id = o.id)
    FROM orders o WHERE o.brand_id = $1 AND o.id = $2"""
READERS = """SELECT b.name, b.mail_sender_name, b.mail_reply_to, b.time_zone, b.rejection_text_en, u.name, u.locale,
    r.email
    FROM brands b JOIN buyers u ON u.brand_id = b.id
    LEFT JOIN buyer_recipients r ON r.brand_id = b.id AND r.buyer_id = u.id
    WHERE b.id = $1 AND u.id = $2 ORDER BY r.email"""
LINES = """SELECT s.name, s.number, l.quantity, l.amount_minor FROM order_lines l
    JOIN orders o ON o.brand_id = l.brand_id AND o.id = l.order_id AND o.official = l.data_set
    JOIN skus s ON s.brand_id = l.brand_id AND s.id = l.sku_id
    WHERE l.brand_id = $1 AND l.order_id = $2 ORDER BY l.position"""
HEAD = "SELECT sequence, hash FROM audit_heads WHERE brand_id = $1"
SHOWN = "SELECT status, version FROM orders WHERE brand_id = $1 AND id = $2"

REJECT = """UPDATE orders SET status = 'REJECTED_BY_BRAND', updated_at = $3, version = version + 1
    WHERE brand_id = $1 AND id = $2"""
RECORD = """INSERT INTO order_rejections (brand_id, order_id, rejected_at, actor_kind, actor_id, actor_name,
    status_before, notified, body) VALUES ($1, $2, $3, 'MEMBER', 'bench', 'Bench', $4, true, $5)"""
CANCEL = """UPDATE outbox_messages SET cancelled_by = 'ORDER_REJECTED', status = 'CANCELLED'
    WHERE brand_id = $1 AND order_id = $2 AND status = 'PENDING' AND cancelled_by IS NULL"""
PROMISE = """INSERT INTO outbox_messages (brand_id, id, order_id, kind, recipients, notice, status, attempts, due_at,
    created_at) VALUES ($1, $2, $3, 'ORDER_REJECTED', $4, $5, 'PENDING', 0, $6, $6)"""
ENTRY = """INSERT INTO audit_entries (brand_id, id, order_id, kind, at, actor_kind, actor_id, actor_name, request_id,
    details, sequence, previous_hash, hash)
    VALUES ($1, $2, $3, 'ORDER_REJECTED', $4, 'MEMBER', 'bench', 'Bench', 'x', $5, $6, $7, $8)"""
NEW_HEAD = "INSERT INTO audit_heads (brand_id, sequence, hash, at) VALUES ($1, $2, $3, $4)"
MOVE = "UPDATE audit_heads SET sequence = $2, hash = $3, at = $4 WHERE brand_id = $1"

Run = Callable[..., Awaitable[Sequence[Any]]]
DIGITS = {"JPY": 0}


class Sqlite:
    for_update = ""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")

    @asynccontextmanager
    async def transaction(self, _: UUID) -> AsyncIterator[Run]:
        async def run(text: str, *values: Any) -> Sequence[Any]:
            return self._connection.execute(text.replace("$", "?"), values).fetchall()

        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield run
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def run_many(self, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._connection.executemany(text, rows)

    def id(self, id: UUID) -> Any:
        return id.hex

    def at(self, at: datetime) -> Any:
        return at.strftime("%Y-%m-%d %H:%M:%S.%f")


class Postgres:
    for_update = " FOR UPDATE"

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: Any = None

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, brand_id: UUID) -> AsyncIterator[Run]:
        self._pool = self._pool or await asyncpg.create_pool(self._url, min_size=10, max_size=10)
        connection = await self._pool.acquire()
        try:
            await connection.execute(f"BEGIN; SET LOCAL orders.brand = '{brand_id.hex}'")
            try:
                yield connection.fetch
                await connection.execute("COMMIT")
            except BaseException:
                await connection.execute("ROLLBACK")
                raise
        finally:
            await self._pool.release(connection)

    def id(self, id: UUID) -> Any:
        return id

    def at(self, at: datetime) -> Any:
        return at


async def reject(database: Sqlite | Postgres, brand: UUID, order: UUID) -> tuple[str, int, list[str]]:
    now = datetime.now(UTC)
    brand_id, order_id, at = database.id(brand), database.id(order), database.at(now)
    async with database.transaction(brand) as run:
        ((status, version, code, placed, buyer_id, currency, total),) = await run(
            ORDER + database.for_update, brand_id, order_id
        )
        ((is_blocked,),) = await run(FACTS, brand_id, order_id)
        if is_blocked or status in ("REJECTED_BY_BRAND", "REJECTED", "SENT_BACK_TO_CART"):
            raise ValueError("blocked")
        readers = await run(READERS, brand_id, buyer_id)
        lines = await run(LINES, brand_id, order_id)
        name, sender, reply_to, time_zone, text, buyer, locale, _ = readers[0]
        to = [each[7] for each in readers if each[7]]
        digits = 10 ** DIGITS.get(currency, 2)
        shown = [{"name": n, "number": s, "quantity": q, "amount": str(a / digits)} for n, s, q, a in lines[:10]]
        contents = {"lines": shown, "more": max(len(lines) - 10, 0), "total": str(total / digits), "currency": currency}
        body = text or mail_texts(MailKind.ORDER_REJECTED).text.en
        notice = {
            "kind": "ORDER_REJECTED", "order_code": code, "placed_at": str(placed), "at": now.isoformat(),
            "brand_name": name, "sender_name": sender or name, "reply_to": reply_to, "buyer_name": buyer, "to": to,
            "locale": locale, "time_zone": time_zone, "body": body, "contents": contents,
        }  # fmt: skip
        await run(REJECT, brand_id, order_id, at)
        await run(RECORD, brand_id, order_id, at, status, body)
        await run(CANCEL, brand_id, order_id)
        await run(PROMISE, brand_id, database.id(new_id()), order_id, json.dumps(to), json.dumps(notice), at)
        heads = await run(HEAD + database.for_update, brand_id)
        sequence, previous = heads[0] if heads else (0, "")
        details = {
            "status_before": status, "status_after": "REJECTED_BY_BRAND", "notify": True, "notified": True,
            "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
        }  # fmt: skip
        id = new_id()
        entry = {
            "brand_id": str(brand), "id": str(id), "order_id": str(order), "kind": "ORDER_REJECTED",
            "at": now.isoformat(), "actor_kind": "MEMBER", "actor_id": "bench", "actor_name": "Bench",
            "request_id": "x", "details": details, "sequence": sequence + 1, "previous_hash": previous,
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        stored = json.dumps(details)
        if not heads:
            await run(NEW_HEAD, brand_id, 0, "", at)
        await run(ENTRY, brand_id, database.id(id), order_id, at, stored, sequence + 1, previous, digest)
        await run(MOVE, brand_id, sequence + 1, digest, at)
        ((status, version),) = await run(SHOWN, brand_id, order_id)
    return status, version, to


def serve(url: str, brand_id: str, port: str) -> None:
    is_sqlite = url.startswith("sqlite")
    database = Sqlite(url.removeprefix("sqlite:///")) if is_sqlite else Postgres(url)
    brand = UUID(brand_id)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        answer = b"{}"
        if scope["method"] == "POST":
            asked = orjson.loads((await receive())["body"])["variables"]["id"]
            order_id = from_id(Kind.ORDER, asked)
            assert order_id is not None
            status, version, to = await reject(database, brand, order_id)
            notification = {"status": "PENDING", "to": to}
            order = {"id": asked, "status": status, "version": version}
            payload = {"order": order, "notification": notification, "warnings": [], "userErrors": []}
            answer = orjson.dumps({"data": {"rejectOrder": payload}})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    config = uvicorn.Config(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    serve(*sys.argv[1:])
