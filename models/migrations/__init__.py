"""Schema migrations (Alembic), run from code: `await upgrade(database)`. The revisions are in versions/."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database.engines import TIMEOUTS
from models.database.sessions import Database
from models.scope import EVERYTHING

# An arbitrary fixed number: with it, PostgreSQL processes that start together migrate one after the other.
MIGRATION_LOCK = 20261124
MAX_WAIT_SECONDS = 3600  # for the migration of another process, on SQLite


class NewerSchemaError(RuntimeError):
    """The database was migrated by a newer release than this one."""


class LossError(RuntimeError):
    """A downgrade that would lose decisions, or the chain that proves them."""


# Revision → tables whose rows a downgrade below it loses permanently.
LOST_BELOW = {
    "0003": ("audit_heads", "invoiced_delivery_notes"),
    "0002": ("order_replacements", "delivery_note_lines"),
    "0001": ("orders", "order_rejections", "order_send_backs", "audit_entries", "outbox_messages"),
}


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def latest() -> str:
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None  # noqa: S101 - the repo ships at least one revision
    return head


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def current(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current)


async def upgrade(database: Database, revision: str = "head") -> None:
    await _run(database, lambda connection: command.upgrade(config(connection), revision))


async def downgrade(database: Database, revision: str = "base") -> None:
    """Raises LossError, and changes nothing, when decisions or the audit's chains would be lost."""

    def down(connection: Connection) -> None:
        _refuse_loss(connection, revision)
        command.downgrade(config(connection), revision)

    await _run(database, down)


async def _run(database: Database, migrate: Callable[[Connection], None]) -> None:
    async with database.engine.connect() as connection:
        # On SQLite too, the migration of another process may take long.
        await connection.execution_options(writes=True, wait=MAX_WAIT_SECONDS, scope=EVERYTHING)
        async with connection.begin():
            if not database.is_sqlite:
                # Migrations, ours and another process's, may take long. The wait for a table's lock stays bounded.
                await connection.execute(text("SET LOCAL statement_timeout = 0"))
                await connection.execute(text("SET LOCAL lock_timeout = 0"))
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
                await connection.execute(text(f"SET LOCAL lock_timeout = '{TIMEOUTS['lock_timeout']}'"))
            await connection.run_sync(_refuse_newer)
            await connection.run_sync(migrate)


def _refuse_newer(connection: Connection) -> None:
    revision = _current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerSchemaError(
            f"The database is at schema {revision}, which this release does not know (its newest is {latest()}). "
            "Start the newer release, or restore a backup made before the upgrade."
        )


def _refuse_loss(connection: Connection, revision: str) -> None:
    script = ScriptDirectory.from_config(config())
    undone = [step.revision for step in script.iterate_revisions(_current(connection), revision)]
    for step in undone:
        for table in LOST_BELOW.get(step, ()):
            if connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first():  # noqa: S608 - a name of our own
                raise LossError(f"A downgrade below {step} would lose what is in {table}. Restore a backup instead.")
