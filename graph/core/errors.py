"""What a caller is told when something goes wrong: InputError in plain words, everything else masked and logged."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, ClassVar, Self

import strawberry
from graphql import GraphQLError, GraphQLSchema, VariableDefinitionNode, is_input_type, type_from_ast
from graphql.pyutils import print_path_list
from graphql.utilities import validate_input_value
from strawberry.extensions import SchemaExtension
from strawberry.http import GraphQLHTTPResponse

from graph.telemetry import metrics
from models.database.engines import is_busy
from resolvers.core.refusals import Outcome, RefusalCode
from resolvers.inputs import InputError

log = logging.getLogger("orders.graphql")

MAX_PLACES = 50  # as many errors of variables are told in one answer
MAX_MESSAGE_LENGTH = 1000  # of an error that quotes what was sent
BUSY = "The database is busy or away. Try again in a moment; with the same idempotencyKey nothing is done twice."
RETRY_AFTER = 1  # seconds


@strawberry.interface(
    description="A refusal that the user can act on. Each mutation has its own type with its own codes."
)
class UserError:
    message: str = strawberry.field(
        description="Message for people, in the viewer's language: what is wrong and what to do."
    )
    field: list[str] | None = strawberry.field(
        description="Path of the argument at fault, e.g. input, orderId. Null if no argument is at fault."
    )

    # The codes of the mutation's family, and those for refusals that the family tells apart less finely.
    CODES: ClassVar[type[StrEnum]]
    COARSER: ClassVar[Mapping[RefusalCode, StrEnum]] = {}

    def __post_init__(self) -> None:
        metrics.refused(str(getattr(self, "code", "UNKNOWN")))

    @classmethod
    def all_of(cls, outcome: Outcome) -> list[Self]:
        """The refusals of a command, with the codes of this family."""
        return [
            cls(
                message=refusal.message,
                field=list(refusal.field) or None,
                code=cls.COARSER.get(refusal.code) or cls.CODES(refusal.code.value),  # type: ignore[call-arg]
            )
            for refusal in outcome.refusals
        ]


def is_unavailable(answer: GraphQLHTTPResponse | list[GraphQLHTTPResponse]) -> bool:
    """Whether nothing of what was asked for could be answered, because of the database: the answer is a 503."""
    return all(_failed_on_database(each) for each in (answer if isinstance(answer, list) else [answer]))


def _failed_on_database(answer: GraphQLHTTPResponse) -> bool:
    errors: list[Any] = list(answer.get("errors") or [])
    codes = {(error.get("extensions") or {}).get("code") for error in errors}
    return codes == {"UNAVAILABLE"} and not any(value is not None for value in (answer.get("data") or {}).values())


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def published(error: GraphQLError, request_id: str | None) -> GraphQLError:
    cause = _cause(error)
    if cause is None:  # of the document or its variables
        return error
    if isinstance(cause, InputError):
        extensions: dict[str, Any] = {"code": cause.code, "field": cause.field}
        return GraphQLError(str(cause), error.nodes, path=error.path, extensions=extensions)
    if is_busy(cause):
        log.warning("database busy: %s", cause, extra={"path": error.path})
        extensions = {"code": "UNAVAILABLE", "requestId": request_id}
        return GraphQLError(BUSY, error.nodes, path=error.path, extensions=extensions)
    log.error("unexpected error at %s", error.path, exc_info=cause)
    message = f"Something went wrong on our side and was written to the log (request {request_id})."
    return GraphQLError(
        message, error.nodes, path=error.path, extensions={"code": "INTERNAL_ERROR", "requestId": request_id}
    )


class Enough(Exception):
    """Has nothing to say to anybody."""


class Places:
    """Where in the variables of a request something is wrong. Each variable is gone through once, and no further than
    to the last error that is told: one can hold ten thousand wrong values.
    """

    def __init__(self, schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._known: dict[str, dict[str, list[str]]] = {}

    def of(self, node: VariableDefinitionNode, message: str) -> list[str]:
        """E.g. input, lines, 0, unitPrice: where the value is wrong in the way that the message says."""
        name = node.variable.name.value
        if name not in self._known:
            self._known[name] = self._wrong(name, node)
        return next((path for start, path in self._known[name].items() if message.startswith(start)), [name])

    def _wrong(self, name: str, node: VariableDefinitionNode) -> dict[str, list[str]]:
        """The beginning of a message → its place."""
        found: list[tuple[str, list[str]]] = []
        kind = type_from_ast(self._schema, node.type)

        def see(_: GraphQLError, path: Sequence[str | int]) -> None:
            found.append((f"Variable '${name}' has invalid value{print_path_list(path)}: ", [name, *map(str, path)]))
            if len(found) == MAX_PLACES:
                raise Enough

        if name in self._variables and is_input_type(kind):
            with suppress(Enough):
                validate_input_value(self._variables[name], kind, see)
        return dict(found)


def pointed(error: GraphQLError, places: Places) -> GraphQLError:
    """An error of the request: names the place in a variable that is at fault, and quotes only so much of it."""
    if _cause(error):
        return error
    extensions = dict(error.extensions or {})
    node = error.nodes[0] if error.nodes else None
    if isinstance(node, VariableDefinitionNode):
        extensions |= {"code": "BAD_USER_INPUT", "field": places.of(node, error.message)}
    message = error.message
    if len(message) > MAX_MESSAGE_LENGTH:
        message = f"{message[: MAX_MESSAGE_LENGTH // 2]} … {message[-MAX_MESSAGE_LENGTH // 2 :]}"
    return GraphQLError(message, error.nodes, path=error.path, extensions=extensions)


class PublishErrors(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        if result is not None and (errors := getattr(result, "errors", None)):
            request_id = getattr(self.execution_context.context, "request_id", None)
            places = Places(self.execution_context.schema._schema, self.execution_context.variables or {})
            result.errors = [published(pointed(error, places), request_id) for error in errors]
            for error in result.errors:
                metrics.failed(str((error.extensions or {}).get("code", "GRAPHQL")))
