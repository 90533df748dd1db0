"""Literals of a wrong type in a document: the code BAD_USER_INPUT, as for variables, and the path of the value."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLInputType,
    ListValueNode,
    Node,
    ObjectFieldNode,
    ValidationContext,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    visit,
)
from graphql.language import SKIP, Visitor, VisitorAction
from graphql.utilities import validate_input_literal
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.limits.error_codes import ErrorCode


def _marked(error: GraphQLError, document: DocumentNode, value: Node | None, path: Sequence[str | int]) -> GraphQLError:
    """`path`: from the value to the part of it that is invalid."""
    start = path_of(document, value) if value else []
    extensions = {"code": ErrorCode.BAD_USER_INPUT.value, "field": [*start, *map(str, path)]}
    nodes = error.nodes or ([value] if value else None)
    return GraphQLError(error.message, nodes, error.source, error.positions, extensions=extensions)


class LiteralsRule(ValuesOfCorrectTypeRule):
    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        """As in the base class, which leaves the path out."""
        if input_type:

            def on_error(error: GraphQLError, path: list[str | int]) -> None:
                self.report_error(_marked(error, self.context.document, node, path))

            validate_input_literal(node, input_type, on_error, None, None, self.context.hide_suggestions)
        return SKIP


class _Marking:
    """A validation context that marks the errors that one rule reports."""

    def __init__(self, context: ValidationContext) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def report_error(self, error: GraphQLError) -> None:
        value = error.nodes[0] if error.nodes else None
        self._context.report_error(_marked(error, self._context.document, value, ()))


class NullLiteralsRule(MaybeNullValidationRule):
    def __init__(self, context: ValidationContext) -> None:
        super().__init__(cast(ValidationContext, _Marking(context)))


class OneOfLiteralsRule(OneOfInputValidationRule):
    def __init__(self, context: ValidationContext) -> None:
        super().__init__(cast(ValidationContext, _Marking(context)))


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

    def enter(self, node: Node, key: Any, parent: Any, path: Any, ancestors: list[Any]) -> Any:
        if node is self._wanted:
            self.path = list(_names([*ancestors, parent, node]))
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
