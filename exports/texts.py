"""The texts of users before they leave the system: nothing in them is invisible, or a formula."""

import re

# Bidi controls, which change the order in which text is displayed, and code points that XML does not allow.
INVISIBLE = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
UNPRINTABLE = re.compile(rf"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff{INVISIBLE}]")  # categories Cc and Cs
# Of a cell that a spreadsheet takes for a formula; a Japanese Excel also takes those of full width.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
HONORIFIC = re.compile(r"(御中|様|さま|殿|各位|先生)$")
UNSAFE_IN_NAMES = {ord(character): "-" for character in '<>:"/\\|?*'}


def printable(text: str) -> str:
    """Without control characters (except line breaks), lone surrogates and bidi controls. Tabs become spaces."""
    if text.isprintable():  # most texts, of all scripts: what is removed below is not printable
        return text
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def one_line(text: str) -> str:
    """A code or name in one line, so that it cannot start a new header or paragraph or reverse the text after it."""
    return printable(" ".join(text.split())).strip()


def in_file_name(code: str) -> str:
    """A code as part of a file name that is valid on every system. Letters of all scripts are kept."""
    return one_line(code).translate(UNSAFE_IN_NAMES)


def in_csv(text: str) -> str:
    """The text of a cell, in one line. One that a spreadsheet would take for a formula has an apostrophe before it."""
    text = one_line(text)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def has_honorific(name: str) -> bool:
    """Whether a Japanese document addresses the name as it is."""
    return bool(HONORIFIC.search(name.strip()))
