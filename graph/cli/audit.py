"""`orders audit verify`: checks that nobody has changed, removed or added an entry of the audit."""

import typer

from graph.cli.brands import brands, find_brand
from models.database.sessions import Database
from resolvers.audit import verify_brand


async def verify(database: Database, brand_code: str | None) -> bool:
    """Prints a line for each brand; True when all chains are intact. Raises CommandError for an unknown brand."""
    chosen = [await find_brand(database, brand_code)] if brand_code else list(await brands(database))
    all_intact = True
    for brand in chosen:
        report = await verify_brand(database, brand)
        older = f", {report.unchained:,} older than the chain" if report.unchained else ""
        state = f"BROKEN: {report.problem}" if report.problem else "intact"
        typer.echo(f"{brand.code}: {report.entries:,} entries{older}, {state}")
        all_intact = all_intact and report.problem is None
    return all_intact
