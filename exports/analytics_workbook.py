"""The analytics as an Excel workbook: an overview with charts by month, and a sheet for each dimension."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from exports.xlsx.cells import FIRST_YEAR, instant_cell, letters, put, write_amount, write_integer, write_text
from exports.xlsx.sheet import EVERY_CELL
from exports.xlsx.styles import OF_NUMBERS, Styles, set_up_page
from exports.xlsx.summary import SUBTOTAL_SUM, write_sum
from models.analytics import Figures, Group, Report, by_amount, main_currency, rejection_rate, total
from models.locale import Locale, Text

# fmt: off
WORDS: dict[str, Text] = {
    "title": Text("Analytics", "集計"),
    "overview": Text("Overview", "概要"),
    "months": Text("Months", "月別"),
    "buyers": Text("Buyers", "バイヤー別"),
    "catalogs": Text("Catalogs", "カタログ別"),
    "products": Text("Products", "商品別"),
    "month": Text("Month", "月"),
    "buyer_code": Text("Buyer code", "バイヤーコード"),
    "buyer": Text("Buyer", "バイヤー"),
    "catalog_code": Text("Catalog code", "カタログコード"),
    "catalog": Text("Catalog", "カタログ"),
    "model_number": Text("Model number", "型番"),
    "product": Text("Product", "商品"),
    "orders": Text("Orders", "注文数"),
    "quantity": Text("Quantity", "数量"),
    "amount": Text("Amount ({})", "金額（{}）"),
    "line_amount": Text("Amount of lines ({})", "明細金額（{}）"),
    "by_month": Text("Amount by month ({})", "月別金額（{}）"),
    "what": Text("What", "区分"),
    "counted": Text("Counted", "集計対象"),
    "sent_back": Text("Returned to cart", "カートに差し戻し"),
    "sent_back_orders": Text("Returned orders", "差し戻し注文数"),
    "sent_back_quantity": Text("Returned quantity", "差し戻し数量"),
    "sent_back_amount": Text("Returned amount ({})", "差し戻し金額（{}）"),
    "placed_from": Text("Placed from", "注文日時（以降）"),
    "placed_to": Text("Placed before", "注文日時（より前）"),
    "before_from": Text("The period before begins", "前期間の開始"),
    "total": Text("Total", "合計"),
    "no_limit": Text("No limit", "指定なし"),
    "time_zone": Text("Time zone", "タイムゾーン"),
    "note": Text("Months", "月の基準"),
    "share": Text("Share ({})", "構成比（{}）"),
    "change": Text("Change", "増減"),
    "counted_before": Text("Counted in the period before", "前期間の集計対象"),
}
# To a buyer, a rejected order is called declined.
TO_BRAND: dict[str, Text] = {
    "rejected": Text("Rejected", "却下"),
    "rate": Text("Rejection rate", "却下率"),
    "rate_before": Text("Rejection rate in the period before", "前期間の却下率"),
    "rejected_before": Text("Rejected in the period before", "前期間の却下"),
    "reasons": Text("Reasons", "却下理由"),
    "reason_code": Text("Reason code", "却下理由コード"),
    "reason": Text("Reason", "却下理由"),
    "rejected_in": Text("Month of rejection", "却下月"),
    "rejected_by": Text("Rejected by", "却下者"),
    "rejected_orders": Text("Rejected orders", "却下注文数"),
    "rejected_quantity": Text("Rejected quantity", "却下数量"),
    "rejected_amount": Text("Rejected amount ({})", "却下金額（{}）"),
    "which_month": Text(
        "Orders by the month they were placed in; rejected and returned ones by the month of that.",
        "注文は注文月、却下・差し戻しはそれぞれ行われた月で集計しています。",
    ),
}
TO_BUYER: dict[str, Text] = {
    "rejected": Text("Declined", "お断り"),
    "rate": Text("Share of declined orders", "お断り率"),
    "rate_before": Text("Share of declined orders in the period before", "前期間のお断り率"),
    "rejected_before": Text("Declined in the period before", "前期間のお断り"),
    "rejected_in": Text("Month of declining", "お断り月"),
    "rejected_by": Text("Declined by", "お断りした者"),
    "rejected_orders": Text("Declined orders", "お断り注文数"),
    "rejected_quantity": Text("Declined quantity", "お断り数量"),
    "rejected_amount": Text("Declined amount ({})", "お断り金額（{}）"),
    "which_month": Text(
        "Orders by the month they were placed in; declined and returned ones by the month of that.",
        "注文は注文月、お断り・差し戻しはそれぞれ行われた月で集計しています。",
    ),
}
# fmt: on
BLUE, RED, GREY = "#1F3A5F", "#C0504D", "#A6A6A6"
CHART_WIDTH, CHART_HEIGHT, ROWS_OF_A_CHART = 720, 340, 18
NARROW = 12  # characters


@dataclass(frozen=True, slots=True)
class Amount:
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Month:
    """`name`: YYYY-MM."""

    name: str


@dataclass(frozen=True, slots=True)
class Share:
    """Of 1. None: of nothing."""

    value: float | None

    @classmethod
    def of(cls, part: int, whole: int) -> "Share":
        return cls(part / whole if whole else None)


Cell = str | int | Amount | Month | Share


def analytics_workbook(report: Report, locale: Locale) -> bytes:
    """The .xlsx file. CPU-bound: do not call it on the event loop."""
    texts = WORDS | (TO_BUYER if report.for_buyer else TO_BRAND)
    words = {key: text.in_(locale) for key, text in texts.items()}
    file = BytesIO()
    import xlsxwriter  # with the first workbook: most processes write none

    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": words["title"], "created": datetime.now(UTC)})
        _Drawing(book, report, words, Styles(book, locale), locale).draw()
    return file.getvalue()


class _Drawing:
    def __init__(self, book: Any, report: Report, words: dict[str, str], styles: Styles, locale: Locale) -> None:
        self._book = book
        self._report = report
        self._words = words
        self._styles = styles
        self._locale = locale
        self._month = book.add_format({"num_format": "yyyy-mm", "align": "left"})
        self._percent = book.add_format({"num_format": "0.0%", **OF_NUMBERS})
        everything = report.counted + report.rejections.figures + report.rejections.sent_back
        self._currencies = sorted(everything.totals)

    def draw(self) -> None:
        report = self._report
        overview, below = self._overview()
        self._months(overview, below)
        self._groups("buyers", ("buyer_code", "buyer"), report.buyers)
        self._groups("catalogs", ("catalog_code", "catalog"), report.catalogs)
        self._groups("products", ("model_number", "product"), report.products, amount="line_amount")
        self._rejected()
        if not report.for_buyer:
            self._groups("reasons", ("reason_code", "reason"), report.rejections.by_reason(self._locale))

    def _overview(self) -> tuple[Any, int]:
        """Returns the sheet and the number of the first empty row."""
        report, words = self._report, self._words
        parts = {
            "counted": report.counted,
            "rejected": report.rejections.figures,
            "sent_back": report.rejections.sent_back,
        }
        rows: list[list[Cell]] = [[words[name], *self._cells(figures)] for name, figures in parts.items()]
        rows.append(
            [
                words["rate"],
                Share(rejection_rate(report.counted, report.rejections.figures, report.rejections.sent_back)),
            ]
        )
        if before := report.previous:
            rows += [
                [words["counted_before"], *self._cells(before.counted)],
                [words["change"], *self._changes(report.counted, before.counted)],
                [words["rejected_before"], *self._cells(before.rejected)],
                [words["rate_before"], Share(before.rejection_rate)],
            ]
        sheet = self._table("overview", [words["what"], *self._headings()], rows, {0: 36, 1: 18})
        below = len(rows) + 2
        limits = {"placed_from": report.placed_from, "placed_to": report.placed_to}
        if report.previous:
            limits["before_from"] = report.previous.start
        for name, at in limits.items():
            write_text(sheet, below, 0, words[name], self._styles)
            if at is None:
                write_text(sheet, below, 1, words["no_limit"], self._styles)
            else:
                put(sheet, below, 1, instant_cell(at, report.time_zone, self._styles), self._styles)
            below += 1
        for name, said in (("time_zone", report.time_zone), ("note", words["which_month"])):
            write_text(sheet, below, 0, words[name], self._styles)
            write_text(sheet, below, 1, said, self._styles)
            below += 1
        # On paper the charts come under the figures, all on one page.
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1)
        return sheet, below + 1

    def _changes(self, now: Figures, before: Figures) -> list[Cell]:
        """Against the period before, in each column of figures."""
        pairs = [(now.orders, before.orders), (now.quantity, before.quantity)]
        pairs += [(now.totals.get(each, 0), before.totals.get(each, 0)) for each in self._currencies]
        return [Share.of(new - old, old) for new, old in pairs]

    def _months(self, overview: Any, below: int) -> None:
        """Writes the sheet of the months, and their charts on the overview below row `below`."""
        counted = {group.key: group.figures for group in self._report.months}
        rejected = {group.key: group.figures for group in self._report.rejections.by_month}
        sent_back = {group.key: group.figures for group in self._report.rejections.sent_back_by_month}
        parts, none = (counted, rejected, sent_back), Figures()
        rows: list[list[Cell]] = [
            [Month(month), *(cell for part in parts for cell in self._cells(part.get(month, none)))]
            for month in sorted(set().union(*parts))
        ]
        headings = [
            self._words["month"],
            *self._headings(),
            *self._headings("rejected_"),
            *self._headings("sent_back_"),
        ]
        self._table("months", headings, rows)
        if not rows:
            return
        for index, currency in enumerate(self._currencies):
            amount = 3 + index  # after the month, the orders and the quantity
            step = 2 + len(self._currencies)
            chart = self._chart(currency, len(rows), (amount, amount + step, amount + 2 * step))
            overview.insert_chart(below + index * ROWS_OF_A_CHART, 0, chart)

    def _chart(self, currency: str, rows: int, amounts: Iterable[int]) -> Any:
        """A native Excel chart of three columns of the months' sheet; it follows changes of the cells."""
        name = self._words["months"]
        chart = self._book.add_chart({"type": "column"})
        for column, color in zip(amounts, (BLUE, RED, GREY), strict=True):
            chart.add_series(
                {
                    "name": [name, 0, column],
                    "categories": [name, 1, 0, rows, 0],
                    "values": [name, 1, column, rows, column],
                    "fill": {"color": color},
                    "gap": 60,
                }
            )
        chart.set_title({"name": self._words["by_month"].format(currency), "name_font": {"size": 12}, "overlay": False})
        # An axis of dates leaves room for months without orders; of a single month, it would show the year's first.
        axis = "date_axis" if rows > 1 else "text_axis"
        chart.set_x_axis({axis: True, "num_format": "yyyy-mm"})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT})
        return chart

    def _groups(self, name: str, headings: Sequence[str], groups: Iterable[Group], *, amount: str = "amount") -> None:
        """The largest amount first, in the currency of the most groups; with the share of each amount."""
        listed = list(groups)
        whole = total(listed)
        ranked = by_amount(listed, main_currency(listed))
        rows: list[list[Cell]] = [
            [
                group.key,
                group.label,
                *self._cells(group.figures),
                *(Share.of(group.figures.totals.get(each, 0), whole.totals.get(each, 0)) for each in self._currencies),
            ]
            for group in ranked
        ]
        shares = [self._words["share"].format(currency) for currency in self._currencies]
        named = [*(self._words[each] for each in headings), *self._headings(amount=amount), *shares]
        sheet = self._table(name, named, rows, {0: 20, 1: 36})
        if rows:
            # An order is in several groups of products.
            self._total(sheet, whole, len(rows), has_orders=amount == "amount")

    def _total(self, sheet: Any, whole: Figures, rows: int, *, has_orders: bool) -> None:
        """Below an empty row, which ends the range of the filter; of the rows that the filter shows."""
        row = rows + 2
        write_text(sheet, row, 0, self._words["total"], self._styles, self._styles.bold)
        cells = self._cells(whole)
        cells += (Share.of(whole.totals.get(each, 0), whole.totals.get(each, 0)) for each in self._currencies)
        for column, cell in enumerate(cells, 2):
            formula = f"=SUBTOTAL({SUBTOTAL_SUM},{letters(column)}2:{letters(column)}{rows + 1})"
            match cell:
                case Amount(minor, currency):
                    write_sum(sheet, row, column, minor, currency, self._styles, formula)
                case Share(value):
                    if value is not None:
                        sheet.write_formula(row, column, formula, self._percent, value)
                case int(number) if has_orders or column > 2:
                    write_sum(sheet, row, column, number, None, self._styles, formula)

    def _rejected(self) -> None:
        rows: list[list[Cell]] = [
            [Month(month), group.label, *self._cells(group.figures)]
            for month, groups in sorted(self._report.rejections.declined.items())
            for group in sorted(groups, key=lambda group: (group.label, group.key))
        ]
        self._table(
            "rejected", [self._words["rejected_in"], self._words["rejected_by"], *self._headings()], rows, {1: 28}
        )

    def _headings(self, prefix: str = "", amount: str = "amount") -> list[str]:
        words = self._words
        amounts = (words[prefix + amount].format(currency) for currency in self._currencies)
        return [words[prefix + "orders"], words[prefix + "quantity"], *amounts]

    def _cells(self, figures: Figures) -> list[Cell]:
        amounts = (Amount(figures.totals.get(currency, 0), currency) for currency in self._currencies)
        return [figures.orders, figures.quantity, *amounts]

    def _table(
        self,
        name: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        widths: Mapping[int, int] | None = None,
    ) -> Any:
        """`widths`: in characters, of columns that must be wider than their headings."""
        sheet = self._book.add_worksheet(self._words[name])
        sheet.freeze_panes(1, 1)
        sheet.ignore_errors({"number_stored_as_text": EVERY_CELL})
        sheet.set_landscape()
        set_up_page(sheet, self._words["title"], self._locale)
        sheet.repeat_rows(0)
        numbers = {column for cells in rows for column, cell in enumerate(cells) if not isinstance(cell, str | Month)}
        for column, heading in enumerate(headings):
            style = self._styles.heading_of_numbers if column in numbers else self._styles.heading
            write_text(sheet, 0, column, heading, self._styles, style)
            sheet.set_column(column, column, max((widths or {}).get(column, NARROW), _width(heading)))
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                self._write(sheet, row, column, cell)
        sheet.autofilter(0, 0, len(rows), len(headings) - 1)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        match cell:
            case Amount(minor, currency):
                write_amount(sheet, row, column, minor, currency, self._styles)
            case Share(value):
                if value is not None:
                    sheet.write_number(row, column, value, self._percent)
            case Month(name) if int(name[:4]) >= FIRST_YEAR:
                sheet.write_datetime(row, column, date.fromisoformat(f"{name}-01"), self._month)
            case Month(text) | str(text):
                write_text(sheet, row, column, text, self._styles)
            case number:
                write_integer(sheet, row, column, number, self._styles)


def _width(heading: str) -> int:
    """In characters, with space for the filter button. Characters that are not ASCII count as two."""
    return sum(1 if each.isascii() else 2 for each in heading) + 4
