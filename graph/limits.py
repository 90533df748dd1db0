"""Limits of a document: parsed, measured, validated and priced once, then remembered by its text.

Everything is measured in one pass over the document; a fragment is measured once, however often it is spread, so a
document whose fragments multiply exponentially is refused as fast as any other. Only what is within these limits is
validated, because parts of that are quadratic.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graph.budgets import Allowance
from graph.cost import Costs, Counting, costs_of, fragments_of, number
from graph.edge import MOST_COST

MOST_TOKENS = 2_000
MOST_DEPTH = 18  # the usual introspection of clients and tools has 15
MOST_FIELDS = 500
MOST_ALIASES = 50
MOST_SELECTIONS = 100  # validation compares them with each other
MOST_MUTATIONS = 10
MOST_ERRORS = 5  # some quote the document, so many of them would take a second
COST_OF_A_REFUSAL = 10
REMEMBERED = 250_000  # characters of documents; parsed they take about 300 times that many bytes
MOST_PRICES = 100  # remembered for one document


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
            if measure.depth > MOST_DEPTH:
                found.append(breach("depth", MOST_DEPTH, f"{MOST_DEPTH} levels of fields", each))
            if measure.fields > MOST_FIELDS:
                found.append(breach("fields", MOST_FIELDS, f"{MOST_FIELDS} fields, fragments written out", each))
            if measure.aliases > MOST_ALIASES:
                found.append(breach("aliases", MOST_ALIASES, f"{MOST_ALIASES} aliases, fragments written out", each))
            if each.operation is OperationType.MUTATION and measure.here > MOST_MUTATIONS:
                found.append(breach("mutations", MOST_MUTATIONS, f"{MOST_MUTATIONS} mutations", each))
    if measuring.selections > MOST_SELECTIONS:
        found.append(breach("selections", MOST_SELECTIONS, f"{MOST_SELECTIONS} selections in braces", None))
    return found


def breach(limit: str, most: int, words: str, node: Node | None) -> GraphQLError:
    extensions = {"code": "DOCUMENT_TOO_LARGE", "limit": limit, "most": most}
    return GraphQLError(f"A document can have at most {words}. Ask for less at once.", node, extensions=extensions)


@dataclass(slots=True)
class Examined:
    """A document and what is known of it; without errors it can be priced."""

    document: DocumentNode
    errors: list[GraphQLError]
    costs: Costs
    _sized_by: dict[str | None, tuple[str, ...]] = field(default_factory=dict)
    _prices: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def cost(self, schema: GraphQLSchema, operation_name: str | None, variables: Mapping[str, Any]) -> int:
        """Of one operation, which is there. It depends on the variables that say how long a list is."""
        names = self._sized_by.get(operation_name)
        if names is not None:
            price = self._prices.get((operation_name, *(number(variables.get(name)) for name in names)))
            if price is not None:
                return price
        operation = next(
            each
            for each in self.document.definitions
            if isinstance(each, OperationDefinitionNode)
            and (operation_name is None or (each.name is not None and each.name.value == operation_name))
        )
        root = schema.get_root_type(operation.operation)
        defaults = {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in operation.variable_definitions or ()
            if each.default_value is not None
        }
        counting = Counting(self.costs, fragments_of(self.document), defaults | dict(variables))
        price = 1 + counting.operation(operation, root.name if root else "")
        self._sized_by[operation_name] = names = tuple(sorted(counting.asked))
        if len(self._prices) < MOST_PRICES:
            self._prices[(operation_name, *(number(variables.get(name)) for name in names))] = price
        return price


class Examiner:
    """Examines documents for one schema and remembers the latest of them."""

    def __init__(self, *, introspection: bool = True) -> None:
        self.introspection = introspection
        self._rules = [*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule]
        if not introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)
        self._costs: Costs | None = None
        self._known: OrderedDict[str, Examined] = OrderedDict()
        self._characters = 0

    def examine(self, text: str, schema: GraphQLSchema) -> Examined:
        """Raises GraphQLError when the text is no document."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        try:
            examined = self._examine(text, schema)
        except RecursionError:
            raise breach("depth", MOST_DEPTH, f"{MOST_DEPTH} levels of fields", None) from None
        self._remember(text, examined)
        return examined

    def _examine(self, text: str, schema: GraphQLSchema) -> Examined:
        document = parse(text, max_tokens=MOST_TOKENS)
        errors = breaches(document) or validate(
            schema, document, self._rules, max_errors=MOST_ERRORS, hide_suggestions=not self.introspection
        )
        if self._costs is None:
            self._costs = costs_of(schema)
        return Examined(document, errors, self._costs)

    def _remember(self, text: str, examined: Examined) -> None:
        if len(text) > REMEMBERED // 10:
            return
        self._known[text] = examined
        self._characters += len(text)
        while self._characters > REMEMBERED:
            oldest, _ = self._known.popitem(last=False)
            self._characters -= len(oldest)


class Limits(SchemaExtension):
    """Takes the place of Strawberry's parser, its validation and their caches; charges the viewer's allowance."""

    _examined: Examined

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        try:
            self._examined = self._examiner.examine(context.query or "", context.schema._schema)
        except GraphQLError:
            self._charge(COST_OF_A_REFUSAL)
            raise
        context.graphql_document = self._examined.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        errors, cost = list(self._examined.errors), COST_OF_A_REFUSAL
        if not errors:
            cost = self._examined.cost(context.schema._schema, context.operation_name, context.variables or {})
            if cost > MOST_COST:
                errors, cost = [too_costly(cost)], COST_OF_A_REFUSAL
        self._charge(cost)
        context.pre_execution_errors = errors
        yield

    def get_results(self) -> dict[str, Any]:
        return {"cost": self._allowance.told() | {"limit": MOST_COST}}

    def _charge(self, units: int) -> None:
        allowance = self._allowance
        if not allowance.take(units):
            raise GraphQLError(
                f"You have asked for too much within a minute. Try again in {allowance.retry_after} s.",
                extensions={"code": "RATE_LIMITED", "retryAfter": allowance.retry_after},
            )

    @property
    def _allowance(self) -> Allowance:
        allowance: Allowance = self.execution_context.context.allowance
        return allowance


def too_costly(cost: int) -> GraphQLError:
    return GraphQLError(
        f"This would cost {cost:,}; a document can cost at most {MOST_COST:,}. Ask for shorter pages or fewer fields.",
        extensions={"code": "DOCUMENT_TOO_COSTLY", "limit": "cost", "most": MOST_COST},
    )
