"""GraphQL over HTTP: accepted requests, and the status and media type of responses.

Specification: https://graphql.github.io/graphql-over-http/draft/. One query or mutation as a JSON object by POST, or
one query by GET. The Content-Type is JSON, and the viewer authenticates with a header, never a cookie. Such a request
always needs a CORS preflight, so another site cannot send it on a user's behalf.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from cross_web import HTTPException, StarletteRequestAdapter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry import UNSET
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.schema.base import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from graph.core.context import RequestContext
from graph.core.errors import RETRY_AFTER_SECONDS, is_unavailable
from graph.http.compiled import CompiledAnswers
from graph.http.failures import GRAPHQL, JSON, failure, failure_of, media_type_of
from graph.http.sse import EventStream, accepts_events
from graph.http.streams import Stream
from graph.limits.error_codes import ErrorCode
from graph.limits.rate import Quota
from graph.limits.request import RequestTooLarge, check_body, check_document, check_values
from graph.limits.time import OutOfTime, within
from graph.limits.trusted_documents import DocumentRefused, TrustedDocuments

SUGGESTION = re.compile(r" Did you mean .*\?", re.DOTALL)
STATUS = {ErrorCode.RATE_LIMITED: 429}
# Before a stream has begun. Other refusals are sent in the stream, as the specification demands.
STREAM_STATUS: Mapping[str, int] = {
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.TOO_MANY_STREAMS: 429,
    ErrorCode.UNAVAILABLE: 503,
}
MAX_NAME_CHARACTERS = 1_000
NO_RESPONSE = Response()
TEXT, OBJECT = (str, "a string"), (dict, "an object")
MEMBERS: Mapping[str, tuple[type, str]] = {
    "query": TEXT,
    "operationName": TEXT,
    "variables": OBJECT,
    "extensions": OBJECT,
    "documentId": TEXT,
}
TIMED_OUT = (
    "The request took longer than {seconds:g} s and was stopped. Mutations that had committed stay; the others were "
    "rolled back. Request less, or retry; with the same idempotencyKey nothing is done twice."
)


class Adapter(StarletteRequestAdapter):
    @property
    def request(self) -> Request:
        return self._request


class GraphQLOverHTTP(GraphQL[RequestContext, None]):
    """`timeout` in seconds. `suggestions`: whether errors may suggest names of the schema ("Did you mean …?").

    `compiled`: answers what it can before Strawberry is asked.
    """

    request_adapter_class = Adapter

    def __init__(
        self,
        schema: BaseSchema,
        *,
        timeout: float,
        documents: TrustedDocuments,
        suggestions: bool = True,
        compiled: CompiledAnswers | None = None,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._timeout = timeout
        self._documents = documents
        self._suggestions = suggestions
        self._compiled = compiled

    async def answer(self, request: Request, quota: Quota) -> Response:
        """Executes the request of an authenticated viewer."""
        response = await self._in_time(request)
        if headers := quota.headers():
            response.headers.update(headers)
        if response.status_code == 429 and "Retry-After" not in response.headers:
            response.headers["Retry-After"] = str(quota.retry_after)
        return response

    async def _in_time(self, request: Request) -> Response:
        try:
            is_stream = request.method == "POST" and accepts_events(request.headers)
            return await within(self._timeout, self._stream(request) if is_stream else self._executed(request))
        except OutOfTime:
            message = TIMED_OUT.format(seconds=self._timeout)
            return failure(504, message, ErrorCode.TIMEOUT, request.headers, {"Retry-After": "1"})
        except RequestTooLarge as error:
            status = 200 if media_type_of(request.headers) == JSON else 400
            code = ErrorCode.DOCUMENT_TOO_LARGE
            return failure(status, str(error), code, request.headers, limit=error.limit, most=error.most)
        except DocumentRefused as error:
            status = 200 if media_type_of(request.headers) == JSON and error.status == 400 else error.status
            return failure(status, str(error), error.code, request.headers)
        except HTTPException as error:
            if isinstance(error.__cause__, InvalidOperationTypeError):
                message = "GET executes queries only; send a mutation by POST."
                return failure(405, message, ErrorCode.BAD_REQUEST, request.headers, {"Allow": "POST"})
            if isinstance(error.__cause__, CannotGetOperationTypeError):
                status = 200 if media_type_of(request.headers) == JSON else 400
                return failure(status, error.reason, ErrorCode.OPERATION_RESOLUTION_FAILURE, request.headers)
            headers = {"Allow": "GET, POST"} if error.status_code == 405 else None
            return failure(error.status_code, error.reason, ErrorCode.BAD_REQUEST, request.headers, headers)

    async def _executed(self, request: Request) -> Response:
        context: Any = UNSET
        if self._compiled is not None and request.method in ("GET", "POST"):
            data = await self._read(request)
            context = await self.get_context(request, NO_RESPONSE)
            body = await self._compiled.answer(data, context, may_change=request.method == "POST")
            if body is not None:
                return Response(body, media_type=media_type_of(request.headers))
            request.state.data = data
        response: Response = await self.run(request, context)
        return response

    async def _stream(self, request: Request) -> Response:
        """The response to a request for a stream: as soon as it is known that the operation is not refused."""
        data = await self._read(request)
        response = await self.get_sub_response(request)
        stream = self.stream_of(request)
        context = await self.get_context(request, response)
        context.streaming = stream
        parts = stream.parts(await self.results(data, context))
        first = asyncio.ensure_future(anext(parts))
        started = asyncio.ensure_future(stream.has_started.wait())
        try:
            await asyncio.wait({first, started}, return_when=asyncio.FIRST_COMPLETED)
            if first.done() and (result := first.result()) is not None:  # not a heartbeat
                answer = await self.process_result(request, result)
                status = STREAM_STATUS.get(_code_of(answer)) if "data" not in answer else None
                if status:
                    await parts.aclose()
                    return failure_of(status, answer, request.headers)
        except BaseException:
            first.cancel()
            with suppress(BaseException):
                await first
            await parts.aclose()
            raise
        finally:
            started.cancel()
        return EventStream(self._answers(request, parts, first), self._error)

    def stream_of(self, request: Request) -> Stream:
        raise NotImplementedError

    async def results(self, data: GraphQLRequestData, context: RequestContext) -> AsyncGenerator[Any, None]:
        """The results of an operation: of a query or a mutation one."""
        results = await self.schema.stream(
            data.query,
            variable_values=data.variables,
            context_value=context,
            operation_name=data.operation_name,
            operation_extensions=data.extensions,
        )
        return _with_refusal(results)

    async def _answers(
        self, request: Request, parts: AsyncGenerator[Any, None], first: "asyncio.Future[Any]"
    ) -> AsyncGenerator[bytes | None, None]:
        try:
            with suppress(StopAsyncIteration):
                yield await self._answer(request, await first)
            async for part in parts:
                yield await self._answer(request, part)
        finally:
            first.cancel()
            with suppress(BaseException):
                await first
            await parts.aclose()

    async def _answer(self, request: Request, result: ExecutionResult | None) -> bytes | None:
        return None if result is None else self.encode_json(await self.process_result(request, result))

    def _error(self, error: GraphQLError) -> bytes:
        return self.encode_json({"errors": [error.formatted]})

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response: Response = await super().get_sub_response(request)
        response.media_type = media_type_of(request.headers)
        return response

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False

    async def parse_http_body(self, request: Any) -> GraphQLRequestData:
        """What `_executed` has read before, if it has."""
        return getattr(request.request.state, "data", None) or await self._read(request.request)

    async def _read(self, request: Request) -> GraphQLRequestData:
        return self.read(self._read_query(request) if request.method == "GET" else await self._read_body(request))

    def read(self, data: dict[str, Any]) -> GraphQLRequestData:
        """The request that a JSON object is. Raises HTTPException, RequestTooLarge and DocumentRefused."""
        for name, value in data.items():
            if value is not None and name in MEMBERS and not isinstance(value, MEMBERS[name][0]):
                raise HTTPException(400, f"{name} must be {MEMBERS[name][1]} or omitted.")
        for name in ("operationName", "documentId"):
            if len(data.get(name) or "") > MAX_NAME_CHARACTERS:
                raise HTTPException(400, f"{name} takes at most {MAX_NAME_CHARACTERS} characters.")
        extensions = data.get("extensions")
        check_document(data.get("query") or "")
        check_values(data.get("variables"), extensions)
        return GraphQLRequestData(
            query=self._documents.text_of(data.get("query"), data.get("documentId"), extensions or {}),
            variables=data.get("variables"),
            operation_name=data.get("operationName") or None,
            extensions=extensions,
        )

    def _read_query(self, request: Request) -> dict[str, Any]:
        data: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if data.get(name):
                data[name] = self.parse_json(data[name])
        return data

    async def _read_body(self, request: Request) -> dict[str, Any]:
        if not _is_json(request.headers.get("content-type", "")):
            raise HTTPException(415, f"Send the request as JSON in UTF-8 with Content-Type: {JSON}.")
        body = (await request.receive())["body"]  # all of it: AdmissionControl has read it
        check_body(body)
        data = self.parse_json(body)
        if isinstance(data, list):
            raise HTTPException(400, "Batching is not supported; send one request per body.")
        if not isinstance(data, dict):
            raise HTTPException(400, "The body must be a JSON object with a query.")
        return data

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        return self.answer_of(result)

    def answer_of(self, result: ExecutionResult) -> GraphQLHTTPResponse:
        answer = process_result(result)
        # Errors without a path are request errors: nothing was executed.
        if result.data is None and all(error.path is None for error in result.errors or ()):
            del answer["data"]
            if not self._suggestions:
                for error in answer["errors"] or ():
                    error["message"] = SUGGESTION.sub("", error["message"])  # type: ignore[index]
        return answer

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        media_type = sub_response.media_type or JSON
        body = self.encode_json(response_data)
        if is_unavailable(response_data):
            return Response(body, 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}, media_type)
        return Response(body, _status(response_data, media_type), media_type=media_type)  # type: ignore[arg-type]

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)


def _is_json(content_type: str) -> bool:
    if content_type == JSON:
        return True
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.strip().replace('"', "")
    return media_type.strip() == JSON and charset in ("", "charset=utf-8", "charset=utf8")


async def _with_refusal(results: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    """A document that cannot be parsed, or that nothing is left for, is a result too."""
    try:
        async with aclosing(results):
            async for result in results:
                yield result
    except GraphQLError as error:
        yield ExecutionResult(data=None, errors=[error])


def _code_of(answer: Mapping[str, Any]) -> str:
    return str(answer["errors"][0].get("extensions", {}).get("code"))


def _status(answer: Mapping[str, Any], media_type: str) -> int:
    if "data" in answer:
        return 200
    code = answer["errors"][0].get("extensions", {}).get("code")
    return STATUS.get(code, 400 if media_type == GRAPHQL else 200)
