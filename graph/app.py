"""The application: routes, authentication, and the relay that runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from exports.outbox import Relay
from exports.smtp import FileTransport, SmtpTransport, Transport
from graph import health, logs, metrics
from graph.context import RequestContext
from graph.downloads import Downloads, Links
from graph.graphiql import graphiql_page, graphiql_routes
from graph.schema import schema
from graph.settings import Settings
from graph.tokens import TokenError, Tokens
from models.base import Database

LARGEST_BODY = 1_000_000
log = logging.getLogger("orders.app")


def utc_now() -> datetime:
    return datetime.now(UTC)


def transport_of(settings: Settings) -> Transport:
    if settings.smtp_url:
        return SmtpTransport(settings.smtp_url)
    return FileTransport(settings.mail_folder)


def create_app(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, demo_token: str | None = None
) -> Starlette:
    """The ASGI application, for a migrated database; its lifespan runs the relay and closes the database."""
    database = Database(settings.database_url, settings.replica_url)
    metrics.watch(database)
    transport = transport_of(settings)
    if settings.traces:
        from graph import traces  # an extra, which need not be installed

        traces.watch(database)
        transport = traces.TracedTransport(transport)
    relay = Relay(database, transport, sender=settings.mail_from, clock=clock, on_tried=metrics.mail_tried)
    links = Links(settings.secret_key, settings.public_url or "http://127.0.0.1:8000", clock)
    graphql = GraphQLEndpoint(database, Tokens(settings.secret_key, clock), links, clock, relay.wake, demo_token)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if settings.smtp_url is None:
            log.warning("no ORDERS_SMTP_URL: mails are written to %s", settings.mail_folder)
        running = asyncio.create_task(relay.run(), name="relay")
        try:
            yield
        finally:
            relay.stop()
            await running
            await database.close()

    app = Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/graphql")),
            Route("/graphql", graphql, methods=None),
            Route("/downloads/{token}", Downloads(database, links).get),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            *graphiql_routes(),
        ],
        middleware=[Middleware(logs.RequestLog)],
        lifespan=lifespan,
        max_body_size=LARGEST_BODY,
    )
    if settings.metrics_token:
        app.router.routes.append(Route("/metrics", metrics.Metrics(database, settings.metrics_token, clock).get))
    app.add_middleware(metrics.Metered)
    if settings.traces:
        app.add_middleware(traces.Traced)
    app.state.database = database
    return app


class GraphQLEndpoint(GraphQL[RequestContext, None]):
    """/graphql: GraphiQL for a browser, GraphQL over HTTP for whoever sends a token."""

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        links: Links,
        clock: Callable[[], datetime],
        on_mail: Callable[[], None],
        demo_token: str | None,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._database = database
        self._tokens = tokens
        self._links = links
        self._clock = clock
        self._on_mail = on_mail
        self._demo_token = demo_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if _wants_page(request):
            return graphiql_page(demo_token=self._demo_token)
        try:
            actor = self._tokens.actor(request.headers.get("authorization"))
        except TokenError as error:
            asks = {"WWW-Authenticate": f'Bearer realm="orders", error="invalid_token", error_description="{error}"'}
            return _failure(401, str(error), "UNAUTHENTICATED", asks)
        request.state.actor = actor
        request.state.logged = {"actor": actor.id, "role": actor.role.value, "brand": actor.brand_id}
        try:
            response: Response = await self.run(request)
            return response
        except HTTPException as error:
            return _failure(error.status_code, error.reason, "BAD_REQUEST")

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        return RequestContext(
            database=self._database,
            actor=request.state.actor,
            clock=self._clock,
            request_id=logs.request_id.get(),
            on_mail=self._on_mail,
            links=self._links,
        )

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> Any:
        decoded = orjson.loads(data)
        if not isinstance(decoded, dict | list):
            raise HTTPException(400, "The body must be a JSON object with a query.")
        return decoded


def _wants_page(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    return request.method in ("GET", "HEAD") and "text/html" in accepts and "query" not in request.query_params


def _failure(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, headers)
