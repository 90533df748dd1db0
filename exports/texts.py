"""Texts of users on their way out: what has no picture, or would put on what stands beside it, is left out."""

import re
import unicodedata

WHITESPACE = re.compile(r"\s+")
# Marks that make text read in another order than it is stored in, and what XML cannot hold.
UNSEEN = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
UNSAFE_IN_NAMES = {ord(character): "-" for character in '<>:"/\\|?*'}


def printable(text: str) -> str:
    """Without what has no picture: control characters other than line breaks, lone surrogates, text direction marks."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n" or (character not in UNSEEN and unicodedata.category(character) not in ("Cc", "Cs"))
    )


def one_line(text: str) -> str:
    """A code or name: a line break in one must not start a new header or paragraph, nor a mark turn the rest round."""
    return printable(WHITESPACE.sub(" ", text)).strip()


def in_file_name(code: str) -> str:
    """A code as a part of a file's name, on every system; letters of any script are kept."""
    return one_line(code).translate(UNSAFE_IN_NAMES)
