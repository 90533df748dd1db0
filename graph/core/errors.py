"""Top-level errors: an InputError keeps its message; every other exception is masked and logged."""

import logging
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

import strawberry
from graphql import ArgumentNode, DocumentNode, GraphQLError, ValueNode, VariableDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.http import GraphQLHTTPResponse

from graph.core.enums import describe_enum
from graph.core.variable_errors import VariableErrors
from graph.limits.error_codes import ErrorCode
from graph.limits.literals import path_of
from graph.telemetry import metrics
from models.database.engines import is_busy
from resolvers.core.refusals import Outcome, RefusalCode
from resolvers.inputs import InputError

log = logging.getLogger("orders.graphql")

MAX_MESSAGE_LENGTH = 1000  # of an error that quotes the request
BUSY = "The database is busy or unreachable. Try again in a moment; with the same idempotencyKey nothing is done twice."
RETRY_AFTER_SECONDS = 1


class UserErrorKind(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    REFUSED = "REFUSED"
    STALE = "STALE"
    INVALID = "INVALID"
    CONFLICT = "CONFLICT"


# kind → description, and whether a retry helps
KINDS: Mapping[UserErrorKind, tuple[str, str]] = {
    UserErrorKind.NOT_FOUND: ("The viewer has no such object.", "No."),
    UserErrorKind.NOT_PERMITTED: ("The viewer's role does not permit the command.", "No."),
    UserErrorKind.REFUSED: (
        "The state of the object does not allow the command now.",
        "After what blocks it is gone: see `blockers`.",
    ),
    UserErrorKind.STALE: ("The object has changed since the caller read it.", "After reading it again."),
    UserErrorKind.INVALID: ("An argument makes no sense. `field` is its path.", "With a valid argument."),
    UserErrorKind.CONFLICT: ("Another request has used the idempotencyKey.", "With a new idempotencyKey."),
}
describe_enum(
    UserErrorKind,
    "Coarse kinds of refusals, the same for every mutation. New values may be added: a client must tolerate unknown "
    "values.",
    {kind.name: description for kind, (description, _) in KINDS.items()},
)

# Codes that are not listed are INVALID.
KIND_OF: Mapping[str, UserErrorKind] = {
    "NOT_FOUND": UserErrorKind.NOT_FOUND,
    "UNKNOWN_TAGS": UserErrorKind.NOT_FOUND,
    "UNKNOWN_REASON": UserErrorKind.NOT_FOUND,
    "NOT_PERMITTED": UserErrorKind.NOT_PERMITTED,
    "NOT_ALLOWED_IN_STATUS": UserErrorKind.REFUSED,
    "ORDER_REJECTED": UserErrorKind.REFUSED,
    "NOT_REJECTABLE": UserErrorKind.REFUSED,
    "STALE_ORDER": UserErrorKind.STALE,
    "SELECTION_CHANGED": UserErrorKind.STALE,
    "IDEMPOTENCY_KEY_REUSED": UserErrorKind.CONFLICT,
}


def kind_of(code: str) -> UserErrorKind:
    return KIND_OF.get(code, UserErrorKind.INVALID)


@strawberry.interface(
    description="A refusal that the user can act on. Each mutation has its own type with its own codes."
)
class UserError:
    message: str = strawberry.field(
        description="Message for people, in the viewer's language: what is wrong and what to do."
    )
    kind: UserErrorKind = strawberry.field(
        description="Coarse kind of the refusal, so that one component can serve every mutation."
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
                kind=kind_of(refusal.code),
                field=list(refusal.field) or None,
                code=cls.COARSER.get(refusal.code) or cls.CODES(refusal.code.value),  # type: ignore[call-arg]
            )
            for refusal in outcome.refusals
        ]


def is_unavailable(response: GraphQLHTTPResponse | list[GraphQLHTTPResponse]) -> bool:
    """Whether every requested field failed because of the database: the HTTP status is then 503."""
    return all(_failed_on_database(each) for each in (response if isinstance(response, list) else [response]))


def _failed_on_database(response: GraphQLHTTPResponse) -> bool:
    errors: list[Any] = list(response.get("errors") or [])
    codes = {(error.get("extensions") or {}).get("code") for error in errors}
    return codes == {ErrorCode.UNAVAILABLE} and not any(
        value is not None for value in (response.get("data") or {}).values()
    )


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def masked(error: GraphQLError, request_id: str | None) -> GraphQLError:
    """The error as the client sees it: an unexpected exception is logged, and replaced by a general message."""
    cause = _cause(error)
    if cause is None and "code" in (error.extensions or {}):  # an error of the document or its variables
        return error
    if isinstance(cause, InputError):
        extensions: dict[str, Any] = {"code": ErrorCode(cause.code).value, "field": cause.field}
        return GraphQLError(str(cause), error.nodes, path=error.path, extensions=extensions)
    if cause and is_busy(cause):
        log.warning("database busy: %s", cause, extra={"path": error.path})
        extensions = {"code": ErrorCode.UNAVAILABLE.value, "requestId": request_id}
        return GraphQLError(BUSY, error.nodes, path=error.path, extensions=extensions)
    log.error("unexpected error at %s", error.path, exc_info=cause or error)
    extensions = {"code": ErrorCode.INTERNAL_ERROR.value, "requestId": request_id}
    return GraphQLError(internal_error(request_id), error.nodes, path=error.path, extensions=extensions)


def internal_error(request_id: str | None) -> str:
    return f"Internal error. It was logged with the request id {request_id}."


def located(error: GraphQLError, variables: VariableErrors, document: DocumentNode | None) -> GraphQLError:
    """A request error with its code, the path of the invalid variable value in `field`, and its message shortened."""
    if _cause(error):
        return error
    extensions = dict(error.extensions or {})
    node = error.nodes[0] if error.nodes else None
    if "code" not in extensions and isinstance(node, VariableDefinitionNode):
        extensions |= {"code": ErrorCode.BAD_USER_INPUT.value, "field": variables.path(node, error.message)}
    elif "code" not in extensions and isinstance(node, ValueNode | ArgumentNode):
        # A value of a document's argument that a variable makes invalid is found when its field is executed.
        field = path_of(document, node) if document else []
        extensions |= {"code": ErrorCode.BAD_USER_INPUT.value, "field": field}
    elif "code" not in extensions and error.path is None:
        extensions["code"] = ErrorCode.OPERATION_RESOLUTION_FAILURE.value
    elif "code" not in extensions and error.message.startswith("Argument "):
        extensions["code"] = ErrorCode.BAD_USER_INPUT.value
    message = error.message
    if len(message) > MAX_MESSAGE_LENGTH:
        message = f"{message[: MAX_MESSAGE_LENGTH // 2]} … {message[-MAX_MESSAGE_LENGTH // 2 :]}"
    error.message, error.extensions = message, extensions  # a new error would count its lines again
    return error


class MaskErrors(SchemaExtension):
    """Locates, masks, logs and counts the top-level errors of each response."""

    def on_operation(self) -> Iterator[None]:
        yield
        self._mask(self.execution_context.result)

    def on_stream_result(self, result: Any) -> Iterator[None]:
        """A result of a subscription, before it is sent."""
        self._mask(result)
        yield
        self.execution_context.result = None  # on_operation masks no result again that was sent

    def _mask(self, result: Any) -> None:
        if result is not None and (errors := getattr(result, "errors", None)):
            request_id = getattr(self.execution_context.context, "request_id", None)
            variables = VariableErrors(self.execution_context.schema._schema, self.execution_context.variables or {})
            document = self.execution_context.graphql_document
            result.errors = [masked(located(error, variables, document), request_id) for error in errors]
            for error in result.errors:
                metrics.failed(str((error.extensions or {})["code"]))
