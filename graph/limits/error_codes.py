"""The codes of top-level errors (`errors[].extensions.code`): HTTP status, meaning, and whether a retry helps.

docs/errors.md is printed from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    UNAUTHENTICATED = "UNAUTHENTICATED"
    SIGNED_OUT = "SIGNED_OUT"
    BAD_REQUEST = "BAD_REQUEST"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE"
    DOCUMENT_TOO_COSTLY = "DOCUMENT_TOO_COSTLY"
    DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_STREAMS = "TOO_MANY_STREAMS"
    UNAVAILABLE = "UNAVAILABLE"
    TIMEOUT = "TIMEOUT"
    INTERNAL_ERROR = "INTERNAL_ERROR"


@dataclass(frozen=True, slots=True)
class About:
    """`status`: HTTP status. `again`: whether the same request can succeed later, and what to do before."""

    status: str
    meaning: str
    again: str


REQUEST_ERROR = "400; 200 as application/json"  # GraphQL over HTTP: a well-formed request that was not executed
FIELD_ERROR = "200"

TOP_LEVEL: Mapping[ErrorCode, About] = {
    ErrorCode.UNAUTHENTICATED: About(
        "401", "The request has no credential, or one that is not valid or has expired.", "With a valid token or key."
    ),
    ErrorCode.SIGNED_OUT: About("401", "The user of the token was signed out.", "After signing in again."),
    ErrorCode.BAD_REQUEST: About(
        "400, 405 or 415", "The HTTP request is no GraphQL request: its method, type, headers or JSON.", "No: mend it."
    ),
    ErrorCode.REQUEST_TIMEOUT: About("408", "The request did not arrive in time. It was not executed.", "Yes."),
    ErrorCode.REQUEST_TOO_LARGE: About(
        "413 or 431", "The request has too many bytes. It was not executed.", "No: split it."
    ),
    ErrorCode.GRAPHQL_PARSE_FAILED: About(REQUEST_ERROR, "The document is no GraphQL.", "No: mend it."),
    ErrorCode.GRAPHQL_VALIDATION_FAILED: About(
        REQUEST_ERROR, "The document does not fit the schema, e.g. an unknown field.", "No: mend it."
    ),
    ErrorCode.OPERATION_RESOLUTION_FAILURE: About(
        REQUEST_ERROR, "The document has no operation of this name, or several and no name is given.", "No: mend it."
    ),
    ErrorCode.BAD_USER_INPUT: About(
        f"{REQUEST_ERROR}; {FIELD_ERROR} from a field",
        "A value is invalid, in a variable or in the document. `extensions.field` is the path of the argument.",
        "No: mend it.",
    ),
    ErrorCode.NOT_FOUND: About(FIELD_ERROR, "The viewer has no such object (of a query).", "No."),
    ErrorCode.NOT_PERMITTED: About(FIELD_ERROR, "The viewer's role does not permit the query.", "No."),
    ErrorCode.DOCUMENT_TOO_LARGE: About(
        REQUEST_ERROR, "The request exceeds a limit, which `extensions.limit` and `most` name.", "No: split it."
    ),
    ErrorCode.DOCUMENT_TOO_COSTLY: About(
        REQUEST_ERROR, "The document costs more than one request may.", "No: request shorter pages or fewer fields."
    ),
    ErrorCode.DOCUMENT_NOT_FOUND: About(REQUEST_ERROR, "No trusted document has this documentId.", "No."),
    ErrorCode.DOCUMENT_NOT_TRUSTED: About("403", "The server executes trusted documents only.", "No."),
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: About(
        REQUEST_ERROR, "No document has this hash (Apollo's protocol).", "With the text of the document."
    ),
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: About(
        REQUEST_ERROR, "The server has no persisted documents (Apollo's protocol).", "With the text of the document."
    ),
    ErrorCode.RATE_LIMITED: About("429", "The allowance is used up. Nothing was executed.", "After Retry-After."),
    ErrorCode.TOO_MANY_STREAMS: About(
        "429", "The viewer has as many streams of events as it may have.", "After one of them has ended."
    ),
    ErrorCode.UNAVAILABLE: About(
        f"503; {FIELD_ERROR} if other fields succeeded",
        "The server, its database or the identity provider is busy or unreachable.",
        "After Retry-After; a mutation with the same idempotencyKey.",
    ),
    ErrorCode.TIMEOUT: About(
        "504",
        "The request took too long and was stopped. Mutations that had committed stay.",
        "After Retry-After; a mutation with the same idempotencyKey.",
    ),
    ErrorCode.INTERNAL_ERROR: About(
        f"{FIELD_ERROR}; 500 outside of GraphQL",
        "A fault of the server. It was logged with `extensions.requestId`.",
        "Once; then report the request id.",
    ),
}
