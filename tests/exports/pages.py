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
