"""What the template priced.html shows: rows, widths of columns, sums and taxes."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from markupsafe import Markup, escape

from exports.pdf.formats import Money
from exports.pdf.labels import labels
from exports.pdf.tables import MAX_SKU_WIDTH, Running, Style, number_width, size_width, widest, width
from exports.texts import printable
from models.locale import Locale, Text
from models.papers.parts import Head, LineSnapshot, TaxRow
from models.tax import TAXED, Tax, TaxKind

MAX_RATES = 42  # figures of the three amounts by rate, beside the sums of the document
PAGE_WIDTH, PICTURE_WIDTH = 175, 17  # millimetres
PAY_WIDTH, PAY_LINES = 52, 20  # figures and lines of bank details and terms, beside the sums


class Sums(Protocol):
    """The sums of an order or invoice."""

    @property
    def subtotal(self) -> Decimal: ...
    @property
    def tax(self) -> Decimal: ...
    @property
    def shippings(self) -> Sequence[tuple[Tax | None, Decimal]]: ...
    @property
    def total(self) -> Decimal: ...
    @property
    def taxes(self) -> tuple[TaxRow, ...]: ...
    @property
    def prices_include_tax(self) -> bool: ...
    @property
    def head(self) -> Head: ...
    @property
    def currency(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is printed. `mark`: "changed" or "dropped" in a confirmation; `old_…`: struck out beside the new."""

    position: int
    sku: str
    name: str
    subs: tuple[str, ...]
    quantity: int
    unit_price: Decimal
    amount: Decimal
    rate: str = ""
    ordered: int | None = None
    old_price: Decimal | None = None
    old_amount: Decimal | None = None
    mark: str = ""

    @property
    def is_dropped(self) -> bool:
        return self.mark == "dropped"

    @property
    def difference(self) -> str:
        change = self.quantity - (self.ordered or 0)
        return "" if not change else f"{change:+,}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a heading. `continued`: the heading on the next page. `extras`: sums of the group."""

    rows: Sequence[Row]
    heading: str = ""
    details: str = ""
    continued: str = ""
    extras: Sequence[tuple[str, Decimal]] = field(default_factory=list)


def struck(text: str, is_struck: bool) -> str:
    return Markup("<s>{}</s>").format(printable(text)) if is_struck else escape(printable(text))


def has_long_skus(skus: Iterable[str]) -> bool:
    return any(width(sku) > MAX_SKU_WIDTH for sku in skus)


def row_of(line: LineSnapshot, locale: Locale, *, sku_apart: bool, **more: Any) -> Row:
    """`sku_apart`: the SKU has a column of its own."""
    look = " · ".join(filter(None, (line.color, line.size)))
    subs = [] if sku_apart else [line.sku_number]
    if not line.sku_number.startswith(line.model_number):
        subs.append(line.model_number)
    if look and look not in line.product_name:
        subs.append(look)
    if line.barcode:
        subs.append(labels(locale)["barcode"].format(code=line.barcode))
    is_reduced = locale is Locale.JA and line.tax_kind is TaxKind.REDUCED
    return Row(
        position=line.position,
        sku=line.sku_number,
        name=f"{line.product_name} ※" if is_reduced else line.product_name,
        subs=(" · ".join(subs),) if subs else (),
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        rate=rate_text(line.tax, locale),
        **more,
    )


def rate_text(tax: Tax | None, locale: Locale) -> str:
    if tax is None:
        return ""
    if tax.kind not in TAXED and tax.kind is not TaxKind.ZERO:
        return labels(locale)[tax.kind] if locale is Locale.JA else {"EXEMPT": "exempt"}.get(tax.kind, "r. c.")
    return f"{tax.percent}%"


def tax_name(head: Head, locale: Locale) -> str:
    return labels(locale)[f"tax_{head.registration_kind or 'OTHER'}"]


def values(
    sums: Sums,
    locale: Locale,
    groups: Sequence[Group],
    *,
    styles: Sequence[Style] = (),
    total_label: str = "",
    compares: bool = False,
) -> dict[str, Any]:
    """For the template."""
    money, label, head = Money(sums.currency, locale), labels(locale), sums.head
    rows = [row for group in groups for row in group.rows]
    # In a grid, one rate of all stands among the sums alone.
    in_grid = {row.tax for style in styles for row in style.rows}
    grid_rates = [rate_text(tax, locale) for tax in in_grid] if len(in_grid) > 1 else []
    has_rates = any(row.rate for row in rows) or bool(grid_rates)
    sku_apart = not has_long_skus(row.sku for row in rows)
    amounts = [money.amount(row.amount) for row in rows] + [money.amount(style.amount) for style in styles]
    amounts += [money.amount(row.old_amount) for row in rows if row.old_amount is not None]
    amounts += [money.amount(value) for group in groups for _, value in group.extras]
    prices = [money.amount(row.unit_price) for row in rows]
    prices += [money.amount(row.unit_price) for style in styles for row in style.rows]
    widths = {
        "position": widest((str(row.position) for row in rows), "#"),
        "sku": max(4, widest(row.sku for row in rows)) if sku_apart else 0,
        "ordered": widest((f"{row.ordered or 0:,}" for row in rows), label["ordered"]),
        "quantity": widest(
            [*(f"{row.quantity:,}" for row in rows), *(f"{style.quantity:,}" for style in styles)],
            label["confirmed_quantity" if compares else "units" if styles else "quantity"],
        ),
        "difference": widest((row.difference for row in rows), label["difference"]),
        "price": widest(prices, price_label(money, locale)),
        "rate": widest([*(row.rate for row in rows), *grid_rates], rate_label(head, locale)),
        "amount": widest(amounts, amount_label(sums, money, locale)),
    }
    most_sizes = max((len(style.sizes) for style in styles), default=0)
    has_pictures = any(style.picture for style in styles)
    rates = [_rate(each, money, locale) for each in sums.taxes]
    rate_widths = [
        widest((rate[place] for rate in rates), heading)
        for place, heading in ((1, label["net"]), (2, tax_name(head, locale)), (3, label["gross"]))
    ]
    return {
        "amount": money.amount,
        "struck": struck,
        "running": Running(money.total, label["brought"], label["carried"]),
        "groups": groups,
        "styles": styles,
        "has_pictures": has_pictures,
        "rate_of": lambda tax: rate_text(tax, locale),
        "jpeg": lambda data: f"data:image/jpeg;base64,{b64encode(data).decode()}",
        "most_sizes": most_sizes,
        "size_width": size_width(styles),
        # Millimetres that a grid leaves to the names of styles and colours.
        "name_width": PAGE_WIDTH
        - PICTURE_WIDTH * has_pictures
        - most_sizes * size_width(styles)
        - sum(number_width(widths[each]) for each in ("quantity", "price", "amount", *(["rate"] * has_rates))),
        "widths": widths,
        "line_count": len(rows),
        "compares": compares,
        "has_rates": has_rates,
        "columns": 5 + sku_apart + has_rates + 2 * compares,
        "price_label": price_label(money, locale),
        "amount_label": amount_label(sums, money, locale),
        "rate_label": rate_label(head, locale),
        "rates": rates,
        "rate_widths": rate_widths,
        "is_wide": sum(rate_widths) > MAX_RATES,
        "rates_label": label["by_rate"].format(tax=tax_name(head, locale)),
        "tax_name": tax_name(head, locale),
        "remarks": _remarks(sums, locale),
        "totals": _totals(sums, money, locale, total_label),
        "included": _included(sums, money, locale),
        **paying(),
    }


def paying(bank_details: str = "", terms: str = "") -> dict[str, Any]:
    """For the template. What is long stands below the sums in the whole width: beside them it would be a page high."""
    columns = [text for text in (bank_details, terms) if text]
    figures = PAY_WIDTH // max(1, len(columns))
    lines = [sum(max(1, -(-width(line) // figures)) for line in text.splitlines()) for text in columns]
    return {"bank_details": bank_details, "terms": terms, "is_long_pay": max(lines, default=0) > PAY_LINES}


def written_terms(head: Head, locale: Locale) -> str:
    return Text(head.payment_terms_en, head.payment_terms_ja).in_(locale)


def price_label(money: Money, locale: Locale) -> str:
    return labels(locale)["unit_price"] + ("（円）" if locale is Locale.JA and money.currency == "JPY" else "")


def rate_label(head: Head, locale: Locale) -> str:
    return labels(locale)["rate"].format(
        tax=tax_name(head, locale) if locale is Locale.JA or _is_short(head) else "Tax"
    )


def _is_short(head: Head) -> bool:
    return len(tax_name(head, Locale.EN)) <= 4


def amount_label(sums: Sums, money: Money, locale: Locale) -> str:
    label = labels(locale)["amount"]
    if locale is Locale.EN:
        return f"{label} {money.symbol}"
    if not sums.taxes:
        return label
    return f"{label}（税込）" if sums.prices_include_tax else f"{label}（税抜）"


def _rate(row: TaxRow, money: Money, locale: Locale) -> tuple[str, str, str, str]:
    name = labels(locale)[row.kind].format(rate=row.percent)
    return name, money.amount(row.net), money.amount(row.tax), money.amount(row.gross)


def _remarks(sums: Sums, locale: Locale) -> list[str]:
    label, kinds = labels(locale), {row.kind for row in sums.taxes}
    found = []
    if TaxKind.REDUCED in kinds and locale is Locale.JA:
        found.append(label["reduced_mark"])
    if TaxKind.REVERSE_CHARGE in kinds:
        found.append(label["reverse_charge"])
    return found


def _totals(sums: Sums, money: Money, locale: Locale, total_label: str) -> list[tuple[str, str]]:
    """Nothing that is not known is printed as 0."""
    label = labels(locale)
    is_net = bool(sums.taxes) and not sums.prices_include_tax
    found = []
    if sums.shippings or sums.tax or sums.taxes:
        found.append((label["goods_net" if is_net else "goods"], money.amount(sums.subtotal)))
    for tax, shipping in sums.shippings:
        rate = rate_text(tax, locale)
        text = label["carriage_at"].format(rate=rate) if rate else label["carriage"]
        mark = " ※" if locale is Locale.JA and tax and tax.kind is TaxKind.REDUCED else ""
        found.append((text + mark, money.amount(shipping)))
    name = tax_name(sums.head, locale)
    taxed = [row for row in sums.taxes if row.kind in TAXED and is_net]
    found += [(label["tax_at"].format(tax=name, rate=row.percent), money.amount(row.tax)) for row in taxed]
    # Of orders without rates, whose tax is an amount.
    if other := sums.tax - sum(row.tax for row in taxed):
        found.append((name, money.amount(other)))
    return [*found, (total_label or label["total_gross" if sums.taxes else "total"], money.total(sums.total))]


def _included(sums: Sums, money: Money, locale: Locale) -> list[tuple[str, str]]:
    if not sums.prices_include_tax:
        return []
    text, name = labels(locale)["included_tax_at"], tax_name(sums.head, locale)
    return [(text.format(tax=name, rate=row.percent), money.amount(row.tax)) for row in sums.taxes if row.kind in TAXED]
