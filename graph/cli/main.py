"""The entry point of the command line, and its command serve: a server does not import the other commands."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

IS_CHECKOUT = (Path(__file__).resolve().parents[2] / "run").exists()
HELP = "Order Management: reject an order. Settings come from the environment (docs/settings.md)."


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="With sample orders, a token for each role and an API key.")
    ] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    drain: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds to go on serving, no longer ready, after SIGTERM.")
    ] = 1,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The number of server processes.")] = 1,
    no_migrate: Annotated[
        bool, typer.Option("--no-migrate", help="Neither create nor migrate the database; see orders migrate.")
    ] = False,
) -> None:
    """Serve the API, with the mail relay and the sender of webhooks inside. Creates or migrates the database first."""
    # Collections while everything is imported would free next to nothing, and take a sixth of the start.
    gc.disable()
    try:
        from graph.cli.serve import serve as start
        from graph.telemetry import logs
    finally:
        gc.enable()
    logs.configure()
    sys.exit(start(demo=demo, host=host, port=port, workers=workers, drain=drain, migrate=not no_migrate))


server = typer.Typer(name="orders", help=HELP, add_completion=False, pretty_exceptions_enable=False)
server.command()(serve)
server.callback()(lambda: None)  # else it is a command without a name


def main(app: typer.Typer | None = None, name: str | None = None) -> None:
    """Runs a command. An error that the user can fix is reported in one sentence."""
    if app is None and sys.argv[1:2] == ["serve"]:
        app = server
    elif app is None:
        from graph.cli.commands import orders as app
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
