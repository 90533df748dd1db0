"""Which release can serve which schema, so that the servers of two releases can share a database during an upgrade.

A release is named by its newest revision. It serves a schema

- that is older, from OLDEST_SCHEMA on;
- that is newer, if the database says so: each migration declares the oldest release whose servers work with its schema
  (`oldest_release`), and the migrating release writes the newest of these into the table schema_compatibility, with the
  revision that it is about.

docs/operations.md describes the upgrade, docs/architecture.md how such migrations are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, inspect, select, text

from models.database.sessions import Database
from models.database.tables import schema_compatibility
from models.migrations.revisions import VERSIONS, scripts

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

# The oldest schema that the models of this release work with; a test compares them. It is raised whenever a model gets
# a column or table that a migration adds.
OLDEST_SCHEMA = "0032"


class SchemaError(RuntimeError):
    """This release cannot serve, or not migrate, the database's schema. The message says what to do."""


class NewerSchemaError(SchemaError):
    """The database was migrated by a newer release, and does not admit servers of this one."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`revision` None: no schema. `oldest_release`: read only for a revision that this release does not know."""

    revision: str | None
    oldest_release: str | None = None

    @property
    def is_newer(self) -> bool:
        return self.revision is not None and self.revision not in known()

    @property
    def is_admitting(self) -> bool:
        """Whether the schema is newer than this release, and admits its servers."""
        return self.is_newer and self.oldest_release in known()

    def problem(self) -> SchemaError | None:
        """Why this release cannot serve the database."""
        if self.revision is None:
            return SchemaError("The database is empty: run the migrations with ./run orders migrate.")
        if self.is_newer:
            return None if self.is_admitting else NewerSchemaError(self._newer())
        if known().index(self.revision) < known().index(OLDEST_SCHEMA):
            return SchemaError(
                f"The database is at schema {self.revision}, but this release needs {OLDEST_SCHEMA} or a newer one: "
                "run the migrations with ./run orders migrate."
            )
        return None

    def _newer(self) -> str:
        admits = f", which admits releases from {self.oldest_release} on" if self.oldest_release else ""
        return (
            f"The database is at schema {self.revision}{admits}; this release knows schemas up to {latest()}. "
            "Start the newer release, or restore a backup made before the upgrade."
        )


def known() -> Sequence[str]:
    """The revisions of this release, oldest first: the numbers that their files begin with (a test compares them)."""
    return sorted(path.name.partition("_")[0] for folder in VERSIONS for path in folder.glob("[0-9]*_*.py"))


def latest() -> str:
    return known()[-1]


def current_revision(connection: Connection) -> str | None:
    """As Alembic has written it; read without Alembic, which a server with nothing to migrate does not import."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def read_state(connection: Connection) -> SchemaState:
    state = SchemaState(current_revision(connection))
    if state.is_newer and inspect(connection).has_table(schema_compatibility.name):
        of_revision = select(schema_compatibility.c.oldest_release).where(
            schema_compatibility.c.revision == state.revision
        )
        return SchemaState(state.revision, connection.scalar(of_revision))
    return state


async def schema_state(database: Database) -> SchemaState:
    async with database.engine.connect() as connection:
        return await connection.run_sync(read_state)


def oldest_release_at(revision: str, directory: "ScriptDirectory") -> str:
    """The newest `oldest_release` of the migrations up to this revision; without one, a migration admits no older."""
    chain = list(reversed([*directory.walk_revisions("base", revision)]))
    order = [script.revision for script in chain]
    return max((getattr(script.module, "oldest_release", script.revision) for script in chain), key=order.index)


def write_oldest_release(connection: Connection) -> None:
    """Says in the database which releases its schema admits. Nothing to say before there is the table."""
    revision = current_revision(connection)
    if revision is None or not inspect(connection).has_table(schema_compatibility.name):
        return
    connection.execute(delete(schema_compatibility))
    oldest = oldest_release_at(revision, scripts())
    connection.execute(insert(schema_compatibility).values(revision=revision, oldest_release=oldest))
