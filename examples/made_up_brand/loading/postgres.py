"""The same for PostgreSQL, by COPY, which row-level security allows the owner only without FORCE."""

import asyncio
import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from examples.made_up_brand.loading import added
from examples.made_up_brand.loading.making import Made
from examples.made_up_brand.orders import COLUMNS
from models.database.tables import metadata

TABLES = (*COLUMNS, *added.TABLES)
OF_TABLES = "({})".format(", ".join(f"'{name}'::regclass" for name in TABLES))
IS_OWNER = f"SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE oid IN {OF_TABLES}"  # noqa: S608
FOREIGN_KEYS = f"""SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid IN {OF_TABLES}"""  # noqa: S608
# But those of primary keys and unique constraints, and partial ones, whose definition changes when it is read back.
INDEXES = f"""SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
    WHERE indrelid IN {OF_TABLES} AND indpred IS NULL
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""  # noqa: S608
SETTINGS = ("statement_timeout = 0", "maintenance_work_mem = '512MB'", "work_mem = '256MB'", "synchronous_commit = off")


async def is_owner(session: AsyncSession) -> bool:
    return bool((await (await session.connection()).exec_driver_sql(IS_OWNER)).scalar())


async def load(session: AsyncSession, brand_id: UUID, batches: Iterator[Made], progress: Callable[[int], None]) -> None:
    """In the session's transaction, which keeps everybody else out of these tables."""
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection

    async def run(*statements: str) -> None:
        for statement in statements:
            await driver.execute(statement, timeout=None)

    await run(*(f"SET LOCAL {setting}" for setting in SETTINGS))
    await run(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")
    foreign_keys = [tuple(row) for row in await driver.fetch(FOREIGN_KEYS)]
    indexes = [tuple(row) for row in await driver.fetch(INDEXES)]
    await run(*(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _ in foreign_keys))
    await run(*(f"DROP INDEX {name}" for name, _ in indexes))
    for name in TABLES:
        await run(f"ALTER TABLE {name} DISABLE TRIGGER USER", f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    done = 0
    while batch := await asyncio.to_thread(next, batches, None):
        for table in metadata.sorted_tables:
            if rows := batch.rows.get(table.name):
                await driver.copy_to_table(table.name, source=io.BytesIO(rows), columns=COLUMNS[table.name])
        head = "UPDATE audit_heads SET sequence = $1, hash = $2 WHERE brand_id = $3"
        await driver.execute(head, batch.sequence, batch.hash, brand_id)
        done += batch.orders
        progress(done)
    await run(*(f"ANALYZE {table}" for table in ("orders", "audit_entries")))  # for the plans of what follows
    await run(*added.statements("postgresql", brand_id))
    await run(*(definition for _, definition in indexes))
    await run(*(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}" for table, name, definition in foreign_keys))
    for name in TABLES:
        await run(f"ALTER TABLE {name} ENABLE TRIGGER USER", f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
