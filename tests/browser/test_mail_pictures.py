"""Every mail looks as it did when somebody last looked at it. `./run pictures` renews the pictures."""

import json

import pytest
from PIL import Image
from playwright.sync_api import Browser

from models.locale import Locale
from models.messages.mail import MailKind
from tests.gallery.mails import BROWSER, FOLDER, browser_and_fonts, differing, path_of, sheet
from tests.gallery.sheets import TOLERANCE


def test_every_mail_looks_as_before(chromium: Browser) -> None:
    recorded = json.loads(BROWSER.read_text("utf-8"))
    if (here := browser_and_fonts(chromium)) != recorded:
        names = sorted(name for name in here.keys() | recorded.keys() if here.get(name) != recorded.get(name))
        pytest.skip(f"the pictures were taken with other versions of {', '.join(names)}")
    page = chromium.new_page()
    shares = {
        path_of(kind, locale).name: differing(Image.open(path_of(kind, locale)), sheet(page, kind, locale))
        for kind in MailKind
        for locale in Locale
    }
    page.close()
    changed = {name: f"{share:.1%}" for name, share in shares.items() if share > TOLERANCE}
    assert changed == {}, "so many pixels differ; look at these after ./run pictures"


def test_there_is_a_picture_of_every_mail_and_it_is_small() -> None:
    expected = {path_of(kind, locale).name for kind in MailKind for locale in Locale}
    assert {file.name for file in FOLDER.glob("*.png")} == expected
    assert all(file.stat().st_size < 200_000 for file in FOLDER.glob("*.png"))


def test_a_word_more_is_a_difference() -> None:
    blank = Image.new("L", (1100, 800), 255)
    changed = blank.copy()
    changed.paste(0, (100, 100, 160, 120))
    assert differing(blank, blank) == 0
    assert differing(blank, changed) > TOLERANCE
    assert differing(blank, blank.crop((0, 0, 10, 10))) == 1
