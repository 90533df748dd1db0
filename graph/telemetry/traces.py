"""OpenTelemetry spans for each request, SQL statement and mail. Imported only with ORDERS_TRACES=on.

The OTEL_* variables say where the spans are sent, e.g. OTEL_EXPORTER_OTLP_ENDPOINT. Spans hold no personal data and no
secrets: no values of statements, no paths, queries or addresses of requests, no headers.
"""

import os
from email.message import EmailMessage
from typing import Any

# The stable names of attributes, e.g. db.query.text. The instrumentations read it once, when they are first used.
os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")

from opentelemetry import context, metrics, trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.sqlalchemy.engine import EngineTracer
from opentelemetry.propagate import get_global_textmap
from sqlalchemy import event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exports.relay.transports import Sent, Transport
from models.database.sessions import Database

# What a span may hold of a request. A path can hold the token of a download, a query the values of a search.
PUBLIC = ("type", "method", "scheme", "http_version", "server")


def export() -> None:
    """Starts to send the spans of this process, in batches, from a background thread."""
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
    """ASGI middleware: a span for each request, named by its operation, in the trace of its `traceparent` header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._instrumented = OpenTelemetryMiddleware(
            self._named, default_span_details=lambda scope: (scope["method"], {}), exclude_spans=["receive", "send"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The instrumentation copies most of its scope into the span, so it gets a scope of its own.
        propagated = {name.encode() for name in get_global_textmap().fields}
        public = {name: scope[name] for name in PUBLIC if name in scope}
        public["headers"] = [header for header in scope["headers"] if header[0] in propagated]
        await self._instrumented(public | {"orders.scope": scope}, receive, send)

    async def _named(self, public: Scope, receive: Receive, send: Send) -> None:
        scope: Scope = public["orders.scope"]
        span = trace.get_current_span()

        async def send_and_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind, name = scope.get("operation", ("other", ""))
                span.update_name(f"{kind} {name}".strip())
            await send(message)

        await self._app(scope, receive, send_and_name)


def watch(database: Database) -> None:
    """A span for each statement."""
    connections = metrics.get_meter("orders").create_up_down_counter("db.client.connections.usage")
    for engine in database.engines:
        event.listen(engine.sync_engine, "handle_error", _end_without_message)
        EngineTracer(tracer(), engine.sync_engine, connections)  # type: ignore[no-untyped-call]


def _end_without_message(failure: Any) -> None:
    """Runs before EngineTracer's own listener, which would add the driver's message: it quotes values."""
    span = getattr(failure.execution_context, "_otel_span", None)
    if span:
        span.set_status(trace.StatusCode.ERROR, type(failure.original_exception).__name__)
        span.end()
        failure.execution_context._otel_span = None


class TracedTransport:
    """A span for each mail, in a trace of its own: the request that queued the mail is over."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        with tracer().start_as_current_span("mail", context.Context(), trace.SpanKind.CLIENT):
            return await self._transport.send(message, recipients)
