"""/graphql: authenticates a request, charges its cost, and makes the context that its operation runs in."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.http import GraphQLRequestData
from strawberry.schema.base import BaseSchema

from graph.core.context import RequestContext
from graph.core.download_links import Links
from graph.http.compiled import CompiledAnswers
from graph.http.console import operations as console_operations
from graph.http.failures import GRAPHQL, JSON, failure, rate_limited
from graph.http.graphiql import DemoUser, graphiql_page
from graph.http.graphql_over_http import GraphQLOverHTTP
from graph.http.paced import PARTY
from graph.http.streams import Stream, Streams
from graph.identity.authenticate import AuthenticationError, Identity
from graph.identity.claims import Principal
from graph.identity.ended import EndedAccess
from graph.limits.fairness import Party
from graph.limits.rate import Quota, RateLimiter, rate_limit_message
from graph.limits.request import cost_of_bytes
from graph.settings.edge import Edge
from graph.telemetry import logs
from models.actor import ActorKind
from models.database.sessions import Database
from resolvers.core.context import MAX_SESSIONS

API_KEYS_QUOTA = "cost-of-api-keys"  # in the headers of rate limits


class GraphQLEndpoint(GraphQLOverHTTP):
    """/graphql: GraphiQL for a browser, GraphQL over HTTP for requests with a token or an API key."""

    def __init__(
        self,
        schema: BaseSchema,
        compiled: CompiledAnswers | None,
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
        """`compiled` None: graphql-core answers every query. `path`: of the public URL."""
        super().__init__(
            schema,
            timeout=edge.request_timeout,
            documents=edge.documents.allowing(console_operations().values()),
            suggestions=edge.introspection,
            compiled=compiled,
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
        if self._graphiql and scope["method"] in ("GET", "HEAD") and _wants_page(Request(scope)):
            return graphiql_page(demo=self._demo, path=self._path)
        headers, client, state = Headers(scope=scope), scope.get("client"), scope["state"]
        try:
            principal = await self._identity.authenticate(headers, client[0] if client else "")
        except AuthenticationError as error:
            return failure(error.status, str(error), error.code, headers, error.headers)
        quota = self._quota(principal)
        state |= {PARTY: principal.party, "principal": principal, "quota": quota, "logged": principal.logged}
        return principal.party if quota.take(cost_of_bytes(body_bytes)) else rate_limited(quota, headers)

    def _quota(self, principal: Principal) -> Quota:
        """One for each user. The API keys of a brand share one, so more keys get no more quota."""
        brand, viewer = principal.party
        if principal.actor.kind is ActorKind.APP:
            return self._limiter.of(f"{ActorKind.APP} {brand}", API_KEYS_QUOTA)
        return self._limiter.of(f"{viewer} {brand}")

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> RequestContext:
        return self._context(request.state.principal, request.state.quota)

    def _context(self, principal: Principal, quota: Quota) -> RequestContext:
        sessions = self._sessions.get(principal.party)
        if sessions is None:
            self._sessions[principal.party] = sessions = asyncio.Semaphore(MAX_SESSIONS)
        return RequestContext(
            database=self._database,
            actor=principal.actor,
            expires_at=principal.expires_at,
            issued_at=principal.issued_at,
            on_sign_out=self._ended.add,
            clock=self._clock,
            request_id=logs.request_id.get(),
            on_mail=self._on_mail,
            on_events=self._on_events,
            webhooks_to_loopback=self._webhooks_to_loopback,
            storefront_url=self._storefront_url,
            all_links=self._links,
            quota=quota,
            sessions_of_viewer=sessions,
            compiled=self._compiled is not None,
        )

    async def authenticate(self, headers: Headers, client: str) -> Principal:
        return await self._identity.authenticate(headers, client)

    def charge(self, principal: Principal, message_bytes: int) -> str | None:
        quota = self._quota(principal)
        return None if quota.take(cost_of_bytes(message_bytes)) else rate_limit_message(quota)

    async def subscribe(self, data: GraphQLRequestData, stream: Stream) -> AsyncGenerator[Any, None]:
        context = self._context(stream.principal, self._quota(stream.principal))
        context.streaming = stream
        return await self.results(data, context)

    def stream_of(self, request: Request) -> Stream:
        return self._streams.of(request.state.principal)


def _wants_page(request: Request) -> bool:
    """Whether a browser opens the address. With ?query= it gets the page too, which shows the query but runs nothing.

    A program that sends its query by GET names JSON, or does not name HTML.
    """
    accepts = request.headers.get("accept", "").lower()
    if "text/html" not in accepts:
        return False
    return "query" not in request.query_params or not any(each in accepts for each in (JSON, GRAPHQL))
