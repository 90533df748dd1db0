"""Every place of the API that takes a value, found by introspection, each with an otherwise valid request."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from graph.schema import schema

API = schema._schema
ROOTS = {"query": API.query_type, "mutation": API.mutation_type}
MAX_RESULT_DEPTH = 3  # of what is asked for in return
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An argument or a field of an input, e.g. mutation, rejectOrder, ("input", "body"), of the type String."""

    operation: str
    field: str
    path: tuple[str | int, ...]
    type: str

    def __str__(self) -> str:
        return f"{self.field}: {'.'.join(map(str, self.path))}"

    def variables(self, good: Values, value: object) -> dict[str, Any]:
        """Valid variables, with this value in the place."""
        made = variables(self.operation, self.field, good, self.path)
        inside: Any = made
        for step in self.path[:-1]:
            inside = inside[step]
        inside[self.path[-1]] = value
        return made


def fields(operation: str) -> dict[str, GraphQLField]:
    root = ROOTS[operation]
    assert root
    found: dict[str, GraphQLField] = root.fields
    return found


def places() -> list[Place]:
    return [
        Place(operation, name, path, type)
        for operation in ROOTS
        for name, field in fields(operation).items()
        for argument, each in field.args.items()
        for path, type in _inside((argument,), each.type)
    ]


def _inside(path: tuple[str | int, ...], type: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(type, GraphQLNonNull):
        yield from _inside(path, type.of_type)
    elif isinstance(type, GraphQLList):
        yield from _inside((*path, 0), type.of_type)
    elif isinstance(type, GraphQLInputObjectType):
        for name, each in type.fields.items():
            yield from _inside((*path, name), each.type)
    else:
        yield path, type.name


def variables(operation: str, field: str, good: Values, through: tuple[str | int, ...] = ()) -> dict[str, Any]:
    """The required arguments, those on the path `through`, and those in `good`; never `orderIds` beside `filter`."""
    made = {}
    for name, argument in fields(operation)[field].args.items():
        if is_required_argument(argument) or through[:1] == (name,):
            made[name] = _sample(name, argument.type, good, through[1:] if through[:1] == (name,) else ())
    return made


def _sample(name: str, type: Any, good: Values, through: tuple[str | int, ...]) -> Any:
    if isinstance(type, GraphQLNonNull):
        return _sample(name, type.of_type, good, through)
    if isinstance(type, GraphQLInputObjectType):
        made = {}
        for inner, each in type.fields.items():
            on_the_way = through[:1] == (inner,)
            chosen = inner in good and not (inner == "orderIds" and through[:1] == ("filter",))
            if isinstance(each.type, GraphQLNonNull) or on_the_way or chosen:
                made[inner] = _sample(inner, each.type, good, through[1:] if on_the_way else ())
        return made
    if name in good:
        return deepcopy(good[name])
    if isinstance(type, GraphQLList):
        return [_sample(name.removesuffix("s"), type.of_type, good, through[1:])]
    if isinstance(type, GraphQLEnumType):
        return next(iter(type.values))
    return {"String": "text", "ID": "nothing", "Int": 1, "Boolean": True, "Decimal": "12.50"}.get(
        type.name, "2026-11-24T12:00:00Z"
    )


@cache
def document(operation: str, field: str) -> str:
    """Selects every field that needs no arguments."""
    asked = fields(operation)[field]
    declared = ", ".join(f"${name}: {argument.type}" for name, argument in asked.args.items())
    given = ", ".join(f"{name}: ${name}" for name in asked.args)
    head, call = (f"({declared})", f"({given})") if declared else ("", "")
    return f"{operation}{head} {{ {field}{call} {selection(asked.type, MAX_RESULT_DEPTH)} }}"


def selection(type: Any, depth: int) -> str:
    named: Any = get_named_type(type)
    if is_leaf_type(named):
        return ""
    asked = ["__typename"]
    # Of an interface, the fields that its types share.
    for name, each in named.fields.items():
        if is_leaf_type(get_named_type(each.type)) or depth > 1:
            asked.append(f"{name} {selection(each.type, depth - 1)}".strip())
    return f"{{ {' '.join(asked)} }}"


def names_an_argument(operation: str, field: str, path: list[str]) -> bool:
    """Whether an error's `field` is the path of a value in the request, e.g. input, lines, 0, skuId."""
    if not path:
        return False
    argument = fields(operation)[field].args.get(path[0])
    type: Any = argument.type if argument else None
    for step in path[1:]:
        while isinstance(type, GraphQLNonNull):
            type = type.of_type
        if isinstance(type, GraphQLList):
            if not step.isdecimal():
                return False
            type = type.of_type
        elif isinstance(type, GraphQLInputObjectType) and step in type.fields:
            type = type.fields[step].type
        else:
            return False
    return type is not None
