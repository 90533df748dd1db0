"""What a document costs, told beforehand: the directives that declare it in the schema, and the sum over a document.

A field costs its weight (when none is declared, 1 if it gives an object and 0 if it gives a plain value), and a list
that for each entry that it may have; an argument that is given adds its own weight. The sum is linear in the
document's length, however its fragments multiply.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLArgumentMap,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from strawberry import UNSET
from strawberry.schema_directive import Location
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from resolvers.reading.pagination import DEFAULT_PAGE, MAX_PAGE_SIZE

SHORT_LIST = 3  # entries, of a list that declares nothing


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION],
    name="cost",
    description="Cost that the field, or the argument if given, adds to a document, each time that the "
    "document uses it.",
)
class Cost:
    weight: str = strawberry.field(
        description="A whole number. Without the directive, a field that returns objects costs 1; a field "
        "that returns scalars or enums costs nothing, and neither does an argument."
    )


# A search reads every order code, buyer and SKU of the brand.
COST_OF_A_FILTER = Cost(weight="10")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description=f"Length that the cost calculation assumes for a list. {SHORT_LIST} if nothing is declared.",
)
class ListSize:
    assumed_size: int | None = strawberry.field(
        default=UNSET, description="Assumed length if no slicing argument is given."
    )
    slicing_arguments: list[str] | None = strawberry.field(
        default=UNSET, description="Arguments that set the length: a number by its value, a list by its length."
    )
    sized_fields: list[str] | None = strawberry.field(
        default=UNSET,
        description="Fields of the returned object that hold the list. Default: the field itself returns the list.",
    )
    require_one_slicing_argument: bool | None = strawberry.field(
        default=UNSET, description="Whether one of the slicing arguments must be given. Default: true."
    )


def paged(*arguments: str) -> ListSize:
    """Of a connection (graph/core/pagination.py)."""
    return ListSize(
        assumed_size=DEFAULT_PAGE,
        slicing_arguments=list(arguments),
        sized_fields=["edges", "nodes"],
        require_one_slicing_argument=False,
    )


@dataclass(slots=True)
class FieldCost:
    """`entries`: of the list; 1 for what is none. `sizes`: they multiply what it gives' sized fields, not itself.

    `arguments`: the weights of those that have one.
    """

    gives: str
    weight: int
    entries: int
    arguments: Mapping[str, int]
    slicing: tuple[str, ...] = ()
    sizes: bool = False
    is_sized: bool = False


Costs = Mapping[str, Mapping[str, FieldCost]]


def costs_of(schema: GraphQLSchema) -> Costs:
    """By type and field."""
    found: dict[str, dict[str, FieldCost]] = {}
    sized: list[tuple[str, str]] = []
    for name, named in schema.type_map.items():
        if not (is_object_type(named) or is_interface_type(named)):
            continue
        found[name] = {}
        for field_name, each in named.fields.items():
            definition = each.extensions.get("strawberry-definition")
            directives = definition.directives if isinstance(definition, StrawberryField) else []
            about = _cost(each.type, [directive for directive in directives if isinstance(directive, Cost | ListSize)])
            about.arguments = _weights(each.args)
            found[name][field_name] = about
            for directive in directives:
                if isinstance(directive, ListSize) and directive.sized_fields:
                    sized += [(about.gives, sized_field) for sized_field in directive.sized_fields]
    for type_name, field_name in sized:
        found[type_name][field_name].is_sized = True
        found[type_name][field_name].entries = 1
    found["Query"] |= {"__schema": FieldCost("__Schema", 1, 1, {}), "__type": FieldCost("__Type", 1, 1, {})}
    return found


def _cost(type: GraphQLOutputType, directives: list[Cost | ListSize]) -> FieldCost:
    named = get_named_type(type)
    about = FieldCost(named.name, 0 if is_leaf_type(named) else 1, 1, {})
    if is_list_type(get_nullable_type(type)):
        about.entries = SHORT_LIST
    for directive in directives:
        if isinstance(directive, Cost):
            about.weight = int(directive.weight)
        else:
            about.entries = directive.assumed_size or about.entries
            about.slicing = tuple(directive.slicing_arguments or ())
            about.sizes = bool(directive.sized_fields)
    return about


def _weights(arguments: GraphQLArgumentMap) -> dict[str, int]:
    found = {}
    for name, argument in arguments.items():
        definition = argument.extensions.get("strawberry-definition")
        for directive in definition.directives if isinstance(definition, StrawberryArgument) else ():
            if isinstance(directive, Cost):
                found[name] = int(directive.weight)
    return found


@dataclass(slots=True)
class Counting:
    """One operation's sum with these variables; `asked` gets the names of those that say how long a list is."""

    costs: Costs
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def operation(self, operation: OperationDefinitionNode, root: str) -> int:
        return sum(self._selections(root, operation.selection_set))

    def _selections(self, type_name: str, selections: SelectionSetNode | None) -> tuple[int, int]:
        """What it costs by itself, and what for each entry of the list that the field above says the size of."""
        alone, for_each = 0, 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                about = self.costs[type_name].get(selection.name.value)
                if about is None:  # __typename
                    continue
                cost = self._field(about, selection)
                more = (0, cost) if about.is_sized else (cost, 0)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                more = self._selections(condition.name.value if condition else type_name, selection.selection_set)
            else:
                more = self._fragment(selection.name.value)  # type: ignore[attr-defined]
            alone, for_each = alone + more[0], for_each + more[1]
        return alone, for_each

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._known:
            fragment = self.fragments[name]
            self._known[name] = self._selections(fragment.type_condition.name.value, fragment.selection_set)
        return self._known[name]

    def _field(self, about: FieldCost, node: FieldNode) -> int:
        alone, for_each = self._selections(about.gives, node.selection_set) if node.selection_set else (0, 0)
        alone += sum(about.arguments.get(each.name.value, 0) for each in node.arguments or ())
        entries = self._entries(about, node)
        if about.sizes:
            return about.weight + alone + entries * for_each
        return entries * (about.weight + alone + DEFAULT_PAGE * for_each)

    def _entries(self, about: FieldCost, node: FieldNode) -> int:
        if not about.slicing:
            return about.entries
        given = [self._number(each.value) for each in node.arguments or () if each.name.value in about.slicing]
        numbers = [number for number in given if number is not None]
        # A longer page is refused when it is read (resolvers/reading/pagination.py).
        return max(0, min(max(numbers), MAX_PAGE_SIZE)) if numbers else about.entries

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, ListValueNode):
            return len(value.values)
        if isinstance(value, VariableNode):
            self.asked.add(value.name.value)
            return number(self.variables.get(value.name.value))
        return None


def number(value: Any) -> int | None:
    """How many entries a variable's value asks for; None when it says nothing of the kind."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, float) and value.is_integer():  # GraphQL takes 5.0 for 5
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
