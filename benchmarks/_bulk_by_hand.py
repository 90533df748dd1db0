"""Rejecting many orders with a mail each as one would write it by hand: 250 in a transaction, a few statements for all.

The same reads and rows as rejectOrders: locked orders, facts, buyers, lines, records, audit chain, outbox.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks._by_hand import DIGITS, HEAD, MOVE, NEW_HEAD, Postgres, Sqlite
from models.base import new_id
from models.messages.mail import MailKind, mail_texts

AT_ONCE = 250
WITHOUT_LETTERHEAD = dict.fromkeys(("address", "accent", "registration_kind", "registration_number", "footer"), "")
ORDERS = """SELECT o.id, o.status, o.code, o.placed_at, o.buyer_id, o.currency, o.total_minor FROM orders o
    WHERE o.brand_id = $1 AND o.id {among} ORDER BY o.id"""
BLOCKED = """SELECT o.id FROM orders o WHERE o.brand_id = $1 AND o.id {among} AND (
    EXISTS (SELECT 1 FROM delivery_notes d WHERE d.brand_id = o.brand_id AND d.order_id = o.id)
    OR EXISTS (SELECT 1 FROM invoiced_orders x WHERE x.brand_id = o.brand_id AND x.order_id = o.id AND EXISTS (
        SELECT 1 FROM invoices i WHERE i.brand_id = x.brand_id AND i.id = x.invoice_id AND i.status <> 'VOID'))
    OR EXISTS (SELECT 1 FROM backlog_skus b WHERE b.brand_id = o.brand_id AND b.order_id = o.id))"""
READERS = """SELECT u.id, b.name, b.mail_sender_name, b.mail_reply_to, b.time_zone, b.rejection_text_en, u.name,
    u.locale, r.email FROM brands b JOIN buyers u ON u.brand_id = b.id
    LEFT JOIN buyer_recipients r ON r.brand_id = b.id AND r.buyer_id = u.id
    WHERE b.id = $1 AND u.id {among} ORDER BY r.email"""
LINES = """SELECT l.order_id, s.name, s.number, l.quantity, l.amount_minor, l.unit_price_minor FROM order_lines l
    JOIN orders o ON o.brand_id = l.brand_id AND o.id = l.order_id AND o.official = l.data_set
    JOIN skus s ON s.brand_id = l.brand_id AND s.id = l.sku_id
    WHERE l.brand_id = $1 AND l.order_id {among} ORDER BY l.position"""
REJECT = """UPDATE orders SET status = 'REJECTED_BY_BRAND', updated_at = $3, version = version + 1
    WHERE brand_id = $1 AND id {among}"""
CANCEL = """UPDATE outbox_messages SET cancelled_by = 'ORDER_REJECTED', status = 'CANCELLED'
    WHERE brand_id = $1 AND order_id {among} AND status = 'PENDING' AND cancelled_by IS NULL"""
# Table → its columns with their types, of a row that is written.
ROWS = {
    "order_rejections": "brand_id:uuid order_id:uuid rejected_at:timestamptz actor_kind:text actor_id:text"
    " actor_name:text status_before:text notified:bool body:text bulk_run_id:uuid",
    "outbox_messages": "brand_id:uuid id:uuid order_id:uuid kind:text recipients:jsonb notice:jsonb status:text"
    " attempts:int due_at:timestamptz created_at:timestamptz",
    "audit_entries": "brand_id:uuid id:uuid order_id:uuid kind:text at:timestamptz actor_kind:text actor_id:text"
    " actor_name:text request_id:text details:jsonb sequence:bigint previous_hash:text hash:text",
}


async def reject_many(database: Sqlite | Postgres, brand: UUID, orders: Sequence[UUID]) -> None:
    run_id = new_id()
    for start in range(0, len(orders), AT_ONCE):
        await _batch(database, brand, orders[start : start + AT_ONCE], run_id)


async def _batch(database: Sqlite | Postgres, brand: UUID, orders: Sequence[UUID], run_id: UUID) -> None:
    is_sqlite = isinstance(database, Sqlite)
    among = "IN (SELECT value FROM json_each($2))" if is_sqlite else "= ANY($2)"
    now = datetime.now(UTC)
    at, brand_id = database.at(now), database.id(brand)

    def given(ids: Iterable[Any]) -> Any:
        return json.dumps(list(ids)) if is_sqlite else list(ids)

    ids = given([database.id(order) for order in orders])
    async with database.transaction(brand) as run:
        locked = await run(ORDERS.format(among=among) + database.for_update, brand_id, ids)
        blocked = {row[0] for row in await run(BLOCKED.format(among=among), brand_id, ids)}
        if blocked or any(row[1] in ("REJECTED_BY_BRAND", "REJECTED", "SENT_BACK_TO_CART") for row in locked):
            raise ValueError("blocked")
        readers = defaultdict(list)
        for row in await run(READERS.format(among=among), brand_id, given({row[4] for row in locked})):
            readers[row[0]].append(row[1:])
        lines = defaultdict(list)
        for row in await run(LINES.format(among=among), brand_id, ids):
            lines[row[0]].append(row[1:])
        rejections, mails, texts = [], [], []
        for id, status, code, placed, buyer_id, currency, total in locked:
            name, sender, reply_to, time_zone, text, buyer, locale, _ = readers[buyer_id][0]
            to = [each[7] for each in readers[buyer_id] if each[7]]
            digits = 10 ** DIGITS.get(currency, 2)
            shown = [
                {"name": n, "number": s, "quantity": q, "amount": str(a / digits), "price": str(p / digits)}
                for n, s, q, a, p in lines[id][:10]
            ]
            contents = {"lines": shown, "more": max(len(lines[id]) - 10, 0), "total": str(total / digits),
                        "currency": currency, "later": {"head": {"name": name, **WITHOUT_LETTERHEAD}}}  # fmt: skip
            body = text or mail_texts(MailKind.ORDER_REJECTED).text.en
            notice = {
                "kind": "ORDER_REJECTED", "order_code": code, "placed_at": str(placed), "at": now.isoformat(),
                "brand_name": name, "sender_name": sender or name, "reply_to": reply_to, "buyer_name": buyer, "to": to,
                "locale": locale, "time_zone": time_zone, "body": body, "contents": contents,
            }  # fmt: skip
            rejections.append((brand_id, id, at, "MEMBER", "bench", "Bench", status, True, body, database.id(run_id)))
            mails.append(
                (brand_id, database.id(new_id()), id, "ORDER_REJECTED", json.dumps(to), json.dumps(notice), "PENDING",
                 0, at, at)
            )  # fmt: skip
            texts.append((id, status, body))
        await run(REJECT.format(among=among), brand_id, ids, at)
        await _insert(database, run, "order_rejections", rejections)
        await run(CANCEL.format(among=among), brand_id, ids)
        await _insert(database, run, "outbox_messages", mails)
        if not (heads := await run(HEAD + database.for_update, brand_id)):
            await run(NEW_HEAD, brand_id, 0, "", at)
        sequence, digest = heads[0] if heads else (0, "")
        entries = []
        for order_id, status, body in texts:
            sequence, previous = sequence + 1, digest
            details = {
                "decided_at": now.isoformat(), "status_before": status, "status_after": "REJECTED_BY_BRAND",
                "notify": True, "notified": True, "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
                "bulk_run": run_id.hex,
            }  # fmt: skip
            id = new_id()
            entry = {
                "brand_id": str(brand), "id": str(id), "order_id": str(order_id), "kind": "ORDER_REJECTED",
                "at": now.isoformat(), "actor_kind": "MEMBER", "actor_id": "bench", "actor_name": "Bench",
                "request_id": "x", "details": details, "sequence": sequence, "previous_hash": previous,
            }  # fmt: skip
            digest = hashlib.sha256(json.dumps(entry, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
            entries.append(
                (brand_id, database.id(id), order_id, "ORDER_REJECTED", at, "MEMBER", "bench", "Bench", "x",
                 json.dumps(details), sequence, previous, digest)
            )  # fmt: skip
        await _insert(database, run, "audit_entries", entries)
        await run(MOVE, brand_id, sequence, digest, at)


async def _insert(database: Sqlite | Postgres, run: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = [column.split(":") for column in ROWS[table].split()]
    into = f"INSERT INTO {table} ({', '.join(name for name, _ in columns)})"
    if isinstance(database, Sqlite):
        database.run_many(f"{into} VALUES ({', '.join('?' * len(columns))})", rows)
    else:
        arrays = ", ".join(f"${number}::{kind}[]" for number, (_, kind) in enumerate(columns, 1))
        statement = f"{into} SELECT * FROM unnest({arrays})"  # noqa: S608
        await run(statement, *map(list, zip(*rows, strict=True)))
