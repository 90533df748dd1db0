"""Cost of a document, computed before it runs: the directives that declare costs in the schema, and the sum.

A field costs its weight: the declared one, else 1 for an object and 0 for a scalar or enum. A list costs that for each
entry that it may have. Each argument that is given adds its own weight. Summing takes time linear in the length of the
document, however its fragments multiply. Specification: https://ibm.github.io/graphql-specs/cost-spec.html
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLArgumentMap,
    GraphQLInputFieldMap,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
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

MAX_COST = 10_000  # of one document
SHORT_LIST = 3  # assumed length of a list that declares nothing


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.ARGUMENT_DEFINITION, Location.INPUT_FIELD_DEFINITION],
    name="cost",
    description="Cost that the field, or the argument if given, adds to a document, each time that the "
    "document uses it. A text to search for adds it for each of its words; the cost of its argument, if "
    "there is one, covers the first.",
)
class Cost:
    weight: str = strawberry.field(
        description="A whole number. Without the directive, a field that returns objects costs 1; a field "
        "that returns scalars or enums costs nothing, and neither does an argument."
    )


# A text filter reads the brand's buyers and SKUs.
COST_OF_A_FILTER = Cost(weight="10")
# For each word, in proportion to the time that it takes with a million orders (docs/performance.md). In the history a
# common word can cost more: each order has several entries.
COST_OF_A_WORD = Cost(weight="30")
COST_OF_A_WORD_IN_HISTORY = Cost(weight="100")
MAX_SEARCHED = 200  # characters; a longer search is refused when it is read (resolvers/inputs.py)


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


def page_size(*arguments: str, fields: Sequence[str] = ("edges", "nodes")) -> ListSize:
    """For a field that returns a connection (graph/core/pagination.py), or another type with the list in `fields`."""
    return ListSize(
        assumed_size=DEFAULT_PAGE,
        slicing_arguments=list(arguments),
        sized_fields=list(fields),
        require_one_slicing_argument=False,
    )


@dataclass(slots=True)
class FieldCost:
    """Cost of one field of a type.

    `gives`: name of the field's type. `entries`: assumed length of the list, 1 for a field that is not a list.
    `arguments`: weights of the arguments that declare one. `inputs`: of the fields of an argument's input that declare
    one, by argument. `slicing`: arguments that give the length of the list.
    `sizes`: the length applies to the sized fields of the field's type (a connection), not to the field itself.
    `is_sized`: such a sized field.
    """

    gives: str
    weight: int
    entries: int
    arguments: Mapping[str, int]
    slicing: tuple[str, ...] = ()
    sizes: bool = False
    is_sized: bool = False
    inputs: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


Costs = Mapping[str, Mapping[str, FieldCost]]


def costs_of(schema: GraphQLSchema) -> Costs:
    """The cost of each field, by type name and field name."""
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
            about.inputs = _input_weights(each.args)
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


def _weights(arguments: GraphQLArgumentMap | GraphQLInputFieldMap) -> dict[str, int]:
    found = {}
    for name, argument in arguments.items():
        definition = argument.extensions.get("strawberry-definition")
        for directive in definition.directives if isinstance(definition, StrawberryArgument | StrawberryField) else ():
            if isinstance(directive, Cost):
                found[name] = int(directive.weight)
    return found


def _input_weights(arguments: GraphQLArgumentMap) -> dict[str, dict[str, int]]:
    found = {}
    for name, argument in arguments.items():
        named = get_named_type(argument.type)
        if is_input_object_type(named) and (weights := _weights(named.fields)):
            found[name] = weights
    return found


@dataclass(slots=True)
class CostEstimate:
    """Sums the cost of one operation with these variables.

    Collects in `size_variables` the names of the variables that it depends on.
    """

    costs: Costs
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    size_variables: set[str] = field(default_factory=set)
    _fragment_costs: dict[str, tuple[int, int]] = field(default_factory=dict)

    def operation(self, operation: OperationDefinitionNode, root: str) -> int:
        return sum(self._selections(root, operation.selection_set))

    def _selections(self, type_name: str, selections: SelectionSetNode | None) -> tuple[int, int]:
        """(fixed cost, cost for each entry of the list whose length the enclosing field gives)."""
        fixed, per_entry = 0, 0
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
            fixed, per_entry = fixed + more[0], per_entry + more[1]
        return fixed, per_entry

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._fragment_costs:
            fragment = self.fragments[name]
            self._fragment_costs[name] = self._selections(fragment.type_condition.name.value, fragment.selection_set)
        return self._fragment_costs[name]

    def _field(self, about: FieldCost, node: FieldNode) -> int:
        fixed, per_entry = self._selections(about.gives, node.selection_set) if node.selection_set else (0, 0)
        fixed += sum(about.arguments.get(each.name.value, 0) for each in node.arguments or ())
        for each in node.arguments or ():
            if weights := about.inputs.get(each.name.value):
                # The argument's own weight, if it has one, covers the first word.
                fixed += self._input(each.value, weights, covered=each.name.value in about.arguments)
        entries = self._entries(about, node)
        if about.sizes:
            return about.weight + fixed + entries * per_entry
        return entries * (about.weight + fixed + DEFAULT_PAGE * per_entry)

    def _input(self, value: ValueNode, weights: Mapping[str, int], *, covered: bool) -> int:
        if isinstance(value, ObjectValueNode):
            given = {each.name.value: self._words(each.value) for each in value.fields}
        elif isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            variable = self.variables.get(value.name.value)
            given = {name: words(variable.get(name)) for name in weights} if isinstance(variable, dict) else {}
        else:
            return 0
        return sum(weight * max(0, given.get(name, 0) - covered) for name, weight in weights.items())

    def _words(self, value: ValueNode) -> int:
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            return words(self.variables.get(value.name.value))
        return words(value.value) if isinstance(value, StringValueNode) else 0

    def _entries(self, about: FieldCost, node: FieldNode) -> int:
        if not about.slicing:
            return about.entries
        given = [self._length(each.value) for each in node.arguments or () if each.name.value in about.slicing]
        lengths = [length for length in given if length is not None]
        # A longer page is rejected when it is read (resolvers/reading/pagination.py).
        return max(0, min(max(lengths), MAX_PAGE_SIZE)) if lengths else about.entries

    def _length(self, value: ValueNode) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, ListValueNode):
            return len(value.values)
        if isinstance(value, VariableNode):
            self.size_variables.add(value.name.value)
            return list_length(self.variables.get(value.name.value))
        return None


def list_length(value: Any) -> int | None:
    """The list length that a variable's value gives: the number itself, or the length of a list; else None."""
    if isinstance(value, list):
        return len(value)
    if isinstance(value, float) and value.is_integer():  # GraphQL accepts 5.0 as 5
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def words(value: Any) -> int:
    return len(value[:MAX_SEARCHED].split()) if isinstance(value, str) else 0


def dependence(value: Any) -> Hashable:
    """What the cost can depend on in a variable's value: two values with the same give the same cost."""
    if isinstance(value, dict):
        return tuple(sorted((name, words(each)) for name, each in value.items() if isinstance(each, str)))
    return (words(value), True) if isinstance(value, str) else list_length(value)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
