"""Rows that the database itself refuses, even in plain SQL that bypasses all our code and settings."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.backlog_sku import BacklogSku
from models.database.postgres import ALL_BRANDS, SCOPE_SETTING
from models.database.sessions import Database
from models.delivery_note import DeliveryNoteLine
from models.invoice import InvoiceStatus
from models.order import Order, OrderReplacement
from models.policy import OrderStatus
from models.scope import EVERYTHING
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.rejection import RejectOrder, reject_order
from tests.support.factories import (
    NOON,
    Shop,
    add_backlog_sku,
    add_delivery_note,
    add_invoice,
    make_buyer,
    make_order,
    make_shop,
    save,
)
from tests.support.trace import trace

AT = "'2026-11-24 12:00:00'"


@dataclass(frozen=True, slots=True)
class World:
    """Names for the statements below: `{rejected}` is the id of a rejected order, and so on."""

    url: str
    names: dict[str, str]

    async def write(self, statement: str, *, foreign_keys: bool = True) -> None:
        """Runs SQL on a connection without our settings. Raises the error of the database.

        `foreign_keys`: on SQLite, whether they are checked; its default is not.
        """
        statement = statement.format_map(self.names)
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
                with connection:
                    connection.execute(statement)
            finally:
                connection.close()
        else:
            # For all brands, so that the refusal does not come from row-level security.
            stranger = await asyncpg.connect(self.url, server_settings={SCOPE_SETTING: ALL_BRANDS})
            try:
                await stranger.execute(statement)
            finally:
                await stranger.close()


@pytest.fixture
async def world(database: Database, database_url: str) -> World:
    return await make_world(database, database_url)


async def make_world(database: Database, url: str) -> World:
    shop = await make_shop(database)
    stranger = await make_buyer(database, shop.brand)
    rejected, open_, other = [await make_order(database, shop) for _ in range(3)]
    context = Context(database, shop.member(), clock=lambda: NOON + timedelta(minutes=1))
    assert not (await reject_order(context, RejectOrder(rejected.id, Message(notify=True)))).refusals
    noted, invoiced, voided = [await make_order(database, shop, status=OrderStatus.OC_CONFIRMED) for _ in range(3)]
    backlogged = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    sent_back = await make_order(database, shop, status=OrderStatus.SENT_BACK_TO_CART)
    note = await add_delivery_note(database, noted)
    invoice = await add_invoice(database, invoiced)
    void = await add_invoice(database, voided, status=InvoiceStatus.VOID)
    backlog = await delivered(database, shop, backlogged)
    archived = await make_order(database, shop, status=OrderStatus.REJECTED, archived_at=NOON)
    await save(
        database,
        OrderReplacement(brand_id=shop.brand.id, order_id=open_.id, replaced_order_id=sent_back.id),
    )
    async with database.read(EVERYTHING) as session:
        entry = (await session.scalars(select(AuditEntry))).one()
    named: dict[str, Any] = {
        "brand": shop.brand,
        "buyer": shop.buyer,
        "catalog": shop.catalog,
        "sku": shop.skus[0],
        "other_sku": shop.skus[2],
        "stranger": stranger,
        "archived": archived,
        "rejected": rejected,
        "open": open_,
        "other": other,
        "noted": noted,
        "invoiced": invoiced,
        "voided": voided,
        "backlogged": backlogged,
        "sent_back": sent_back,
        "note": note,
        "invoice": invoice,
        "void": void,
        "backlog": backlog,
        "entry": entry,
    }
    names = {name: row.id.hex for name, row in named.items()}
    more = {"code": rejected.code, "new": "f" * 32, "at": AT, "hash": "f" * 64, "last_hash": str(entry.hash)}
    return World(url, names | more)


async def delivered(database: Database, shop: Shop, order: Order) -> BacklogSku:
    """A backlog SKU of five pieces, three of which a delivery note delivers."""
    backlog = await add_backlog_sku(database, order, shop.skus[0], ordered=5, remaining=2)
    note = await add_delivery_note(database, order)
    line = DeliveryNoteLine(
        brand_id=order.brand_id,
        order_id=order.id,
        delivery_note_id=note.id,
        backlog_sku_id=backlog.id,
        sku_id=backlog.sku_id,
        quantity=3,
    )
    await save(database, line)
    return backlog


RECORD = (
    "INTO order_rejections (brand_id, order_id, rejected_at, actor_kind, actor_id, actor_name, status_before, notified)"
    " VALUES ('{{brand}}', '{{{order}}}', {{at}}, 'MEMBER', 'x', 'X', 'OC_REQUIRED', false)"
)
NOTE = "INSERT INTO delivery_notes (brand_id, id, order_id, code, created_at) VALUES ('{{brand}}', '{{new}}', '{{{order}}}', 'DN-X', {{at}})"  # noqa: E501
INVOICED = (
    "INSERT INTO invoiced_orders (brand_id, invoice_id, order_id) VALUES ('{{brand}}', '{{invoice}}', '{{{order}}}')"
)
BACKLOG = "INSERT INTO backlog_skus (brand_id, id, order_id, sku_id, ordered_quantity, remaining_quantity) VALUES ('{{brand}}', '{{new}}', '{{{order}}}', '{{sku}}', 1, {remaining})"  # noqa: E501
BACK = "INSERT INTO order_send_backs (brand_id, order_id, sent_back_at, actor_name) VALUES ('{{brand}}', '{{{order}}}', {{at}}, 'X')"  # noqa: E501
STATUS = "UPDATE orders SET status = '{status}' WHERE id = '{{{order}}}'"
LINE = (
    "INSERT INTO delivery_note_lines (brand_id, id, order_id, delivery_note_id, backlog_sku_id, sku_id, quantity)"
    " SELECT brand_id, '{{new}}', order_id, delivery_note_id, backlog_sku_id, sku_id, {quantity}"
    " FROM delivery_note_lines WHERE order_id = '{{backlogged}}'"
)

ENTRY_INSERTED = (
    "INSERT INTO audit_entries (brand_id, id, order_id, kind, at, actor_kind, actor_id, actor_name, details, sequence,"
    " previous_hash, hash) VALUES ('{{brand}}', '{{new}}', '{{open}}', 'ORDER_REJECTED', {{at}}, 'MEMBER', 'x', 'X',"
    " '{{{{}}}}', {sequence})"
)
# Column of an order → another value.
CONTENT = {
    "code": "'ANOTHER'",
    "buyer_id": "'{stranger}'",
    "catalog_id": "'{new}'",
    "official": "'CONFIRMATION'",
    "currency": "'USD'",
    "tax_minor": "7",
    "shipping_minor": "7",
    "total_minor": "7",
    "total_quantity": "7",
    "comment": "'x'",
    "delivery_address": "'x'",
    "placed_at": "'2020-01-01 00:00:00'",
    "confirmation_created_at": "'2020-01-01 00:00:00'",
    "approval_asked": "TRUE",
    "content_hash": "'x'",
    "version": "0",
}
LINES = {
    "a line more": (
        "INSERT INTO order_lines (brand_id, id, order_id, data_set, position, sku_id, quantity, unit_price_minor,"
        " amount_minor) VALUES ('{brand}', '{new}', '{OF}', 'ORIGINAL', 9, '{sku}', 1, 1, 1)"
    ),
    "a line less": "DELETE FROM order_lines WHERE order_id = '{OF}'",
    "more of a line": "UPDATE order_lines SET quantity = 9, amount_minor = 9 * unit_price_minor WHERE order_id = '{OF}'",  # noqa: E501
    "another SKU": "UPDATE order_lines SET sku_id = '{other_sku}' WHERE order_id = '{OF}'",
}
MAIL = {
    "notice": '\'{{"body": "Never mind."}}\'',
    "recipients": "'[\"somebody@example.com\"]'",
    "kind": "'SENT_BACK_TO_CART'",
    "order_id": "'{open}'",
    "id": "'{new}'",
    "created_at": "'2020-01-01 00:00:00'",
}
REFERENCED = {"brand": "brands", "buyer": "buyers", "catalog": "catalogs", "sku": "skus"}
IMPOSSIBLE = {
    "a second rejection": "INSERT " + RECORD.format(order="rejected"),
    "a rejection of an order with a delivery note": "INSERT " + RECORD.format(order="noted"),
    "a rejection of an order with an invoice": "INSERT " + RECORD.format(order="invoiced"),
    "a rejection of an order with backlog SKUs": "INSERT " + RECORD.format(order="backlogged"),
    "a rejection of an order that was sent back": "INSERT " + RECORD.format(order="sent_back"),
    "the record of a rejection of an open order": "INSERT " + RECORD.format(order="open"),
    "a delivery note for a rejected order": NOTE.format(order="rejected"),
    "an invoice for a rejected order": INVOICED.format(order="rejected"),
    "backlog SKUs for a rejected order": BACKLOG.format(order="rejected", remaining=1),
    "a rejected order sent back": BACK.format(order="rejected"),
    "a delivery note for an order that was sent back": NOTE.format(order="sent_back"),
    "an invoice for an order that was sent back": INVOICED.format(order="sent_back"),
    "backlog SKUs for an order that was sent back": BACKLOG.format(order="sent_back", remaining=1),
    "a referenced order sent back": BACK.format(order="noted"),
    "an order sent back twice": BACK.format(order="sent_back"),
    "a rejected order opened again": STATUS.format(order="rejected", status="OC_REQUIRED"),
    "a rejected order rejected by somebody else": STATUS.format(order="rejected", status="REJECTED"),
    "a sent-back order opened again": STATUS.format(order="sent_back", status="OC_CREATED"),
    "a status that does not exist": STATUS.format(order="open", status="GONE"),
    "the status of a noted order set to rejected": STATUS.format(order="noted", status="REJECTED_BY_BRAND"),
    "the status of an invoiced order set to rejected": STATUS.format(order="invoiced", status="REJECTED"),
    "the status of an order with a backlog set to sent back": STATUS.format(
        order="backlogged", status="SENT_BACK_TO_CART"
    ),
    "another id for a rejected order": "UPDATE orders SET id = '{new}' WHERE id = '{open}'",
    "a rejected order deleted": "DELETE FROM orders WHERE id = '{rejected}'",
    "a delivery note moved to a rejected order": "UPDATE delivery_notes SET order_id = '{rejected}' WHERE id = '{note}'",  # noqa: E501
    "an invoice moved to a rejected order": "UPDATE invoiced_orders SET order_id = '{rejected}' WHERE invoice_id = '{invoice}'",  # noqa: E501
    "an order moved from a voided to another invoice": "UPDATE invoiced_orders SET invoice_id = '{invoice}' WHERE invoice_id = '{void}'",  # noqa: E501
    "a backlog moved to a rejected order": "UPDATE backlog_skus SET order_id = '{rejected}' WHERE id = '{backlog}'",
    "a voided invoice made valid": "UPDATE invoices SET status = 'ISSUED' WHERE id = '{void}'",
    "a rejection changed": "UPDATE order_rejections SET actor_name = 'Nobody'",
    "a rejection moved": "UPDATE order_rejections SET order_id = '{open}'",
    "a rejection deleted": "DELETE FROM order_rejections",
    "an audit entry changed": "UPDATE audit_entries SET actor_name = 'Nobody'",
    "an audit entry deleted": "DELETE FROM audit_entries WHERE id = '{entry}'",
    "the record of a send-back changed": "UPDATE order_send_backs SET actor_name = 'Nobody'",
    "the record of a send-back deleted": "DELETE FROM order_send_backs",
    "a backlog below nothing": "UPDATE backlog_skus SET remaining_quantity = -1",
    "a backlog of more than was ordered": "UPDATE backlog_skus SET remaining_quantity = 6",
    "a backlog that forgets what was delivered": "UPDATE backlog_skus SET remaining_quantity = 3",
    "a backlog that begins below nothing": BACKLOG.format(order="open", remaining=-1),
    "a delivery of more than was ordered": LINE.format(quantity=1),
    "a delivery of nothing": LINE.format(quantity=0),
    "a delivery made larger": "UPDATE delivery_note_lines SET quantity = 4",
    "an audit entry outside the chain": ENTRY_INSERTED.format(sequence="NULL, NULL, NULL"),
    "an audit entry without a hash": ENTRY_INSERTED.format(sequence="2, '{last_hash}', NULL"),
    "an audit entry without the hash before it": ENTRY_INSERTED.format(sequence="2, NULL, '{hash}'"),
    "an audit entry without a place": ENTRY_INSERTED.format(sequence="NULL, '{last_hash}', '{hash}'"),
    "an audit entry that does not follow the last": ENTRY_INSERTED.format(sequence="2, '{hash}', '{hash}'"),
    "an audit entry after a gap": ENTRY_INSERTED.format(sequence="3, '{last_hash}', '{hash}'"),
    "an audit entry before the first": ENTRY_INSERTED.format(sequence="0, '', '{hash}'"),
    "the audit's head set back": "UPDATE audit_heads SET sequence = 0, hash = ''",
    "the audit's head with another hash": "UPDATE audit_heads SET hash = '{hash}'",
    "the audit's head deleted": "DELETE FROM audit_heads",
    "entries marked as older than the chain": "UPDATE audit_heads SET unchained = 1",
    "older entries with another hash": "UPDATE audit_heads SET unchained_hash = '{hash}'",
    "a head that begins in the middle": "INSERT INTO audit_heads (brand_id, sequence, hash) VALUES ('{new}', 7, '')",
    "a head that begins with older entries": (
        "INSERT INTO audit_heads (brand_id, sequence, hash, unchained) VALUES ('{new}', 0, '', 7)"
    ),
    "the record of a send-back of an open order": BACK.format(order="open"),
    **{
        f"the {column} of {told} order": f"UPDATE orders SET {column} = {value} WHERE id = '{{{order}}}'"
        for told, order in (("a rejected", "rejected"), ("a sent-back", "sent_back"))
        for column, value in CONTENT.items()
    },
    "an archived order taken back": "UPDATE orders SET archived_at = NULL WHERE id = '{archived}'",
    "an order archived at another time": "UPDATE orders SET archived_at = '2020-01-01 00:00:00' WHERE id = '{archived}'",  # noqa: E501
    **{
        f"{change} of {told} order": statement.replace("OF", order)
        for told, order in (("a rejected", "rejected"), ("a sent-back", "sent_back"))
        for change, statement in LINES.items()
    },
    "a line moved to a rejected order": "UPDATE order_lines SET order_id = '{rejected}' WHERE order_id = '{open}'",
    "a line moved away from a rejected order": "UPDATE order_lines SET order_id = '{open}' WHERE order_id = '{rejected}'",  # noqa: E501
    **{
        f"the {column} of a rejection's mail": f"UPDATE outbox_messages SET {column} = {value} WHERE order_id = '{{rejected}}'"  # noqa: E501
        for column, value in MAIL.items()
    },
    "a rejection's mail deleted before it is sent": "DELETE FROM outbox_messages WHERE order_id = '{rejected}'",
    "a replacement pointed elsewhere": "UPDATE order_replacements SET replaced_order_id = '{other}'",
    "a replacement deleted": "DELETE FROM order_replacements",
    **{
        f"the {name} of an order deleted": f"DELETE FROM {table} WHERE id = '{{{name}}}'"
        for name, table in REFERENCED.items()
    },
    **{
        f"another id for the {name} of an order": f"UPDATE {table} SET id = '{{new}}' WHERE id = '{{{name}}}'"
        for name, table in REFERENCED.items()
    },
    **{
        f"an order with {told} deleted": f"DELETE FROM orders WHERE id = '{{{order}}}'"
        for told, order in (("lines", "open"), ("a delivery note", "noted"), ("a send-back", "sent_back"))
    },
    "an order of another brand": "UPDATE orders SET brand_id = '{new}' WHERE id = '{open}'",
}
COPY = "REPLACE INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {where}"
ORDER = "brand_id, id, code, buyer_id, catalog_id, status, official, currency, tax_minor, shipping_minor, total_minor, total_quantity, comment, delivery_address, placed_at, approval_asked, updated_at, version"  # noqa: E501
ENTRY = "brand_id, id, order_id, kind, at, actor_kind, actor_id, actor_name, request_id, details, sequence, previous_hash, hash"  # noqa: E501
LINE_COLUMNS = "brand_id, id, order_id, data_set, position, sku_id, quantity, unit_price_minor, amount_minor"
IMPOSSIBLE_ON_SQLITE = {
    "a brand replaced": (
        "REPLACE INTO brands (id, code, name, address, locale, time_zone, currency, archiving_enabled)"
        " SELECT id, code, 'Nobody', address, locale, time_zone, currency, archiving_enabled FROM brands"
    ),
    **{
        f"a {name} replaced by its {key}": (
            f"INSERT OR REPLACE INTO {table} ({columns}) SELECT"
            f" {columns.replace(' ' + other + ',', new)} FROM {table} WHERE id = '{{{name}}}'"
        )
        for name, table, columns, code in (
            ("buyer", "buyers", "brand_id, id, unique_code, name, country, address, locale, is_offline", "unique_code"),
            ("catalog", "catalogs", "brand_id, id, code, name", "code"),
            ("sku", "skus", "brand_id, id, number, model_number, name", "number"),
        )
        for key, other, new in (("id", code, " 'ANOTHER',"), (code, "id", " '{new}',"))
    },
    "a rejected order's line replaced by its id": COPY.format(
        table="order_lines",
        columns=LINE_COLUMNS,
        values=LINE_COLUMNS.replace("order_id", "'{open}'").replace("position", "position + 9"),
        where="order_id = '{rejected}'",
    ),
    "a rejected order's mail replaced": (
        "REPLACE INTO outbox_messages (brand_id, id, order_id, kind, recipients, notice, status, attempts, due_at,"
        " created_at) SELECT brand_id, id, order_id, kind, '[]', notice, status, attempts, due_at, created_at"
        " FROM outbox_messages"
    ),
    "a replacement replaced": (
        "REPLACE INTO order_replacements (brand_id, order_id, replaced_order_id)"
        " SELECT brand_id, order_id, '{other}' FROM order_replacements"
    ),
    "the audit's head replaced": (
        "REPLACE INTO audit_heads (brand_id, sequence, hash) SELECT brand_id, 0, '' FROM audit_heads"
    ),
    "a rejected order replaced by an update": "UPDATE OR REPLACE orders SET code = '{code}' WHERE id = '{open}'",
    "a voided invoice replaced by an update": (
        "UPDATE OR REPLACE invoices SET code = (SELECT code FROM invoices WHERE id = '{void}') WHERE id = '{invoice}'"
    ),
    "a buyer replaced by an update": (
        "UPDATE OR REPLACE buyers SET unique_code = (SELECT unique_code FROM buyers WHERE id = '{buyer}')"
        " WHERE id = '{stranger}'"
    ),
    "a rejected order's line replaced by an update": (
        "UPDATE OR REPLACE order_lines SET id = (SELECT max(id) FROM order_lines WHERE order_id = '{rejected}')"
        " WHERE order_id = '{open}'"
    ),
    "a rejected order replaced by an open one, ignoring": COPY.replace("REPLACE", "INSERT OR IGNORE").format(
        table="orders", columns=ORDER, values=ORDER.replace("status", "'OC_REQUIRED'"), where="id = '{rejected}'"
    ),
    "a rejection replaced": "REPLACE " + RECORD.format(order="rejected"),
    "a rejected order replaced by an open one": COPY.format(
        table="orders", columns=ORDER, values=ORDER.replace("status", "'OC_REQUIRED'"), where="id = '{rejected}'"
    ),
    "a rejected order replaced by its code": COPY.format(
        table="orders", columns=ORDER, values=ORDER.replace("id, code", "'{new}', code", 1), where="id = '{rejected}'"
    ),
    "an audit entry replaced": COPY.format(
        table="audit_entries", columns=ENTRY, values=ENTRY.replace("actor_name", "'Nobody'"), where="id = '{entry}'"
    ),
    "an audit entry replaced by its place": COPY.format(
        table="audit_entries", columns=ENTRY, values=ENTRY.replace(" id,", " '{new}',", 1), where="id = '{entry}'"
    ),
    "a voided invoice replaced": COPY.format(
        table="invoices",
        columns="brand_id, id, code, status, created_at",
        values="brand_id, id, code, 'DRAFT', created_at",
        where="id = '{void}'",
    ),
    "the record of a send-back replaced": BACK.format(order="sent_back").replace("INSERT", "REPLACE"),
    "a rejection overwritten by an update": "UPDATE OR REPLACE order_rejections SET actor_name = 'Nobody'",
    "a note moved by an update that replaces": "UPDATE OR REPLACE delivery_notes SET order_id = '{rejected}'",
}
# Every table of these has a hidden key, by which REPLACE works too: table → columns, and other values for them.
ROWS: dict[str, tuple[str, str, str]] = {
    "orders": (ORDER, ORDER.replace("id, code", "'{new}', 'ANOTHER'", 1).replace("status", "'OC_REQUIRED'"), "id"),
    "order_lines": (
        LINE_COLUMNS,
        LINE_COLUMNS.replace("order_id", "'{open}'").replace(" id,", " '{new}',").replace("position", "9"),
        "order_id",
    ),
    "outbox_messages": (
        "brand_id, id, order_id, kind, recipients, notice, status, attempts, due_at, created_at",
        "brand_id, '{new}', '{open}', kind, recipients, notice, status, attempts, due_at, created_at",
        "order_id",
    ),
    "audit_entries": (
        ENTRY,
        ENTRY.replace(" id,", " '{new}',", 1).replace("sequence, previous_hash, hash", "2, '{last_hash}', '{hash}'"),
        "order_id",
    ),
}
IMPOSSIBLE_ON_SQLITE |= {
    f"a row of {table} replaced by its rowid": (
        f"REPLACE INTO {table} (rowid, {columns}) SELECT min(rowid), {values} FROM {table} WHERE {key} = '{{rejected}}'"
    )
    for table, (columns, values, key) in ROWS.items()
}
IMPOSSIBLE_ON_SQLITE |= {
    f"a row of {table} replaced by an update of its rowid": (
        f"UPDATE OR REPLACE {table} SET rowid = (SELECT min(rowid) FROM {table} WHERE {key} = '{{rejected}}')"
        f" WHERE rowid = (SELECT rowid FROM {table} WHERE {key} = '{{open}}')"
    )
    for table, (_, _, key) in ROWS.items()
    if table.startswith("order")
}
IMPOSSIBLE_ON_POSTGRESQL = {
    "the rejections truncated": "TRUNCATE order_rejections",
    "the audit truncated": "TRUNCATE audit_entries",
    "the records of send-backs truncated": "TRUNCATE order_send_backs",
    "the lines truncated": "TRUNCATE order_lines",
    "the mails truncated": "TRUNCATE outbox_messages",
    "the audit's heads truncated": "TRUNCATE audit_heads",
    "the replacements truncated": "TRUNCATE order_replacements",
    "everything truncated with the brands": "TRUNCATE brands CASCADE",
    "a rejection overwritten by an upsert": "INSERT "
    + RECORD.format(order="rejected")
    + " ON CONFLICT (brand_id, order_id) DO UPDATE SET actor_name = 'Nobody'",
}


async def refuses(database: Database, world: World, statements: dict[str, str], **options: bool) -> None:
    before = await trace(database)
    for told, statement in statements.items():
        try:
            await world.write(statement, **options)
        except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError):
            pass
        else:
            pytest.fail(f"{told} was accepted")
        assert await trace(database) == before, told


async def test_impossible_rows_are_refused(database: Database, world: World) -> None:
    await refuses(database, world, IMPOSSIBLE)


async def test_bypasses_are_refused(database: Database, world: World) -> None:
    await refuses(database, world, IMPOSSIBLE_ON_SQLITE if database.is_sqlite else IMPOSSIBLE_ON_POSTGRESQL)


async def test_sqlite_refuses_them_without_checking_foreign_keys_too(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    try:
        made = await make_world(database, sqlite_url)
        await refuses(database, made, IMPOSSIBLE | IMPOSSIBLE_ON_SQLITE, foreign_keys=False)
    finally:
        await database.close()


@pytest.mark.parametrize("foreign_keys", [True, False])
async def test_a_rejected_order_cannot_be_inserted_anew_as_an_open_one(sqlite_url: str, foreign_keys: bool) -> None:
    """Even where an order with a rejection was deleted behind the triggers."""
    database = Database(sqlite_url)
    try:
        world = await make_world(database, sqlite_url)
    finally:
        await database.close()
    opened = ORDER.replace("status", "'OC_REQUIRED'")
    await world.write("CREATE TABLE copied AS SELECT * FROM orders WHERE id = '{rejected}'")
    await world.write("DROP TRIGGER orders_referenced")
    await world.write("DELETE FROM orders WHERE id = '{rejected}'", foreign_keys=False)
    with pytest.raises(sqlite3.IntegrityError, match="rejected or sent back"):
        await world.write(f"INSERT INTO orders ({ORDER}) SELECT {opened} FROM copied", foreign_keys=foreign_keys)
    await world.write(f"INSERT INTO orders ({ORDER}) SELECT {ORDER} FROM copied", foreign_keys=foreign_keys)


async def test_legal_changes_are_accepted(database: Database, world: World) -> None:
    for statement in (
        STATUS.format(order="voided", status="REJECTED_BY_BRAND"),
        "INSERT " + RECORD.format(order="voided"),
        STATUS.format(order="open", status="OC_CREATED"),
        NOTE.format(order="open"),
        "UPDATE orders SET archived_at = {at}, updated_at = {at}, version = 3 WHERE id = '{sent_back}'",
        "UPDATE outbox_messages SET status = 'FAILED', attempts = 3, due_at = {at}, last_error = 'x'",
        "INSERT INTO outbox_messages (brand_id, id, order_id, kind, recipients, notice, status, attempts, due_at,"
        " created_at) SELECT brand_id, '{new}', order_id, kind, recipients, notice, 'PENDING', 0, due_at, created_at"
        " FROM outbox_messages",
        "INSERT INTO tags (brand_id, id, code, name) VALUES ('{brand}', '{new}', 'vip', 'VIP')",
        "INSERT INTO order_tags (brand_id, order_id, tag_id) VALUES ('{brand}', '{rejected}', '{new}')",
        "DELETE FROM order_tags",
        "DELETE FROM order_lines WHERE order_id = '{other}'",
        "DELETE FROM orders WHERE id = '{other}'",
        "UPDATE buyers SET name = 'Another name', unique_code = 'ANOTHER' WHERE id = '{buyer}'",
        "DELETE FROM delivery_note_lines WHERE backlog_sku_id = '{backlog}'",
        "UPDATE backlog_skus SET remaining_quantity = 5 WHERE id = '{backlog}'",
        "UPDATE invoices SET status = 'ISSUED' WHERE id = '{invoice}'",
    ):
        await world.write(statement)
