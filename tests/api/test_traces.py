"""Spans for requests, statements and mails; skipped where OpenTelemetry, an extra, is not installed."""

import asyncio
from pathlib import Path

import pytest

from graph.core.ids import Kind, to_id
from models.database.sessions import Database
from tests.support.client import serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop

trace = pytest.importorskip("opentelemetry.trace")
QUERY = "query Look($id: ID!) { order(id: $id) { code } }"
REJECT = "mutation Decline($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { userErrors { code } } }"


async def test_a_request_its_statements_and_its_mail_have_spans(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
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
    assert [span.name for span in inside if span.name != "BEGIN"] == ["SELECT"]
    assert str(order.id) not in str([span.attributes for span in inside])
    assert [span.parent for span in spans if span.name == "mail"] == [None]
