"""Completes values that are no columns: makes the JSON that graphql-core would, of objects' attributes and methods."""

from collections.abc import Callable
from inspect import signature
from typing import Any

import orjson
from graphql import FieldNode, is_leaf_type, is_list_type, is_non_null_type, is_object_type

from graph.execution.kinds import Unexpected
from graph.execution.selection import Selections, Undeclared


def writer(selections: Selections, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], str]:
    """Makes the JSON of a value. Raises Undeclared if an object of this type is more than its attributes."""
    complete = _completer(selections, kind, nodes)
    return lambda value: orjson.dumps(complete(value)).decode()


def _completer(selections: Selections, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], Any]:
    """What graphql-core makes of a value of this type, for orjson."""
    is_required = is_non_null_type(kind)
    complete = _completer_of_given(selections, kind.of_type if is_required else kind, nodes)

    def completed(value: Any) -> Any:
        if value is not None:
            return complete(value)
        if is_required:
            raise Unexpected("null")
        return None

    return completed


def _completer_of_given(selections: Selections, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], Any]:
    if is_list_type(kind):
        complete = _completer(selections, kind.of_type, nodes)
        return lambda values: [complete(each) for each in values]
    if is_leaf_type(kind):
        serialize: Callable[[Any], Any] = kind.serialize
        return serialize
    if not is_object_type(kind):
        raise Undeclared("abstract type")
    members = [(key, *_member(selections, kind, each)) for key, each in selections.fields(kind, nodes).items()]
    return lambda value: {key: make(getattr(value, name) if name else value) for key, name, make in members}


def _member(selections: Selections, kind: Any, nodes: list[FieldNode]) -> tuple[str, Callable[[Any], Any]]:
    """An attribute's name, and what completes it; no name for __typename and methods."""
    name = nodes[0].name.value
    if name == "__typename":
        return "", lambda _: kind.name
    shown = kind.fields[name]
    definition = shown.extensions.get("strawberry-definition")
    resolver = definition.base_resolver if definition is not None else None
    if definition is None or nodes[0].arguments:
        raise Undeclared("field")
    complete = _completer(selections, shown.type, nodes)
    if resolver is None:
        return definition.python_name, complete
    if resolver.is_async or list(signature(resolver.wrapped_func).parameters) != ["self"]:
        raise Undeclared("field")
    return "", lambda value: complete(resolver.wrapped_func(value))
