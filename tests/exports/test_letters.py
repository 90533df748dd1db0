"""The text of every script can be read out of a PDF again, with and without fonts for it."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from exports.pdf.drawing import drawing
from exports.pdf.drawing.clusters import Glyph, glyphs_of
from exports.pdf.paper import STYLE_SHEET
from tests.exports.pages import fonts, pictures, rows, texts

SAMPLES = {
    "Latin": "Crème brûlée, Ångström œuvre – “fine”",
    "Greek": "Καλημέρα κόσμε, Ἑλλάς",
    "Cyrillic": "Съешь ещё этих мягких булок",
    "Thai": "กขคง น้ำใจ สำหรับ าา เก้า ที่",
    "Devanagari": "क कि हिन्दी क्षत्रिय र्क ज्ञ श्री",
    "Arabic": "السلام عليكم لا إله",
    "Persian": "می‌خواهم",  # a zero-width non-joiner
    "Hebrew": "שלום עולם",
    "Korean": "안녕하세요 세계",
    "Chinese": "你好世界 骨直 们",
    "Japanese": "こんにちは世界、ｶﾀｶﾅ 髙﨑",
    "Tamil": "தமிழ்",
    "Khmer": "ខ្មែរ",
    "emoji": "❤️ 👍🏽 👩‍💻 🇯🇵 😀 👨‍👩‍👧‍👦 1️⃣",
    "marks": "z\u0335\u0324 x\u0301 q\u0323\u0302",
    "planes": "𝔘𝕏 𐍈 𠮷 𒀀 𓀀 \U0001fbf0",
    "same glyphs": "一\u2f00 Ω\u2126 a\u00a0b",
    "private": "\ue000 \U000f0000 \U0010fffd",
    "unseen": "d\u180ee x\u180e \u180ey c\u034fd \u17b4k",  # with a font of their own, so in runs of their own
}
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
DRAW = """
import sys
from pathlib import Path
from exports.pdf.drawing.drawing import draw
from exports.pdf.paper import STYLE_SHEET
Path(sys.argv[2]).write_bytes(draw(Path(sys.argv[1]).read_text("utf-8"), STYLE_SHEET))
"""


def page(*lines: str, language: str = "en") -> str:
    return f'<html lang="{language}"><title>Letters</title><body>' + "".join(f"<p>{line}</p>" for line in lines)


def plain(text: str) -> str:
    """Where lines and words end depends on what draws them; a letter and its mark may be one code point or two."""
    return unicodedata.normalize("NFC", "".join(text.split()))


def lost(pdf: bytes) -> dict[str, str]:
    found = plain(" ".join(texts(pdf)))
    return {name: sample for name, sample in SAMPLES.items() if plain(sample) not in found}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_text_is_what_was_put_in(language: str) -> None:
    assert not lost(drawing.draw(page(*SAMPLES.values(), language=language), STYLE_SHEET))


def test_the_text_is_what_was_put_in_where_most_letters_have_no_font(tmp_path: Path) -> None:
    if not DEJAVU.is_dir():
        pytest.skip("DejaVu is not installed")
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{DEJAVU}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    (tmp_path / "page.html").write_text(page(*SAMPLES.values()), "utf-8")
    subprocess.run(
        [sys.executable, "-c", DRAW, tmp_path / "page.html", tmp_path / "page.pdf"],
        check=True,
        env={"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PYTHONPATH": ":".join(sys.path)},
        timeout=120,
    )
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert not lost(pdf)
    assert any("Code-Points" in name for name in fonts(pdf))


def test_a_letter_without_a_glyph_is_a_box_with_its_code_point() -> None:
    shown = [pictures(drawing.draw(page(letter), STYLE_SHEET))[0] for letter in ("\ue000", "\ue001")]
    assert shown[0].tobytes() != shown[1].tobytes()
    assert all(rows(picture, lambda pixel: pixel[0] < 130) for picture in shown)


def test_the_same_text_gives_the_same_bytes() -> None:
    first, second = (drawing.draw(page(*SAMPLES.values()), STYLE_SHEET) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_of_latin_and_japanese_is_small(language: str) -> None:
    japanese = "いろはにほへとちりぬるをわかよたれそつねならむ株式会社青山織物東京都港区南青山請求書納品書注文確認合計"
    pdf = drawing.draw(
        page("The quick brown fox", f"<b>THE LAZY DOG</b> £1,234.50 {japanese} <b>{japanese}</b>", language=language),
        STYLE_SHEET,
    )
    assert len(pdf) < 60_000


def test_missing_letters_are_those_that_no_font_has() -> None:
    assert drawing.missing_letters("a \ue000 b") == {"\ue000"}


@pytest.mark.parametrize(
    ("starts", "hidden", "text", "is_rtl", "glyphs"),
    [
        ([0, 1], [False, False], "ab", False, [Glyph(0, "a"), Glyph(1, "b")]),
        ([1, 0], [False, False], "ab", True, [Glyph(0, "b"), Glyph(1, "a")]),
        ([0], [False], "ﬁne", False, [Glyph(0, "ﬁne")]),  # a ligature
        ([0, 0], [False, False], "ab", False, [Glyph(0, "a"), Glyph(1, "b")]),
        ([0, 0], [False, False], "ab", True, [Glyph(0, "b"), Glyph(1, "a")]),
        ([0, 0], [False, False], "x", False, [Glyph(0, "", "x", 2), Glyph(1, "x")]),  # one letter, two glyphs
        ([0, 0, 2], [False, True, False], "abc", False, [Glyph(0, "ab"), Glyph(2, "c")]),
        ([0, 1], [True, False], "ab", False, [Glyph(1, "ab")]),
        ([0], [True], "a", False, []),
    ],
)
def test_glyphs_share_the_text_of_their_cluster(
    starts: list[int], hidden: list[bool], text: str, is_rtl: bool, glyphs: list[Glyph]
) -> None:
    assert glyphs_of(starts, hidden, text.encode(), is_rtl=is_rtl) == glyphs
