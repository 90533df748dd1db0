"""Limits of a request that are checked before anything is parsed, or coerced to the schema's types.

Parsing, validating and coercing hold the event loop. With these limits, the largest admissible request holds it for
less than 50 ms (`./run bench large_requests`).
"""

from collections.abc import Mapping
from typing import Any

MAX_DOCUMENT_CHARACTERS = 50_000
MAX_LINES = 2_500  # of a document, which has 2,000 tokens: for each error, graphql-core counts the lines before it
MAX_VALUES = 11_000  # in variables and extensions. The longest list has 10,000 ids (resolvers/bulk_runs.py).
MAX_VALUES_READ = 100_000  # of variables, counted at each use: every field that names a variable reads all of it
MAX_OBJECTS = 1_500  # in these: more than an order has lines. A longer order comes in by import, or in parts.
# Of the body's bytes, wherever they stand: more than a document and texts of the longest kind have besides the values.
MAX_BRACKETS = 20_000
MAX_COMMAS = 100_000
FREE_BYTES = 10_000
BYTES_PER_UNIT = 1_000


class RequestTooLarge(Exception):
    """The message is for the client's developer. `limit`: its name. `most`: its value."""

    def __init__(self, limit: str, most: int, what: str) -> None:
        super().__init__(f"A request may have at most {most:,} {what}. Split it.")
        self.limit = limit
        self.most = most


def cost_of_bytes(length: int) -> int:
    """Charged for a body before it is parsed. A usual body costs nothing."""
    return max(0, length - FREE_BYTES) // BYTES_PER_UNIT


def check_body(body: bytes) -> None:
    """Before it is parsed. Raises RequestTooLarge."""
    if body.count(b"[") + body.count(b"{") > MAX_BRACKETS:
        raise RequestTooLarge("brackets", MAX_BRACKETS, "opening brackets")
    if body.count(b",") > MAX_COMMAS:
        raise RequestTooLarge("commas", MAX_COMMAS, "commas")


def check_document(text: str) -> None:
    """Raises RequestTooLarge."""
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        raise RequestTooLarge("characters", MAX_DOCUMENT_CHARACTERS, "characters in its document")
    if text.count("\n") + text.count("\r") - text.count("\r\n") > MAX_LINES:
        raise RequestTooLarge("lines", MAX_LINES, "line breaks in its document")


def check_values(variables: Mapping[str, Any] | None, extensions: Mapping[str, Any] | None) -> None:
    """Raises RequestTooLarge. Takes time for MAX_VALUES at most."""
    pending: list[Any] = [variables, extensions]
    values = objects = 0
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            objects += 1
            inner: Any = value.values()
        elif isinstance(value, list):
            inner = value
        else:
            continue
        values += len(inner)
        if values > MAX_VALUES:
            raise RequestTooLarge("values", MAX_VALUES, "values in variables and extensions")
        if objects > MAX_OBJECTS:
            raise RequestTooLarge("objects", MAX_OBJECTS, "objects in variables and extensions")
        pending.extend(inner)


def count_values(value: Any) -> int:
    """The number of values within, at any depth."""
    pending, count = [value], 0
    while pending:
        each = pending.pop()
        inner: Any = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        count += len(inner)
        pending.extend(inner)
    return count
