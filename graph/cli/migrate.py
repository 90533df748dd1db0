"""`orders migrate`: creates or migrates the database; grants a serving role what a server needs."""

import sys
from typing import Annotated

import typer

from graph.cli.database import on_database, shown
from graph.cli.errors import CommandError
from graph.cli.options import Demo
from graph.settings.environment import database_url
from models.database.serving_role import ServingRoleError, grant_to_serving_role
from models.database.sessions import Database
from models.migrations import pending, upgrade
from models.migrations.releases import oldest_release_at, schema_state
from models.migrations.revisions import scripts


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; list what is to do, exit code 1 if there is anything.")
    ] = False,
    grant_to: Annotated[
        str | None, typer.Option(help="PostgreSQL: grant this role what a server needs, and nothing more.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Create the database or migrate it to the newest schema."""
    url = database_url(demo=demo)
    if check:
        sys.exit(on_database(url, check_database) if Database(url).exists() else _nothing_yet(url))
    if grant_to is not None and Database(url).is_sqlite:
        raise CommandError("SQLite has no roles: --grant-to is for PostgreSQL. Nothing was done.")
    typer.echo(on_database(url, lambda database: migrate_database(database, grant_to)))


def _nothing_yet(url: str) -> int:
    typer.echo(f"{shown(Database(url))} is not there yet: ./run orders migrate creates it.")
    return 1


async def check_database(database: Database) -> int:
    """The exit code: 1 when there is something to migrate. Raises SchemaError."""
    steps, state = await pending(database), await schema_state(database)
    if not steps:
        typer.echo(f"Nothing to do: the database is at schema {state.revision}.")
        return 0
    names = [f"{revision}: {scripts().get_revision(revision).doc.splitlines()[0]}" for revision in steps]
    typer.echo("To be run:\n" + "\n".join(names))
    if state.revision:
        typer.echo(f"Servers of releases before {oldest_release_at(steps[-1], scripts())} are not ready afterwards.")
    return 1


async def migrate_database(database: Database, role: str | None) -> str:
    """What to print. Raises SchemaError and CommandError."""
    await upgrade(database)
    done = f"The database is at schema {(await schema_state(database)).revision}."
    if role is None:
        return done
    try:
        await grant_to_serving_role(database, role)
    except ServingRoleError as error:
        raise CommandError(f"{done} {error}") from None
    return f"{done} The role {role} can serve it: start the servers with its URL and --no-migrate."
