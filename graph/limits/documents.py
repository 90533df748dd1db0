"""Limits of a document: parsed, measured, validated and priced once, then remembered by its text.

Everything is measured in one pass over the document; a fragment is measured once, however often it is spread, so a
document whose fragments multiply exponentially is refused as fast as any other. Only what is within these limits is
validated, because parts of that are quadratic.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext

from graph.limits.cost import Costs, Counting, costs_of, fragments_of, number
from graph.limits.rate import Allowance
from graph.limits.size import MAX_DEPTH, breach, breaches
from graph.settings.edge import MAX_COST

MAX_TOKENS = 2_000
MAX_ERRORS = 5  # some quote the document, so many of them would take a second
COST_OF_A_REFUSAL = 10
MAX_MESSAGE_LENGTH = 500
REMEMBERED = 250_000  # characters of documents; parsed they take about 300 times that many bytes
MAX_PRICES = 100  # remembered for one document


class Pricing:
    """One operation's price, which depends on the variables that say how long a list is."""

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode, root: str, costs: Costs) -> None:
        self._document = document
        self._operation = operation
        self._root = root
        self._costs = costs
        self._defaults = {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in operation.variable_definitions or ()
            if each.default_value is not None
        }
        self._asked: tuple[str, ...] | None = None
        self._known: dict[tuple[int | None, ...], int] = {}

    def price(self, variables: Mapping[str, Any]) -> int:
        given = self._defaults | dict(variables) if self._defaults else variables
        if self._asked is not None:
            known = self._known.get(tuple(number(given.get(name)) for name in self._asked))
            if known is not None:
                return known
        counting = Counting(self._costs, fragments_of(self._document), given)
        price = 1 + counting.operation(self._operation, self._root)
        self._asked = tuple(sorted(counting.asked))
        if len(self._known) < MAX_PRICES:
            self._known[tuple(number(given.get(name)) for name in self._asked)] = price
        return price


@dataclass(slots=True)
class Examined:
    """A document and what is known of it; without errors it can be priced."""

    document: DocumentNode
    errors: list[GraphQLError]
    costs: Costs
    _pricings: dict[str | None, Pricing] = field(default_factory=dict)

    def cost(self, schema: GraphQLSchema, operation_name: str | None, variables: Mapping[str, Any]) -> int:
        """Of one operation; 0 when there is no such one, which is told later."""
        if operation_name not in self._pricings:
            operation = get_operation_ast(self.document, operation_name)
            root = schema.get_root_type(operation.operation) if operation else None
            if operation is None or root is None:
                return 0
            self._pricings[operation_name] = Pricing(self.document, operation, root.name, self.costs)
        return self._pricings[operation_name].price(variables)


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
            raise breach("depth", MAX_DEPTH, f"{MAX_DEPTH} levels of fields", None) from None
        self._remember(text, examined)
        return examined

    def _examine(self, text: str, schema: GraphQLSchema) -> Examined:
        document = parse(text, max_tokens=MAX_TOKENS)
        errors = breaches(document) or [
            _told(error)
            for error in validate(
                schema, document, self._rules, max_errors=MAX_ERRORS, hide_suggestions=not self.introspection
            )
        ]
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


def _told(error: GraphQLError) -> GraphQLError:
    """An error of the document and of nothing else, whatever Python error it is made from; quoting it in part."""
    message = error.message if len(error.message) <= MAX_MESSAGE_LENGTH else f"{error.message[:MAX_MESSAGE_LENGTH]} …"
    return GraphQLError(message, error.nodes, error.source, error.positions)


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
        if not errors and not self._is_one_named(context):
            errors = [GraphQLError("Must provide operation name if query contains multiple operations.")]
        if not errors:
            cost = self._examined.cost(context.schema._schema, context.operation_name, context.variables or {})
            if cost > MAX_COST:
                errors, cost = [too_costly(cost)], COST_OF_A_REFUSAL
        self._charge(cost)
        context.pre_execution_errors = errors
        yield

    def _is_one_named(self, context: ExecutionContext) -> bool:
        """Strawberry would run the first of several."""
        return (
            context._provided_operation_name is not None or get_operation_ast(self._examined.document, None) is not None
        )

    def get_results(self) -> dict[str, Any]:
        return {"cost": self._allowance.told() | {"limit": MAX_COST}}

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
        f"This would cost {cost:,}; a document can cost at most {MAX_COST:,}. Ask for shorter pages or fewer fields.",
        extensions={"code": "DOCUMENT_TOO_COSTLY", "limit": "cost", "most": MAX_COST},
    )
