"""A client that asks again as soon as it is refused: its refusals are few, cost little, and free what they held."""

import asyncio
import json
import logging
import tracemalloc
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.http import admission
from graph.http.admission import AdmissionControl
from graph.http.graphql_over_http import GraphQLOverHTTP
from graph.http.paced import BURST, IS_PAUSED, MAX_PAUSE_SECONDS, MAX_PER_SECOND, Paced, new_pace
from graph.limits.fairness import FairLimit, Overloaded, Party
from graph.limits.pace import Pace
from graph.settings.edge import Edge
from graph.telemetry.logs import JsonLines
from models.api_key import new_secret
from models.database.sessions import Database
from resolvers.core.context import MAX_SESSIONS
from tests.api.test_fairness import by_key, make_key, settle
from tests.support.client import Client, serving
from tests.support.clock import Clock
from tests.support.factories import make_order, make_shop


class Time:
    """The event loop's time, which passes only when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._now = loop.time()
        monkeypatch.setattr(loop, "time", lambda: self._now)

    async def passes(self, seconds: float) -> None:
        until = self._now + seconds
        while self._now < until:
            self._now = min(until, self._now + 0.05)
            await settle()


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


async def never() -> None:
    await asyncio.Event().wait()


# The pace


async def test_the_turns_of_a_key_are_spaced_and_those_of_another_are_not(time: Time) -> None:
    pace = Pace(20, 5, 5)
    had: Counter[str] = Counter()

    async def turn(key: str) -> None:
        await pace.turn(key, never)
        had[key] += 1

    tasks = [asyncio.create_task(turn("greedy")) for _ in range(50)]
    await settle()
    assert (had["greedy"], pace.waiting) == (5, 45)
    await turn("quiet")
    await time.passes(1)
    assert had["greedy"] == 25
    await time.passes(1.25)
    assert (had["greedy"], pace.waiting) == (50, 0)
    await asyncio.gather(*tasks)


async def test_no_turn_waits_longer_than_the_longest_wait_and_they_do_not_come_all_at_once(time: Time) -> None:
    pace = Pace(20, 1, 5)
    tasks = [asyncio.create_task(pace.turn("greedy", never)) for _ in range(400)]
    left: list[int] = []
    for _ in range(10):
        await time.passes(0.5)
        left.append(pace.waiting)
    await time.passes(0.1)
    assert all(each.done() for each in tasks)
    assert max(before - after for before, after in zip([400, *left], left, strict=False)) < 150


async def test_what_waits_for_a_turn_ends_with_its_client_and_with_the_server(time: Time) -> None:
    pace = Pace(1, 1, 5)
    gone = asyncio.Event()

    async def until_gone() -> None:
        await gone.wait()

    tasks = [asyncio.create_task(pace.turn("greedy", each)) for each in (never, until_gone, never, never)]
    await settle()
    assert pace.waiting == 3
    gone.set()
    tasks[2].cancel()
    await settle()
    assert pace.waiting == 1
    pace.end()
    await settle()
    assert pace.waiting == 0
    await pace.turn("greedy", never)
    await asyncio.gather(*tasks, return_exceptions=True)


# Admission


class Flood:
    """Clients of one viewer that ask again as soon as they are answered, of an application that never answers it."""

    def __init__(self) -> None:
        self.pace = new_pace()
        self.identified: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.gone = asyncio.Event()
        self._stop: list[asyncio.Task[None]] = []
        self._app: ASGIApp = Paced(AdmissionControl(self._answer, identify=self._identify), self.pace)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _who(scope) == "greedy":
            await never()
        await PlainTextResponse("done")(scope, receive, send)

    async def _identify(self, scope: Scope, _: int) -> Party | Response:
        self.identified[_who(scope)] += 1
        return Party("brand", _who(scope))

    async def ask(self, who: str, body: bytes = b"{}") -> int:
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        statuses: list[int] = []

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            statuses.extend(message[name] for name in ("status",) if name in message)

        await self._app(_scope(who), receive, send)
        return statuses[0]

    async def _again_and_again(self, who: str, body: bytes) -> None:
        while True:
            self.statuses[await self.ask(who, body)] += 1

    async def begins(self, connections: int, body: bytes = b"{}") -> None:
        self._stop = [asyncio.create_task(self._again_and_again("greedy", body)) for _ in range(connections)]
        await settle()

    async def ends(self) -> None:
        for each in self._stop:
            each.cancel()
        await asyncio.gather(*self._stop, return_exceptions=True)


def _who(scope: Scope) -> str:
    return str(scope["headers"][0][1].decode())


def _scope(who: str) -> Scope:
    return {
        "type": "http",
        "method": "POST",
        "headers": [(b"authorization", who.encode())],
        "client": ("192.0.2.1", 1),
        "state": {},
    }


SECONDS = 4
COSTLY = "{ orders(first: 100) { nodes { code } } }"
IN_PLACES = admission.MAX_PER_VIEWER + admission.MAX_QUEUED_PER_VIEWER


async def test_a_viewer_over_its_share_is_refused_only_so_often_and_not_identified_again(time: Time) -> None:
    flood = Flood()
    await flood.begins(44)
    for _ in range(SECONDS):
        assert await flood.ask("quiet") == 200
        await time.passes(1)
    refused = flood.statuses[503]
    assert BURST + MAX_PER_SECOND * (SECONDS - 1) <= refused <= BURST + MAX_PER_SECOND * SECONDS
    assert flood.identified == {"greedy": IN_PLACES + 1, "quiet": SECONDS}
    assert flood.pace.waiting == 44 - IN_PLACES
    await flood.ends()
    assert flood.pace.waiting == 0


async def test_a_refusal_that_waits_holds_no_body_and_ends_with_its_client(time: Time) -> None:
    flood = Flood()
    await flood.begins(IN_PLACES)
    body = b"x" * 900_000
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    asked = [asyncio.create_task(flood.ask("greedy", body)) for _ in range(BURST + 20)]
    await settle()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert flood.pace.waiting == 20
    assert held < 2 * len(body)
    flood.gone.set()
    assert set(await asyncio.gather(*asked)) == {503}, "for the log"
    assert flood.pace.waiting == 0
    await flood.ends()


async def test_a_viewer_is_admitted_again_when_its_queue_has_room() -> None:
    limit = FairLimit(1, 1, 60)
    go = asyncio.Event()
    identified = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await go.wait()
        await PlainTextResponse("done")(scope, receive, send)

    async def identify(_: Scope, __: int) -> Party | Response:
        nonlocal identified
        identified += 1
        return Party("brand", "viewer")

    control = AdmissionControl(app, limit, identify)
    waiting = [asyncio.create_task(_status(control)) for _ in range(2)]
    await settle()
    assert [await _status(control) for _ in range(3)] == [503] * 3
    assert identified == 3
    go.set()
    assert await asyncio.gather(*waiting) == [200, 200]
    assert await _status(control) == 200
    assert identified == 4


async def _status(app: ASGIApp, status: int = 0) -> int:
    messages = [{"type": "http.request", "body": b"{}", "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(_scope("viewer"), receive, send)
    return status


@pytest.mark.parametrize(("status", "is_paused"), [(200, False), (400, False), (401, False), (429, True), (503, True)])
async def test_only_refusals_for_now_wait_and_their_connections_can_be_closed(
    time: Time, status: int, is_paused: bool
) -> None:
    pace = new_pace()
    app = Paced(PlainTextResponse("x", status), pace)
    scope = _scope("viewer")
    for _ in range(BURST):
        assert await _status(app) == status
    asked = asyncio.create_task(app(scope, never, _ignored))  # type: ignore[arg-type]
    await settle()
    assert (asked.done(), bool(scope["state"].get(IS_PAUSED))) == (not is_paused, is_paused)
    await time.passes(MAX_PAUSE_SECONDS)
    assert asked.done()
    assert not scope["state"].get(IS_PAUSED)


async def _ignored(_: Message) -> None:
    pass


async def test_a_refusal_does_not_wait_while_its_body_arrives() -> None:
    """The connection would hold what has come of it."""
    pace = new_pace()
    app = Paced(PlainTextResponse("x", 503), pace)

    async def arriving() -> Message:
        return {"type": "http.request", "body": b"x", "more_body": True}

    for _ in range(BURST + 5):
        await app(_scope("viewer"), arriving, _ignored)
    assert pace.waiting == 0


async def test_the_refusal_of_a_crowding_credential_costs_no_statement_and_the_log_names_its_viewer(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop = await make_shop(database)
    secret = new_secret()
    await make_key(database, shop, secret)
    go = asyncio.Event()
    parsed = 0
    answer = GraphQLOverHTTP.answer

    async def slow(self: Any, *arguments: Any) -> Response:
        nonlocal parsed
        parsed += 1
        await go.wait()
        return await answer(self, *arguments)

    monkeypatch.setattr(GraphQLOverHTTP, "answer", slow)
    asked = {asyncio.create_task(by_key(api, secret)) for _ in range(IN_PLACES + 1)}
    done, admitted = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert [each.result().status_code for each in done] == [503], "all others are in their places"
    with api.statements() as statements, caplog.at_level(logging.INFO, logger="orders.http"):
        refused = [await by_key(api, secret) for _ in range(5)]
    assert {each.status_code for each in refused} == {503}
    assert {each.headers["Retry-After"] for each in refused} == {"1"}
    assert (statements, parsed) == ([], admission.MAX_PER_VIEWER)
    lines = [json.loads(JsonLines().format(each)) for each in caplog.records if each.name == "orders.http"]
    assert [each["brand"] for each in lines] == [str(shop.brand.id)] * 5
    go.set()
    assert {each.status_code for each in await asyncio.gather(*admitted)} == {200}


async def test_refusals_are_paced_by_viewer_and_those_of_unknown_ones_by_address(
    database_url: str, database: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await make_shop(database)
    viewer = shop.member()
    keys: list[object] = []

    async def turn(_: Pace, key: object, __: Any) -> None:
        keys.append(key)

    monkeypatch.setattr(Pace, "turn", turn)
    monkeypatch.setattr("graph.identity.authenticate.MAX_FAILED_SIGN_INS", 1)
    async with serving(database_url, tmp_path, clock, edge=Edge(rate_limit=10, request_timeout=90)) as api:
        body = {"query": "{ viewer { name } }", "variables": {"a": "x" * 900_000}}
        before_it_is_parsed = await api.http.post("/graphql", json=body, headers=api.as_(viewer).headers)
        by_its_cost = await api.http.post("/graphql", json={"query": COSTLY}, headers=api.as_(viewer).headers)
        made_up = {"Authorization": "Bearer x.y.z"}
        unknown = [await api.http.post("/graphql", json={}, headers=made_up) for _ in range(2)]
    statuses = [each.status_code for each in (before_it_is_parsed, by_its_cost, *unknown)]
    assert statuses == [429, 429, 401, 429]
    party = Party(str(shop.brand.id), viewer.identity)
    assert keys == [party, party, "127.0.0.1"]


# Turns of the event loop


class Turns:
    """Counts what happens between two turns of the event loop."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._task = asyncio.create_task(self._count())

    def happened(self) -> None:
        self._now += 1
        self.most = max(self.most, self._now)

    async def _count(self) -> None:
        while True:
            self._now = 0
            await asyncio.sleep(0)


async def test_requests_that_wait_for_nothing_do_not_run_all_in_one_turn() -> None:
    turns = Turns()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        turns.happened()
        await PlainTextResponse("done")(scope, receive, send)

    async def identify(_: Scope, __: int) -> Party | Response:
        return Party("brand", "greedy")

    control = AdmissionControl(app, identify=identify)
    statuses = await asyncio.gather(*(_status(control) for _ in range(15)))
    assert set(statuses) == {200}
    assert turns.most <= admission.MAX_PER_VIEWER


async def test_all_requests_of_a_viewer_together_read_with_few_sessions(api: Client, database: Database) -> None:
    shop = await make_shop(database)
    await make_order(database, shop)
    client, other = api.as_(shop.member()), api.as_(shop.member(id="mem-2"))
    pool = api.database.engine.sync_engine.pool
    in_use = most = 0

    def out(*_: Any) -> None:
        nonlocal in_use, most
        in_use += 1
        most = max(most, in_use)

    def back(*_: Any) -> None:
        nonlocal in_use
        in_use -= 1

    many = "{" + " ".join(f"a{n}: orders(first: 1) {{ totalCount nodes {{ code }} }}" for n in range(10)) + "}"
    await asyncio.gather(client.data(many), other.data(many))
    event.listen(pool, "checkout", out)
    event.listen(pool, "checkin", back)
    try:
        await asyncio.gather(*(client.data(many) for _ in range(admission.MAX_PER_VIEWER)))
    finally:
        event.remove(pool, "checkout", out)
        event.remove(pool, "checkin", back)
    assert 1 <= most <= MAX_SESSIONS + 1, "one may be the relay's"


# What is cancelled


async def test_a_slot_that_is_freed_in_the_instant_in_which_a_waiter_is_cancelled_goes_to_the_next() -> None:
    limit = FairLimit(1, 5, 60)
    go = asyncio.Event()
    begun: list[str] = []

    async def work(name: str) -> None:
        async with limit.slot(Party(viewer=name)):
            begun.append(name)
            await go.wait()

    tasks = [asyncio.create_task(work(name)) for name in "abc"]
    await settle()
    tasks[0].cancel()
    tasks[1].cancel()  # it has not noticed when the slot is freed
    await settle()
    assert begun == ["a", "c"]
    go.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError, asyncio.CancelledError, type(None)]
    async with limit.slot():
        pass


async def test_room_is_made_at_the_expense_of_a_waiter_that_is_cancelled_in_that_instant() -> None:
    limit = FairLimit(1, 2, 60)

    async def work(name: str) -> None:
        async with limit.slot(Party("b", name)):
            await never()

    tasks = [asyncio.create_task(work(name)) for name in "agg"]
    await settle()
    newcomer = asyncio.create_task(work("q"))
    tasks[2].cancel()  # it has not noticed when the newcomer looks for room
    await settle()
    assert (limit.queued, newcomer.done(), tasks[2].cancelled()) == (2, False, True)
    for each in (*tasks, newcomer):
        each.cancel()
    await asyncio.gather(*tasks, newcomer, return_exceptions=True)


def test_a_limit_says_beforehand_whom_it_refuses() -> None:
    async def asked() -> None:
        limit = FairLimit(1, 2, 60)
        one, other = Party("b", "1"), Party("b", "2")
        assert not limit.refuses(one)
        holding: list[Awaitable[None]] = [asyncio.ensure_future(_hold(limit, one)) for _ in range(3)]
        await settle()
        assert (limit.refuses(one), limit.refuses(other)) == (True, False)
        with pytest.raises(Overloaded):
            await _hold(limit, one)
        for each in holding:
            each.cancel()  # type: ignore[attr-defined]
        await asyncio.gather(*holding, return_exceptions=True)

    asyncio.run(asked())


async def _hold(limit: FairLimit, party: Party) -> None:
    async with limit.slot(party):
        await never()
