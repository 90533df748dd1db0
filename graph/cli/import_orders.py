"""`orders import`: imports files with a progress bar, and prints a summary of each."""

import csv
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exports.texts import in_csv
from graph.cli.database import existing_settings, on_database
from graph.cli.errors import CommandError
from graph.cli.lookups import find_brand
from graph.cli.options import Demo, OfBrand
from graph.core.clock import utc_now
from graph.core.garbage import settle
from graph.settings.environment import language_of_terminal
from models.actor import Actor
from models.database.sessions import Database
from models.locale import Locale
from models.messages import importing as texts
from models.policy import Role
from models.translatable import in_language, reason_of, translatable
from resolvers.importing.files import ImportFileError
from resolvers.importing.importer import import_file
from resolvers.importing.options import AS_THE_FILE_SAYS, DateOrder, ImportOptions
from resolvers.importing.rows import Fault
from resolvers.importing.sku_pictures import PictureFolder
from resolvers.importing.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console

FAULTS_SHOWN = 20  # of each file


@dataclass
class Outcome:
    """Result of one file. `unreadable`: why it could not be read at all."""

    file: Path
    summary: Summary | None = None
    unreadable: str | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return self.summary is not None and not self.summary.refused and not self.summary.faults


def import_orders(
    files: Annotated[list[Path], typer.Argument(help=".xlsx, .csv or .csv.gz files.", metavar="FILE…")],
    brand: OfBrand = None,
    report: Annotated[Path | None, typer.Option(help="Write every faulty row to this .csv file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count everything, write nothing.")] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of a text file that is not UTF-8, e.g. shift_jis or windows-1252.")
    ] = None,
    decimal_comma: Annotated[
        bool | None, typer.Option("--decimal-comma/--decimal-point", help="Whether the comma in 1,234 is decimal.")
    ] = None,
    dates: Annotated[DateOrder | None, typer.Option(help="The order of day and month in dates like 5/1/2026.")] = None,
    allow_similar: Annotated[
        bool, typer.Option("--allow-similar", help="Accept codes that differ from known ones only by case or the like.")
    ] = False,
    update_buyers: Annotated[
        bool, typer.Option("--update-buyers", help="Update known buyers with what the files say about them.")
    ] = False,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet to read of a workbook that has orders in several.")
    ] = None,
    decisions: Annotated[
        bool, typer.Option("--decisions", help="Take over orders that the files call rejected, with date and reason.")
    ] = False,
    pictures: Annotated[
        Path | None, typer.Option(help="The folder with the PNG or JPEG files that the column Picture names.")
    ] = None,
    update_skus: Annotated[
        bool, typer.Option("--update-skus", help="Update the look, barcode and picture of known SKUs.")
    ] = False,
    language: Annotated[
        Locale | None,
        typer.Option(help="Of the messages about the files. Default: the terminal's (LANG), else English."),
    ] = None,
    demo: Demo = False,
) -> None:
    """Import orders. Orders with a faulty row are refused, the others are imported; exit code 1 if any is refused."""
    if pictures and not pictures.is_dir():
        raise CommandError(f"{pictures} is no folder: name the one with the files of the column Picture.")
    options = ImportOptions(
        encoding,
        decimal_comma,
        dates,
        allow_similar,
        update_buyers,
        dry_run,
        sheet,
        decisions,
        PictureFolder(pictures) if pictures else None,
        update_skus,
    )
    locale = language or language_of_terminal()
    settings = existing_settings(demo=demo)
    settle()
    sys.exit(on_database(settings, lambda database: run_import(database, brand, files, report, options, locale)))


async def run_import(
    database: Database,
    brand_code: str | None,
    files: list[Path],
    report: Path | None,
    options: ImportOptions = AS_THE_FILE_SAYS,
    locale: Locale = Locale.EN,
) -> int:
    """The exit code: 1 when anything was refused. Each file is reported, also after one that cannot be read.

    Raises CommandError.
    """
    # Here, as a server imports this module too.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    brand = await find_brand(database, brand_code)
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
    output, errors = Console(), Console(stderr=True)
    outcomes = [Outcome(file) for file in files]
    with ExitStack() as stack:
        write_fault = _open_report(stack, report, files, locale)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, TimeRemainingColumn(), console=errors, transient=True) as bars:
            for outcome in outcomes:
                file = outcome.file
                tasks = {stage: bars.add_task(f"{stage} {file.name}", total=None) for stage in ("read", "write")}

                def on_fault(fault: Fault, outcome: Outcome = outcome) -> None:
                    if len(outcome.faults) < FAULTS_SHOWN:
                        outcome.faults.append(fault)
                    if write_fault:
                        reason = in_language(fault.reason, locale)
                        write_fault((in_csv(fault.file), fault.row, in_csv(fault.heading), in_csv(reason)))

                def progress(stage: str, done: int, of: int, tasks: dict[str, int] = tasks) -> None:  # type: ignore[assignment]
                    bars.update(tasks[stage], completed=done, total=of)  # type: ignore[arg-type]

                try:
                    outcome.summary = await import_file(
                        database,
                        brand,
                        actor,
                        file,
                        clock=utc_now,
                        on_fault=on_fault,
                        progress=progress,
                        options=options,
                    )
                except ImportFileError as error:
                    outcome.unreadable = in_language(reason_of(error), locale)
    for outcome in outcomes:
        _print_outcome(output, errors, outcome, report, locale)
    if options.dry_run:
        output.print(texts.DRY_RUN.in_(locale), markup=False)
    return 0 if all(outcome.is_clean for outcome in outcomes) else 1


def _open_report(
    stack: ExitStack, report: Path | None, files: list[Path], locale: Locale
) -> Callable[[Iterable[object]], object] | None:
    """What writes one fault to the report."""
    if report is None:
        return None
    if any(report.resolve() == file.resolve() for file in files):
        raise CommandError(f"{report} is one of the files to import: name another file for the report.")
    try:
        writer = csv.writer(stack.enter_context(report.open("w", encoding="utf-8-sig", newline="")))
    except OSError as error:
        raise CommandError(f"{report} cannot be written ({error.strerror}).") from None
    writer.writerow([heading.in_(locale) for heading in texts.REPORT])
    return writer.writerow


def _print_outcome(output: "Console", errors: "Console", outcome: Outcome, report: Path | None, locale: Locale) -> None:
    def print_line(line: str, indent: str = "  ") -> None:
        output.print(indent + in_language(line, locale), markup=False, highlight=False, soft_wrap=True)

    summary = outcome.summary
    if summary is None:
        errors.print(outcome.unreadable or "", markup=False, highlight=False, soft_wrap=True)
        return
    counts = {name: getattr(summary, name) for name in ("imported", "lines", "unchanged", "refused")}
    print_line(
        translatable(texts.WOULD_BE if summary.dry_run else texts.OUTCOME, file=outcome.file.name, **counts), indent=""
    )
    for note in (*summary.notes, *_made(summary)):
        print_line(note)
    is_changed = summary.imported or summary.buyer_updates.count or summary.sku_updates.count or summary.sku_fills.count
    if not is_changed and not summary.refused and not summary.faults:
        print_line(translatable(texts.NOTHING_NEW if summary.unchanged else texts.NO_ORDERS))
    if summary.faults:
        print_line(translatable(texts.FAULTS_IN if report else texts.FAULTS, count=summary.faults, report=report))
        for fault in outcome.faults:
            print_line(
                translatable(texts.FAULT, row=fault.row, column=fault.heading, reason=fault.reason), indent="    "
            )
        if more := summary.faults - len(outcome.faults):
            print_line(translatable(texts.MORE_FAULTS if report else texts.MORE_FAULTS_HINT, more=more), indent="    ")


def _made(summary: Summary) -> list[str]:
    """What is new because of this file, and what it says of known buyers and SKUs."""
    found = [
        (summary.buyers, texts.NEW_BUYER, texts.NEW_BUYERS),
        (summary.offline_buyers, texts.OFFLINE_BUYER, texts.OFFLINE_BUYERS),
        (summary.catalogs, texts.NEW_CATALOG, texts.NEW_CATALOGS),
        (summary.skus, texts.NEW_SKU, texts.NEW_SKUS),
        (summary.decisions, texts.TAKEN_OVER, texts.ALL_TAKEN_OVER),
        (summary.placed_apart, texts.PLACED_APART, texts.ALL_PLACED_APART),
        (summary.buyers_apart, texts.BUYER_APART, texts.BUYERS_APART),
        (summary.buyer_updates, texts.BUYER_CHANGED, texts.BUYERS_CHANGED),
        (summary.buyer_differences, texts.BUYER_OTHERWISE, texts.BUYERS_OTHERWISE),
        (summary.skus_apart, texts.SKU_APART, texts.SKUS_APART),
        (summary.sku_fills, texts.SKU_FILLED, texts.SKUS_FILLED),
        (summary.sku_updates, texts.SKU_CHANGED, texts.SKUS_CHANGED),
        (summary.sku_differences, texts.SKU_OTHERWISE, texts.SKUS_OTHERWISE),
    ]
    placed_at = summary.headings.get("Placed At")
    return [
        translatable(
            texts.MADE,
            count=made.count,
            what=translatable(one if made.count == 1 else many, placed_at=placed_at),
            names=made.listed,
        )
        for made, one, many in found
        if made.count
    ]
