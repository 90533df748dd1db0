"""Mail headers that arrive as they were written: encoded words (RFC 2047) made here, and written out unchanged.

CPython's own folding loses spaces at the borders of encoded words ("Société à" arrives as "Sociétéà"), and drops the
quotes of long names. So each header value is made here as it goes over the wire, ready folded, and the policy neither
parses nor folds it again.
"""

import base64
import re
from email.policy import EmailPolicy, default
from functools import lru_cache
from typing import Any

MAX_LINE = 76  # characters of a line (RFC 2047, 2)
MAX_BYTES = 36  # of text in an encoded word: 60 characters, which leaves room for the header's name in the first line
SPECIAL = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]")  # needs quotes in a display name
PLAIN = re.compile(r"[!-~]+( [!-~]+)*")  # printable ASCII, words with one space between them

# Read again and again, by the library while it writes a message. They have few values, and parsing takes long.
READ_OFTEN = ("content-type", "content-transfer-encoding", "mime-version", "from")


class AsMade(EmailPolicy):
    """Headers are stored and written as they are given. Reading one still parses and decodes it."""

    def header_max_count(self, name: str) -> int | None:
        return _max_count(name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if not isinstance(value, str) or not value.isascii() or "\n" in value.replace("\r\n ", ""):
            raise ValueError(f"the header {name} must be encoded first")
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> Any:
        if name.lower() in READ_OFTEN:
            return _parsed(name, value)
        return super().header_fetch_parse(name, value)

    def fold(self, name: str, value: str) -> str:
        if name == "Content-Type":  # made by the library, in one line
            value = value.replace("; ", f";{self.linesep} ")
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


@lru_cache(maxsize=100)
def _parsed(name: str, value: str) -> Any:
    return default.header_fetch_parse(name, value)


@lru_cache(maxsize=100)
def _max_count(name: str) -> int | None:
    return default.header_max_count(name)  # makes a class each time


POLICY = AsMade(linesep="\r\n", max_line_length=78)


def encoded(name: str, text: str) -> str:
    """One line of text as the value of the header `name`: as it is when it is short ASCII, else in encoded words."""
    if is_plain(text) and len(name) + 2 + len(text) <= MAX_LINE:
        return text
    return "\r\n ".join(words(text))


def with_name(name: str, address: str) -> str:
    """An address with a display name. `address`: as in a header, i.e. quoted if need be."""
    if not name:
        return address
    if is_plain(name) and len(quoted(name)) + len("From: ") <= MAX_LINE:
        return f"{quoted(name) if SPECIAL.search(name) else name}\r\n <{address}>"
    return "\r\n ".join([*words(name), f"<{address}>"])


def quoted(text: str) -> str:
    """A quoted string (RFC 5322, 3.2.4)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_plain(text: str) -> bool:
    """Whether it can stand in a header unencoded. What looks like an encoded word cannot: it would be decoded."""
    return bool(PLAIN.fullmatch(text)) and "=?" not in text


def words(text: str) -> list[str]:
    """Encoded words of at most MAX_BYTES of text each; no character is divided. Put a line break between them.

    Readers drop the white space between two encoded words: the text's own spaces are inside the words.
    """
    parts, part = [], b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if part and len(part) + len(octets) > MAX_BYTES:
            parts.append(part)
            part = b""
        part += octets
    return [f"=?utf-8?b?{base64.b64encode(each).decode()}?=" for each in (*parts, part) if each]
