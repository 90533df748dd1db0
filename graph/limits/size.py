"""Size limits of a GraphQL document, measured in one pass: each fragment is measured once, however often it is used."""

from collections import Counter
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from graph.limits.cost import fragments_of
from graph.limits.error_codes import ErrorCode

MAX_DEPTH = 18  # the introspection query of common clients and tools has 15
MAX_FIELDS = 500
MAX_ALIASES = 50
MAX_SELECTION_SETS = 100  # validation compares them in pairs
MAX_MUTATIONS = 10
# Of fields that have the same name in the response, in the whole document: validation compares those of one place.
MAX_PAIRS = 25_000


class Size(NamedTuple):
    """Size of a selection set with its fragments expanded. `own_fields` counts the fields of its first level only."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    own_fields: int = 0


EMPTY = Size()


class DocumentSize:
    def __init__(self, document: DocumentNode) -> None:
        self.selection_sets = 0
        self._names: Counter[str] = Counter()
        self._fragments = fragments_of(document)
        # A fragment inside itself counts as empty: the recursion ends here, and validation rejects the cycle.
        self._measured: dict[str, Size] = {}

    def of(self, selections: SelectionSetNode | None) -> Size:
        if selections is None:
            return EMPTY
        self.selection_sets += 1
        depth = fields = aliases = own_fields = 0
        for selection in selections.selections:
            size = self._selection(selection)
            depth = max(depth, size.depth)
            fields += size.fields
            aliases += size.aliases
            own_fields += size.own_fields
        return Size(depth, fields, aliases, own_fields)

    def _selection(self, selection: SelectionNode) -> Size:
        if isinstance(selection, FieldNode):
            self._names[(selection.alias or selection.name).value] += 1
            inner = self.of(selection.selection_set)
            return Size(inner.depth + 1, inner.fields + 1, inner.aliases + (selection.alias is not None), 1)
        if isinstance(selection, FragmentSpreadNode):
            return self.fragment(selection.name.value)
        return self.of(selection.selection_set)  # type: ignore[attr-defined]

    @property
    def pairs(self) -> int:
        return sum(count * (count - 1) // 2 for count in self._names.values())

    def fragment(self, name: str) -> Size:
        if name not in self._measured:
            self._measured[name] = EMPTY
            definition = self._fragments.get(name)
            self._measured[name] = self.of(definition.selection_set) if definition else EMPTY
        return self._measured[name]


def size_errors(document: DocumentNode) -> list[GraphQLError]:
    """One error for each limit that an operation, or the document as a whole, exceeds."""
    document_size = DocumentSize(document)
    errors: list[GraphQLError] = []
    for each in document.definitions:
        if isinstance(each, FragmentDefinitionNode):
            document_size.fragment(each.name.value)
        elif isinstance(each, OperationDefinitionNode):
            size = document_size.of(each.selection_set)
            if size.depth > MAX_DEPTH:
                errors.append(limit_error("depth", MAX_DEPTH, "levels of fields", each))
            if size.fields > MAX_FIELDS:
                errors.append(limit_error("fields", MAX_FIELDS, "fields (with fragments expanded)", each))
            if size.aliases > MAX_ALIASES:
                errors.append(limit_error("aliases", MAX_ALIASES, "aliases (with fragments expanded)", each))
            if each.operation is OperationType.MUTATION and size.own_fields > MAX_MUTATIONS:
                errors.append(limit_error("mutations", MAX_MUTATIONS, "mutations", each))
    if document_size.selection_sets > MAX_SELECTION_SETS:
        errors.append(limit_error("selections", MAX_SELECTION_SETS, "selection sets ({ … })", None))
    if document_size.pairs > MAX_PAIRS:
        errors.append(limit_error("pairs", MAX_PAIRS, "pairs of fields of the same name", None))
    return errors


def limit_error(limit: str, most: int, what: str, node: Node | None) -> GraphQLError:
    extensions = {"code": ErrorCode.DOCUMENT_TOO_LARGE.value, "limit": limit, "most": most}
    return GraphQLError(
        f"A document may have at most {most} {what}. Split it, or select less.", node, extensions=extensions
    )
