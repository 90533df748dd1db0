"""Forms in which texts are compared: `fold` for search and for tags, `same_form` for codes that look alike.

Both forget case, width (ｼｬﾂ and シャツ, Ａ and A), the kind of a dash or quotation mark, runs of spaces and characters
that nobody sees. `fold` forgets accents too. Neither forgets what makes another letter: か and が, は and ば differ.
"""

import re
import unicodedata

# NFKC would make a space and a combining mark of the Japanese voicing marks.
_BEFORE = {0x309B: "\u3099", 0x309C: "\u309a"}
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
_PLAIN = (
    {ord(each): "-" for each in _DASHES}
    | {ord(each): "'" for each in "‘’‚‛′`´ʼ"}
    | {ord(each): '"' for each in "“”„‟″«»"}
    | {ord("〜"): "~", 0x2044: "/"}
)
# Letters that are no base letter with a mark in Unicode, but are typed as one on other keyboards.
_LETTERS = {
    ord(letter): plain
    for letter, plain in {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"
    }.items()
}  # fmt: skip
# The combining marks of alphabets, not U+3099 and U+309A; a mark that chooses the shape of a character is no accent.
_ACCENTS = dict.fromkeys(
    number
    for first, last in ((0x300, 0x36F), (0x483, 0x487), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
                        (0xFE20, 0xFE2F))
    for number in range(first, last + 1)
)  # fmt: skip
# Control and format characters that are no spaces, fillers, and marks that choose the shape of a character.
_INVISIBLE = dict.fromkeys(
    number
    for first, last in (
        (0x0, 0x8), (0xE, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605),
        (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160),
        (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F),
        (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB),
        (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F), (0xE0100, 0xE01EF),
    )
    for number in range(first, last + 1)
)  # fmt: skip
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """The form in which texts are searched: that of "Hélène" is "helene". In one line; folding it again changes it not.

    It may be longer than the text (㍿ is 株式会社).
    """
    if text.isascii():
        return same_form(text)
    return _without_accents(_without_accents(text))


def same_form(text: str) -> str:
    """Equal for codes that look alike; accents count."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).translate(_PLAIN)
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).casefold())
    elif not text.isprintable():
        text = text.translate(_INVISIBLE)
    return _SPACES.sub(" ", text).strip().casefold()


def folded_if_other(*texts: str) -> str | None:
    """What is stored for the search of a row: its texts folded; None when the database's lower() is enough for them.

    SQLite's lower() knows A to Z only, PostgreSQL's all letters; so both must agree with `fold`.
    """
    folded = [fold(text) for text in texts]
    enough = all(each == _ascii_lower(text) == text.lower() for each, text in zip(folded, texts, strict=True))
    return None if enough else " ".join(folded)


def _ascii_lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(each.lower() if each.isascii() else each for each in text)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", same_form(text))
    return same_form(unicodedata.normalize("NFC", decomposed.translate(_ACCENTS).translate(_LETTERS)))
