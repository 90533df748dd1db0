"""The lists of invoices, delivery notes and mails of a brand, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, not_, or_, select

from models.delivery_note import DeliveryNote
from models.facts import NOTE_COVERED, NOTE_INVOICED
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.messages.mail import MailKind
from models.order import Order
from models.outbox import NotificationStatus, OutboxMessage
from resolvers.core.context import Context
from resolvers.inputs import InputError, check_text
from resolvers.reading.pagination import Listing, Page, PageRequest, by_id, by_instant, read_page, shape_of
from resolvers.reading.rows import (
    DELIVERY_NOTE_COLUMNS,
    INVOICE_COLUMNS,
    NOTIFICATION_COLUMNS,
    DeliveryNoteRow,
    InvoiceRow,
    NotificationRow,
)

MAX_IN_FILTER = 100
MAX_CODE_LENGTH = 64
INVOICE_KEYS = [by_instant("created_at", Invoice.created_at, descending=True), by_id(Invoice.id, descending=True)]
NOTE_KEYS = [
    by_instant("created_at", DeliveryNote.created_at, descending=True),
    by_id(DeliveryNote.id, descending=True),
]
NOTIFICATION_KEYS = [by_id(OutboxMessage.id, descending=True)]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """None: no such condition. An empty list matches nothing. `status`: of invoices. `invoiced`: delivery notes."""

    codes: Sequence[str] | None = None
    buyer_ids: Sequence[UUID] | None = None
    order_ids: Sequence[UUID] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    status: Sequence[InvoiceStatus] | None = None
    invoiced: bool | None = None


async def invoices(context: Context, filter: DocumentFilter, request: PageRequest) -> Page[InvoiceRow]:
    """For a buyer the issued and void ones of its own orders."""
    statement = select(*INVOICE_COLUMNS).where(*_of_invoices(filter))
    async with context.read() as session:
        return await read_page(session, statement, INVOICE_KEYS, request, InvoiceRow)


async def count_invoices(context: Context, filter: DocumentFilter) -> int:
    return await _count(context, select(func.count()).select_from(Invoice).where(*_of_invoices(filter)))


async def delivery_notes(context: Context, filter: DocumentFilter, request: PageRequest) -> Page[DeliveryNoteRow]:
    statement = select(*DELIVERY_NOTE_COLUMNS).where(*_of_notes(filter))
    async with context.read() as session:
        return await read_page(session, statement, NOTE_KEYS, request, DeliveryNoteRow)


async def count_delivery_notes(context: Context, filter: DocumentFilter) -> int:
    return await _count(context, select(func.count()).select_from(DeliveryNote).where(*_of_notes(filter)))


async def notifications(
    context: Context,
    status: Sequence[NotificationStatus] | None,
    kind: Sequence[MailKind] | None,
    request: PageRequest,
) -> Page[NotificationRow]:
    """None for a buyer."""
    statement = select(*NOTIFICATION_COLUMNS).where(*_of_mails(status, kind))
    async with context.read() as session:
        return await read_page(session, statement, NOTIFICATION_KEYS, request, NotificationRow)


async def count_notifications(
    context: Context, status: Sequence[NotificationStatus] | None, kind: Sequence[MailKind] | None
) -> int:
    return await _count(context, select(func.count()).select_from(OutboxMessage).where(*_of_mails(status, kind)))


def listing_of_invoices(filter: DocumentFilter, request: PageRequest) -> Listing:
    """The same page as `invoices`. Raises InputError."""
    return Listing.of(_of_invoices(filter), INVOICE_KEYS, request, *shape_of(filter))


def listing_of_notes(filter: DocumentFilter, request: PageRequest) -> Listing:
    return Listing.of(_of_notes(filter), NOTE_KEYS, request, *shape_of(filter))


def listing_of_mails(
    status: Sequence[NotificationStatus] | None, kind: Sequence[MailKind] | None, request: PageRequest
) -> Listing:
    shape = [None if each is None else tuple(each) for each in (status, kind)]
    return Listing.of(_of_mails(status, kind), NOTIFICATION_KEYS, request, *shape)


def check(filter: DocumentFilter, *at: str) -> None:
    """Raises InputError for an impossible filter. `at`: the path of the filter among the request's arguments."""
    for values, name in ((filter.codes, "codes"), (filter.buyer_ids, "buyerIds"), (filter.order_ids, "orderIds")):
        if values is not None and len(values) > MAX_IN_FILTER:
            raise InputError(f"{name} takes at most {MAX_IN_FILTER}.", *at, name)
    for place, code in enumerate(filter.codes or ()):
        check_text(code, MAX_CODE_LENGTH, *at, "codes", str(place))


def _of_invoices(filter: DocumentFilter) -> list[ColumnElement[bool]]:
    where = _of_documents(filter, Invoice)
    if filter.status is not None:
        where.append(Invoice.status.in_(filter.status))
    of_order = select(InvoicedOrder.invoice_id)
    if filter.buyer_ids is not None:
        of_buyers = of_order.join_from(InvoicedOrder, Order).where(Order.buyer_id.in_(filter.buyer_ids))
        where.append(Invoice.id.in_(of_buyers))
    if filter.order_ids is not None:
        where.append(Invoice.id.in_(of_order.where(InvoicedOrder.order_id.in_(filter.order_ids))))
    return where


def _of_notes(filter: DocumentFilter) -> list[ColumnElement[bool]]:
    where = _of_documents(filter, DeliveryNote)
    if filter.buyer_ids is not None:
        where.append(DeliveryNote.order_id.in_(select(Order.id).where(Order.buyer_id.in_(filter.buyer_ids))))
    if filter.order_ids is not None:
        where.append(DeliveryNote.order_id.in_(filter.order_ids))
    if filter.invoiced is not None:
        is_invoiced = or_(NOTE_INVOICED, NOTE_COVERED)
        where.append(is_invoiced if filter.invoiced else not_(is_invoiced))
    return where


def _of_documents(filter: DocumentFilter, document: type[Invoice] | type[DeliveryNote]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filter.codes is not None:
        where.append(document.code.in_([code.strip() for code in filter.codes]))
    if filter.created_from is not None:
        where.append(document.created_at >= filter.created_from)
    if filter.created_before is not None:
        where.append(document.created_at < filter.created_before)
    return where


def _of_mails(
    status: Sequence[NotificationStatus] | None, kind: Sequence[MailKind] | None
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if status is not None:
        where.append(OutboxMessage.status.in_(status))
    if kind is not None:
        where.append(OutboxMessage.kind.in_(kind))
    return where


async def _count(context: Context, statement: Select[Any]) -> int:
    async with context.read() as session:
        return await session.scalar(statement) or 0
