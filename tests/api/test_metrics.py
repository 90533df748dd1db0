"""/metrics says what the server does, to whoever has the token, and to nobody who."""

import socket
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exports.relay import relay
from graph.core.ids import Kind, to_id
from graph.telemetry.metrics import REGISTRY
from models.database import chain
from models.database.sessions import Database
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.rejection import RejectOrder, reject_order
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop

TOKEN = "only good for tests: 4711"
REJECT = """mutation ($id: ID!, $notify: Boolean!) { rejectOrder(input: {orderId: $id, notify: $notify}) {
            userErrors { message } } }"""


async def figures(client: Client) -> dict[tuple[str, str], float]:
    """(name, labels' values) → value."""
    response = await client.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200, response.text
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value for each in families for sample in each.samples
    }


async def test_commands_are_counted(database: Database, database_url: str, tmp_path: Path) -> None:
    shop = await make_shop(database)
    first, second = await make_order(database, shop), await make_order(database, shop)
    clock = Clock()
    async with serving(database_url, tmp_path, clock, metrics_token=TOKEN) as server:
        client = server.as_(shop.member())
        before = await figures(client)
        await client.data("{ viewer { name } }")
        for order in (first, first):
            await client.data(REJECT, id=to_id(Kind.ORDER, order.id), notify=False)
        await client.data(
            "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: false}) { rejectedCount } }",
            ids=[to_id(Kind.ORDER, second.id)],
        )
        await client.execute("{ nonsense }")
        after = await figures(client)
        grown = {key: value - before.get(key, 0) for key, value in after.items()}
        assert grown["orders_rejections_total", ""] == 2
        assert grown["orders_refusals_total", "NOT_REJECTABLE"] == 1
        assert grown["orders_requests_total", "query,200"] == 1
        assert grown["orders_requests_total", "mutation,200"] == 3
        assert grown["orders_request_seconds_count", "mutation"] == 3
        assert grown["orders_errors_total", "GRAPHQL_VALIDATION_FAILED"] == 1
        assert grown["orders_sql_statements_total", ""] > 10
        assert after["orders_database_connections_in_use", ""] <= 1, "the relay may be looking"
        bearer = client.headers["Authorization"].removeprefix("Bearer ")
        for secret in (shop.brand.code, shop.brand.name, str(shop.brand.id), first.code, "Mina", TOKEN, bearer):
            assert secret not in str(after)


async def test_a_rejection_that_fails_in_the_end_is_not_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when it is what a brand's history begins with, for which there is a savepoint."""

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(chain, "insert", fail)
    shop = await make_shop(database)
    order = await make_order(database, shop)
    before = REGISTRY.get_sample_value("orders_rejections_total")
    with pytest.raises(ZeroDivisionError):
        await reject_order(Context(database, shop.member(), Clock()), RejectOrder(order.id, Message()))
    assert REGISTRY.get_sample_value("orders_rejections_total") == before


async def test_metrics_have_the_age_of_the_oldest_waiting_mail(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail server takes the connection and says nothing, so that the mail is not tried again meanwhile."""
    monkeypatch.setattr(relay, "STOP_WITHIN_SECONDS", 0.1)
    shop = await make_shop(database)
    order = await make_order(database, shop)
    clock = Clock()
    silent = socket.create_server(("127.0.0.1", 0))
    smtp_url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
    async with serving(
        database_url, tmp_path, clock, metrics_token=TOKEN, smtp_url=smtp_url, mail_from="a@b.example"
    ) as server:
        client = server.as_(shop.member())
        assert (await figures(client))["orders_outbox_pending", ""] == 0
        await client.data(REJECT, id=to_id(Kind.ORDER, order.id), notify=True)
        clock.move(minutes=90)
        found = await figures(client)
        assert found["orders_outbox_pending", ""] == 1
        assert found["orders_outbox_oldest_seconds", ""] == 90 * 60
    silent.close()


async def test_metrics_need_the_token(database_url: str, tmp_path: Path) -> None:
    async with serving(database_url, tmp_path, Clock(), metrics_token=TOKEN) as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            response = await server.http.get("/metrics", headers=headers)
            assert response.status_code == 401
            assert "orders_" not in response.text
    async with serving(database_url, tmp_path, Clock()) as server:
        assert (await server.http.get("/metrics")).status_code == 404
