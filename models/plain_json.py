"""Dataclasses as plain JSON and back, by the annotations of their fields.

Fields may be bool, int, str, StrEnum, UUID, Decimal, date, datetime, bytes that are empty, dataclasses, Sequences and
tuples of these, and any of them or None. What can be None is None when it is left out.
"""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")
SIMPLE = frozenset({bool, int, str, NoneType})  # most values, and plain already


def to_plain(value: Any) -> Any:
    """A dataclass becomes an object without its None fields, an instant RFC 3339 text, a UUID 32 hexadecimal digits."""
    if type(value) in SIMPLE:
        return value
    if is_dataclass(value):
        found = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: to_plain(each) for name, each in found.items() if each is not None}
    match value:
        case date():  # a datetime, too
            return value.isoformat()
        case Decimal():
            return str(value)
        case b"":
            return ""
        case UUID():
            return value.hex
        case list() | tuple():
            return [to_plain(each) for each in value]
        case _:
            return value


def from_plain(kind: type[T], plain: Any) -> T:
    """The inverse of to_plain. Raises ValueError if `plain` does not match the annotations."""
    try:
        return cast(T, _parsed(kind, plain))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _parsed(annotation: Any, plain: Any) -> Any:
    if annotation is Any:
        return plain
    if isinstance(annotation, UnionType):  # X | None: a None field is left out, so `plain` is an X
        [annotation] = (each for each in get_args(annotation) if each is not NoneType)
    if get_origin(annotation) is Sequence:
        return [_parsed(get_args(annotation)[0], each) for each in plain]
    if get_origin(annotation) is tuple:
        return tuple(_parsed(get_args(annotation)[0], each) for each in plain)
    if hints := _hints(annotation):
        nothing = {name: None for name, hint in hints.items() if NoneType in get_args(hint)}
        return annotation(**nothing | {name: _parsed(hints[name], each) for name, each in plain.items()})
    if annotation is bytes:
        return b""
    return annotation.fromisoformat(plain) if annotation in (date, datetime) else annotation(plain)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The annotations of a dataclass; of any other type none."""
    return get_type_hints(kind) if is_dataclass(kind) else {}
