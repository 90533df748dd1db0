"""The PDF of an order of 10 and of 500 lines: milliseconds, the same HTML by WeasyPrint alone, and blank pages."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

from weasyprint import CSS, HTML

from exports.order_pdf import order_pdf
from exports.pdf.drawing import drawing
from exports.pdf.paper import STYLE_SHEET
from exports.pdf.snapshots import LineSnapshot, Party
from models.locale import Locale
from models.papers.order_snapshot import OrderDocument, OrderSnapshot, RejectionStamp
from models.policy import OrderStatus

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ENGLISH = OrderSnapshot(
    document=OrderDocument.PURCHASE_ORDER,
    for_buyer=False,
    code="ORD-1001",
    status=OrderStatus.REJECTED_BY_BRAND,
    placed_at=NOON,
    confirmed_at=None,
    brand=Party("Aoyama Textiles", "AOY", "", "3-1-2 Minami-Aoyama\nTokyo", ("orders@aoyama.example",)),
    buyer=Party("The Corner Shop", "B-0042", "GB", "12 High Street\nBristol", ("buyer@shop.example",)),
    delivery_address="Unit 4, Avon Trade Park\nBristol",
    catalog="Spring/Summer 2027",
    currency="GBP",
    lines=(),
    total_quantity=0,
    subtotal=Decimal(0),
    tax=Decimal(0),
    shipping=Decimal(0),
    total=Decimal(0),
    comment="Before noon, please.",
    rejection=RejectionStamp(NOON, "Mina Sato"),
    time_zone="Asia/Tokyo",
)
JAPANESE = replace(
    ENGLISH,
    brand=Party("株式会社青山織物", "AOY", "", "東京都港区南青山3-1-2", ("orders@aoyama.example",)),
    buyer=Party("葛飾商店", "B-0042", "JP", "東京都葛飾区1-2-3", ("buyer@shop.example",)),
    delivery_address="東京都葛飾区1-2-3\n搬入口B",
    catalog="2027年春夏コレクション",
    comment="午前中着でお願いします。",
    rejection=RejectionStamp(NOON, "佐藤 美奈"),
)
PRODUCTS = {
    Locale.EN: ("Linen shirt", "Wide trousers in wool", "White T-light holder"),
    Locale.JA: ("リネンシャツ", "ウールワイドパンツ", "カシミヤニット"),
}


def main() -> None:
    blank = best(lambda: bytes(HTML(string="<p>").write_pdf()), times=20)
    print(f"a blank page: {blank:.1f} ms")
    print(f"{'lines':>5} {'locale':>6} {'ms':>7} {'alone':>7} {'times':>5} {'blank pages':>11} {'KB':>6}")
    for lines in (10, 500):
        for locale, order in ((Locale.EN, ENGLISH), (Locale.JA, JAPANESE)):
            snapshot = replace(order, lines=tuple(line(n, PRODUCTS[locale]) for n in range(1, lines + 1)))
            html = html_of(snapshot, locale)
            alone = best(partial(by_weasyprint_alone, html), times=50 // lines + 3)
            took = best(partial(order_pdf, snapshot, locale), times=50 // lines + 3)
            size = len(order_pdf(snapshot, locale)) / 1000
            print(
                f"{lines:>5} {locale:>6} {took:>7.0f} {alone:>7.0f} {took / alone:>5.2f} {took / blank:>11.0f} "
                f"{size:>6.0f}"
            )


def html_of(snapshot: OrderSnapshot, locale: Locale) -> str:
    found: list[str] = []

    def draw(html: str, _: Path) -> bytes:
        found.append(html)
        return b""

    with patch.object(drawing, "draw", draw):
        order_pdf(snapshot, locale)
    return found[0]


@cache
def style() -> CSS:
    return CSS(filename=STYLE_SHEET)


def by_weasyprint_alone(html: str) -> bytes:
    return bytes(HTML(string=html).write_pdf(stylesheets=[style()], pdf_variant="pdf/ua-1"))


def line(position: int, products: tuple[str, ...]) -> LineSnapshot:
    quantity, price = position % 48 + 1, Decimal(position * 137 % 9000 + 480).scaleb(-2)
    product = products[position % len(products)]
    return LineSnapshot(
        position, f"SKU-{position:04}", f"MODEL-{position // 3}", product, quantity, price, quantity * price
    )


def best(draw: Callable[[], bytes], *, times: int) -> float:
    """The least CPU time of that many, in milliseconds, after one that loads fonts and templates."""
    draw()
    took = []
    for _ in range(times):
        started = time.process_time()
        draw()
        took.append(time.process_time() - started)
    return min(took) * 1000


if __name__ == "__main__":
    main()
