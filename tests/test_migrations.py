"""The schema can be made, taken back and made again on both databases, and is what the models say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from models.base import Database
from models.migrations import NewerSchemaError, current, downgrade, latest, upgrade
from models.tables import metadata


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_up_down_and_up_again(database: Database) -> None:
    await downgrade(database)
    assert await current(database) is None
    async with database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await upgrade(database)
    assert await current(database) == latest()
    async with database.engine.connect() as connection:
        assert await connection.run_sync(tables) == set(metadata.tables)


async def test_the_migrated_schema_is_the_schema_of_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return list(compare_metadata(context, metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_schema_of_a_newer_release_is_refused(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match="schema 9999"):
        await upgrade(database)
