"""The command serve by itself: a server does not import the other commands."""

import gc
import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from graph.telemetry.shared import shared_folder

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
    with shared_folder() if workers > 1 else nullcontext():
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
