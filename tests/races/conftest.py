"""Two server processes on a SQLite file, two on a PostgreSQL database. Every test uses a brand of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from models.database.sessions import Database
from tests.support.factories import Shop, make_shop
from tests.support.invariants import violations
from tests.support.postgres import Postgres
from tests.support.servers import PATIENT, Callers, serving


@dataclass(frozen=True, slots=True)
class Site:
    """A database and the servers that use it."""

    database_url: str
    servers: list[str]


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("races")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'orders.db')}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        # Set up again if other test files ran in between.
        url = postgres.create_database(f"races_{uuid4().hex}", request.getfixturevalue("postgres_template"))
    with serving(url, folder, change=PATIENT, ORDERS_REQUEST_TIMEOUT="90") as servers:
        yield Site(url, servers)
        found = asyncio.run(_violations(url))
    assert found == []


async def _violations(url: str) -> list[str]:
    database = Database(url)
    try:
        return await violations(database)
    finally:
        await database.close()


@pytest.fixture
async def database(site: Site) -> AsyncIterator[Database]:
    opened = Database(site.database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def callers(site: Site) -> AsyncIterator[Callers]:
    async with Callers.at(site.servers) as made:
        yield made
