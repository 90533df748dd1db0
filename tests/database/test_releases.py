"""Servers of two releases on one database: which schemas a release can serve, and that migrations say so honestly.

The release to come is this one with one more migration, in a folder of the test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from graph.core.ids import Kind, to_id
from models.database.sessions import Database
from models.database.tables import metadata
from models.migrations import NewerSchemaError, downgrade, pending, upgrade
from models.migrations.releases import OLDEST_SCHEMA, known, latest, oldest_release_at, schema_state
from models.migrations.revisions import VERSIONS, scripts
from tests.support.factories import make_order, make_shop
from tests.support.server_process import ServerProcess, server_process
from tests.support.servers import token

FIRST = "0015"  # the migration that made the table; earlier ones declare nothing
NEXT = '''"""the release to come.

Revision ID: {revision}
Revises: {before}
"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
{declares}


def upgrade() -> None:
    {change}


def downgrade() -> None:
    pass
'''
EXPAND = 'op.add_column("orders", sa.Column("reference", sa.String(64), nullable=True))'
CONTRACT = 'op.drop_column("orders", "reference")'
REJECT = "mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: false}) { userErrors { code } } }"


@pytest.fixture
def to_come(tmp_path: Path) -> Iterator[Path]:
    """The folder for the migrations of the release to come; empty."""
    folder = tmp_path / "versions"
    folder.mkdir()
    yield folder
    this_release()


def this_release() -> None:
    VERSIONS[1:] = []
    scripts.cache_clear()


def write(folder: Path, revision: str, change: str, oldest: str | None, before: str) -> None:
    declares = f'oldest_release = "{oldest}"' if oldest else ""
    text = NEXT.format(revision=revision, before=before, change=change, declares=declares)
    (folder / f"{revision}_next.py").write_text(text)


async def migrate_to_come(database: Database, folder: Path) -> None:
    """As the release to come does it."""
    scripts.cache_clear()
    VERSIONS[1:] = [folder]
    try:
        await upgrade(database)
    finally:
        this_release()


def test_the_names_of_the_files_are_the_chain_of_revisions() -> None:
    assert [*known()] == [script.revision for script in scripts().walk_revisions()][::-1]


# ── What a release can serve ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_schema_that_only_adds_admits_servers_of_the_release_before(database: Database, to_come: Path) -> None:
    write(to_come, "9001", EXPAND, latest(), before=latest())
    await migrate_to_come(database, to_come)
    state = await schema_state(database)
    assert (state.revision, state.oldest_release, state.problem()) == ("9001", latest(), None)
    # An older release that is started again neither fails nor migrates.
    assert await pending(database) == []
    await upgrade(database)
    assert (await schema_state(database)).revision == "9001"


@pytest.mark.parametrize("oldest", ["9001", None])
async def test_a_schema_that_takes_something_away_refuses_them(
    database: Database, to_come: Path, oldest: str | None
) -> None:
    write(to_come, "9001", EXPAND, oldest, before=latest())
    await migrate_to_come(database, to_come)
    problem = (await schema_state(database)).problem()
    assert isinstance(problem, NewerSchemaError)
    assert "schema 9001, which admits releases from 9001 on; this release knows schemas up to" in str(problem)
    with pytest.raises(NewerSchemaError, match="Start the newer release"):
        await upgrade(database)


async def test_the_strictest_migration_counts(database: Database, to_come: Path) -> None:
    write(to_come, "9001", EXPAND, "9001", before=latest())
    write(to_come, "9002", "pass", latest(), before="9001")
    await migrate_to_come(database, to_come)
    assert (await schema_state(database)).oldest_release == "9001"


async def test_a_row_about_another_schema_admits_nobody(database: Database, to_come: Path) -> None:
    """Alembic without our upgrade leaves the row as it was."""
    write(to_come, "9001", EXPAND, latest(), before=latest())
    await migrate_to_come(database, to_come)
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("UPDATE alembic_version SET version_num = '9002'"))
    assert isinstance((await schema_state(database)).problem(), NewerSchemaError)


async def test_a_schema_that_is_too_old_is_refused_with_what_to_do(database: Database) -> None:
    before = known()[known().index(OLDEST_SCHEMA) - 1]
    await downgrade(database, OLDEST_SCHEMA)
    assert (await schema_state(database)).problem() is None
    await downgrade(database, before)
    problem = (await schema_state(database)).problem()
    assert f"at schema {before}, but this release needs {OLDEST_SCHEMA}" in str(problem)
    assert "./run orders migrate" in str(problem)
    assert await pending(database) == known()[known().index(OLDEST_SCHEMA) :]


# ── Migrations say so honestly ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_models_work_with_the_oldest_schema_that_is_served(database: Database) -> None:
    """Raise OLDEST_SCHEMA when a model gets a column or a table that a newer migration adds."""
    await downgrade(database, OLDEST_SCHEMA)

    def missing(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        found = compare_metadata(context, metadata)
        adds = [each for each in found if isinstance(each, tuple) and each[0] in ("add_column", "add_table")]
        return [each for each in adds if not (each[0] == "add_table" and each[1].name == "schema_compatibility")]

    async with database.engine.connect() as connection:
        assert await connection.run_sync(missing) == []


def test_every_migration_declares_a_release_that_is_known_and_not_newer() -> None:
    order = list(known())
    for revision in order[order.index(FIRST) :]:
        declared = getattr(scripts().get_revision(revision).module, "oldest_release", None)
        assert declared in order[: order.index(revision) + 1], f"{revision} must declare oldest_release"


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a schema: (table, column) → (type, nullable, has a default)."""

    columns: dict[tuple[str, str], tuple[str, bool, bool]]

    @classmethod
    def of(cls, connection: Connection) -> "Shape":
        inspector = inspect(connection)
        return cls(
            {
                (table, column["name"]): (
                    str(column["type"]),
                    bool(column["nullable"]),
                    column["default"] is not None or bool(column.get("autoincrement") is True),
                )
                for table in inspector.get_table_names()
                for column in inspector.get_columns(table)
            }
        )

    def contracts(self, after: "Shape") -> list[str]:
        """What a server that knows this schema would miss, or fail on, in the one after."""
        tables = {table for table, _ in self.columns}
        found = []
        for key, (type, nullable, _) in self.columns.items():
            name = ".".join(key)
            if key not in after.columns:
                found.append(f"{name} is gone")
            elif after.columns[key][0] != type:
                found.append(f"{name} has another type")
            elif nullable and not after.columns[key][1]:
                found.append(f"{name} is NOT NULL now")
        for key, (_, nullable, has_default) in after.columns.items():
            if key not in self.columns and key[0] in tables and not nullable and not has_default:
                found.append(f"{'.'.join(key)} is new, NOT NULL and without a default")
        return found


async def test_a_migration_that_takes_something_away_raises_its_oldest_release(sqlite_url: str) -> None:
    """Each migration since the first that declares. A trigger or CHECK that refuses what the release before writes
    takes something away too, and no test sees it."""
    database = Database(sqlite_url)
    await downgrade(database, FIRST)
    order = list(known())
    for revision in order[order.index(FIRST) + 1 :]:
        before = await shape(database)
        await upgrade(database, revision)
        contracts = before.contracts(await shape(database))
        declared, earlier = (
            oldest_release_at(each, scripts()) for each in (revision, order[order.index(revision) - 1])
        )
        assert not contracts or order.index(declared) > order.index(earlier), (revision, contracts)
    await database.close()


async def shape(database: Database) -> Shape:
    async with database.engine.connect() as connection:
        return await connection.run_sync(Shape.of)


@pytest.mark.parametrize(
    ("change", "contract"),
    [
        (EXPAND, None),
        ('op.add_column("orders", sa.Column("reference", sa.String(64), nullable=False, server_default=""))', None),
        ('op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.String))', None),
        ('op.add_column("order_tags", sa.Column("x", sa.Integer, nullable=False))', "order_tags.x is new, NOT NULL"),
        ('op.drop_table("cart_lines")', "cart_lines.sku_id is gone"),
        ('op.execute("ALTER TABLE carts RENAME COLUMN buyer_id TO shop_id")', "carts.buyer_id is gone"),
    ],
)
async def test_what_takes_something_away_is_seen(
    sqlite_url: str, to_come: Path, change: str, contract: str | None
) -> None:
    database = Database(sqlite_url)
    write(to_come, "9001", change, None, before=latest())
    before = await shape(database)
    await migrate_to_come(database, to_come)
    found = before.contracts(await shape(database))
    await database.close()
    assert (contract is None and not found) or any(contract is not None and contract in each for each in found), found


# ── Two servers ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_old_server_goes_on_while_a_new_one_migrates(
    database_url: str, database: Database, to_come: Path
) -> None:
    shop = await make_shop(database)
    orders = [to_id(Kind.ORDER, (await make_order(database, shop)).id) for _ in range(3)]
    headers = {"Authorization": f"Bearer {token(shop.member())}"}

    async def reject(server: ServerProcess, id: str) -> None:
        answer = await http.post(
            f"{server.url}/graphql", json={"query": REJECT, "variables": {"id": id}}, headers=headers
        )
        assert answer.json()["data"] == {"rejectOrder": {"userErrors": []}}, answer.text

    async def ready(server: ServerProcess) -> tuple[int, str]:
        answer = await http.get(f"{server.url}/health/ready")
        return answer.status_code, answer.json().get("reason", "")

    newer = f"""
from pathlib import Path
from models.migrations.revisions import VERSIONS
VERSIONS.append(Path({str(to_come)!r}))
"""
    async with httpx2.AsyncClient(timeout=60) as http, server_process(database_url, "--no-migrate") as old:
        await reject(old, orders[0])
        write(to_come, "9001", EXPAND, latest(), before=latest())
        async with server_process(database_url, change=newer) as new:
            assert (await schema_state(database)).revision == "9001"
            assert await ready(old) == (200, "")
            await reject(new, orders[1])
            await reject(old, orders[2])
        write(to_come, "9002", CONTRACT, "9001", before="9001")
        await migrate_to_come(database, to_come)
        status, reason = await ready(old)
        assert status == 503
        assert "schema 9002, which admits releases from 9001 on" in reason
