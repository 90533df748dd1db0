"""The command serve by itself. A server imports neither the other commands nor Typer: that was a tenth of its start."""

import argparse
import gc
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from graph.telemetry.shared import shared_folder

ABOUT = (
    "Serve the API, with the mail relay and the sender of webhooks inside. Creates or migrates the database first."
    " Settings come from the environment (docs/settings.md)."
)


def run(prog_name: str) -> None:
    """Serves as the arguments of this process say, and ends it."""
    chosen = _arguments(prog_name).parse_args(sys.argv[2:])
    with shared_folder() if chosen.workers > 1 else nullcontext():
        # Collections while everything is imported would free next to nothing, and take a sixth of the start.
        gc.disable()
        try:
            from graph.cli.serve import serve
            from graph.telemetry import logs
        finally:
            gc.enable()
        logs.configure()
        sys.exit(serve(**vars(chosen)))


def _arguments(prog_name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{prog_name} serve", description=ABOUT, formatter_class=_Help, allow_abbrev=False
    )
    add = parser.add_argument
    add("--demo", action="store_true", help="with sample orders, a token for each role and an API key")
    add("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    add("--port", type=_within(int, 1, 65_535), default=8000, help="the port to listen on (%(default)s)")
    add("--drain", type=_within(float, 0, 600), default=1.0, metavar="SECONDS",
        help="for how long it goes on serving, no longer ready, after SIGTERM (%(default)s)")  # fmt: skip
    add("--workers", type=_within(int, 1, 64), default=1, help="the number of server processes (%(default)s)")
    add("--no-migrate", dest="migrate", action="store_false",
        help="neither create nor migrate the database; see orders migrate")  # fmt: skip
    return parser


def _within(kind: Callable[[str], Any], least: float, most: float) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
        return number

    return read


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """As the other commands write it."""
        super().add_usage(usage, actions, groups, prefix or "Usage: ")
