"""An order as a grid of colours and sizes; the difference between what was ordered and what is confirmed."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from exports.order_pdf import order_pdf
from exports.order_snapshot import OrderDocument
from exports.pdf.snapshots import LineSnapshot
from exports.pdf.tables import MAX_SIZES, styles_of
from models.locale import Locale
from tests.exports.pages import texts
from tests.exports.test_order_pdf import NOON, an_order, line

SIZES = ("S", "M", "L", "XL", "XXL")


def sized(style: str, color: str, size: str, position: int = 1, **more: Any) -> LineSnapshot:
    name = f"Merino {style} {color} {size}"
    return line(position, style=style, color=color, size=size, product_name=name, **more)


def test_sizes_stand_in_the_order_of_the_lines() -> None:
    lines = [sized("K1", "Black", size) for size in ("S", "M", "L")] + [sized("K1", "Red", size) for size in ("L", "S")]
    (style,) = styles_of(lines)
    assert (style.sizes, style.name) == (("S", "M", "L"), "Merino K1")
    assert [(row.color, row.quantities) for row in style.rows] == [("Black", (2, 2, 2)), ("Red", (2, None, 2))]
    assert (style.quantity, style.amount) == (10, Decimal(125))


def test_another_price_is_a_row_of_its_own_and_nothing_is_lost() -> None:
    dearer: dict[str, Any] = {"unit_price": Decimal(20), "amount": Decimal(40)}
    lines = [sized("K1", "Black", "S"), sized("K1", "Black", "M", **dearer), sized("K1", "Black", "S")]
    (style,) = styles_of(lines)
    assert [(row.unit_price, row.quantities) for row in style.rows] == [
        (Decimal("12.50"), (2, None)),
        (Decimal(20), (None, 2)),
        (Decimal("12.50"), (2, None)),
    ]
    assert style.amount == sum(each.amount for each in lines)


def test_without_style_or_size_or_with_too_many_sizes_it_is_a_list() -> None:
    assert styles_of([sized("K1", "Black", "S"), line()]) == []
    assert styles_of([sized("K1", "Black", "")]) == []
    assert styles_of([sized("K1", "Black", str(size)) for size in range(MAX_SIZES + 1)]) == []
    assert styles_of([]) == []


def test_six_hundred_skus_take_five_pages() -> None:
    lines = [
        sized(f"K{style}", color, size, sku_number=f"K{style}-{color}-{size}")
        for style in range(24)
        for color in ("Black", "Ecru", "Red", "Moss", "Sand")
        for size in SIZES
    ]
    pages = texts(order_pdf(an_order(600, lines=tuple(lines)), Locale.EN))
    assert len(pages) <= 5
    whole = " ".join(pages)
    assert all(f"Merino K{style} " in whole for style in range(24))
    assert "Colour S M L XL XXL" in whole
    assert whole.count("Brought forward") == len(pages) - 1


def test_a_confirmation_shows_what_changed() -> None:
    ordered = tuple(line(position) for position in (1, 2, 3))
    fewer = replace(ordered[0], quantity=1, amount=Decimal("12.50"))
    cheaper = replace(ordered[2], unit_price=Decimal(10), amount=Decimal(20))
    added = line(4, sku_number="SKU-NEW")
    order = an_order(
        document=OrderDocument.ORDER_CONFIRMATION,
        confirmed_at=NOON,
        lines=(fewer, cheaper, added),
        ordered_lines=ordered,
        ordered_total=Decimal("90.50"),
        total=Decimal("73.00"),
    )
    (text,) = texts(order_pdf(order, Locale.EN))
    for expected in (
        "Confirmed £73.00 Ordered £90.50 (−£17.50)",
        "# SKU Item Ordered Confirmed Diff. Unit price Amount £",
        "1 SKU-0001 Linen shirt MODEL-1 2 1 −1 12.50 25.00 12.50",
        "2 SKU-0002 Linen shirt MODEL-1 2 0 −2 12.50 25.00 0.00",
        "3 SKU-0003 Linen shirt MODEL-1 2 2 12.50 10.00 25.00 20.00",
        "4 SKU-NEW Linen shirt MODEL-1 – 2 +2 12.50 25.00",
    ):
        assert expected in text
