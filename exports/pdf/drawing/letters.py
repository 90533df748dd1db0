"""Draws lines of text so that the text can be read out of the PDF again, whatever its script.

WeasyPrint writes the number of a glyph, and says once for each glyph what text it is. So a glyph that is used for two
texts (parts of letters in Thai or Devanagari, all letters without a glyph) is copied as another text. Here each pair of
a glyph and a text has a code of its own. `_draw_first_line` is after that of WeasyPrint 70 (BSD-3-Clause, © Simon Sapin
and contributors); it replaces it for documents whose fonts are `Fonts`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import Any

import pydyf
from PIL import Image
from weasyprint.draw import text as weasyprint_text
from weasyprint.images import RasterImage
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.fonts import get_hb_object_data
from weasyprint.text.line_break import get_last_word_end

from exports.pdf.drawing.clusters import Glyph, glyphs_of
from exports.pdf.drawing.cmaps import cmap
from exports.pdf.drawing.font_files import prepare

INVALID = 0xFFFFFFFF  # Pango's glyph for bytes that are not UTF-8
HIGHEST = 0xFFFE


class Fonts(dict[int, Any]):
    """The fonts of one document, by WeasyPrint's key.

    `codes`: by the hash of a font, the code of each pair of a glyph and its text. `missing`: the letters that no font
    on this machine has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.codes: defaultdict[str, dict[tuple[int, str], int]] = defaultdict(dict)
        self.missing: set[str] = set()
        self._first: dict[str, Any] = {}
        self._free: dict[str, Iterator[int]] = {}
        self._used: defaultdict[str, set[int]] = defaultdict(set)

    def __setitem__(self, key: int, font: Any) -> None:
        # Fonts of one hash share a name and a file in the PDF, so each needs what the others draw.
        first = self._first.setdefault(font.hash, font)
        font.widths, font.to_unicode = first.widths, first.to_unicode
        prepare(font)
        super().__setitem__(key, font)

    def code(self, font: Any, glyph: int, text: str) -> int:
        """The glyph's own number for its first text: readers that do not know the font's encoding have it right."""
        codes = self.codes[font.hash]
        if code := codes.get((glyph, text)):
            return code
        used = self._used[font.hash]
        if not (code := glyph) or glyph in used:
            free = self._free.setdefault(
                font.hash, chain(range(font.glyph_count, HIGHEST + 1), range(min(font.glyph_count, HIGHEST), 0, -1))
            )
            code = next(each for each in free if each not in used)
        used.add(code)
        codes[glyph, text] = code
        font.widths[code] = font.widths[glyph]
        return code


def install() -> None:
    """Makes WeasyPrint draw with it. May be called again."""
    weasyprint_text.draw_first_line = _draw_first_line


_weasyprints_own = weasyprint_text.draw_first_line


def _draw_first_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: str, matrix: Any) -> list[Any]:
    fonts = stream._fonts
    if not isinstance(fonts, Fonts):
        emojis: list[Any] = _weasyprints_own(stream, textbox, text_overflow, block_ellipsis, matrix)
        return emojis
    if not textbox.text.strip() or textbox.style["font_size"] < 1e-6:
        return []
    pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
    line = _clamped(textbox) if block_ellipsis != "none" else textbox.pango_layout.get_first_line()[0]
    stream.set_text_matrix(*matrix.values)
    return _Line(stream, textbox, fonts).draw(line)


def _clamped(textbox: Any) -> Any:
    """The last line that fits, with an ellipsis at its end."""
    layout = textbox.pango_layout
    pango.pango_layout_set_width(layout.layout, int(layout.max_width * TO_UNITS))
    layout.set_text(layout.text + "…")
    line, index = layout.get_first_line()
    while index:
        end = get_last_word_end(layout.text[:-1], textbox.style["lang"])
        if end is None:
            break
        layout.set_text(layout.text[:end] + "…")
        line, index = layout.get_first_line()
    return line


class _Line:
    """`parts`: what the next TJ operator shows: codes in hexadecimal, and numbers that move on, in 1/1000 em."""

    def __init__(self, stream: Any, textbox: Any, fonts: Fonts) -> None:
        self.stream, self.textbox, self.fonts = stream, textbox, fonts
        self.parts: list[str] = []
        self.x = 0.0
        self.emojis: list[Any] = []

    def draw(self, line: Any) -> list[Any]:
        previous = font = None
        size = 0.0
        items = []
        run = line.runs[0]
        while run != ffi.NULL:
            items.append(run.data)
            run = run.next
        for item, glyphs in zip(items, self.glyphs(items), strict=True):
            pango_font = item.item.analysis.font
            if pango_font != previous:
                previous = pango_font
                font, size = self.stream.add_font(pango_font)
                # Pango's issue 530, and WeasyPrint's 2800 for fonts with pictures.
                if pango.pango_version() < 14802 or font.png:
                    size = self.textbox.style["font_size"]
                self.show()
                self.stream.set_font_size(font.hash, 1 if font.bitmap else size)
            self.run(item, glyphs, pango_font, font, size)
        self.show()
        return self.emojis

    def glyphs(self, items: Sequence[Any]) -> list[list[Glyph]]:
        """The visible ones of each run. The text of runs that draw nothing goes to the run after them, or before."""
        utf8 = self.textbox.pango_layout.text.encode()
        found: list[list[Glyph]] = []
        unseen = ""
        last: tuple[list[Glyph], int] | None = None
        for item in items:
            count, start, is_rtl = item.glyphs.num_glyphs, item.item.offset, bool(item.item.analysis.level % 2)
            text = utf8[start : start + item.item.length]
            hidden = [_is_hidden(item.glyphs.glyphs[i]) for i in range(count)]
            glyphs = glyphs_of([item.glyphs.log_clusters[i] for i in range(count)], hidden, text, is_rtl=is_rtl)
            found.append(glyphs)
            if not glyphs:
                unseen += text.decode()
                continue
            first = -1 if is_rtl else 0
            glyphs[first] = replace(glyphs[first], text=unseen + glyphs[first].text)
            unseen, last = "", (glyphs, -1 - first)
        if last:
            glyphs, end = last
            glyphs[end] = replace(glyphs[end], text=glyphs[end].text + unseen)
        return found

    def run(self, item: Any, glyphs: Sequence[Glyph], pango_font: Any, font: Any, size: float) -> None:
        infos = item.glyphs.glyphs
        found = {glyph.index: glyph for glyph in glyphs}
        end = 0
        for i in range(item.glyphs.num_glyphs):
            if _is_hidden(infos[i]):
                self.parts.append(str(-infos[i].geometry.width / size))
                continue
            glyph = found[i]
            if glyph.whole:
                self.begin_text(glyph.whole)
                end = glyph.end
            self.glyph(infos[i], glyph.text, pango_font, font, size)
            if end == i + 1:
                self.end_text()
                end = 0

    def glyph(self, info: Any, text: str, pango_font: Any, font: Any, size: float) -> None:
        glyph_id, width = info.glyph, info.geometry.width
        if glyph_id & pango.PANGO_GLYPH_UNKNOWN_FLAG:
            self.fonts.missing.add(chr(glyph_id - pango.PANGO_GLYPH_UNKNOWN_FLAG))
            glyph_id = 0
            font.widths.setdefault(0, round(width * 1000 * FROM_UNITS / size))
        if glyph_id not in font.widths:
            pango.pango_font_get_glyph_extents(pango_font, glyph_id, self.stream.ink_rect, self.stream.logical_rect)
            font.widths[glyph_id] = round(self.stream.logical_rect.width * 1000 * FROM_UNITS / size)
        font.to_unicode.setdefault(glyph_id, text)  # the glyphs that the font is cut down to
        code = f"<{glyph_id:02x}>" if font.bitmap else f"<{self.fonts.code(font, glyph_id, text):04x}>"
        offset, rise = info.geometry.x_offset / size, info.geometry.y_offset / 1000
        if offset:
            self.parts.append(str(-offset))
        if rise:
            self.show()
            self.stream.set_text_rise(-rise)
        self.parts.append(code)
        if rise:
            self.show()
            self.stream.set_text_rise(0)
        # Kerning and the spacing of letters and words.
        kerning = font.widths[glyph_id] + offset - width * 1000 * FROM_UNITS / size
        if kerning:
            self.parts.append(str(int(kerning)))
        if font.png:
            self.picture(glyph_id, pango_font, font, size)
        self.x += (font.widths[glyph_id] + offset - kerning) / 1000

    def picture(self, glyph_id: int, pango_font: Any, font: Any, size: float) -> None:
        """Of a colour emoji."""
        if not (png := get_hb_object_data(font.hb_font, "png", glyph_id)):
            return
        picture = Image.open(BytesIO(png))
        height = font.widths[glyph_id] / 1000
        pango.pango_font_get_glyph_extents(pango_font, glyph_id, self.stream.ink_rect, self.stream.logical_rect)
        top = -self.stream.logical_rect.y * FROM_UNITS / size - size
        image = RasterImage(picture, f"{font.hash}{glyph_id}", png)
        self.emojis.append([image, font, picture.width / picture.height * height, height, self.x, top])

    def show(self) -> None:
        if self.parts:
            self.stream.show_text(" ".join(self.parts).replace("> <", ""))
            self.parts.clear()

    def begin_text(self, text: str) -> None:
        self.show()
        actual = pydyf.Dictionary({"ActualText": utf16(text)})
        self.stream.stream.extend(["/Span", actual, b"BDC"])

    def end_text(self) -> None:
        self.show()
        self.stream.stream.append(b"EMC")


def _is_hidden(info: Any) -> bool:
    return info.glyph in (pango.PANGO_GLYPH_EMPTY, INVALID)


def utf16(text: str) -> bytes:
    """As a PDF string."""
    return f"<feff{text.encode('utf-16-be').hex()}>".encode()


def write_texts(pdf: Any, fonts: Fonts) -> None:
    """Says in the PDF's fonts which text each code is."""
    for font in [each for each in pdf.objects if isinstance(each, dict) and each.get("Subtype") == "/Type0"]:
        codes = fonts.codes[font["BaseFont"][1:7].decode()]
        entries = [(code, f"<{text.encode('utf-16-be').hex()}>") for (_, text), code in codes.items()]
        pdf.objects[int(font["ToUnicode"].split()[0])].stream = cmap("Adobe-Identity-UCS", 2, "bfchar", entries)
