"""The database that a command works on."""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from graph.cli.errors import CommandError
from graph.settings.environment import DATA_FOLDER, Settings, data_folder, database_url, from_environment
from models.database.sessions import Database
from models.migrations import SchemaError
from models.migrations.releases import schema_state

T = TypeVar("T")


def existing_settings(*, demo: bool, data_folder: Path = DATA_FOLDER) -> Settings:
    """For a command that needs a database with a schema: the demo's, if there is no other, and then stderr says so.

    Without a signing key when there is none yet: see `with_key`. Raises CommandError, and has made nothing, when there
    is no database or when this release cannot serve its schema.
    """
    chosen, demos = (database_url(demo=each, data_folder=data_folder) for each in (demo, True))
    if chosen != demos and not Database(chosen).exists() and Database(demos).exists():
        sys.stderr.write("There is no database but the demo's: this command uses the demo's.\n")
        demo, chosen = True, demos
    check_schema(chosen)
    return from_environment(demo=demo, data_folder=data_folder, make_key=False)


def check_schema(url: str) -> None:
    """Raises CommandError, and has made nothing, for a database that this release cannot serve as it is."""
    database = Database(url)
    if not database.exists():
        raise CommandError(
            f"The database is empty: there is no file {database.url.database}. Create it with ./run orders migrate, or "
            "start ./run serve or ./run demo. ORDERS_DATABASE_URL names another database."
        )
    check_file(url)

    async def problem() -> SchemaError | None:
        try:
            return (await schema_state(database)).problem()
        finally:
            await database.close()

    if found := asyncio.run(problem()):
        raise CommandError(f"{found} (The database is {shown(database)}.)")


def shown(database: Database) -> str:
    """Its URL without the password."""
    return database.url.set(drivername=database.url.get_backend_name()).render_as_string()


def on_database(settings: Settings | str, work: Callable[[Database], Awaitable[T]]) -> T:
    """The result of `work` on the database of the settings, or with this URL."""
    url = settings if isinstance(settings, str) else settings.database_url
    check_file(url)

    async def command() -> T:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(command())


def check_file(url: str) -> None:
    """Raises CommandError for a SQLite file that cannot be opened; creates it when it is not there.

    If it was left to aiosqlite, its thread could outlive the event loop, and print a traceback.
    """
    database = Database(url)
    if database.is_sqlite:
        try:
            if Path(database.url.database or "").parent == (folder := data_folder()):
                folder.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(database.url.database or "")) as connection:
                connection.execute("SELECT 1 FROM sqlite_master")
        except (sqlite3.Error, OSError) as error:
            raise CommandError(f"The database cannot be used: {error} ({shown(database)})") from None
