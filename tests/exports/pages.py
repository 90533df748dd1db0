"""Reads a PDF as its readers do: the text, the pixels, the tags."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image
from pypdf import PdfReader


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
