"""Spans for OpenTelemetry: each request with its operation, its SQL, each mail. Imported only with ORDERS_TRACES=on.

Where they go is OpenTelemetry's own business (OTEL_EXPORTER_OTLP_ENDPOINT …). No values of statements, no addresses.
"""

from email.message import EmailMessage
from typing import Any

from opentelemetry import context, trace
from opentelemetry.propagate import extract
from sqlalchemy import event
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exports.relay.transports import Transport
from models.database.sessions import Database


def export() -> None:
    """Sends the spans of this process out, in batches, from a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "orders"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def tracer() -> trace.Tracer:
    return trace.get_tracer("orders")


class Traced:
    """A span for each request, in the trace of its `traceparent` header when it has one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parent = extract(dict(Headers(scope=scope)))
        with tracer().start_as_current_span(scope["method"], parent, trace.SpanKind.SERVER) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, watched)
            kind, name = scope.get("operation", ("other", ""))
            span.update_name(f"{kind} {name}".strip())


def watch(database: Database) -> None:
    """A span for each statement."""

    def begin(_connection: Any, _cursor: Any, statement: str, _parameters: Any, execution: Any, _many: bool) -> None:
        span = tracer().start_span(statement.split(maxsplit=1)[0], kind=trace.SpanKind.CLIENT)
        span.set_attribute("db.query.text", statement)
        execution.span = span

    def end(*arguments: Any) -> None:
        arguments[4].span.end()

    def fail(failure: Any) -> None:
        span = getattr(failure.execution_context, "span", None)
        if span:
            span.record_exception(failure.original_exception)
            span.end()

    for engine in database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", begin)
        event.listen(engine.sync_engine, "after_cursor_execute", end)
        event.listen(engine.sync_engine, "handle_error", fail)


class TracedTransport:
    """A span for each mail, in a trace of its own: the request that promised it is over."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, message: EmailMessage, recipients: list[str]) -> str | None:
        with tracer().start_as_current_span("mail", context.Context(), trace.SpanKind.CLIENT):
            return await self._transport.send(message, recipients)
