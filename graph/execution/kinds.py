"""The usual kinds of fields: text, whole number, id, instant, enum. SQLite gives ids and instants as text."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from graph.execution.declared import Kind

escaped = json.encoder.encode_basestring  # in C; the same text as orjson's
MAX_INT = 2**31 - 1  # of GraphQL's Int
QUOTED = ('"', '"')
LITERALS = {True: "true", False: "false"}  # and 1, 0


class Unexpected(Exception):
    """A value that is not as declared: graphql-core answers instead."""


def _itself(value: Any) -> Any:
    return value


def both(code: str) -> dict[str, str]:
    return {"sqlite": code, "postgresql": code}


def whole(number: Any) -> int:
    if type(number) is int and -MAX_INT - 1 <= number <= MAX_INT:
        return number
    raise Unexpected("not an Int")


def _instant_of_text(text: str) -> str:
    """SQLAlchemy's "2026-11-24 12:00:00.000000", which is in UTC."""
    if len(text) != 26 or text[10] != " " or text[19] != ".":
        raise Unexpected("not an instant")
    return f"{text[:10]}T{text[11:19]}Z" if text.endswith("000000") else f"{text[:10]}T{text[11:]}Z"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _texts(texts: Any) -> str:
    if type(texts) is not list or any(type(each) is not str for each in texts):
        raise Unexpected("not a list of texts")
    return orjson.dumps(texts).decode()


TEXT = Kind(_itself, both("escaped({0})"), {"escaped": escaped})
TEXT_IF_ANY = Kind(lambda text: text or None, both("(escaped({0}) if {0} else 'null')"), {"escaped": escaped})
WHOLE = Kind(
    _itself,
    both(f"({{0}} if type({{0}}) is int and {-MAX_INT - 1} <= {{0}} <= {MAX_INT} else whole({{0}}))"),
    {"whole": whole},
)
FLAG = Kind(_itself, both("LITERALS[{0}]"), {"LITERALS": LITERALS})
INSTANT = Kind(
    _itself,
    {"sqlite": "_instant_of_text({0})", "postgresql": "_instant({0})"},
    {"_instant_of_text": _instant_of_text, "_instant": _instant},
    QUOTED,
)
# A column of JSON.
TEXTS = Kind(
    _itself, {"sqlite": "_texts(loads({0}))", "postgresql": "_texts({0})"}, {"_texts": _texts, "loads": orjson.loads}
)
DAY = Kind(_itself, both("{0}"), {}, QUOTED)
IS_SET = Kind(lambda value: value is not None, both("('false' if {0} is None else 'true')"))


def public_id(prefix: str, to_id: Callable[[UUID], Any], letters: Callable[[int], str]) -> Kind:
    """`letters`: a UUID's number as text."""
    name = f"letters_{prefix}"
    return Kind(
        to_id,
        {"sqlite": f"{name}(int({{0}}, 16))", "postgresql": f"{name}({{0}}.int)"},
        {name: letters},
        (f'"{prefix}_', '"'),
    )


def instant_if(holds: Callable[..., bool], *enums: type[Enum]) -> Kind:
    """The last of the columns, if `holds` of those before it; else null. The first ones are of these enums."""
    name = f"instant_if_{holds.__name__}"

    def instant_of(instant: Callable[[Any], str]) -> Callable[..., str]:
        def of(*values: Any) -> str:
            *raw, at = values
            given = [enum(each) for enum, each in zip(enums, raw, strict=False)] + raw[len(enums) :]
            return f'"{instant(at)}"' if holds(*given) else "null"

        return of

    return Kind(
        lambda *values: values[-1] if holds(*values[:-1]) else None,
        {"sqlite": f"{name}_text({{0}}, {{1}}, {{2}})", "postgresql": f"{name}({{0}}, {{1}}, {{2}})"},
        {f"{name}_text": instant_of(_instant_of_text), name: instant_of(_instant)},
    )


def among(members: frozenset[Any], enum: type[Enum]) -> Kind:
    """Whether an enum's column is one of these."""
    known = {each.value: "true" if each in members else "false" for each in enum}
    name = f"is_{enum.__name__}_{len(members)}_{abs(hash(frozenset(each.value for each in members)))}"
    return Kind(lambda value: value in members, both(f"{name}[{{0}}]"), {name: known})


def choice(enum: type[Enum]) -> Kind:
    """An enum's column, shown by the name of its member, as Strawberry does."""
    name = f"names_of_{enum.__name__}"
    return Kind(_itself, both(f"{name}[{{0}}]"), {name: {each.value: f'"{each.name}"' for each in enum}})
