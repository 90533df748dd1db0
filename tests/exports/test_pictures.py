"""Every document looks as it did when somebody last looked at it. `./run pictures` renews the pictures."""

import json

import pytest
from PIL import Image

from models.locale import Locale
from tests.gallery.shapes import DOCUMENTS
from tests.gallery.sheets import CELL, COLORS, FOLDER, FONTS, TOLERANCE, differing, fonts, sheet


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_looks_as_before(document: str, locale: Locale) -> None:
    recorded = json.loads(FONTS.read_text("utf-8"))
    if (here := fonts()) != recorded:
        names = sorted(name for name in here.keys() | recorded.keys() if here.get(name) != recorded.get(name))
        pytest.skip(f"the pictures were drawn with other versions of {', '.join(names)}")
    before = Image.open(FOLDER / f"{document}.{locale}.png").convert("RGB")
    now = sheet(document, locale).quantize(COLORS).convert("RGB")
    share = differing(before, now)
    assert share <= TOLERANCE, f"{share:.1%} of a page's pixels differ; look at it after ./run pictures"


def test_a_word_more_is_a_difference() -> None:
    blank = Image.new("L", (2 * CELL[0], CELL[1]), 255)
    changed = blank.copy()
    changed.paste(0, (100, 100, 140, 120))
    assert differing(blank, blank) == 0
    assert differing(blank, changed) > TOLERANCE
    assert differing(blank, blank.crop((0, 0, 10, 10))) == 1


def test_the_pictures_are_small() -> None:
    assert all(file.stat().st_size < 400_000 for file in FOLDER.glob("*.png"))
