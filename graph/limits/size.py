"""How large a document is, measured in one pass: a fragment is measured once, however often it is spread."""

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

MAX_DEPTH = 18  # the usual introspection of clients and tools has 15
MAX_FIELDS = 500
MAX_ALIASES = 50
MAX_SELECTIONS = 100  # validation compares them with each other
MAX_MUTATIONS = 10


class Measure(NamedTuple):
    """Of a selection with its fragments written out; `here` counts the fields of its first level."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    here: int = 0


NOTHING = Measure()


class Measuring:
    def __init__(self, document: DocumentNode) -> None:
        self.selections = 0
        self._fragments = fragments_of(document)
        # A fragment that is being measured counts nothing inside itself; validation refuses it.
        self._known: dict[str, Measure] = {}

    def of(self, selections: SelectionSetNode | None) -> Measure:
        if selections is None:
            return NOTHING
        self.selections += 1
        depth = fields = aliases = here = 0
        for selection in selections.selections:
            more = self._selection(selection)
            depth = max(depth, more.depth)
            fields += more.fields
            aliases += more.aliases
            here += more.here
        return Measure(depth, fields, aliases, here)

    def _selection(self, selection: SelectionNode) -> Measure:
        if isinstance(selection, FieldNode):
            inside = self.of(selection.selection_set)
            return Measure(inside.depth + 1, inside.fields + 1, inside.aliases + (selection.alias is not None), 1)
        if isinstance(selection, FragmentSpreadNode):
            return self.fragment(selection.name.value)
        return self.of(selection.selection_set)  # type: ignore[attr-defined]

    def fragment(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = NOTHING
            definition = self._fragments.get(name)
            self._known[name] = self.of(definition.selection_set) if definition else NOTHING
        return self._known[name]


def breaches(document: DocumentNode) -> list[GraphQLError]:
    """One error for each limit that an operation of the document exceeds."""
    measuring = Measuring(document)
    found: list[GraphQLError] = []
    for each in document.definitions:
        if isinstance(each, FragmentDefinitionNode):
            measuring.fragment(each.name.value)
        elif isinstance(each, OperationDefinitionNode):
            measure = measuring.of(each.selection_set)
            if measure.depth > MAX_DEPTH:
                found.append(breach("depth", MAX_DEPTH, f"{MAX_DEPTH} levels of fields", each))
            if measure.fields > MAX_FIELDS:
                found.append(breach("fields", MAX_FIELDS, f"{MAX_FIELDS} fields, fragments written out", each))
            if measure.aliases > MAX_ALIASES:
                found.append(breach("aliases", MAX_ALIASES, f"{MAX_ALIASES} aliases, fragments written out", each))
            if each.operation is OperationType.MUTATION and measure.here > MAX_MUTATIONS:
                found.append(breach("mutations", MAX_MUTATIONS, f"{MAX_MUTATIONS} mutations", each))
    if measuring.selections > MAX_SELECTIONS:
        found.append(breach("selections", MAX_SELECTIONS, f"{MAX_SELECTIONS} selections in braces", None))
    return found


def breach(limit: str, most: int, words: str, node: Node | None) -> GraphQLError:
    extensions = {"code": "DOCUMENT_TOO_LARGE", "limit": limit, "most": most}
    return GraphQLError(f"A document can have at most {words}. Ask for less at once.", node, extensions=extensions)
