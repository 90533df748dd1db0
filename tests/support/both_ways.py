"""Queries executed by compiled plans and by graphql-core, to compare the answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from strawberry.http import GraphQLRequestData

import graph.app
from graph.core.context import RequestContext
from graph.http.compiled import CompiledAnswers

_by_core: ContextVar[bool] = ContextVar("by_graphql_core", default=False)
_compares: ContextVar[bool] = ContextVar("compares", default=True)


@contextmanager
def by_graphql_core() -> Iterator[None]:
    """The application within this process answers the requests made here without compiled plans."""
    token = _by_core.set(True)
    try:
        yield
    finally:
        _by_core.reset(token)


@contextmanager
def not_compared() -> Iterator[None]:
    """Each query runs once, as for a test that counts statements."""
    token = _compares.set(False)
    try:
        yield
    finally:
        _compares.reset(token)


class _EitherWay(CompiledAnswers):
    async def answer(self, data: GraphQLRequestData, context: RequestContext, *, may_change: bool) -> bytes | None:
        if _by_core.get():
            context.compiled = False
            return None
        return await super().answer(data, context, may_change=may_change)


graph.app.CompiledAnswers = _EitherWay  # type: ignore[attr-defined]


def is_compared(document: str) -> bool:
    return _compares.get() and _is_query(document)


@lru_cache
def _is_query(document: str) -> bool:
    """Whether it has queries only."""
    try:
        parsed = parse(document)
    except GraphQLError:
        return False
    operations = [each for each in parsed.definitions if isinstance(each, OperationDefinitionNode)]
    return all(each.operation is OperationType.QUERY for each in operations)


def without_cost(answer: dict[str, Any]) -> dict[str, Any]:
    """Without what is left of the quota, which each execution takes from."""
    return {key: value for key, value in answer.items() if key != "extensions"}
