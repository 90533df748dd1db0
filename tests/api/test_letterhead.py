"""Letterheads: registration numbers, logos, colours; what the settings take, and what they say of the rest."""

from base64 import b64encode
from contextlib import suppress
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageFile
from pypdf import PdfReader
from sqlalchemy import select

from models.audit import AuditEntry
from models.database.sessions import Database
from models.letterhead import Logo
from models.locale import Locale
from models.policy import Role
from models.registration import RegistrationError, RegistrationKind, registration_number
from models.scope import EVERYTHING
from resolvers.papers import letterheads
from resolvers.papers.letterhead_checks import contrast_to_white
from resolvers.papers.logos import MAX_BYTES, PNG, SVG, LogoError, clean_logo
from resolvers.papers.pictures import clean_picture
from tests.support.client import Client
from tests.support.factories import make_shop

GB, JP = RegistrationKind.GB_VAT, RegistrationKind.JP_INVOICE
SHAPE = '<path d="M0 0h10v10z" fill="#1d4e68"/>'


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (GB, "GB123456782", "GB 123 4567 82"),
        (GB, " 123 4567-82 ", "GB 123 4567 82"),
        (GB, "gb 980 7806 84", "GB 980 7806 84"),
        (GB, "GB 123 4567 82 001", "GB 123 4567 82 001"),
        (JP, "Ｔ７１２３４５６７８９０１２", "T7123456789012"),
        (JP, "t7-1234-5678-9012", "T7123456789012"),
        (RegistrationKind.OTHER, " DE 123 ", "DE 123"),
    ],
)
def test_numbers_are_kept_in_one_form(kind: RegistrationKind, text: str, kept: str) -> None:
    assert registration_number(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((GB, text) for text in ("GB123456783", "GB12345678", "GB000000000", "T7123456789012", "GB")),
        *((JP, text) for text in ("T1123456789012", "7123456789012", "T71234567890123", "")),
        (GB, "GB١٢٣٤٥٦٧٨٢"),  # digits of Arabic
        (JP, "T७१२३४५६७८९०१२"),
        (RegistrationKind.OTHER, "\ufdfa" * 3),  # one letter that stands for 18
    ],
)
def test_wrong_numbers_are_refused(kind: RegistrationKind, text: str) -> None:
    with pytest.raises(RegistrationError):
        registration_number(kind, text)


def svg(content: str, more: str = 'viewBox="0 0 40 10"', start: str = "") -> bytes:
    return f'{start}<svg xmlns="http://www.w3.org/2000/svg" {more}>{content}</svg>'.encode()


def png(size: tuple[int, int] = (40, 10)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#1d4e68").save(file, "PNG")
    return file.getvalue()


def test_a_png_is_encoded_anew_without_what_hangs_on_it() -> None:
    cleaned = clean_logo(png((4000, 900)) + b"<script>alert(1)</script>")
    assert cleaned.media_type == PNG
    assert b"script" not in cleaned.data
    with Image.open(BytesIO(cleaned.data)) as image:
        assert image.size == (1500, 338)


@pytest.mark.parametrize("transparent", [None, 0xFFFF])
def test_a_grey_of_16_bits_is_not_white(transparent: int | None) -> None:
    grey = Image.new("I;16", (3, 1))
    grey.putdata([0, 0x4000, 0xFFFF])
    file = BytesIO()
    grey.save(file, "PNG", **({} if transparent is None else {"transparency": transparent}))
    logo, picture = Image.open(BytesIO(clean_logo(file.getvalue()).data)), clean_picture(file.getvalue())
    assert [logo.getpixel((x, 0)) for x in range(2)] == [(0, 0, 0, 255), (64, 64, 64, 255)]
    assert logo.getpixel((2, 0)) == (255, 255, 255, 0 if transparent else 255)
    with Image.open(BytesIO(picture.data)) as jpeg:
        assert min(jpeg.convert("L").tobytes()) < 60


def test_an_svg_is_rebuilt_of_what_is_allowed() -> None:
    content = f'<title>Ours</title><metadata><a/></metadata><g class="x" style="fill: red; behavior: x">{SHAPE}</g>'
    cleaned = clean_logo(svg(content, 'viewBox="0 0 40 10" data-x="1"', '<?xml version="1.0"?><!-- ours -->'))
    assert cleaned.media_type == SVG
    assert cleaned.data.decode() == (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><g fill="red">{SHAPE[:-2]}></path></g></svg>'
    )


def test_a_priority_in_a_style_does_not_lose_the_colour() -> None:
    assert b'<g fill="red">' in clean_logo(svg('<g style="fill: red !important"/>')).data


def test_what_an_svg_lacks_is_named() -> None:
    with pytest.raises(LogoError, match="lacks xmlns"):
        clean_logo(b'<svg viewBox="0 0 4 1"><path d="M0 0h4v1z"/></svg>')


def test_classes_of_a_style_sheet_become_attributes() -> None:
    """As Illustrator writes them, with a document type that names its DTD."""
    sheet = """<style type="text/css">
        /* /* of the drawing */ .st0{fill:#1D4E68;} .st0, .st-1 { stroke: none; behavior: x } .st-1{fill:teal}
      </style>"""
    shapes = '<path class="st0" fill="red" d="M0 0"/><path style="fill:gold" class="st0 other"/><g class="st-1 st0"/>'
    start = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">'
    cleaned = clean_logo(svg(f"<defs>{sheet}</defs>{shapes}", start=start)).data.decode()
    assert '<path fill="#1D4E68" d="M0 0" stroke="none">' in cleaned
    assert '<path fill="gold" stroke="none">' in cleaned
    # The later of two rules counts, whatever the order of the classes.
    assert '<g fill="teal" stroke="none">' in cleaned


def test_a_style_sheet_is_read_in_the_time_of_its_length() -> None:
    hostile = ["/*" * 90_000, ".a," * 30_000 + ".a{" + "fill:a;" * 9_000 + "}", ".a{fill:red}" * 15_000 + SHAPE]
    for sheet in hostile:
        for shape in ("", '<g class="a"/>' * 100):
            with suppress(LogoError):
                clean_logo(svg(f"<style>{sheet}</style>{shape}"))


def test_a_gradient_is_not_repeated() -> None:
    """WeasyPrint draws one that is tiny without an end."""
    for more in ('x2="1e-6"', 'style="spread-method: reflect"'):
        gradient = f'<linearGradient id="a" spreadMethod="repeat" {more}><stop offset="0"/></linearGradient>'
        assert b"pread" not in clean_logo(svg(f'<defs>{gradient}</defs><g fill="url(#a)"/>')).data


def test_a_gradient_of_its_own_stays() -> None:
    gradient = '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><g fill="url(#a)"/>'
    assert b"url(#a)" in clean_logo(svg(gradient)).data


@pytest.mark.parametrize(
    "logo",
    [
        svg("<script>alert(1)</script>"),
        svg('<g onload="alert(1)"/>'),
        svg('<image href="file:///etc/passwd"/>'),
        svg('<use href="#a"/>'),
        svg('<style>@import "http://127.0.0.1/x.css"</style>'),
        svg("<style>.a{fill:url(http://127.0.0.1:9/x)}</style>"),
        svg("<style>.a{fill:url(#b)} path{fill:red}</style>"),
        svg("<style>.a .b{fill:red}</style>"),
        svg("<style>.a{fill:red</style>"),
        svg(f"<style>.a{{fill:{'a' * 10_000}}}</style>" + '<g class="a"/>' * 30),
        svg("&x;", start='<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/x.dtd">'),
        svg("<foreignObject/>"),
        svg("<text>Northlight</text>"),
        svg('<g fill="url(http://127.0.0.1:9/x)"/>'),
        svg('<g style="fill: url(file:///etc/passwd)"/>'),
        svg('<g fill="URL(//x)"/>'),
        svg('<g fill="u\\72l(x)"/>'),
        svg('<linearGradient xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://127.0.0.1/#a"/>'),
        svg('<clipPath id="a"><g clip-path="url(#a)"/></clipPath>'),
        svg("&x;", start='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        svg("", start='<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'),
        svg("", start='<?xml-stylesheet href="http://127.0.0.1/x.css"?>'),
        svg(SHAPE, more=""),
        svg(SHAPE, more='viewBox="0 0 1e9 1"'),
        svg(SHAPE, more='viewBox="0 0 100 1"'),
        svg(f'<clipPath id="a">{SHAPE * 99}</clipPath>' + f'<g clip-path="url(#a)">{SHAPE}</g>' * 200),
        svg(f"<radialGradient>{'<stop/>' * 21}</radialGradient>"),
        svg(f"<radialGradient>{'<stop/>' * 20}<g/><stop/></radialGradient>"),
        svg(f"<radialGradient>{'<stop/>' * 20}<linearGradient/><stop/></radialGradient>"),
        svg('<linearGradient id="a"/><g fill="url(#a)">' + SHAPE * 300 + "</g>"),
        svg('<g opacity=".5"/>' * 301),
        svg("<g>" * 60 + "</g>" * 60),
        svg("<g/>" * 6000),
        svg("<svg/>"),
        b"<html><script/></html>",
        b"<svg/>",
        b"GIF89a",
        b"",
        b"\x89PNG\r\n\x1a\nnothing",
        png((9000, 10)),
        png()[:60],
        png() + b"x" * MAX_BYTES,
    ],
)
def test_other_logos_are_refused(logo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint does in the whole process
    with pytest.raises(LogoError):
        clean_logo(logo)


def test_contrast() -> None:
    assert [round(contrast_to_white(each), 1) for each in ("#ffffff", "#000000", "#777777")] == [1.0, 21.0, 4.5]


SHOWN = """registrationKind registrationNumber hasLogo accentColor bankDetails paymentDays paymentTermsEn footerJa
  greetingJa paper defaultTax { kind rate } pricesIncludeTax taxRounding"""
UPDATE = f"""mutation ($input: UpdateBrandSettingsInput!) {{ updateBrandSettings(input: $input) {{
  settings {{ letterhead {{ {SHOWN} }} }} userErrors {{ code message field }} }} }}"""


async def update(client: Client, **letterhead: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(UPDATE, input={"letterhead": letterhead}))["updateBrandSettings"]
    return payload


async def test_a_letterhead_is_set_and_audited(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    given = {
        "registrationKind": "JP_INVOICE",
        "registrationNumber": "T7123456789012",
        "accentColor": "#7A3B2E",
        "bankDetails": "見本銀行 神宮前支店\n普通 1234567",
        "paymentDays": 30,
        "paymentTermsEn": None,
        "footerJa": "株式会社雲",
        "greetingJa": None,
        "paper": "LETTER",
        "defaultTax": {"kind": "STANDARD", "rate": "10"},
        "pricesIncludeTax": True,
        "taxRounding": "DOWN",
    }
    payload = await update(admin, **given, logo=f"data:image/png;base64,{b64encode(png()).decode()}")
    assert payload["userErrors"] == []
    shown = payload["settings"]["letterhead"]
    assert shown == given | {"accentColor": "#7a3b2e", "hasLogo": True}
    assert (await update(admin, logo=None, paper=None))["settings"]["letterhead"]["hasLogo"] is False
    assert (await update(admin))["userErrors"] == []
    async with database.read(EVERYTHING) as session:
        details = [
            entry.details["names"] for entry in await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]
        logos = list(await session.scalars(select(Logo.media_type)))
    assert details[1:] == ["letterhead.logo, letterhead.paper"]
    assert "letterhead.registrationNumber" in details[0]
    assert logos == [PNG]  # it stays for documents that show it


async def test_a_logo_can_be_set_again(database: Database, api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letterheads, "MAX_LOGOS", 1)
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    logo = b64encode(png()).decode()
    for given in (logo, logo, None, logo):
        assert (await update(admin, logo=given))["userErrors"] == []
    other = b64encode(png((50, 10))).decode()
    assert [error["code"] for error in (await update(admin, logo=other))["userErrors"]] == ["INVALID_INPUT"]
    async with database.read(EVERYTHING) as session:
        assert list(await session.scalars(select(Logo.media_type))) == [PNG]


@pytest.mark.parametrize(
    ("letterhead", "field"),
    [
        ({"registrationKind": "GB_VAT", "registrationNumber": "GB123456789"}, "registrationNumber"),
        ({"registrationNumber": "GB123456782"}, "registrationNumber"),
        ({"registrationKind": "GB_VAT"}, "registrationNumber"),
        ({"accentColor": "#ffee00"}, "accentColor"),
        ({"accentColor": "red"}, "accentColor"),
        ({"paymentDays": -1}, "paymentDays"),
        ({"bankDetails": "x\n" * 9}, "bankDetails"),
        ({"footerEn": "x" * 501}, "footerEn"),
        ({"logo": "%%%"}, "logo"),
        ({"logo": ""}, "logo"),
        ({"logo": b64encode(svg("<script/>")).decode()}, "logo"),
        ({"defaultTax": {"kind": "STANDARD", "rate": "0"}}, "defaultTax"),
        ({"defaultTax": {"kind": "ZERO", "rate": "5"}}, "defaultTax"),
        ({"defaultTax": {"kind": "STANDARD", "rate": "17.555"}}, "defaultTax"),
    ],
)
async def test_what_cannot_be_is_named(database: Database, api: Client, letterhead: Any, field: str) -> None:
    shop = await make_shop(database)
    payload = await update(api.as_(shop.member(Role.ADMIN)), **letterhead)
    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert payload["userErrors"][0]["field"][:3] == ["input", "letterhead", field]
    assert payload["settings"]["letterhead"]["registrationNumber"] is None


async def test_a_contrast_that_is_hardly_too_low_is_not_said_to_be_enough(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    (error,) = (await update(api.as_(shop.member(Role.ADMIN)), accentColor="#777777"))["userErrors"]
    assert "contrast of 4.47 : 1" in error["message"]


async def test_a_number_that_grows_beyond_its_column_is_refused(database: Database, api: Client) -> None:
    """U+FDFA is eighteen letters once it is normalized."""
    shop = await make_shop(database)
    number = {"registrationKind": "OTHER", "registrationNumber": "\ufdfa" * 50}
    (error,) = (await update(api.as_(shop.member(Role.ADMIN)), **number))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "letterhead", "registrationNumber"])
    assert "50" in error["message"]


async def test_the_letterhead_can_be_looked_at(database: Database, api: Client) -> None:
    shop = await make_shop(database, currency="JPY", locale=Locale.JA)
    admin = api.as_(shop.member(Role.ADMIN))
    number = {"registrationKind": "JP_INVOICE", "registrationNumber": "T7123456789012"}
    assert (await update(admin, **number, logo=b64encode(svg(SHAPE)).decode()))["userErrors"] == []
    link = (await admin.data("{ brandSettings { letterheadPreview(locale: JA) { url } } }"))["brandSettings"]
    pdf = await admin.http.get(urlsplit(link["letterheadPreview"]["url"]).path)
    assert pdf.status_code == 200
    text = PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    assert "T7123456789012" in text
    assert "消費税（10%）" in text
