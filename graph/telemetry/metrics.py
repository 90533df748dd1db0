"""/metrics, for Prometheus: what this server does and how long it takes. No label says who: no tenant, no id, no text.

With several workers each of them answers for all: prometheus_client keeps the figures in files that they share
(graph/http/workers.py names their folder). Served only with the token of ORDERS_METRICS_TOKEN; without one, not at all.
"""

import hmac
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
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

from models.database.sessions import Database
from models.outbox import NotificationStatus, oldest_due, unsent
from models.rejection import OrderRejection
from models.scope import EVERYTHING

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PATHS = {"graphql": "graphql", "downloads": "download", "health": "health", "graphiql": "page", "metrics": "metrics"}
log = logging.getLogger("orders.metrics")

REGISTRY = CollectorRegistry()
REQUESTS = Counter("orders_requests", "Requests, by what was asked and status.", ("kind", "status"), registry=REGISTRY)
SECONDS = Histogram(
    "orders_request_seconds",
    "How long a request took.",
    ("kind",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
STATEMENTS = Counter("orders_sql_statements", "SQL statements.", registry=REGISTRY)
CONNECTIONS = Gauge(
    "orders_database_connections_in_use",
    "Connections that sessions have in hand, of all workers.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
REJECTIONS = Counter("orders_rejections", "Orders rejected, one by one and in bulk.", registry=REGISTRY)
REFUSALS = Counter("orders_refusals", "Mutations refused, by the code in userErrors.", ("code",), registry=REGISTRY)
ERRORS = Counter("orders_errors", "Top-level errors, by their code.", ("code",), registry=REGISTRY)
MAILS = Counter("orders_mails", "Mails tried, by what came of it.", ("result",), registry=REGISTRY)

# Kind and name of the present request's operation; filled in by KindOfOperation.
_kind: ContextVar[list[str] | None] = ContextVar("kind", default=None)


class Metered:
    """Counts requests and their time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = [PATHS.get(scope["path"].split("/")[1], "other"), ""]
        _kind.set(kind)
        scope["operation"] = kind  # graph/telemetry/traces.py names its span by it
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
            REQUESTS.labels(kind[0], status).inc()
            SECONDS.labels(kind[0]).observe(time.perf_counter() - started)


class KindOfOperation(SchemaExtension):
    """Tells queries from mutations."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        kind = context.operation_type.value.lower()
        if metered := _kind.get():
            metered[0] = kind
            metered[1] = context.operation_name or ""
        yield


def refused(code: str) -> None:
    REFUSALS.labels(code).inc()


def failed(code: str) -> None:
    ERRORS.labels(code).inc()


def mail_tried(status: NotificationStatus) -> None:
    """PENDING: it is to be tried again."""
    MAILS.labels("retry" if status is NotificationStatus.PENDING else status.value.lower()).inc()


def watch(database: Database) -> None:
    """Counts the statements and connections of this database."""
    for engine in database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: STATEMENTS.inc())
        event.listen(engine.sync_engine, "checkout", lambda *_: CONNECTIONS.inc())
        event.listen(engine.sync_engine, "checkin", lambda *_: CONNECTIONS.dec())


@event.listens_for(OrderRejection, "after_insert")
def _rejected(_mapper: Any, _connection: Any, rejection: OrderRejection) -> None:
    session = Session.object_session(rejection)
    if session:
        session.info["rejections"] = session.info.get("rejections", 0) + 1


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if number := session.info.pop("rejections", 0):
        REJECTIONS.inc(number)


class Metrics:
    """GET of /metrics, for whoever has the token."""

    def __init__(self, database: Database, token: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._expected = f"Bearer {token}".encode()
        self._clock = clock

    async def get(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            return PlainTextResponse(
                "The token of ORDERS_METRICS_TOKEN is needed.\n", 401, {"WWW-Authenticate": "Bearer"}
            )
        registry = REGISTRY
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry) + await self._outbox(), media_type=CONTENT_TYPE_LATEST)

    async def _outbox(self) -> bytes:
        """Of the database, the same whichever worker is asked; nothing when it does not answer."""
        now = self._clock()
        try:
            async with self._database.read(EVERYTHING) as session:
                number = (await unsent(session))[NotificationStatus.PENDING]
                oldest = await oldest_due(session, now)
        except Exception:
            log.exception("the outbox could not be counted")
            return b""
        age = (now - oldest).total_seconds() if oldest else 0.0
        registry = CollectorRegistry()
        registry.register(Outbox(number, age))
        return generate_latest(registry)


@dataclass(frozen=True, slots=True)
class Outbox(Collector):
    """Found out when it is asked for; a Gauge would be added up over the workers."""

    pending: int
    oldest: float

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("orders_outbox_pending", "Mails that wait.", self.pending)
        text = "For how long the mail that has waited longest could have been sent."
        yield GaugeMetricFamily("orders_outbox_oldest_seconds", text, self.oldest)
