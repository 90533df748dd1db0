"""A font for letters that no font on the machine has: each is a box with its code point in it."""

from base64 import b64encode
from collections.abc import Iterable
from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Code Points"
EM = 1000
PIXEL = 95  # of digits that are 3 pixels wide and 5 high
BOTTOM = -140
MADE = 3_786_912_000  # 2024-01-01, in seconds since 1904: the same letters give the same font
# Each digit's rows from the top; a row's bits from the left.
DIGITS = (
    *("75557", "26227", "71747", "71717", "55711", "74717", "74757", "71111", "75757", "75717"),
    *("75755", "65656", "74447", "65556", "74647", "74644"),
)


def font_face(letters: Iterable[str]) -> str:
    """The rule that makes them known as a family, in a style sheet."""
    data = b64encode(_font(sorted(set(letters)))).decode()
    return f'@font-face {{ font-family: "{FAMILY}"; src: url(data:font/ttf;base64,{data}) }}'


def _font(letters: list[str]) -> bytes:
    """TrueType; the same letters always give the same bytes."""
    names = {letter: f"u{ord(letter):04X}" for letter in letters}
    drawn = {name: _box(f"{ord(letter):04X}") for letter, name in names.items()}
    font = FontBuilder(EM, isTTF=True)
    blank = {".notdef": EM, "space": EM // 4}  # a space between two of the letters is drawn with their font
    font.setupGlyphOrder([*blank, *drawn])
    font.setupCharacterMap({0x20: "space", **{ord(letter): name for letter, name in names.items()}})
    font.setupGlyf(
        {name: TTGlyphPen(None).glyph() for name in blank} | {n: pen.glyph() for n, (pen, _) in drawn.items()}
    )
    font.setupHorizontalMetrics(
        {name: (width, 0) for name, width in blank.items()} | {n: (width, PIXEL) for n, (_, width) in drawn.items()}
    )
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    font.setupPost(keepGlyphNames=False)
    # So that the boxes of marks stand beside their letters' boxes, not above them.
    classes = f"table GDEF {{ GlyphClassDef [space {' '.join(drawn)}],,,; }} GDEF;"
    font.addOpenTypeFeatures(classes + "feature kern { pos space space 0; } kern;")
    font.updateHead(created=MADE, modified=MADE)
    font.font.recalcTimestamp = False
    output = BytesIO()
    font.save(output)
    return output.getvalue()


def _box(digits: str) -> tuple[TTGlyphPen, int]:
    """With its advance width."""
    pen = TTGlyphPen(None)
    columns = 4 * len(digits) + 3
    right, top = columns + 1, 9
    for left, bottom, wide, high in (
        (1, 0, columns, 0.5),
        (1, top - 0.5, columns, 0.5),
        (1, 0, 0.5, top),
        (right - 0.5, 0, 0.5, top),
    ):
        _rectangle(pen, left, bottom, wide, high)
    for place, digit in enumerate(digits):
        for row, bits in enumerate(int(each) for each in DIGITS[int(digit, 16)]):
            for column in range(3):
                if bits & 4 >> column:
                    _rectangle(pen, 3 + 4 * place + column, 6 - row, 1, 1)
    return pen, (right + 1) * PIXEL


def _rectangle(pen: TTGlyphPen, left: float, bottom: float, width: float, height: float) -> None:
    """In pixels."""
    x, y = round(left * PIXEL), round(bottom * PIXEL) + BOTTOM
    right, top = x + round(width * PIXEL), y + round(height * PIXEL)
    pen.moveTo((x, y))
    for point in ((x, top), (right, top), (right, y)):
        pen.lineTo(point)
    pen.closePath()
