"""Contact sheets: the pages of one document in one language, each shape in a row of its own.

They are in docs/guides/pictures/documents/, where people look at them and a test compares them with what is drawn now.
"""

import hashlib
import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pypdfium2
from PIL import Image, ImageChops, ImageDraw

from exports.pdf.drawing import drawing, letters
from exports.pdf.paper import STYLE_SHEET
from models.locale import Locale
from tests.gallery.shapes import DOCUMENTS, SCRIPTS, Shape

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides" / "pictures" / "documents"
FONTS = FOLDER / "fonts.json"
SCALE = 0.5  # pixels for a point
CELL = (298, 421)  # an A4 page
GAP = 12
COLUMNS = 4
COLORS = 32
# Two versions of a library put the edge of a letter a little elsewhere; a moved or missing word is over it.
TOLERANCE = 0.004  # of the pixels of a page
FAINT = 90  # of 255


def sheet(document: str, locale: Locale) -> Image.Image:
    pages = [page for shape in shapes_of(document) for page in shown(document, locale, shape)]
    rows = -(-len(pages) // COLUMNS)
    width, height = CELL
    whole = Image.new("RGB", (GAP + COLUMNS * (width + GAP), rows * (height + GAP) + GAP), (150, 150, 150))
    write = ImageDraw.Draw(whole).text
    for place, (name, page) in enumerate(pages):
        left, top = GAP + place % COLUMNS * (width + GAP), GAP + place // COLUMNS * (height + GAP)
        whole.paste(page, (left, top))
        write((left, top - GAP + 1), name, fill="black")
    return whole


def shapes_of(document: str) -> list[Shape]:
    has_stamp = document in ("order", "order-confirmation", "invoice")
    left_out = ([] if has_stamp else [Shape.REJECTED]) + ([] if document == "order" else [Shape.SIZES])
    return [shape for shape in Shape if shape not in left_out]


def shown(document: str, locale: Locale, shape: Shape) -> list[tuple[str, Image.Image]]:
    """All pages of up to two; else the first, the second and the last; with what they are."""
    pdf = pypdfium2.PdfDocument(DOCUMENTS[document](locale, shape))
    try:
        count = len(pdf)
        numbers = range(count) if count < 3 else (0, 1, count - 1)
        pictures = [pdf[number].render(scale=SCALE).to_pil().convert("RGB").resize(CELL) for number in numbers]
        return [(f"{shape}, {number + 1} of {count}", each) for number, each in zip(numbers, pictures, strict=True)]
    finally:
        pdf.close()


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ by more than a shade, in the worst page; 1 for sheets of another size."""
    if one.size != other.size:
        return 1.0
    difference = ImageChops.difference(one.convert("L"), other.convert("L")).point(
        lambda value: 255 if value > FAINT else 0
    )
    width, height = CELL
    worst = 0.0
    for left in range(GAP, one.width, width + GAP):
        for top in range(GAP, one.height, height + GAP):
            cell = difference.crop((left, top, left + width, top + height))
            worst = max(worst, cell.histogram()[255] / (width * height))
    return worst


@cache
def fonts() -> dict[str, str]:
    """Name and digest of each font that the documents are drawn with here, and the libraries' versions."""
    from weasyprint import VERSION
    from weasyprint.text.ffi import pango
    from weasyprint.text.fonts import get_hb_object_data

    made: list[Any] = []

    class Recorded(letters.Fonts):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    with patch.object(letters, "Fonts", Recorded):
        for language in Locale:
            text = " ".join((*SCRIPTS, "abc 漢字かな <b>abc 漢字かな</b>"))
            drawing.draw(f'<html lang="{language}"><title>Fonts</title><body class="{language}"><p>{text}', STYLE_SHEET)
    found = {
        font.name[8:].decode(): hashlib.sha256(get_hb_object_data(font.hb_face)).hexdigest()[:16]
        for document in made
        for font in document.values()
        if "Code Points" not in font.family
    }
    versions = {"WeasyPrint": VERSION, "Pango": str(pango.pango_version()), "PDFium": str(pypdfium2.PYPDFIUM_INFO)}
    return dict(sorted(found.items())) | versions


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for document in DOCUMENTS:
        for locale in Locale:
            output = BytesIO()
            sheet(document, locale).quantize(COLORS).save(output, "png", optimize=True)
            (FOLDER / f"{document}.{locale}.png").write_bytes(output.getvalue())
    FONTS.write_text(json.dumps(fonts(), indent=2) + "\n", "utf-8")
