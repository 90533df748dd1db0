"""API keys of partner apps: made, used, rotated and revoked; what each scope is good for; what is refused."""

import asyncio
import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from graph.core.ids import Kind, to_id
from models.api_key import ApiKey
from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.api_keys import MAX_KEYS
from tests.support.client import Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, OPERATOR, Shop, make_order, make_shop, save
from tests.support.ports import free_port
from tests.support.trace import trace

CREATE = """mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
            apiKey { id name hint scopes createdAt createdBy expiresAt lastUsedAt revokedAt } secret
            userErrors { code message field } } }"""
ROTATE = """mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) {
            apiKey { id hint rotatedAt previousUntil } secret userErrors { code message field } } }"""
REVOKE = """mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
            apiKey { id revokedAt } userErrors { code field } } }"""
LIST = "{ apiKeys { id name hint scopes lastUsedAt } }"
WHO = "{ viewer { kind name role scopes expiresAt brand { code } } }"
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) {
            order { status } userErrors { code } } }"""


def using(api: Client, secret: str) -> Client:
    return Client(api.http, api.clock, api.database, None, {"X-Merchant-API-Key": secret})


async def make_key(api: Client, shop: Shop, *scopes: str, **input: Any) -> tuple[str, str]:
    """The key itself and its id."""
    made = {"name": "ERP connector", "scopes": list(scopes or ("ORDERS_WRITE",))} | input
    payload = (await api.as_(shop.member(Role.ADMIN)).data(CREATE, input=made))["createApiKey"]
    assert payload["userErrors"] == []
    return payload["secret"], payload["apiKey"]["id"]


async def refused(api: Client, secret: str) -> str:
    """The message of a 401, which must challenge and must not repeat the key."""
    response = await api.http.post("/graphql", json={"query": WHO}, headers={"X-Merchant-API-Key": secret})
    assert response.status_code == 401, response.text
    assert response.headers["WWW-Authenticate"] == 'ApiKey realm="orders"'
    assert secret not in response.text + str(response.headers)
    message: str = response.json()["errors"][0]["message"]
    return message


async def stored(database: Database) -> list[ApiKey]:
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(ApiKey).order_by(ApiKey.id)))


async def wait_for_use(database: Database, at: datetime) -> None:
    """Until it is noted that the only key was used at this instant."""
    deadline = asyncio.get_running_loop().time() + 60
    while (await stored(database))[0].last_used_at != at:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    input = {"name": " ERP connector ", "scopes": ["ORDERS_REJECT"], "expiresAt": "2027-01-01T00:00:00Z"}
    payload = (await admin.data(CREATE, input=input))["createApiKey"]
    secret = payload["secret"]
    assert payload["apiKey"] == {
        "id": payload["apiKey"]["id"],
        "name": "ERP connector",
        "hint": f"omk_…{secret[-4:]}",
        "scopes": ["ORDERS_READ", "ORDERS_REJECT"],
        "createdAt": "2026-11-24T12:00:00Z",
        "createdBy": "Mina Sato",
        "expiresAt": "2027-01-01T00:00:00Z",
        "lastUsedAt": None,
        "revokedAt": None,
    }
    assert len(secret) == 47
    assert (await stored(database))[0].secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    # The whole database, as it is on its disk or in its tables, has the key nowhere.
    async with database.engine.connect() as connection:
        for table in ("api_keys", "audit_entries", "outbox_messages", "idempotency_keys"):
            rows = await connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            assert secret not in str(rows.all())
    assert [key["id"] for key in (await admin.data(LIST))["apiKeys"]] == [payload["apiKey"]["id"]]
    assert "secret" not in str(await admin.data('{ __type(name: "ApiKey") { fields { name } } }'))


async def test_a_key_identifies_its_actor(database: Database, api: Client, clock: Clock) -> None:
    shop = await make_shop(database, code="kumo", locale=Locale.JA)
    secret, id = await make_key(api, shop, expiresAt="2027-01-01T00:00:00Z")
    order = await make_order(database, shop)
    app = using(api, secret)
    assert (await app.data(WHO))["viewer"] == {
        "kind": "APP",
        "name": "ERP connector",
        "role": "APP",
        "scopes": ["ORDERS_READ", "ORDERS_REJECT", "ORDERS_WRITE"],
        "expiresAt": "2027-01-01T00:00:00Z",
        "brand": {"code": "kumo"},
    }
    assert (await app.data(REJECT, id=id_of(order)))["rejectOrder"]["order"]["status"] == "REJECTED_BY_BRAND"
    async with database.read(EVERYTHING) as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.kind == "ORDER_REJECTED"))).one()
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("APP", id, "ERP connector")


async def test_a_key_of_one_brand_sees_nothing_of_another(database: Database, api: Client) -> None:
    ours, theirs = await make_shop(database), await make_shop(database)
    foreign = await make_order(database, theirs)
    await make_order(database, ours)
    secret, _ = await make_key(api, ours)
    _, foreign_key = await make_key(api, theirs)
    app = using(api, secret)
    assert (await app.data("{ orders { totalCount } }"))["orders"]["totalCount"] == 1
    data = await app.data("query ($id: ID!) { order(id: $id) { id } node(id: $id) { id } }", id=id_of(foreign))
    assert data == {"order": None, "node": None}
    assert (await app.data(REJECT, id=id_of(foreign)))["rejectOrder"]["userErrors"] == [{"code": "NOT_FOUND"}]
    admin = api.as_(ours.member(Role.ADMIN))
    assert foreign_key not in str(await admin.data(LIST))
    for id in (foreign_key, to_id(Kind.API_KEY, ours.brand.id), id_of(foreign), "nonsense"):
        for name, document in (("rotateApiKey", ROTATE), ("revokeApiKey", REVOKE)):
            payload = (await admin.data(document, input={"apiKeyId": id}))[name]
            assert payload["apiKey"] is None
            assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
        assert (await admin.data("query ($id: ID!) { node(id: $id) { ... on ApiKey { id } } }", id=id))["node"] is None


@pytest.mark.parametrize(
    ("scope", "may_reject", "may_confirm"),
    [("ORDERS_READ", False, False), ("ORDERS_REJECT", True, False), ("ORDERS_WRITE", True, True)],
)
async def test_a_scope_permits_what_the_rules_table_says(
    database: Database, api: Client, scope: str, may_reject: bool, may_confirm: bool
) -> None:
    shop = await make_shop(database)
    orders = [await make_order(database, shop) for _ in range(2)]
    app = using(api, (await make_key(api, shop, scope))[0])
    query = """query ($id: ID!) { order(id: $id) { canReject availableActions rejectionBlockers { code } } }"""
    order = (await app.data(query, id=id_of(orders[0])))["order"]
    assert order["canReject"] is may_reject
    assert [blocker["code"] for blocker in order["rejectionBlockers"]] == ([] if may_reject else ["NOT_PERMITTED"])
    assert ("CREATE_CONFIRMATION" in order["availableActions"]) is may_confirm
    count = (await app.data("{ orders(filter: {canReject: true}) { totalCount } }"))["orders"]["totalCount"]
    assert count == (2 if may_reject else 0)

    created = (
        await app.data(
            """mutation ($id: ID!) { createOrderConfirmation(input: {orderId: $id, notify: false,
               askBuyerApproval: false}) { userErrors { code } } }""",
            id=id_of(orders[1]),
        )
    )["createOrderConfirmation"]["userErrors"]
    assert created == ([] if may_confirm else [{"code": "NOT_PERMITTED"}])
    rejected = (await app.data(REJECT, id=id_of(orders[0])))["rejectOrder"]["userErrors"]
    assert rejected == ([] if may_reject else [{"code": "NOT_PERMITTED"}])


async def test_only_admins_manage_keys(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    secret, id = await make_key(api, shop)
    await using(api, secret).data(WHO)
    await wait_for_use(database, NOON)
    before = await trace(database), [key.secret_hash for key in await stored(database)]
    members = [api.as_(shop.member(role)) for role in (Role.WRITE, Role.READ, Role.APP)]
    for client in (*members, api.as_(shop.buyer_user()), api.as_(OPERATOR), using(api, secret)):
        new = {"name": "x", "scopes": ["ORDERS_READ"]}
        for name, document, input in (
            ("createApiKey", CREATE, new),
            ("rotateApiKey", ROTATE, {"apiKeyId": id}),
            ("revokeApiKey", REVOKE, {"apiKeyId": id}),
        ):
            payload = (await client.data(document, input=input))[name]
            assert payload["apiKey"] is None
            assert payload.get("secret") is None
            assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
        assert (await client.error(LIST))["extensions"]["code"] == "NOT_PERMITTED"
        assert (await client.data("query ($id: ID!) { node(id: $id) { id } }", id=id))["node"] is None
    assert (await trace(database), [key.secret_hash for key in await stored(database)]) == before


async def test_invalid_arguments_are_refused_and_create_nothing(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    for input, field in (
        ({"name": "  ", "scopes": ["ORDERS_READ"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["ORDERS_READ"], "expiresAt": "2026-11-24T12:00:00Z"}, "expiresAt"),
    ):
        payload = (await admin.data(CREATE, input=input))["createApiKey"]
        assert [error["field"] for error in payload["userErrors"]] == [["input", field]]
        assert payload["secret"] is None
    for name in ("x" * 101, "nul\x00"):
        payload = (await admin.data(CREATE, input={"name": name, "scopes": ["ORDERS_READ"]}))["createApiKey"]
        assert [error["field"] for error in payload["userErrors"]] == [["input", "name"]]
    assert await stored(database) == []
    _, id = await make_key(api, shop)
    for hours in (-1, 169):
        payload = (await admin.data(ROTATE, input={"apiKeyId": id, "overlapHours": hours}))["rotateApiKey"]
        assert [error["field"] for error in payload["userErrors"]] == [["input", "overlapHours"]]


async def test_the_number_of_keys_of_a_brand_is_bounded(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    _, id = await make_key(api, shop)
    rows = [
        ApiKey(
            brand_id=shop.brand.id,
            name=str(number),
            secret_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            last_four="abcd",
            scopes=["orders:read"],
            created_at=NOON,
            created_by="Mina Sato",
        )
        for number in range(MAX_KEYS - 1)
    ]
    await save(database, *rows)
    admin = api.as_(shop.member(Role.ADMIN))
    one_more = {"name": "one more", "scopes": ["ORDERS_READ"]}
    payload = (await admin.data(CREATE, input=one_more))["createApiKey"]
    assert (payload["apiKey"], payload["secret"]) == (None, None)
    assert payload["userErrors"] == [
        {"code": "INVALID_INPUT", "field": None, "message": "A brand has at most 100 API keys: revoke one first."}
    ]
    assert len(await stored(database)) == MAX_KEYS
    await make_key(api, await make_shop(database))
    await admin.data(REVOKE, input={"apiKeyId": id})
    # Two at once find one place.
    both = await asyncio.gather(*(admin.data(CREATE, input=one_more) for _ in range(2)))
    refused = [payload["createApiKey"]["userErrors"] for payload in both]
    assert sorted(map(len, refused)) == [0, 1]


async def test_a_rotated_key_replaces_the_old_one(database: Database, api: Client, clock: Clock) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    first, id = await make_key(api, shop)
    payload = (await admin.data(ROTATE, input={"apiKeyId": id}))["rotateApiKey"]
    second = payload["secret"]
    assert payload["apiKey"]["hint"] == f"omk_…{second[-4:]}"
    assert "replaced" in await refused(api, first)
    await using(api, second).data(WHO)

    payload = (await admin.data(ROTATE, input={"apiKeyId": id, "overlapHours": 24}))["rotateApiKey"]
    third = payload["secret"]
    assert payload["apiKey"]["previousUntil"] == "2026-11-25T12:00:00Z"
    assert "not one that we gave out" in await refused(api, first)
    assert (await using(api, second).data(WHO))["viewer"]["expiresAt"] == "2026-11-25T12:00:00Z"
    assert (await using(api, third).data(WHO))["viewer"]["expiresAt"] is None
    admin = api.as_(shop.member(Role.ADMIN))
    clock.move(hours=24)
    assert "replaced" in await refused(api, second)
    await using(api, third).data(WHO)


async def test_revoking_a_key_is_immediate_and_permanent(database: Database, api: Client, clock: Clock) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    first, id = await make_key(api, shop)
    second = (await admin.data(ROTATE, input={"apiKeyId": id, "overlapHours": 24}))["rotateApiKey"]["secret"]
    for _ in range(2):
        payload = (await admin.data(REVOKE, input={"apiKeyId": id}))["revokeApiKey"]
        assert payload == {"apiKey": {"id": id, "revokedAt": "2026-11-24T12:00:00Z"}, "userErrors": []}
        clock.move(minutes=1)
    for secret in (first, second):
        assert "revoked" in await refused(api, secret)
    assert (await admin.data(LIST))["apiKeys"] == []
    payload = (await admin.data(ROTATE, input={"apiKeyId": id}))["rotateApiKey"]
    assert payload["userErrors"][0]["field"] == ["input", "apiKeyId"]
    assert payload["secret"] is None


async def test_an_expired_key_is_refused(database: Database, api: Client, clock: Clock) -> None:
    shop = await make_shop(database)
    secret, id = await make_key(api, shop, expiresAt="2026-11-24T13:00:00Z")
    clock.move(minutes=59, seconds=59)
    await using(api, secret).data(WHO)
    clock.move(seconds=1)
    assert "expired" in await refused(api, secret)
    payload = (await api.as_(shop.member(Role.ADMIN)).data(ROTATE, input={"apiKeyId": id}))["rotateApiKey"]
    assert payload["userErrors"][0]["code"] == "INVALID_INPUT"


async def test_a_malformed_key_is_refused_without_a_query(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    secret, _ = await make_key(api, shop)
    with api.statements() as statements:
        for wrong in ("nonsense", secret[:-1], secret + "x", "OMK_" + secret[4:], "omk_" + "é" * 43, "' OR 1=1 --"):
            headers = {b"X-Merchant-API-Key": wrong.encode()}
            response = await api.http.post("/graphql", json={"query": WHO}, headers=headers)
            assert response.status_code == 401
    assert statements == []
    assert "not one that we gave out" in await refused(api, "omk_" + "x" * 43)
    other = "A" if secret[-1] != "A" else "B"
    assert "not one that we gave out" in await refused(api, secret[:-1] + other)


async def test_a_key_and_a_token_at_once_are_refused(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    secret, _ = await make_key(api, shop)
    headers = api.as_(shop.member()).headers | {"X-Merchant-API-Key": secret}
    response = await api.http.post("/graphql", json={"query": WHO}, headers=headers)
    assert response.status_code == 400
    assert "not both" in response.json()["errors"][0]["message"]


async def test_repeated_credentials_are_refused(database: Database, api: Client) -> None:
    """Which of two counts, a proxy may see otherwise than we do."""
    shop = await make_shop(database)
    secret, _ = await make_key(api, shop)
    token = api.as_(shop.member()).headers["Authorization"]
    for name, value in (("X-Merchant-API-Key", secret), ("Authorization", token)):
        headers = [(name, value), (name.lower(), value)]
        response = await api.http.post("/graphql", json={"query": WHO}, headers=headers)
        assert response.status_code == 400
        assert response.json()["errors"][0]["message"] == f"Send {name} once."


async def test_a_request_without_credentials_is_told_both_ways_to_sign_in(api: Client) -> None:
    response = await api.http.post("/graphql", json={"query": WHO})
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="orders", ApiKey realm="orders"'


async def test_the_last_use_is_recorded_once_a_minute_outside_the_request(
    database: Database, api: Client, clock: Clock
) -> None:
    shop = await make_shop(database)
    secret, _ = await make_key(api, shop)
    rows = []

    def see(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE api_keys"):
            rows.append(cursor.rowcount)

    event.listen(api.database.engine.sync_engine, "after_cursor_execute", see)
    await using(api, secret).data(WHO)
    await wait_for_use(database, NOON)
    clock.move(seconds=59)
    for _ in range(3):
        await using(api, secret).data(WHO)
    assert rows == [1]
    clock.move(seconds=1)
    # One that has read the key before the first of them noted it may try too, and then changes nothing.
    await asyncio.gather(*(using(api, secret).data(WHO) for _ in range(10)))
    await wait_for_use(database, NOON + timedelta(minutes=1))
    assert sum(rows) == 2


async def test_looking_a_key_up_is_one_statement_by_an_index(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    secret, _ = await make_key(api, shop)
    await using(api, secret).data(WHO)
    with api.statements() as statements:
        await using(api, secret).data("{ viewer { kind } }")
    lookups = [statement for statement in statements if not statement.startswith("UPDATE api_keys")]
    assert len(lookups) == 1, lookups
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            # Of a table with one row, PostgreSQL would read it all.
            await connection.exec_driver_sql("SET enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plan = str((await connection.exec_driver_sql(explain + lookups[0], ("a", "b"))).all())
    assert "ix_api_keys_secret_hash" in plan
    assert "ix_api_keys_previous_hash" in plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan


async def test_every_change_of_a_key_is_audited(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    admin = api.as_(shop.member(Role.ADMIN))
    secret, id = await make_key(api, shop, "ORDERS_REJECT")
    rotated = (await admin.data(ROTATE, input={"apiKeyId": id, "overlapHours": 2}))["rotateApiKey"]["secret"]
    await admin.data(REVOKE, input={"apiKeyId": id})
    await admin.data(REVOKE, input={"apiKeyId": id})
    async with database.read(EVERYTHING) as session:
        entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))
    ids = [to_id(Kind.EVENT, entry.id) for entry in entries]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrderEvent { kind actor summary } } }"
    told = [(each["kind"], each["summary"]) for each in (await admin.data(query, ids=ids))["nodes"]]
    assert told == [
        ("API_KEY_CREATED", "API key ERP connector created (orders:read, orders:reject)"),
        ("API_KEY_ROTATED", "API key ERP connector rotated; the old one is good until 2026-11-24T14:00:00+00:00"),
        ("API_KEY_REVOKED", "API key ERP connector revoked"),
    ]
    for text_ in (secret, rotated, hashlib.sha256(secret.encode()).hexdigest()):
        assert text_ not in str([entry.details for entry in entries])


async def test_no_key_is_logged(database: Database, api: Client, caplog: pytest.LogCaptureFixture) -> None:
    shop = await make_shop(database)
    with caplog.at_level(logging.DEBUG):
        secret, id = await make_key(api, shop)
        await using(api, secret).data(WHO)
        wrong = secret[:-4] + "AAAA"
        await refused(api, wrong)
        payload = (await api.as_(shop.member(Role.ADMIN)).data(ROTATE, input={"apiKeyId": id}))["rotateApiKey"]
        await refused(api, secret)
    assert "POST /graphql" in caplog.text
    for key in (secret, wrong, payload["secret"]):
        assert key not in caplog.text


async def test_a_key_is_neither_accepted_nor_refused_while_the_database_is_unavailable(
    tmp_path: Path, clock: Clock
) -> None:
    async with serving(f"postgresql://user:hidden@127.0.0.1:{free_port()}/orders", tmp_path, clock) as api:
        headers = {"X-Merchant-API-Key": "omk_" + "x" * 43}
        response = await api.http.post("/graphql", json={"query": WHO}, headers=headers)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert "hidden" not in response.text
