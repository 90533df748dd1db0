"""Answers queries and mutations that were validated and compiled before, without Strawberry's view and extensions.

Their work for such an operation is done here, in the same order: the document's limits and cost, the viewer's quota,
the metrics. Everything else is left to them, as if nothing had been tried.
"""

from typing import Any

import orjson
from graphql import DocumentNode, GraphQLSchema, OperationType
from strawberry.http import GraphQLRequestData

from graph.core.context import RequestContext
from graph.execution.mutations import Mutations
from graph.execution.plans import Plans
from graph.limits.cost import MAX_COST
from graph.limits.documents import DocumentValidator, cost_of_answer
from graph.telemetry import metrics


class CompiledAnswers:
    """`validator`, `plans`: those of the schema's extensions."""

    def __init__(self, schema: GraphQLSchema, validator: DocumentValidator, plans: Plans, mutations: Mutations) -> None:
        self._schema = schema
        self._validator = validator
        self._plans = plans
        self._mutations = mutations

    async def answer(self, data: GraphQLRequestData, context: RequestContext, *, may_change: bool) -> bytes | None:
        """The response's body. None: execute the request; then the context says what has been tried.

        `may_change`: whether the request may be a mutation.
        """
        text, variables = data.query, data.variables or {}
        known = self._validator.known(text) if text else None
        if text is None or known is None or known.errors:
            return None
        operation = known.operation(data.operation_name)
        if operation is None or operation.operation is OperationType.SUBSCRIPTION:
            return None
        is_mutation = operation.operation is OperationType.MUTATION
        if is_mutation and not may_change:
            return None
        name = operation.name.value if operation.name else None
        cost = known.cost(self._schema, name, variables)
        if cost > MAX_COST or not context.quota.has(cost):
            return None
        if is_mutation:
            return await self._changed(text, known.document, name, variables, cost, context)
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

    async def _changed(
        self,
        text: str,
        document: DocumentNode,
        name: str | None,
        variables: dict[str, Any],
        cost: int,
        context: RequestContext,
    ) -> bytes | None:
        asked = self._mutations.ask(text, document, name, variables, context)
        if asked is None:
            return None
        context.quota.take(cost)
        context.refresh()
        metrics.executed("mutation", name)
        changed = await self._mutations.run(asked, context)
        if changed is None:
            return None
        return orjson.dumps({"data": changed, "extensions": cost_of_answer(context.quota)})
