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
from exports.xlsx.summary import Summary, time_zone_of_conditions, write_summary
from models.invoice import CreditNote, Invoice, InvoiceStatus
from models.locale import Locale, Text, moment
from models.money import from_minor, to_minor
from models.papers.invoices import InvoiceSnapshot, read_invoice
from models.plain_json import from_plain

DOCUMENTS_AT_A_TIME = 100
TITLE = SHEET = Text("Accounting", "会計")
KINDS = {False: Text("Invoice", "請求書"), True: Text("Credit note", "返還請求書")}
DOCUMENTS = Text("Rows", "行数")
EVERYTHING = Text("All issued documents", "発行済みのすべての書類")
FROM, BEFORE = Text("Issued from", "発行日時（以降）"), Text("Issued before", "発行日時（より前）")
TAX_KINDS = {
    "STANDARD": Text("Standard", "標準税率"),
    "REDUCED": Text("Reduced", "軽減税率"),
    "ZERO": Text("Zero rate", "免税"),
    "EXEMPT": Text("Exempt", "非課税"),
    "REVERSE_CHARGE": Text("Reverse charge", "リバースチャージ"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`net`, `tax`, `gross`: minor units. `rate`: percent; empty without tax data. `refers_to`: the invoice."""

    is_credit: bool
    document: str
    day: date
    buyer_code: str
    buyer: str
    net: int
    rate: str
    tax_kind: str
    tax: int
    gross: int
    currency: str
    refers_to: str


def _kind(row: Row, reader: Reader) -> str:
    return KINDS[row.is_credit].in_(reader.locale)


def _tax_kind(row: Row, reader: Reader) -> str:
    return TAX_KINDS[row.tax_kind].in_(reader.locale) if row.tax_kind else ""


_NONE = literal(None)  # the rows are made from snapshots
TEXT, MONEY, DAY = CellKind.TEXT, CellKind.MONEY, CellKind.DAY
# fmt: off
COLUMNS: tuple[Column, ...] = (
    Column("document", Text("Document", "書類番号"), 18, TEXT, _NONE),
    Column("kind", Text("Kind", "種別"), 14, TEXT, _NONE, _kind),
    Column("day", Text("Date", "発行日"), 12, DAY, _NONE),
    Column("buyer_code", Text("Buyer code", "バイヤーコード"), 18, TEXT, _NONE),
    Column("buyer", Text("Buyer", "バイヤー"), 28, TEXT, _NONE),
    Column("net", Text("Net", "税抜"), 15, MONEY, _NONE, is_summed=True),
    Column("rate", Text("Rate %", "税率%"), 9, TEXT, _NONE),
    Column("tax_kind", Text("Tax kind", "税区分"), 17, TEXT, _NONE, _tax_kind),
    Column("tax", Text("Tax", "税額"), 14, MONEY, _NONE, is_summed=True),
    Column("gross", Text("Gross", "税込"), 15, MONEY, _NONE, is_summed=True),
    Column("currency", Text("Currency", "通貨"), 10, TEXT, _NONE),
    Column("refers_to", Text("Credits invoice", "対象請求書"), 18, TEXT, _NONE),
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

    def row(net: Decimal, rate: str, kind: str, tax: Decimal, gross: Decimal) -> Row:
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
            refers_to=document.credits,
        )

    for each in document.taxes:
        yield row(each.net, f"{each.percent.normalize():f}", each.kind.value, each.tax, each.gross)
    if not document.taxes:
        yield row(document.total - document.tax, "", "", document.tax, document.total)
    elif rest := document.total - sum(each.gross for each in document.taxes):  # of lines without tax data
        yield row(rest, "", "", Decimal(0), rest)


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
    name, title = SHEET.in_(locale), TITLE.in_(locale)
    summary = Summary(title, conditions, DOCUMENTS, EVERYTHING)

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
    if column.kind is MONEY:
        return f"{from_minor(value, row.currency):f}"
    if column.kind is DAY:
        return str(value.isoformat())
    return in_csv(value or "")
