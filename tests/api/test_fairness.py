"""One viewer, one brand, or one address that asks for more than its share meets only itself."""

import asyncio
import os
import subprocess
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, select
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from graph.core.ids import Kind, to_id
from graph.http import admission
from graph.http.admission import AdmissionControl
from graph.http.downloads import FOLDER, TemporaryFileResponse, remove_orphans
from graph.identity import authenticate
from graph.identity.own_tokens import Tokens
from graph.limits.fairness import FairLimit, Overloaded, Party
from models.api_key import PREFIX, SECRET, ApiKey, hash_of, is_well_formed, new_secret
from models.database.sessions import Database
from models.policy import Role
from models.scope import EVERYTHING
from resolvers import api_keys
from resolvers.core.context import MAX_SESSIONS
from tests.support.client import SECRET as SECRET_KEY
from tests.support.client import Client, id_of
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, save

A1, A2, B1, C1 = Party("a", "1"), Party("a", "2"), Party("b", "1"), Party("c", "1")
WHO = {"query": "{ viewer { name } }"}


class Work:
    """Holds slots of a limit, and notes in which order they were given."""

    def __init__(self, limit: FairLimit) -> None:
        self.limit = limit
        self.begun: list[Party] = []
        self._tasks: list[tuple[Party, asyncio.Event, asyncio.Task[bool]]] = []

    async def ask(self, *parties: Party) -> None:
        """Each is refused, waits or holds its slot when this returns."""
        for party in parties:
            done = asyncio.Event()
            self._tasks.append((party, done, asyncio.create_task(self._hold(party, done))))
        await settle()

    async def _hold(self, party: Party, done: asyncio.Event) -> bool:
        try:
            async with self.limit.slot(party):
                self.begun.append(party)
                await done.wait()
        except Overloaded:
            return False
        return True

    async def end_last(self) -> None:
        """Ends the work that was begun last."""
        nth = self.begun.count(self.begun[-1]) - 1
        [each for each in self._tasks if each[0] == self.begun[-1]][nth][1].set()
        await settle()

    async def outcomes(self) -> dict[Party, list[bool]]:
        """Lets everything end. By party: whether each was served."""
        for _, done, _ in self._tasks:
            done.set()
        served: dict[Party, list[bool]] = {}
        for party, _, task in self._tasks:
            served.setdefault(party, []).append(await task)
        return served


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_busy_brands_together_leave_a_place_to_another_one() -> None:
    work = Work(FairLimit(6, 10, 60, per_viewer=4, per_brand=4, reserved=1))
    await work.ask(*[A1] * 6, *[B1] * 6)
    assert work.begun == [A1] * 4 + [B1]
    await work.ask(C1)
    assert work.begun[-1] == C1, "at once"
    assert all(all(served) for served in (await work.outcomes()).values())


async def test_a_viewer_and_a_brand_have_only_so_many_places() -> None:
    work = Work(FairLimit(6, 100, 60, per_viewer=2, per_brand=4))
    await work.ask(*[A1] * 9, *[A2] * 9, *[Party("a", "3")] * 9)
    assert work.begun == [A1, A1, A2, A2], "a brand, however many viewers it has"
    await work.ask(B1)
    assert work.begun[-1] == B1, "who comes later need not wait"
    assert all(all(served) for served in (await work.outcomes()).values())


async def test_a_free_place_goes_to_who_has_fewest_and_then_to_who_was_served_longest_ago() -> None:
    limit = FairLimit(1, 100, 60)
    work = Work(limit)
    await work.ask(*[A1] * 6, A2, B1, C1)
    for _ in range(4):
        await work.end_last()
    assert work.begun == [A1, B1, C1, A2, A1], "not the six of the first one first"
    assert all(all(served) for served in (await work.outcomes()).values())


async def test_a_full_queue_makes_room_at_the_expense_of_whoever_fills_it() -> None:
    limit = FairLimit(1, 6, 60)
    work = Work(limit)
    await work.ask(*[A1] * 7)
    await work.ask(B1, C1, A2)
    assert limit.queued == 6
    await work.ask(A1)
    served = await work.outcomes()
    assert [sum(served[each]) for each in (A1, A2, B1, C1)] == [4, 1, 1, 1]
    assert len(served[A1]) == 8


async def test_many_brands_or_viewers_do_not_push_each_other_out_for_nothing() -> None:
    limit = FairLimit(1, 2, 60)
    work = Work(limit)
    await work.ask(A1, B1, C1, Party("d", "1"))
    assert limit.queued == 2
    assert await work.outcomes() == {A1: [True], B1: [True], C1: [True], Party("d", "1"): [False]}


async def test_a_place_is_never_lost_however_a_wait_ends() -> None:
    limit = FairLimit(2, 10, 60, per_viewer=1)
    async with AsyncExitStack() as held:
        await held.enter_async_context(limit.slot(A1))
        await held.enter_async_context(limit.slot(B1))
        waiting = [asyncio.create_task(_enter(limit, party)) for party in (A1, B1, C1, A2)]
        await settle()
        for each in waiting[:2]:
            each.cancel()
        await settle()
        await held.aclose()
        # Cancelled in the instant in which they are admitted.
        for each in waiting[2:]:
            each.cancel()
        await settle()
    assert limit.queued == 0
    async with AsyncExitStack() as held:
        for party in (A1, B1):
            async with asyncio.timeout(5):
                assert await held.enter_async_context(limit.slot(party)) is False
    assert not limit._running
    assert not limit._served


async def _enter(limit: FairLimit, party: Party) -> None:
    async with limit.slot(party):
        await asyncio.Event().wait()


async def test_a_wait_ends_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = FairLimit(1, 10, 0.01)
    async with limit.slot(A1):
        with pytest.raises(Overloaded):
            async with limit.slot(B1):
                pass
    assert (limit.queued, dict(limit._running), dict(limit._served)) == (0, {}, {})


async def test_one_viewers_flood_leaves_places_for_the_others() -> None:
    running: list[str] = []
    go = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        running.append(scope["headers"][0][1].decode())
        if running[-1] == "greedy":
            await go.wait()
        await PlainTextResponse("done")(scope, receive, send)

    async def identify(scope: Scope, _: int) -> Party | Response:
        return Party("brand", scope["headers"][0][1].decode())

    control = AdmissionControl(app, identify=identify)
    greedy = [asyncio.create_task(ask(control, "greedy")) for _ in range(100)]
    await settle()
    for _ in range(25):
        assert await ask(control, "quiet") == 200
    assert running.count("greedy") == admission.MAX_PER_VIEWER
    go.set()
    assert set(await asyncio.gather(*greedy)) == {200, 503}


async def ask(control: AdmissionControl, who: str, body: bytes = b"{}", address: str = "192.0.2.1") -> int:
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    status = 0

    async def receive() -> Any:
        if messages:
            return messages.pop()
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {"type": "http", "method": "POST", "headers": [(b"x-who", who.encode())], "client": (address, 1)}
    await control(scope, receive, send)
    return status


async def test_the_bodies_of_one_address_do_not_use_up_what_all_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MAX_BODY_BYTES_PER_ADDRESS", 250)
    control = AdmissionControl(PlainTextResponse("done"))

    async def arriving() -> Any:
        return parts.pop() if parts else await asyncio.Event().wait()

    async def ignore(_: Any) -> None:
        pass

    parts = [{"type": "http.request", "body": b"x" * 100, "more_body": True}] * 2
    scope = {"type": "http", "method": "POST", "headers": [], "client": ("192.0.2.1", 1)}
    slow = asyncio.create_task(control(scope, arriving, ignore))
    await settle()
    part = {"type": "http.request", "body": b"x" * 100, "more_body": True}
    assert await _send(control, "192.0.2.1", part) == 503
    assert await ask(control, "other", b"x" * 100, "192.0.2.2") == 200
    slow.cancel()


async def _send(control: AdmissionControl, address: str, *messages: Any) -> int:
    queue = list(messages)
    status = 0

    async def receive() -> Any:
        return queue.pop(0)

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    await control({"type": "http", "method": "POST", "headers": [], "client": (address, 1)}, receive, send)
    return status


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


MANY = " ".join(f"a{n}: history(first: 1, filter: {{kinds: [ORDER_REJECTED]}}) {{ totalCount }}" for n in range(12))
LISTS = "orders(first: 1) { totalCount nodes { buyer { name } tags { code } } }"
MANY += "".join(f" b{n}: {LISTS}" for n in range(12))


async def test_a_request_holds_few_connections_however_many_fields_it_has(api: Client, shop: Shop) -> None:
    in_use = most = 0
    pool = api.database.engine.sync_engine.pool

    def out(*_: Any) -> None:
        nonlocal in_use, most
        in_use += 1
        most = max(most, in_use)

    def back(*_: Any) -> None:
        nonlocal in_use
        in_use -= 1

    await make_order(api.database, shop)
    client = api.as_(shop.member())
    assert await client.data("{ viewer { name } }")
    event.listen(pool, "checkout", out)
    event.listen(pool, "checkin", back)
    try:
        assert await client.data(f"{{ {MANY} }}")
    finally:
        event.remove(pool, "checkout", out)
        event.remove(pool, "checkin", back)
    assert 1 <= most <= MAX_SESSIONS + 1, "one may be the relay's"


# Credentials


async def make_key(database: Database, shop: Shop, secret: str) -> None:
    key = ApiKey(
        brand_id=shop.brand.id,
        name="ERP",
        secret_hash=hash_of(secret),
        last_four=secret[-4:],
        scopes=["orders:read"],
        created_at=NOON,
        created_by="Mina Sato",
    )
    await save(database, key)


async def by_key(api: Client, secret: str) -> httpx2.Response:
    return await api.http.post("/graphql", json=WHO, headers={"X-Merchant-API-Key": secret})


def old_key(number: int) -> str:
    """As they were made before they had a checksum."""
    return PREFIX + f"{number:043}"


def test_a_key_has_a_checksum_and_older_keys_need_none() -> None:
    for _ in range(100):
        secret = new_secret()
        assert SECRET.fullmatch(secret)
        assert is_well_formed(secret)
        for place in range(len(secret)):
            other = "A" if secret[place] != "A" else "B"
            # What does not begin like a key with a checksum may be an older one.
            is_like_older = 4 <= place < 8
            assert is_well_formed(secret[:place] + other + secret[place + 1 :]) is is_like_older
    assert is_well_formed(old_key(1))


async def test_a_key_with_a_wrong_checksum_is_refused_without_a_look_up(api: Client, shop: Shop) -> None:
    wrong = [f"{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}" for secret in (new_secret() for _ in range(20))]
    with api.statements() as statements:
        assert {(await by_key(api, each)).status_code for each in wrong} == {401}
    assert statements == []


async def test_keys_with_and_without_a_checksum_are_accepted(api: Client, shop: Shop) -> None:
    for secret in (new_secret(), old_key(7)):
        await make_key(api.database, shop, secret)
        assert (await by_key(api, secret)).json()["data"]["viewer"] == {"name": "ERP"}


async def test_the_failures_of_an_address_are_looked_at_before_an_unknown_key_is_looked_up(
    api: Client, shop: Shop, clock: Clock
) -> None:
    known, unknown = new_secret(), old_key(10**6)
    for secret in (known, unknown):
        await make_key(api.database, shop, secret)
    assert (await by_key(api, known)).status_code == 200
    statuses = [(await by_key(api, old_key(number))).status_code for number in range(60)]
    assert statuses == [401] * 60
    with api.statements() as statements:
        for number in range(60, 90):
            refused = await by_key(api, old_key(number) if number % 2 else new_secret())
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == "1"
    assert statements == []
    # Whoever was in before, or has a token, is not in the way of it.
    assert (await by_key(api, known)).status_code == 200
    assert await api.as_(shop.member()).data("{ viewer { name } }")
    clock.move(seconds=2)
    assert (await by_key(api, unknown)).status_code == 200


async def test_made_up_keys_take_one_connection_and_no_place_of_a_real_viewer(
    api: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    looked_up: list[str] = []
    find = api_keys.find_by_secret
    real = new_secret()
    await make_key(api.database, shop, real)
    assert (await by_key(api, real)).status_code == 200

    async def slow(database: Database, secret: str) -> Any:
        if secret != real:
            looked_up.append(secret)
            await go.wait()
        return await find(database, secret)

    monkeypatch.setattr(api_keys, "find_by_secret", slow)
    flood = [asyncio.create_task(by_key(api, new_secret() if n % 2 else old_key(n))) for n in range(78)]
    while not looked_up:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    for _ in range(25):
        assert (await by_key(api, real)).status_code == 200
        assert await api.as_(shop.member()).data("{ viewer { name } }")
    assert len(looked_up) == authenticate.MAX_UNKNOWN
    go.set()
    assert {each.status_code for each in await asyncio.gather(*flood)} <= {401, 429, 503}


async def test_a_readiness_check_is_shared(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with api.statements() as statements:
        answers = await asyncio.gather(*(api.http.get("/health/ready") for _ in range(50)))
    assert {each.status_code for each in answers} == {200}
    assert len(statements) < 10


# Downloads


@pytest.mark.parametrize("range", ["bytes=999999999-", "bytes=9-1,", "nonsense", "bytes=0-1", "bytes=0-1,5-6", None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_workbook_leaves_nothing_behind_whatever_range_is_asked_for(
    api: Client, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, range: str | None, method: str
) -> None:
    url = await excel(api, shop)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    response = await api.http.request(method, url, headers={"Range": range} if range else {})
    assert response.status_code in (200, 206, 400, 405, 416)
    assert list((tmp_path / "temporary").iterdir()) == []


async def test_a_client_that_disconnects_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "document").write_bytes(b"x" * 1_000_000)

    async def gone(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise OSError

    response = TemporaryFileResponse(folder / "document")
    with pytest.raises(OSError):  # noqa: PT011 - the client's disconnection
        await response({"type": "http", "method": "GET", "headers": []}, asyncio.Event().wait, gone)  # type: ignore[arg-type]
    assert not folder.exists()


def test_what_killed_processes_left_is_removed_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait(60)
    names = [f"{FOLDER}{ended.pid}-abc", f"{FOLDER}{os.getpid()}-abc", f"{FOLDER}1-old", "orders-other", f"{FOLDER}x-y"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "document").write_bytes(b"x")
    os.utime(tmp_path / names[2], (0, 0))
    remove_orphans()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([names[1], names[3], names[4]])


EXCEL = "query ($id: ID!) { order(id: $id) { excel { url } pdf(document: PURCHASE_ORDER) { url } } }"


async def links(client: Client, shop: Shop) -> tuple[str, str]:
    """Of a workbook and of a PDF."""
    order = await make_order(client.database, shop)
    found = (await client.data(EXCEL, id=id_of(order)))["order"]
    return found["excel"]["url"], found["pdf"]["url"]


async def excel(api: Client, shop: Shop) -> str:
    return (await links(api.as_(shop.member()), shop))[0]


async def test_workbooks_do_not_keep_anybody_from_drawn_documents(
    api: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = asyncio.Event()
    begun = 0

    async def write(*_: Any, path: Path, **__: Any) -> None:
        nonlocal begun
        begun += 1
        await go.wait()
        path.write_bytes(b"PK")

    monkeypatch.setattr("graph.downloads.orders_workbook", write)
    made = [await links(api.as_(shop.member(id=f"mem-{n}")), shop) for n in range(3)]
    writing = [asyncio.create_task(api.http.get(workbook)) for workbook, _ in made[:2]]
    while begun < 2:
        assert not any(each.done() for each in writing)
        await asyncio.sleep(0.001)
    for _, pdf in made:
        assert (await api.http.get(pdf)).status_code == 200
    go.set()
    assert [each.status_code for each in await asyncio.gather(*writing)] == [200, 200]


REVOKE = "mutation ($id: ID!) { revokeApiKey(input: {apiKeyId: $id}) { userErrors { code } } }"
ROTATE = """mutation ($id: ID!, $hours: Int!) { rotateApiKey(input: {apiKeyId: $id, overlapHours: $hours}) {
            secret userErrors { code } } }"""


def using(api: Client, secret: str) -> Client:
    return Client(api.http, api.clock, api.database, None, {"X-Merchant-API-Key": secret})


async def key_id(database: Database) -> str:
    async with database.read(EVERYTHING) as session:
        return to_id(Kind.API_KEY, (await session.scalars(select(ApiKey.id))).one())


async def test_the_links_of_a_revoked_key_end_within_a_minute(api: Client, shop: Shop, clock: Clock) -> None:
    secret = new_secret()
    await make_key(api.database, shop, secret)
    made = [*await links(using(api, secret), shop), await excel(api, shop)]
    assert [(await api.http.get(url)).status_code for url in made] == [200] * 3
    clock.move(seconds=5)
    admin = api.as_(shop.member(Role.ADMIN))
    assert (await admin.data(REVOKE, id=await key_id(api.database)))["revokeApiKey"]["userErrors"] == []
    clock.move(seconds=60)
    assert [(await api.http.get(url)).status_code for url in made] == [410, 410, 200]
    assert "has ended" in (await api.http.get(made[0])).text


async def test_many_downloads_look_up_once_whose_access_has_ended(api: Client, shop: Shop) -> None:
    url = await excel(api, shop)
    assert (await api.http.get(url)).status_code == 200
    with api.statements() as statements:
        for _ in range(5):
            assert (await api.http.get(url)).status_code == 200
    assert [each for each in statements if "api_keys" in each] == []


async def test_the_links_of_a_replaced_secret_end_with_it_and_those_of_the_new_one_do_not(
    api: Client, shop: Shop, clock: Clock
) -> None:
    secret = new_secret()
    await make_key(api.database, shop, secret)
    old, _ = await links(using(api, secret), shop)
    clock.move(seconds=5)
    admin = api.as_(shop.member(Role.ADMIN))
    rotated = await admin.data(ROTATE, id=await key_id(api.database), hours=0)
    new, _ = await links(using(api, rotated["rotateApiKey"]["secret"]), shop)
    clock.move(seconds=60)
    assert [(await api.http.get(url)).status_code for url in (old, new)] == [410, 200]


async def test_a_link_ends_with_the_token_that_asked_for_it(api: Client, shop: Shop, clock: Clock) -> None:
    token = Tokens(SECRET_KEY, clock).sign(shop.member(), timedelta(minutes=5))
    client = Client(api.http, clock, api.database, shop.member(), {"Authorization": f"Bearer {token}"})
    workbook, pdf = await links(client, shop)
    clock.move(minutes=5, seconds=1)
    assert [(await api.http.get(url)).status_code for url in (workbook, pdf)] == [410, 410]
