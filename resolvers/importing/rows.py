"""One row of an import file: everything that can be wrong with its cells."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from models.barcode import LENGTHS, is_barcode
from models.brand import Brand
from models.buyer import ADDRESS
from models.locale import Locale, Text
from models.messages import importing as texts
from models.messages.statuses import STATUS_LABELS
from models.money import MoneyError, is_currency, precision
from models.policy import REJECTED, OrderStatus
from models.prices import Price, to_price
from models.tax import TAXED, TaxKind, rate_of
from models.translatable import reason_of, translatable
from resolvers.importing.cells import BLANK, NOTHING, REMEMBERED, Cell, Kind, wrong_text
from resolvers.importing.characters import WIDE
from resolvers.importing.headings import ALL_COLUMNS, AS_SHOWN, DECISIONS, REQUIRED
from resolvers.importing.options import AS_THE_FILE_SAYS, ImportOptions
from resolvers.importing.written_dates import FIRST_SERIAL, LAST_SERIAL, DateError, read_date, serial_date
from resolvers.importing.written_numbers import (
    Notation,
    NumberError,
    is_accounting_negative,
    is_sign_of,
    read_number,
    split_sign,
)
from resolvers.inputs import unprintable
from resolvers.order_lines import MAX_QUANTITY

# 4.90123E+12: how a spreadsheet shows, and a text file keeps, a long code that it took for a number.
SCIENTIFIC = re.compile(r"[+-]?(\d[.,]\d+E[+-]?\d{1,3}|\dE[+-]\d{1,3})", re.IGNORECASE)
FORMULA = re.compile(r"=[A-Za-z_.]+\(.*|=\$?[A-Za-z]{1,3}\$?\d+.*|=\d.*", re.DOTALL)
# 5-Jan and 1月5日: what Excel makes of the code 1-5.
SHORT_DATE = re.compile(r"\d{1,2}月\d{1,2}日|\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.ASCII)
DASHES = frozenset("-‐‑–—―−－ー")
FLOAT_CODE = re.compile(r"\d+\.0", re.ASCII)
LANGUAGES = {
    "en": Locale.EN,
    "english": Locale.EN,
    "英語": Locale.EN,
    "ja": Locale.JA,
    "jp": Locale.JA,
    "japanese": Locale.JA,
    "日本語": Locale.JA,
}
CLOSED = {
    text.in_(locale): status
    for status in (*sorted(REJECTED), OrderStatus.SENT_BACK_TO_CART)
    for text in (STATUS_LABELS[status].brand, STATUS_LABELS[status].buyer)
    for locale in Locale
}
# With --decisions: how systems call an order that was rejected, beside our own labels.
REJECTED_WORDS = {"rejected", "rejected by brand", "declined", "cancelled", "canceled", "却下", "キャンセル"}
REJECTED_LABELS = {label.casefold() for label, status in CLOSED.items() if status in REJECTED} | REJECTED_WORDS
OTHER_NAMES: dict[str, str | Text] = {
    "GBX": texts.DIVIDED,
    "CNH": "CNY",
    "VED": "VES",
    "VEF": "VES",
    "ANG": "XCG",
    "HRK": "EUR",
    "BGN": "EUR",
    "RMB": "CNY",
    "NTD": "TWD",
    "STG": "GBP",
}
OF_ARTICLE = (
    "Model Number",
    "SKU Number",
    "Unit Price",
    "Product Name",
    "Tax Kind",
    "Tax Rate",
    "Style",
    "Color",
    "Size",
    "Barcode",
    "Position",
    "Picture",
)
TAX_KINDS = {each.replace("_", " ").casefold(): each for each in TaxKind} | {
    "標準": TaxKind.STANDARD,
    "標準税率": TaxKind.STANDARD,
    "軽減": TaxKind.REDUCED,
    "軽減税率": TaxKind.REDUCED,
    "免税": TaxKind.ZERO,
    "非課税": TaxKind.EXEMPT,
}
RATE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%?", re.ASCII)
OF_LINE = (*OF_ARTICLE, "Quantity")
HEADS_REMEMBERED = 1_000
E_MAIL_SEPARATORS = re.compile(r"[;,；，、\n\r]")
MAX_POSITION = 999_999
EXACT = Notation(decimal_comma=False)  # of a number cell


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell. `row`: as in a spreadsheet, from 1. `heading`: what the file calls the column."""

    file: str
    row: int
    column: str
    reason: str
    heading: str


class ImportRow(NamedTuple):
    """A row without faults. `price` is minor units; None, like `currency` and `placed_at`, when the file has none.

    `closed`: what the file calls the order's status when that is a final one. The fields after it are of a decision of
    the past; `reason` is a code or a label. `deliver_from`, `deliver_to`: days, ISO 8601. `tax_rate`: as in Tax.
    `picture`: the name of a file.
    """

    order_code: str
    buyer_code: str
    catalog_code: str
    model_number: str
    sku_number: str
    quantity: int
    price: Price | None
    currency: str | None
    placed_at: str | None
    buyer_name: str
    emails: tuple[str, ...]
    language: str
    country: str
    product: str
    closed: str
    rejected_at: str | None = None
    rejected_by: str = ""
    reason: str = ""
    note: str = ""
    billing_address: str = ""
    delivery_address: str = ""
    deliver_from: str | None = None
    deliver_to: str | None = None
    buyer_order_number: str = ""
    comment: str = ""
    shipping: int | None = None
    tax_kind: str | None = None
    tax_rate: int | None = None
    style: str = ""
    color: str = ""
    size: str = ""
    barcode: str = ""
    sku_position: int | None = None
    picture: str = ""

    @property
    def is_rejected(self) -> bool:
        return calls_rejected(self.closed)


def calls_rejected(status: str) -> bool:
    return status.replace("_", " ").casefold() in REJECTED_LABELS


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one file are read. `doubled`: its clock times that there were twice, as clocks were put back.

    `names`: what to call each column (Heading.called).
    """

    brand_currency: str
    time_zone: str
    notation: Notation
    options: ImportOptions = AS_THE_FILE_SAYS
    from_1904: bool = False
    doubled: set[str] = field(default_factory=set, compare=False)
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls, brand: Brand, options: ImportOptions, names: Mapping[str, str], *, by_comma: bool, from_1904: bool
    ) -> "Reading":
        notation = Notation(options.decimal_comma, by_comma)
        return cls(brand.currency, brand.time_zone, notation, options, from_1904, names=names)


def cell_of(cells: Sequence[Cell], places: dict[str, int], column: str) -> Cell:
    place = places.get(column)
    return cells[place] if place is not None and place < len(cells) else BLANK


def code_of(cell: Cell) -> str:
    """A code as the spreadsheet shows it: with the leading zeros of its format, without the .0 that programs add."""
    text = cell.shown if cell.kind is Kind.NUMBER else cell.text
    return text.removesuffix(".0") if text.endswith(".0") and FLOAT_CODE.fullmatch(text) else text


def is_no_line(cell: Cell) -> bool:
    """Whether a quantity says that nothing is ordered: 0, a dash, or an empty cell."""
    if cell.wrong:
        return False
    text = cell.text
    return not text or text in DASHES or re.fullmatch(r"[0０]+([.．][0０]+)?", text) is not None


def read_row(
    cells: Sequence[Cell], places: dict[str, int], reading: Reading
) -> tuple[ImportRow | None, list[tuple[str, str]]]:
    """The row, or None and what is wrong: (column, reason) for each cell at fault."""
    faults: list[tuple[str, str]] = []
    values = dict.fromkeys(ALL_COLUMNS, "")
    found = dict.fromkeys(ALL_COLUMNS, BLANK)
    for column, place in places.items():
        cell = found[column] = cells[place] if place < len(cells) else BLANK
        values[column], wrong = _text(cell, column)
        if wrong:
            faults.append((column, wrong))
    at_fault = {column for column, _ in faults}

    def check(column: str, reason: str | None) -> None:
        if reason and column not in at_fault:
            faults.append((column, reason))

    placed_at, wrong = _instant(found["Placed At"], reading) if values["Placed At"] else (None, None)
    check("Placed At", wrong)
    currency, wrong = _currency(values["Currency"], placed_at, reading.time_zone)
    if not values["Currency"] and "Currency" not in at_fault:
        # The brand's own, which may have ended.
        wrong = _currency(reading.brand_currency, placed_at, reading.time_zone)[1]
    check("Currency", wrong)
    quantity, wrong = _quantity(found["Quantity"], reading.notation)
    check("Quantity", wrong)
    price, wrong = None, None
    if values["Unit Price"] and "Currency" not in at_fault:
        price, wrong = _price(found["Unit Price"], currency or reading.brand_currency, reading.notation)
    check("Unit Price", wrong)
    emails, wrong = _emails(values["Buyer E-mail"])
    check("Buyer E-mail", wrong)
    language, wrong = _language(values["Buyer Language"])
    check("Buyer Language", wrong)
    rejected_at, wrong = _instant(found["Rejected At"], reading) if values["Rejected At"] else (None, None)
    check("Rejected At", wrong)
    status = values["Status"]
    is_closed = status in CLOSED or (reading.options.decisions and calls_rejected(status))
    if not calls_rejected(status) and (given := next((each for each in DECISIONS if values[each]), None)):
        check("Status", translatable(texts.NOT_REJECTED, text=status, column=reading.names[given]))
    of_order, wrong_cells = _order_cells(found, values, currency or reading.brand_currency, reading)
    for column, reason in wrong_cells:
        check(column, reason)
    tax_kind, tax_rate, wrong = _tax(values["Tax Kind"], found["Tax Rate"], currency or reading.brand_currency, reading)
    check("Tax Rate" if values["Tax Rate"] else "Tax Kind", wrong)
    barcode, wrong = _barcode(values["Barcode"])
    check("Barcode", wrong)
    position, wrong = _position(found["Position"], reading.notation) if values["Position"] else (None, None)
    check("Position", wrong)
    if values["Picture"] and reading.options.pictures:
        check("Picture", reading.options.pictures.wrong(values["Picture"]))
    if faults or quantity is None:
        return None, faults
    return ImportRow(
        order_code=values["Order Code"],
        buyer_code=values["Buyer Unique Code"],
        catalog_code=values["Catalog Code"],
        model_number=values["Model Number"],
        sku_number=values["SKU Number"],
        quantity=quantity,
        price=price,
        currency=currency,
        placed_at=placed_at,
        buyer_name=values["Buyer Name"],
        emails=emails,
        language=language,
        country=values["Buyer Country"],
        product=values["Product Name"],
        closed=status if is_closed else "",
        rejected_at=rejected_at,
        rejected_by=values["Rejected By"],
        reason=values["Rejection Reason"],
        note=values["Rejection Note"],
        billing_address=values["Billing Address"],
        delivery_address=values["Delivery Address"],
        buyer_order_number=" ".join(values["Buyer Order Number"].split()),
        comment=values["Comment"],
        tax_kind=tax_kind,
        tax_rate=tax_rate,
        style=values["Style"],
        color=values["Color"],
        size=values["Size"],
        barcode=barcode,
        sku_position=position,
        picture=values["Picture"],
        **of_order,
    ), []


def _order_cells(
    found: dict[str, Cell], values: dict[str, str], currency: str, reading: Reading
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The delivery window and the shipping of a row, and what is wrong with them."""
    of_order: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for column, name in (("Deliver From", "deliver_from"), ("Deliver To", "deliver_to")):
        if values[column]:
            at, wrong = _instant(found[column], reading)
            if wrong:
                faults.append((column, wrong))
            elif at:
                of_order[name] = datetime.fromisoformat(at).astimezone(ZoneInfo(reading.time_zone)).date().isoformat()
    if {"deliver_from", "deliver_to"} <= of_order.keys() and of_order["deliver_to"] < of_order["deliver_from"]:
        days = {"last": of_order["deliver_to"], "first": of_order["deliver_from"]}
        wrong = translatable(texts.DELIVER_TO_FIRST, column=reading.names["Deliver From"], **days)
        faults.append(("Deliver To", wrong))
    if values["Shipping"]:
        price, wrong = _price(found["Shipping"], currency, reading.notation)
        if wrong is None and not isinstance(price, int):
            wrong = translatable(texts.FINER_THAN, text=values["Shipping"], currency=currency)
        if wrong:
            faults.append(("Shipping", wrong))
        else:
            of_order["shipping"] = price
    return of_order, faults


def _tax(kind: str, cell: Cell, currency: str, reading: Reading) -> tuple[str | None, int | None, str | None]:
    """Kind, rate, and what is wrong. Without a kind: ZERO for 0 %, REDUCED for 8 % of yen, else STANDARD."""
    text = cell.shown if cell.shown.endswith("%") else cell.text
    if not kind and not text:
        return None, None, None
    named = TAX_KINDS.get(kind.replace("_", " ").replace("-", " ").casefold()) if kind else None
    if kind and named is None:
        return None, None, translatable(texts.NO_TAX_KIND, text=kind, kinds=", ".join(TaxKind))
    if not text and named in TAXED:
        return None, None, translatable(texts.NEEDS_RATE, text=kind, column=reading.names["Tax Rate"])
    written = RATE.fullmatch(unicodedata.normalize("NFKC", text)) if text else None
    if text and written is None:
        return None, None, translatable(texts.NO_RATE, text=text)
    percent = Decimal(written[1].replace(",", ".")) if written else Decimal(0)
    if 0 < percent < 1:
        return None, None, translatable(texts.RATE_BELOW_ONE, text=text)
    if named is None:
        is_reduced = currency == "JPY" and percent == 8
        named = TaxKind.ZERO if not percent else TaxKind.REDUCED if is_reduced else TaxKind.STANDARD
    rate = rate_of(percent)
    if rate is None or (rate > 0) is not (named in TAXED):
        return None, None, translatable(texts.OTHER_RATE, text=text or texts.WITHOUT_RATE, kind=named)
    return named.value, rate, None


class KnownRows:
    """Rows put together of parts that stood in earlier rows without a fault.

    Most rows of a file differ from all others in their combination only: the rows of an order share what is said of
    the order (the head), and the same article is in many orders. Equal texts share one cell, see `typed`.
    """

    def __init__(self, places: dict[str, int], width: int, reading: Reading) -> None:
        self._width = width
        self._notation = reading.notation
        self._quantity_place = places["Quantity"]
        self._of_head = itemgetter(*(place for column, place in places.items() if column not in OF_LINE))
        self._of_article = itemgetter(*(place for column, place in places.items() if column in OF_ARTICLE))
        self._ignored = [place for place in range(width) if place not in places.values()]
        self._heads: dict[tuple[Cell, ...], ImportRow] = {}
        self._articles: dict[tuple[str | None, tuple[Cell, ...]], ImportRow] = {}

    def read(self, cells: Sequence[Cell]) -> ImportRow | None:
        """None when a part of the row is new: it is to be checked."""
        width = self._width
        if len(cells) < width:
            return None
        head = self._heads.get(self._of_head(cells))
        if head is None:
            return None
        article = self._articles.get((head.currency, self._of_article(cells)))
        if article is None:
            return None
        cell = cells[self._quantity_place]
        quantity = _quantity(cell, self._notation)[0]
        if quantity is None or _text(cell, "Quantity")[1]:
            return None
        if any(cells[place].wrong for place in self._ignored) or any(each.text or each.wrong for each in cells[width:]):
            return None
        return head._replace(
            model_number=article.model_number,
            sku_number=article.sku_number,
            quantity=quantity,
            price=article.price,
            product=article.product,
            tax_kind=article.tax_kind,
            tax_rate=article.tax_rate,
            style=article.style,
            color=article.color,
            size=article.size,
            barcode=article.barcode,
            sku_position=article.sku_position,
            picture=article.picture,
        )

    def learn(self, cells: Sequence[Cell], row: ImportRow) -> None:
        """`row`: what `cells` say; it has no fault."""
        if len(cells) < self._width:
            return
        for known, most in ((self._heads, HEADS_REMEMBERED), (self._articles, REMEMBERED)):
            if len(known) >= most:
                known.clear()
        self._heads[self._of_head(cells)] = row
        self._articles[row.currency, self._of_article(cells)] = row


@lru_cache(maxsize=REMEMBERED)
def _text(cell: Cell, column: str) -> tuple[str, str | None]:
    """What a cell says in this column, and what is wrong with it."""
    text = code_of(cell) if column in AS_SHOWN else cell.text
    wrong = _wrong(column, ALL_COLUMNS[column], cell, text)
    return ("", wrong) if wrong else (text, None)


def _wrong(column: str, longest: int | None, cell: Cell, text: str) -> str | None:
    """What is wrong whatever the column means."""
    if column == "Status":
        return None
    if cell.wrong:
        return cell.wrong
    if not text:
        return translatable(texts.MISSING) if column in REQUIRED else None
    if reason := unprintable(text) or wrong_text(text):
        return reason
    if longest is not None and text in NOTHING:
        return translatable(texts.IS_NO_VALUE, text=text)
    if column in AS_SHOWN:
        if cell.kind is Kind.DATE:
            return translatable(texts.DATE_FOR_CODE, text=text)
        if cell.kind is Kind.BOOLEAN:
            return translatable(texts.BOOLEAN_FOR_CODE, text=text)
        if SHORT_DATE.fullmatch(text):
            return translatable(texts.SHORT_DATE, text=text)
        if "E" in text.upper() and SCIENTIFIC.fullmatch(text):
            return translatable(texts.SCIENTIFIC, text=text)
        if text[0] == "=" and FORMULA.fullmatch(text):
            return translatable(texts.FORMULA, text=text[:30])
    if longest is not None and len(text) > longest:
        return translatable(texts.TOO_LONG, length=len(text), longest=longest)
    return None


@lru_cache(maxsize=REMEMBERED)
def _quantity(cell: Cell, notation: Notation) -> tuple[int | None, str | None]:
    text = cell.text
    if text.isascii() and text.isdigit() and len(text) < 10:
        number = int(text)
    else:
        notation = EXACT if cell.kind is Kind.NUMBER else notation
        try:
            read = read_number(text, notation, is_whole=True, what=texts.A_QUANTITY, point_digits=0)
        except NumberError as error:
            return None, reason_of(error)
        number = int(read) if read == read.to_integral_value() and read <= MAX_QUANTITY else 0
    if 0 < number <= MAX_QUANTITY and cell.kind is not Kind.DATE:
        return number, None
    if len(text) > 9:
        return None, translatable(texts.QUANTITY_UP_TO, text=text, most=MAX_QUANTITY)
    return None, translatable(texts.NOT_A_NUMBER, text=text, what=texts.A_QUANTITY)


@lru_cache(maxsize=REMEMBERED)
def _barcode(text: str) -> tuple[str, str | None]:
    """A GTIN, written with or without spaces and hyphens."""
    if not text:
        return "", None
    digits = re.sub(r"[\s\-‐-―−]", "", unicodedata.normalize("NFKC", text))
    if is_barcode(digits):
        return digits, None
    lost = next((length for length in LENGTHS if length > len(digits) and is_barcode(digits.zfill(length))), None)
    if not digits.isdecimal():
        why = translatable(texts.NOT_DIGITS)
    elif lost:
        why = translatable(texts.LOST_ZEROS, digits=len(digits), length=lost)
    elif len(digits) not in LENGTHS:
        why = translatable(texts.DIGITS, digits=len(digits))
    else:
        why = translatable(texts.WRONG_CHECK_DIGIT)
    return "", translatable(texts.NO_BARCODE, text=text, why=why)


@lru_cache(maxsize=REMEMBERED)
def _position(cell: Cell, notation: Notation) -> tuple[int | None, str | None]:
    notation = EXACT if cell.kind is Kind.NUMBER else notation
    wrong = translatable(texts.POSITION_UP_TO, text=cell.text, most=MAX_POSITION)
    if cell.kind in (Kind.DATE, Kind.BOOLEAN):
        return None, wrong
    try:
        read = read_number(cell.text, notation, is_whole=True, what=texts.A_POSITION, point_digits=0)
    except NumberError as error:
        return None, reason_of(error)
    return (int(read), None) if read == read.to_integral_value() and 0 <= read <= MAX_POSITION else (None, wrong)


@lru_cache(maxsize=REMEMBERED)
def _price(cell: Cell, currency: str, notation: Notation) -> tuple[Price | None, str | None]:
    if is_accounting_negative(cell.text):
        return None, translatable(texts.NEGATIVE_IN_ACCOUNTING, text=cell.text)
    sign, number = split_sign(cell.text) if cell.kind is Kind.TEXT else (cell.sign, cell.text)
    if not {"(", ")"}.isdisjoint(sign):
        return None, translatable(texts.NOT_A_NUMBER, text=cell.text, what=texts.A_PRICE)
    if sign and not is_sign_of(sign, currency):
        return None, translatable(texts.OTHER_SIGN, text=cell.text, sign=sign, currency=currency)
    digits = precision(currency)
    try:
        notation = EXACT if cell.kind is Kind.NUMBER else notation
        amount = read_number(number, notation, is_whole=digits == 0, what=texts.A_PRICE, point_digits=digits)
        minor = to_price(amount, currency)
    except NumberError as error:
        return None, reason_of(error)
    except MoneyError as error:
        return None, reason_of(error)
    return (minor, None) if minor >= 0 else (None, translatable(texts.NEGATIVE, amount=cell.text))


def _instant(cell: Cell, reading: Reading) -> tuple[str | None, str | None]:
    at, wrong, is_doubled = _read_instant(cell, reading)
    if is_doubled:
        reading.doubled.add(cell.text.replace("T", " "))
    return at, wrong


@lru_cache(maxsize=REMEMBERED)
def _read_instant(cell: Cell, reading: Reading) -> tuple[str | None, str | None, bool]:
    text = cell.text
    if cell.kind is Kind.NUMBER:
        serial = float(text)
        first = FIRST_SERIAL - (1462 if reading.from_1904 else 0)
        if first <= serial <= LAST_SERIAL:
            text = serial_date(serial, from_1904=reading.from_1904).isoformat()
    try:
        at, is_doubled = read_date(text, reading.time_zone, reading.options.dates)
    except DateError as error:
        return None, reason_of(error), False
    return at, None, is_doubled


@lru_cache(maxsize=1_000)
def _currency(text: str, placed_at: str | None, time_zone: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    code = text.translate(WIDE).upper()
    at = datetime.fromisoformat(placed_at) if placed_at else datetime.now(UTC)
    day = at.astimezone(ZoneInfo(time_zone)).date()
    if is_currency(code, on=day):
        return code, None
    was_one = placed_at and is_currency(code, on=None)
    wrong = translatable(texts.NOT_IN_USE_ON if was_one else texts.NOT_IN_USE, text=text, day=day)
    return None, translatable(
        texts.DID_YOU_MEAN, problem=wrong, meant=OTHER_NAMES[code]
    ) if code in OTHER_NAMES else wrong


@lru_cache(maxsize=1_000)
def _emails(text: str) -> tuple[tuple[str, ...], str | None]:
    emails = tuple(filter(None, (each.strip().translate(WIDE) for each in E_MAIL_SEPARATORS.split(text))))
    bad = [each for each in emails if not ADDRESS.fullmatch(each) or len(each) > 320]
    return emails, translatable(texts.NO_E_MAIL, text=bad[0]) if bad else None


def _language(text: str) -> tuple[str, str | None]:
    if not text:
        return "", None
    found = LANGUAGES.get(text.casefold())
    return (found.value, None) if found else ("", translatable(texts.NO_LANGUAGE, text=text))
