"""The application: routes, authentication, and the relay that runs beside them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute, request_response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http import GraphQLRequestData

from exports.history_workbook import Signer
from exports.relay.relay import Relay
from exports.webhooks.sender import WebhookSender
from graph.core.anchors import Anchoring
from graph.core.clock import utc_now
from graph.core.context import RequestContext
from graph.core.download_links import Links
from graph.core.ids import Kind, to_id
from graph.downloads import documents
from graph.http import headers, health
from graph.http.admission import AdmissionControl
from graph.http.compiled import CompiledAnswers
from graph.http.console import console_routes
from graph.http.console import operations as console_operations
from graph.http.downloads import Downloads, remove_orphans
from graph.http.failures import GRAPHQL, JSON, failure, rate_limited
from graph.http.graphiql import DemoUser, graphiql_page, graphiql_routes
from graph.http.graphql_over_http import GraphQLOverHTTP
from graph.http.graphql_ws import GraphQLWebSockets
from graph.http.making import DocumentProcesses, Setup
from graph.http.paced import PARTY, Paced, new_pace
from graph.http.public_path import PublicPath, public_path
from graph.http.schema_file import SchemaFile
from graph.http.streams import Stream, Streams
from graph.identity.authenticate import AuthenticationError, Identity
from graph.identity.claims import Principal
from graph.identity.ended import EndedAccess
from graph.limits.fairness import Party
from graph.limits.rate import Quota, RateLimiter
from graph.limits.request import cost_of_bytes
from graph.papers.attachments import Attachments
from graph.schema import create_schema, printed_schema, schema
from graph.settings.edge import Edge
from graph.settings.environment import Settings
from graph.telemetry import logs, metrics
from models.actor import Actor, ActorKind
from models.database.checkpoints import Checkpoints
from models.database.engines import LOCK_WAIT
from models.database.sessions import Database
from resolvers.core.context import MAX_SESSIONS
from resolvers.live_events import LiveEvents
from resolvers.pruning import Sweep
from resolvers.summing import Summing

RELAY_STOP_SECONDS = 8
CLOSE_SECONDS = 10  # for connections and for what is being written, when the server stops
API_KEYS_QUOTA = "cost-of-api-keys"  # in the headers of rate limits
# On SQLite, waiting for another process's lock cannot be cancelled. Lock waits are therefore limited to the request
# timeout and a little more, so that a timed-out request is answered soon.
LOCK_WAIT_MARGIN = timedelta(seconds=1)
log = logging.getLogger("orders.app")


def create_app(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, demo: Sequence[DemoUser] = ()
) -> Starlette:
    """The ASGI application, for a migrated database; its lifespan runs the relay and closes the database.

    A `clock` other than the system's replaces the database's clock too. `demo`: whom GraphiQL can sign in as.
    """
    lock_wait = min(LOCK_WAIT, timedelta(seconds=settings.edge.request_timeout) + LOCK_WAIT_MARGIN)
    if not settings.secret_key:
        raise ValueError("a server needs a signing key")
    database_setup = partial(
        Database,
        settings.database_url,
        settings.replica_url,
        lock_wait=lock_wait,
        clock=None if clock is utc_now else clock,
    )
    database = database_setup()
    metrics.watch(database)
    transport = settings.transport()
    if settings.traces:
        from graph.telemetry import traces  # an extra, which need not be installed

        traces.watch(database)
        transport = traces.TracedTransport(transport)
    webhooks = WebhookSender(
        database,
        transport,
        mail_from=settings.mail_from,
        clock=clock,
        public_order_id=partial(to_id, Kind.ORDER),
        to_loopback=settings.webhooks_to_loopback,
        on_tried=metrics.webhook_tried,
    )
    links = Links(settings.secret_key, settings.public_url or "http://127.0.0.1:8000", clock)
    ended = EndedAccess(database, clock, links.digest_of, links.lifetime)
    identity = Identity(settings, database, clock, ended)
    document_setup = partial(documents, Signer(settings.secret_key, clock))
    processes = DocumentProcesses(Setup(database_setup, document_setup)) if settings.document_processes else None
    downloads = Downloads(database, links, document_setup(), ended, processes)
    relay = Relay(
        database,
        transport,
        sender=settings.mail_from,
        clock=clock,
        on_tried=metrics.mail_tried,
        attach=Attachments(database, document_setup(), processes, clock).draw,
    )
    path = public_path(settings.public_url)
    pace = new_pace()

    async def has_ended(principal: Principal, since: datetime) -> bool:
        actor = principal.actor
        return await ended.has_ended(links.digest_of(actor.identity, actor.brand_id), since, principal.issued_at)

    live = LiveEvents(database)
    streams = Streams(live, settings.edge.max_streams, has_ended, clock)

    def committed(brand_id: UUID) -> None:
        live.committed(brand_id)
        webhooks.wake()

    graphql = GraphQLEndpoint(
        database,
        identity,
        ended,
        links,
        clock,
        relay.wake,
        committed,
        demo,
        settings.edge,
        streams,
        path,
        webhooks_to_loopback=settings.webhooks_to_loopback,
        storefront_url=settings.storefront_url,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if settings.smtp_url is None:
            log.warning("no ORDERS_SMTP_URL: mails are written to %s", settings.mail_folder)
        await asyncio.to_thread(remove_orphans)
        await ended.start()
        running = {
            asyncio.create_task(relay.run(), name="relay"),
            asyncio.create_task(webhooks.run(), name="webhooks"),
        }
        anchoring = asyncio.create_task(Anchoring(database, settings, clock).run(), name="anchors")
        checkpoints = asyncio.create_task(Checkpoints(database).run(), name="checkpoints")
        summing = asyncio.create_task(Summing(database).run(), name="analytics")
        sweeping = asyncio.create_task(Sweep(database).run(), name="sweep")
        events = asyncio.create_task(live.run(), name="live events")
        access = asyncio.create_task(streams.run(), name="access of streams")
        try:
            yield
        finally:
            relay.stop()
            webhooks.stop()
            streams.stop()
            if processes:
                processes.close()
            # The relay limits its own shutdown; these limits are for a database that hangs meanwhile.
            looking_up: asyncio.Task[object] | None = getattr(app.state, "looking_up_schema", None)
            others = {anchoring, checkpoints, summing, sweeping, events, access, *([looking_up] if looking_up else [])}
            for each in others:
                each.cancel()
            await _until_ended(running | others, RELAY_STOP_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await identity.close()
                    await ended.close()
                    await database.close()

    app = Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse(f"{path}/console")),
            Route("/graphql", Paced(AdmissionControl(graphql, identify=graphql.identify), pace), methods=None),
            WebSocketRoute("/graphql", GraphQLWebSockets(graphql, streams, settings.edge.cors_origins)),
            Route("/downloads/{token}", Paced(request_response(downloads.get), pace), methods=["GET"]),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            *console_routes(demo=demo, path=path, graphiql=settings.edge.graphiql, oidc=settings.oidc),
            *([_schema_route()] if settings.edge.introspection else ()),
            *(graphiql_routes() if settings.edge.graphiql else ()),
        ],
        middleware=headers.middleware(settings.edge.cors_origins),
        exception_handlers={Exception: headers.fault},
        lifespan=lifespan,
    )
    if settings.metrics_token:
        app.router.routes.append(
            Route("/metrics", metrics.Metrics(database, settings.metrics_token, clock, health.ready).get)
        )
    # No redirect from /graphql/: it would go to the Host of the request, and the client would send its token there.
    app.router.redirect_slashes = False
    app.add_middleware(metrics.Metered)
    if settings.traces:
        app.add_middleware(traces.Traced)
    if path:
        app.add_middleware(PublicPath, path=path)  # the outermost

    def stop() -> None:
        """No longer ready, no new mails are sent, and no refusal waits; requests are still served, but no streams."""
        app.state.is_stopping = True
        relay.stop()
        webhooks.stop()
        streams.stop()
        pace.end()

    app.state.database = database
    app.state.is_stopping = False
    app.state.stop = stop
    return app


def _schema_route() -> Route:
    return Route("/schema.graphql", AdmissionControl(SchemaFile(printed_schema)), methods=["GET"])


async def _until_ended(tasks: "set[asyncio.Task[Any]]", seconds: float) -> None:
    """Cancels what runs longer. Otherwise a connection that a task holds would outlive the closed database."""
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for each in late:
        each.cancel()
    if late:
        await asyncio.wait(late, timeout=1)


class GraphQLEndpoint(GraphQLOverHTTP):
    """/graphql: GraphiQL for a browser, GraphQL over HTTP for requests with a token or an API key."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        ended: EndedAccess,
        links: Links,
        clock: Callable[[], datetime],
        on_mail: Callable[[], None],
        on_events: Callable[[UUID], None],
        demo: Sequence[DemoUser],
        edge: Edge,
        streams: Streams,
        path: str = "",
        *,
        webhooks_to_loopback: bool = False,
        storefront_url: str | None = None,
    ) -> None:
        """`path`: of the public URL."""
        made = schema if edge.introspection else create_schema(introspection=False)
        super().__init__(
            made,
            timeout=edge.request_timeout,
            documents=edge.documents.allowing(console_operations().values()),
            suggestions=edge.introspection,
            compiled=CompiledAnswers(made._schema, made.validator, made.plans) if edge.compiled else None,
        )
        self._graphiql = edge.graphiql
        self._limiter = RateLimiter(edge.rate_limit, clock)
        self._database = database
        self._identity = identity
        self._ended = ended
        self._links = links
        self._clock = clock
        self._on_mail = on_mail
        self._on_events = on_events
        self._webhooks_to_loopback = webhooks_to_loopback
        self._storefront_url = storefront_url
        self._demo = demo
        self._streams = streams
        self._path = path
        # By viewer, as long as one of its requests runs.
        self._sessions: WeakValueDictionary[Party, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No variable has the request, which has the body: a response may wait for its turn (graph/http/paced.py).
        response = await self.answer(Request(scope, receive), scope["state"]["quota"])
        await response(scope, receive, send)

    async def identify(self, scope: Scope, body_bytes: int) -> Party | Response:
        """Whose request it is, or the response without executing it. Charges the body's bytes to the viewer's quota."""
        request = Request(scope)
        if self._graphiql and _wants_page(request):
            return graphiql_page(demo=self._demo, path=self._path)
        try:
            principal = await self._identity.authenticate(
                request.headers, request.client.host if request.client else ""
            )
        except AuthenticationError as error:
            return failure(error.status, str(error), error.code, request.headers, error.headers)
        actor = principal.actor
        scope["state"][PARTY] = party = _party(actor)
        request.state.principal = principal
        request.state.quota = quota = self._quota(actor)
        request.state.logged = {"actor": actor.id, "role": actor.role.value, "brand": actor.brand_id}
        if not quota.take(cost_of_bytes(body_bytes)):
            return rate_limited(quota, request.headers)
        return party

    def _quota(self, actor: Actor) -> Quota:
        """A user's own. The API keys of a brand share one: more keys give no more of it."""
        if actor.kind is ActorKind.APP:
            return self._limiter.of(f"{ActorKind.APP} {actor.brand_id}", API_KEYS_QUOTA)
        return self._limiter.of(f"{actor.identity} {actor.brand_id}")

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        return self._context(request.state.principal, request.state.quota)

    def _context(self, principal: Principal, quota: Quota) -> RequestContext:
        sessions = self._sessions.setdefault(_party(principal.actor), asyncio.Semaphore(MAX_SESSIONS))
        return RequestContext(
            database=self._database,
            actor=principal.actor,
            expires_at=principal.expires_at,
            on_sign_out=self._ended.add,
            clock=self._clock,
            request_id=logs.request_id.get(),
            on_mail=self._on_mail,
            on_events=self._on_events,
            webhooks_to_loopback=self._webhooks_to_loopback,
            storefront_url=self._storefront_url,
            links=replace(self._links, until=principal.expires_at, issued_at=principal.issued_at),
            quota=quota,
            sessions_of_viewer=sessions,
            compiled=self._compiled is not None,
        )

    async def authenticate(self, headers: Headers, client: str) -> Principal:
        return await self._identity.authenticate(headers, client)

    async def subscribe(self, data: GraphQLRequestData, stream: Stream) -> AsyncGenerator[Any, None]:
        context = self._context(stream.principal, self._quota(stream.principal.actor))
        context.streaming = stream
        return await self.results(data, context)

    def stream_of(self, request: Request) -> Stream:
        return self._streams.of(request.state.principal)


def _party(actor: Actor) -> Party:
    return Party(str(actor.brand_id), actor.identity)


def _wants_page(request: Request) -> bool:
    """Whether a browser opens the address. With ?query= it gets the page too, which shows the query but runs nothing.

    A program that sends its query by GET names JSON, or does not name HTML.
    """
    accepts = request.headers.get("accept", "").lower()
    if request.method not in ("GET", "HEAD") or "text/html" not in accepts:
        return False
    return "query" not in request.query_params or not any(each in accepts for each in (JSON, GRAPHQL))
