"""Where in the variables of a request a value is invalid: the `field` of a BAD_USER_INPUT error."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from graphql import GraphQLError, GraphQLSchema, VariableDefinitionNode, is_input_type, type_from_ast
from graphql.pyutils import print_path_list
from graphql.utilities import validate_input_value

MAX_LOCATED = 50  # graphql-core reports as many errors of variables in one response


class _Enough(Exception):
    """Stops the search early; never leaves this module."""


class VariableErrors:
    """Paths to the invalid values in the variables of one request.

    Each variable is walked once, and only to the last error that is reported: one can hold ten thousand invalid values.
    """

    def __init__(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._located: dict[str, dict[str, list[str]]] = {}

    def path(self, node: VariableDefinitionNode, message: str) -> list[str]:
        """The path of the value that this error message is about, e.g. ["input", "lines", "0", "unitPrice"]."""
        name = node.variable.name.value
        if name not in self._located:
            self._located[name] = self._locate(name, node)
        return next((path for start, path in self._located[name].items() if message.startswith(start)), [name])

    def _locate(self, name: str, node: VariableDefinitionNode) -> dict[str, list[str]]:
        """The beginning of each error message → the path of its value."""
        located: list[tuple[str, list[str]]] = []
        type = type_from_ast(self._schema, node.type)

        def on_error(_: GraphQLError, path: Sequence[str | int]) -> None:
            located.append((f"Variable '${name}' has invalid value{print_path_list(path)}: ", [name, *map(str, path)]))
            if len(located) == MAX_LOCATED:
                raise _Enough

        if name in self._variables and is_input_type(type):
            with suppress(_Enough):
                validate_input_value(self._variables[name], type, on_error)
        return dict(located)
