"""The documents to download, as a table. To add one, add a row here and a field that returns a link to it."""

import asyncio
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.accounting import accounting_csv, accounting_period, accounting_workbook
from exports.analytics_workbook import analytics_workbook
from exports.delivery_note_pdf import delivery_note_pdf
from exports.history_workbook import Signer, history_workbook
from exports.invoice_pdf import invoice_pdf
from exports.order_filter_words import conditions_in_words
from exports.order_form import write_form
from exports.order_pdf import order_pdf
from exports.orders_workbook import orders_workbook
from exports.pdf.paper import render_in_thread
from exports.texts import in_file_name
from graph.core.download_links import Document, Drawn, LinkError, Written
from graph.core.enums import describe_enum
from models.actor import Actor
from models.analytics import Report
from models.locale import Locale
from models.order import Order
from models.papers.delivery_notes import DeliveryNoteSnapshot, read_delivery_note
from models.papers.invoices import InvoiceSnapshot, read_credit_note, read_invoice
from models.papers.order_snapshot import OrderDocument, OrderSnapshot
from models.papers.orders import NoConfirmation, order_snapshot
from models.papers.sample import sample_invoice
from resolvers import analytics, history
from resolvers.history import HistoryFilter
from resolvers.order_filter import OrderFilter, OrderSort, matching

ORDER_GONE = "This link is for an order that its viewer can no longer see."
CONFIRMATION_GONE = "This order has no order confirmation any more."
NOTE_GONE = "This link is for a delivery note that was deleted or that its viewer cannot see."
INVOICE_GONE = "This link is for an invoice that was deleted or that its viewer cannot see."

describe_enum(
    OrderDocument,
    "PDF documents of an order.",
    {
        "PURCHASE_ORDER": "What the buyer ordered. Always available.",
        "ORDER_CONFIRMATION": "What the brand confirmed. Available once the order has an OC.",
    },
    name="OrderPdf",
)


@dataclass(frozen=True, slots=True)
class Record:
    """One order, delivery note or invoice."""

    id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up invoice with the letterhead of the viewer's brand, as if issued at this instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class OrderList:
    """All orders that match a filter."""

    filter: OrderFilter
    sort: Sequence[OrderSort]


@dataclass(frozen=True, slots=True)
class Period:
    """The time in which orders were placed; None: no limit."""

    placed_from: datetime | None = None
    placed_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """The time in which documents were issued; None: no limit."""

    issued_from: datetime | None = None
    issued_before: datetime | None = None

    @property
    def range(self) -> tuple[datetime | None, datetime | None]:
        return self.issued_from, self.issued_before


async def _purchase_order(session: AsyncSession, actor: Actor, order: Record) -> OrderSnapshot | None:
    return await order_snapshot(session, order.id, OrderDocument.PURCHASE_ORDER, for_buyer=actor.is_buyer)


async def _order_confirmation(session: AsyncSession, actor: Actor, order: Record) -> OrderSnapshot | None:
    try:
        return await order_snapshot(session, order.id, OrderDocument.ORDER_CONFIRMATION, for_buyer=actor.is_buyer)
    except NoConfirmation:
        raise LinkError(403, CONFIRMATION_GONE) from None


async def _delivery_note(session: AsyncSession, _: Actor, note: Record) -> DeliveryNoteSnapshot | None:
    return await read_delivery_note(session, note.id)


async def _invoice(session: AsyncSession, actor: Actor, invoice: Record) -> InvoiceSnapshot | None:
    return await read_invoice(session, invoice.id, for_buyer=actor.is_buyer)


async def _credit_note(session: AsyncSession, _: Actor, invoice: Record) -> InvoiceSnapshot | None:
    return await read_credit_note(session, invoice.id)


async def _letterhead(session: AsyncSession, actor: Actor, sample: Sample) -> InvoiceSnapshot | None:
    return await sample_invoice(session, actor.brand_id, sample.at) if actor.brand_id else None


async def _report(session: AsyncSession, actor: Actor, period: Period) -> Report:
    return await analytics.report(session, actor, period.placed_from, period.placed_to)


async def _draw_report(report: Report, locale: Locale) -> bytes:
    return await asyncio.to_thread(analytics_workbook, report, locale)


async def _write_order(session: AsyncSession, actor: Actor, order: Record, locale: Locale, path: Path) -> None:
    found = select(Order.id).where(Order.id == order.id)
    snapshot = await order_snapshot(session, order.id, None, for_buyer=actor.is_buyer)
    if snapshot is None:
        raise LinkError(403, ORDER_GONE)
    front = partial(write_form, order=snapshot, locale=locale)
    await orders_workbook(session, found, locale=locale, for_buyer=actor.is_buyer, path=path, front=front)


async def _write_orders(session: AsyncSession, actor: Actor, orders: OrderList, locale: Locale, path: Path) -> None:
    found = await matching(session, orders.filter, orders.sort, actor)
    conditions = await conditions_in_words(session, orders.filter.conditions, locale, for_buyer=actor.is_buyer)
    await orders_workbook(session, found, locale=locale, for_buyer=actor.is_buyer, path=path, conditions=conditions)


async def _write_accounts(session: AsyncSession, _: Actor, period: Issued, locale: Locale, path: Path) -> None:
    conditions = await accounting_period(session, *period.range, locale)
    await accounting_workbook(session, *period.range, locale=locale, path=path, conditions=conditions)


async def _write_accounts_csv(session: AsyncSession, _: Actor, period: Issued, locale: Locale, path: Path) -> None:
    await accounting_csv(session, *period.range, locale=locale, path=path)


async def _write_history(
    session: AsyncSession, _: Actor, filter: HistoryFilter, locale: Locale, path: Path, *, signer: Signer | None = None
) -> None:
    await history_workbook(session, await history.conditions(session, filter), locale=locale, path=path, signer=signer)


def _code(record: Record, _: date) -> str:
    return in_file_name(record.code)


def _day(_: object, day: date) -> str:
    return day.isoformat()


# fmt: off
#                             name                  suffix  subject        file    how it is made
PURCHASE_ORDER     = Document("purchase-order",     "pdf",  Record,        _code,
                              Drawn(_purchase_order, partial(render_in_thread, order_pdf), ORDER_GONE))
ORDER_CONFIRMATION = Document("order-confirmation", "pdf",  Record,        _code,
                              Drawn(_order_confirmation, partial(render_in_thread, order_pdf), ORDER_GONE))
DELIVERY_NOTE      = Document("delivery-note",      "pdf",  Record,        _code,
                              Drawn(_delivery_note, partial(render_in_thread, delivery_note_pdf), NOTE_GONE))
INVOICE            = Document("invoice",            "pdf",  Record,        _code,
                              Drawn(_invoice, partial(render_in_thread, invoice_pdf), INVOICE_GONE))
CREDIT_NOTE        = Document("credit-note",        "pdf",  Record,        _code,
                              Drawn(_credit_note, partial(render_in_thread, invoice_pdf), INVOICE_GONE))
LETTERHEAD         = Document("letterhead",         "pdf",  Sample,        _day,
                              Drawn(_letterhead, partial(render_in_thread, invoice_pdf)))
ORDER_EXCEL        = Document("order",              "xlsx", Record,        _code, Written(_write_order))
ORDERS_EXCEL       = Document("orders",             "xlsx", OrderList,     _day,  Written(_write_orders))
HISTORY_EXCEL      = Document("history",            "xlsx", HistoryFilter, _day,  Written(_write_history))
ANALYTICS_EXCEL    = Document("analytics",          "xlsx", Period,        _day,
                              Drawn(_report, _draw_report))
ACCOUNTING_EXCEL   = Document("accounting",         "xlsx", Issued,        _day,  Written(_write_accounts))
ACCOUNTING_CSV     = Document("accounting-csv",     "csv",  Issued,        _day,  Written(_write_accounts_csv))
# fmt: on

ORDER_PDFS = {OrderDocument.PURCHASE_ORDER: PURCHASE_ORDER, OrderDocument.ORDER_CONFIRMATION: ORDER_CONFIRMATION}

_ROWS: tuple[Document[Any], ...] = (
    PURCHASE_ORDER,
    ORDER_CONFIRMATION,
    DELIVERY_NOTE,
    INVOICE,
    CREDIT_NOTE,
    LETTERHEAD,
    ORDER_EXCEL,
    ORDERS_EXCEL,
    HISTORY_EXCEL,
    ANALYTICS_EXCEL,
    ACCOUNTING_EXCEL,
    ACCOUNTING_CSV,
)
DOCUMENTS = {document.name: document for document in _ROWS}


def documents(signer: Signer) -> Mapping[str, Document[Any]]:
    """DOCUMENTS, whose history has the signed heads of the audit's chains."""
    signed = replace(HISTORY_EXCEL, made=Written(partial(_write_history, signer=signer)))
    return ChainMap({signed.name: signed}, DOCUMENTS)
