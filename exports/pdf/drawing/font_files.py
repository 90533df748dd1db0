"""Makes the font programs inside a PDF small, and gives them a glyph for each code.

WeasyPrint keeps the numbers of all glyphs of a font: 130 KB for a face with Japanese letters, however few are used. A
CID-keyed CFF font names each glyph by its CID, so its other glyphs can go. A TrueType font keeps its numbers, and loses
the tables that a PDF has no use for.
"""

from io import BytesIO
from typing import Any

import pydyf
from fontTools.ttLib import TTFont
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

from exports.pdf.drawing.cmaps import cmap

TRUETYPE_TABLES = frozenset({"head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep"})
DROPPED = (b"BASE", b"GDEF", b"GPOS", b"GSUB", b"JSTF", b"VORG", b"vhea", b"vmtx")

Codes = dict[tuple[int, str], int]


def prepare(font: Any) -> None:
    """`font`: of WeasyPrint. It does not cut down a CFF font, which takes 35 ms for Japanese: `_cff` does."""
    if "CFF " in font.tables and harfbuzz_subset is not None:
        font.file_content = b"OTTO"  # its kind
        font.subset = lambda to_unicode, hinting: None


def write_font_files(pdf: Any, fonts: Any) -> None:
    """`fonts`: letters.Fonts. Afterwards the codes are CIDs, save for fonts that are neither of the two kinds."""
    by_hash = {font.hash: font for font in fonts.values()}
    done: set[bytes] = set()
    for font in _dictionaries(pdf, "/Font"):
        if font.get("Subtype") != "/Type0":
            continue
        name = font["BaseFont"][1:7].decode()
        codes = fonts.codes[name]
        own = _object(pdf, font["DescendantFonts"][0])
        descriptor = _object(pdf, own["FontDescriptor"])
        key = "FontFile2" if "FontFile2" in descriptor else "FontFile3"
        reference, stream = descriptor[key], _object(pdf, descriptor[key])
        if key == "FontFile2":
            _map_codes(pdf, own, codes, compress=stream.compress)
            if reference not in done:
                stream.stream = [_truetype(b"".join(stream.stream))]
                stream.extra["Length1"] = len(stream.stream[0])
        elif reference not in done:
            if program := _cff(by_hash[name], codes):
                stream.stream = [program]
                stream.extra["Subtype"] = "/CIDFontType0C"
            else:
                stream.stream = [_as_weasyprint(by_hash[name])]
                _encode(pdf, font, codes, compress=stream.compress)
        done.add(reference)


def _object(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _dictionaries(pdf: Any, kind: str) -> list[Any]:
    return [each for each in pdf.objects if isinstance(each, dict) and each.get("Type") == kind]


def _truetype(data: bytes) -> bytes:
    font = TTFont(BytesIO(data), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    for tag in set(font.keys()) - TRUETYPE_TABLES - {"GlyphOrder"}:
        del font[tag]
    font["head"].modified = font["head"].created  # WeasyPrint saves a font with pictures again, and this says when
    output = BytesIO()
    font.save(output, reorderTables=None)
    return output.getvalue()


def _map_codes(pdf: Any, font: Any, codes: Codes, *, compress: bool) -> None:
    if all(code == glyph for (glyph, _), code in codes.items()):
        return
    glyphs = {code: glyph for (glyph, _), code in codes.items()}
    content = b"".join(glyphs.get(code, 0).to_bytes(2, "big") for code in range(max(glyphs) + 1))
    stream = pydyf.Stream([content], compress=compress)
    pdf.add_object(stream)
    font["CIDToGIDMap"] = stream.reference


def _cff(font: Any, codes: Codes) -> bytes | None:
    """The bare font program of a CID-keyed font; None: it is of another kind."""
    if "CFF " not in font.tables or harfbuzz_subset is None:
        return None
    data = _subset(font.hb_face, sorted({0, *(glyph for glyph, _ in codes)}))
    small = TTFont(BytesIO(data), lazy=True)
    program: bytes = small.reader["CFF "]
    top = small["CFF "].cff.topDictIndex[0]
    if not hasattr(top, "ROS"):
        return None
    further = sorted((code, glyph) for (glyph, _), code in codes.items() if code != glyph)
    if not further:
        return program
    # A code that is another's glyph: the same outline once more, with the code as its CID.
    outlines = top.CharStrings
    for code, glyph in further:
        source = f"cid{glyph:05}" if glyph else ".notdef"
        outline, selector = outlines.getItemAndSelector(source)
        outlines.charStrings[name := f"cid{code:05}"] = len(outlines.charStringsIndex)
        outlines.charStringsIndex.append(outline)
        if selector is not None:  # there is more than one private dictionary
            top.FDSelect.gidArray.append(selector)
        top.charset.append(name)
    top.CIDCount = max(top.CIDCount, further[-1][0] + 1)
    output = BytesIO()
    small["CFF "].cff.compile(output, small)
    return output.getvalue()


def _as_weasyprint(font: Any) -> bytes:
    font.file_content = get_hb_object_data(font.hb_face)
    type(font).subset(font, font.to_unicode, hinting=False)
    content: bytes = font.file_content
    return content


def _subset(face: Any, glyphs: list[int]) -> bytes:
    wanted = ffi.gc(harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy)
    _add(harfbuzz_subset.hb_subset_input_glyph_set(wanted), glyphs)
    dropped = harfbuzz_subset.hb_subset_input_set(wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG)
    _add(dropped, sorted(harfbuzz.hb_tag_from_string(name, -1) for name in DROPPED))
    harfbuzz_subset.hb_subset_input_set_flags(
        wanted,
        harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
        | harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
        | harfbuzz_subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE,
    )
    small = ffi.gc(harfbuzz_subset.hb_subset_or_fail(face, wanted), harfbuzz.hb_face_destroy)
    data: bytes = get_hb_object_data(small)
    return data


def _add(numbers: Any, found: list[int]) -> None:
    harfbuzz.hb_set_add_sorted_array(numbers, ffi.new(f"hb_codepoint_t[{len(found)}]", found), len(found))


def _encode(pdf: Any, font: Any, codes: Codes, *, compress: bool) -> None:
    """Which glyph each code is, as an encoding; not all readers know it."""
    system = pydyf.Dictionary(
        {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
    )
    extra = pydyf.Dictionary({"Type": "/CMap", "CMapName": "/Codes", "CIDSystemInfo": system})
    entries = [(code, str(glyph)) for (glyph, _), code in codes.items()]
    encoding = pydyf.Stream(cmap("Codes", 1, "cidchar", entries), extra, compress=compress)
    pdf.add_object(encoding)
    font["Encoding"] = encoding.reference
