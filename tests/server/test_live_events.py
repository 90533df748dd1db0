"""subscription { events }: by SSE and by WebSocket, resumed, refused, ended with the viewer's access, drained."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode

from graph.http.streams import Stream
from graph.identity.own_tokens import Tokens
from graph.limits.pace import Pace
from graph.telemetry.logs import JsonLines
from graph.telemetry.metrics import REGISTRY
from models.database.sessions import Database
from models.policy import OrderStatus, Role
from resolvers import events
from resolvers.core.context import Context
from resolvers.tags import create_tag
from tests.support.client import SECRET, Client, id_of
from tests.support.clock import Clock
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop
from tests.support.listening import EVENTS, LiveServer, Refused, listening, live_server, ws
from tests.support.listening import messages as messages_of

REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"
BY = pytest.mark.parametrize("by", ["sse", "ws"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northern Lights")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.http.streams.CHECK_SECONDS", 0.05)
    monkeypatch.setattr("graph.http.streams.HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr("resolvers.live_events.POLL", 0.1)
    monkeypatch.setattr("resolvers.live_events.POLL_BEHIND_NOTIFICATIONS", 0.1)


@pytest.fixture
async def server(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[LiveServer]:
    async with live_server(database_url, tmp_path, clock, max_streams=8) as running:
        yield running


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.01)


async def reject(client: Client, *orders: Any) -> None:
    for order in orders:
        assert (await client.data(REJECT, id=id_of(order)))["rejectOrder"]["userErrors"] == []


async def elsewhere(database: Database, shop: Shop, clock: Clock, code: str) -> None:
    """An event that another process commits, which tells nobody."""
    assert not (await create_tag(Context(database, shop.member(), clock), code, code, None)).refusals


@BY
async def test_everybody_hears_of_what_they_may_know(
    database: Database, server: LiveServer, clock: Clock, shop: Shop, by: str
) -> None:
    orders = [await make_order(database, shop) for _ in range(2)]
    other = await make_buyer(database, shop.brand)
    theirs = await make_order(database, shop, buyer_id=other.id)
    member, buyer = server.client.as_(shop.member()), server.client.as_(shop.buyer_user())
    stranger = server.client.as_((await make_shop(database)).member())
    operator = server.client.as_(OPERATOR)
    async with (
        listening(by, server, member) as brand,
        listening(by, server, member, orderId=id_of(orders[1])) as one,
        listening(by, server, buyer) as own,
        listening(by, server, operator, brandCode=shop.brand.code) as platform,
        listening(by, server, stranger) as nothing,
        listening(by, server, stranger, orderId=id_of(orders[0])) as foreign,
        listening(by, server, member, kinds=["TAG_CREATED"]) as tags,
    ):
        await reject(member, orders[0], theirs, orders[1])
        await elsewhere(database, shop, clock, "late")
        for heard in (brand, platform):
            await heard.until(lambda it: len(it.events) == 4)
            assert heard.sequences == [1, 2, 3, 4]
        await one.until(lambda it: it.events)
        await tags.until(lambda it: it.events)
        await own.until(lambda it: len(it.events) == 2)
        assert (one.sequences, tags.sequences, own.sequences) == ([3], [4], [1, 2])
        assert own.events[0] == {
            "sequence": 1,
            "kind": "ORDER_REJECTED",
            "actor": "Northern Lights",
            "summary": "Order declined",
            "order": {"code": orders[0].code, "status": OrderStatus.REJECTED_BY_BRAND.value},
        }
        assert nothing.results == foreign.results == []


@BY
async def test_a_listener_resumes_without_a_gap(
    database: Database, server: LiveServer, clock: Clock, shop: Shop, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the database, page by page, and then from memory."""
    monkeypatch.setattr("resolvers.live_events.MAX_PAGE_SIZE", 2)
    monkeypatch.setattr("resolvers.live_events.AT_ONCE", 2)
    member = server.client.as_(shop.member())
    for number in range(5):
        await elsewhere(database, shop, clock, f"a-{number}")
    async with listening(by, server, member, after=1) as heard:
        for number in range(5):
            await elsewhere(database, shop, clock, f"b-{number}")
        await heard.until(lambda it: len(it.events) == 9)
        async with listening(by, server, member, after=7) as later:
            await later.until(lambda it: len(it.events) == 3)
        assert (heard.sequences, later.sequences) == (list(range(2, 11)), [8, 9, 10])


async def test_a_pong_says_that_the_subscription_has_begun(
    database: Database, server: LiveServer, clock: Clock, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `after`: what is committed after the pong is heard."""
    begins = asyncio.Event()
    feed_of = events.feed_of

    async def slow_feed_of(context: Context, brand_code: str | None) -> events.Feed:
        await begins.wait()
        return await feed_of(context, brand_code)

    monkeypatch.setattr("resolvers.events.feed_of", slow_feed_of)
    async with ws(server.url, server.client.as_(shop.member()).headers) as connection:
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}))
        await connection.send('{"type": "ping"}')
        answer = asyncio.create_task(connection.recv())
        await elsewhere(database, shop, clock, "before")
        assert not answer.done()
        begins.set()
        assert json.loads(await answer) == {"type": "pong"}
        await elsewhere(database, shop, clock, "after")
        assert json.loads(await connection.recv())["payload"]["data"]["events"]["sequence"] == 2


@BY
@pytest.mark.parametrize(
    ("variables", "query", "code"),
    [
        ({"after": 9}, EVENTS, "BAD_USER_INPUT"),
        ({"after": -1}, EVENTS, "BAD_USER_INPUT"),
        ({"kinds": ["NONE"]}, EVENTS, "BAD_USER_INPUT"),
        ({"brandCode": "x"}, EVENTS, "BAD_USER_INPUT"),
        ({}, "subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ({}, "subscription { events { sequence } viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ({}, "subscription {", "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    server: LiveServer, shop: Shop, by: str, variables: dict[str, Any], query: str, code: str
) -> None:
    async with listening(by, server, server.client.as_(shop.member()), query, **variables) as heard:
        await heard.until(lambda it: it.is_complete)
        assert heard.errors[:1] == [code]


async def test_a_stream_is_needed_for_a_subscription(server: LiveServer, shop: Shop) -> None:
    error = await server.client.as_(shop.member()).error(EVENTS)
    assert error["message"].startswith("A subscription is answered by a stream")
    assert error["extensions"]["code"] == "BAD_REQUEST"


async def test_sse_answers_queries_and_mutations_too(database: Database, server: LiveServer, shop: Shop) -> None:
    order, member = await make_order(database, shop), server.client.as_(shop.member())
    async with listening("sse", server, member, REJECT, id=id_of(order)) as heard:
        await heard.until(lambda it: it.is_complete)
        assert heard.results[0]["data"] == {"rejectOrder": {"userErrors": []}}


async def test_a_websocket_takes_subscriptions_only(database: Database, server: LiveServer, shop: Shop) -> None:
    order, member = await make_order(database, shop), server.client.as_(shop.member())
    async with listening("ws", server, member, REJECT, id=id_of(order)) as heard:
        await heard.until(lambda it: it.is_complete)
        assert heard.errors == ["BAD_REQUEST"]
    assert (await member.data("{ orders(first: 1) { nodes { isRejected } } }"))["orders"]["nodes"] == [
        {"isRejected": False}
    ]


@BY
async def test_a_viewer_has_five_streams_and_the_server_a_bound(server: LiveServer, shop: Shop, by: str) -> None:
    member, other = server.client.as_(shop.member()), server.client.as_(shop.member(id="mem-2"))
    code = "TOO_MANY_STREAMS"
    opened: list[Any] = [listening("sse", server, member) for _ in range(5)]
    for each in opened:
        await each.__aenter__()
    try:
        assert await refusal(by, server, member) == code
        # Queries are not affected, nor are other viewers, until the server is full.
        assert (await member.data("{ viewer { name } }"))["viewer"]["name"] == "Mina Sato"
        for _ in range(3):
            opened.append(listening("sse", server, other))
            await opened[-1].__aenter__()
        assert await refusal(by, server, other) == "UNAVAILABLE"
    finally:
        for each in opened:
            await each.__aexit__(None, None, None)


async def refusal(by: str, server: LiveServer, who: Client) -> str:
    try:
        async with listening(by, server, who) as heard:
            await heard.until(lambda it: it.is_complete)
            return heard.errors[0]
    except Refused as refused:
        code: str = refused.answer["errors"][0]["extensions"]["code"]
        return code if refused.status == {"UNAVAILABLE": 503, "TOO_MANY_STREAMS": 429}[code] else str(refused)


@BY
async def test_it_ends_with_the_token(server: LiveServer, clock: Clock, shop: Shop, by: str) -> None:
    async with listening(by, server, server.client.as_(shop.member())) as heard:
        clock.move(hours=2)
        await ended(by, heard)


@BY
async def test_it_ends_with_the_sign_out(server: LiveServer, clock: Clock, shop: Shop, by: str) -> None:
    admin = server.client.as_(shop.member(Role.ADMIN, id="boss"))
    async with listening(by, server, server.client.as_(shop.member())) as heard, listening(by, server, admin) as other:
        clock.move(seconds=1)
        sign_out = 'mutation { signOutUser(input: {actorId: "mem-1"}) { userErrors { code } } }'
        assert (await admin.data(sign_out))["signOutUser"]["userErrors"] == []
        await ended(by, heard)
        assert not other.is_complete


@BY
async def test_it_ends_with_the_key(server: LiveServer, clock: Clock, shop: Shop, by: str) -> None:
    admin = server.client.as_(shop.member(Role.ADMIN))
    create = """mutation { createApiKey(input: {name: "ERP", scopes: [ORDERS_READ]}) { secret apiKey { id } } }"""
    made = (await admin.data(create))["createApiKey"]
    partner = Client(server.client.http, clock, server.client.database, headers={"X-Merchant-API-Key": made["secret"]})
    async with listening(by, server, partner) as heard:
        revoke = "mutation ($id: ID!) { revokeApiKey(input: {apiKeyId: $id}) { userErrors { code } } }"
        await admin.data(revoke, id=made["apiKey"]["id"])
        clock.move(seconds=31)
        await ended(by, heard)


async def ended(by: str, heard: Any) -> None:
    if by == "ws":
        await heard.until(lambda it: it.code)
        assert heard.code == 4403
    else:
        await heard.until(lambda it: it.is_complete)
        assert heard.errors == ["UNAUTHENTICATED"]


@BY
async def test_a_stopping_server_sends_its_listeners_away(server: LiveServer, shop: Shop, by: str) -> None:
    member = server.client.as_(shop.member())
    async with listening(by, server, member) as heard:
        server.stop()
        if by == "ws":
            await heard.until(lambda it: it.code)
            assert heard.code == 1012
        assert await refusal("sse", server, member) == "UNAVAILABLE"
        assert not heard.is_complete  # so the client connects again


async def test_heartbeats(server: LiveServer, shop: Shop) -> None:
    async with listening("sse", server, server.client.as_(shop.member())) as heard:
        await heard.until(lambda it: it.comments >= 2)


async def test_a_heartbeat_may_come_first(server: LiveServer, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the event loop stood still until one was due."""
    parts = Stream.parts

    async def late(self: Stream, results: Any) -> AsyncIterator[Any]:
        async with aclosing(parts(self, results)) as those:
            first = asyncio.ensure_future(anext(those))
            await self.has_started.wait()
            yield None
            yield await first
            async for each in those:
                yield each

    monkeypatch.setattr(Stream, "parts", late)
    async with listening("sse", server, server.client.as_(shop.member())) as heard:
        await heard.until(lambda it: it.comments >= 2)


async def test_streams_have_no_time_limit_and_no_place_among_requests(
    database_url: str, tmp_path: Path, clock: Clock, shop: Shop
) -> None:
    async with live_server(database_url, tmp_path, clock, request_timeout=2) as server:
        viewers = [server.client.as_(shop.member(id=f"m-{number}")) for number in range(7)]
        opened: list[Any] = [listening("sse", server, viewer) for viewer in viewers]
        heard = [await each.__aenter__() for each in opened]
        await heard[0].until(lambda it: it.comments >= 11)  # one each 0.2 s
        assert (await viewers[0].data("{ viewer { name } }"))["viewer"]
        assert not any(each.is_complete for each in heard)
        for each in opened:
            await each.__aexit__(None, None, None)


async def test_the_place_of_a_listener_who_left_is_free(server: LiveServer, shop: Shop) -> None:
    member = server.client.as_(shop.member())
    for by in ("sse", "ws") * 6:
        async with listening(by, server, member) as heard:
            assert heard.is_open


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["{"], 4400),
        ([b"{}"], 4400),
        (["[]"], 4400),
        (["{}"], 4400),
        (['{"type": "nothing"}'], 4400),
        (['{"type": "subscribe", "id": "1", "payload": {"query": "subscription { events { sequence } }"}}'], 4401),
        (['{"type": "connection_init", "payload": []}'], 4400),
        (['{"type": "connection_init"}'], 4403),
        (['{"type": "connection_init", "payload": {"Authorization": "Bearer nonsense"}}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": 7}}'], 4400),
        (["INIT", "INIT"], 4429),
        (["INIT", '{"type": "subscribe", "id": "1"}'], 4400),
        (["INIT", '{"type": "subscribe", "payload": {"query": "{"}}'], 4400),
        (["INIT", "SUBSCRIBE", "SUBSCRIBE"], 4409),
    ],
)
async def test_the_protocol_of_websockets(
    server: LiveServer, clock: Clock, shop: Shop, messages: list[str | bytes], code: int
) -> None:
    token = Tokens(SECRET, clock).sign(shop.member(), timedelta(hours=1))
    named = {
        "INIT": {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}},
        "SUBSCRIBE": {"type": "subscribe", "id": "1", "payload": {"query": EVENTS}},
    }
    async with ws(server.url) as connection:
        for message in messages:
            with suppress(ConnectionClosed):
                await connection.send(json.dumps(named[message]) if message in named else message)
        async for _ in messages_of(connection):
            pass
        assert connection.close_code == code


async def test_a_websocket_may_send_the_header_instead(server: LiveServer, shop: Shop) -> None:
    headers = server.client.as_(shop.member()).headers
    async with ws(server.url, {}, additional_headers=headers) as connection:
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        await connection.send('{"type": "ping"}')
        assert json.loads(await connection.recv()) == {"type": "pong"}


async def test_a_page_of_another_site_cannot_connect(server: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as error:
        async with ws(server.url, origin="https://evil.example"):
            pass
    assert error.value.response.status_code == 403


async def test_who_says_nothing_is_sent_away(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.http.graphql_ws.MAX_INIT_SECONDS", 0.05)
    async with ws(server.url) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4408


async def test_large_messages_are_charged_before_they_are_parsed(
    database_url: str, tmp_path: Path, clock: Clock, shop: Shop
) -> None:
    async with live_server(database_url, tmp_path, clock, rate_limit=1_000) as server:
        member = server.client.as_(shop.member())
        large = json.dumps({"type": "ping", "payload": {"a": "x" * 700_000}})
        async with ws(server.url) as connection:
            await connection.send(large)
            assert [each async for each in messages_of(connection)] == []
            assert (connection.close_code, connection.close_reason) == (
                4400,
                "Send at most 20,000 bytes before connection_ack.",
            )
        async with ws(server.url, member.headers) as connection:
            for _ in range(3):
                with suppress(ConnectionClosed):
                    await connection.send(large)
            answers = [each["type"] async for each in messages_of(connection)]
            assert answers == ["connection_ack", "pong"]
            assert connection.close_code == 1013
            assert connection.close_reason
            assert connection.close_reason.startswith("Rate limit exceeded.")


async def test_operations_that_are_refused_wait_for_their_turn(
    server: LiveServer, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    async def turn(_: Pace, viewer: Any, __: Any) -> None:
        waited.append(viewer)

    monkeypatch.setattr(Pace, "turn", turn)
    member = server.client.as_(shop.member())
    with suppress(Refused):
        async with listening("ws", server, member, "subscription { nothing }") as refused:
            await refused.until(lambda it: it.is_complete)
    assert waited == [f"{shop.member().identity} {shop.brand.id}"]


async def test_each_event_costs_what_the_document_costs(
    database_url: str, tmp_path: Path, clock: Clock, database: Database, shop: Shop
) -> None:
    """An allowance that is used up delays the events; none is lost."""
    async with live_server(database_url, tmp_path, clock, rate_limit=10_000) as server:
        for number in range(3):
            await elsewhere(database, shop, clock, f"a-{number}")
        query = "subscription { events(after: 0) { order { lines(first: 100) { nodes { sku { name } } } } sequence } }"
        member = server.client.as_(shop.member())
        async with listening("sse", server, member, query) as heard:
            await heard.until(lambda it: len(it.events) == 3)
        quota = await member.execute("{ viewer { name } }")
        assert quota["extensions"]["cost"]["remaining"] < 10_000 - 3 * 100


@BY
async def test_the_log_names_operation_viewer_client_and_duration(
    database: Database, server: LiveServer, clock: Clock, shop: Shop, by: str, caplog: pytest.LogCaptureFixture
) -> None:
    member, query = server.client.as_(shop.member()), EVENTS.replace("subscription", "subscription Listen")
    with caplog.at_level(logging.INFO, logger="orders.http"):
        async with listening(by, server, member, query) as heard:
            await elsewhere(database, shop, clock, "one")
            await heard.until(lambda it: it.events)
        with suppress(Refused):
            async with listening(by, server, member, query, after=9) as refused:
                await refused.until(lambda it: it.is_complete)
        await until(lambda: len(logged(caplog)) == {"sse": 2, "ws": 4}[by])
    lines = logged(caplog)
    about = {"client": "127.0.0.1", "actor": "mem-1", "role": "write", "brand": str(shop.brand.id)}
    assert [{name: line[name] for name in about} for line in lines] == [about] * len(lines)
    assert all(line["ms"] > 0 for line in lines)
    if by == "sse":
        assert [(line["message"], line["kind"], line["operation"]) for line in lines] == [
            ("POST /graphql", "subscription", "Listen")
        ] * 2
        return
    operations = [line for line in lines if line["message"] == "SUBSCRIBE /graphql"]
    assert [(line["kind"], line["operation"], line["events"], line.get("code")) for line in operations] == [
        ("subscription", "Listen", 1, None),
        ("subscription", "Listen", 0, "BAD_USER_INPUT"),
    ]
    connections = [line for line in lines if line["message"] == "WEBSOCKET /graphql"]
    # The code of the client: its task was cancelled.
    assert [(line["kind"], line["status"]) for line in connections] == [("websocket", CloseCode.INTERNAL_ERROR)] * 2


async def test_the_log_has_a_websocket_that_was_refused(server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="orders.http"):
        with pytest.raises(InvalidStatus):
            async with ws(server.url, origin="https://evil.example"):
                pass
        async with ws(server.url, {"Authorization": "Bearer a secret"}) as connection:
            async for _ in messages_of(connection):
                pass
        await until(lambda: len(logged(caplog)) == 2)
    assert [(line["status"], line["client"], line.get("actor")) for line in logged(caplog)] == [
        (403, "127.0.0.1", None),
        (4403, "127.0.0.1", None),
    ]
    assert "a secret" not in caplog.text


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "orders.http"]


async def test_metrics_count_streams(database_url: str, tmp_path: Path, server: LiveServer, shop: Shop) -> None:
    async with listening("sse", server, server.client.as_(shop.member())):
        assert streams() == 1
    await until(lambda: streams() == 0)


@BY
async def test_a_slow_reader_is_cut_and_holds_up_nobody(
    database_url: str,
    tmp_path: Path,
    database: Database,
    clock: Clock,
    shop: Shop,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graph.http.server.MAX_READ_SECONDS", 0.3)
    monkeypatch.setattr("graph.http.graphql_ws.MAX_SEND_SECONDS", 0.3)
    async with live_server(database_url, tmp_path, clock, send_buffer=4_096) as server:
        member = server.client.as_(shop.member())
        async with SLOW[by](server, member), listening("sse", server, member) as heard:
            await until(lambda: streams() == 2)
            number = 0
            while streams() == 2:
                await elsewhere(database, shop, clock, f"{number:03}-{'x' * 60}")
                number += 1
            await heard.until(lambda it: len(it.events) == number)
            assert heard.sequences == list(range(1, number + 1))
        async with listening(by, server, member, after=1) as resumed:
            await resumed.until(lambda it: len(it.events) == number - 1)


LONG = EVENTS.replace("summary", " ".join(f"s{n}: summary" for n in range(45)))


@asynccontextmanager
async def slow_by_sse(server: LiveServer, who: Client) -> AsyncIterator[None]:
    body = json.dumps({"query": LONG})
    head = (
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
        f"Authorization: {who.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with small_socket(server) as slow:
        slow.sendall((head + body).encode())
        yield


@asynccontextmanager
async def slow_by_ws(server: LiveServer, who: Client) -> AsyncIterator[None]:
    with small_socket(server) as slow:
        slow.setblocking(False)
        async with ws(server.url, who.headers, sock=slow, max_queue=1) as connection:
            await connection.recv()
            await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LONG}}))
            yield


SLOW = {"sse": slow_by_sse, "ws": slow_by_ws}


def small_socket(server: LiveServer) -> socket.socket:
    """A connection for which the kernel keeps little."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    slow.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
    return slow


def streams() -> float:
    """Those that are open in this process."""
    return REGISTRY.get_sample_value("orders_streams") or 0
