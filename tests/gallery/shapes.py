"""Made-up content of every document in six shapes, to be drawn and looked at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw

from exports.delivery_note_pdf import delivery_note_pdf
from exports.invoice_pdf import invoice_pdf
from exports.order_pdf import order_pdf
from exports.pdf.snapshots import GoodsLine, LineSnapshot, Party
from models.invoice import InvoiceStatus
from models.locale import Locale, Text
from models.papers.columns import tax_rows
from models.papers.delivery_notes import DeliveryNoteSnapshot
from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot
from models.papers.order_snapshot import OrderDocument, OrderSnapshot, RejectionStamp
from models.papers.parts import Carton, Head, Packed, Packing, TaxRow
from models.policy import OrderStatus
from models.registration import RegistrationKind
from models.tax import Rounding, Tax, TaxKind

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Shape(StrEnum):
    ONE_LINE = "one line"
    ONE_PAGE = "one page"
    FIVE_PAGES = "five pages"
    LONG_NAMES = "long names"
    ALL_SCRIPTS = "all scripts"
    SIZES = "sizes across"  # of an order
    REJECTED = "rejected"  # of an invoice: void; there is no rejected delivery note or credit note


LINES = {
    Shape.ONE_LINE: 1,
    Shape.ONE_PAGE: 8,
    Shape.FIVE_PAGES: 172,
    Shape.LONG_NAMES: 6,
    Shape.ALL_SCRIPTS: 10,
    Shape.SIZES: 30,
    Shape.REJECTED: 4,
}
SCRIPTS = (
    "ไหมไทย ผ้าพันคอ",
    "हिन्दी रेशम",
    "حرير عربي",
    "משי עברי",
    "한국어 실크",
    "丝绸围巾",
    "Ελληνικό μετάξι",
    "Русский шёлк",
    "Silk 🧵 👩‍💻 ❤️",
    "Rare \ue000 𒀀 z\u0335",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a brand and its buyer look like in one language."""

    brand: Party
    buyer: Party
    delivery_address: str
    head: Head
    tax: Tax
    reduced: Tax
    currency: str
    time_zone: str
    products: tuple[str, ...]
    colors: tuple[str, ...]
    long_name: str
    comment: str
    by: str


NORTHLIGHT = Shop(
    brand=Party(
        "Northlight Knitwear Ltd",
        "NL",
        "GB",
        "7 Albion Yard\nLondon N1 9RL",
        ("sales@northlight.example",),
        "+44 20 7946 0123",
    ),
    buyer=Party("The Corner Shop", "B-0042", "GB", "12 High Street\nBristol BS1 4ST", ("buying@corner.example",)),
    delivery_address="Unit 4, Avon Trade Park\nBristol BS2 0QF",
    head=Head(
        registration_kind=RegistrationKind.GB_VAT,
        registration_number="GB123456782",
        accent_color="#1d4e68",
        bank_details="Northlight Knitwear Ltd\nSort code 00-00-00\nAccount 12345678",
        payment_days=30,
        footer_en="Northlight Knitwear Ltd · Registered in England and Wales 00000000 · 7 Albion Yard, London N1 9RL",
    ),
    tax=Tax(TaxKind.STANDARD, 2000),
    reduced=Tax(TaxKind.ZERO, 0),
    currency="GBP",
    time_zone="Europe/London",
    products=("Lambswool sweater", "Linen shirt", "Wide trousers in wool", "Children’s cardigan"),
    colors=("Navy", "Oat", "Moss"),
    long_name="Hand-finished double-faced merino and cashmere travel coat with detachable storm collar and buttons",
    comment="Please deliver before noon. The back door is in Mill Lane.",
    by="Mina Sato",
)
KUMO = Shop(
    brand=Party(
        "株式会社雲", "KUMO", "JP", "〒107-0062\n東京都港区南青山3-1-2", ("orders@kumo.example",), "03-0000-0123"
    ),
    buyer=Party("葛飾商店", "B-0042", "JP", "〒125-0062\n東京都葛飾区青戸1-2-3", ("buyer@katsushika.example",)),
    delivery_address="東京都葛飾区青戸1-2-3\n搬入口B",
    head=Head(
        registration_kind=RegistrationKind.JP_INVOICE,
        registration_number="T7123456789012",
        accent_color="#7a2e3a",
        bank_details="みずほ銀行 青山支店\n普通 1234567\n株式会社雲",
        payment_days=30,
        footer_ja="株式会社雲 · 東京都港区南青山3-1-2",
    ),
    tax=Tax(TaxKind.STANDARD, 1000),
    reduced=Tax(TaxKind.REDUCED, 800),
    currency="JPY",
    time_zone="Asia/Tokyo",
    products=("カシミヤニット", "リネンシャツ", "ウールワイドパンツ", "煎茶ティーバッグ"),
    colors=("紺", "生成り", "苔"),
    long_name="手仕上げダブルフェイスメリノウール・カシミヤ混トラベルコート（取り外し可能なストームカラー・水牛釦付き）",
    comment="午前中着でお願いします。裏口は水車通り側です。",
    by="佐藤 美奈",
)
SHOPS = {Locale.EN: NORTHLIGHT, Locale.JA: KUMO}


def _line(shop: Shop, position: int, shape: Shape) -> LineSnapshot:
    quantity = position % 18 + 2
    price = Decimal(position * 137 % 90 * 100 + 4800)
    price = price if shop.currency == "JPY" else price / 100
    tax = shop.reduced if position % 4 == 0 else shop.tax
    name = shop.products[(position - 1) % 4]
    if shape is Shape.LONG_NAMES:
        name = shop.long_name
    elif shape is Shape.ALL_SCRIPTS:
        name = SCRIPTS[(position - 1) % len(SCRIPTS)]
    is_grid = shape is Shape.FIVE_PAGES
    return LineSnapshot(
        position=position,
        sku_number=f"{shop.brand.code}-{1000 + position}" + ("-EXTRA-LONG-2027" if shape is Shape.LONG_NAMES else ""),
        model_number=f"{shop.brand.code}-{1000 + position}",
        product_name=name,
        quantity=quantity,
        unit_price=price,
        amount=price * quantity,
        color=shop.colors[position // 3 % 3] if not is_grid else "",
        size="SML"[position % 3] if not is_grid else "",
        tax_kind=tax.kind,
        tax_rate=tax.rate,
    )


def lines_of(shop: Shop, shape: Shape) -> tuple[LineSnapshot, ...]:
    if shape is Shape.SIZES:
        return tuple(_sized(shop, position) for position in range(1, LINES[shape] + 1) if position % 7)
    return tuple(_line(shop, position, shape) for position in range(1, LINES[shape] + 1))


def _sized(shop: Shop, position: int) -> LineSnapshot:
    """Of one of the products, in three sizes of each colour. One product has no picture."""
    product = (position - 1) // 9
    line = _line(shop, position, Shape.ONE_PAGE)
    price = Decimal(4800 + 1300 * product) / (1 if shop.currency == "JPY" else 100)
    return replace(
        line,
        product_name=shop.products[product],
        model_number=f"{shop.brand.code}-{100 + product}",
        style=f"K{product}",
        color=shop.colors[(position - 1) // 3 % 3],
        size="SML"[(position - 1) % 3],
        place=position,
        unit_price=price,
        amount=price * line.quantity,
        tax_kind=shop.tax.kind,
        tax_rate=shop.tax.rate,
        picture=None if product == 2 else _picture(("#27364f", "#c8b48c", "", "#5d6b3f")[product]),
    )


@cache
def _picture(color: str) -> bytes:
    image = Image.new("RGB", (240, 288), "white")
    shirt = [(60, 50), (95, 30), (145, 30), (180, 50), (225, 120), (190, 140), (178, 120), (178, 265), (62, 265)]
    ImageDraw.Draw(image).polygon([*shirt, (62, 120), (50, 140), (15, 120)], fill=color, outline="#222222", width=3)
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def _buyer(shop: Shop, shape: Shape) -> Party:
    if shape is Shape.LONG_NAMES:
        return replace(shop.buyer, name=f"{shop.buyer.name} {shop.long_name}")
    return shop.buyer


def _taxes(shop: Shop, lines: Iterable[LineSnapshot]) -> tuple[TaxRow, ...]:
    digits = 0 if shop.currency == "JPY" else 2
    amounts = [(line.tax, int(line.amount.scaleb(digits))) for line in lines]
    return tax_rows(amounts, shop.currency, included=False, rounding=Rounding.DOWN)


def _total(shop: Shop, lines: Iterable[LineSnapshot]) -> Decimal:
    return Decimal(sum(row.gross for row in _taxes(shop, lines)))


def order(locale: Locale, shape: Shape, document: OrderDocument) -> OrderSnapshot:
    shop, lines = SHOPS[locale], lines_of(SHOPS[locale], shape)
    taxes = _taxes(shop, lines)
    subtotal, tax = sum(line.amount for line in lines), sum(row.tax for row in taxes)
    is_confirmation = document is OrderDocument.ORDER_CONFIRMATION
    ordered = lines
    if is_confirmation and len(lines) > 2:
        more = replace(lines[1], quantity=lines[1].quantity + 4, amount=lines[1].unit_price * (lines[1].quantity + 4))
        ordered = (lines[0], more, *lines[2:], replace(lines[0], position=len(lines) + 1, sku_number="DROPPED-1"))
    is_rejected = shape is Shape.REJECTED
    rejection = RejectionStamp(NOON, shop.by, Text("Out of stock", "在庫切れ"), "Call the buyer.")
    return OrderSnapshot(
        document=document,
        for_buyer=False,
        code="NL-1008" if locale is Locale.EN else "雲-1008",
        status=OrderStatus.REJECTED_BY_BRAND if is_rejected else OrderStatus.OC_CREATED,
        placed_at=NOON,
        confirmed_at=NOON if is_confirmation else None,
        brand=shop.brand,
        buyer=_buyer(shop, shape),
        delivery_address=shop.delivery_address,
        catalog="Spring/Summer 2027" if locale is Locale.EN else "2027年春夏",
        currency=shop.currency,
        lines=lines,
        total_quantity=sum(line.quantity for line in lines),
        subtotal=Decimal(subtotal),
        tax=Decimal(tax),
        shipping=Decimal(0),
        total=Decimal(subtotal + tax),
        comment=shop.comment,
        rejection=rejection if is_rejected else None,
        time_zone=shop.time_zone,
        head=shop.head,
        taxes=taxes,
        deliver_from=date(2027, 2, 1),
        deliver_to=date(2027, 2, 15),
        buyer_order_number="PO-7731",
        ordered_lines=ordered if is_confirmation else (),
        ordered_total=_total(shop, ordered) if is_confirmation else None,
    )


def invoice(locale: Locale, shape: Shape, *, credits: str = "") -> InvoiceSnapshot:
    shop, lines = SHOPS[locale], lines_of(SHOPS[locale], shape)
    taxes = _taxes(shop, lines)
    subtotal, tax = sum(line.amount for line in lines), sum(row.tax for row in taxes)
    is_void = shape is Shape.REJECTED and not credits
    half = len(lines) // 2
    parts = [
        BilledPart("DN-000311", lines[:half], date(2026, 11, 20)),
        BilledPart("DN-000312", lines[half:], date(2026, 11, 23)),
    ]
    billed = BilledOrder(
        "NL-1008" if locale is Locale.EN else "雲-1008",
        tuple(part for part in parts if part.lines),
        Decimal(tax),
        Decimal(0),
        placed_on=date(2026, 11, 2),
        buyer_order_number="PO-7731",
    )
    return InvoiceSnapshot(
        code="CN-000007" if credits else "INV-000128",
        status=InvoiceStatus.VOID if is_void else InvoiceStatus.ISSUED,
        created_at=NOON,
        issued_at=NOON,
        voided_at=NOON if is_void else None,
        brand=shop.brand,
        buyer=_buyer(shop, shape),
        currency=shop.currency,
        orders=(billed,),
        subtotal=Decimal(subtotal),
        tax=Decimal(tax),
        shipping=Decimal(0),
        total=Decimal(subtotal + tax),
        time_zone=shop.time_zone,
        head=shop.head,
        taxes=taxes,
        issued_on=date(2026, 11, 26),
        due_on=date(2026, 12, 26),
        credits=credits,
        credited_on=date(2026, 11, 26) if credits else None,
        credited_by="CN-000007" if is_void else "",
    )


def _packing(lines: Sequence[GoodsLine]) -> Packing:
    """Three cartons; the line in the middle is in two of them."""
    contents = [Packed(line.sku_id, line.quantity) for line in lines if line.sku_id]
    third, half = len(contents) // 3, contents[len(contents) // 3].quantity // 2
    divided = contents[third]
    parts = (
        [*contents[:third], replace(divided, quantity=half)],
        [replace(divided, quantity=divided.quantity - half), *contents[third + 1 : 2 * third]],
        contents[2 * third :],
    )
    return Packing(tuple(Carton(tuple(part), weight) for part, weight in zip(parts, (6200, 5400, 7100), strict=True)))


def delivery_note(locale: Locale, shape: Shape) -> DeliveryNoteSnapshot:
    shop = SHOPS[locale]
    lines = tuple(
        GoodsLine(
            line.position,
            line.sku_number,
            line.model_number,
            line.product_name,
            line.quantity,
            color=line.color,
            size=line.size,
            ordered=line.quantity + line.position % 3,
            to_follow=line.position % 3,
            sku_id=UUID(int=line.position),
        )
        for line in lines_of(shop, shape)
    )
    return DeliveryNoteSnapshot(
        code="DN-000312",
        created_at=NOON,
        order_code="NL-1008" if locale is Locale.EN else "雲-1008",
        tracking_number="1234-5678-9012",
        comment=shop.comment,
        brand=shop.brand,
        buyer=_buyer(shop, shape),
        delivery_address=shop.delivery_address,
        lines=lines,
        total_quantity=sum(line.quantity for line in lines),
        time_zone=shop.time_zone,
        head=shop.head,
        created_on=date(2026, 11, 23),
        ordered_on=date(2026, 11, 2),
        buyer_order_number="PO-7731",
        carrier="Parcelforce" if locale is Locale.EN else "ヤマト運輸",
        cartons=3,
        packing=_packing(lines) if shape in (Shape.ONE_PAGE, Shape.FIVE_PAGES) else None,
    )


D = OrderDocument
DOCUMENTS: dict[str, Callable[[Locale, Shape], bytes]] = {
    "order": lambda locale, shape: order_pdf(order(locale, shape, D.PURCHASE_ORDER), locale),
    "order-confirmation": lambda locale, shape: order_pdf(order(locale, shape, D.ORDER_CONFIRMATION), locale),
    "delivery-note": lambda locale, shape: delivery_note_pdf(delivery_note(locale, shape), locale),
    "invoice": lambda locale, shape: invoice_pdf(invoice(locale, shape), locale),
    "credit-note": lambda locale, shape: invoice_pdf(invoice(locale, shape, credits="INV-000128"), locale),
}
