"""/metrics for Prometheus. Labels never identify anyone: no tenants, ids or free text.

With several workers, each one reports the figures of all: prometheus_client keeps them in shared files
(graph/telemetry/shared.py sets the folder). The route exists only when ORDERS_METRICS_TOKEN is set, and needs that
token.
"""

import hmac
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import SchemaExtension

from graph.telemetry.shared import SHARED_FOLDER
from models.database.checkpoints import wal_bytes
from models.database.inserting import INSERTED
from models.database.sessions import Database, ScopedSession
from models.outbox import NotificationStatus, oldest_due, unsent
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from models.webhook import Backlog, backlog

PATHS = {
    "graphql": "graphql",
    "schema.graphql": "schema",
    "downloads": "download",
    "health": "health",
    "graphiql": "page",
    "metrics": "metrics",
}
log = logging.getLogger("orders.metrics")

REGISTRY = CollectorRegistry()
REQUESTS = Counter("orders_requests", "Requests by kind and status.", ("kind", "status"), registry=REGISTRY)
SECONDS = Histogram(
    "orders_request_seconds",
    "Duration of requests.",
    ("kind",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
STATEMENTS = Counter("orders_sql_statements", "SQL statements.", registry=REGISTRY)
CONNECTIONS = Gauge(
    "orders_database_connections_in_use",
    "Database connections in use, of all workers.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
REJECTIONS = Counter("orders_rejections", "Orders rejected, individually and in bulk.", registry=REGISTRY)
REFUSALS = Counter("orders_refusals", "Refused mutations by userErrors code.", ("code",), registry=REGISTRY)
ERRORS = Counter("orders_errors", "Top-level errors by code.", ("code",), registry=REGISTRY)
QUERIES = Counter(
    "orders_queries",
    "Queries by how they were answered: compiled, busy, or the reason why graphql-core answered.",
    ("how",),
    registry=REGISTRY,
)
MUTATIONS = Counter(
    "orders_mutations",
    "Mutations by how they were answered: compiled, or the reason why graphql-core answered.",
    ("how",),
    registry=REGISTRY,
)
MAILS = Counter("orders_mails", "Attempts to send a mail by result.", ("result",), registry=REGISTRY)
WEBHOOKS = Counter(
    "orders_webhook_attempts", "Attempts to deliver an event to a webhook by result.", ("result",), registry=REGISTRY
)

STREAMS = Gauge(
    "orders_streams", "Open streams of events, of all workers.", registry=REGISTRY, multiprocess_mode="livesum"
)

# Kind and name of the current request's operation; set by KindOfOperation.
_kind: ContextVar[list[str] | None] = ContextVar("kind", default=None)


@lru_cache(maxsize=500)
def _labelled(metric: Any, *labels: object) -> Any:
    return metric.labels(*labels)


class Metered:
    """Counts requests and measures their duration."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = watch_operation(PATHS.get(scope["path"].split("/")[1], "other"))
        scope["operation"] = kind  # graph/telemetry/traces.py names the span by it
        status = 500
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            _labelled(REQUESTS, kind[0], status).inc()
            _labelled(SECONDS, kind[0]).observe(time.perf_counter() - started)


class KindOfOperation(SchemaExtension):
    """Records whether the request is a query, a mutation or a subscription, and its operation name."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        executed(context.operation_type.value.lower(), context.operation_name)
        yield


def watch_operation(kind: str) -> list[str]:
    """Kind and name of what the present task executes from now on; the kind is this one until that is known."""
    watched = [kind, ""]
    _kind.set(watched)
    return watched


def executed(kind: str, name: str | None) -> None:
    """Records what the request executes: "query", "mutation" or "subscription", and the operation's name."""
    if metered := _kind.get():
        metered[0] = kind
        metered[1] = name or ""


def refused(code: str) -> None:
    REFUSALS.labels(code).inc()


def failed(code: str) -> None:
    ERRORS.labels(code).inc()


def answered(how: str) -> None:
    _labelled(QUERIES, how).inc()


def mutated(how: str) -> None:
    _labelled(MUTATIONS, how).inc()


def mail_tried(status: NotificationStatus) -> None:
    """Counts one attempt to send a mail. PENDING means that it will be retried."""
    MAILS.labels("retry" if status is NotificationStatus.PENDING else status.value.lower()).inc()


def webhook_tried(result: Enum) -> None:
    """Counts one attempt to deliver an event to a webhook."""
    WEBHOOKS.labels(result.value).inc()


def watch(database: Database) -> None:
    """Counts the statements and the connections in use of this database."""
    for engine in database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: STATEMENTS.inc())
        event.listen(engine.sync_engine, "checkout", lambda *_: CONNECTIONS.inc())
        event.listen(engine.sync_engine, "checkin", lambda *_: CONNECTIONS.dec())


@event.listens_for(ScopedSession, "after_commit")
def _committed(session: Session) -> None:
    if session.in_nested_transaction():  # the end of a savepoint: the transaction may still fail
        return
    if inserted := session.info.pop(INSERTED, None):
        REJECTIONS.inc(inserted[OrderRejection])


class Metrics:
    """GET /metrics with the token. `ready`: the endpoint of /health/ready."""

    def __init__(
        self,
        database: Database,
        token: str,
        clock: Callable[[], datetime],
        ready: Callable[[Request], Awaitable[Response]],
    ) -> None:
        self._database = database
        self._expected = f"Bearer {token}".encode()
        self._clock = clock
        self._ready = ready

    async def get(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            return PlainTextResponse(
                "Send the token of ORDERS_METRICS_TOKEN as a bearer token.\n", 401, {"WWW-Authenticate": "Bearer"}
            )
        registry = REGISTRY
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        state = CollectorRegistry()
        state.register(Readiness((await self._ready(request)).status_code == 200))
        text = generate_latest(registry) + generate_latest(state) + self._log() + await self._outbox()
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    def _log(self) -> bytes:
        """Nothing on PostgreSQL."""
        if not self._database.is_sqlite:
            return b""
        registry = CollectorRegistry()
        registry.register(WriteAheadLog(wal_bytes(self._database)))
        return generate_latest(registry)

    async def _outbox(self) -> bytes:
        """Figures of the outbox and the webhooks, from the database. Empty when the database does not respond."""
        now = self._clock()
        try:
            async with self._database.read(EVERYTHING) as session:
                numbers = await unsent(session)
                oldest = await oldest_due(session, now)
                webhooks = await backlog(session, now)
        except Exception:
            log.exception("the outbox and the webhooks could not be read")
            return b""
        age = (now - oldest).total_seconds() if oldest else 0.0
        registry = CollectorRegistry()
        registry.register(Outbox(numbers[NotificationStatus.PENDING], numbers[NotificationStatus.FAILED], age))
        registry.register(Webhooks(webhooks))
        return generate_latest(registry)


# Both are collected at scrape time: a Gauge would be summed over the workers.


@dataclass(frozen=True, slots=True)
class Readiness(Collector):
    is_ready: bool

    def collect(self) -> Iterator[Metric]:
        text = "1 if /health/ready of the process that was asked answers 200, else 0."
        yield GaugeMetricFamily("orders_ready", text, int(self.is_ready))


@dataclass(frozen=True, slots=True)
class WriteAheadLog(Collector):
    """Collected at scrape time: one file, whatever the number of workers."""

    bytes: int

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("orders_sqlite_wal_bytes", "Size of SQLite's write-ahead log.", self.bytes)


@dataclass(frozen=True, slots=True)
class Outbox(Collector):
    pending: int
    failed: int
    oldest_seconds: float

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("orders_outbox_pending", "Mails waiting to be sent.", self.pending)
        yield GaugeMetricFamily("orders_outbox_failed", "Mails that were given up and not sent again.", self.failed)
        text = "For how long the oldest waiting mail has been due."
        yield GaugeMetricFamily("orders_outbox_oldest_seconds", text, self.oldest_seconds)


@dataclass(frozen=True, slots=True)
class Webhooks(Collector):
    backlog: Backlog

    def collect(self) -> Iterator[Metric]:
        found = self.backlog
        yield GaugeMetricFamily("orders_webhooks_paused", "Webhooks that their receiver has paused.", found.paused)
        yield GaugeMetricFamily("orders_webhooks_failing", "Active webhooks whose last attempt failed.", found.failing)
        text = "Events that active webhooks have not passed yet, of all webhooks together."
        yield GaugeMetricFamily("orders_webhooks_pending", text, found.pending)
        text = "Age of the oldest event that an active webhook has not passed yet."
        yield GaugeMetricFamily("orders_webhooks_oldest_seconds", text, found.oldest_seconds)
