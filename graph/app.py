"""The application: routes, authentication, and the relay that runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route, WebSocketRoute, request_response

from exports.history_workbook import Signer
from exports.relay.relay import Relay
from exports.webhooks.sender import WebhookSender
from graph.core.anchors import Anchoring
from graph.core.clock import utc_now
from graph.core.download_links import Links
from graph.core.ids import Kind, to_id
from graph.downloads import documents
from graph.http import headers, health
from graph.http.admission import AdmissionControl
from graph.http.compiled import CompiledAnswers
from graph.http.console import console_routes
from graph.http.document_processes import DocumentProcesses, Setup
from graph.http.downloads import Downloads, remove_orphans
from graph.http.graphiql import DemoUser, graphiql_routes
from graph.http.graphql_endpoint import GraphQLEndpoint
from graph.http.graphql_ws import GraphQLWebSockets
from graph.http.paced import Paced, new_pace
from graph.http.public_path import PublicPath, public_path
from graph.http.schema_file import SchemaFile
from graph.http.streams import Streams
from graph.identity.authenticate import Identity
from graph.identity.claims import Principal
from graph.identity.ended import EndedAccess
from graph.papers.attachments import Attachments
from graph.schema import create_schema, printed_schema, schema
from graph.settings.environment import Settings
from graph.telemetry import metrics
from models.database.checkpoints import Checkpoints
from models.database.engines import LOCK_WAIT
from models.database.sessions import Database
from resolvers.live_events import LiveEvents
from resolvers.pruning import Sweep
from resolvers.summing import Summing

RELAY_STOP_SECONDS = 8
CLOSE_SECONDS = 10  # for connections and for what is being written, when the server stops
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

    api = schema if settings.edge.introspection else create_schema(introspection=False)
    graphql = GraphQLEndpoint(
        api,
        CompiledAnswers(api._schema, api.validator, api.plans, api.mutations) if settings.edge.compiled else None,
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
            Route("/graphql", Paced(AdmissionControl(graphql, identify=graphql.identify), pace), methods=None),
            Route("/", lambda _: RedirectResponse(f"{path}/console")),
            WebSocketRoute("/graphql", GraphQLWebSockets(graphql, streams, settings.edge.cors_origins, pace)),
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
