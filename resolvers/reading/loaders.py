"""Batched reads: all orders of a page are read together, in a constant number of statements.

Each loader opens a session of its own in the viewer's scope, because sibling fields are resolved concurrently.
Pages inside an order (lines, history) are keyed by (order, size, after).
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable
from contextlib import AbstractAsyncContextManager
from operator import itemgetter
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assignee import OrderAssignee
from models.audit import AuditEntry
from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Catalog, Sku, SkuPicture
from models.database.prepared import Query
from models.external_reference import ExternalReference
from models.order import DataSet, Order, OrderLine, OrderReplacement
from models.outbox import OutboxMessage
from models.rejection import OrderRejection
from models.rejection_reason import GROUNDS_OF_REJECTION, REASON_OF_GROUNDS, RejectionGrounds, RejectionReason
from models.tag import OrderTag, Tag
from resolvers.reading import DataLoader
from resolvers.reading.documents import (
    count_invoice_lines,
    count_note_lines,
    read_backlog_skus,
    read_delivery_notes,
    read_invoice_lines,
    read_invoiced_notes,
    read_invoiced_orders,
    read_invoices,
    read_invoices_by_id,
    read_note_lines,
    read_notes,
)
from resolvers.reading.grouping import PageKey, grouped, read_pages
from resolvers.reading.rows import (
    BRAND_COLUMNS,
    BUYER_COLUMNS,
    BUYERS_ORDER_COLUMNS,
    CATALOG_COLUMNS,
    HISTORY_COLUMNS,
    LINE_COLUMNS,
    MEMBER_COLUMNS,
    NOTIFICATION_COLUMNS,
    ORDER_COLUMNS,
    REFERENCE_COLUMNS,
    REJECTION_COLUMNS,
    TAG_COLUMNS,
    BrandRow,
    BuyerRow,
    CatalogRow,
    HistoryRow,
    LineRow,
    MemberRow,
    NotificationRow,
    OrderRow,
    RecipientRow,
    ReferenceRow,
    RejectionRow,
    TagRow,
    buyer_row,
    columns_of,
    rejection_row,
    with_sku,
)
from resolvers.reading.verdicts import Among, read_verdicts

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

Read = Callable[[AsyncSession, list[K]], Awaitable[dict[K, R]]]

# A foreign key does not know which data set is the official one, so this join is written out.
IS_OFFICIAL = and_(
    Order.brand_id == OrderLine.brand_id, Order.id == OrderLine.order_id, Order.official == OrderLine.data_set
)


class _Loader(Generic[K, R]):
    """An attribute of Loaders that is made at its first use: most requests need few of them, or none."""

    def __init__(self, read: Read[K, R], missing: Callable[[], R]) -> None:
        self._read = read
        self._missing = missing

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, loaders: "Loaders", _: type | None = None) -> DataLoader[K, R]:
        async def load(keys: list[K]) -> list[R]:
            async with loaders.open_session() as session:
                values = await self._read(session, keys)
            return [values[key] if key in values else self._missing() for key in keys]

        made: DataLoader[K, R] = DataLoader(load_fn=load)
        loaders.__dict__[self._name] = made
        return made


def _one(read: Callable[[AsyncSession, list[K]], Awaitable[dict[K, V]]]) -> _Loader[K, V | None]:
    return _Loader(cast(Any, read), lambda: None)


def _many(read: Read[K, list[V]]) -> _Loader[K, list[V]]:
    return _Loader(read, list)


def _among(ids: Collection[UUID]) -> Among:
    """For the statements below, which take the condition that a column is one of the wanted ids."""
    return lambda column: column.in_(ids)


def _reading(
    statement: Callable[[Among], Any], by_key: Callable[[Iterable[Any]], dict[UUID, R]]
) -> Callable[[AsyncSession, list[UUID]], Awaitable[dict[UUID, R]]]:
    async def read(session: AsyncSession, ids: list[UUID]) -> dict[UUID, R]:
        return by_key(await session.execute(statement(_among(ids))))

    return read


_ORDERS = Query(
    lambda preparing: select(*(BUYERS_ORDER_COLUMNS if preparing.has_buyer else ORDER_COLUMNS)).where(
        preparing.among_ids(Order.id)
    )
)


async def read_orders(session: AsyncSession, ids: list[UUID]) -> dict[UUID, OrderRow]:
    rows = (OrderRow(*row) for row in await _ORDERS.rows(session, ids))
    return {row.id: row for row in rows}


def rejection_records_of(among: Among) -> Select[*tuple[Any, ...]]:
    # Joined to orders so that a buyer's scope (own orders only) holds here too.
    return (
        select(OrderRejection.order_id, *REJECTION_COLUMNS)
        .join_from(OrderRejection, Order)
        .join_from(OrderRejection, Brand, Brand.id == OrderRejection.brand_id)
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .outerjoin(RejectionReason, REASON_OF_GROUNDS)
        .where(among(OrderRejection.order_id))
    )


def rejection_records_by_order(rows: Iterable[Any]) -> dict[UUID, RejectionRow]:
    return {row[0]: rejection_row(*row[1:]) for row in rows}


async def read_buyers(session: AsyncSession, ids: list[UUID]) -> dict[UUID, BuyerRow]:
    rows = (await session.execute(select(*BUYER_COLUMNS).where(Buyer.id.in_(ids)))).all()
    recipients = await read_recipients(session, ids)
    return {row.id: buyer_row(*row, recipients=recipients.get(row.id, ())) for row in rows}


def recipients_of(among: Among) -> Select[*tuple[Any, ...]]:
    return (
        select(BuyerRecipient.buyer_id, *columns_of(BuyerRecipient, RecipientRow))
        .join_from(BuyerRecipient, Buyer)
        .where(among(BuyerRecipient.buyer_id))
        .order_by(BuyerRecipient.email)
    )


def recipients_by_buyer(rows: Iterable[Any]) -> dict[UUID, list[RecipientRow]]:
    """Buyer's id → its e-mail addresses, sorted."""
    return grouped(rows, RecipientRow)


async def read_recipients(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[RecipientRow]]:
    return recipients_by_buyer(await session.execute(recipients_of(_among(ids))))


async def read_catalogs(session: AsyncSession, ids: list[UUID]) -> dict[UUID, CatalogRow]:
    rows = await session.execute(select(*CATALOG_COLUMNS).where(Catalog.id.in_(ids)))
    return {row.id: CatalogRow(*row) for row in rows}


def brands_of(among: Among) -> Select[*tuple[Any, ...]]:
    return select(*BRAND_COLUMNS).where(among(Brand.id))


def brands_by_id(rows: Iterable[Any]) -> dict[UUID, BrandRow]:
    return {row[0]: BrandRow(*row) for row in rows}


async def read_sku_pictures(session: AsyncSession, digests: list[str]) -> dict[str, bytes]:
    rows = await session.execute(select(SkuPicture.digest, SkuPicture.data).where(SkuPicture.digest.in_(digests)))
    return {row.digest: row.data for row in rows}


async def count_lines(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    statement = select(OrderLine.order_id, func.count()).join(Order, IS_OFFICIAL).where(OrderLine.order_id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(statement.group_by(OrderLine.order_id))}


async def count_history(session: AsyncSession, ids: list[UUID]) -> dict[UUID, int]:
    statement = select(AuditEntry.order_id, func.count()).where(AuditEntry.order_id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(statement.group_by(AuditEntry.order_id)) if row[0]}


async def read_lines(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[LineRow]]:
    """The lines of the official data set."""
    statement = (
        select(OrderLine.order_id, *LINE_COLUMNS).join_from(OrderLine, Order, IS_OFFICIAL).join_from(OrderLine, Sku)
    )
    return await read_pages(session, keys, statement, OrderLine.order_id, OrderLine.position, with_sku(LineRow))


async def read_contents(
    session: AsyncSession, keys: list[tuple[UUID, DataSet]]
) -> dict[tuple[UUID, DataSet], list[LineRow]]:
    """All lines of one data set of an order."""
    statement = (
        select(OrderLine.order_id, OrderLine.data_set, *LINE_COLUMNS)
        .join_from(OrderLine, Order)
        .join_from(OrderLine, Sku)
        .where(OrderLine.order_id.in_({order_id for order_id, _ in keys}))
        .order_by(OrderLine.position)
    )
    rows = await session.execute(statement)
    return grouped([((order_id, data_set), *columns) for order_id, data_set, *columns in rows], with_sku(LineRow))


async def read_replaced(session: AsyncSession, ids: list[UUID]) -> dict[UUID, UUID]:
    columns = (OrderReplacement.order_id, OrderReplacement.replaced_order_id)
    rows = await session.execute(select(*columns).where(OrderReplacement.order_id.in_(ids)))
    return {row[0]: row[1] for row in rows}


async def read_replacements(session: AsyncSession, ids: list[UUID]) -> dict[UUID, UUID]:
    """Returned order's id → the order that replaces it."""
    columns = (OrderReplacement.replaced_order_id, OrderReplacement.order_id)
    statement = select(*columns).where(OrderReplacement.replaced_order_id.in_(ids)).order_by(OrderReplacement.order_id)
    return {row[0]: row[1] for row in await session.execute(statement)}


async def read_history(session: AsyncSession, keys: list[PageKey]) -> dict[PageKey, list[HistoryRow]]:
    statement = select(AuditEntry.order_id, *HISTORY_COLUMNS)
    return await read_pages(session, keys, statement, AuditEntry.order_id, AuditEntry.id, HistoryRow)


def assignees_of(among: Among) -> Select[*tuple[Any, ...]]:
    return select(OrderAssignee.order_id, *MEMBER_COLUMNS).where(among(OrderAssignee.order_id))


def assignees_by_order(rows: Iterable[Any]) -> dict[UUID, MemberRow]:
    return {row[0]: MemberRow(*row[1:]) for row in rows}


def references_of(among: Among) -> Select[*tuple[Any, ...]]:
    statement = select(ExternalReference.order_id, *REFERENCE_COLUMNS).where(among(ExternalReference.order_id))
    return statement.order_by(ExternalReference.app_id)


def references_by_order(rows: Iterable[Any]) -> dict[UUID, list[ReferenceRow]]:
    """Order's id → its references in all apps; the brand's own first."""
    return grouped(rows, ReferenceRow)


async def read_tags(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[TagRow]]:
    statement = (
        select(OrderTag.order_id, *TAG_COLUMNS)
        .join_from(OrderTag, Tag)
        .where(OrderTag.order_id.in_(ids))
        .order_by(Tag.code)
    )
    return grouped((await session.execute(statement)).all(), TagRow)


_NOTIFICATIONS = Query(
    lambda preparing: select(OutboxMessage.order_id.label("parent"), *NOTIFICATION_COLUMNS).where(
        preparing.among_ids(OutboxMessage.order_id)
    )
)


async def read_notifications(session: AsyncSession, ids: list[UUID]) -> dict[UUID, list[NotificationRow]]:
    # Sorted here: to read them in the order of their ids, SQLite would walk through all mails of the brand.
    rows = sorted(await _NOTIFICATIONS.rows(session, ids), key=itemgetter(1))
    return grouped(rows, NotificationRow)


async def read_notices(session: AsyncSession, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Mail's id → what it was made of; empty after its buyer was erased."""
    statement = select(OutboxMessage.id, OutboxMessage.notice).where(OutboxMessage.id.in_(ids))
    return {row.id: row.notice for row in await session.execute(statement)}


class Loaders:
    """All loaders of one request. A key that the viewer may not see loads as None, or as an empty list.

    `open_session` opens a session for reading in the viewer's scope.
    """

    def __init__(self, open_session: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        self.open_session = open_session

    order = _one(read_orders)
    verdict = _one(read_verdicts)
    rejection = _one(_reading(rejection_records_of, rejection_records_by_order))
    buyer = _one(read_buyers)
    catalog = _one(read_catalogs)
    brand = _one(_reading(brands_of, brands_by_id))
    line_count = _one(count_lines)
    history_count = _one(count_history)
    lines = _many(read_lines)
    history = _many(read_history)
    assignee = _one(_reading(assignees_of, assignees_by_order))
    references = _many(_reading(references_of, references_by_order))
    tags = _many(read_tags)
    delivery_notes = _many(read_delivery_notes)
    invoices = _many(read_invoices)
    delivery_note = _one(read_notes)
    invoice = _one(read_invoices_by_id)
    delivery_note_lines = _many(read_note_lines)
    delivery_note_line_count = _one(count_note_lines)
    invoice_lines = _many(read_invoice_lines)
    invoice_line_count = _one(count_invoice_lines)
    invoiced_orders = _many(read_invoiced_orders)
    invoiced_notes = _many(read_invoiced_notes)
    backlog_skus = _many(read_backlog_skus)
    contents = _many(read_contents)
    replaced = _one(read_replaced)
    replacement = _one(read_replacements)
    notifications = _many(read_notifications)
    notice = _one(read_notices)
    sku_picture = _one(read_sku_pictures)
