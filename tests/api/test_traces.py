"""Spans for requests, statements and mails; skipped where OpenTelemetry, an extra, is not installed."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, cast, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from graph.core.ids import Kind, to_id
from models.database.sessions import Database
from models.scope import EVERYTHING
from models.tag import Tag
from tests.support.client import serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop, save

trace = pytest.importorskip("opentelemetry.trace")
pytest.importorskip("opentelemetry.instrumentation.asgi")
QUERY = "query Look($id: ID!) { order(id: $id) { code } }"
REJECT = "mutation Decline($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"


@pytest.fixture
def exporter() -> Any:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


async def test_a_request_its_statements_and_its_mail_have_spans(
    database: Database, database_url: str, tmp_path: Path, exporter: Any
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with serving(database_url, tmp_path, Clock(), traces=True) as server:
        client = server.as_(shop.member())
        client.headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        id = to_id(Kind.ORDER, order.id)
        await client.data(QUERY, id=id)
        await client.data(REJECT, id=id)
        for _ in range(3_000):
            if any(span.name == "mail" for span in exporter.get_finished_spans()):
                break
            await asyncio.sleep(0.02)
    spans = exporter.get_finished_spans()
    requests = {span.name: span for span in spans if span.name in ("query Look", "mutation Decline")}
    assert len(requests) == 2
    look = requests["query Look"]
    assert f"{look.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert look.attributes
    assert look.attributes["http.response.status_code"] == 200
    inside = [span for span in spans if span.parent and span.parent.span_id == look.context.span_id]
    # The name is the operation; on SQLite, the database follows.
    assert [span.name.split()[0] for span in inside if not span.name.startswith("BEGIN")] == ["SELECT"]
    assert "SELECT" in [span.attributes["db.query.text"].split()[0] for span in inside]
    assert str(order.id) not in str([span.attributes for span in inside])
    assert [span.parent for span in spans if span.name == "mail"] == [None]


async def test_spans_hold_no_secrets_and_no_personal_data(
    database: Database, database_url: str, tmp_path: Path, exporter: Any
) -> None:
    shop = await make_shop(database)
    secret = "Geheimnis-4711"
    async with serving(database_url, tmp_path, Clock(), traces=True) as server:
        client = server.as_(shop.member())
        headers = client.headers | {"X-Secret": secret, "User-Agent": secret}
        await client.http.get(f"/downloads/{secret}", headers=headers)
        query = f'{{ orderByCode(code: "{secret}") {{ id }} }}'
        await client.http.get("/graphql", params={"query": query}, headers=headers)
        await client.http.get(f"/{secret}", headers=headers)
        with pytest.raises(IntegrityError):
            await save(server.database, *(Tag(brand_id=shop.brand.id, code=secret, name="Tag") for _ in range(2)))
        # PostgreSQL quotes this value in its error; SQLite takes it for 0.
        with suppress(DBAPIError):
            async with server.database.read(EVERYTHING) as session:
                await session.execute(select(cast(secret, Integer)))
    spans = exporter.get_finished_spans()
    assert {"download", "query", "other"} <= {span.name for span in spans}
    failed = [span for span in spans if span.status.status_code is trace.StatusCode.ERROR]
    assert failed
    told = str([(span.name, span.attributes, span.status.description, span.events) for span in spans])
    assert secret not in told
    assert {name for span in spans if span.kind is trace.SpanKind.SERVER for name in span.attributes} == {
        "http.request.method",
        "http.response.status_code",
        "network.protocol.version",
        "server.address",
        "server.port",
        "url.scheme",
    }
