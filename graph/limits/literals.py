"""Literals of a wrong type in a document: the code BAD_USER_INPUT, as for variables, and the path of the value."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    visit,
)
from graphql.language import Visitor
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.limits.error_codes import ErrorCode

BAD_USER_INPUT = {"code": ErrorCode.BAD_USER_INPUT.value}


class _BadInput:
    """Marks the errors of a validation rule."""

    def report_error(self, error: GraphQLError) -> None:
        marked = GraphQLError(error.message, error.nodes, error.source, error.positions, extensions=BAD_USER_INPUT)
        super().report_error(marked)  # type: ignore[misc]


class LiteralsRule(_BadInput, ValuesOfCorrectTypeRule):
    pass


class NullLiteralsRule(_BadInput, MaybeNullValidationRule):
    pass


class OneOfLiteralsRule(_BadInput, OneOfInputValidationRule):
    pass


def path_of(document: DocumentNode, value: Node) -> list[str]:
    """The path of a value among a field's arguments, e.g. ["input", "lines", "0", "unitPrice"]; empty if unknown.

    The default of a variable has the variable's name.
    """
    finder = _Finder(value)
    visit(document, finder)
    return finder.path


class _Finder(Visitor):
    def __init__(self, wanted: Node) -> None:
        super().__init__()
        self._wanted = wanted
        self.path: list[str] = []

    def enter(self, node: Node, key: Any, _: Any, __: Any, ancestors: list[Any]) -> Any:
        if node is self._wanted:
            self.path = list(_names([*ancestors, node]))
            return self.BREAK
        return None


def _names(nodes: list[Any]) -> Iterator[str]:
    """`nodes`: from the document to the value, with the tuples of nodes between them."""
    for place, node in enumerate(nodes):
        if isinstance(node, ArgumentNode | ObjectFieldNode):
            yield node.name.value
        elif isinstance(node, VariableDefinitionNode):
            yield node.variable.name.value
        elif place > 1 and isinstance(nodes[place - 2], ListValueNode):
            yield str(next(n for n, each in enumerate(nodes[place - 1]) if each is node))
