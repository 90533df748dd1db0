"""The PDF of an order, looked at as its readers do: the text, the pixels, the tags."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader

from exports.order_pdf import order_pdf
from exports.pdf.labels import labels
from exports.pdf.paper import render_in_thread
from exports.pdf.snapshots import LineSnapshot, Party
from models.locale import Locale
from models.papers.order_snapshot import OrderDocument, OrderSnapshot, RejectionStamp
from models.policy import OrderStatus
from tests.exports.pages import is_dark, is_red, left_of, pictures, root_of, rows, tags, texts

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(position: int = 1, **more: Any) -> LineSnapshot:
    fields: dict[str, Any] = {
        "position": position,
        "sku_number": f"SKU-{position:04}",
        "model_number": "MODEL-1",
        "product_name": "Linen shirt",
        "quantity": 2,
        "unit_price": Decimal("12.50"),
        "amount": Decimal("25.00"),
    }
    return LineSnapshot(**(fields | more))


def an_order(number_of_lines: int = 3, **more: Any) -> OrderSnapshot:
    subtotal = number_of_lines * Decimal("25.00")
    fields: dict[str, Any] = {
        "document": OrderDocument.PURCHASE_ORDER,
        "for_buyer": False,
        "code": "ORD-1001",
        "status": OrderStatus.OC_REQUIRED,
        "placed_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "confirmed_at": None,
        "brand": Party("Aoyama Textiles", "AOY", "", "3-1-2 Aoyama\nTokyo", ("orders@aoyama.example",)),
        "buyer": Party("The Corner Shop", "B-0042", "GB", "12 High Street\nBristol", ("buyer@shop.example",)),
        "delivery_address": "Unit 4, Avon Trade Park",
        "catalog": "Spring/Summer 2027",
        "currency": "GBP",
        "lines": tuple(line(position) for position in range(1, number_of_lines + 1)),
        "total_quantity": 2 * number_of_lines,
        "subtotal": subtotal,
        "tax": Decimal("10.00"),
        "shipping": Decimal("5.50"),
        "total": subtotal + Decimal("15.50"),
        "comment": "Before noon, please.",
        "rejection": None,
        "time_zone": "Asia/Tokyo",
    }
    return OrderSnapshot(**(fields | more))


def rejected(number_of_lines: int = 3, **more: Any) -> OrderSnapshot:
    stamp = RejectionStamp(at=NOON, by="Mina Sato")
    return an_order(number_of_lines, **({"status": OrderStatus.REJECTED_BY_BRAND, "rejection": stamp} | more))


@pytest.mark.parametrize("locale", list(Locale))
def test_no_label_runs_into_the_next_one(locale: Locale) -> None:
    """Labels stand beside what they label, so that one of two lines would be printed over."""
    document: dict[str, Any] = {"document": OrderDocument.ORDER_CONFIRMATION, "confirmed_at": NOON}
    order = an_order(**document, ordered_lines=(line(),), ordered_total=Decimal(25))
    lines = PdfReader(BytesIO(order_pdf(order, locale))).pages[0].extract_text().splitlines()
    label = labels(locale)
    expected = [label[key] for key in ("placed", "confirmed", "account", "catalog", "total_quantity")]
    assert [next((line for line in lines if line.startswith(each)), None) is not None for each in expected] == [
        True
    ] * 5


def test_everything_about_the_order_is_on_the_sheet() -> None:
    (text,) = texts(order_pdf(an_order(), Locale.EN))
    for expected in (
        "OrderORD-1001 Seller’s copy",
        "Aoyama Textiles 3-1-2 Aoyama Tokyo orders@aoyama.example",
        "Invoice to The Corner Shop 12 High Street Bristol United Kingdom buyer@shop.example",
        "Deliver to Unit 4, Avon Trade Park",
        "Order date 21 Nov 2026",
        "Account B-0042 Collection Spring/Summer 2027",
        "# SKU Item Qty Unit price Amount £",
        "1 SKU-0001 Linen shirt MODEL-1 2 12.50 25.00",
        "Goods 75.00 Carriage 5.50 Tax 10.00 Total £90.50",
        "Total £90.50 Total quantity 6 Comment Before noon, please.",
        "Page 1 of 1",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, {Locale.EN: "Buyer's order no. PO-7", Locale.JA: "先方注文番号 PO-7"}),
        ({"for_buyer": True}, {Locale.EN: "Your order no. PO-7", Locale.JA: "貴社注文番号 PO-7"}),
        # The brand's OC is a letter to the buyer.
        (
            {"document": OrderDocument.ORDER_CONFIRMATION, "confirmed_at": NOON},
            {Locale.EN: "Your order no. PO-7", Locale.JA: "貴社注文番号 PO-7"},
        ),
    ],
)
def test_the_buyers_number_is_called_as_its_reader_calls_it(more: dict[str, Any], said: dict[Locale, str]) -> None:
    for locale, expected in said.items():
        assert expected in texts(order_pdf(an_order(buyer_order_number="PO-7", **more), locale))[0]


@pytest.mark.parametrize(
    ("window", "locale", "shown"),
    [
        ((date(2027, 2, 1), date(2027, 2, 15)), Locale.EN, "Delivery 1 Feb 2027 – 15 Feb 2027"),
        ((date(2027, 2, 1), date(2027, 2, 1)), Locale.EN, "Delivery 1 Feb 2027"),
        ((date(2027, 2, 1), None), Locale.EN, "Delivery from 1 Feb 2027"),
        ((None, date(2027, 2, 15)), Locale.EN, "Delivery by 15 Feb 2027"),
        ((date(2027, 2, 1), None), Locale.JA, "納品希望日 2027年2月1日以降"),
        ((None, date(2027, 2, 15)), Locale.JA, "納品希望日 2027年2月15日まで"),
    ],
)
def test_one_limit_of_the_delivery_window_is_not_taken_for_the_day(window: Any, locale: Locale, shown: str) -> None:
    first, last = window
    assert shown in texts(order_pdf(an_order(deliver_from=first, deliver_to=last), locale))[0]


@pytest.mark.parametrize("billing", ["", "7 Quayside Row\nWhitby"])
def test_the_same_address_is_printed_once(billing: str) -> None:
    order = an_order(billing_address=billing, delivery_address=billing or an_order().buyer.address)
    (text,) = texts(order_pdf(order, Locale.EN))
    assert (text.count("Deliver to"), text.count(order.delivery_address.partition("\n")[0])) == (0, 1)


def test_it_speaks_japanese() -> None:
    yen: dict[str, Any] = {"unit_price": Decimal(12500), "amount": Decimal(25000)}
    order = an_order(
        document=OrderDocument.ORDER_CONFIRMATION,
        confirmed_at=NOON,
        buyer=Party("葛飾商店", "B-1", "JP", "東京都葛飾区1-2-3"),
        currency="JPY",
        lines=(line(product_name="リネンシャツ", **yen),),
        total_quantity=2,
        subtotal=Decimal(25000),
        tax=Decimal(2500),
        shipping=Decimal(0),
        total=Decimal(27500),
    )
    (text,) = texts(order_pdf(order, Locale.JA))
    for expected in (
        "注文確認書",
        "葛飾商店 御中 東京都葛飾区1-2-3 日本",
        "注文番号 ORD-1001 確認日 2026年11月24日",
        "1 SKU-0001 リネンシャツ MODEL-1 2 12,500 25,000",
        "小計 25,000 税 2,500 合計 ¥27,500",
        "1 / 1 ページ",
    ):
        assert expected in text


def test_japanese_is_drawn_with_glyphs_of_its_own() -> None:
    """Text extraction reads Japanese even where every glyph is an empty box."""
    pdf = order_pdf(an_order(catalog="鬱"), Locale.JA)
    resources: Any = PdfReader(BytesIO(pdf)).pages[0]["/Resources"]
    names = [font.get_object()["/BaseFont"] for font in resources["/Font"].values()]
    assert all("CJK-JP" in name or "IPA" in name for name in names), names
    pages = [pictures(order_pdf(an_order(catalog=letter), Locale.JA))[0].tobytes() for letter in "鬱薔薇凜"]
    assert len(set(pages)) == 4


def test_a_rejected_order_says_so_on_every_page() -> None:
    pdf = order_pdf(rejected(60), Locale.EN)
    pages = texts(pdf)
    assert len(pages) > 2
    for number, (text, picture) in enumerate(zip(pages, pictures(pdf), strict=True), 1):
        assert "REJECTED 24 Nov 2026, 21:00 (JST) by Mina Sato" in text.replace("REJECTED24", "REJECTED 24")
        assert f"Page {number} of {len(pages)}" in text
        top = picture.crop((0, 0, picture.width, picture.height // 7))
        assert len(rows(top, is_red)) > 60


def test_other_orders_have_no_stamp_and_nothing_red() -> None:
    pdf = order_pdf(an_order(60), Locale.EN)
    assert not any("REJECTED" in text for text in texts(pdf))
    assert not any(rows(picture, is_red) for picture in pictures(pdf))


@pytest.mark.parametrize("name", ["Mina Sato", "長い名前" * 50, "W" * 200])
def test_the_stamp_covers_no_other_text(name: str) -> None:
    second = pictures(order_pdf(rejected(60, rejection=RejectionStamp(NOON, name)), Locale.JA))[1]
    assert rows(second, is_red)[-1] < rows(second, is_dark)[0]


def test_the_stamp_can_be_read_by_a_screen_reader() -> None:
    """Page margins are no part of a document's structure: the rejection stands among the order's dates as well."""
    (text,) = texts(order_pdf(rejected(), Locale.EN))
    assert "Status Order rejected by brand 24 Nov 2026, 21:00 (JST) by Mina Sato" in text


@pytest.mark.parametrize(
    ("locale", "for_buyer", "word"),
    [
        (Locale.EN, False, "REJECTED"),
        (Locale.JA, False, "却下"),
        (Locale.EN, True, "DECLINED"),
        (Locale.JA, True, "お断り"),
    ],
)
def test_the_stamp_is_worded_for_its_reader(locale: Locale, for_buyer: bool, word: str) -> None:
    (text,) = texts(order_pdf(rejected(for_buyer=for_buyer), locale))
    stamp = text[text.rindex(word) :]
    assert "Mina Sato" in stamp
    assert "reject" not in text.lower() or not for_buyer
    assert "却下" not in text or not for_buyer


def test_table_heads_are_repeated_and_rows_stay_whole() -> None:
    product = "Linen shirt " * 30
    pages = texts(order_pdf(an_order(40, lines=tuple(line(n, product_name=product) for n in range(1, 41))), Locale.EN))
    assert len(pages) > 4
    for page in pages[:-1]:
        assert page.count("# SKU Item Qty Unit price Amount £") == 1
    for number in range(1, 41):
        (page,) = [page for page in pages if f"{number} SKU-{number:04} " in page]
        row = page[page.index(f"{number} SKU-{number:04} ") :].split("25.00")[0]
        assert row.count("Linen shirt") == 30


def test_the_totals_stay_together() -> None:
    for lines in range(20, 32, 2):
        with_totals = [
            page
            for page in texts(order_pdf(an_order(lines), Locale.EN))
            if "Goods 5" in page or "Goods 6" in page or "Goods 7" in page
        ]
        assert len(with_totals) == 1
        assert "Carriage 5.50 Tax 10.00 Total £" in with_totals[0]
        assert with_totals[0].count("Linen shirt") >= 2


def test_rows_are_closer_together_where_this_spares_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    order = an_order(14)
    (text,) = texts(order_pdf(order, Locale.EN))
    assert all(f"SKU-{position:04}" in text for position in range(1, 15))
    monkeypatch.setattr("exports.pdf.drawing.drawing.ROWS_OF_A_PAGE", 0)
    assert len(texts(order_pdf(order, Locale.EN))) == 2


def test_five_hundred_lines() -> None:
    pages = texts(order_pdf(an_order(500), Locale.EN))
    text = " ".join(pages)
    assert all(f"{number} SKU-{number:04} Linen shirt MODEL-1" in text for number in range(1, 501))
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_it_is_tagged_for_screen_readers() -> None:
    pdf = order_pdf(an_order(), Locale.JA)
    root = root_of(pdf)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ja"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = PdfReader(BytesIO(pdf)).metadata
    assert metadata is not None
    assert metadata.title == "受注明細 ORD-1001"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    kinds = [node.get("/S") for node in tags(pdf)]
    assert kinds.count("/H1") == 1
    assert kinds.count("/Table") == 2
    assert kinds.count("/TH") == 6 + 4
    cells = [node["/A"].get_object()["/Headers"] for node in tags(pdf) if node.get("/S") == "/TD"]
    assert [len(headers) for headers in cells] == [1] * (3 * 6 + 4)


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    """In another process too, whatever its hash seed and the time."""
    program = (
        "import sys; from exports.order_pdf import order_pdf; from tests.exports.test_order_pdf import rejected;"
        "sys.stdout.buffer.write(order_pdf(rejected(), 'ja'))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert order_pdf(rejected(), Locale.JA) == order_pdf(rejected(), Locale.JA) == elsewhere.stdout


async def test_sheets_drawn_at_once_in_threads_are_the_same_as_alone() -> None:
    orders = [rejected(lines) if lines % 2 else an_order(lines) for lines in range(1, 7)]
    alone = [order_pdf(order, Locale.JA) for order in orders]
    together = await asyncio.gather(*(asyncio.to_thread(order_pdf, order, Locale.JA) for order in orders * 2))
    assert together == alone * 2


async def test_the_event_loop_goes_on_while_a_sheet_is_drawn() -> None:
    turns = 0
    drawing = asyncio.create_task(render_in_thread(order_pdf, an_order(60), Locale.EN))
    while not drawing.done():
        await asyncio.sleep(0.001)  # on a quick machine too, it turns some times meanwhile
        turns += 1
    assert turns > 5
    assert len(texts(await drawing)) > 1


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</style><b>bold</b>",
        "{{ 7 * 7 }}{% raw %}",
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        "<link rel=attachment href=file:///etc/hostname>",
        "&lt;&amp;&#65;",
        "{name.__class__}",
        '" style="background: url(file:///etc/passwd)',
    ],
)
def test_markup_in_texts_is_printed_literally(text: str) -> None:
    order = rejected(
        code=text,
        comment=text,
        catalog=text,
        delivery_address=f"To {text}",
        brand=Party(text, text, text, text, (text,)),
        buyer=Party(text, text, text, text, (text,)),
        lines=(line(sku_number=text, model_number=text, product_name=text),),
        rejection=RejectionStamp(NOON, text),
    )
    pdf = order_pdf(order, Locale.EN)
    squeezed = "".join("".join(texts(pdf)).split())
    # Brand 3 times, buyer 5, order 5 (the code twice), line 3, rejection 2.
    assert squeezed.count("".join(text.split())) >= 17
    assert not PdfReader(BytesIO(pdf)).attachments


def test_invisible_characters_are_left_out() -> None:
    order = an_order(comment="a\x00b\x07c\x1b[31md\u202ee\ud800f\uffffg\r\nh\ti")
    (text,) = texts(order_pdf(order, Locale.EN))
    assert "abc[31mdefg h i" in text


@pytest.mark.parametrize("text", ["𠮷野家", "é\u0323", "Ж", "①㈱", "שלום"])
def test_rare_letters_are_kept(text: str) -> None:
    assert text in texts(order_pdf(an_order(catalog=text), Locale.EN))[0]


def test_a_letter_missing_in_every_font_affects_no_other_text() -> None:
    document = pypdfium2.PdfDocument(order_pdf(an_order(catalog="\U000e0fff👩"), Locale.EN))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "The Corner Shop" in text


def test_long_words_wrap_inside_their_column() -> None:
    long = "W" * 300
    order = an_order(
        code="C" * 64,
        brand=Party(long, "B", "", long, (long,)),
        buyer=Party(long, "B" * 64, long, long, (long,)),
        delivery_address=f"V{long}",
        catalog=long,
        comment=long,
        lines=(line(sku_number="S" * 64, model_number="M" * 64, product_name=long, quantity=10**12),),
    )
    for picture in pictures(order_pdf(order, Locale.EN)):
        margin = round(picture.width * 15 / 210)
        for left in (0, picture.width - margin):
            assert not rows(picture.crop((left, 0, left + margin, picture.height)), is_dark)


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("place", ["buyer", "address", "comment", "item"])
def test_a_text_has_the_direction_of_its_first_letter(locale: Locale, place: str) -> None:
    """Its end stands at the left, as its readers expect; within a text from left to right it stands at the right."""
    for text, is_rtl in (("שלום 7~", True), ("x שלום 7~", False)):
        places: dict[str, dict[str, Any]] = {
            "buyer": {"buyer": Party(text, "B", "GB", "")},
            "address": {"buyer": Party("B", "B", "GB", f"{text}\nBristol")},
            "comment": {"comment": text},
            "item": {"lines": (line(product_name=text),)},
        }
        pdf = order_pdf(an_order(1, **({"comment": ""} | places[place])), locale)
        assert (left_of(pdf, "~") < left_of(pdf, "ש")) is is_rtl


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("葛飾商店", "葛飾商店 御中"),
        ("葛飾商店 御中", "葛飾商店 御中"),
        ("葛飾商店御中　", "葛飾商店御中"),
        ("山田 太郎 様", "山田 太郎 様"),
    ],
)
def test_a_name_is_addressed_once(name: str, shown: str) -> None:
    order = an_order(1, for_buyer=True, buyer=Party(name, "B", "JP", ""))
    (text,) = texts(order_pdf(order, Locale.JA))
    assert f"ご注文内容 {shown} 日本 納品先" in text
