"""An order as a grid of colours and sizes; the difference between what was ordered and what is confirmed."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from exports.order_pdf import order_pdf
from exports.pdf.labels import labels
from exports.pdf.snapshots import LineSnapshot
from exports.pdf.tables import MAX_SIZES, styles_of
from models.locale import Locale
from models.papers.order_snapshot import OrderDocument
from models.tax import TaxKind
from resolvers.papers.pictures import clean_picture
from tests.exports.pages import collisions, headers_of_cells, texts
from tests.exports.test_order_pdf import NOON, an_order, line
from tests.importing.test_skus import a_picture

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


def test_positions_order_the_sizes_and_the_colours() -> None:
    def arranged(*articles: tuple[str, str, int | None]) -> tuple[Any, ...]:
        lines = [
            sized("K1", color, size, n, sku_number=f"S-{n}", place=place)
            for n, (color, size, place) in enumerate(articles)
        ]
        (style,) = styles_of(lines)
        assert style.quantity == sum(line.quantity for line in lines)
        return style.sizes, [row.color for row in style.rows]

    by_color = arranged(("Red", "L", 6), ("Red", "S", 4), ("Black", "M", 2), ("Black", "L", 3), ("Black", "S", 1))
    assert by_color == (("S", "M", "L"), ["Black", "Red"])
    of_sizes = arranged(("Red", "L", 3), ("Black", "S", 1), ("Black", "L", 3))
    assert of_sizes == (("S", "L"), ["Red", "Black"])
    some = arranged(("Red", "F", None), ("Black", "M", 2), ("Black", "S", 1), ("Red", "E", None))
    assert some == (("S", "M", "F", "E"), ["Black", "Red"])


def test_a_style_has_one_picture() -> None:
    jpeg = clean_picture(a_picture()).data
    lines = [sized(f"K{n // 2}", "Black", "SM"[n % 2], n, picture=jpeg if n == 1 else None) for n in range(4)]
    first, second = styles_of(lines)
    assert (first.picture, second.picture) == (jpeg, None)
    pdf = order_pdf(an_order(1, lines=tuple(lines)), Locale.EN)
    with pikepdf.open(BytesIO(pdf)) as document:
        (image,) = document.pages[0].get_images().values()
        assert image.read_raw_bytes() == jpeg
    assert "Merino K1" in texts(pdf)[0]


def test_a_barcode_stands_in_the_list() -> None:
    lines = (line(1, barcode="4901777018686"), line(2))
    assert "GTIN 4901777018686" in texts(order_pdf(an_order(2, lines=lines), Locale.EN))[0]
    assert "JAN 4901777018686" in texts(order_pdf(an_order(2, lines=lines), Locale.JA))[0]


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


def test_it_is_a_list_when_fewer_than_half_of_the_lines_have_a_style_and_a_size() -> None:
    assert styles_of([sized("K1", "Black", "S"), line(), line()]) == []
    assert styles_of([sized("K1", "Black", "")]) == []
    assert styles_of([]) == []


@pytest.mark.parametrize("locale", list(Locale))
def test_what_has_no_sizes_stands_in_the_grid_too(locale: Locale) -> None:
    lines = (
        *(sized("K1", "Black", size, n) for n, size in enumerate("SM", 1)),
        line(3, sku_number="BAG-1", product_name="Tote bag", amount=Decimal("1025.00"), quantity=82),
        sized("K2", "Red", "L", 4),
        sized("K1", "Red", "", 5),
        line(6, sku_number="BAG-1", product_name="Tote bag", style="", size="L"),
    )
    styles = styles_of(lines)
    assert [(style.code, style.sizes, [row.quantities for row in style.rows]) for style in styles] == [
        ("MODEL-1", ("S", "M", ""), [(2, 2, None), (None, None, 2)]),
        ("MODEL-1", ("", "L"), [(82, 2)]),
        ("MODEL-1", ("L",), [(2,)]),
    ]
    order = an_order(6, lines=lines[:5])
    pdf = order_pdf(order, locale)
    (text,) = texts(pdf)
    color = labels(locale)["color"]
    assert f"{color} S M – Black 2 2 · 4 12.50 50.00 Red · · 2 2 12.50 25.00 Tote bag BAG-1 82 1,025.00" in text
    assert "Tote bag BAG-1 82 1,025.00 – 82 12.50 1,025.00" in text
    assert collisions(pdf) == []
    assert all(headers_of_cells(pdf))


def test_a_style_of_many_sizes_stands_in_several_parts() -> None:
    lines = [sized("K1", color, str(size)) for color in ("Black", "Red") for size in range(35, 35 + 2 * MAX_SIZES + 1)]
    styles = styles_of(lines[:-1])
    assert [style.sizes for style in styles] == [
        tuple(map(str, sizes)) for sizes in (range(35, 41), range(41, 47), range(47, 52))
    ]
    assert [[row.quantity for row in style.rows] for style in styles] == [[12, 12], [12, 12], [10, 8]]
    assert sum(style.amount for style in styles) == sum(each.amount for each in lines[:-1])
    pages = texts(order_pdf(an_order(len(lines), lines=tuple(lines)), Locale.EN))
    assert "Colour 47 48 49 50 51 Black 2 2 2 2 2 10" in " ".join(pages)


@pytest.mark.parametrize("locale", list(Locale))
def test_a_grid_that_is_too_wide_is_a_list(locale: Locale) -> None:
    def drawn(sizes: Sequence[str], **more: Any) -> tuple[bytes, bool]:
        lines = tuple(sized("K1", "Black", size, n, **more) for n, size in enumerate(sizes, 1))
        pdf = order_pdf(an_order(1, lines=lines), locale)
        return pdf, labels(locale)["by_size"] in texts(pdf)[0]

    eight = ("XS", "S", "M", "L", "XL", "2XL", "3XL", "4XL")
    for sizes, more, is_grid in (
        (eight, {"quantity": 1_250}, True),
        (eight, {"quantity": 1_234_567}, False),
        (eight, {"quantity": 12_345, "amount": Decimal("123456789.99")}, False),
        (("S", "M"), {"quantity": 1_234_567, "amount": Decimal("123456789.99")}, True),
        (("One size", "EU 38 / UK 5"), {}, True),
        (("One size for all", "EU 38.5 / UK 5", "28/32 Long", "W32 L34", "Extra long"), {}, False),
    ):
        pdf, shown = drawn(sizes, **more)
        assert shown is is_grid, sizes
        assert collisions(pdf) == []
        text = texts(pdf)[0]
        assert all(size in text for size in sizes)


def test_a_reduced_rate_is_marked_in_the_grid() -> None:
    reduced: dict[str, Any] = {"tax_kind": TaxKind.REDUCED, "tax_rate": 800}
    standard: dict[str, Any] = {"tax_kind": TaxKind.STANDARD, "tax_rate": 1000}
    lines = [sized("K1", "Black", "S", **reduced), sized("K1", "Black", "M", **standard)]
    (style,) = styles_of(lines)
    assert [(row.quantities, row.is_reduced) for row in style.rows] == [((2, None), True), ((None, 2), False)]
    order = an_order(1, lines=tuple(lines))
    assert "Black ※ 2 · " in texts(order_pdf(order, Locale.JA))[0]
    assert "※" not in texts(order_pdf(order, Locale.EN))[0]


def test_rates_that_differ_stand_in_the_grid() -> None:
    kinds = ((TaxKind.STANDARD, 2000), (TaxKind.ZERO, 0), (TaxKind.EXEMPT, 0))
    lines = [
        sized(f"K{n}", "Black", size, n, tax_kind=kind, tax_rate=rate)
        for n, (kind, rate) in enumerate(kinds)
        for size in "SM"
    ]
    (text,) = texts(pdf := order_pdf(an_order(6, lines=tuple(lines)), Locale.EN))
    assert "Units Unit price Tax Amount £" in text
    assert [part in text for part in ("4 12.50 20% 50.00", "4 12.50 0% 50.00", "4 12.50 exempt 50.00")] == [True] * 3
    assert collisions(pdf) == []
    assert all(headers_of_cells(pdf))
    (text,) = texts(order_pdf(an_order(2, lines=tuple(lines[:2])), Locale.EN))
    assert "4 12.50 50.00" in text, "one rate of all stands among the sums"


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


def test_of_two_lines_of_a_sku_the_one_that_stays_is_not_struck_out() -> None:
    dear = line(1, sku_number="SKU-A", unit_price=Decimal(10), amount=Decimal(20))
    cheap = line(2, sku_number="SKU-A", unit_price=Decimal(9), amount=Decimal(18))
    order = an_order(
        document=OrderDocument.ORDER_CONFIRMATION,
        confirmed_at=NOON,
        lines=(cheap,),
        ordered_lines=(dear, cheap),
        ordered_total=Decimal("38.00"),
    )
    (text,) = texts(order_pdf(order, Locale.EN))
    assert "1 SKU-A Linen shirt MODEL-1 2 0 −2 10.00 20.00 0.00 2 SKU-A Linen shirt MODEL-1 2 2 9.00 18.00" in text
