"""Reads a PDF as its readers do: the text, the pixels, the tags."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image
from pypdf import PdfReader

# What looks like HTML, a template, CSS or an address.
CODE = (
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    '<img src="file:///etc/passwd">',
    '" style="background: url(http://127.0.0.1:9/x.png)',
    "&lt;&amp;&#65;",
)


def texts(pdf: bytes) -> list[str]:
    """The text of each page, as one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def pictures(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=1.5).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def rows(picture: Image.Image, is_it: Callable[[tuple[int, ...]], bool]) -> list[int]:
    """The heights, from the top, at which there are pixels of that kind."""
    width, pixels = picture.width, picture.tobytes()
    return [
        y
        for y in range(picture.height)
        if any(is_it(tuple(pixels[at : at + 3])) for at in range(3 * y * width, 3 * (y + 1) * width, 3))
    ]


def is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 150 and pixel[1] < 90 and pixel[2] < 90


def is_dark(pixel: tuple[int, ...]) -> bool:
    return pixel[0] < 130


def root_of(pdf: bytes) -> Any:
    return PdfReader(BytesIO(pdf)).trailer["/Root"]


def tags(pdf: bytes) -> list[Any]:
    """The elements of the structure tree, in reading order."""
    found = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(root_of(pdf)["/StructTreeRoot"])
    return found


def fonts(pdf: bytes) -> list[str]:
    """The names of the embedded fonts of the first page."""
    resources: Any = PdfReader(BytesIO(pdf)).pages[0]["/Resources"]
    return [font.get_object()["/BaseFont"] for font in resources["/Font"].values()]


def is_japanese(name: str) -> bool:
    return "CJK-JP" in name or "IPA" in name


def ink_in_margins(pdf: bytes) -> bool:
    """Whether anything dark stands in the outer 15 mm at the left or right of a page."""
    for picture in pictures(pdf):
        margin = round(picture.width * 15 / 210)
        for left in (0, picture.width - margin):
            if rows(picture.crop((left, 0, left + margin, picture.height)), is_dark):
                return True
    return False


def collisions(pdf: bytes) -> list[tuple[str, str]]:
    """Words that are printed over another, and words beyond the margins (with "")."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [each for page in document for each in _collisions(_words(page.get_textpage()), page.get_width())]
    finally:
        document.close()


def left_of(pdf: bytes, letter: str) -> float:
    """Where the letter stands that is once on the first page, in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0].get_textpage()
        places = [n for n in range(page.count_chars()) if pypdfium2.raw.FPDFText_GetUnicode(page, n) == ord(letter)]
        (place,) = places
        return float(page.get_charbox(place)[0])
    finally:
        document.close()


Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


def _words(page: Any) -> list[tuple[str, Box]]:
    found: list[tuple[str, Box]] = []
    is_open = False
    for place in range(page.count_chars()):
        letter = chr(pypdfium2.raw.FPDFText_GetUnicode(page, place))
        left, bottom, right, top = page.get_charbox(place)
        if letter.isspace() or left >= right:
            is_open = False
            continue
        if is_open:
            word, (start, low, end, high) = found[-1]
            if is_open := -8 < left - end < 3 and bottom < high and top > low:  # parts of a ligature share its box
                box = (min(start, left), min(low, bottom), max(end, right), max(high, top))
                found[-1] = (word + letter, box)
                continue
        found.append((letter, (left, bottom, right, top)))
        is_open = True
    return found


def _collisions(words: list[tuple[str, Box]], page_width: float) -> list[tuple[str, str]]:
    margin = 14 * 72 / 25.4
    found = [
        (word, "") for word, (left, low, right, _) in words if left < margin or right > page_width - margin or low < 8
    ]
    for place, (word, (left, low, right, high)) in enumerate(words):
        for other, (start, bottom, end, top) in words[place + 1 :]:
            height = min(high, top) - max(low, bottom)
            if min(right, end) - max(left, start) > 1.2 and height > 0.55 * min(high - low, top - bottom):
                found.append((word, other))
    return found


def headers_of_cells(pdf: bytes) -> list[int]:
    """How many heads a screen reader reads with each cell of the tables."""
    return [len(node["/A"].get_object()["/Headers"]) for node in tags(pdf) if node.get("/S") == "/TD"]


def announces(pdf: bytes, *, title: str, language: str) -> bool:
    """Whether it says that it is a tagged PDF/UA document of that title and language."""
    root, metadata = root_of(pdf), PdfReader(BytesIO(pdf)).metadata
    return bool(
        root["/MarkInfo"]["/Marked"]
        and root["/Lang"] == language
        and root["/ViewerPreferences"]["/DisplayDocTitle"]
        and b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
        and metadata
        and metadata.title == title
    )
