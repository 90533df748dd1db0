"""Subscriptions over WebSocket: the protocol graphql-transport-ws.

Specification: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. The viewer authenticates in
`connection_init`, since a page cannot set headers of a WebSocket; other clients may send the headers instead. Queries
and mutations go by HTTP, where the server bounds how many run at once and for how long.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.websocket_origin import is_same_origin
from strawberry.types import ExecutionResult

from graph.http.streams import MAX_PER_VIEWER, Stream, StreamEnded, Streams
from graph.identity.authenticate import KEY_HEADER, AuthenticationError
from graph.identity.claims import Principal
from graph.limits.error_codes import ErrorCode
from graph.limits.pace import Pace
from graph.limits.request import RequestTooLarge, check_body
from graph.limits.trusted_documents import DocumentRefused
from graph.telemetry import logs, metrics

PROTOCOL = "graphql-transport-ws"
MAX_INIT_SECONDS = 10.0  # from the connection to connection_init
MAX_SEND_SECONDS = 30.0  # for a client to read what is buffered for it
MAX_CLOSE_SECONDS = 5.0
MAX_START_SECONDS = 10.0  # for a subscription to start before the next message is read
MAX_IDLE_SECONDS = 60.0  # without an operation
MAX_WAITING = 100  # connections that have not authenticated yet
MAX_MESSAGE_BYTES = 1_000_000
MAX_INIT_BYTES = 20_000  # of a message before the viewer is authenticated
MAX_ID_CHARACTERS = 200
INVALID, UNAUTHORIZED, FORBIDDEN, INIT_TIMEOUT, NO_PROTOCOL = 4400, 4401, 4403, 4408, 4406
ALREADY_THERE, TOO_MANY, RESTART, TRY_LATER = 4409, 4429, 1012, 1013
MAX_REASON_BYTES = 120  # RFC 6455: 123


class Closed(Exception):
    """The connection ends with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


@dataclass
class Answered:
    """For the log. `code`: of the error that refused or ended the operation, or with which the socket was closed."""

    events: int = 0
    code: str | None = None


class Endpoint(Protocol):
    """What this protocol needs of /graphql."""

    async def authenticate(self, headers: Headers, client: str) -> Principal:
        """Raises AuthenticationError."""

    def charge(self, principal: Principal, message_bytes: int) -> str | None:
        """Charges a message to the viewer's quota. Why it is not to be read; None if it is."""

    def read(self, data: dict[str, Any]) -> GraphQLRequestData:
        """Raises HTTPException, RequestTooLarge and DocumentRefused."""

    async def subscribe(self, data: GraphQLRequestData, stream: Stream) -> AsyncGenerator[Any, None]: ...

    def answer_of(self, result: ExecutionResult) -> GraphQLHTTPResponse: ...


class GraphQLWebSockets:
    """ASGI application for WebSockets. `origins`: other sites whose pages may connect. `pace`: of refusals."""

    def __init__(self, endpoint: Endpoint, streams: Streams, origins: Collection[str], pace: Pace) -> None:
        self.endpoint = endpoint
        self.streams = streams
        self._origins = origins
        self._waiting = 0
        self.by_viewer: Counter[str] = Counter()
        self.pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        origin = socket.headers.get("origin")
        may_connect = origin is None or origin in self._origins or is_same_origin(origin, socket.headers.get("host"))
        if not may_connect or self._waiting >= MAX_WAITING:
            await socket.close()  # before it is accepted: 403
            return
        self._waiting += 1
        connection = Connection(self, socket)
        try:
            await socket.accept(PROTOCOL if PROTOCOL in scope["subprotocols"] else None)
            try:
                if PROTOCOL not in scope["subprotocols"]:
                    raise Closed(NO_PROTOCOL, "Subprotocol not acceptable")
                try:
                    async with asyncio.timeout(MAX_INIT_SECONDS):
                        await connection.initialise()
                except TimeoutError:
                    raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from None
            finally:
                self._waiting -= 1
            await connection.run()
        except Closed as closed:
            await _close(socket, closed.code, closed.reason)
        except (WebSocketDisconnect, TimeoutError):
            await _close(socket, TRY_LATER, "")
        finally:
            await connection.end()


class Connection:
    """One client. Each operation runs in a task of its own."""

    def __init__(self, server: GraphQLWebSockets, socket: WebSocket) -> None:
        self._server = server
        self._socket = socket
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._principal: Principal | None = None
        self._viewer: str | None = None
        self._sending = asyncio.Lock()
        self._closed: asyncio.Future[Closed] = asyncio.get_running_loop().create_future()

    async def initialise(self) -> None:
        """Reads messages until the viewer is authenticated. Raises Closed."""
        while (message := await self._receive())["type"] != "connection_init":
            if message["type"] == "subscribe":
                raise Closed(UNAUTHORIZED, "Unauthorized")
            await self._answer_ping(message)
        headers = _credentials(self._socket.headers, message.get("payload"))
        client = self._socket.client
        try:
            principal = await self._server.endpoint.authenticate(headers, client.host if client else "")
        except AuthenticationError as error:
            raise Closed(TRY_LATER if error.status == 503 else FORBIDDEN, str(error)) from None
        viewer = f"{principal.actor.identity} {principal.actor.brand_id}"
        if self._server.by_viewer[viewer] >= MAX_PER_VIEWER:
            raise Closed(TRY_LATER, f"You have {MAX_PER_VIEWER} connections, which is the most.")
        self._principal, self._viewer = principal, viewer
        actor = principal.actor
        self._socket.state.logged = {"actor": actor.id, "role": actor.role.value, "brand": actor.brand_id}
        self._server.by_viewer[viewer] += 1
        await self._send({"type": "connection_ack"})

    async def run(self) -> None:
        """Raises Closed, and WebSocketDisconnect."""
        receiving = asyncio.ensure_future(self._receive())
        try:
            while True:
                idle = None if self._operations else MAX_IDLE_SECONDS
                waiting: set[asyncio.Future[Any]] = {receiving, self._closed, *self._operations.values()}
                await asyncio.wait(waiting, timeout=idle, return_when=asyncio.FIRST_COMPLETED)
                if self._closed.done():
                    raise self._closed.result()
                for id, task in [each for each in self._operations.items() if each[1].done()]:
                    del self._operations[id]
                    task.result()
                if receiving.done():
                    await self._handle(receiving.result())
                    receiving = asyncio.ensure_future(self._receive())
                elif idle is not None and not self._operations:
                    raise Closed(TRY_LATER, f"No subscription for {idle:.0f} s")
        finally:
            receiving.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await receiving

    async def end(self) -> None:
        tasks = list(self._operations.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._viewer:
            self._server.by_viewer[self._viewer] -= 1
            if not self._server.by_viewer[self._viewer]:
                del self._server.by_viewer[self._viewer]

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                raise Closed(TOO_MANY, "Too many initialisation requests")
            case "subscribe":
                id, payload = _text(message, "id"), message.get("payload")
                if not isinstance(payload, dict):
                    raise Closed(INVALID, "payload must be an object.")
                if id in self._operations:
                    raise Closed(ALREADY_THERE, f"Subscriber for {id} already exists")
                if len(self._operations) >= MAX_PER_VIEWER:
                    error = GraphQLError(
                        f"You have {MAX_PER_VIEWER} streams, which is the most. End one of them first.",
                        extensions={"code": ErrorCode.TOO_MANY_STREAMS.value},
                    )
                    await self._send({"id": id, "type": "error", "payload": [error.formatted]})
                    return
                await self._begin(id, payload)
            case "complete":
                task = self._operations.pop(_text(message, "id"), None)
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
            case _:
                await self._answer_ping(message)

    async def _begin(self, id: str, payload: dict[str, Any]) -> None:
        """Until the subscription has started or is refused, so that the answer to a later `ping` says that it has."""
        assert self._principal  # noqa: S101 - it was authenticated before
        stream = self._server.streams.of(self._principal, only_subscriptions=True)
        self._operations[id] = task = asyncio.create_task(self._operation(id, payload, stream))
        started = asyncio.create_task(stream.has_started.wait())
        try:
            waiting: set[asyncio.Future[Any]] = {task, started, self._closed}
            await asyncio.wait(waiting, timeout=MAX_START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            started.cancel()

    async def _answer_ping(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case _:
                raise Closed(INVALID, "Unknown message type")

    async def _operation(self, id: str, payload: dict[str, Any], stream: Stream) -> None:
        answered, operation = Answered(), metrics.watch_operation("graphql")
        started = time.perf_counter()
        try:
            await self._answer(id, payload, stream, answered)
        finally:
            logs.log_subscription(self._socket.scope, operation, started, answered.events, answered.code)

    async def _answer(self, id: str, payload: dict[str, Any], stream: Stream, answered: "Answered") -> None:
        try:
            if await self._server.streams.has_ended(stream.principal, stream.began_at):
                raise Closed(FORBIDDEN, "The access of the viewer has ended.")
            try:
                data = self._server.endpoint.read(payload)
            except (HTTPException, RequestTooLarge, DocumentRefused) as error:
                await self._refuse(id, [_request_error(error)], answered)
                return
            await self._results(id, stream, await self._server.endpoint.subscribe(data, stream), answered)
        except StreamEnded as ended:
            code = RESTART if ended.error is None else FORBIDDEN
            answered.code = str(code)
            self._close(Closed(code, ended.error.message if ended.error else "The server is stopping."))
        except Closed as closed:
            answered.code = str(closed.code)
            self._close(closed)

    async def _results(self, id: str, stream: Stream, results: AsyncGenerator[Any, None], answered: "Answered") -> None:
        parts = stream.parts(results)
        try:
            async for part in parts:
                if part is None:  # the server's own pings of the WebSocket are the heartbeat
                    continue
                answer = self._server.endpoint.answer_of(part)
                if not stream.is_started and "data" not in answer:
                    await self._refuse(id, answer["errors"], answered)
                    return
                await self._send({"id": id, "type": "next", "payload": answer})
                answered.events += 1
            await self._send({"id": id, "type": "complete"})
        finally:
            await parts.aclose()

    async def _refuse(self, id: str, errors: Any, answered: "Answered") -> None:
        """In its turn: the next message is read after it."""
        answered.code = errors[0].get("extensions", {}).get("code")
        await self._server.pace.turn(self._viewer, _never)
        await self._send({"id": id, "type": "error", "payload": errors})

    def _close(self, closed: Closed) -> None:
        if not self._closed.done():
            self._closed.set_result(closed)

    async def _receive(self) -> dict[str, Any]:
        """Raises Closed for what is no message of the protocol."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Closed(INVALID, "WebSocket message type must be text")
        try:
            body = text.encode()
            self._charge(len(body))
            check_body(body)
            data = orjson.loads(body)
        except (ValueError, RequestTooLarge):
            raise Closed(INVALID, "WebSocket message must be valid JSON") from None
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            raise Closed(INVALID, "A message must be an object with a type.")
        return data

    def _charge(self, message_bytes: int) -> None:
        """Before a message is parsed. Raises Closed."""
        if self._principal is None:
            if message_bytes > MAX_INIT_BYTES:
                raise Closed(INVALID, f"Send at most {MAX_INIT_BYTES:,} bytes before connection_ack.")
        elif why := self._server.endpoint.charge(self._principal, message_bytes):
            raise Closed(TRY_LATER, why)

    async def _send(self, message: dict[str, Any]) -> None:
        """Raises TimeoutError for a client that does not read."""
        async with asyncio.timeout(MAX_SEND_SECONDS), self._sending:
            await self._socket.send_text(orjson.dumps(message).decode())


async def _never() -> None:
    await asyncio.Event().wait()


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """A client that does not read is waited for no longer; graph/http/server.py ends its connection."""
    with suppress(Exception):
        async with asyncio.timeout(MAX_CLOSE_SECONDS):
            await socket.close(code, reason)


def _credentials(headers: Headers, payload: Any) -> Headers:
    """Those of `connection_init`, else those of the request that opened the WebSocket. Raises Closed."""
    if payload is None:
        payload = {}
    if not isinstance(payload, dict):
        raise Closed(INVALID, "payload of connection_init must be an object.")
    names = ("authorization", KEY_HEADER.lower())
    given = [(name.lower(), value) for name, value in payload.items() if name.lower() in names]
    if any(not isinstance(value, str) for _, value in given):
        raise Closed(INVALID, "The credential must be a text.")
    found = given or [(name, value) for name, value in headers.items() if name in names]
    return Headers(raw=[(name.encode(), value.encode("latin-1", "replace")) for name, value in found])


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARACTERS:
        raise Closed(INVALID, f"{name} must be a text of at most {MAX_ID_CHARACTERS} characters.")
    return value


def _request_error(error: HTTPException | RequestTooLarge | DocumentRefused) -> Any:
    match error:
        case RequestTooLarge():
            code, message = ErrorCode.DOCUMENT_TOO_LARGE, str(error)
        case DocumentRefused():
            code, message = error.code, str(error)
        case _:
            code, message = ErrorCode.BAD_REQUEST, error.reason
    return GraphQLError(message, extensions={"code": code.value}).formatted
