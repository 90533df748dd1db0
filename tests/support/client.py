"""A GraphQL client of the real application, over HTTP."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import event

from graph.app import create_app
from graph.core.ids import Kind, to_id
from graph.identity.own_tokens import Tokens
from graph.settings.edge import Edge
from graph.settings.environment import Settings
from models.actor import Actor
from models.base import Base
from models.database.sessions import Database
from tests.support.both_ways import by_graphql_core, is_compared, not_compared, without_cost
from tests.support.clock import Clock

# A new key each time, because a key in a repository is not secret; shared with the processes that a test starts.
SECRET = os.environ.setdefault("TEST_SECRET_KEY", secrets.token_urlsafe(48))
# The sender of webhooks looks for some all the time.
OF_THE_SENDER = "SELECT webhooks.brand_id, webhooks.id \nFROM"
OF_THE_RELAY = (
    "UPDATE outbox_messages",
    "WITH RECURSIVE waiting",
    "WITH due",
    "SELECT EXISTS (SELECT * \nFROM outbox",
    OF_THE_SENDER,
)
# TEST_COMPILED=on or off: whether compiled plans answer queries. By default as the product does.
COMPILED = {"on": True, "off": False}.get(os.environ.get("TEST_COMPILED", ""), Edge().compiled)
KINDS = {
    "orders": Kind.ORDER,
    "tags": Kind.TAG,
    "buyers": Kind.BUYER,
    "skus": Kind.SKU,
    "catalogs": Kind.CATALOG,
    "brands": Kind.BRAND,
    "delivery_notes": Kind.DELIVERY_NOTE,
    "invoices": Kind.INVOICE,
    "backlog_skus": Kind.BACKLOG_SKU,
    "rejection_reasons": Kind.REJECTION_REASON,
}


def id_of(row: Any) -> str:
    """The API's id of an entity of models/."""
    assert isinstance(row, Base)
    return to_id(KINDS[row.__tablename__], row.id)  # type: ignore[attr-defined]


@dataclass
class Client:
    """`as_(actor)` is the same application with another viewer.

    `both_ways`: queries are executed by compiled plans and by graphql-core, and the answers are compared.
    """

    http: httpx2.AsyncClient
    clock: Clock
    database: Database
    actor: Actor | None = None
    headers: dict[str, str] = field(default_factory=dict)
    both_ways: bool = False

    def as_(self, actor: Actor) -> "Client":
        token = Tokens(SECRET, self.clock).sign(actor, timedelta(hours=1))
        return replace(self, actor=actor, headers={"Authorization": f"Bearer {token}"})

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Records the SQL statements that the application runs, without BEGIN and those of the relay."""
        seen: list[str] = []

        def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("BEGIN", *OF_THE_RELAY)):
                seen.append(statement)

        event.listen(self.database.engine.sync_engine, "before_cursor_execute", see)
        with not_compared():
            yield seen
        event.remove(self.database.engine.sync_engine, "before_cursor_execute", see)

    async def execute(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer, errors included."""
        answer = await self._answer(query, variables)
        if self.both_ways and is_compared(query):
            await self._compare(answer, query, variables)
        return answer

    async def _compare(self, answer: dict[str, Any], query: str, variables: dict[str, Any]) -> None:
        """With the answer of graphql-core. What changes by itself, such as a mail being sent, has three tries."""
        for _ in range(3):
            with by_graphql_core():
                expected = await self._answer(query, variables)
            if without_cost(answer) == without_cost(expected):
                return
            answer = await self._answer(query, variables)
        assert without_cost(answer) == without_cost(expected), query

    async def _answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        response = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=self.headers)
        assert response.status_code == 200, (response.status_code, response.text)
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        answer = await self.execute(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def error(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The only error of an answer."""
        answer = await self.execute(query, **variables)
        assert len(answer.get("errors", [])) == 1, answer
        error: dict[str, Any] = answer["errors"][0]
        return error


@asynccontextmanager
async def serving(
    database_url: str,
    folder: Path,
    clock: Clock,
    *,
    compiled: bool = COMPILED,
    both_ways: bool = False,
    **settings: Any,
) -> AsyncIterator[Client]:
    """The application with its relay on this database. Mails go to `folder`/mail unless `smtp_url` is set.

    A request may take as long as a slow machine needs, unless `edge` says otherwise. Documents are made in this
    process, unless `document_processes` is set.
    """
    settings["edge"] = replace(settings.get("edge", Edge(request_timeout=90)), compiled=compiled)
    settings.setdefault("document_processes", False)
    made = Settings(database_url=database_url, secret_key=SECRET, data_folder=folder, **settings)
    app = create_app(made, clock=clock)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Client(http, clock, app.state.database, both_ways=both_ways)
