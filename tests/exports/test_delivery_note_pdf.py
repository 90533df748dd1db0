"""The PDF of a delivery note: what it says, how it looks, and who gets none."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from exports.delivery_note_pdf import delivery_note_pdf
from exports.pdf.paper import render_in_thread
from exports.pdf.snapshots import GoodsLine, Party
from models.base import new_id
from models.database.sessions import Database
from models.locale import Locale
from models.papers.delivery_notes import DeliveryNoteSnapshot, read_delivery_note
from models.papers.parts import Carton, Packed, Packing
from models.scope import EVERYTHING, Scope
from tests.exports.pages import (
    CODE,
    announces,
    fonts,
    headers_of_cells,
    ink_in_margins,
    is_japanese,
    is_red,
    pictures,
    rows,
    tags,
    texts,
)
from tests.exports.test_order_snapshot import counted
from tests.support.documents import make_note
from tests.support.factories import NOON, make_buyer, make_order, make_shop


def a_note(number_of_lines: int = 3, **more: Any) -> DeliveryNoteSnapshot:
    fields: dict[str, Any] = {
        "code": "DN-000001",
        "created_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "order_code": "ORD-1001",
        "tracking_number": "1234-5678",
        "comment": "Two boxes.",
        "brand": Party("Aoyama Textiles", "AOY", "", "3-1-2 Aoyama\nTokyo", ("orders@aoyama.example",)),
        "buyer": Party("The Corner Shop", "B-0042", "GB", "12 High Street\nBristol"),
        "delivery_address": "12 High Street\nBristol",
        "lines": tuple(
            GoodsLine(position, f"SKU-{position:04}", "MODEL-1", "Linen shirt", 1000)
            for position in range(1, number_of_lines + 1)
        ),
        "total_quantity": 1000 * number_of_lines,
        "time_zone": "Asia/Tokyo",
    }
    return DeliveryNoteSnapshot(**(fields | more))


def test_everything_about_the_delivery_is_on_the_sheet_and_no_price() -> None:
    (text,) = texts(delivery_note_pdf(a_note(), Locale.EN))
    for expected in (
        "Delivery noteDN-000001",
        "Aoyama Textiles 3-1-2 Aoyama Tokyo orders@aoyama.example",
        "Deliver to The Corner Shop 12 High Street Bristol United Kingdom",
        "Date 21 Nov 2026 Order ORD-1001 Account B-0042 Tracking number 1234-5678 Comment Two boxes.",
        "# SKU Item Sent 1 SKU-0001 Linen shirt MODEL-1 1,000 2 SKU-0002",
        "Total quantity 3,000 Received by Date Signature",
        "Page 1 of 1",
    ):
        assert expected in text
    for word in ("price", "Amount", "Tax", "Currency", "Subtotal"):
        assert word not in text


def test_it_speaks_japanese() -> None:
    address = "東京都葛飾区1-2-3"
    note = a_note(buyer=Party("葛飾商店", "B-1", "JP", address), delivery_address="千葉県柏市2-3\n搬入口B")
    (text,) = texts(delivery_note_pdf(note, Locale.JA))
    for expected in (
        "納品書",
        "納品書番号 DN-000001",
        "葛飾商店 御中 千葉県柏市2-3 搬入口B 下記のとおり納品いたします。ご査収ください。",
        "納品日 2026年11月21日 注文番号 ORD-1001 お得意様コード B-1 送り状番号 1234-5678",
        "合計数量 3,000",
        "1 / 1 ページ",
    ):
        assert expected in text


def test_japanese_is_drawn_with_glyphs_of_its_own() -> None:
    pdfs = [delivery_note_pdf(a_note(comment=letter), Locale.JA) for letter in "鬱薔薇凜"]
    assert all(is_japanese(font) for font in fonts(pdfs[0]))
    assert len({pictures(pdf)[0].tobytes() for pdf in pdfs}) == 4


def test_empty_parts_have_no_heading() -> None:
    (text,) = texts(delivery_note_pdf(a_note(tracking_number=" ", comment="\n"), Locale.EN))
    assert "Tracking number" not in text
    assert "Comment" not in text


def test_hundreds_of_lines_with_the_heads_on_every_page() -> None:
    pdf = delivery_note_pdf(a_note(300), Locale.EN)
    pages = texts(pdf)
    assert len(pages) > 5
    assert all(page.count("# SKU Item Sent") == 1 for page in pages)
    assert all(f"{number} SKU-{number:04} Linen shirt MODEL-1" in " ".join(pages) for number in range(1, 301))
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
    assert not any(rows(picture, is_red) for picture in pictures(pdf)[:2])


def test_it_is_tagged_for_screen_readers() -> None:
    pdf = delivery_note_pdf(a_note(), Locale.JA)
    assert announces(pdf, title="納品書 DN-000001", language="ja")
    kinds = [node.get("/S") for node in tags(pdf)]
    assert (kinds.count("/H1"), kinds.count("/Table"), kinds.count("/TH")) == (1, 2, 4 + 1)
    assert headers_of_cells(pdf) == [1] * (3 * 4 + 1)


@pytest.mark.parametrize("text", CODE)
def test_markup_in_texts_is_printed_literally(text: str) -> None:
    party = Party(text, text, text, text, (text,))
    note = a_note(
        code=text,
        order_code=text,
        tracking_number=text,
        comment=text,
        brand=party,
        buyer=party,
        delivery_address=f"To {text}",
        lines=(GoodsLine(1, text, text, text, 1),),
    )
    pdf = delivery_note_pdf(note, Locale.EN)
    squeezed = "".join("".join(texts(pdf)).split())
    # Note 4, address 1, brand 3 and 2 in the foot, buyer 1 + 5, line 2.
    assert squeezed.count("".join(text.split())) == 18
    assert not PdfReader(BytesIO(pdf)).attachments


def test_nothing_to_follow_is_no_number() -> None:
    lines = [
        GoodsLine(n, f"SKU-{n}", f"SKU-{n}", "Shirt", 5, ordered=5 + more, to_follow=more)
        for n, more in ((1, 0), (2, 3))
    ]
    (text,) = texts(delivery_note_pdf(a_note(lines=tuple(lines)), Locale.EN))
    assert "1 SKU-1 Shirt 5 5 – 2 SKU-2 Shirt 8 5 3" in text
    assert "To follow 3 Total quantity" in text
    (text,) = texts(delivery_note_pdf(a_note(lines=tuple(lines[:1])), Locale.EN))
    assert "To follow 0" not in text
    assert text.count("To follow") == 1


def packing(*cartons: tuple[int | None, dict[GoodsLine, int]]) -> Packing:
    found = []
    for grams, contents in cartons:
        packed = tuple(Packed(line.sku_id, quantity) for line, quantity in contents.items() if line.sku_id)
        found.append(Carton(packed, grams))
    return Packing(tuple(found))


def test_cartons_stand_one_by_one() -> None:
    skus = [new_id(), new_id()]
    one, two = (
        GoodsLine(n, f"SKU-{n}", f"SKU-{n}", "Shirt", 6, ordered=8, to_follow=2, sku_id=skus[n - 1]) for n in (1, 2)
    )
    cartons = packing((6200, {two: 1, one: 6}), (11_800, {two: 5}))
    note = a_note(lines=(one, two), cartons=2, packing=cartons, total_quantity=12)
    (text,) = texts(delivery_note_pdf(note, Locale.EN))
    assert "Cartons 2 · 18 kg" in text
    assert "Carton 1 / 2 7 units · 6.2 kg 1 SKU-1 Shirt 8 6 2 2 SKU-2 Shirt more in carton 2 8 1 2" in text
    assert "Carton 2 / 2 5 units · 11.8 kg 2 SKU-2 Shirt 5 To follow 4 Total quantity 12" in text
    (text,) = texts(delivery_note_pdf(note, Locale.JA))
    assert "箱 1 / 2 7点 · 6.2 kg" in text
    (text,) = texts(delivery_note_pdf(replace(note, packing=packing((None, {one: 6, two: 6})), cartons=1), Locale.EN))
    assert "kg" not in text


@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_to_follow_of_other_skus_stands_below(is_packed: bool) -> None:
    one, two = (
        GoodsLine(n, f"SKU-{n}", f"SKU-{n}", "Shirt", sent, ordered=1_500, to_follow=1_500 - sent, sku_id=new_id())
        for n, sent in ((1, 1_500), (2, 0))
    )
    more: dict[str, Any] = {"packing": packing((None, {one: 1_500})), "cartons": 1} if is_packed else {}
    note = a_note(lines=(one,), waiting=(two,), total_quantity=1_500, **more)
    (text,) = texts(delivery_note_pdf(note, Locale.EN))
    assert (
        "1 SKU-1 Shirt 1,500 1,500 – Not in this delivery 1,500 units 2 SKU-2 Shirt 1,500 0 1,500 "
        "To follow 1,500 Total quantity 1,500"
    ) in text
    (text,) = texts(delivery_note_pdf(note, Locale.JA))
    assert "今回の納品に含まれない商品 1,500点 2 SKU-2 Shirt 1,500 0 1,500 残数 1,500 合計数量 1,500" in text


def test_a_carton_goes_on_over_the_page() -> None:
    lines = tuple(GoodsLine(n, f"SKU-{n}", f"SKU-{n}", "Shirt", 1, sku_id=new_id()) for n in range(1, 81))
    pages = texts(delivery_note_pdf(a_note(lines=lines, packing=packing((None, dict.fromkeys(lines, 1)))), Locale.EN))
    assert "Carton 1 / 1, continued" in pages[1]
    assert all(f"SKU-{n} " in " ".join(pages) for n in range(1, 81))


def test_invisible_characters_are_left_out() -> None:
    (text,) = texts(delivery_note_pdf(a_note(tracking_number="a\x00b\x1b[31mc\u202ed\ud800e"), Locale.EN))
    assert "Tracking number ab[31mcde" in text


def test_long_words_wrap_inside_their_column() -> None:
    long = "W" * 300
    party = Party(long, "B" * 64, long, long, (long,))
    line = GoodsLine(1, "S" * 64, "M" * 64, long, 10**12)
    note = a_note(brand=party, buyer=party, tracking_number="T" * 100, comment=long, lines=(line,))
    assert not ink_in_margins(delivery_note_pdf(note, Locale.EN))


async def test_it_is_drawn_off_the_event_loop_and_the_same_each_time() -> None:
    turns = 0
    drawing = asyncio.create_task(render_in_thread(delivery_note_pdf, a_note(60), Locale.JA))
    while not drawing.done():
        await asyncio.sleep(0.001)  # on a quick machine too, it turns some times meanwhile
        turns += 1
    assert turns > 3
    assert await drawing == delivery_note_pdf(a_note(60), Locale.JA)


async def read(database: Database, note_id: Any, scope: Scope) -> DeliveryNoteSnapshot | None:
    async with database.read(scope) as session:
        return await read_delivery_note(session, note_id)


async def test_it_holds_what_the_note_says(database: Database) -> None:
    shop = await make_shop(database, address="Tokyo", mail_reply_to="orders@brand.example", time_zone="Asia/Tokyo")
    order = await make_order(database, shop, delivery_address="Avon Trade Park")
    note = await make_note(database, shop, order, (2, 7), tracking_number="1234", comment="Two boxes")
    assert await read(database, note.id, Scope(shop.brand.id)) == DeliveryNoteSnapshot(
        code=note.code,
        created_at=NOON,
        order_code=order.code,
        tracking_number="1234",
        comment="Two boxes",
        brand=Party(shop.brand.name, shop.brand.code, "", "Tokyo", ("orders@brand.example",)),
        buyer=Party(shop.buyer.name, shop.buyer.unique_code, "", ""),
        delivery_address="Avon Trade Park",
        lines=(
            GoodsLine(1, "SKU-1", "MODEL-1", "Linen shirt 1", 2, ordered=2, to_follow=0, sku_id=shop.skus[0].id),
            GoodsLine(2, "SKU-2", "MODEL-2", "Linen shirt 2", 7, ordered=3, to_follow=0, sku_id=shop.skus[1].id),
        ),
        total_quantity=9,
        time_zone="Asia/Tokyo",
    )


async def test_without_an_address_of_its_own_it_goes_to_the_buyers(database: Database) -> None:
    shop = await make_shop(database)
    buyer = await make_buyer(database, shop.brand, address="12 High Street")
    order = await make_order(database, shop, buyer_id=buyer.id, delivery_address=" ")
    note = await make_note(database, shop, order)
    snapshot = await read(database, note.id, Scope(shop.brand.id))
    assert snapshot is not None
    assert snapshot.delivery_address == "12 High Street"


async def test_only_viewers_of_the_order_get_one(database: Database) -> None:
    shop, stranger = await make_shop(database), await make_shop(database)
    neighbour = await make_buyer(database, shop.brand)
    note = await make_note(database, shop, await make_order(database, shop))
    for scope in (EVERYTHING, Scope(shop.brand.id), Scope(shop.brand.id, shop.buyer.id)):
        snapshot = await read(database, note.id, scope)
        assert snapshot is not None
        assert len(snapshot.lines) == 2
    for scope in (Scope(shop.brand.id, neighbour.id), Scope(stranger.brand.id)):
        assert await read(database, note.id, scope) is None
    assert await read(database, new_id(), Scope(shop.brand.id)) is None


async def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    for lines in (1, 200):
        note = await make_note(database, shop, order, (1,) * lines)
        with counted(database) as statements:
            snapshot = await read(database, note.id, Scope(shop.brand.id, shop.buyer.id))
        assert snapshot is not None
        assert len(snapshot.lines) == lines
        assert len(statements) == 2
