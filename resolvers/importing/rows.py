"""One row of an import file: its columns, and everything that can be wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.buyer import ADDRESS
from models.money import MoneyError, currencies, to_minor
from resolvers.inputs import unprintable

# column → the most characters, None where the value is checked in another way
REQUIRED: dict[str, int | None] = {
    "Order Code": 64,
    "Buyer Unique Code": 64,
    "Catalog Code": 64,
    "Model Number": 64,
    "SKU Number": 64,
    "Quantity": None,
}
OPTIONAL: dict[str, int | None] = {
    "Unit Price": None,
    "Currency": None,
    "Placed At": None,
    "Buyer Name": 200,
    "Buyer E-mail": 2000,
    "Buyer Country": 100,
    "Product Name": 300,
}
COLUMNS = REQUIRED | OPTIONAL
MAX_QUANTITY = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2999  # what is beyond is a slip, and clocks of other zones may not get there


class HeadingError(ValueError):
    """The first row does not name the columns; the message says which is missing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell. `row` is numbered as in a spreadsheet, from 1."""

    file: str
    row: int
    column: str
    reason: str


class ImportRow(NamedTuple):
    """A row without faults. `price` is minor units; None, like `currency` and `placed_at`, when the file has none."""

    order_code: str
    buyer_code: str
    catalog_code: str
    model_number: str
    sku_number: str
    quantity: int
    price: int | None
    currency: str | None
    placed_at: str | None
    buyer_name: str
    emails: tuple[str, ...]
    country: str
    product: str


def read_heading(cells: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Column → place, and the headings that mean nothing to us. Raises HeadingError."""
    known = {_folded(column): column for column in COLUMNS}
    places: dict[str, int] = {}
    unknown = []
    for place, cell in enumerate(cells):
        column = known.get(_folded(cell))
        if column in places:
            raise HeadingError(f"has two columns {column}")
        if column:
            places[column] = place
        elif cell.strip():
            unknown.append(cell.strip())
    missing = [column for column in REQUIRED if column not in places]
    if missing:
        raise HeadingError(f"has no column {', '.join(missing)} in its first row")
    return places, unknown


def _folded(heading: str) -> str:
    return re.sub(r"[\s_\-.]+", "", heading).casefold()


def read_row(
    cells: Mapping[str, str], default_currency: str, time_zone: str
) -> tuple[ImportRow | None, list[tuple[str, str]]]:
    """The row, or None and what is wrong: (column, reason) for each cell at fault."""
    faults: list[tuple[str, str]] = []
    for column, longest in COLUMNS.items():
        text = cells[column]
        if column in REQUIRED and not text:
            faults.append((column, "is missing"))
        elif wrong := unprintable(text):
            faults.append((column, wrong))
        elif longest is not None and len(text) > longest:
            faults.append((column, f"has {len(text)} characters; {longest} is the most"))
    at_fault = {column for column, _ in faults}

    def check(column: str, reason: str | None) -> None:
        if reason and column not in at_fault:
            faults.append((column, reason))

    quantity = _quantity(cells["Quantity"])
    check("Quantity", None if quantity else f"{cells['Quantity']!r} is not a positive whole number")
    currency = cells["Currency"].upper() or None
    if currency and currency not in currencies():
        check("Currency", f"{cells['Currency']!r} is not a currency in use (ISO 4217), e.g. JPY")
        currency = None
    price, wrong = _price(cells["Unit Price"], currency or default_currency)
    check("Unit Price", wrong)
    placed_at, wrong = _placed_at(cells["Placed At"], time_zone)
    check("Placed At", wrong)
    emails = tuple(filter(None, (each.strip() for each in re.split("[;,]", cells["Buyer E-mail"]))))
    bad = [each for each in emails if not ADDRESS.fullmatch(each) or len(each) > 320]
    check("Buyer E-mail", f"{bad[0]!r} is not an e-mail address" if bad else None)
    if faults or quantity is None:
        return None, faults
    return ImportRow(
        order_code=cells["Order Code"],
        buyer_code=cells["Buyer Unique Code"],
        catalog_code=cells["Catalog Code"],
        model_number=cells["Model Number"],
        sku_number=cells["SKU Number"],
        quantity=quantity,
        price=price,
        currency=currency,
        placed_at=placed_at,
        buyer_name=cells["Buyer Name"],
        emails=emails,
        country=cells["Buyer Country"],
        product=cells["Product Name"],
    ), []


def _quantity(text: str) -> int | None:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        return None
    number = int(text)
    return number if 0 < number <= MAX_QUANTITY else None


def _price(text: str, currency: str) -> tuple[int | None, str | None]:
    if not text:
        return None, None
    try:
        if not re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", text, re.ASCII):
            raise InvalidOperation
        minor = to_minor(Decimal(text), currency)
    except InvalidOperation:
        return None, f"{text!r} is not a price, e.g. 12.50"
    except MoneyError as error:
        return None, str(error)
    return (minor, None) if minor >= 0 else (None, f"{text} is negative")


def _placed_at(text: str, time_zone: str) -> tuple[str | None, str | None]:
    """In UTC; a time without an offset is the brand's."""
    if not text:
        return None, None
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
        local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(time_zone))
        if FIRST_YEAR <= at.year <= LAST_YEAR:
            return local.astimezone(UTC).isoformat(), None
        return None, f"{text!r} is not between the years {FIRST_YEAR} and {LAST_YEAR}"
    except (ValueError, OverflowError):
        return None, f"{text!r} is not a date, e.g. 2026-11-24 or 2026-11-24T09:30"
