"""Compiles an operation over declared fields: one statement and one function that writes JSON for each level of rows.

A `Draft` collects what is compiled (draft.py). From the outside in: the fields of Query (roots.py), pages of lists
(pages.py), an object's fields (fields.py) and its children (children.py); each level of rows is in levels.py.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, FieldNode, GraphQLSchema, OperationType, is_non_null_type
from graphql.execution.values import get_variable_values

from graph.execution.declared import Viewer
from graph.execution.draft import Draft, Preparing, Steps
from graph.execution.kinds import Unexpected
from graph.execution.levels import Kept
from graph.execution.pages import MAX_SHAPE, Asked
from graph.execution.pieces import json_object
from graph.execution.roots import root
from graph.execution.selection import Undeclared, operation_of

MAX_ASKED = 8  # combinations of viewer and variables, of one plan


@dataclass
class Started:
    """A request with its arguments read, before its first statement."""

    run: Callable[..., Steps]
    preparing: Preparing
    actor: Any
    kept: list[Kept]
    arguments: list[Any]
    values: list[str]

    async def find(self, request: Any) -> None:
        """Lets the listings find their rows that no single statement finds."""
        for place, asked in enumerate(self.arguments):
            if isinstance(asked, Asked) and asked.listing.find is not None:
                found = await asked.listing.find(request, *asked.needs)
                self.arguments = [*self.arguments]  # which the plan keeps
                self.arguments[place] = asked.after_finding(found, self.preparing)

    def steps(self) -> Steps:
        return self.run(self.actor, self.kept, self.arguments, self.values)


class Plan:
    """One operation, for one shape of scope and with fixed @skip and @include. Raises Undeclared."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        name: str | None,
        switches: Mapping[str, bool],
        preparing: Preparing,
    ) -> None:
        self._operation = operation_of(document, name)
        if self._operation.operation is not OperationType.QUERY:
            raise Undeclared("operation")
        self._draft = draft = Draft(schema, document, switches, preparing)
        # What viewers and variables give is kept for the last few of both.
        self._asked: dict[tuple[Viewer, bytes], list[Any]] = {}
        self._kept: dict[Viewer, list[Kept]] = {}
        members = []
        self.roots: dict[str, tuple[list[FieldNode], bool]] = {}
        query: Any = schema.query_type
        for key, nodes in draft.selections.fields(query, [self._operation]).items():
            members.append((key, root(draft, nodes)))
            self.roots[key] = (nodes, is_non_null_type(query.fields[nodes[0].name.value].type))
        self._run, self.source = draft.run(json_object(members))
        self.statements = draft.statements

    async def start(self, request: Any, variables: Mapping[str, Any]) -> Started:
        """One request. Raises for invalid variables and arguments, before any statement."""
        actor, draft = request.actor, self._draft
        viewer = Viewer(actor.role, actor.locale, actor.is_buyer)
        key = viewer, orjson.dumps(variables)
        arguments = self._asked.get(key)
        if arguments is None:
            # Beside the event loop: the text of each new listing takes some milliseconds, with many ids some ten.
            is_much = len(draft.arguments) > 1 or len(key[1]) > MAX_SHAPE
            arguments = (
                await asyncio.to_thread(self._read, viewer, variables) if is_much else self._read(viewer, variables)
            )
            if len(self._asked) >= MAX_ASKED:
                self._asked.clear()
            if len(key[1]) <= MAX_SHAPE:
                self._asked[key] = arguments
        kept = self._kept.get(viewer)
        if kept is None:
            kept = self._kept[viewer] = [each(viewer) for each in draft.text_makers]
        values = [each(request) for each in draft.values]
        return Started(self._run, draft.preparing, actor, kept, arguments, values)

    def _read(self, viewer: Viewer, variables: Mapping[str, Any]) -> list[Any]:
        definitions = self._operation.variable_definitions or ()
        values = get_variable_values(self._draft.schema, definitions, dict(variables))
        if isinstance(values, list):
            raise Unexpected("variables")
        return [each(viewer, values) for each in self._draft.arguments]
