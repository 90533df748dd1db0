"""The first sheet of an order's workbook: the order as a form to print, one page wide, with the sums as formulas."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from exports.pdf.formats import format_day, format_window
from exports.pdf.labels import labels
from exports.pdf.paper import addressee
from exports.texts import one_line
from exports.xlsx.cells import letters, write_text
from exports.xlsx.styles import A4, LETTER, Styles, currency_format, set_up_page
from models.letterhead import Paper
from models.locale import Locale, Text
from models.messages.statuses import status_label
from models.money import precision
from models.papers.order_snapshot import OrderDocument, OrderSnapshot
from models.papers.parts import LineSnapshot, TaxRow

FORM_SHEET = Text("Order", "受注明細")
BUYERS_FORM_SHEET = Text("Order", "ご注文内容")
CONFIRMATION = Text("Order confirmation", "注文確認書")
NUMBER = Text("No.", "行")
BARCODE = Text("Barcode", "JANコード")
LINE_HEIGHT = 17.0  # points: kanji are higher than letters
ROW_HEIGHT = 19.0  # points, of a line of the order and of a sum
HEADING_HEIGHT = 22.0  # points
SPACE = 6.0  # points, above the sums
SUM: dict[str, Any] = {"align": "right", "valign": "vcenter", "indent": 1}
RULE: dict[str, Any] = {"bottom": 4, "bottom_color": "#C8CED6"}
NUMBER_IN_LINE = {"align": "right", "valign": "vcenter", "indent": 1} | RULE
NAME_WIDTH = 34  # characters
VALUE_WIDTH = 60  # characters, of a fact
MOST_LINES = 23  # in a row: Excel's rows have at most 409 points
MOST_FROZEN = 25  # lines: what is frozen leaves room for the table on a small screen


def sheet_name(order: OrderSnapshot, locale: Locale) -> str:
    return (BUYERS_FORM_SHEET if order.for_buyer else FORM_SHEET).in_(locale)


def write_form(book: Any, styles: Styles, order: OrderSnapshot, locale: Locale) -> None:
    _Form(book, styles, order, locale).write()


class _Form:
    """Written from top to bottom: the workbook is in constant memory."""

    def __init__(self, book: Any, styles: Styles, order: OrderSnapshot, locale: Locale) -> None:
        self._book, self._styles, self._order, self._locale = book, styles, order, locale
        self._label = labels(locale)
        self._row = self._lines_above = 0
        self._sheet = book.add_worksheet(sheet_name(order, locale))
        accent = order.head.accent_color or "#1F3A5F"
        self._formats = {
            "brand": book.add_format({"bold": True, "font_color": accent, "font_size": 12}),
            "title": book.add_format({"bold": True, "font_size": 16}),
            "label": book.add_format({"font_color": "#55606C", "valign": "top"}),
            "value": book.add_format({"text_wrap": True, "valign": "top"}),
            "status": book.add_format({"bold": True, "valign": "top"}),
            "rejected": book.add_format({"bold": True, "font_color": "#9C0006", "valign": "top"}),
            "heading": book.add_format(
                {"bold": True, "font_color": "#FFFFFF", "bg_color": accent, "valign": "vcenter"}
            ),
            "number": book.add_format(
                {"bold": True, "font_color": "#FFFFFF", "bg_color": accent, "align": "right", "valign": "vcenter"}
                | {"indent": 1}
            ),
            "cell": book.add_format({"text_wrap": True, "valign": "vcenter"} | RULE),
            "integer": book.add_format({"num_format": "#,##0"} | NUMBER_IN_LINE),
            "position": book.add_format(
                {"num_format": "0", "align": "left", "valign": "vcenter", "font_color": "#55606C"} | RULE
            ),
            "sum": book.add_format({"align": "right", "valign": "vcenter", "indent": 1}),
            "total": book.add_format({"align": "right", "valign": "vcenter", "indent": 1, "bold": True, "top": 1}),
            "units": book.add_format(
                {"num_format": "#,##0", "align": "right", "valign": "vcenter", "indent": 1, "bold": True, "top": 1}
            ),
        }
        self._has_colors = any(line.color or line.size for line in order.lines)
        self._has_barcodes = any(line.barcode for line in order.lines)

    def write(self) -> None:
        order, label = self._order, self._label
        sheet = self._sheet
        sheet.set_portrait()
        set_up_page(sheet, f"{order.brand.name} · {order.code}", self._locale, paper=self._paper)
        sheet.hide_gridlines(2)
        sheet.ignore_errors({"number_stored_as_text": "A1:H20000"})
        columns = self._columns()
        for place, (_, width, _) in enumerate(columns):
            sheet.set_column(place, place, width)
        self._sheet.set_row(self._row, 20)
        self._text(0, order.brand.name, "brand")
        self._next()
        self._sheet.set_row(self._row, 26)
        title = CONFIRMATION if order.document is OrderDocument.ORDER_CONFIRMATION else None
        self._text(0, f"{title.in_(self._locale) if title else sheet_name(order, self._locale)} {order.code}", "title")
        self._next(2)
        self._facts()
        self._addresses([width for _, width, _ in columns])
        if order.comment.strip():
            for place, part in enumerate(_parts(order.comment.strip())):
                self._fact("" if place else label["comment"], part)
            self._next()
        sheet.repeat_rows(self._row)
        if self._lines_above <= MOST_FROZEN:
            sheet.freeze_panes(self._row + 1, 0)
        sheet.set_row(self._row, HEADING_HEIGHT)
        for place, (heading, _, is_number) in enumerate(columns):
            self._text(place, heading, "number" if is_number else "heading")
        self._next()
        first = self._row
        for line in order.lines:
            self._line(line)
        self._sums(first, len(columns))

    @property
    def _paper(self) -> int:
        return LETTER if self._order.head.paper is Paper.LETTER else A4

    def _columns(self) -> list[tuple[str, int, bool]]:
        """Heading, width in characters, whether it has numbers."""
        label = self._label
        colors = [(label["color"], 14, False), (label["size"], 8, False)] if self._has_colors else []
        return [
            (NUMBER.in_(self._locale), 5, False),
            (label["sku"], 18, False),
            (label["item"], NAME_WIDTH, False),
            *colors,
            *([(BARCODE.in_(self._locale), 16, False)] if self._has_barcodes else []),
            (label["quantity"], 9, True),
            (label["unit_price"], 13, True),
            (label["amount"], 15, True),
        ]

    def _facts(self) -> None:
        order, label, locale = self._order, self._label, self._locale
        status = status_label(order.status, locale, to_buyer=order.for_buyer, approval_asked=False)
        self._fact(label["status"], status, "rejected" if order.rejection else "status")
        facts = [
            (label["ordered_by"], f"{order.buyer.name} ({order.buyer.code})"),
            (label["your_number" if order.for_buyer else "buyers_number"], order.buyer_order_number),
            (label["placed"], format_day(order.placed_on or order.placed_at, locale, order.time_zone)),
            (label["confirmed"], format_day(order.confirmed_on or order.confirmed_at, locale, order.time_zone)),
            (label["window"], format_window(order.deliver_from, order.deliver_to, locale)),
            (label["catalog"], order.catalog),
        ]
        for name, value in facts:
            if value:
                self._fact(name, one_line(value))
        if rejection := order.rejection:
            by = f"{format_day(rejection.at, locale, order.time_zone)}, {one_line(rejection.by)}"
            self._fact(label["declined" if order.for_buyer else "rejected"], by, "rejected")
        self._next()

    def _addresses(self, widths: Sequence[int]) -> None:
        """`widths`: of the columns."""
        order, label = self._order, self._label
        billing = addressee(
            label["invoice_to"], order.buyer, order.billing_address.strip() or order.buyer.address, order, self._locale
        )
        delivery = order.delivery_address.strip() or order.buyer.address
        blocks = [(label["invoice_to"], billing.address.strip()), (label["deliver_to"], delivery.strip())]
        blocks = [(name, text) for name, text in blocks if text]
        if not blocks:
            return
        for place, (name, _) in enumerate(blocks):
            self._text(0 if place == 0 else 3, name, "label")
        self._next()
        columns = ((0, 2), (3, len(widths) - 1))
        fitting = (sum(widths[first : last + 1]) for first, last in columns)
        lines = max(_lines(text, width) for (_, text), width in zip(blocks, fitting, strict=False))
        self._sheet.set_row(self._row, LINE_HEIGHT * min(lines, MOST_LINES))
        self._lines_above += lines
        for (_, text), (first, last) in zip(blocks, columns, strict=False):
            self._sheet.merge_range(self._row, first, self._row, last, "", self._formats["value"])
            self._text(first, text, "value")
        self._next(2)

    def _line(self, line: LineSnapshot) -> None:
        name = one_line(line.product_name)
        lines = 1 + max(_wide(name) - 1, 0) // NAME_WIDTH
        self._sheet.set_row(self._row, LINE_HEIGHT * lines if lines > 1 else ROW_HEIGHT)
        self._sheet.write_number(self._row, 0, line.position, self._formats["position"])
        looks = [line.color, line.size] if self._has_colors else []
        if self._has_barcodes:
            looks.append(line.barcode or "")
        for place, text in enumerate([line.sku_number, name, *looks], 1):
            self._text(place, text, "cell")
        place = 3 + len(looks)
        self._sheet.write_number(self._row, place, line.quantity, self._formats["integer"])
        self._money(place + 1, line.unit_price, NUMBER_IN_LINE)
        self._money(place + 2, line.amount, NUMBER_IN_LINE)
        self._next()

    def _sums(self, first: int, width: int) -> None:
        order, label = self._order, self._label

        def cell(row: int, column: int) -> str:
            return f"{letters(column)}{row + 1}"

        last, amounts, quantities = max(self._row - 1, first), width - 1, width - 3
        self._sheet.set_row(self._row, SPACE)
        self._next_sum()
        goods = f"=SUM({cell(first, amounts)}:{cell(last, amounts)})"
        units = f"=SUM({cell(first, quantities)}:{cell(last, quantities)})"
        self._wide_text(1, quantities - 1, label["total_quantity"], "total")
        self._sheet.write_formula(self._row, quantities, units, self._formats["units"], order.total_quantity)
        self._text(amounts - 1, label["goods"], "total")
        self._money(amounts, order.subtotal, SUM | {"top": 1}, goods)
        goods_row = self._row
        self._next_sum()
        parts: list[tuple[str, Decimal]] = []
        if order.shipping:
            parts.append((label["carriage"], order.shipping))
        if order.tax:
            parts.append((self._tax_name, order.tax))
        for name, amount in parts:
            self._wide_text(quantities, amounts - 1, name, "sum")
            self._money(amounts, amount, SUM)
            self._next_sum()
        name = label["total_gross" if order.tax or order.prices_include_tax else "total"]
        self._wide_text(quantities, amounts - 1, name, "total")
        total = f"=SUM({cell(goods_row, amounts)}:{cell(self._row - 1, amounts)})"
        self._money(amounts, order.total, SUM | {"bold": True, "top": 1, "font_size": 12}, total)
        self._next_sum()
        if order.prices_include_tax:
            for row in order.taxes:
                self._included(row, amounts)

    def _included(self, row: TaxRow, amounts: int) -> None:
        rate = f"{row.percent.normalize():f}"
        name = self._label["included_tax_at"].format(tax=self._tax_name, rate=rate)
        self._wide_text(amounts - 2, amounts - 1, name, "sum")
        self._money(amounts, row.tax, SUM)
        self._next_sum()

    @property
    def _tax_name(self) -> str:
        return self._label[f"tax_{self._order.head.registration_kind or 'OTHER'}"]

    def _fact(self, label: str, value: str, style: str = "value") -> None:
        self._text(0, label, "label")
        lines = _lines(value, VALUE_WIDTH)
        self._lines_above += lines
        if lines > 1:
            self._sheet.set_row(self._row, LINE_HEIGHT * min(lines, MOST_LINES))
        self._sheet.merge_range(self._row, 2, self._row, 5, "", self._formats[style])
        self._text(2, value, style)
        self._next()

    def _text(self, column: int, text: str, style: str) -> None:
        write_text(self._sheet, self._row, column, text, self._styles, self._formats[style])

    def _money(self, column: int, amount: Decimal, style: dict[str, Any], formula: str = "") -> None:
        digits = max(precision(self._order.currency), -int(amount.as_tuple().exponent))
        number_format = currency_format(self._order.currency, self._locale, digits)
        key = f"{number_format} {sorted(style.items())}"
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"num_format": number_format, **style})
        if formula:
            self._sheet.write_formula(self._row, column, formula, self._formats[key], float(amount))
        else:
            self._sheet.write_number(self._row, column, amount, self._formats[key])

    def _wide_text(self, first: int, last: int, text: str, style: str) -> None:
        """In cells that are merged, so that a line above the text is as long as they are."""
        self._sheet.merge_range(self._row, first, self._row, last, "", self._formats[style])
        self._text(first, text, style)

    def _next(self, rows: int = 1) -> None:
        self._row += rows

    def _next_sum(self) -> None:
        self._next()
        self._sheet.set_row(self._row, ROW_HEIGHT)


def _parts(text: str) -> Iterator[str]:
    """The text in parts that a row can show; Excel cuts off what is higher."""
    while _lines(text, VALUE_WIDTH) > MOST_LINES:
        end = bisect_right(range(len(text)), MOST_LINES, key=lambda place: _lines(text[:place], VALUE_WIDTH)) - 1
        end = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end), 0) or end
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _lines(text: str, width: int) -> int:
    """How many it takes, in a cell of this width."""
    return sum(1 + max(_wide(line) - 1, 0) // width for line in text.split("\n"))


def _wide(text: str) -> int:
    """In figures: a kanji is as wide as two."""
    return sum(1 if each.isascii() else 2 for each in text)
