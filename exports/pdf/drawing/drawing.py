"""Draws HTML as a PDF/UA: the text of every script can be copied, and a letter without a glyph is a box with its code.

Of WeasyPrint's parts it uses some that are no public API; tests/exports/test_letters.py finds what a release changes.
"""

from functools import cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from exports.pdf.drawing import letters
from exports.pdf.drawing.boxes import font_face
from exports.pdf.drawing.font_files import write_font_files
from exports.pdf.drawing.tags import write_tags

BODY = '<body class="'
ROWS_OF_A_PAGE = 45  # of all tables; with more, one page is never enough
PASSES = 3  # a letter that is drawn in parts is known to lack one only when the others are there

letters.install()
# Letters that no font here has, so that most documents with such letters are drawn once.
_missing: set[str] = set()


def draw(html: str, style_sheet: Path) -> bytes:
    missing = _missing.intersection(html)
    for turn in range(PASSES):
        pdf, found = _draw(html, style_sheet, missing)
        if not found - missing or turn == PASSES - 1:
            break
        missing |= found
        _missing.update(found)
    return pdf


def missing_letters(text: str) -> set[str]:
    """Those that no font on this machine has."""
    return _draw(f'<html lang="en"><title>-</title><p>{text}', None, set())[1]


def _draw(html: str, style_sheet: Path | None, missing: set[str]) -> tuple[bytes, set[str]]:
    """With the letters that had no glyph."""
    fonts = letters.Fonts()
    styles = [_style(style_sheet)] if style_sheet else []
    configuration = FontConfiguration()
    if missing:
        rules = CSS(string=font_face(missing), font_config=configuration, url_fetcher=_no_network())
        styles.append(rules)

    def laid_out(html: str) -> Any:
        return HTML(string=html, url_fetcher=_no_network()).render(
            font_config=configuration, stylesheets=styles, pdf_variant="pdf/ua-1"
        )

    document = laid_out(html)
    # A few lines and the sums alone on a second page: closer together, most such documents need one page.
    if len(document.pages) == 2 and html.count("<tr") <= ROWS_OF_A_PAGE:
        closer = laid_out(html.replace(BODY, f"{BODY}tight ", 1))
        document = closer if len(closer.pages) == 1 else document
    document.fonts = fonts
    pdf: bytes = document.write_pdf(finisher=_finish, pdf_variant="pdf/ua-1")
    return pdf, {letter for letter in fonts.missing if not letter.isspace()}


def _finish(document: Any, pdf: Any) -> None:
    letters.write_texts(pdf, document.fonts)
    write_font_files(pdf, document.fonts)
    write_tags(pdf)


@cache
def _style(path: Path) -> CSS:
    return CSS(filename=path)


@cache
def _no_network() -> URLFetcher:
    """Nothing is fetched: the pages embed the logo, and the text of users must not cause a request."""
    return URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
