"""A mail of every kind in both languages, as mail programs show it: wide and narrow, light and dark, in Chromium.

The contact sheets are in docs/guides/pictures/mails/, one for each kind and language.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal
from uuid import UUID

from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from exports.mail import render
from models.locale import Locale, Text
from models.messages.mail import MailKind, mail_texts
from models.outbox import MAX_LINES_SHOWN, ContentLine, MailHead, OrderContents, OrderNotice
from resolvers.papers import mails
from tests.browser.conftest import INSTALL
from tests.gallery.shapes import NOON, SHOPS, Shape, Shop, delivery_note, invoice, lines_of
from tests.gallery.sheets import FAINT, GAP

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides" / "pictures" / "mails"
BROWSER = FOLDER / "browser.json"
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[int, Scheme], ...] = ((700, "light"), (700, "dark"), (375, "light"), (375, "dark"))
COLORS = 64
SHRUNK = 2  # pixels of the window for one of the sheet
TYPED = {
    MailKind.SENT_BACK_TO_CART: Text(
        "The moss cardigan is sold out until March. Please choose another colour, or take it off the order.",
        "カーディガン（苔）は3月まで欠品しております。恐れ入りますが、別のお色をお選びいただくか、明細から外してください。",
    ),
    MailKind.OC_REFUSED: Text(
        "We agreed on 24 shirts, not 20.\nCould you check this again?",
        "シャツは20枚ではなく24枚でお願いしたはずです。\nご確認をお願いいたします。",
    ),
}
WITH_CHANGES = (MailKind.OC_CREATED, MailKind.OC_REFUSED)


def notice(kind: MailKind, locale: Locale) -> OrderNotice:
    shop, texts = SHOPS[locale], mail_texts(kind)
    code = "NL-1008" if locale is Locale.EN else "雲-1008"
    brand, head = shop.brand, shop.head
    body = TYPED[kind].in_(locale) if kind in TYPED else texts.text.in_(locale)
    if texts.typed:
        body = f"{texts.typed.in_(locale).format(buyer=shop.buyer.name)}\n{body}"
    made = OrderNotice(
        kind=kind,
        order_code=code,
        placed_at="2026-11-02T09:12:00+00:00",
        at=NOON.isoformat(),
        brand_name=brand.name,
        sender_name=brand.name,
        reply_to=None if texts.to_brand else brand.emails[0],
        buyer_name=shop.buyer.name,
        to=[*(brand.emails if texts.to_brand else shop.buyer.emails)],
        locale=locale,
        time_zone=shop.time_zone,
        body=body,
        contents=_contents(shop, kind),
        phone=brand.phone,
        head=MailHead(
            name=brand.name,
            address=brand.address,
            accent=head.accent_color,
            registration_kind=str(head.registration_kind),
            registration_number=head.registration_number,
            footer=Text(head.footer_en, head.footer_ja).in_(locale),
        ),
        url=None if texts.to_brand else f"https://shop.{brand.code.lower()}.example/orders/1008",
        reason=Text("Out of stock", "在庫切れ").in_(locale) if kind is MailKind.ORDER_REJECTED else None,
        buyer_order_number="PO-7731",
    )
    match kind:
        case MailKind.DELIVERY_NOTE_CREATED:
            return mails.sent(made, delivery_note(locale, Shape.ONE_PAGE), UUID(int=1))
        case MailKind.INVOICE_ISSUED:
            return mails.billed(made, invoice(locale, Shape.ONE_PAGE), UUID(int=1))
        case _:
            return made


def _contents(shop: Shop, kind: MailKind) -> OrderContents:
    """Of eight lines; a mail about an OC has three of them that differ from the order, and one that was dropped."""
    lines = [
        ContentLine(
            name=f"{line.product_name}, {line.color}, {line.size}",
            number=line.sku_number,
            quantity=line.quantity,
            amount=str(line.amount),
            price=str(line.unit_price),
        )
        for line in lines_of(shop, Shape.ONE_PAGE)
    ]
    snapshot = invoice(Locale.JA if shop.currency == "JPY" else Locale.EN, Shape.ONE_PAGE)
    contents = OrderContents(
        lines=lines[:MAX_LINES_SHOWN],
        more=14,
        total=str(snapshot.total),
        currency=shop.currency,
        shipping="1200" if shop.currency == "JPY" else "12.00",
        tax=str(snapshot.tax),
    )
    if kind in WITH_CHANGES:
        zero = str(snapshot.tax * 0)
        dropped = {**lines[3], "ordered": lines[3]["quantity"], "quantity": 0, "amount": zero}
        contents["lines"] = [
            {**lines[0], "ordered": lines[0]["quantity"] + 4},
            {**lines[1], "ordered": lines[1]["quantity"], "ordered_price": lines[2]["price"]},
            {**lines[2], "ordered": 0},
            dropped,  # type: ignore[list-item]
        ]
        contents["more"] = contents["as_ordered"] = 10
        contents["ordered_total"] = str(snapshot.total + snapshot.tax)
    return contents


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises FileNotFoundError without Chromium."""
    found = shutil.which("chromium")
    if found is None:
        raise FileNotFoundError(f"Chromium is missing; install it with: {INSTALL}")
    with sync_playwright() as playwright:
        # Containers often have a small /dev/shm.
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


def looks(page: Page, kind: MailKind, locale: Locale) -> list[Image.Image]:
    """A picture of each of LOOKS. Raises AssertionError if the mail loads anything."""
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    html = render(notice(kind, locale)).html
    pictures: list[Image.Image] = []
    for width, scheme in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 200})
        if not pictures:
            page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{kind} is wider than {width}"
        pictures.append(Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB"))
    assert loaded == []
    return pictures


def sheet(page: Page, kind: MailKind, locale: Locale) -> Image.Image:
    """The looks beside each other."""
    pictures = [each.reduce(SHRUNK) for each in looks(page, kind, locale)]
    width = GAP + sum(each.width + GAP for each in pictures)
    whole = Image.new("RGB", (width, max(each.height for each in pictures) + 2 * GAP), (150, 150, 150))
    write, left = ImageDraw.Draw(whole).text, GAP
    for (wide, scheme), each in zip(LOOKS, pictures, strict=True):
        whole.paste(each, (left, GAP))
        write((left, 1), f"{kind}, {wide} px, {scheme}", fill="black")
        left += each.width + GAP
    return whole.quantize(COLORS).convert("RGB")


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ by more than a shade, in the worst quarter of the height; 1 for other sizes."""
    if one.size != other.size:
        return 1.0
    difference = ImageChops.difference(one.convert("L"), other.convert("L")).point(
        lambda value: 255 if value > FAINT else 0
    )
    quarter = -(-one.height // 4)
    parts = (difference.crop((0, top, one.width, top + quarter)) for top in range(0, one.height, quarter))
    return max(part.histogram()[255] / (part.width * part.height) for part in parts)


def browser_and_fonts(browser: Browser) -> dict[str, str]:
    """The version of Chromium, and the fonts that it shows the mails with here."""
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    fonts: set[str] = set()
    for locale in Locale:
        page.set_content(render(notice(MailKind.OC_CREATED, locale)).html)
        session.send("DOM.enable")
        session.send("CSS.enable")
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p, td, h1, b"})["nodeIds"]:
            used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            fonts |= {each["postScriptName"] for each in used}
    page.close()
    return {"Chromium": browser.version, "fonts": ", ".join(sorted(fonts))}


def write(folder: Path | None = None) -> None:
    """The contact sheets; with a folder, each look as it is, into this one."""
    target = folder or FOLDER
    target.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        page = browser.new_page()
        for kind in MailKind:
            for locale in Locale:
                name = path_of(kind, locale).stem
                if folder:
                    for (width, scheme), each in zip(LOOKS, looks(page, kind, locale), strict=True):
                        each.save(target / f"{name}.{width}.{scheme}.png")
                else:
                    sheet(page, kind, locale).quantize(COLORS).save(path_of(kind, locale), "png", optimize=True)
        if not folder:
            BROWSER.write_text(json.dumps(browser_and_fonts(browser), indent=2) + "\n", "utf-8")


def path_of(kind: MailKind, locale: Locale) -> Path:
    return FOLDER / f"{kind.lower().replace('_', '-')}.{locale}.png"


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
