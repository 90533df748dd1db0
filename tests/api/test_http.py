"""The API over HTTP: tokens, health, request ids, and errors that say enough and not too much."""

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLError
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import text

from graph.core.scalars import parse_instant
from graph.identity.own_tokens import AUDIENCE, ISSUER, Tokens
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from tests.support.client import SECRET, Client, id_of
from tests.support.clock import Clock
from tests.support.factories import OPERATOR, make_order, make_shop

VIEWER = "{ viewer { kind name locale } }"


async def test_a_request_without_a_token_is_refused(api: Client) -> None:
    response = await api.http.post("/graphql", json={"query": "{ __typename }"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_token_identifies_the_viewer(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    for actor, kind in (
        (shop.member(locale=Locale.JA), "MEMBER"),
        (shop.buyer_user(locale=Locale.JA), "BUYER"),
        (shop.member(Role.APP, locale=Locale.JA), "APP"),
    ):
        viewer = (await api.as_(actor).data(VIEWER))["viewer"]
        assert viewer == {"kind": kind, "name": actor.name, "locale": "JA"}
    assert (await api.as_(OPERATOR).data(VIEWER))["viewer"]["kind"] == "OPERATOR"


def forged(header: dict[str, Any], key: str, **claims: Any) -> str:
    ours = {"iss": ISSUER, "aud": AUDIENCE}
    full = ours | {"sub": "x", "name": "X", "role": "operator", "exp": 2_000_000_000} | claims
    return jwt.encode(header, full, OctKey.import_key(key))


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("nonsense", "not a JWT"),
        ("eyJhbGciOiJub25lIn0.eyJyb2xlIjoib3BlcmF0b3IifQ.", "not one that we signed"),
        (forged({"alg": "HS256"}, "another key, just as long as ours: 0123456"), "not one that we signed"),
        (forged({"alg": "HS256"}, SECRET, exp=1), "expired"),
        (forged({"alg": "HS256"}, SECRET, exp=None), "claim exp"),
        (forged({"alg": "HS256"}, SECRET, role="root"), "claim role, brand or buyer"),
        (forged({"alg": "HS256"}, SECRET, role="admin"), "claim role, brand or buyer"),
        (forged({"alg": "HS256"}, SECRET, brand="x"), "claim role, brand or buyer"),
    ],
)
async def test_a_bad_token_is_refused(api: Client, token: str, says: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    response = await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert response.status_code == 401
    assert says in response.json()["errors"][0]["message"]


async def test_a_token_expires(database: Database, api: Client, clock: Clock) -> None:
    token = Tokens(SECRET, clock).sign((await make_shop(database)).member(), timedelta(minutes=5))
    clock.move(minutes=5)
    response = await api.http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 401


async def test_health(api: Client) -> None:
    assert (await api.http.get("/health/live")).status_code == 200
    assert (await api.http.get("/health/ready")).json() == {"status": "ok"}


async def test_it_is_not_ready_on_an_older_schema(database: Database, api: Client) -> None:
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("DELETE FROM alembic_version"))
    response = await api.http.get("/health/ready")
    assert response.status_code == 503
    assert "run the migrations" in response.json()["reason"]


async def test_every_answer_carries_the_id_of_its_request(api: Client) -> None:
    response = await api.http.get("/health/live", headers={"X-Request-ID": "abc-1"})
    assert response.headers["X-Request-ID"] == "abc-1"
    assert len((await api.http.get("/health/live")).headers["X-Request-ID"]) == 32
    injected = await api.http.get("/health/live", headers={"X-Request-ID": "a b"})
    assert injected.headers["X-Request-ID"] != "a b"


async def test_an_internal_error_is_masked_and_logged_with_its_request_id(
    database: Database, api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("DROP TABLE order_tags"))
    client = api.as_(shop.member())
    client.headers["X-Request-ID"] = "broken-1"
    with caplog.at_level(logging.ERROR):
        error = await client.error("query ($id: ID!) { order(id: $id) { code tags { id } } }", id=id_of(order))
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert error["extensions"]["requestId"] == "broken-1"
    assert "order_tags" not in json.dumps(error)
    assert "order_tags" in caplog.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"5", b'{"query": 1}', b'{"variables": {}}', b"\xff\xfe"]
)
async def test_a_malformed_request_is_a_client_error_in_json(database: Database, api: Client, body: bytes) -> None:
    headers = api.as_((await make_shop(database)).member()).headers | {"Content-Type": "application/json"}
    response = await api.http.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400, response.text
    assert response.json()["errors"][0]["message"]


async def test_a_huge_request_is_refused(database: Database, api: Client) -> None:
    headers = api.as_((await make_shop(database)).member()).headers
    response = await api.http.post("/graphql", json={"query": "#" * 1_100_000}, headers=headers)
    assert response.status_code == 413


async def test_a_mutation_is_not_done_by_get(database: Database, api: Client) -> None:
    headers = api.as_((await make_shop(database)).member()).headers
    response = await api.http.get(
        "/graphql",
        params={"query": 'mutation { createTag(input: {code: "a", name: "A"}) { tag { id } } }'},
        headers=headers,
    )
    assert response.status_code in (400, 405)
    response = await api.http.get("/graphql", params={"query": "{ tags { id } }"}, headers=headers)
    assert response.json()["data"] == {"tags": []}


@pytest.mark.parametrize("at", ["2026-11-24T12:00:00", "2026-11-24", "yesterday", "2026-13-01T00:00:00Z", ""])
async def test_an_instant_without_an_offset_is_refused(database: Database, api: Client, at: str) -> None:
    client = api.as_((await make_shop(database)).member())
    document = "query ($at: DateTime) { orders(filter: {placedFrom: $at}) { totalCount } }"
    response = await api.http.post(
        "/graphql", json={"query": document, "variables": {"at": at}}, headers=client.headers
    )
    assert "RFC 3339" in response.json()["errors"][0]["message"]


def test_an_instant_may_have_nine_digits_of_a_second() -> None:
    """As Go and Java write them; what is kept are microseconds."""
    expected = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
    assert parse_instant("2026-11-23T08:00:00.123456789Z") == expected
    assert parse_instant("2026-11-23T17:00:00.123456+09:00") == expected
    with pytest.raises(GraphQLError, match="RFC 3339"):
        parse_instant("2026-11-23T08:00:00.1234567891Z")
