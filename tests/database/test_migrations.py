"""The migrations run up, down and up again on both databases, and give the schema of the models."""

import asyncio
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, PrimaryKeyConstraint, UniqueConstraint, inspect, select, text

from models.buyer import Buyer
from models.database.engines import TIMEOUTS
from models.database.sessions import Database
from models.database.tables import metadata
from models.invoice import InvoicedOrder, InvoiceLine
from models.locale import Locale
from models.migrations import MIGRATION_LOCK, LossError, NewerSchemaError, current, downgrade, latest, upgrade
from models.order import OrderReplacement
from models.policy import OrderStatus
from models.scope import EVERYTHING
from resolvers.core.context import Context
from resolvers.tags import create_tag
from tests.support.factories import NOON, add_invoice, make_buyer, make_order, make_shop, save
from tests.support.trace import trace


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


def test_the_brand_comes_first_in_every_key_and_index_of_its_tables() -> None:
    # The relay and operators work for all brands; the look-up of an API key finds its brand.
    across_brands = {"ix_outbox_messages_status_due_at", "ix_outbox_messages_leased_until", "ix_orders_id"}
    across_brands |= {"ix_api_keys_secret_hash", "ix_api_keys_previous_hash"}
    for table in metadata.tables.values():
        if "brand_id" in table.c:
            keys = [list(index.columns) for index in table.indexes if index.name not in across_brands]
            unique = [each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
            for columns in keys + [list(each.columns) for each in unique]:
                assert columns[0].name == "brand_id", (table.name, columns)


async def test_a_schema_of_a_newer_release_is_refused(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match="schema 9999"):
        await upgrade(database)


async def test_invoices_made_before_they_had_lines_get_them(database: Database) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop, tax_minor=7, lines=[(2, 1250), (3, 480)])
    invoice = await add_invoice(database, order)
    await downgrade(database, "0003")
    await upgrade(database)
    async with database.read(EVERYTHING) as session:
        columns = (InvoiceLine.invoice_id, InvoiceLine.position, InvoiceLine.quantity, InvoiceLine.amount_minor)
        lines = [tuple(row) for row in await session.execute(select(*columns).order_by(InvoiceLine.position))]
        assert lines == [(invoice.id, 1, 2, 2500), (invoice.id, 2, 3, 1440)]
        assert (await session.scalars(select(InvoicedOrder.tax_minor))).one() == 7


async def test_buyers_without_a_language_get_that_of_their_country(database: Database) -> None:
    shop = await make_shop(database, locale=Locale.JA)
    said = {"US": ("US", False), "JP": ("日本", False), "NONE": ("", False), "OWN": ("US", True)}
    for code, (country, is_own) in said.items():
        await make_buyer(
            database, shop.brand, unique_code=code, country=country, has_own_locale=is_own, locale=Locale.JA
        )
    await downgrade(database, "0017")
    await upgrade(database)
    async with database.read(EVERYTHING) as session:
        buyers = select(Buyer.unique_code, Buyer.locale).where(Buyer.unique_code.in_(said))
        found = {row.unique_code: row.locale for row in await session.execute(buyers)}
    assert found == {"US": Locale.EN, "JP": Locale.JA, "NONE": Locale.JA, "OWN": Locale.JA}


@pytest.mark.parametrize(
    ("revision", "table"), [("base", "orders"), ("0001", "order_replacements"), ("0002", "audit_heads")]
)
async def test_a_downgrade_that_would_lose_decisions_is_refused(database: Database, revision: str, table: str) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    if table == "order_replacements":
        replaced = await make_order(database, shop, status=OrderStatus.SENT_BACK_TO_CART)
        row = OrderReplacement(brand_id=shop.brand.id, order_id=order.id, replaced_order_id=replaced.id)
        await save(database, row)
    if table == "audit_heads":
        assert not (await create_tag(Context(database, shop.member(), lambda: NOON), "vip", "VIP", None)).refusals
    before = await trace(database)
    with pytest.raises(LossError, match=f"would lose what is in {table}"):
        await downgrade(database, revision)
    assert await current(database) == latest()
    assert await trace(database) == before


async def test_a_second_process_waits_for_a_migration(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for longer than the timeouts of statements and locks."""
    monkeypatch.setitem(TIMEOUTS, "lock_timeout", "200ms")
    monkeypatch.setitem(TIMEOUTS, "statement_timeout", "200ms")
    await a_second_waits(Database(postgres_url), Database(postgres_url))


async def test_on_sqlite_a_second_process_waits_for_a_migration_too(sqlite_url: str) -> None:
    first, second = (Database(sqlite_url, lock_wait=timedelta(seconds=wait)) for wait in (60, 0.2))
    await a_second_waits(first, second)


async def a_second_waits(first: Database, second: Database) -> None:
    """While the first process holds the lock of a migration, the second does not migrate; afterwards it does."""
    await downgrade(first)
    async with first.engine.connect() as connection:
        await connection.execution_options(writes=True)
        async with connection.begin():
            if not first.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            waiting = asyncio.create_task(upgrade(second))
            await asyncio.sleep(1)
            assert not waiting.done()
    await waiting
    assert await current(second) == latest()
    await first.close()
    await second.close()


async def test_many_processes_start_on_an_empty_database_at_once(database: Database, database_url: str) -> None:
    await downgrade(database)
    several = [Database(database_url) for _ in range(4)]
    await asyncio.gather(*map(upgrade, several))
    assert await current(database) == latest()
    for each in several:
        await each.close()
