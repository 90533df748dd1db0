"""Keeps compiled plans, runs them, and decides when graphql-core answers instead."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from graph.execution.compiler import Plan, Started
from graph.execution.draft import Preparing, Steps
from graph.execution.kinds import Unexpected
from graph.execution.selection import Undeclared, switch_names

MAX_PLANS = 200
MAX_DOCUMENT = 20_000  # characters
MAX_FAILURES = 3
log = logging.getLogger("orders.execution")


class Request(Protocol):
    """What a request's context offers."""

    @property
    def actor(self) -> Any: ...
    @property
    def compiled(self) -> bool:
        """Whether compiled plans may be tried."""

    @property
    def result(self) -> ExecutionResult | None:
        """What a plan has answered before Strawberry began: its errors are still to be published."""

    def preparing(self) -> Preparing: ...
    async def run_steps(self, steps: Steps) -> Any:
        """Runs the statements that the steps yield, in the viewer's scope, and returns what they return."""


class Entry:
    """A plan, or the reason why there is none."""

    def __init__(self, plan: Plan | None, reason: str = "") -> None:
        self.plan = plan
        self.reason = reason
        self.failures = 0


@dataclass(slots=True)
class TakenOn:
    """A request that its plan has taken on, before its first statement."""

    entry: Entry
    plan: Plan
    started: Started


class Plans:
    """The plans of one schema, the most recently used ones."""

    def __init__(
        self, schema: GraphQLSchema, is_busy: Callable[[BaseException], bool], count: Callable[[str], None]
    ) -> None:
        """`count` counts a request by its outcome: "compiled", or why graphql-core answers it."""
        self._schema = schema
        self._is_busy = is_busy
        self._count = count
        self._switches: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()

    async def answer(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], request: Request
    ) -> ExecutionResult | None:
        """None: graphql-core must answer. Nothing of the request was answered or changed by then."""
        taken_on = await self.start(text, document, name, variables, request)
        return await self.finish(taken_on, request) if taken_on else None

    async def start(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], request: Request
    ) -> TakenOn | None:
        """None: graphql-core must answer."""
        entry = await self._entry(text, document, name, variables, request.preparing())
        if entry.plan is None:
            self._count(entry.reason)
            return None
        try:
            return TakenOn(entry, entry.plan, await entry.plan.start(request, variables))
        except Unexpected as error:
            self._count(str(error))
        except Exception:  # graphql-core says which argument is invalid
            self._count("arguments")
        return None

    async def finish(self, taken_on: TakenOn, request: Request) -> ExecutionResult | None:
        """None: graphql-core must answer."""
        started = taken_on.started
        try:
            await started.find(request)
            data = await request.run_steps(started.steps())
        except Exception as error:
            if self._is_busy(error):
                self._count("busy")
                return _failed(error, taken_on.plan)
            log.warning("a compiled query failed; graphql-core answers", exc_info=error)
            self._count("failed")
            entry = taken_on.entry
            entry.failures += 1
            if entry.failures >= MAX_FAILURES:
                entry.plan, entry.reason = None, "dropped"
            return None
        self._count("compiled")
        return ExecutionResult(orjson.Fragment(data), None)  # type: ignore[arg-type] # it is JSON already

    async def _entry(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], preparing: Preparing
    ) -> Entry:
        if len(text) > MAX_DOCUMENT:
            return Entry(None, "long document")
        names = self._switches.get(text)
        if names is None:
            names = self._switches[text] = switch_names(document)
            if len(self._switches) > MAX_PLANS:
                self._switches.popitem(last=False)
        switches: dict[str, Any] = {}
        for each in names:
            if not isinstance(variables.get(each), bool):
                return Entry(None, "directive")  # a default value, or an error that graphql-core reports
            switches[each] = variables[each]
        key = (text, name, preparing, tuple(sorted(switches.items())))
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
            return entry
        try:
            # Beside the event loop: the text of each of up to twenty statements takes some milliseconds.
            entry = Entry(await asyncio.to_thread(Plan, self._schema, document, name, switches, preparing))
        except Undeclared as error:
            entry = Entry(None, str(error))
        except Exception as error:
            log.warning("a query could not be compiled; graphql-core answers", exc_info=error)
            entry = Entry(None, "failed")
        self._entries[key] = entry
        if len(self._entries) > MAX_PLANS:
            self._entries.popitem(last=False)
        return entry


def _failed(error: Exception, plan: Plan) -> ExecutionResult:
    """As graphql-core reports it: at a field that cannot be null, and so for the whole query; else at each field."""

    def at(key: str) -> GraphQLError:
        return GraphQLError(str(error), plan.roots[key][0], path=[key], original_error=error)

    for key, (_, is_non_null) in plan.roots.items():
        if is_non_null:
            return ExecutionResult(None, [at(key)])
    return ExecutionResult(dict.fromkeys(plan.roots), [at(key) for key in plan.roots])


class CompiledQueries(SchemaExtension):
    """Answers a query by its compiled plan, if it has one."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context
        request = context.context
        if request is not None and context.operation_type is OperationType.QUERY:
            result = request.result
            document, text = context.graphql_document, context.query
            if request.compiled and document is not None and text:
                variables = context.variables or {}
                result = await self._plans.answer(text, document, context.operation_name, variables, request)
            if result is not None:
                context.result = result
        yield
