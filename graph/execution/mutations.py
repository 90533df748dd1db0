"""Runs a mutation of one field without graphql-core's executor, and completes its payload as that one would.

Arguments are read first: what is invalid is left to graphql-core, and nothing was done. What the resolver has given is
kept in the request. If its payload cannot be completed here, graphql-core completes the same one, and reports the
errors: the mutation runs once.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from inspect import iscoroutine
from typing import Any, Protocol

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.values import get_argument_values, get_variable_values
from graphql.pyutils import Path, gather_with_cancel, is_awaitable

from graph.execution.kinds import Unexpected
from graph.execution.plans import MAX_DOCUMENT, MAX_PLANS
from graph.execution.selection import Selections, Undeclared, operation_of, switch_names

log = logging.getLogger("orders.execution")
EVERY = 50  # entries of a long list, then other requests may run


@dataclass(slots=True)
class Done:
    """What the resolver of a request's mutation has given."""

    payload: Any = None
    error: Exception | None = None

    def again(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.payload


class Request(Protocol):
    """What a request's context offers. `done`: set as soon as its mutation has run."""

    done: Done | None


@dataclass(slots=True)
class Asked:
    """One request. `infos`, `arguments`: of the fields with a resolver, in their places.

    `pending`: what completes values that are still awaited, and where these go.
    """

    plan: "MutationPlan"
    infos: list[Any]
    arguments: list[dict[str, Any]]
    pending: list[tuple[Any, Any, Any, "Complete"]] = field(default_factory=list)

    def put(self, found: Any, target: Any, key: Any, complete: "Complete") -> None:
        """Completes a value, at once or when it is there."""
        if is_awaitable(found):
            target[key] = None  # keeps the order of the fields
            self.pending.append((found, target, key, complete))
        else:
            target[key] = complete(found, self)


Complete = Callable[[Any, Asked], Any]


class MutationPlan:
    """One operation, with fixed @skip and @include. Raises Undeclared."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, name: str | None, switches: Mapping[str, bool]
    ) -> None:
        self._schema = schema
        self._operation = operation_of(document, name)
        root: Any = schema.mutation_type
        if self._operation.operation is not OperationType.MUTATION:
            raise Undeclared("operation")
        self._selections = Selections(schema, document, switches)
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._calls: list[tuple[Any, Any, list[FieldNode], Path]] = []  # of the fields with a resolver
        fields = self._selections.fields(root, [self._operation])
        if len(fields) != 1:
            raise Undeclared("several mutations")
        ((self._key, nodes),) = fields.items()
        if nodes[0].name.value not in root.fields:
            raise Undeclared("field")
        shown = root.fields[nodes[0].name.value]
        self._resolve = shown.resolve
        path = Path(None, self._key, root.name)
        self._calls.append((shown, root, nodes, path))
        self._complete = self._completer(shown.type, nodes, path)

    def ask(self, request: Any, variables: Mapping[str, Any]) -> Asked:
        """Raises for invalid variables and arguments."""
        values = get_variable_values(self._schema, self._operation.variable_definitions or (), dict(variables))
        if isinstance(values, list):
            raise Unexpected("variables")
        arguments = [get_argument_values(shown, nodes[0], values) for shown, _, nodes, _ in self._calls]
        infos = [
            GraphQLResolveInfo(
                nodes[0].name.value,
                nodes,
                shown.type,
                parent,
                path,
                self._schema,
                self._fragments,
                None,
                self._operation,
                values.coerced,  # type: ignore[arg-type] # as Strawberry gives them to resolvers
                request,
                is_awaitable,
                None,
                None,  # type: ignore[arg-type] # no resolver uses it
            )
            for shown, parent, nodes, path in self._calls
        ]
        return Asked(self, infos, arguments)

    async def call(self, asked: Asked) -> Any:
        found = self._resolve(None, asked.infos[0], **asked.arguments[0])
        return await found if is_awaitable(found) else found

    async def complete(self, payload: Any, asked: Asked) -> dict[str, Any]:
        data: dict[str, Any] = {}
        try:
            asked.put(payload, data, self._key, self._complete)
            while asked.pending:
                awaited, asked.pending = asked.pending, []
                values = await gather_with_cancel(*(each for each, *_ in awaited))
                for place, (value, (_, target, key, complete)) in enumerate(zip(values, awaited, strict=True)):
                    if place and place % EVERY == 0:
                        await asyncio.sleep(0)
                    asked.put(value, target, key, complete)
        except BaseException:
            for each, *_ in asked.pending:
                if iscoroutine(each):
                    each.close()
            raise
        return data

    # ---------------------------------------------------------------- completing values

    def _completer(self, kind: Any, nodes: list[FieldNode], path: Path) -> Complete:
        is_required = is_non_null_type(kind)
        complete = self._completer_of_given(kind.of_type if is_required else kind, nodes, path)

        def completed(value: Any, asked: Asked) -> Any:
            return None if value is None else complete(value, asked)

        def required(value: Any, asked: Asked) -> Any:
            if value is None:
                raise Unexpected("null")
            return complete(value, asked)

        return required if is_required else completed

    def _completer_of_given(self, kind: Any, nodes: list[FieldNode], path: Path) -> Complete:
        if is_list_type(kind):
            return _list_of(self._completer(kind.of_type, nodes, path))
        if is_leaf_type(kind):
            return _leaf(kind.coerce_output_value)
        if not is_object_type(kind):
            raise Undeclared("abstract type")
        return self._object(kind, nodes, path)

    def _object(self, kind: Any, nodes: list[FieldNode], path: Path) -> Complete:
        members = [
            (key, *self._member(kind, each, path.add_key(key, kind.name)))
            for key, each in self._selections.fields(kind, nodes).items()
        ]
        origin, is_type_of = kind.extensions["strawberry-definition"].origin, kind.is_type_of

        def complete(value: Any, asked: Asked) -> dict[str, Any]:
            if is_type_of and type(value) is not origin and not is_type_of(value, None):
                raise Unexpected("type")
            made: dict[str, Any] = {}
            for key, attribute, resolve, place, complete_field in members:
                if resolve is None:
                    made[key] = complete_field(getattr(value, attribute) if attribute else value, asked)
                else:
                    found = resolve(value, asked.infos[place], **asked.arguments[place])
                    asked.put(found, made, key, complete_field)
            return made

        return complete

    def _member(self, kind: Any, nodes: list[FieldNode], path: Path) -> tuple[str, Any, int, Complete]:
        """An attribute's name, or a resolver with its place; and what completes the value."""
        name = nodes[0].name.value
        if name == "__typename":
            return "", None, 0, lambda *_: kind.name
        shown = kind.fields[name]
        definition = shown.extensions["strawberry-definition"]
        if definition.is_basic_field:
            return definition.python_name, None, 0, self._completer(shown.type, nodes, path)
        place = len(self._calls)
        self._calls.append((shown, kind, nodes, path))
        return "", shown.resolve, place, self._completer(shown.type, nodes, path)


def _leaf(coerce: Callable[[Any], Any]) -> Complete:
    def complete(value: Any, _: Asked) -> Any:
        coerced = coerce(value)
        if coerced is None:
            raise Unexpected("null")
        return coerced

    return complete


def _list_of(complete_entry: Complete) -> Complete:
    def complete(values: Any, asked: Asked) -> Any:
        if not isinstance(values, list):
            raise Unexpected("no list")
        made: list[Any] = [None] * len(values)
        if len(values) > EVERY:
            # Completed in parts, within a value that is awaited.
            asked.pending.append((_in_parts(values, made, asked), [None], 0, _nothing))
        else:
            for place, value in enumerate(values):
                asked.put(value, made, place, complete_entry)
        return made

    async def _in_parts(values: list[Any], made: list[Any], asked: Asked) -> None:
        for start in range(0, len(values), EVERY):
            if start:
                await asyncio.sleep(0)
            for place in range(start, min(start + EVERY, len(values))):
                asked.put(values[place], made, place, complete_entry)

    return complete


def _nothing(*_: Any) -> None: ...


class Mutations:
    """The plans of one schema, the most recently used ones."""

    def __init__(self, schema: GraphQLSchema, count: Callable[[str], None]) -> None:
        """`count` counts a mutation by its outcome: "compiled", or why graphql-core answers it."""
        self._schema = schema
        self._count = count
        self._switches: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._plans: OrderedDict[Hashable, MutationPlan | str] = OrderedDict()

    def ask(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any], request: Request
    ) -> Asked | None:
        """None: graphql-core must run it. Nothing was done."""
        plan = self._plan(text, document, name, variables)
        if isinstance(plan, str):
            self._count(plan)
            return None
        try:
            return plan.ask(request, variables)
        except Exception:  # graphql-core says what is invalid
            self._count("arguments")
        return None

    async def run(self, asked: Asked, request: Request) -> dict[str, Any] | None:
        """The data of the answer. None: graphql-core must answer with what is in `request.done`."""
        try:
            payload = await asked.plan.call(asked)
        except Exception as error:
            request.done = Done(error=error)
            self._count("error")
            return None
        request.done = Done(payload)
        try:
            data = await asked.plan.complete(payload, asked)
        except Exception:  # graphql-core reports it
            self._count("failed")
            return None
        self._count("compiled")
        return data

    def _plan(
        self, text: str, document: DocumentNode, name: str | None, variables: Mapping[str, Any]
    ) -> MutationPlan | str:
        """Or why there is none."""
        if len(text) > MAX_DOCUMENT:
            return "long document"
        names = self._switches.get(text)
        if names is None:
            names = self._switches[text] = switch_names(document)
            if len(self._switches) > MAX_PLANS:
                self._switches.popitem(last=False)
        switches: dict[str, Any] = {}
        for each in names:
            if not isinstance(variables.get(each), bool):
                return "directive"  # a default value, or an error that graphql-core reports
            switches[each] = variables[each]
        key = (text, name, tuple(sorted(switches.items())))
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
            return plan
        try:
            plan = MutationPlan(self._schema, document, name, switches)
        except Undeclared as error:
            plan = str(error)
        except Exception as error:
            log.warning("a mutation could not be compiled; graphql-core answers", exc_info=error)
            plan = "failed"
        self._plans[key] = plan
        if len(self._plans) > MAX_PLANS:
            self._plans.popitem(last=False)
        return plan


def run_once(schema: GraphQLSchema) -> None:
    """Lets the mutations of a schema give what they have given already in the same request."""
    root: Any = schema.mutation_type
    for shown in root.fields.values():
        shown.resolve = _once(shown.resolve)


def _once(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def resolved(source: Any, info: Any, **arguments: Any) -> Any:
        done: Done | None = getattr(info.context, "done", None)
        return resolve(source, info, **arguments) if done is None else done.again()

    return resolved
