"""What programs say that check PDFs, and what a screen reader needs of the tags."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.ttLib import TTFont

from benchmarks.pdf import ENGLISH, JAPANESE, line
from exports.order_pdf import order_pdf
from models.locale import Locale
from resolvers.papers.pictures import clean_picture
from tests.importing.test_skus import a_picture

pikepdf = pytest.importorskip("pikepdf")

ORDERS = {Locale.EN: ENGLISH, Locale.JA: JAPANESE}
PRODUCTS = ("Linen shirt", "ウールワイドパンツ \ue000", "Thai กข น้ำ 🧵")
PICTURE = clean_picture(a_picture()).data
BOTH = pytest.mark.parametrize("locale", Locale)


@cache
def order_on_pages(locale: Locale) -> bytes:
    return order_pdf(replace(ORDERS[locale], lines=tuple(line(n, PRODUCTS) for n in range(1, 61))), locale)


@cache
def grid(locale: Locale) -> bytes:
    lines = [
        replace(
            line(n, PRODUCTS),
            style=f"Style {n // 12}",
            color=f"Colour {n // 3 % 4}",
            size="SML"[n % 3],
            picture=PICTURE,
        )
        for n in range(36)
    ]
    return order_pdf(replace(ORDERS[locale], rejection=None, lines=tuple(lines)), locale)


def elements(pdf: Any, kind: str = "") -> Iterator[Any]:
    def inside(element: Any) -> Iterator[Any]:
        yield element
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/StructElem":
                assert kid.P.objgen == element.objgen, "each element names its parent"
                yield from inside(kid)

    for element in inside(pdf.Root.StructTreeRoot.K[0]):
        if not kind or kind == element.S:
            yield element


@BOTH
@pytest.mark.parametrize("draw", [order_on_pages, grid])
def test_a_document_passes_the_checkers(draw: Any, locale: Locale, tmp_path: Path) -> None:
    pdfua = pytest.importorskip("pdfua")
    file = tmp_path / "order.pdf"
    file.write_bytes(draw(locale))
    assert not pdfua.validate(file).findings
    if qpdf := shutil.which("qpdf"):
        checked = subprocess.run([qpdf, "--check", file], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@BOTH
def test_a_table_over_pages_is_one_with_one_head(locale: Locale) -> None:
    with pikepdf.open(BytesIO(order_on_pages(locale))) as pdf:
        assert len(pdf.pages) > 1
        tables = [each for each in elements(pdf, "/Table") if sum(kid.S == "/THead" for kid in each.K)]
        assert len(tables) == 1
        assert [kid.S for kid in tables[0].K].count("/THead") == 1
        rows = [row for part in tables[0].K if part.S == "/TBody" for row in part.K]
        assert len(rows) == 60


@BOTH
@pytest.mark.parametrize("draw", [order_on_pages, grid])
def test_each_cell_names_heads_that_are_there(draw: Any, locale: Locale) -> None:
    with pikepdf.open(BytesIO(draw(locale))) as pdf:
        names = list(pdf.Root.StructTreeRoot.IDTree.Names)
        heads = {str(name): head for name, head in zip(names[::2], names[1::2], strict=True)}
        assert list(heads) == sorted(heads)
        found = list(elements(pdf, "/TH"))
        assert len(found) == len(heads)
        assert {str(head.A.Scope) for head in found} == {"/Row", "/Column"}
        for cell in elements(pdf, "/TD"):
            assert {str(name) for name in cell.A.Headers} <= set(heads)
            assert cell.A.Headers or not cell.K


def test_a_quantity_in_the_grid_is_read_with_its_own_style_s_size() -> None:
    with pikepdf.open(BytesIO(grid(Locale.EN))) as pdf:
        table = next(each for each in elements(pdf, "/Table"))
        for part in [each for each in table.K if each.S == "/TBody"]:
            own = {str(head.ID) for row in part.K for head in row.K if head.S == "/TH"}
            common = {str(head.ID) for head in next(each for each in table.K if each.S == "/THead").K[0].K}
            for row in part.K:
                for cell in row.K:
                    if cell.S == "/TD":
                        assert {str(name) for name in cell.A.Headers} <= own | common


@BOTH
def test_all_content_is_tagged_or_an_artifact(locale: Locale) -> None:
    with pikepdf.open(BytesIO(order_on_pages(locale))) as pdf:
        tagged = {
            (element.Pg.objgen, int(kid))
            for element in elements(pdf)
            for kid in element.get("/K", [])
            if not isinstance(kid, pikepdf.Dictionary)
        }
        marked = {
            (page.objgen, int(operands[1].MCID))
            for page in pdf.pages
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and "/MCID" in operands[1]
        }
        assert tagged == marked


@BOTH
def test_no_text_is_drawn_with_the_glyph_for_nothing(locale: Locale) -> None:
    with pikepdf.open(BytesIO(order_on_pages(locale))) as pdf:
        fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/DescendantFonts" in each]
        assert fonts
        for font in fonts:
            own = font.DescendantFonts[0]
            codes = codes_of(font.ToUnicode.read_bytes())
            widths = widths_of(own.W)
            program = program_of(own)
            assert codes
            for code in codes:
                assert code in widths
                assert program(code), "the font has no glyph for it"


def codes_of(to_unicode: bytes) -> list[int]:
    lines = to_unicode.decode().splitlines()
    return [int(each[1:5], 16) for each in lines if each.startswith("<") and not each.endswith("<ffff>")]


def widths_of(array: Any) -> set[int]:
    found: set[int] = set()
    for first, widths in zip(list(array)[::2], list(array)[1::2], strict=True):
        found |= set(range(int(first), int(first) + len(widths)))
    return found


def program_of(font: Any) -> Any:
    """Tells whether a CID has a glyph that is not the first, which is .notdef."""
    if "/FontFile3" in font.FontDescriptor:
        data = BytesIO(font.FontDescriptor.FontFile3.read_bytes())
        program = CFFFontSet()
        program.decompile(data, None)
        names = program.topDictIndex[0].charset
        return lambda code: f"cid{code:05}" in names
    count = TTFont(BytesIO(font.FontDescriptor.FontFile2.read_bytes()))["maxp"].numGlyphs
    if font.CIDToGIDMap == "/Identity":
        return lambda code: 0 < code < count
    glyphs = font.CIDToGIDMap.read_bytes()
    return lambda code: 0 < int.from_bytes(glyphs[2 * code : 2 * code + 2], "big") < count
