"""`orders accounting FILE`: the issued invoices and credit notes of a brand, for bookkeeping."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from exports.accounting import accounting_csv, accounting_period, accounting_workbook
from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import find_brand
from graph.cli.options import Demo, OfBrand
from models.database.sessions import Database
from models.locale import Locale
from models.scope import Scope


def accounting(
    file: Annotated[Path, typer.Argument(help="The file to write: .xlsx or .csv. It must not exist.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="The first day, the brand's."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="The last day, the brand's."),
    ] = None,
    language: Annotated[Locale | None, typer.Option(help="The language. Default: the brand's.")] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Write the issued invoices and credit notes to a file: one row for each document and tax rate."""
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise CommandError(f"{file} must end with .xlsx or .csv.")
    if file.exists():
        raise CommandError(f"{file} exists already: name another file, or remove it.")
    if not file.parent.is_dir():
        raise CommandError(f"There is no folder {file.parent}.")
    if since and until and since > until:
        raise CommandError("--until is before --from.")

    async def write(database: Database) -> None:
        found = await find_brand(database, brand)
        zone = ZoneInfo(found.time_zone)
        first = _midnight(since, zone)
        end = _midnight(until + timedelta(days=1), zone) if until else None
        locale = language or found.locale
        async with database.read(Scope(found.id)) as session:
            if file.suffix.lower() == ".csv":
                await accounting_csv(session, first, end, locale=locale, path=file)
            else:
                said = await accounting_period(session, first, end, locale)
                await accounting_workbook(session, first, end, locale=locale, path=file, conditions=said)

    on_database(existing_settings(demo=demo), write)
    typer.echo(f"{file} is written.")


def _midnight(day: datetime | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day.date(), time(), zone).astimezone(UTC) if day else None
