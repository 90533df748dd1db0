"""The database that a command works on, and the options that say which."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from graph.cli.errors import CommandError
from graph.settings.environment import DATA_FOLDER, Settings, database_url, from_environment
from models.database.sessions import Database
from models.migrations import current, upgrade

T = TypeVar("T")
Demo = Annotated[bool, typer.Option("--demo", help="Use the demo's own database and signing key.")]
OfBrand = Annotated[str | None, typer.Option("--brand", help="The brand's code; needed when there are several brands.")]

EMPTY = "The database is empty: start ./run serve or ./run demo first, or type ./run orders migrate."


def existing_settings(*, demo: bool, data_folder: Path = DATA_FOLDER) -> Settings:
    """For a command that needs a database with data: the demo's, if there is no other, and then stderr says so.

    Raises CommandError, and has made nothing, when there is no database.
    """
    chosen, demos = (database_url(demo=each, data_folder=data_folder) for each in (demo, True))
    if chosen != demos and not Database(chosen).exists() and Database(demos).exists():
        typer.echo("There is no database but the demo's: this command uses the demo's.", err=True)
        demo, chosen = True, demos
    if not Database(chosen).exists():
        raise CommandError(EMPTY)
    return from_environment(demo=demo, data_folder=data_folder)


def on_database(settings: Settings, work: Callable[[Database], Awaitable[T]], *, may_be_empty: bool = False) -> T:
    """The result of `work` on the database at the newest schema.

    Raises CommandError for a database without a schema, unless `may_be_empty`.
    """

    check_file(settings)

    async def command() -> T:
        database = Database(settings.database_url)
        try:
            if not may_be_empty and await current(database) is None:
                raise CommandError(EMPTY)
            await upgrade(database)
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(command())


def check_file(settings: Settings) -> None:
    """Raises CommandError for a SQLite file that cannot be opened.

    If it was left to aiosqlite, its thread could outlive the event loop, and print a traceback.
    """
    database = Database(settings.database_url)
    if database.is_sqlite:
        try:
            sqlite3.connect(database.url.database or "").close()
        except sqlite3.Error as error:
            raise CommandError(f"The database cannot be used: {error}") from None
