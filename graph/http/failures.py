"""Responses without data: a GraphQL `errors` list in the media type that the client prefers, whatever the status."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response

from graph.limits.error_codes import ErrorCode
from graph.limits.rate import Quota, rate_limit_extensions, rate_limit_message

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
MAX_ACCEPT_CHARACTERS = 2_000  # a browser sends some 200; splitting 60 kB would hold the event loop


def failure(
    status: int,
    message: str,
    code: ErrorCode,
    request: Headers,
    headers: Mapping[str, str] | None = None,
    **extensions: Any,
) -> Response:
    """`request`: the headers of the request. `headers`: of the response. `extensions`: besides the code."""
    body = {"errors": [{"message": message, "extensions": {"code": code.value, **extensions}}]}
    return Response(orjson.dumps(body), status, headers, media_type_of(request))


def failure_of(status: int, answer: Mapping[str, Any], request: Headers) -> Response:
    """An answer without data as a response of its own. `answer`: with the errors."""
    after = answer["errors"][0]["extensions"].get("retryAfter")
    headers = {"Retry-After": str(after)} if after else None
    return Response(orjson.dumps(answer), status, headers, media_type_of(request))


def rate_limited(quota: Quota, request: Headers) -> Response:
    headers = quota.headers() | {"Retry-After": str(quota.retry_after)}
    extensions = {key: value for key, value in rate_limit_extensions(quota).items() if key != "code"}
    return failure(429, rate_limit_message(quota), ErrorCode.RATE_LIMITED, request, headers, **extensions)


def media_type_of(request: Headers) -> str:
    """application/graphql-response+json if the client accepts it by name, with at least the quality of JSON."""
    return _media_type(request.get("accept", "")[:MAX_ACCEPT_CHARACTERS])


@lru_cache(maxsize=100)  # a client always sends the same
def _media_type(accept: str) -> str:
    qualities = {JSON: 0.0, GRAPHQL: 0.0}
    for each in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in each.split(";"))
        if media_type in qualities:
            qualities[media_type] = next((_quality(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
    return GRAPHQL if 0 < qualities[GRAPHQL] >= qualities[JSON] else JSON


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
