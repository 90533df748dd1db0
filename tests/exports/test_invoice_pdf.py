"""The PDF of an invoice: what it says, its stamps, how it looks."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from exports.invoice_pdf import invoice_pdf
from exports.pdf.paper import render_in_thread
from exports.pdf.snapshots import LineSnapshot, Party
from models.invoice import InvoiceStatus
from models.locale import Locale
from models.money import to_minor
from models.papers.columns import tax_rows
from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot
from models.papers.parts import Head
from models.registration import RegistrationKind
from models.tax import Rounding, Tax, TaxKind
from tests.exports.pages import (
    CODE,
    announces,
    collisions,
    fonts,
    headers_of_cells,
    ink_in_margins,
    is_dark,
    is_japanese,
    is_red,
    pictures,
    rows,
    tags,
    texts,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOTHING = Decimal(0)


def lines(count: int, first: int = 1, price: str = "1250.50", **more: Any) -> tuple[LineSnapshot, ...]:
    """Two of each."""
    fields: dict[str, Any] = {
        "model_number": "MODEL-1",
        "product_name": "Linen shirt",
        "quantity": 2,
        "unit_price": Decimal(price),
        "amount": 2 * Decimal(price),
    }
    return tuple(
        LineSnapshot(**(fields | {"position": position, "sku_number": f"SKU-{position:04}"} | more))
        for position in range(first, first + count)
    )


def order(*parts: BilledPart, code: str = "ORD-1001", tax: str = "0", shipping: str = "0") -> BilledOrder:
    return BilledOrder(code, parts, Decimal(tax), Decimal(shipping))


def an_invoice(*orders: BilledOrder, **more: Any) -> InvoiceSnapshot:
    orders = orders or (order(BilledPart("", lines(2)), tax="10.00", shipping="5.50"),)
    subtotal = sum((line.amount for each in orders for part in each.parts for line in part.lines), NOTHING)
    tax, shipping = (sum((getattr(each, name) for each in orders), NOTHING) for name in ("tax", "shipping"))
    fields: dict[str, Any] = {
        "code": "INV-000001",
        "status": InvoiceStatus.ISSUED,
        "created_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "issued_at": datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        "voided_at": None,
        "brand": Party("Aoyama Textiles", "AOY", "", "3-1-2 Aoyama\nTokyo", ("orders@aoyama.example",)),
        "buyer": Party("The Corner Shop", "B-0042", "GB", "12 High Street\nBristol"),
        "currency": "GBP",
        "orders": orders,
        "subtotal": subtotal,
        "tax": tax,
        "shipping": shipping,
        "total": subtotal + tax + shipping,
        "time_zone": "Asia/Tokyo",
    }
    return InvoiceSnapshot(**(fields | more))


def a_draft(*orders: BilledOrder, **more: Any) -> InvoiceSnapshot:
    return an_invoice(*orders, status=InvoiceStatus.DRAFT, issued_at=None, **more)


def voided(*orders: BilledOrder, **more: Any) -> InvoiceSnapshot:
    return an_invoice(*orders, status=InvoiceStatus.VOID, voided_at=NOON, **more)


def test_everything_about_the_invoice_is_on_the_sheet() -> None:
    (text,) = texts(invoice_pdf(an_invoice(), Locale.EN))
    for expected in (
        "InvoiceINV-000001",
        "Aoyama Textiles 3-1-2 Aoyama Tokyo orders@aoyama.example",
        "Invoice to The Corner Shop 12 High Street Bristol United Kingdom",
        "Invoice date 23 Nov 2026 Account B-0042 Amount due £5,017.50 Please quote INV-000001",
        "# SKU Item Qty Unit price Amount £ Order ORD-1001",
        "1 SKU-0001 Linen shirt MODEL-1 2 1,250.50 2,501.00 2 SKU-0002",
        "Goods 5,002.00 Carriage 5.50 Tax 10.00 Amount due £5,017.50",
        "Page 1 of 1",
    ):
        assert expected in text
    assert text.count("10.00") == 1


def test_lines_stand_under_their_order_and_delivery_note() -> None:
    invoice = an_invoice(
        order(BilledPart("DN-000001", lines(1)), BilledPart("DN-000002", lines(1, 2)), tax="8.00", shipping="3.00"),
        order(BilledPart("", lines(1, 3)), code="ORD-1002", tax="2.50"),
    )
    (text,) = texts(invoice_pdf(invoice, Locale.EN))
    assert (
        "Order ORD-1001 note DN-000001 1 SKU-0001 Linen shirt MODEL-1 2 1,250.50 2,501.00 "
        "Order ORD-1001 note DN-000002 2 SKU-0002 Linen shirt MODEL-1 2 1,250.50 2,501.00 "
        "Tax 8.00 Carriage 3.00 "
        "Order ORD-1002 3 SKU-0003 Linen shirt MODEL-1 2 1,250.50 2,501.00 "
        "Tax 2.50 "
        "Goods 7,503.00 Carriage 3.00 Tax 10.50 Amount due £7,516.50"
    ) in text


@pytest.mark.parametrize(
    ("currency", "price", "expected"),
    [
        ("GBP", "1250.50", "2 1,250.50 2,501.00 Amount due £2,501.00"),
        ("JPY", "12500", "2 12,500 25,000 Amount due ¥25,000"),
        ("KWD", "1.125", "2 1.125 2.250 Amount due KWD 2.250"),
        ("CHF", "12.50", "2 12.50 25.00 Amount due CHF 25.00"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, price: str, expected: str) -> None:
    invoice = an_invoice(order(BilledPart("", lines(1, price=price))), currency=currency)
    (text,) = texts(invoice_pdf(invoice, Locale.EN))
    assert expected in text


def test_it_speaks_japanese() -> None:
    part = BilledPart("DN-000001", lines(1, price="12500", product_name="リネンシャツ"))
    buyer = Party("葛飾商店", "B-1", "JP", "東京都葛飾区1-2-3")
    (text,) = texts(invoice_pdf(an_invoice(order(part, tax="2500"), currency="JPY", buyer=buyer), Locale.JA))
    for expected in (
        "請求書",
        "請求書番号 INV-000001 発行日 2026年11月23日",
        "葛飾商店 御中 東京都葛飾区1-2-3 日本 件名：2026年11月分 商品代金 下記のとおりご請求申し上げます。",
        "ご注文 ORD-1001 納品書 DN-000001 1 SKU-0001 リネンシャツ MODEL-1 2 12,500 25,000",
        "小計 25,000 税 2,500 合計 ¥27,500",
        "1 / 1 ページ",
    ):
        assert expected in text


def test_japanese_is_drawn_with_glyphs_of_its_own() -> None:
    pdfs = [
        invoice_pdf(an_invoice(order(BilledPart("", lines(1, product_name=letter)))), Locale.JA)
        for letter in "鬱薔薇凜"
    ]
    assert all(is_japanese(font) for font in fonts(pdfs[0]))
    assert len({pictures(pdf)[0].tobytes() for pdf in pdfs}) == 4


@pytest.mark.parametrize(
    ("make", "locale", "stamp", "facts"),
    [
        (a_draft, Locale.EN, "DRAFT", "Drafted on 21 Nov 2026 Account B-0042 Status Draft"),
        (a_draft, Locale.JA, "下書き", "下書き作成日 2026年11月21日 お得意様コード B-0042 ステータス 下書き"),
        (
            voided,
            Locale.EN,
            "VOID 24 Nov 2026, 21:00 (JST)",
            "Invoice date 23 Nov 2026 Account B-0042 Status Void 24 Nov 2026, 21:00 (JST)",
        ),
        (
            voided,
            Locale.JA,
            "無効 2026/11/24 21:00 (JST)",
            "お得意様コード B-0042 ステータス 無効 2026/11/24 21:00 (JST)",
        ),
    ],
)
def test_a_draft_and_a_void_one_say_so_on_every_page(make: Any, locale: Locale, stamp: str, facts: str) -> None:
    """And among the facts of the first, as page margins are no part of what a screen reader reads."""
    pdf = invoice_pdf(make(order(BilledPart("", lines(50)))), locale)
    pages = texts(pdf)
    assert len(pages) == 3
    assert facts in pages[0]
    word, _, when = stamp.partition(" ")
    for text, picture in zip(pages, pictures(pdf), strict=True):
        assert stamp in text.replace(f"{word}{when}", stamp)
        top = picture.crop((0, 0, picture.width, picture.height // 7))
        assert len(rows(top, is_red)) > 30
    second = pictures(pdf)[1]
    assert rows(second, is_red)[-1] < rows(second, is_dark)[0]


def test_an_issued_one_has_no_stamp_and_nothing_red() -> None:
    pdf = invoice_pdf(an_invoice(order(BilledPart("", lines(50)))), Locale.EN)
    assert not any("DRAFT" in text or "VOID" in text or "Status" in text for text in texts(pdf))
    assert not any(rows(picture, is_red) for picture in pictures(pdf))


def test_hundreds_of_lines_with_the_heads_on_every_page() -> None:
    orders = [order(BilledPart("", lines(40, 1 + 40 * n)), code=f"ORD-{n}", tax=f"{n}.25") for n in range(10)]
    pages = texts(invoice_pdf(an_invoice(*orders), Locale.EN))
    assert len(pages) > 8
    assert all(page.count("# SKU Item Qty Unit price Amount £") == 1 for page in pages)
    text = " ".join(pages)
    assert all(f"{number} SKU-{number:04} Linen shirt MODEL-1" in text for number in range(1, 401))
    assert all(f"Order ORD-{n} {40 * n + 1} SKU-" in text for n in range(10))
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


@pytest.mark.parametrize("above", range(20, 26))
def test_no_heading_is_left_alone_and_tax_stays_with_its_order(above: int) -> None:
    """Around the page's end, wherever it falls: among the heading, its only line, its tax and its shipping."""
    first = order(BilledPart("", lines(above)))
    second = order(BilledPart("DN-000007", lines(1, 100)), code="ORD-1002", tax="8.00", shipping="3.00")
    pages = texts(invoice_pdf(an_invoice(first, second), Locale.EN))
    assert len(pages) > 1
    whole = "Order ORD-1002 note DN-000007 100 SKU-0100 Linen shirt MODEL-1 2 1,250.50 2,501.00 Tax 8.00 Carriage"
    assert sum(whole in page for page in pages) == 1
    assert sum("Tax 8.00 Amount due" in page for page in pages) == 1


def test_a_draft_has_the_word_for_it_in_place_of_a_number() -> None:
    for locale, title in ((Locale.EN, "InvoiceDRAFT"), (Locale.JA, "請求書番号 下書き")):
        text = " ".join(texts(invoice_pdf(a_draft(), locale)))
        assert title in " ".join(text.split())
        assert "INV-" not in text


def test_it_is_tagged_for_screen_readers() -> None:
    invoice = a_draft(
        order(BilledPart("DN-1", lines(2)), tax="8.00"), order(BilledPart("", lines(1, 3)), code="ORD-1002")
    )
    pdf = invoice_pdf(invoice, Locale.JA)
    assert announces(pdf, title="請求書 下書き", language="ja")
    kinds = [node.get("/S") for node in tags(pdf)]
    # The columns' heads, two orders', one tax's; the totals' three.
    assert (kinds.count("/H1"), kinds.count("/Table"), kinds.count("/TH")) == (1, 2, 6 + 2 + 1 + 3)
    # The tax has its own head beside its column's.
    assert headers_of_cells(pdf) == [1] * 12 + [2] + [1] * 6 + [1] * 3


@pytest.mark.parametrize("text", CODE)
def test_markup_in_texts_is_printed_literally(text: str) -> None:
    party = Party(text, text, text, text, (text,))
    billed = order(BilledPart(text, lines(1, sku_number=text, model_number=text, product_name=text)), code=text)
    pdf = invoice_pdf(an_invoice(billed, code=text, brand=party, buyer=party), Locale.EN)
    squeezed = "".join("".join(texts(pdf)).split())
    # Invoice's code 2, brand 3 and 2 in the foot, buyer 4, order 1, note 1, line 2.
    assert squeezed.count("".join(text.split())) == 15
    assert not PdfReader(BytesIO(pdf)).attachments


def test_invisible_characters_are_left_out() -> None:
    billed = order(BilledPart("D\x00N\u202e-1", lines(1)), code="a\x07b\x1b[31mc\ud800d\uffffe")
    (text,) = texts(invoice_pdf(an_invoice(billed), Locale.EN))
    assert "Order ab[31mcde note DN-1" in text


def test_long_words_and_large_amounts_wrap_inside_their_column() -> None:
    long, largest = "W" * 300, 9_223_372_036_854_775.807
    party = Party(long, "B" * 64, long, long, (long,))
    line = lines(1, price=str(largest), sku_number="S" * 64, model_number="M" * 64, product_name=long, quantity=10**12)
    billed = [order(BilledPart("D" * 64, line), code="O" * 64, tax=str(largest)) for _ in range(2)]
    pdf = invoice_pdf(voided(*billed, code="C" * 64, brand=party, buyer=party, currency="KWD"), Locale.EN)
    assert not ink_in_margins(pdf)


async def test_it_is_the_same_each_time() -> None:
    assert await render_in_thread(invoice_pdf, voided(), Locale.JA) == invoice_pdf(voided(), Locale.JA)


@pytest.mark.parametrize("count", [9, 12, 30])
def test_the_bank_details_stand_beside_the_sums(count: int) -> None:
    head = Head(bank_details="Northlight Ltd\nSort code 00-00-00\nAccount 12345678", payment_terms_en="Net.\n" * 5)
    billed = order(BilledPart("", lines(count)), shipping="5.50")
    pages = texts(invoice_pdf(an_invoice(billed, head=head), Locale.EN))
    assert ["Sort code" in page for page in pages] == ["Carriage" in page for page in pages]


def test_long_bank_details_leave_the_sums_with_their_rows() -> None:
    """A thousand letters beside the sums would be higher than a page: then the sums stood alone on it."""
    bank = "\n".join(f"{n} {'bank ' * 24}" for n in range(8))
    head = Head(bank_details=bank, payment_terms_en="Net. " * 60, footer_en="Line\n" * 8)
    billed = (order(BilledPart("", lines(count, price="5.00"))) for count in (12, 20))
    for each in billed:
        pages = texts(invoice_pdf(an_invoice(each, head=head), Locale.EN))
        (last,) = (page for page in pages if "Goods" in page or "Amount due £" in page.partition("#")[2])
        assert last.count("Linen shirt") >= 2
        assert " ".join(pages).count("bank") == 8 * 24 + 1
        assert all("Brought forward" not in page for page in pages if "Linen shirt" not in page)


def test_what_belongs_together_is_not_divided() -> None:
    """御中 at the end of a line, and the band with the amount at the end of a page."""
    for name in ("葛飾商店" + "店" * count for count in (15, 16, 17)):
        buyer = Party(name, "B-1", "JP", "東京都")
        assert "御中" in texts(invoice_pdf(an_invoice(buyer=buyer), Locale.JA))[0]
    for count in (43, 44, 45, 46):
        buyer = Party("葛飾商店", "B-1", "JP", "\n".join(f"Road {n}" for n in range(count)))
        pages = texts(invoice_pdf(an_invoice(buyer=buyer, due_on=date(2026, 12, 26)), Locale.JA))
        (page,) = (page for page in pages if "ご請求金額" in page or "お支払期限" in page)
        assert "£5,017.50 お支払期限 2026年12月26日" in page


def taxed(*billed: LineSnapshot, shipping: str = "0", shipping_tax: Tax | None = None, **more: Any) -> InvoiceSnapshot:
    """An invoice for one order, with its taxes."""
    currency, included = more.get("currency", "GBP"), more.get("prices_include_tax", False)
    amounts = [(line.tax, to_minor(line.amount, currency)) for line in billed]
    amounts += [(shipping_tax, to_minor(Decimal(shipping), currency))] if Decimal(shipping) else []
    taxes = tax_rows(amounts, currency, included=included, rounding=Rounding.HALF_UP)
    tax = NOTHING if included else sum((row.tax for row in taxes), NOTHING)
    of_order = order(BilledPart("", billed), tax=str(tax), shipping=shipping)
    return an_invoice(replace(of_order, shipping_tax=shipping_tax), taxes=taxes, **more)


STANDARD: dict[str, Any] = {"tax_kind": TaxKind.STANDARD, "tax_rate": 2000}
REDUCED: dict[str, Any] = {"tax_kind": TaxKind.REDUCED, "tax_rate": 800}


@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("currency", ["GBP", "KWD"])
def test_amounts_of_twelve_digits_stand_beside_nothing_that_they_cover(locale: Locale, currency: str) -> None:
    large = lines(3, price="123.45", quantity=999_999_999, amount=999_999_999 * Decimal("123.45"), **STANDARD)
    invoice = taxed(*large, currency=currency, due_on=date(2026, 12, 26))
    pdf = invoice_pdf(invoice, locale)
    assert collisions(pdf) == []
    assert "444,419,999,555.58" in texts(pdf)[0]


def test_the_footer_is_printed_in_full() -> None:
    """All that a brand can set: eight lines, or five hundred letters."""
    for footer in ("\n".join(f"Line {n} of the registered office" for n in range(8)), "法人" * 249 + "登記"):
        for count in (2, 60):
            pdf = invoice_pdf(an_invoice(order(BilledPart("", lines(count))), head=Head(footer_en=footer)), Locale.EN)
            assert all("".join(footer.split()) in "".join(page.split()) for page in texts(pdf))
            assert collisions(pdf) == []


@pytest.mark.parametrize(("size", "height"), [((1500, 75), 3.1), ((1000, 200), 9), ((400, 400), 9)])
def test_a_logo_keeps_its_shape(size: tuple[int, int], height: float) -> None:
    """It is at most 62 mm wide and 9 mm high; a pixel of the picture is 1/108 inch."""
    file = BytesIO()
    Image.new("RGB", size, "#b01020").save(file, "PNG")
    head = Head(logo=file.getvalue(), logo_type="image/png")
    (picture,) = pictures(invoice_pdf(an_invoice(head=head), Locale.EN))
    assert len(rows(picture, is_red)) * 25.4 / 108 == pytest.approx(height, abs=0.5)


def test_the_buyers_numbers_of_many_orders_stand_above_their_lines() -> None:
    orders = [
        replace(order(BilledPart("", lines(1, n)), code=f"ORD-{n}"), buyer_order_number=f"PO-{n:05}") for n in range(60)
    ]
    pages = texts(invoice_pdf(an_invoice(*orders), Locale.EN))
    assert "Your order no." not in pages[0]
    assert "Amount due" in pages[0]
    assert "Order ORD-59 your order PO-00059" in pages[-1]
    same = [replace(each, buyer_order_number="PO-1") for each in orders[:2]]
    assert "Your order no. PO-1 Account" in texts(invoice_pdf(an_invoice(*same), Locale.EN))[0]


def test_the_sum_that_is_carried_forward_has_what_stands_above_it() -> None:
    orders = [order(BilledPart("", lines(1, n, price="5.00")), code=f"ORD-{n}", shipping="3.00") for n in range(40)]
    first, second, *_ = texts(invoice_pdf(an_invoice(*orders), Locale.EN))
    count = first.count("Carriage 3.00")
    assert f"Carried forward £{13 * count}.00" in first
    assert f"Brought forward £{13 * count}.00" in second


def test_a_tax_without_a_rate_is_among_the_sums() -> None:
    """The tax of an order that was placed before the brand had rates is an amount."""
    invoice = taxed(*lines(1, price="10.00", **STANDARD))
    old = order(BilledPart("", lines(1, 2, price="10.00")), code="OLD-1", tax="5.00")
    both = an_invoice(*invoice.orders, old, taxes=invoice.taxes)
    (text,) = texts(invoice_pdf(both, Locale.EN))
    assert "Goods, net 40.00 Tax, 20% 4.00 Tax 5.00 Amount due £49.00" in text


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (Locale.EN, "Goods, net 60.00 Carriage, 8% 5.00 Tax, 20% 8.00 Tax, 8% 2.00 Amount due £75.00"),
        (Locale.JA, "小計（税抜） 60.00 送料（8%） ※ 5.00 税（20%） 8.00 税（8%） 2.00 合計（税込） £75.00"),
    ],
)
def test_carriage_has_its_rate(locale: Locale, expected: str) -> None:
    billed = (*lines(1, price="20.00", **STANDARD), *lines(1, 2, price="10.00", **REDUCED))
    invoice = taxed(*billed, shipping="5.00", shipping_tax=Tax(TaxKind.REDUCED, 800))
    assert expected in texts(invoice_pdf(invoice, locale))[0]


def test_a_british_invoice_of_prices_with_vat_says_what_they_are_without_it() -> None:
    """VAT Regulations 1995, 14(1): for each description the unit price and the amount, without VAT."""
    head = Head(registration_kind=RegistrationKind.GB_VAT, registration_number="GB 123 4567 82")
    goods = (*lines(1, price="12.00", **STANDARD), *lines(1, 2, price="9.99", tax_kind=TaxKind.ZERO, tax_rate=0))
    (text,) = texts(invoice_pdf(taxed(*goods, head=head, prices_include_tax=True), Locale.EN))
    assert "without VAT: 10.00 each, 20.00" in text
    assert text.count("without VAT") == 1
    for others in (taxed(*goods, head=head), taxed(*goods, prices_include_tax=True)):
        assert "without" not in texts(invoice_pdf(others, Locale.EN))[0]


@pytest.mark.parametrize(
    ("kind", "draft", "credit"),
    [
        (RegistrationKind.JP_INVOICE, "適格請求書ではありません", "適格返還請求書 CN-000001"),
        (RegistrationKind.GB_VAT, "正式な請求書ではありません", "返還請求書 CN-000001"),
    ],
)
def test_only_a_japanese_number_makes_a_qualified_invoice(kind: RegistrationKind, draft: str, credit: str) -> None:
    head = Head(registration_kind=kind, registration_number="T7000012050002")
    shown = texts(invoice_pdf(a_draft(head=head), Locale.JA))[0]
    assert draft in shown
    shown = texts(invoice_pdf(voided(head=head, credited_by="CN-000001"), Locale.JA))[0]
    assert credit in shown
    assert ("適格" in shown) is (kind is RegistrationKind.JP_INVOICE)


@pytest.mark.parametrize("there", ["GB", "UK", "gbr", " united kingdom ", "イギリス", "ＧＢ"])
def test_a_country_is_printed_only_abroad(there: str) -> None:
    here = Party("Aoyama Textiles", "AOY", "GB", "7 Albion Yard")
    buyer = Party("The Corner Shop", "B-0042", there, "12 High Street")
    (text,) = texts(invoice_pdf(an_invoice(brand=here, buyer=buyer), Locale.EN))
    assert "7 Albion Yard Invoice to" in text
    assert "12 High Street Invoice date" in text
    (text,) = texts(invoice_pdf(an_invoice(brand=here, buyer=replace(buyer, country="日本")), Locale.EN))
    assert "United Kingdom" in text
    assert "12 High Street Japan" in text
