"""Signing in with an OIDC provider's token: what it must say, and what is refused, each with 401 and no secret told."""

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from graph.identity.jwks import MAX_SET_BYTES, ProviderKeys
from graph.identity.own_tokens import AUDIENCE, ISSUER, Tokens
from graph.settings.oidc import OidcProvider
from models.database.sessions import Database
from models.policy import Role
from tests.support.client import SECRET, Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import Shop, make_buyer, make_order, make_shop
from tests.support.ports import free_port
from tests.support.provider import Provider, providing, sign

RSA, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
WHO = "{ viewer { kind name locale role scopes expiresAt brand { code name } buyer { uniqueCode } } }"


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    with providing(clock) as made:
        made.keys = {"first": RSA}
        yield made


@pytest.fixture
async def api(database_url: str, tmp_path: Path, clock: Clock, provider: Provider) -> AsyncIterator[Client]:
    async with serving(database_url, tmp_path, clock, oidc=provider.settings) as client:
        yield client


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, code="northlight", name="Northlight")


async def ask(api: Client, token: str, query: str = WHO) -> httpx2.Response:
    return await api.http.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})


async def refused(api: Client, token: str) -> str:
    """The message of a 401, which must challenge and must not repeat what was sent."""
    response = await ask(api, token)
    assert response.status_code == 401, response.text
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="orders", error="invalid_token", error_description="')
    assert challenge.isascii()
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert f'"{error["message"]}"' in challenge
    for part in token.split("."):
        assert len(part) < 12 or part not in response.text + str(response.headers)
    message: str = error["message"]
    return message


async def test_a_member_signs_in(api: Client, provider: Provider, shop: Shop) -> None:
    response = await ask(api, provider.token(orders_brand="northlight", locale="ja-JP"))
    assert response.json()["data"]["viewer"] == {
        "kind": "MEMBER",
        "name": "Mina Sato",
        "locale": "JA",
        "role": "WRITE",
        "scopes": [],
        "expiresAt": "2026-11-24T12:05:00Z",
        "brand": {"code": "northlight", "name": "Northlight"},
        "buyer": None,
    }


async def test_a_buyers_user_signs_in_and_sees_only_its_orders(
    database: Database, api: Client, provider: Provider, shop: Shop
) -> None:
    other = await make_buyer(database, shop.brand)
    await make_order(database, shop)
    for buyer, count in ((shop.buyer, 1), (other, 0)):
        token = provider.token(orders_role="buyer", orders_brand="northlight", orders_buyer=buyer.unique_code)
        data = (await ask(api, token, "{ viewer { kind buyer { uniqueCode } } orders { totalCount } }")).json()["data"]
        assert data["viewer"] == {"kind": "BUYER", "buyer": {"uniqueCode": buyer.unique_code}}
        assert data["orders"]["totalCount"] == count


async def test_brand_and_buyer_may_be_named_by_id(api: Client, provider: Provider, shop: Shop) -> None:
    brand, buyer = str(shop.brand.id), shop.buyer.id.hex
    response = await ask(api, provider.token(orders_role="buyer", orders_brand=brand, orders_buyer=buyer))
    assert response.json()["data"]["viewer"]["buyer"] == {"uniqueCode": shop.buyer.unique_code}


async def test_an_operator_signs_in(api: Client, provider: Provider) -> None:
    viewer = (await ask(api, provider.token(orders_role="operator"))).json()["data"]["viewer"]
    assert (viewer["kind"], viewer["brand"]) == ("OPERATOR", None)


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS512", RSA),
        ("PS256", RSA),
        ("ES256", ECKey.generate_key("P-256")),
        ("ES384", ECKey.generate_key("P-384")),
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
    ],
)
async def test_asymmetric_algorithms_are_accepted(
    sqlite_url: str, tmp_path: Path, clock: Clock, provider: Provider, alg: str, key: Any
) -> None:
    provider.keys = {"first": key}
    async with serving(sqlite_url, tmp_path, clock, oidc=provider.settings) as api:
        assert (await ask(api, provider.token(alg=alg, orders_role="operator"))).status_code == 200


CLOCKS: list[tuple[dict[str, int], str | None]] = [
    ({"exp": -60}, "has expired"),
    ({"exp": -59}, None),
    ({"nbf": 61}, "not valid yet"),
    ({"nbf": 60}, None),
    ({"iat": 61}, "not valid yet"),
    ({"iat": 60}, None),
]


async def test_clocks_may_differ_by_a_minute(api: Client, provider: Provider, shop: Shop) -> None:
    now = int(provider.clock().timestamp())
    for changes, says in CLOCKS:
        times: dict[str, Any] = {name: now + seconds for name, seconds in changes.items()}
        token = provider.token(orders_brand="northlight", **times)
        if says:
            assert says in await refused(api, token), changes
        else:
            assert (await ask(api, token)).status_code == 200, changes


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://evil.example"}, "another issuer"),
    ({"iss": "https://login.example/"}, "another issuer"),
    ({"iss": None}, "another issuer"),
    ({"aud": "https://other.example"}, "another audience"),
    ({"aud": ["https://other.example"]}, "another audience"),
    ({"aud": None}, "another audience"),
    ({"aud": {}}, "another audience"),
    ({"exp": None}, "claim exp"),
    ({"exp": "2000000000"}, "claim exp"),
    ({"exp": float("nan")}, "claim exp"),
    ({"exp": float("inf")}, "claim exp"),
    ({"exp": 10**30}, "claim exp"),
    ({"exp": 10**400}, "claim exp"),
    ({"exp": True}, "claim exp"),
    ({"nbf": "soon"}, "claim nbf"),
    ({"sub": None}, "claim sub"),
    ({"sub": 5}, "claim sub"),
    ({"sub": "nul\x00"}, "claim sub"),
    ({"name": "half \ud800"}, "claim name"),
    ({"orders_role": None}, "claim orders_role"),
    ({"orders_role": "root"}, "claim orders_role"),
    ({"orders_role": ["admin"]}, "claim orders_role"),
    ({"orders_role": "app"}, "claim orders_role"),
    ({"orders_brand": None}, "claim orders_brand"),
    ({"orders_brand": "southlight"}, "a brand that does not exist"),
    ({"orders_brand": "01890000-0000-7000-8000-000000000000"}, "a brand that does not exist"),
    ({"orders_role": "operator"}, "must not have the claim orders_brand"),
    ({"orders_buyer": "B-1"}, "must not have the claim orders_buyer"),
    ({"orders_role": "buyer"}, "claim orders_buyer"),
    ({"orders_role": "buyer", "orders_buyer": "nobody"}, "a buyer that the brand does not have"),
]


async def test_a_token_with_wrong_claims_is_refused(api: Client, provider: Provider, shop: Shop) -> None:
    for changes, says in WRONG:
        told = await refused(api, provider.token(**({"orders_brand": "northlight"} | changes)))
        assert says in told, changes


async def test_two_long_subjects_are_two_actors(api: Client, provider: Provider, shop: Shop) -> None:
    """A provider may give out 255 characters; what is remembered for one is not answered to the other."""
    order = await make_order(api.database, shop)
    input = {"orderId": id_of(order), "notify": False, "idempotencyKey": "same"}
    reject = """mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) { replayed userErrors { code } } }"""
    told = []
    for last in ("one", "two", "one"):
        token = provider.token(orders_brand="northlight", sub="x" * 252 + last)
        body = {"query": reject, "variables": {"input": input}}
        response = await api.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})
        payload = response.json()["data"]["rejectOrder"]
        told.append((payload["replayed"], [error["code"] for error in payload["userErrors"]]))
    assert told == [(False, []), (False, ["NOT_REJECTABLE"]), (True, [])]


async def test_several_audiences_may_be_named(api: Client, provider: Provider, shop: Shop) -> None:
    token = provider.token(orders_brand="northlight", aud=["https://other.example", "https://orders.example"])
    assert (await ask(api, token)).status_code == 200


async def test_a_buyer_of_another_brand_is_no_buyer(
    database: Database, api: Client, provider: Provider, shop: Shop
) -> None:
    foreign = (await make_shop(database)).buyer
    for name in (foreign.unique_code, foreign.id.hex):
        token = provider.token(orders_role="buyer", orders_brand="northlight", orders_buyer=name)
        assert "a buyer that the brand does not have" in await refused(api, token)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any], **header: Any) -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}."


def hs256(secret: bytes, claims: dict[str, Any]) -> str:
    """By hand: the library refuses to take a public key for a secret."""
    signed = unsigned(claims, alg="HS256", kid="first")[:-1]
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


async def test_a_token_that_the_provider_did_not_sign_is_refused(api: Client, provider: Provider, shop: Shop) -> None:
    claims = provider.claims(orders_brand="northlight")
    good = provider.token(orders_brand="northlight")
    assert (await ask(api, good)).status_code == 200
    public = RSA.as_pem(private=False)
    own = {"iss": ISSUER, "aud": AUDIENCE, "role": "operator"}
    forgeries = {
        "no algorithm": unsigned(claims, alg="none", kid="first"),
        "no algorithm, in capitals": unsigned(claims, alg="NONE", kid="first"),
        "no algorithm, of ours": unsigned(claims | own, alg="none"),
        "the public key as a secret": hs256(public, claims),
        "the public key as our secret": hs256(public, claims | own),
        "the public key as a secret, without the last newline": hs256(public.strip(), claims | own),
        "the public key's JSON": hs256(json.dumps(RSA.as_dict(private=False)).encode(), claims | own),
        "our own secret, their claims": hs256(SECRET.encode(), claims),
        "another key with the same id": sign(OTHER, claims, kid="first"),
        "a key that it brings along": sign(OTHER, claims, kid="first", jwk=OTHER.as_dict(private=False)),
        "the signature of another token": good.rsplit(".", 1)[0] + "." + provider.token(sub="x").rsplit(".", 1)[1],
        "the claims of another token": ".".join(
            [good.split(".")[0], provider.token(orders_role="operator").split(".")[1], good.split(".")[2]]
        ),
        "no signature": good.rsplit(".", 1)[0] + ".",
        "two parts": good.rsplit(".", 1)[0],
        "a header that is no object": b64(b'"alg"') + ".e30.x",
        "a header nested too deeply": b64(b"[" * 6000) + ".e30.x",
        "a key id that is no text": unsigned(claims, alg="RS256", kid=[1]),
        "an algorithm that is no text": unsigned(claims, alg=["RS256"], kid="first"),
        "too long": "x" * 20_000,
    }
    for how, token in forgeries.items():
        assert await refused(api, token), how


@pytest.mark.filterwarnings("ignore:Key size should be:joserfc.errors.SecurityWarning")
async def test_a_key_is_valid_for_its_own_algorithm_only(
    sqlite_url: str, tmp_path: Path, clock: Clock, provider: Provider
) -> None:
    keys = [RSA.as_dict(private=False, kid="first", alg="RS256"), OTHER.as_dict(private=False, kid="enc", use="enc")]
    weak = RSAKey.generate_key(1024)
    small = weak.as_dict(private=False, kid="small")
    secret = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}
    provider.answer = json.dumps({"keys": [*keys, small, secret, "nonsense", {"kty": "PQ"}, {"kty": "RSA"}]}).encode()
    async with serving(sqlite_url, tmp_path, clock, oidc=provider.settings) as api:
        assert (await ask(api, provider.token(orders_role="operator"))).status_code == 200
        told = await refused(api, provider.token(alg="PS256", orders_role="operator"))
        assert "another algorithm" in told
        clock.move(seconds=11)
        for kid, key in (("enc", OTHER), ("small", weak)):
            assert "does not publish" in await refused(api, provider.token(kid, key=key, orders_role="operator"))
        oct = OctKey.import_key(b"secretsecretsecretsecretsecret")
        assert await refused(api, sign(oct, provider.claims(orders_role="operator"), alg="HS256", kid="oct"))


async def test_rotated_keys_are_fetched_and_invented_key_ids_do_not_flood_the_provider(
    api: Client, provider: Provider, clock: Clock, shop: Shop
) -> None:
    good: dict[str, Any] = {"orders_brand": "northlight", "exp": int(clock().timestamp()) + 9000}
    assert (await ask(api, provider.token(**good))).status_code == 200
    await asyncio.gather(*(ask(api, provider.token(**good)) for _ in range(20)))
    assert provider.asked == 1
    for number in range(50):
        assert "does not publish" in await refused(api, provider.token(f"made-up-{number}", key=OTHER, **good))
    assert provider.asked == 1

    clock.move(seconds=10)
    provider.keys = {"first": RSA, "second": OTHER}
    assert (await ask(api, provider.token("second", **good))).status_code == 200
    assert provider.asked == 2
    clock.move(seconds=10)
    await asyncio.gather(*(refused(api, provider.token(f"made-up-{n}", key=OTHER, **good)) for n in range(20)))
    assert provider.asked == 3

    # A key that is published no more ends when the keys are fetched again.
    provider.keys = {"second": OTHER}
    assert (await ask(api, provider.token("first", key=RSA, **good))).status_code == 200
    clock.move(minutes=11)
    assert "does not publish" in await refused(api, provider.token("first", key=RSA, **good))


async def test_a_token_without_a_key_id_is_checked_with_the_only_key(
    api: Client, provider: Provider, clock: Clock, shop: Shop
) -> None:
    token = sign(RSA, provider.claims(orders_brand="northlight", exp=int(clock().timestamp()) + 9000))
    assert (await ask(api, token)).status_code == 200
    provider.keys["second"] = OTHER
    clock.move(minutes=11)
    assert "does not publish" in await refused(api, token)


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, b""), (302, b""), (200, b"<html>"), (200, b'{"keys": []}'), (200, b"[]"), (200, b" " * (MAX_SET_BYTES + 1))],
)
async def test_cached_keys_stay_valid_while_the_provider_is_unavailable(
    api: Client, provider: Provider, clock: Clock, shop: Shop, status: int, answer: bytes
) -> None:
    good: dict[str, Any] = {"orders_brand": "northlight", "exp": int(clock().timestamp()) + 90_000}
    assert (await ask(api, provider.token(**good))).status_code == 200
    provider.status, provider.answer = status, answer
    clock.move(hours=5)
    for _ in range(5):
        assert (await ask(api, provider.token(**good))).status_code == 200
    assert provider.asked == 2
    # With a key that we do not know it may be good or not: nobody can tell now.
    assert (await ask(api, provider.token("second", key=OTHER, **good))).status_code == 503
    provider.status, provider.answer, provider.keys = 200, None, {"first": RSA, "second": OTHER}
    clock.move(seconds=10)
    assert (await ask(api, provider.token("second", **good))).status_code == 200


async def test_made_up_tokens_do_not_wait_for_a_provider_that_hangs(
    api: Client, provider: Provider, clock: Clock, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    good: dict[str, Any] = {"orders_brand": "northlight", "exp": int(clock().timestamp()) + 90_000}
    assert (await ask(api, provider.token(**good))).status_code == 200
    fetching, go = asyncio.Event(), asyncio.Event()

    async def hangs(_: ProviderKeys) -> Any:
        fetching.set()
        await go.wait()
        raise OSError("it hung")

    monkeypatch.setattr(ProviderKeys, "published", hangs)
    clock.move(seconds=11)
    first = asyncio.create_task(ask(api, provider.token("made-up", key=OTHER, **good)))
    await fetching.wait()
    made_up = [ask(api, provider.token(f"made-up-{number}", key=OTHER, **good)) for number in range(78)]
    assert {each.status_code for each in await asyncio.gather(*made_up)} <= {401, 429}, "at once"
    for _ in range(5):
        assert (await ask(api, provider.token(**good))).status_code == 200
        assert await api.as_(shop.member()).data("{ viewer { kind } }")
    assert not first.done()
    go.set()
    assert (await first).status_code == 503
    # It failed: nobody fetches or waits again for a while.
    go.clear()
    made_up = [ask(api, provider.token(f"other-{number}", key=OTHER, **good)) for number in range(20)]
    assert {each.status_code for each in await asyncio.gather(*made_up)} == {503}


async def test_without_any_key_the_answer_is_unavailable_not_unauthenticated(
    sqlite_url: str, tmp_path: Path, clock: Clock, provider: Provider
) -> None:
    nobody = OidcProvider("https://login.example", "https://orders.example", f"http://127.0.0.1:{free_port()}/keys")
    async with serving(sqlite_url, tmp_path, clock, oidc=nobody) as api:
        for response in await asyncio.gather(*(ask(api, provider.token(orders_role="operator")) for _ in range(5))):
            assert response.status_code == 503
            assert response.headers["Retry-After"] == "10"
            assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
        # Our own tokens need no provider.
        shop = await make_shop(api.database)
        assert (await api.as_(shop.member()).data("{ viewer { kind } }"))["viewer"]["kind"] == "MEMBER"


async def test_without_a_provider_its_tokens_are_refused(
    sqlite_url: str, tmp_path: Path, clock: Clock, provider: Provider
) -> None:
    async with serving(sqlite_url, tmp_path, clock) as api:
        assert "not one that we signed" in await refused(api, provider.token(orders_role="operator"))
    assert provider.asked == 0


async def test_our_own_token_is_for_this_api_and_for_its_time(api: Client, clock: Clock, shop: Shop) -> None:
    now = int(clock().timestamp())
    claims = {"sub": "x", "name": "X", "role": "operator", "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 60}

    def token(**changes: Any) -> str:
        return sign(OctKey.import_key(SECRET), claims | changes, alg="HS256")

    assert (await ask(api, token())).status_code == 200
    for changes, says in (
        ({"aud": "password-reset"}, "for this API"),
        ({"iss": None}, "for this API"),
        ({"exp": now}, "has expired"),
        ({"exp": float("nan")}, "claim exp"),
        ({"nbf": now + 61}, "not valid yet"),
        ({"iat": now + 61}, "not valid yet"),
        ({"sub": "x\x00"}, "claim sub"),
    ):
        assert says in await refused(api, token(**changes))
    for changes in ({"nbf": now + 60}, {"iat": now + 60}):
        assert (await ask(api, token(**changes))).status_code == 200
    # Signed with our key, but with an algorithm that we do not sign with.
    assert await refused(api, sign(OctKey.import_key(SECRET * 2), claims, alg="HS512"))


async def test_a_token_that_was_accepted_is_refused_once_it_has_expired(api: Client, clock: Clock, shop: Shop) -> None:
    own = Tokens(SECRET, clock).sign(shop.member())
    for _ in range(2):
        assert (await ask(api, own)).status_code == 200
    clock.move(hours=12)
    assert "has expired" in await refused(api, own)
    clock.move(hours=-13)
    assert "not valid yet" in await refused(api, own)


async def test_no_token_and_no_secret_is_logged(
    api: Client, provider: Provider, clock: Clock, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    bad = provider.token(orders_brand="northlight", exp=1)
    good, own = provider.token(orders_brand="northlight"), Tokens(SECRET, clock).sign(shop.member(Role.ADMIN))
    with caplog.at_level(logging.DEBUG):
        for token in (good, bad, own, own[:-4] + "AAAA"):
            await ask(api, token)
        clock.move(minutes=11)
        provider.status = 500
        await ask(api, good)
    assert "the OIDC provider" in caplog.text
    for token in (good, bad, own):
        assert token not in caplog.text
        assert token.split(".")[2] not in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in repr(Tokens(SECRET, clock))


SIGN_OUT = """mutation ($input: SignOutUserInput!) { signOutUser(input: $input) {
              signedOutAt userErrors { code } } }"""


async def test_a_sign_out_ends_the_provider_s_tokens_by_when_they_were_issued(
    database: Database, api: Client, provider: Provider, shop: Shop, clock: Clock
) -> None:
    await make_shop(database, code="southlight")
    long = "s" * 300
    mine: dict[str, Any] = {"orders_brand": "northlight"}
    names = [
        provider.token(**mine),
        provider.token(**mine, iat=None),
        provider.token(**mine, iat=int(clock().timestamp()) - 3600),
        provider.token(**mine, iat=clock().timestamp() + 0.25),
        provider.token(**mine, sub=long),
    ]
    others = [
        provider.token(orders_brand="southlight"),
        provider.token(**mine, sub="u-2"),
        provider.token(**mine, sub="s" * 301),
        provider.token(**mine, orders_role="buyer", orders_buyer=shop.buyer.unique_code),
        provider.token(orders_role="operator"),
    ]
    clock.move(seconds=0.5)
    assert {(await ask(api, token)).status_code for token in names + others} == {200}
    admin = api.as_(shop.member(Role.ADMIN))
    for subject in ("u-1", long):
        payload = (await admin.data(SIGN_OUT, input={"actorId": subject}))["signOutUser"]
        assert payload == {"signedOutAt": "2026-11-24T12:00:00.500000Z", "userErrors": []}
    for token in names:
        answer = await ask(api, token)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (401, {"code": "SIGNED_OUT"})
    assert {(await ask(api, token)).status_code for token in others} == {200}
    clock.move(seconds=1)
    assert (await ask(api, provider.token(**mine))).status_code == 200
    assert (await ask(api, provider.token(**mine, iat=None))).status_code == 401
