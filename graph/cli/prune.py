"""`orders prune`: removes records that are no longer needed. The server need not be stopped."""

from typing import Annotated

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.options import Demo
from graph.http.downloads import remove_orphans
from models.database.sessions import Database
from resolvers.core.idempotency import MIN_DAYS
from resolvers.pruning import Ages, prunable
from resolvers.pruning import prune as remove

DEFAULT = Ages()


def prune(
    mails_older_than: Annotated[
        int, typer.Option(min=MIN_DAYS, metavar="DAYS", help="Mails that are sent, failed or cancelled.")
    ] = DEFAULT.mails,
    keys_older_than: Annotated[
        int, typer.Option(min=MIN_DAYS, metavar="DAYS", help="Idempotency keys.")
    ] = DEFAULT.keys,
    bulk_runs_older_than: Annotated[
        int, typer.Option(min=MIN_DAYS, metavar="DAYS", help="The lists of orders of bulk commands.")
    ] = DEFAULT.bulk_runs,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    demo: Demo = False,
) -> None:
    """Remove old mails, idempotency keys and bulk runs, and files of downloads that were cut off.

    Orders, decisions, documents, the audit and mails that are still to be sent stay.
    """
    if mails_older_than < bulk_runs_older_than:
        raise CommandError("A retry of a bulk command looks at its mails: keep mails at least as long as bulk runs.")
    ages = Ages(mails_older_than, keys_older_than, bulk_runs_older_than)

    async def work(database: Database) -> dict[str, int]:
        return await prunable(database, ages) if dry_run else await remove(database, ages)

    counts = on_database(existing_settings(demo=demo), work)
    if not dry_run:
        counts["temporary folders removed"] = remove_orphans()
    for name, count in counts.items():
        typer.echo(f"{name}: {count:,}")
    if dry_run:
        typer.echo("Nothing was changed (--dry-run).")
