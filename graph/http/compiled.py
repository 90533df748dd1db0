"""Answers queries that were validated and compiled before, without Strawberry's view and extensions.

Their work for such a query is done here, in the same order: the document's limits and cost, the viewer's quota, the
metrics. Everything else is left to them, as if nothing had been tried.
"""

import orjson
from graphql import GraphQLSchema, OperationType
from strawberry.http import GraphQLRequestData

from graph.core.context import RequestContext
from graph.execution.plans import Plans
from graph.limits.cost import MAX_COST
from graph.limits.documents import DocumentValidator, cost_of_answer
from graph.telemetry import metrics


class CompiledAnswers:
    """`validator`, `plans`: those of the schema's extensions."""

    def __init__(self, schema: GraphQLSchema, validator: DocumentValidator, plans: Plans) -> None:
        self._schema = schema
        self._validator = validator
        self._plans = plans

    async def answer(self, data: GraphQLRequestData, context: RequestContext) -> bytes | None:
        """The response's body. None: execute the request; then the context says what has been tried."""
        text, variables = data.query, data.variables or {}
        known = self._validator.known(text) if text else None
        if text is None or known is None or known.errors:
            return None
        operation = known.operation(data.operation_name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return None
        name = operation.name.value if operation.name else None
        cost = known.cost(self._schema, name, variables)
        if cost > MAX_COST or not context.quota.has(cost):
            return None
        started = await self._plans.start(text, known.document, name, variables, context)
        context.compiled = False
        if started is None:
            return None
        context.quota.take(cost)
        result = await self._plans.finish(started, context)
        if result is None or result.errors:
            context.quota.give_back(cost)
            context.result = result
            return None
        metrics.executed("query", name)
        return orjson.dumps({"data": result.data, "extensions": cost_of_answer(context.quota)})
