"""The entry point of the command line."""

import sys
from pathlib import Path

import typer

IS_CHECKOUT = (Path(__file__).resolve().parents[2] / "run").exists()


def main(app: typer.Typer | None = None, name: str | None = None) -> None:
    """Runs a command. An error that the user can fix is reported in one sentence."""
    app = app or _commands()
    try:
        app(prog_name=name or ("./run orders" if IS_CHECKOUT else "orders"))
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        if not IS_CHECKOUT:  # where there is no ./run
            sentence = sentence.replace("./run orders", "orders").replace("./run demo", "orders serve --demo")
            sentence = sentence.replace("./run serve", "orders serve")
        typer.echo(sentence, err=True)
        sys.exit(1)


def _commands() -> typer.Typer:
    if sys.argv[1:2] == ["serve"]:
        from graph.cli.serving import server

        return server
    from graph.cli.commands import orders

    return orders


def _sentence(error: Exception) -> str | None:
    """What the user reads. None: it is a fault of the program."""
    from graph.cli.errors import CommandError
    from graph.settings.errors import SettingsError
    from models.database.engines import is_unreachable
    from models.migrations.releases import SchemaError

    if isinstance(error, SettingsError | SchemaError | CommandError):
        return str(error)
    if is_unreachable(error):
        return f"The database cannot be used: {getattr(error, 'orig', None) or error}"
    return None
