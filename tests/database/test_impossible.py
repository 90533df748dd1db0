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
from models.order import Order
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

    async def write(self, statement: str) -> None:
        """Runs SQL on a connection without our settings. Raises the error of the database."""
        statement = statement.format_map(self.names)
        if self.url.startswith("sqlite"):
            connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
            try:
                connection.execute("PRAGMA foreign_keys=ON")
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
    shop = await make_shop(database)
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
    async with database.read(EVERYTHING) as session:
        entry = (await session.scalars(select(AuditEntry))).one()
    named: dict[str, Any] = {
        "brand": shop.brand,
        "buyer": shop.buyer,
        "catalog": shop.catalog,
        "sku": shop.skus[0],
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
    return World(database_url, names | {"code": rejected.code, "new": "f" * 32, "at": AT})


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
    "an order of another brand": "UPDATE orders SET brand_id = '{new}' WHERE id = '{open}'",
}
COPY = "REPLACE INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {where}"
ORDER = "brand_id, id, code, buyer_id, catalog_id, status, official, currency, tax_minor, shipping_minor, total_minor, total_quantity, comment, delivery_address, placed_at, approval_asked, updated_at, version"  # noqa: E501
ENTRY = "brand_id, id, order_id, kind, at, actor_kind, actor_id, actor_name, request_id, details, sequence, previous_hash, hash"  # noqa: E501
IMPOSSIBLE_ON_SQLITE = {
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
IMPOSSIBLE_ON_POSTGRESQL = {
    "the rejections truncated": "TRUNCATE order_rejections",
    "the audit truncated": "TRUNCATE audit_entries",
    "the records of send-backs truncated": "TRUNCATE order_send_backs",
    "everything truncated with the brands": "TRUNCATE brands CASCADE",
    "a rejection overwritten by an upsert": "INSERT "
    + RECORD.format(order="rejected")
    + " ON CONFLICT (brand_id, order_id) DO UPDATE SET actor_name = 'Nobody'",
}


async def refuses(database: Database, world: World, statements: dict[str, str]) -> None:
    before = await trace(database)
    for told, statement in statements.items():
        with pytest.raises((sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)):
            await world.write(statement)
        assert await trace(database) == before, told


async def test_impossible_rows_are_refused(database: Database, world: World) -> None:
    await refuses(database, world, IMPOSSIBLE)


async def test_bypasses_are_refused(database: Database, world: World) -> None:
    await refuses(database, world, IMPOSSIBLE_ON_SQLITE if database.is_sqlite else IMPOSSIBLE_ON_POSTGRESQL)


async def test_legal_changes_are_accepted(database: Database, world: World) -> None:
    for statement in (
        STATUS.format(order="voided", status="REJECTED_BY_BRAND"),
        "INSERT " + RECORD.format(order="voided"),
        STATUS.format(order="open", status="OC_CREATED"),
        NOTE.format(order="open"),
        "UPDATE orders SET archived_at = {at} WHERE id = '{rejected}'",
        "DELETE FROM delivery_note_lines WHERE backlog_sku_id = '{backlog}'",
        "UPDATE backlog_skus SET remaining_quantity = 5 WHERE id = '{backlog}'",
        "UPDATE invoices SET status = 'ISSUED' WHERE id = '{invoice}'",
    ):
        await world.write(statement)
