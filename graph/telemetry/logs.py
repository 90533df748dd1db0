"""Logging: one JSON object per line, or plain lines on a terminal, each with the id of its request."""

import json
import logging
import os
import re
import sys
import time
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# User text must not start a new line or control the terminal.
ESCAPES = {n: f"\\x{n:02x}" for n in (*range(32), *range(127, 160))} | {
    n: f"\\u{n:04x}" for n in (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
# Their messages do not help an operator, and some hold personal data: aiosqlite logs the values of statements.
NOISY = ("weasyprint", "fontTools", "alembic", "mail.log", "aiosqlite", "httpx2")
MAX_NAME_CHARACTERS = 100
DOWNLOAD = re.compile(r"^(/downloads/).+", re.DOTALL)
LONG_SEGMENT = re.compile("[^/]{41,}")
log = logging.getLogger("orders.http")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := request_id.get():
            line["request_id"] = request
        line |= {name: value for name, value in record.__dict__.items() if name not in STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # orjson takes no large numbers and no half of a surrogate pair
            return json.dumps(line, default=str)


class PlainLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        more = {name: value for name, value in record.__dict__.items() if name not in STANDARD}
        fields = " ".join(f"{name}={value}" for name, value in more.items())
        at = datetime.fromtimestamp(record.created).astimezone()
        text = f"{at:%H:%M:%S} {record.levelname.lower():7} {record.getMessage()}{'  ' + fields if fields else ''}"
        shown = text.translate(ESCAPES)
        if record.exc_info:
            lines = self.formatException(record.exc_info).split("\n")
            shown = "\n".join([shown, *(line.translate(ESCAPES) for line in lines)])
        return shown


def configure() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines() if sys.stderr.isatty() else JsonLines())
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line shows them
    logging._srcfile = None  # nor the place in the code, which Python would look for in the stack
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # RequestLog writes a line for each request instead.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)


class RequestLog:
    """Gives each request an id (the client's X-Request-ID if it is valid) and logs its result.

    A WebSocket has one id, too, and a line when it has closed; its operations have lines of their own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"]
        id = given[0] if given and VALID_REQUEST_ID.fullmatch(given[0]) else os.urandom(16).hex()
        request_id.set(id)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            # Set by graph/telemetry/metrics.py.
            operation = _named(scope.get("operation", ("other", "")))
            more = {"status": status, "ms": _milliseconds(started)} | _client(scope) | operation
            logged = scope.get("state", {}).get("logged", {})
            log.info("%s %s", scope["method"], _without_secrets(scope["path"]), extra=more | logged)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`status`: the code with which it was closed first, by either side; 403 when it was not accepted."""
        statuses: list[int] = []
        is_accepted = False
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal is_accepted
            if message["type"] == "websocket.accept":
                is_accepted = True
            elif message["type"] == "websocket.close":
                statuses.append(message.get("code", 1000) if is_accepted else 403)
            await send(message)

        async def receive_watched() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                statuses.append(message.get("code", 1005))
            return message

        try:
            await self._app(scope, receive_watched, watched)
        finally:
            status = statuses[0] if statuses else 1006
            more = {"status": status, "ms": _milliseconds(started)} | _client(scope) | {"kind": "websocket"}
            logged = scope.get("state", {}).get("logged", {})
            log.info("WEBSOCKET %s", _without_secrets(scope["path"]), extra=more | logged)


def log_subscription(scope: Scope, operation: Sequence[str], started: float, events: int, code: str | None) -> None:
    """The line of an operation that a WebSocket answered. `started`: of time.perf_counter. `code`: of its error."""
    error = {"code": code} if code else {}
    more = {"ms": _milliseconds(started), "events": events} | error | _client(scope) | _named(operation)
    log.info("SUBSCRIBE %s", _without_secrets(scope["path"]), extra=more | scope["state"].get("logged", {}))


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _client(scope: Scope) -> dict[str, Any]:
    """The client's address, as the trusted proxies tell it."""
    return {"client": (scope.get("client") or ("",))[0][:MAX_NAME_CHARACTERS]}


def _named(operation: Sequence[str]) -> dict[str, Any]:
    """`operation`: its kind and its name. A document that was refused is neither a query nor a mutation."""
    kind, name = operation
    is_known = kind in ("query", "mutation", "subscription")
    return {"kind": kind} | ({"operation": name[:MAX_NAME_CHARACTERS] or "anonymous"} if is_known else {})


def _without_secrets(path: str) -> str:
    """Anyone who has a download's token can open the document, also when the rest of the link is wrong."""
    return LONG_SEGMENT.sub("…", DOWNLOAD.sub(r"\1…", path))
