"""The entry point of the command line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

IS_CHECKOUT = (Path(__file__).resolve().parents[2] / "run").exists()


def main(app: Callable[..., Any] | None = None, name: str | None = None) -> None:
    """Runs a command. An error that the user can fix is reported in one sentence. `app`: as a Typer is called."""
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
        sys.stderr.write(f"{sentence}\n")
        sys.exit(1)


def _commands() -> Callable[..., Any]:
    if sys.argv[1:2] == ["serve"]:
        from graph.cli.serving import run

        return run
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
