"""`orders schema`: writes the generated files. `orders schema check OLD NEW`: compares two schemas."""

from pathlib import Path
from typing import Annotated

import typer

from graph.cli.errors import CommandError
from graph.cli.schema_changes import SchemaFileError, Severity, read_schema, schema_changes
from graph.settings.environment import ROOT

BREAKING, NOT_COMPARED = 1, 2  # exit codes
app = typer.Typer(invoke_without_command=True)


@app.callback()
def schema(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 if a file is out of date.")
    ] = False,
) -> None:
    """Write what is made from the code: schema.graphql, docs/rules.md, docs/settings.md and docs/errors.md."""
    if context.invoked_subcommand:
        return
    if not (ROOT / "run").exists():
        raise CommandError("The files that this command writes are in a checkout.")
    from graph.cli.errors_page import errors_page
    from graph.cli.rules_page import rules_page
    from graph.cli.settings_page import settings_page
    from graph.schema import printed_schema

    pages = {
        "schema.graphql": printed_schema(),
        "docs/rules.md": rules_page(),
        "docs/settings.md": settings_page(),
        "docs/errors.md": errors_page(),
    }
    for name, text in pages.items():
        path = ROOT / name
        if not check:
            path.write_text(text, encoding="utf-8")
            typer.echo(f"Wrote {name}.")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{name} is out of date: run ./run schema and commit it.")
        else:
            typer.echo(f"{name} is up to date.")


@app.command(name="check")
def check_changes(
    old: Annotated[Path, typer.Argument(help="The file of the schema that clients know.")],
    new: Annotated[Path, typer.Argument(help="The file of the schema that is to follow.")],
) -> None:
    """List what changes for clients from one schema to another: breaking, dangerous and safe changes.

    Exit code 0: nothing breaks. 1: something breaks. 2: the files cannot be compared. A dangerous change, e.g. a new
    value of an enum, breaks only clients that do not expect it.
    """
    try:
        changes = schema_changes(read_schema(old), read_schema(new))
    except SchemaFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_COMPARED) from None
    for severity, texts in changes.items():
        typer.echo(f"{severity.capitalize()}: {len(texts)}")
        for text in texts:
            typer.echo(f"  {text}")
    if changes[Severity.BREAKING]:
        typer.echo("Clients would break: keep what they use, and deprecate it first (CONTRIBUTING.md).", err=True)
        raise typer.Exit(BREAKING)
