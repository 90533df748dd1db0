"""Signing out: the tokens and links of one user of one brand end before they expire, in every process."""

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from models.scope import EVERYTHING
from models.sign_out import SignOut
from resolvers import sign_outs
from tests.cli.test_command_line import orders
from tests.support.client import SECRET, Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop
from tests.support.server_process import server_process

SIGN_OUT = """mutation ($input: SignOutUserInput!) { signOutUser(input: $input) {
              signedOutAt userErrors { code field message } } }"""
WHO = {"query": "{ viewer { name } }"}
LINKS = "query ($id: ID!) { order(id: $id) { pdf { url } excel { url } } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


async def sign_out(api: Client, shop: Shop, **input: Any) -> dict[str, Any]:
    admin = api.as_(shop.member(Role.ADMIN, id="the-admin"))
    payload: dict[str, Any] = (await admin.data(SIGN_OUT, input=input))["signOutUser"]
    return payload


async def status(client: Client) -> int:
    return (await client.http.post("/graphql", json=WHO, headers=client.headers)).status_code


async def number_of(database: Database, table: type) -> int:
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(func.count()).select_from(table))).one()


async def test_the_tokens_of_a_user_end_and_a_later_one_is_valid(api: Client, shop: Shop, clock: Clock) -> None:
    member = api.as_(shop.member())
    assert await status(member) == 200
    clock.move(milliseconds=1.5)
    payload = await sign_out(api, shop, actorId=shop.member().id)
    assert payload == {"signedOutAt": "2026-11-24T12:00:00.001500Z", "userErrors": []}
    refused = await api.http.post("/graphql", json=WHO, headers=member.headers)
    assert refused.status_code == 401
    error = refused.json()["errors"][0]
    assert error["extensions"] == {"code": "SIGNED_OUT"}
    assert error["message"].endswith("Sign in again.")
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert await status(api.as_(shop.member())) == 401, "issued in the same millisecond"
    clock.move(milliseconds=1)
    assert await status(api.as_(shop.member())) == 200
    assert await status(member) == 401


async def test_many_requests_with_an_ended_token_lock_nobody_else_at_the_address_out(api: Client, shop: Shop) -> None:
    member = api.as_(shop.member())
    await sign_out(api, shop, actorId=shop.member().id)
    assert {await status(member) for _ in range(70)} == {401}


async def test_only_that_user_of_that_brand_and_that_buyer_is_signed_out(
    database: Database, api: Client, shop: Shop, clock: Clock
) -> None:
    other = await make_shop(database)
    second = await make_buyer(database, shop.brand)
    same = "the same subject"
    everybody: dict[str, Actor] = {
        "member": shop.member(id=same),
        "admin": shop.member(Role.ADMIN, id=same),
        "buyer": shop.buyer_user(id=same),
        "second buyer": shop.buyer_user(second, id=same),
        "other brand": other.member(id=same),
        "buyer of another brand": other.buyer_user(id=same),
        "another member": shop.member(id="somebody"),
    }
    clients = {name: api.as_(actor) for name, actor in everybody.items()}
    out: set[str] = set()
    for input, ends in (
        ({"buyerId": id_of(shop.buyer)}, {"buyer"}),
        ({"buyerId": id_of(second)}, {"second buyer"}),
        ({}, {"member", "admin"}),
    ):
        assert (await sign_out(api, shop, actorId=same, **input))["userErrors"] == []
        out |= ends
        assert {name for name, client in clients.items() if await status(client) == 401} == out
        clock.move(seconds=31)  # and after it was read from the database
        assert {name for name, client in clients.items() if await status(client) == 401} == out


async def test_a_long_subject_is_found_as_the_token_has_it(api: Client, shop: Shop) -> None:
    subjects = [f"{'x' * 300}{number}" for number in range(2)]
    clock = api.clock
    first, second = (
        Client(api.http, clock, api.database, None, {"Authorization": f"Bearer {token}"})
        for token in (Tokens(SECRET, clock).sign(shop.member(id=subject)) for subject in subjects)
    )
    await sign_out(api, shop, actorId=subjects[0])
    assert (await status(first), await status(second)) == (401, 200)


async def test_a_second_sign_out_moves_the_instant_and_is_audited(
    database: Database, api: Client, shop: Shop, clock: Clock
) -> None:
    for _ in range(2):
        assert (await sign_out(api, shop, actorId="mem-9"))["userErrors"] == []
        clock.move(minutes=1)
        member = api.as_(shop.member(id="mem-9"))
        assert await status(member) == 200
    assert (await sign_out(api, shop, actorId="usr-9", buyerId=id_of(shop.buyer)))["userErrors"] == []
    assert await number_of(database, SignOut) == 2
    events = "{ history(first: 3) { nodes { kind summary actorId } } }"
    found = (await api.as_(shop.member()).data(events))["history"]["nodes"]
    code = shop.buyer.unique_code
    assert found == [
        {"kind": "USER_SIGNED_OUT", "summary": f"User usr-9 of buyer {code} signed out", "actorId": "the-admin"},
        {"kind": "USER_SIGNED_OUT", "summary": "User mem-9 signed out", "actorId": "the-admin"},
        {"kind": "USER_SIGNED_OUT", "summary": "User mem-9 signed out", "actorId": "the-admin"},
    ]
    japanese = (await api.as_(shop.member(locale=Locale.JA)).data(events))["history"]["nodes"]
    assert japanese[0]["summary"] == f"バイヤー {code} のユーザー usr-9 をサインアウトさせました"
    assert japanese[1]["summary"] == "ユーザー mem-9 をサインアウトさせました"


async def test_what_is_refused_signs_nobody_out(database: Database, api: Client, shop: Shop) -> None:
    other = await make_shop(database)
    user, members_id = api.as_(shop.buyer_user()), shop.member().id
    for input, field, code in (
        ({"actorId": " "}, "actorId", "INVALID_INPUT"),
        ({"actorId": "nul\x00"}, "actorId", "INVALID_INPUT"),
        ({"actorId": shop.buyer_user().id, "buyerId": id_of(other.buyer)}, "buyerId", "NOT_FOUND"),
        ({"actorId": shop.buyer_user().id, "buyerId": "nonsense"}, "buyerId", "NOT_FOUND"),
        ({"actorId": shop.buyer_user().id, "buyerId": ""}, "buyerId", "NOT_FOUND"),
    ):
        payload = await sign_out(api, shop, **input)
        assert payload["signedOutAt"] is None
        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [(code, ["input", field])]
    for actor in (*(shop.member(role) for role in (Role.WRITE, Role.READ, Role.APP)), shop.buyer_user(), OPERATOR):
        payload = (await api.as_(actor).data(SIGN_OUT, input={"actorId": members_id}))["signOutUser"]
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    assert await number_of(database, SignOut) == await number_of(database, AuditEntry) == 0
    assert await status(user) == await status(api.as_(shop.member())) == 200


async def test_the_number_of_a_brand_is_bounded(api: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_outs, "MAX_SIGN_OUTS", 2)
    made = await asyncio.gather(*(sign_out(api, shop, actorId=f"user-{number}") for number in range(4)))
    refused = [payload["userErrors"][0] for payload in made if payload["userErrors"]]
    assert [(error["code"], error["field"]) for error in refused] == [("INVALID_INPUT", None)] * 2
    assert "At most 2 different users" in refused[0]["message"]
    (signed_out, *_) = (number for number, payload in enumerate(made) if not payload["userErrors"])
    assert (await sign_out(api, shop, actorId=f"user-{signed_out}"))["userErrors"] == []
    other = await make_shop(api.database)
    assert (await sign_out(api, other, actorId="user"))["userErrors"] == []


async def test_a_request_looks_nothing_up(api: Client, shop: Shop, clock: Clock) -> None:
    await sign_out(api, shop, actorId="somebody")
    member = api.as_(shop.member())
    with api.statements() as statements:
        for _ in range(5):
            assert await status(member) == 200
    assert statements == []


async def test_another_process_knows_within_thirty_seconds(
    api: Client, shop: Shop, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    order = await make_order(api.database, shop)
    async with serving(database_url, tmp_path / "other", clock) as other:
        here = api.as_(shop.member())
        there = Client(other.http, clock, other.database, here.actor, here.headers)
        colleague = other.as_(shop.member(id="colleague"))
        before, colleagues = [(await client.data(LINKS, id=id_of(order)))["order"] for client in (there, colleague)]
        clock.move(seconds=1)
        await sign_out(api, shop, actorId=shop.member().id)
        clock.move(seconds=1)
        # A link that the ended token gets from a process that does not know yet ends too.
        after = (await there.data(LINKS, id=id_of(order)))["order"]
        clock.move(seconds=28)
        assert await status(there) == 401
        for server in (api, other):
            for made in (before, after):
                for document in ("pdf", "excel"):
                    answer = await server.http.get(made[document]["url"])
                    assert (answer.status_code, "has ended" in answer.text) == (410, True)
            assert (await server.http.get(colleagues["pdf"]["url"])).status_code == 200
        clock.move(seconds=1)
        again = (await other.as_(shop.member()).data(LINKS, id=id_of(order)))["order"]
        assert (await other.http.get(again["pdf"]["url"])).status_code == 200


async def test_it_is_known_after_a_restart(
    api: Client, shop: Shop, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    member = api.as_(shop.member())
    await sign_out(api, shop, actorId=shop.member().id)
    clock.move(minutes=50)
    async with serving(database_url, tmp_path / "other", clock) as other:
        assert await status(Client(other.http, clock, other.database, None, member.headers)) == 401


async def test_a_token_is_refused_while_it_cannot_be_known_who_was_signed_out(
    api: Client, shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = api.as_(shop.member())
    order = await make_order(api.database, shop)
    pdf = (await member.data(LINKS, id=id_of(order)))["order"]["pdf"]["url"]

    async def away(*_: Any) -> Any:
        raise OSError(111, "refused")
        yield

    monkeypatch.setattr("graph.identity.ended.sign_outs_since", away)
    clock.move(seconds=29)
    assert await status(member) == 200
    clock.move(seconds=1)
    refused = await api.http.post("/graphql", json=WHO, headers=member.headers)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    assert (await api.http.get(pdf)).status_code == 503
    monkeypatch.undo()
    assert await status(member) == (await api.http.get(pdf)).status_code == 200


IMPATIENT = """
from datetime import timedelta
import graph.identity.ended
graph.identity.ended.REFRESH = graph.identity.ended.REFRESH_EARLY = timedelta(seconds=0.1)
"""


async def test_the_command_line_signs_out_while_the_server_runs(database: Database, database_url: str) -> None:
    shop = await make_shop(database, code="kumo")
    subject = "mina@example.com"
    token = Tokens(SECRET, lambda: datetime.now(UTC)).sign(shop.buyer_user(id=subject), timedelta(hours=1))
    member = Tokens(SECRET, lambda: datetime.now(UTC)).sign(shop.member(id=subject), timedelta(hours=1))

    async with server_process(database_url, change=IMPATIENT) as server, httpx2.AsyncClient(timeout=60) as http:

        async def signed_in(token: str) -> bool:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await http.post(f"{server.url}/graphql", json=WHO, headers=headers)
            assert answer.status_code in (200, 401)
            return answer.status_code == 200

        async def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
            return await asyncio.to_thread(orders, database_url, *arguments)

        assert await signed_in(token)
        unknown = await run("sign-out", subject, "--buyer", "nobody")
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert "nobody" in unknown.stderr
        done = await run("sign-out", subject, "--buyer", shop.buyer.unique_code, "--brand", "kumo")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{subject} is signed out: tokens issued until 20")
        async with asyncio.timeout(60):
            while await signed_in(token):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert await signed_in(member)
    async with database.read(EVERYTHING) as session:
        entry = (await session.scalars(select(AuditEntry))).one()
    assert (entry.kind, entry.actor_id) == ("USER_SIGNED_OUT", "admin:cli")
    assert entry.details == {"user": subject, "buyer": shop.buyer.unique_code}
