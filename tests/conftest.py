"""Fixtures: every test that asks for `database` runs twice, on a SQLite file and on a real PostgreSQL.

The schema is made by the migrations, once for each kind, and copied for each test.
"""

import asyncio
import gc
import inspect
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from models.database import sessions
from models.database.engines import LOCK_WAIT, create_engine
from models.database.sessions import Database
from models.migrations import upgrade
from tests.support.postgres import Postgres, start_postgres

TEMPLATE = "template_orders"
# Files whose few tests take long.
LONG = (
    "tests/chaos/",
    "tests/docs/test_guides.py",
    "tests/browser/",
    "tests/races/",
    "tests/execution/",
    "tests/exports/test_order_pdf.py",
    "tests/api/test_every_statement.py",
    "tests/api/test_foreign_ids.py",
    "tests/api/test_permissions.py",
    "tests/api/test_twins.py",
    "tests/api/test_what_a_buyer_sees_move.py",
    "tests/server/test_workers.py",
    "tests/server/test_shutdown.py",
    "tests/server/test_document_processes.py",
    "tests/clients/test_connector.py",
    "tests/hostile/test_arguments.py",
    "tests/hostile/test_fuzz.py",
    "tests/database/test_indexes.py",
    "tests/cli/test_seed_loading.py",
)
MEMORY = 4 * 2**30  # bytes; each process of tests has a server, which takes less than 500 MB
OF_THE_LIMIT = 0.7  # of the seconds that a test may take (pytest-timeout): then an async one fails where it waits


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end. Garbage collections that looked at it took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes, none is left alone with a long file at the end: those start first."""
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        items.sort(key=lambda item: (not item.nodeid.startswith(LONG), -tests[item.path]))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Ends an async test that waits too long by itself: it says where, and its servers are stopped.

    pytest-timeout, which also ends a test that blocks its thread, ends the whole process of tests.
    """
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        marker = item.get_closest_marker("timeout")
        limit = float(marker.args[0] if marker else item.config.getini("timeout"))
        item.obj = _bounded(item.obj, limit * OF_THE_LIMIT)


def _bounded(test: Any, seconds: float) -> Any:
    @wraps(test)
    async def run(**fixtures: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(**fixtures)

    return run


_warm: dict[str, tuple[Any, LRUCache[Any, Any]]] = {}


def warm_engine(url: URL, lock_wait: timedelta = LOCK_WAIT) -> AsyncEngine:
    """Compiles no statement that an earlier test has compiled, as in a server that has run for a while.

    The cache is keyed by the dialect, too, which is therefore shared. It knows its server once it has connected.
    """
    made = create_engine(url, lock_wait)
    if url.get_backend_name() == "sqlite":
        event.listen(made.sync_engine, "connect", _without_waiting_for_the_disk)
    like = f"{url.drivername} {url.username} {url.query}"
    if like not in _warm or _warm[like][0].server_version_info is None:
        _warm[like] = made.sync_engine.dialect, LRUCache(5_000)
    made.sync_engine.dialect, made.sync_engine._compiled_cache = _warm[like]
    return made


def _without_waiting_for_the_disk(connection: Any, _: Any) -> None:
    """As fsync=off of the tests' PostgreSQL: the files need not survive a power cut."""
    connection.driver_connection._conn.execute("PRAGMA synchronous=OFF")


sessions.create_engine = warm_engine  # type: ignore[attr-defined]


async def migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with start_postgres(folder=in_memory()) as server:
        yield server


def in_memory() -> Path | None:
    """For the files of a server, of which each database has hundreds. None where there is no room."""
    folder = Path("/dev/shm")  # noqa: S108
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > MEMORY else None


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    asyncio.run(migrate(postgres.create_database(TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "orders.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'orders.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name, postgres_template)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()
