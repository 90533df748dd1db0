"""Parses, measures, validates and costs each GraphQL document once, and caches the result by the document's text.

The size is measured first, in one pass over the document, so a document whose fragments multiply exponentially is
rejected as fast as any other. Only documents within the size limits are validated: parts of validation are quadratic.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VariableNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    value_from_ast_untyped,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from graph.limits.cost import MAX_COST, CostEstimate, Costs, costs_of, dependence, fragments_of
from graph.limits.error_codes import ErrorCode
from graph.limits.literals import LiteralsRule, NullLiteralsRule, OneOfLiteralsRule
from graph.limits.rate import Quota, rate_limit_extensions, rate_limit_message
from graph.limits.request import MAX_VALUES_READ, count_values
from graph.limits.size import MAX_DEPTH, limit_error, size_errors

MAX_TOKENS = 2_000
MAX_ERRORS = 5  # some quote the document, so many of them would take a second
COST_OF_A_REFUSAL = 10
MAX_MESSAGE_LENGTH = 500
MAX_CACHED_CHARACTERS = 250_000  # of document text; a parsed document takes some 300 bytes for each character
MAX_CACHED_COSTS = 100  # of one operation


class OperationCost:
    """Cost of one operation, cached by the variables that it depends on: lengths of lists, words of searches."""

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
        self._size_variables: tuple[str, ...] | None = None
        self._cached: dict[tuple[Hashable, ...], int] = {}

    def of(self, variables: Mapping[str, Any]) -> int:
        values = self._defaults | dict(variables) if self._defaults else variables
        if self._size_variables is not None:
            cached = self._cached.get(tuple(dependence(values.get(name)) for name in self._size_variables))
            if cached is not None:
                return cached
        estimate = CostEstimate(self._costs, fragments_of(self._document), values)
        cost = 1 + estimate.operation(self._operation, self._root)
        self._size_variables = tuple(sorted(estimate.size_variables))
        if len(self._cached) < MAX_CACHED_COSTS:
            self._cached[tuple(dependence(values.get(name)) for name in self._size_variables)] = cost
        return cost


@dataclass(slots=True)
class ValidatedDocument:
    """A parsed document with its validation errors. Only a document without errors has a cost."""

    document: DocumentNode
    errors: list[GraphQLError]
    costs: Costs
    _operations: dict[str | None, OperationCost] = field(default_factory=dict)
    _chosen: dict[str | None, OperationDefinitionNode] = field(default_factory=dict)
    _uses: Counter[str] | None = None

    def values_read(self, variables: Mapping[str, Any]) -> int:
        """The number of values of the variables that are used more than once, counted at each use."""
        if self._uses is None:
            self._uses = _uses_of_variables(self.document)
        return sum(count * count_values(variables.get(name)) for name, count in self._uses.items() if count > 1)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or without a name the only one; None if there is no such operation."""
        if name not in self._chosen:
            found = get_operation_ast(self.document, name)
            if found is None:
                return None  # not kept: there is no limit to names that a document does not have
            self._chosen[name] = found
        return self._chosen[name]

    def cost(self, schema: GraphQLSchema, operation_name: str | None, variables: Mapping[str, Any]) -> int:
        """Cost of one operation. 0 when the document has no such operation: executing it then reports the error."""
        if operation_name not in self._operations:
            operation = self.operation(operation_name)
            root = schema.get_root_type(operation.operation) if operation else None
            if operation is None or root is None:
                return 0
            self._operations[operation_name] = OperationCost(self.document, operation, root.name, self.costs)
        return self._operations[operation_name].of(variables)


def _uses_of_variables(document: DocumentNode) -> Counter[str]:
    found: Counter[str] = Counter()
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        if isinstance(node, VariableNode):
            found[node.name.value] += 1
        elif not isinstance(node, VariableDefinitionNode):
            for part in (getattr(node, key) for key in node.keys):
                pending += [each for each in (part if isinstance(part, tuple) else (part,)) if isinstance(each, Node)]
    return found


class DocumentValidator:
    """Validates documents against one schema. Caches the most recently used results."""

    def __init__(self, *, introspection: bool = True) -> None:
        self.introspection = introspection
        rules = [LiteralsRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules]
        self._rules = [*rules, NullLiteralsRule, OneOfLiteralsRule]
        if not introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)
        self._costs: Costs | None = None
        self._cached: OrderedDict[str, ValidatedDocument] = OrderedDict()
        self._characters = 0

    def known(self, text: str) -> ValidatedDocument | None:
        """None if the document was not validated before, or is forgotten."""
        cached = self._cached.get(text)
        if cached is not None:
            self._cached.move_to_end(text)
        return cached

    def validate(self, text: str, schema: GraphQLSchema) -> ValidatedDocument:
        """Raises GraphQLError when the text cannot be parsed."""
        if cached := self.known(text):
            return cached
        try:
            validated = self._validate(text, schema)
        except RecursionError:
            raise limit_error("depth", MAX_DEPTH, "levels of fields", None) from None
        self._cache(text, validated)
        return validated

    def _validate(self, text: str, schema: GraphQLSchema) -> ValidatedDocument:
        try:
            document = parse(text, max_tokens=MAX_TOKENS)
        except GraphQLError as error:
            error.extensions = {"code": ErrorCode.GRAPHQL_PARSE_FAILED.value}
            raise
        errors = size_errors(document) or [
            _shortened(error)
            for error in validate(
                schema, document, self._rules, max_errors=MAX_ERRORS, hide_suggestions=not self.introspection
            )
        ]
        if self._costs is None:
            self._costs = costs_of(schema)
        return ValidatedDocument(document, errors, self._costs)

    def _cache(self, text: str, validated: ValidatedDocument) -> None:
        if len(text) > MAX_CACHED_CHARACTERS // 10:  # one document must not evict all others
            return
        self._cached[text] = validated
        self._characters += len(text)
        while self._characters > MAX_CACHED_CHARACTERS:
            oldest, _ = self._cached.popitem(last=False)
            self._characters -= len(oldest)


def _shortened(error: GraphQLError) -> GraphQLError:
    """The error shortened, with its code, without its Python exception, which graph/core/errors.py would mask."""
    message = error.message if len(error.message) <= MAX_MESSAGE_LENGTH else f"{error.message[:MAX_MESSAGE_LENGTH]} …"
    is_literal = (error.extensions or {}).get("code") == ErrorCode.BAD_USER_INPUT
    extensions = error.extensions if is_literal else {"code": ErrorCode.GRAPHQL_VALIDATION_FAILED.value}
    return GraphQLError(message, error.nodes, error.source, error.positions, extensions=extensions)


class Limits(SchemaExtension):
    """Replaces Strawberry's parser, validation and caches. Charges each document's cost to the viewer's quota."""

    _validated: ValidatedDocument

    def __init__(self, validator: DocumentValidator) -> None:
        self._validator = validator

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if not self._quota.has(COST_OF_A_REFUSAL) and self._validator.known(context.query or "") is None:
            self._charge(COST_OF_A_REFUSAL)  # raises: parsing would cost more
        try:
            self._validated = self._validator.validate(context.query or "", context.schema._schema)
        except GraphQLError:
            self._charge(COST_OF_A_REFUSAL)
            raise
        context.graphql_document = self._validated.document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        errors, cost = list(self._validated.errors), COST_OF_A_REFUSAL
        if not errors and not self._names_one_operation(context):
            message = "Must provide operation name if query contains multiple operations."
            errors = [GraphQLError(message, extensions={"code": ErrorCode.OPERATION_RESOLUTION_FAILURE.value})]
        if not errors and (refusal := context.context.streaming.refusal(context.operation_type)):
            errors = [GraphQLError(refusal, extensions={"code": ErrorCode.BAD_REQUEST.value})]
        if not errors and self._validated.values_read(context.variables or {}) > MAX_VALUES_READ:
            errors = [limit_error("values", MAX_VALUES_READ, "values of variables, counted at each use", None)]
        if not errors:
            cost = self._validated.cost(context.schema._schema, context.operation_name, context.variables or {})
            context.context.cost = cost
            if cost > MAX_COST:
                errors, cost = [too_costly(cost)], COST_OF_A_REFUSAL
        if context.context.done is None:
            self._charge(cost)
        context.pre_execution_errors = errors
        yield

    def _names_one_operation(self, context: ExecutionContext) -> bool:
        """Strawberry would run the first of several operations."""
        return context._provided_operation_name is not None or self._validated.operation(None) is not None

    def get_results(self) -> dict[str, Any]:
        if self.execution_context.context.streaming.is_started:
            return {}  # of each event, it would be longer than the event
        return cost_of_answer(self._quota)

    def _charge(self, units: int) -> None:
        quota = self._quota
        if not quota.take(units):
            raise GraphQLError(rate_limit_message(quota), extensions=rate_limit_extensions(quota))

    @property
    def _quota(self) -> Quota:
        quota: Quota = self.execution_context.context.quota
        return quota


def cost_of_answer(quota: Quota) -> dict[str, Any]:
    """The `extensions` of an answer."""
    return {"cost": quota.extension() | {"limit": MAX_COST}}


def too_costly(cost: int) -> GraphQLError:
    return GraphQLError(
        f"The document costs {cost:,}; the maximum is {MAX_COST:,}. Request shorter pages or fewer fields.",
        extensions={"code": ErrorCode.DOCUMENT_TOO_COSTLY.value, "limit": "cost", "most": MAX_COST},
    )
