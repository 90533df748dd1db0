"""The issued invoices and credit notes for bookkeeping, as a workbook or CSV: one row for each document and tax rate.

Amounts are those of the documents; a credit note's are negative. A void invoice stays: its credit note takes it back.
Days are the brand's.
"""

import csv
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.texts import in_csv
from exports.xlsx.book import Book, writing
from exports.xlsx.columns import CellKind, Column, Reader
from exports.xlsx.sheet import Sheet
from exports.xlsx.styles import Styles
from exports.xlsx.summary import Summary, time_zone_of_conditions, title_of_list, write_summary
from models.invoice import CreditNote, Invoice, InvoiceStatus
from models.locale import Locale, Text, moment
from models.money import from_minor, to_minor
from models.papers.invoices import InvoiceSnapshot, read_invoice
from models.plain_json import from_plain
from models.tax import TaxKind

DOCUMENTS_AT_A_TIME = 100
TITLE = SHEET = Text("Accounting", "会計")
KINDS = {False: Text("Invoice", "請求書"), True: Text("Credit note", "返還請求書")}
DOCUMENTS = Text("Rows", "行数")
BY_RATE = Text("By tax rate", "税率別")
EVERYTHING = Text("All issued documents", "発行済みのすべての書類")
FROM, BEFORE = Text("Issued from", "発行日時（以降）"), Text("Issued before", "発行日時（より前）")
TAX_KINDS = {
    TaxKind.STANDARD: Text("Standard", "標準税率"),
    TaxKind.REDUCED: Text("Reduced", "軽減税率"),
    TaxKind.ZERO: Text("Zero rate", "免税"),
    TaxKind.EXEMPT: Text("Exempt", "非課税"),
    TaxKind.REVERSE_CHARGE: Text("Reverse charge", "リバースチャージ"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`net`, `tax`, `gross`: minor units. `rate`: percent. `refers_to`: the invoice.

    `rate`, `tax_kind`: None without tax data; `rate` also of a kind that is named alone. `supplied_on`: of several days
    of delivery the last; without one, the day of issue where that is the tax point.
    """

    is_credit: bool
    document: str
    day: date
    buyer_code: str
    buyer: str
    net: int
    rate: Decimal | None
    tax_kind: TaxKind | None
    tax: int
    gross: int
    currency: str
    refers_to: str | None
    due_on: date | None
    supplied_on: date | None
    orders: str
    buyer_order_numbers: str | None
    country: str | None


def _kind(row: Row, reader: Reader) -> str:
    return KINDS[row.is_credit].in_(reader.locale)


def _tax_kind(row: Row, reader: Reader) -> str | None:
    return TAX_KINDS[row.tax_kind].in_(reader.locale) if row.tax_kind else None


NAMED_ALONE = (TaxKind.EXEMPT, TaxKind.REVERSE_CHARGE)  # without a rate
_NONE = literal(None)  # the rows are made from snapshots
TEXT, MONEY, DAY, PERCENT = CellKind.TEXT, CellKind.MONEY, CellKind.DAY, CellKind.PERCENT
# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("document", Text("Document", "書類番号"), 18, TEXT, _NONE),
    Column("kind", Text("Kind", "種別"), 14, TEXT, _NONE, _kind),
    Column("day", Text("Date", "発行日"), 12, DAY, _NONE),
    Column("buyer_code", Text("Buyer code", "バイヤーコード"), 18, TEXT, _NONE),
    Column("buyer", Text("Buyer", "バイヤー"), 28, TEXT, _NONE),
    Column("net", Text("Net", "税抜"), 15, MONEY, _NONE, is_summed=True),
    Column("rate", Text("Rate %", "税率%"), 10, PERCENT, _NONE, is_grouped=True),
    Column("tax_kind", Text("Tax kind", "税区分"), 17, TEXT, _NONE, _tax_kind, is_grouped=True),
    Column("tax", Text("Tax", "税額"), 14, MONEY, _NONE, is_summed=True),
    Column("gross", Text("Gross", "税込"), 15, MONEY, _NONE, is_summed=True),
    Column("currency", Text("Currency", "通貨"), 10, TEXT, _NONE),
    Column("refers_to", Text("Credits invoice", "対象請求書"), 18, TEXT, _NONE, is_last_on_paper=True),
    Column("due_on", Text("Due date", "支払期限"), 12, DAY, _NONE),
    Column("supplied_on", Text("Supply date", "取引年月日"), 14, DAY, _NONE),
    Column("orders", Text("Orders", "注文コード"), 24, TEXT, _NONE),
    Column("buyer_order_numbers", Text("Buyer's order numbers", "先方注文番号"), 26, TEXT, _NONE),
    Column("country", Text("Country", "国"), 14, TEXT, _NONE),
)
# fmt: on


async def accounting_rows(
    session: AsyncSession, issued_from: datetime | None, issued_before: datetime | None
) -> AsyncIterator[list[Row]]:
    """In the order of issue; first the invoices, then the credit notes. Some at a time."""
    of_invoices = select(Invoice.id, Invoice.frozen).where(
        Invoice.status != InvoiceStatus.DRAFT, *_within(Invoice.issued_at, issued_from, issued_before)
    )
    found = await session.stream(
        of_invoices.order_by(Invoice.issued_at, Invoice.code).execution_options(yield_per=DOCUMENTS_AT_A_TIME)
    )
    async for batch in found.partitions():
        rows: list[Row] = []
        for id, frozen in batch:
            # One that an earlier release issued is not kept: it is read as its PDF is.
            snapshot = (
                from_plain(InvoiceSnapshot, frozen) if frozen else await read_invoice(session, id, for_buyer=False)
            )
            if snapshot:
                rows += _rows(snapshot)
        yield rows
    of_notes = select(CreditNote.frozen).where(*_within(CreditNote.issued_at, issued_from, issued_before))
    notes = await session.stream_scalars(
        of_notes.order_by(CreditNote.issued_at, CreditNote.code).execution_options(yield_per=DOCUMENTS_AT_A_TIME)
    )
    async for some in notes.partitions():
        yield [row for frozen in some for row in _rows(from_plain(InvoiceSnapshot, frozen))]


async def accounting_period(
    session: AsyncSession, issued_from: datetime | None, issued_before: datetime | None, locale: Locale
) -> list[tuple[str, str]]:
    """The range in words: label and value, in the brand's time zone; in UTC over several brands."""
    zone = await time_zone_of_conditions(session)
    limits = ((FROM, issued_from), (BEFORE, issued_before))
    return [(label.in_(locale), f"{moment(at, locale, zone)} ({zone})") for label, at in limits if at]


def _within(column: Any, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    return [*([column >= start] if start else []), *([column < end] if end else [])]


def _rows(document: InvoiceSnapshot) -> Iterator[Row]:
    sign = -1 if document.is_credit_note else 1
    at = document.issued_at or document.created_at
    day = document.issued_on or at.astimezone(ZoneInfo(document.time_zone)).date()
    delivered = [part.delivered_on for order in document.orders for part in order.parts if part.delivered_on]
    has_tax_point = document.head.is_registered and not document.is_credit_note
    numbers = dict.fromkeys(order.buyer_order_number for order in document.orders if order.buyer_order_number)

    def row(kind: TaxKind | None, rate: Decimal | None, net: Decimal, tax: Decimal, gross: Decimal) -> Row:
        minor = [sign * to_minor(amount, document.currency) for amount in (net, tax, gross)]
        return Row(
            is_credit=document.is_credit_note,
            document=document.code,
            day=day,
            buyer_code=document.buyer.code,
            buyer=document.buyer.name,
            net=minor[0],
            rate=rate,
            tax_kind=kind,
            tax=minor[1],
            gross=minor[2],
            currency=document.currency,
            refers_to=document.credits or None,
            due_on=document.due_on,
            supplied_on=max(delivered, default=day if has_tax_point else None),
            orders=", ".join(order.code for order in document.orders),
            buyer_order_numbers=", ".join(numbers) or None,
            country=document.buyer.country or None,
        )

    for each in document.taxes:
        rate = None if each.kind in NAMED_ALONE else each.percent
        yield row(each.kind, rate, each.net, each.tax, each.gross)
    if not document.taxes:
        yield row(None, None, document.total - document.tax, document.tax, document.total)
    elif rest := document.total - sum(each.gross for each in document.taxes):  # of lines without tax data
        yield row(None, None, rest, Decimal(0), rest)


async def accounting_workbook(
    session: AsyncSession,
    issued_from: datetime | None,
    issued_before: datetime | None,
    *,
    locale: Locale,
    path: Path,
    conditions: Sequence[tuple[str, str]] = (),
) -> None:
    """Writes a new .xlsx file at `path`."""
    name, title = SHEET.in_(locale), await title_of_list(session, TITLE.in_(locale))
    summary = Summary(title, conditions, DOCUMENTS, EVERYTHING, BY_RATE)

    def back(book: Any, styles: Styles, sheets: Mapping[str, Sheet]) -> None:
        write_summary(book, styles, sheets[name], summary, locale)

    reader = Reader(locale, is_buyer=False)
    async with writing(Book(path, title, {name: COLUMNS}, reader, back=back)) as write:
        async for rows in accounting_rows(session, issued_from, issued_before):
            await write([(name, row, [row]) for row in rows])


async def accounting_csv(
    session: AsyncSession,
    issued_from: datetime | None,
    issued_before: datetime | None,
    *,
    locale: Locale,
    path: Path,
) -> None:
    """Writes a new .csv file at `path` (RFC 4180, UTF-8 with a byte order mark, as Excel reads it).

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    reader = Reader(locale, is_buyer=False)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([column.name.in_(locale) for column in COLUMNS])
        async for rows in accounting_rows(session, issued_from, issued_before):
            out.writerows([_cell(row, column, reader) for column in COLUMNS] for row in rows)


def _cell(row: Row, column: Column, reader: Reader) -> str:
    value: Any = column.show(row, reader) if column.show else getattr(row, column.key)
    if value is None:
        return ""
    if column.kind is MONEY:
        return f"{from_minor(value, row.currency):f}"
    if column.kind is PERCENT:
        return f"{value:f}"
    return str(value.isoformat()) if column.kind is DAY else in_csv(value)
