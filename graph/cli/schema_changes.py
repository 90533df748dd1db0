"""What changes for clients from one schema to another: breaking, dangerous and safe changes.

The list is graphql-core's (find_schema_changes), and what it does not look at: root types, @oneOf, @specifiedBy,
deprecations, and arguments that lose their default.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    assert_valid_schema,
    build_schema,
    is_required_argument,
    is_required_input_field,
)
from graphql.utilities import BreakingChange, DangerousChange, find_schema_changes

T = TypeVar("T")
MAX_LENGTH = 200  # of a change that quotes a description


class Severity(StrEnum):
    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


Changes = dict[Severity, list[str]]
Place = tuple[str, GraphQLField | GraphQLArgument | GraphQLInputField]


class SchemaFileError(ValueError):
    """A file that holds no schema, in one sentence."""


def read_schema(path: Path) -> GraphQLSchema:
    """Raises SchemaFileError."""
    try:
        schema = build_schema(path.read_text(encoding="utf-8"))
        assert_valid_schema(schema)
    except OSError as error:
        raise SchemaFileError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SchemaFileError(f"{path} is not UTF-8.") from None
    except GraphQLSyntaxError as error:
        at = error.locations[0].line if error.locations else 1
        raise SchemaFileError(f"{path} is no GraphQL schema: line {at}: {error.message}") from None
    except (GraphQLError, TypeError) as error:
        raise SchemaFileError(f"{path} is no valid GraphQL schema: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise SchemaFileError(f"{path} is no GraphQL schema: it is nested too deeply.") from None
    return schema


def schema_changes(old: GraphQLSchema, new: GraphQLSchema) -> Changes:
    changes: Changes = {severity: [] for severity in Severity}
    for change in find_schema_changes(old, new):
        severity = Severity.SAFE
        if isinstance(change, BreakingChange):
            severity = Severity.BREAKING
        elif isinstance(change, DangerousChange):
            severity = Severity.DANGEROUS
        changes[severity].append(_shortened(change.description))
    for severity, text in _inputs_beside(old, new, {each for texts in changes.values() for each in texts}):
        changes[severity].append(text)
    for severity, text in (*_roots(old, new), *_types(old, new), *_deprecations(old, new)):
        changes[severity].append(text)
    return {severity: list(dict.fromkeys(texts)) for severity, texts in changes.items()}


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def _roots(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[tuple[Severity, str]]:
    for name in ("query", "mutation", "subscription"):
        before, after = (getattr(each, f"{name}_type") for each in (old, new))
        if before and not after:
            yield Severity.BREAKING, f"The root type of {name} was removed."
        elif after and not before:
            yield Severity.SAFE, f"The root type of {name} was added."
        elif before and before.name != after.name:
            yield Severity.BREAKING, f"The root type of {name} changed from {before.name} to {after.name}."


def _types(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[tuple[Severity, str]]:
    for name, (before, after) in _common(old.type_map, new.type_map):
        if isinstance(before, GraphQLInputObjectType) and isinstance(after, GraphQLInputObjectType):
            if after.is_one_of and not before.is_one_of:
                yield Severity.BREAKING, f"{name} became @oneOf."
            elif before.is_one_of and not after.is_one_of:
                yield Severity.SAFE, f"{name} is no longer @oneOf."
        elif isinstance(before, GraphQLScalarType) and isinstance(after, GraphQLScalarType):
            urls = before.specified_by_url, after.specified_by_url
            if urls[0] and urls[0] != urls[1]:
                yield Severity.DANGEROUS, f"{name} changed its specification from {urls[0]} to {urls[1]}."
            elif urls[1] and not urls[0]:
                yield Severity.SAFE, f"{name} names its specification, {urls[1]}."


def _deprecations(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[tuple[Severity, str]]:
    """Safe: what is deprecated still works."""
    for place, (before, after) in _common(_reasons(old), _reasons(new)):
        if after is not None and before is None:
            yield Severity.SAFE, f"{place} was deprecated: {_shortened(after)}"
        elif before is not None and after is None:
            yield Severity.SAFE, f"{place} is no longer deprecated."


def _inputs_beside(old: GraphQLSchema, new: GraphQLSchema, known: set[str]) -> Iterator[tuple[Severity, str]]:
    """Arguments and input fields that became required or optional in a way that `known` does not list."""
    for place, (before, after) in _common(dict(_inputs(old)), dict(_inputs(new))):
        types = str(before.type), str(after.type)
        if types[0] == types[1] and _is_required(after) and not _is_required(before):
            yield Severity.BREAKING, f"{place} lost its default, and so became required."
        elif types[0] != types[1] and not any(place in each for each in known):
            yield Severity.SAFE, f"{place} changed type from {types[0]} to {types[1]}."


def _is_required(element: GraphQLField | GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(element, GraphQLArgument):
        return is_required_argument(element)
    return isinstance(element, GraphQLInputField) and is_required_input_field(element)


def _inputs(schema: GraphQLSchema) -> Iterator[Place]:
    return (each for each in _elements(schema) if not isinstance(each[1], GraphQLField))


def _elements(schema: GraphQLSchema) -> Iterator[Place]:
    """Each field, argument and input field, e.g. Order.pdf(document:)."""
    for type_name, named in _own(schema):
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in named.fields.items():
                yield f"{type_name}.{name}", field
                yield from ((f"{type_name}.{name}({arg}:)", each) for arg, each in field.args.items())
        elif isinstance(named, GraphQLInputObjectType):
            yield from ((f"{type_name}.{name}", each) for name, each in named.fields.items())


def _reasons(schema: GraphQLSchema) -> dict[str, str | None]:
    """Place → why it is deprecated; None if it is not."""
    reasons = {place: each.deprecation_reason for place, each in _elements(schema)}
    for type_name, named in _own(schema):
        if isinstance(named, GraphQLEnumType):
            reasons |= {f"{type_name}.{name}": value.deprecation_reason for name, value in named.values.items()}
    return reasons


def _own(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLNamedType]]:
    return ((name, named) for name, named in schema.type_map.items() if not name.startswith("__"))


def _common(old: dict[str, T], new: dict[str, T]) -> Iterator[tuple[str, tuple[T, T]]]:
    return ((name, (old[name], new[name])) for name in old if name in new)
