"""A document's selections, with fragments, @skip and @include resolved."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
    value_from_ast_untyped,
)


class Undeclared(Exception):
    """The document asks for what the compiler does not know. The message is the reason."""


class Selections:
    """`switches`: the values of the variables that @skip and @include name."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, switches: Mapping[str, bool]) -> None:
        self._schema = schema
        self._switches = switches
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }

    def fields(self, parent: Any, nodes: Iterable[Any]) -> dict[str, list[FieldNode]]:
        """Response key → its field nodes, in the order of the answer."""
        found: dict[str, list[FieldNode]] = {}
        for node in nodes:
            self._collect(parent, node.selection_set, found, set())
        return found

    def conditions(self, nodes: Iterable[Any]) -> set[str]:
        """The object types that fragments of these selections name."""
        found: set[str] = set()
        for node in nodes:
            for each in node.selection_set.selections if node.selection_set else ():
                if isinstance(each, FieldNode) or not self._is_included(each):
                    continue
                part: Any = self._fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
                if part.type_condition is not None:
                    found.add(part.type_condition.name.value)
                found |= self.conditions([part])
        return {name for name in found if not is_abstract_type(self._schema.type_map[name])}

    def _collect(
        self, parent: Any, selections: SelectionSetNode | None, found: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for each in selections.selections if selections else ():
            if not self._is_included(each):
                continue
            if isinstance(each, FieldNode):
                found.setdefault(each.alias.value if each.alias else each.name.value, []).append(each)
                continue
            part: Any = each
            if isinstance(each, FragmentSpreadNode):
                if each.name.value in seen:
                    continue
                seen.add(each.name.value)
                part = self._fragments[each.name.value]
            if self._applies(parent, part.type_condition):
                self._collect(parent, part.selection_set, found, seen)

    def _applies(self, parent: Any, condition: Any) -> bool:
        if condition is None or condition.name.value == parent.name:
            return True
        named = self._schema.type_map[condition.name.value]
        return is_abstract_type(named) and self._schema.is_sub_type(named, parent)

    def _is_included(self, node: Any) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                raise Undeclared("directive")
            (argument,) = directive.arguments
            value = (
                self._switches[argument.value.name.value]
                if isinstance(argument.value, VariableNode)
                else value_from_ast_untyped(argument.value)
            )
            if value is (name == "skip"):
                return False
        return True


def switch_names(document: DocumentNode) -> frozenset[str]:
    """The variables that @skip and @include of the document name."""
    found: set[str] = set()
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value in ("skip", "include"):
                found |= {a.value.name.value for a in directive.arguments or () if isinstance(a.value, VariableNode)}
        selection_set = getattr(node, "selection_set", None)
        if selection_set:
            pending += selection_set.selections
    return frozenset(found)


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode) and (name is None or (each.name and each.name.value == name)):
            return each
    raise Undeclared("operation")
