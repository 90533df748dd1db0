"""PostgreSQL's serving role: the product works with it, and it can switch off nothing that the owner made."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy import Select, select, text

from examples.made_up_brand.writer import seed_orders
from graph.cli.audit import verify
from graph.cli.brands import add_brand, new_brand
from graph.cli.doctor import _serving_role
from graph.cli.import_orders import run_import
from graph.cli.migrate import migrate_database
from graph.core.ids import Kind, to_id
from graph.settings.environment import Settings
from models.actor import Actor
from models.database.serving_role import ServingRoleError, grant_to_serving_role, role_and_powers
from models.database.sessions import Database
from models.locale import Locale
from models.migrations import upgrade
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.cli.test_command_line import ROOT
from tests.support.client import SECRET
from tests.support.factories import make_order, make_shop
from tests.support.postgres import OWNER, SUPERUSER, Postgres
from tests.support.server_process import server_process
from tests.support.servers import token

ROLE = "orders_server"
REJECT = (
    "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true}) { order { status } userErrors { code } } }"
)


@pytest.fixture(scope="module")
def role(postgres: Postgres) -> str:
    asyncio.run(postgres.execute(f"CREATE ROLE {ROLE} LOGIN"))
    return ROLE


@pytest.fixture
async def owner(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def url(owner: Database, role: str, postgres_url: str) -> str:
    """The database's URL for the serving role."""
    assert "can serve it" in await migrate_database(owner, role)
    return postgres_url.replace(f"//{OWNER}@", f"//{role}@")


@pytest.fixture
async def raw(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


REFUSED = {
    "a trigger switched off": "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_no_update",
    "all triggers switched off": "ALTER TABLE order_rejections DISABLE TRIGGER ALL",
    "a trigger dropped": "DROP TRIGGER audit_entries_no_delete ON audit_entries",
    "its function replaced": "CREATE OR REPLACE FUNCTION audit_entries_no_delete() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN OLD; END $$",
    "its function dropped": "DROP FUNCTION audit_entries_no_delete() CASCADE",
    "its function moved": "ALTER FUNCTION audit_entries_no_delete() SET search_path TO pg_temp",
    "triggers switched off for the session": "SET session_replication_role = replica",
    "a trigger of its own": "CREATE TRIGGER own BEFORE INSERT ON orders FOR EACH ROW"
    " EXECUTE FUNCTION audit_entries_no_delete()",
    "row-level security switched off": "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
    "row-level security not forced": "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY",
    "a policy dropped": "DROP POLICY brand ON orders",
    "a policy of its own": "CREATE POLICY own ON orders USING (true)",
    "a column dropped": "ALTER TABLE orders DROP COLUMN comment",
    "a constraint dropped": "ALTER TABLE orders DROP CONSTRAINT ck_orders_status",
    "a table dropped": "DROP TABLE order_tags",
    "a table emptied": "TRUNCATE order_tags",
    "a table made": "CREATE TABLE order_rejections2 (id int)",
    "a temporary table": "CREATE TEMPORARY TABLE order_rejections (brand_id uuid, order_id uuid)",
    "a temporary view": "CREATE TEMPORARY VIEW orders AS SELECT 1",
    "a schema made": "CREATE SCHEMA own",
    "the owner's role": f"SET ROLE {OWNER}",
    "a superuser's role": f"SET ROLE {SUPERUSER}",
    "the owner's role for the session": f"SET SESSION AUTHORIZATION {OWNER}",
    "membership": f"GRANT {OWNER} TO {ROLE}",
    "BYPASSRLS": f"ALTER ROLE {ROLE} BYPASSRLS",
    "ownership": f"ALTER TABLE orders OWNER TO {ROLE}",
    "the schema's version": "UPDATE alembic_version SET version_num = '0001'",
    "which releases are admitted": "DELETE FROM schema_compatibility",
    "an audit entry changed": "UPDATE audit_entries SET actor_name = 'x'",
    "a rejection deleted": "DELETE FROM order_rejections",
}


async def test_it_cannot_switch_off_what_the_owner_made(raw: asyncpg.Connection) -> None:
    outcomes = {what: await outcome(raw, statement) for what, statement in REFUSED.items()}
    assert {what: each for what, each in outcomes.items() if each != "InsufficientPrivilegeError"} == {}


async def outcome(raw: asyncpg.Connection, statement: str) -> str:
    try:
        return str(await raw.execute(statement))
    except asyncpg.PostgresError as error:
        return type(error).__name__


async def test_it_reads_no_rows_past_row_level_security(owner: Database, url: str, raw: asyncpg.Connection) -> None:
    ours, theirs = await make_shop(owner), await make_shop(owner)
    for shop in (ours, theirs):
        await make_order(owner, shop)
    assert await raw.fetch("SELECT * FROM orders") == []
    async with raw.transaction():
        await raw.execute(f"SET LOCAL orders.brand = '{ours.brand.id.hex}'")
        assert {row["brand_id"] for row in await raw.fetch("SELECT brand_id FROM orders")} == {ours.brand.id}
        assert await raw.fetch(f"SELECT * FROM orders WHERE brand_id = '{theirs.brand.id}'") == []
    await raw.execute("SET row_security = off")  # PostgreSQL then refuses what a policy would have filtered
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await raw.fetch("SELECT * FROM orders")


async def test_a_trigger_does_not_look_at_a_temporary_table(owner: Database, postgres_url: str) -> None:
    """Even of a role that may create one: as the owner here."""
    shop = await make_shop(owner)
    order = await make_order(owner, shop, status=OrderStatus.REJECTED_BY_BRAND)
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute(f"SET orders.brand = '{shop.brand.id.hex}'")
        await connection.execute("CREATE TEMPORARY TABLE order_rejections (brand_id uuid, order_id uuid)")
        await connection.execute("CREATE TEMPORARY TABLE orders (brand_id uuid, id uuid, status text)")
        with pytest.raises(asyncpg.CheckViolationError, match="the order is rejected"):
            await connection.execute(
                "INSERT INTO delivery_notes (brand_id, id, order_id, code, created_at)"
                f" VALUES ('{shop.brand.id}', gen_random_uuid(), '{order.id}', 'x', now())"
            )
    finally:
        await connection.close()


async def test_every_trigger_has_its_own_search_path(owner: Database) -> None:
    """Every upgrade sees to it, whichever migration made the trigger."""
    functions = text(
        "SELECT proname, array_to_string(proconfig, ' ') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype"
    )
    async with owner.engine.connect() as connection:
        found = {name: config or "" for name, config in (await connection.execute(functions)).all()}
    assert len(found) > 40
    assert [name for name, config in found.items() if "search_path=pg_catalog, public, pg_temp" not in config] == []


async def test_a_table_of_a_later_migration_is_granted_too(owner: Database, raw: asyncpg.Connection) -> None:
    async with owner.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE later (id int)"))
    assert await raw.execute("INSERT INTO later VALUES (1)") == "INSERT 0 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await raw.execute("TRUNCATE later")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        ("CREATE ROLE {role} LOGIN SUPERUSER", "it is a superuser."),
        ("CREATE ROLE {role} LOGIN BYPASSRLS", "it has BYPASSRLS."),
        ("CREATE ROLE {role} LOGIN CREATEROLE", "it has CREATEROLE."),
        ("CREATE ROLE {role} LOGIN IN ROLE " + OWNER, f"owns tables (as a member of {OWNER})"),
        ("SELECT 1", "There is no role {role}: create it with CREATE ROLE {role} LOGIN"),
    ],
)
async def test_a_role_that_could_do_more_is_refused(postgres: Postgres, owner: Database, make: str, says: str) -> None:
    role = f"r{abs(hash(make))}"
    await postgres.execute(make.format(role=role))
    with pytest.raises(ServingRoleError, match=re.escape(says.format(role=role))):
        await grant_to_serving_role(owner, role)


async def test_nothing_is_granted_while_the_role_could_still_create_tables(
    postgres: Postgres, owner: Database, role: str
) -> None:
    """The database belongs to somebody else, so that its owner must revoke what everybody may."""
    name = owner.url.database
    await postgres.execute(f'ALTER DATABASE "{name}" OWNER TO {SUPERUSER}')
    says = re.escape(f"Nothing was granted to {role}") + f".*REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC"
    with pytest.raises(ServingRoleError, match=says):
        await grant_to_serving_role(owner, role)
    async with owner.engine.connect() as connection:
        may = text(f"SELECT has_table_privilege('{role}', 'orders', 'SELECT')")
        assert not await connection.scalar(may)


async def test_on_sqlite_there_are_no_roles(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with pytest.raises(ServingRoleError, match="SQLite has no roles"):
        await grant_to_serving_role(database, ROLE)
    await database.close()


async def test_the_doctor_notes_a_server_that_owns_the_tables(url: str, postgres_url: str, tmp_path: Path) -> None:
    as_owner, as_server = [
        await _serving_role(Settings(database_url=each, secret_key=SECRET, data_folder=tmp_path))
        for each in (postgres_url, url)
    ]
    assert as_owner[0] is None
    assert "owns tables" in as_owner[1]
    assert "orders migrate --grant-to" in as_owner[1]
    assert as_server == (True, f"{ROLE} can change rows only")


async def test_the_whole_product_works_with_it(url: str) -> None:
    """As commands of the command line use it, and in a real server, which sends the mail."""
    database = Database(url)
    assert await role_and_powers(database) == (ROLE, [])
    await upgrade(database)  # nothing to do
    brand = new_brand("kumo", "Kumo", Locale.JA, "Asia/Tokyo", "JPY", None)
    await add_brand(database, brand)
    assert await run_import(database, "kumo", [ROOT / "examples" / "demo" / "kumo.csv"], None) == 0
    await seed_orders(database, 20, brand="made-up", seed=1)
    assert await verify(database, None)
    async with database.read(EVERYTHING) as session:
        order = await session.scalar(select(Order.id).where(Order.code == "雲-1001"))
        assert order is not None
    headers = {"Authorization": f"Bearer {token(Actor(Role.ADMIN, 'mem-1', 'Mina', brand.id))}"}
    async with server_process(url, "--no-migrate") as server, httpx2.AsyncClient(timeout=60) as http:
        asked = {"query": REJECT, "variables": {"id": to_id(Kind.ORDER, order)}}
        answer = await http.post(f"{server.url}/graphql", json=asked, headers=headers)
        rejected = {"order": {"status": "REJECTED_BY_BRAND"}, "userErrors": []}
        assert answer.json()["data"]["rejectOrder"] == rejected, answer.text
        sent = select(OutboxMessage.id).where(OutboxMessage.order_id == order, OutboxMessage.status == "SENT")
        async with asyncio.timeout(60):
            while not await one(database, sent):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert await verify(database, None)
    await database.close()


async def one(database: Database, statement: Select[Any]) -> Any:
    async with database.read(EVERYTHING) as session:
        return await session.scalar(statement)
