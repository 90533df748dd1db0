"""`orders audit …`: checks that nobody has changed, removed or added an entry of the audit; signs where it ends."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import brands, find_brand
from graph.cli.options import Demo
from graph.core import anchors as files
from graph.core.clock import utc_now
from graph.settings.environment import with_key
from models.audit_anchor import Anchor
from models.database.sessions import Database
from resolvers.audit import anchors, verify_brand

app = typer.Typer(help="The audit: the record of who did what.", no_args_is_help=True)


@app.command(name="verify")
def audit_verify(
    brand: Annotated[str | None, typer.Option(help="Check this brand only.")] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="A file of anchors, which the chains must agree with.", dir_okay=False)
    ] = None,
    demo: Demo = False,
) -> None:
    """Check that no entry was changed, removed or inserted afterwards; exit code 1 when one was, or without a brand."""
    settings = existing_settings(demo=demo)
    try:
        signed = files.read(anchors, settings.secret_key) if anchors else []
    except files.AnchorFileError as error:
        raise CommandError(str(error)) from None
    is_intact = on_database(settings, lambda database: verify(database, brand, signed))
    sys.exit(0 if is_intact else 1)


@app.command(name="anchor")
def audit_anchor(
    file: Annotated[
        Path | None, typer.Option(help=f"Append to this file instead of {files.FILE} in the data folder.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Sign where each brand's audit ends, append it to a file, and print it. Keep a copy where nobody can change it."""
    settings = existing_settings(demo=demo)
    made = on_database(settings, lambda database: anchors(database, utc_now()))
    path = file or settings.data_folder / files.FILE
    try:
        files.append(path, [])  # before a key is made for it
        key = with_key(settings).secret_key
        lines = [anchor.line(key) for anchor in made]
        files.append(path, lines)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}") from None
    for line in lines:
        typer.echo(line)


async def verify(database: Database, brand_code: str | None, signed: Sequence[Anchor] = ()) -> bool:
    """Prints a line for each brand; True when all audits are intact. Raises CommandError for an unknown brand.

    `signed`: anchors of any brands.
    """
    chosen = [await find_brand(database, brand_code)] if brand_code else list(await brands(database))
    if not chosen:
        typer.echo("BROKEN: there is no brand")
        return False
    all_intact = True
    for brand in chosen:
        own = [anchor for anchor in signed if anchor.brand_id == brand.id]
        report = await verify_brand(database, brand, own)
        older = f", {report.unchained:,} older than the chain" if report.unchained else ""
        checked = f", {len(own):,} anchors" if signed else ""
        state = f"BROKEN: {report.problem}" if report.problem else "intact"
        typer.echo(f"{brand.code}: {report.entries:,} entries{older}{checked}, {state}")
        all_intact = all_intact and report.problem is None
    ids = {brand.id for brand in chosen}
    gone = {anchor.brand for anchor in signed if anchor.brand_id not in ids and brand_code in (None, anchor.brand)}
    for code in sorted(gone):
        typer.echo(f"{code}: BROKEN: there are anchors of this brand, but the brand is not there")
    return all_intact and not gone
