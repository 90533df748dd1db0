"""Schema migrations (Alembic), run from code: `await upgrade(database)`. The revisions are in versions/."""

from collections.abc import Callable

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from models.database.engines import TIMEOUTS
from models.database.sessions import Database
from models.migrations.releases import (
    NewerSchemaError,
    SchemaError,
    current_revision,
    known,
    latest,
    read_state,
    schema_state,
    write_oldest_release,
)
from models.migrations.revisions import config, scripts
from models.migrations.search_path import fix_search_paths
from models.scope import EVERYTHING

__all__ = ["LossError", "NewerSchemaError", "SchemaError", "current", "downgrade", "latest", "pending", "upgrade"]

# An arbitrary fixed number: with it, PostgreSQL processes that start together migrate one after the other.
MIGRATION_LOCK = 20261124
MAX_WAIT_SECONDS = 3600  # for the migration of another process, on SQLite
INSUFFICIENT_PRIVILEGE = "42501"


class LossError(RuntimeError):
    """A downgrade that would lose decisions, or the chain that proves them."""


# Revision → tables whose rows a downgrade below it loses permanently.
LOST_BELOW = {
    "0025": ("credit_notes",),
    "0019": ("order_rejection_grounds",),
    "0003": ("audit_heads", "invoiced_delivery_notes"),
    "0002": ("order_replacements", "delivery_note_lines"),
    "0001": ("orders", "order_rejections", "order_send_backs", "audit_entries", "outbox_messages"),
}


async def current(database: Database) -> str | None:
    return (await schema_state(database)).revision


async def pending(database: Database) -> list[str]:
    """The revisions that an upgrade would run, in order. Empty also for a newer schema that admits this release."""
    state = await schema_state(database)
    if state.is_newer:
        if problem := state.problem():
            raise problem
        return []
    return [revision for revision in known() if revision > (state.revision or "")]


async def upgrade(database: Database, revision: str = "head") -> None:
    """Does nothing to a newer schema that admits this release. Raises SchemaError."""
    if revision == "head" and not await pending(database):
        return
    from alembic import command

    try:
        await _run(database, lambda connection: command.upgrade(config(connection), revision))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != INSUFFICIENT_PRIVILEGE:
            raise
        raise SchemaError(
            f"The role {database.url.username} may not migrate this database: run ./run orders migrate with a URL of "
            "the role that owns it (docs/guides/postgresql.md), and start the servers with --no-migrate."
        ) from None


async def downgrade(database: Database, revision: str = "base") -> None:
    """Raises LossError, and changes nothing, when decisions or the audit's chains would be lost."""

    from alembic import command

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
            state = await connection.run_sync(read_state)
            if state.is_newer and (problem := state.problem()):
                raise problem
            if not state.is_newer:
                await connection.run_sync(migrate)
                await connection.run_sync(write_oldest_release)
                if not database.is_sqlite:
                    await connection.run_sync(fix_search_paths)


def _refuse_loss(connection: Connection, revision: str) -> None:
    undone = [step.revision for step in scripts().iterate_revisions(current_revision(connection), revision)]
    for step in undone:
        for table in LOST_BELOW.get(step, ()):
            if connection.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first():  # noqa: S608 - a name of our own
                raise LossError(f"A downgrade below {step} would lose what is in {table}. Restore a backup instead.")
