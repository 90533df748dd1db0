"""`orders import`: imports files with a progress bar, and tells what came of each."""

import csv
from contextlib import ExitStack
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from graph.cli.brands import find_brand
from graph.cli.errors import CommandError
from models.actor import Actor
from models.database.sessions import Database
from models.policy import Role
from resolvers.importing.files import ImportFileError
from resolvers.importing.importer import import_file
from resolvers.importing.rows import Fault
from resolvers.importing.summary import Summary

FAULTS_SHOWN = 20


async def run_import(database: Database, brand_code: str | None, files: list[Path], report: Path | None) -> int:
    """The exit code: 1 when anything was refused. Raises CommandError."""
    brand = await find_brand(database, brand_code)
    actor = Actor(role=Role.ADMIN, id="import", name="Import", brand_id=brand.id)
    output, errors = Console(), Console(stderr=True)
    summaries: list[tuple[Path, Summary]] = []
    shown: list[Fault] = []
    with ExitStack() as stack:
        write_fault = None
        if report and any(report.resolve() == file.resolve() for file in files):  # noqa: ASYNC240
            raise CommandError(f"{report} is to be imported: give another file for the report.")
        if report:
            try:
                writer = csv.writer(stack.enter_context(report.open("w", encoding="utf-8-sig", newline="")))
            except OSError as error:
                raise CommandError(f"{report} cannot be written ({error.strerror}).") from None
            writer.writerow(("File", "Row", "Column", "Reason"))
            write_fault = writer.writerow

        def on_fault(fault: Fault) -> None:
            if len(shown) < FAULTS_SHOWN:
                shown.append(fault)
            if write_fault:
                write_fault(astuple(fault))

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
        with Progress(*columns, TimeRemainingColumn(), console=errors, transient=True) as bars:
            for file in files:
                tasks = {stage: bars.add_task(f"{stage} {file.name}", total=None) for stage in ("read", "write")}

                def progress(stage: str, done: int, of: int, tasks: dict[str, int] = tasks) -> None:  # type: ignore[assignment]
                    bars.update(tasks[stage], completed=done, total=of)  # type: ignore[arg-type]

                try:
                    summary = await import_file(
                        database,
                        brand,
                        actor,
                        file,
                        clock=lambda: datetime.now(UTC),
                        on_fault=on_fault,
                        progress=progress,
                    )
                except ImportFileError as error:
                    raise CommandError(str(error)) from None
                summaries.append((file, summary))
    _tell(output, summaries, shown, report)
    return 1 if any(summary.refused or summary.faults for _, summary in summaries) else 0


def _tell(output: Console, summaries: list[tuple[Path, Summary]], shown: list[Fault], report: Path | None) -> None:
    table = Table("File", box=None, padding=(0, 2))
    for name in ("imported", "lines", "unchanged", "refused"):
        table.add_column(name, justify="right")
    for file, summary in summaries:
        numbers = (summary.imported, summary.lines, summary.unchanged, summary.refused)
        table.add_row(file.name, *(f"{number:,}" for number in numbers))
    output.print(table)
    for file, summary in summaries:
        for note in summary.notes:
            output.print(f"{file.name}: {note}", markup=False)
        if not summary.imported and not summary.refused and not summary.faults:
            output.print(f"{file.name}: nothing has changed, all of its orders are there already.", markup=False)
    faults = sum(summary.faults for _, summary in summaries)
    if faults:
        output.print(f"\n{faults:,} cells at fault" + (f", all in {report}:" if report else ":"), markup=False)
        for fault in shown:
            where = f"{Path(fault.file).name} row {fault.row}, {fault.column}"
            output.print(f"  {where}: {fault.reason}", markup=False, highlight=False, soft_wrap=True)
        if faults > len(shown):
            hint = "" if report else "; write them all with --report FILE.csv"
            output.print(f"  … and {faults - len(shown):,} more{hint}", markup=False)
