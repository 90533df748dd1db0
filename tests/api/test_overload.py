"""More requests than the server can do, and bodies that do not come: bounded, told, and over when they are over."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from graph.core.download_links import Drawn
from graph.downloads import DOCUMENTS, PURCHASE_ORDER
from graph.http import admission
from graph.http.admission import AdmissionControl
from graph.limits.fairness import FairLimit
from models.actor import Actor
from models.database.sessions import Database
from tests.support.client import Client, id_of
from tests.support.factories import make_order, make_shop


class Slow:
    """An application that answers when `go` is set."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        await self.go.wait()
        await PlainTextResponse("done")(scope, receive, send)


def client(control: AdmissionControl) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=control), base_url="http://test")


async def begun(count: int, app: Slow) -> None:
    await until(lambda: app.begun >= count)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_a_full_queue_answers_503_at_once() -> None:
    app = Slow()
    limit = FairLimit(2, 3, 60)
    async with client(AdmissionControl(app, limit)) as http:
        asked = [asyncio.create_task(http.post("/", json={})) for _ in range(5)]
        await until(lambda: (app.begun, limit.queued) == (2, 3))
        refused = await http.post("/", json={})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        assert refused.headers["Content-Type"] == "application/json"
        negotiated = await http.post("/", json={}, headers={"Accept": "application/graphql-response+json"})
        assert negotiated.headers["Content-Type"] == "application/graphql-response+json"
        assert negotiated.json() == refused.json()
        assert app.begun == 2, "at most `concurrent` at once"
        app.go.set()
        assert [each.status_code for each in await asyncio.gather(*asked)] == [200] * 5
        assert (await http.post("/", json={})).status_code == 200, "and it is over when it is over"


async def test_the_wait_for_admission_is_bounded() -> None:
    app = Slow()
    async with client(AdmissionControl(app, FairLimit(1, 3, 0.1))) as http:
        first = asyncio.create_task(http.post("/", json={}))
        await begun(1, app)
        assert (await http.post("/", json={})).status_code == 503
        app.go.set()
        assert (await first).status_code == 200
        assert app.begun == 1


class Connection:
    """A client that sends `messages`, then nothing."""

    def __init__(self, *messages: Message) -> None:
        self._messages = list(messages)
        self.status: int | None = None
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        if self._messages:
            return self._messages.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)

    async def ask(self, control: AdmissionControl) -> int | None:
        await control({"type": "http", "method": "POST", "headers": []}, self.receive, self.send)
        return self.status


PART: Message = {"type": "http.request", "body": b"x" * 100, "more_body": True}
WHOLE: Message = {"type": "http.request", "body": b"{}", "more_body": False}


async def test_sending_an_answer_does_not_count_as_a_running_request() -> None:
    async def stalls(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await asyncio.Event().wait()

    control = AdmissionControl(stalls, FairLimit(1, 0, 60))
    reading = [asyncio.create_task(Connection(WHOLE).ask(control)) for _ in range(2)]
    third = Connection(WHOLE)
    reading.append(asyncio.create_task(third.ask(control)))
    await until(lambda: third.status)
    assert third.status == 200
    for each in reading:
        each.cancel()


async def test_the_wait_for_a_body_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MAX_BODY_SECONDS", 0.1)
    app = Slow()
    control = AdmissionControl(app, FairLimit(1, 0, 1))
    slow = asyncio.create_task(Connection(PART).ask(control))
    app.go.set()
    assert await Connection(WHOLE).ask(control) == 200, "the slow request occupies no slot"
    assert await slow == 408
    assert app.begun == 1


async def test_the_bytes_of_arriving_bodies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MAX_TOTAL_BODY_BYTES", 250)
    app = Slow()
    app.go.set()
    control = AdmissionControl(app)
    arriving = [Connection(PART) for _ in range(2)]
    tasks = [asyncio.create_task(each.ask(control)) for each in arriving]
    await asyncio.sleep(0)
    assert await Connection(PART).ask(control) == 503
    for each in arriving:
        each.gone.set()
    await asyncio.gather(*tasks)
    assert [each.status for each in arriving] == [None, None]
    assert await Connection(PART, WHOLE).ask(control) == 200


async def test_nothing_is_done_for_a_client_who_has_given_up_waiting() -> None:
    app = Slow()
    limit = FairLimit(1, 1, 60)
    control = AdmissionControl(app, limit)
    first = asyncio.create_task(Connection(WHOLE).ask(control))
    await begun(1, app)
    second = Connection(WHOLE)
    waiting = asyncio.create_task(second.ask(control))
    await until(lambda: limit.queued == 1)
    second.gone.set()
    app.go.set()
    assert await first == 200
    assert await waiting is None
    assert app.begun == 1


DOWNLOAD = "query ($id: ID!) { order(id: $id) { pdf(document: PURCHASE_ORDER) { url } } }"


@pytest.fixture
def one_document_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.http.downloads.AT_ONCE", 1)
    monkeypatch.setattr("graph.http.downloads.WAITING", 0)


@pytest.mark.usefixtures("one_document_at_a_time")
async def test_more_documents_than_can_be_drawn_are_refused_for_now(api: Client, database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    asked: dict[str, Any] = await api.as_(shop.member()).data(DOWNLOAD, id=id_of(order))
    url = asked["order"]["pdf"]["url"]
    answers = await asyncio.gather(*(api.http.get(url) for _ in range(2)))
    assert sorted(each.status_code for each in answers) == [200, 503]
    refused = max(answers, key=lambda each: each.status_code)
    assert refused.headers["Retry-After"] == "5"
    assert "open the link again" in refused.text
    assert (await api.http.get(url)).status_code == 200


async def test_one_viewer_draws_one_document_at_a_time_and_another_need_not_wait_for_it(
    api: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await make_shop(database)
    drawn: list[str] = []
    go = asyncio.Event()

    async def draw(snapshot: Any, locale: str) -> bytes:
        drawn.append(snapshot.code)
        await go.wait()
        return b"%PDF"

    async def link(viewer: Actor, code: str) -> str:
        order = await make_order(database, shop, code=code)
        url: str = (await api.as_(viewer).data(DOWNLOAD, id=id_of(order)))["order"]["pdf"]["url"]
        return url

    assert isinstance(PURCHASE_ORDER.made, Drawn)
    slow = replace(PURCHASE_ORDER, made=replace(PURCHASE_ORDER.made, draw=draw))
    monkeypatch.setitem(DOCUMENTS, slow.name, slow)
    one, other = await link(shop.member(), "A"), await link(shop.member(id="mem-2"), "B")
    greedy = [asyncio.create_task(api.http.get(one)) for _ in range(6)]
    [refused], _ = await asyncio.wait(greedy, return_when=asyncio.FIRST_COMPLETED)  # one at work, four waiting
    modest = asyncio.create_task(api.http.get(other))
    await until(lambda: len(drawn) == 2)
    assert sorted(drawn) == ["A", "B"]  # they read at the same time, so either may be drawn first
    go.set()
    assert refused.result().status_code == 503
    assert sorted([each.status_code for each in await asyncio.gather(*greedy)]) == [200] * 5 + [503]
    assert (await modest).status_code == 200
