"""The command line: orders serve | migrate | import | backup | token | sign-out | key | brand | buyer | webhook | …

Each command is in the module of its subject. Two modules are imported only when their command runs, because they need
the libraries of the PDF renderer: `doctor` must work on a machine that lacks them.
"""

import asyncio
import sys
from typing import Annotated

import typer

from graph.cli import audit, brands, buyers, keys, schema, webhooks
from graph.cli.accounting import accounting
from graph.cli.backup import backup_database
from graph.cli.database import Demo
from graph.cli.deliver import deliver
from graph.cli.doctor import examine
from graph.cli.errors import CommandError
from graph.cli.import_orders import import_orders
from graph.cli.migrate import migrate
from graph.cli.prune import prune
from graph.cli.sign_out import sign_out
from graph.cli.token import token
from graph.settings.environment import ROOT
from graph.settings.errors import SettingsError
from graph.telemetry import logs
from models.database.engines import is_unreachable
from models.migrations import SchemaError

IS_CHECKOUT = (ROOT / "run").exists()
HELP = "Order Management: reject an order. Settings come from the environment (docs/settings.md)."
orders = typer.Typer(
    name="orders", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def main(app: typer.Typer = orders, name: str | None = None) -> None:
    """Runs a command. An error that the user can fix is reported in one sentence."""
    name = name or ("./run orders" if IS_CHECKOUT else "orders")
    try:
        app(prog_name=name)
    except (SettingsError, SchemaError, CommandError) as error:
        fail(str(error))
    except Exception as error:
        if not is_unreachable(error):
            raise
        fail(f"The database cannot be used: {getattr(error, 'orig', None) or error}")


def fail(sentence: str) -> None:
    if not IS_CHECKOUT:  # where there is no ./run
        sentence = sentence.replace("./run orders", "orders").replace("./run demo", "orders serve --demo")
        sentence = sentence.replace("./run serve", "orders serve")
    typer.echo(sentence, err=True)
    sys.exit(1)


@orders.command()
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
    from graph.cli.serve import serve as start

    logs.configure()
    sys.exit(start(demo=demo, host=host, port=port, workers=workers, drain=drain, migrate=not no_migrate))


orders.command()(migrate)
orders.command(name="import")(import_orders)
orders.command()(accounting)
orders.command(name="backup")(backup_database)
orders.command()(deliver)
orders.command()(prune)
orders.command()(token)
orders.command(name="sign-out")(sign_out)
orders.add_typer(brands.app, name="brand")
orders.add_typer(buyers.app, name="buyer")
orders.add_typer(keys.app, name="key")
orders.add_typer(webhooks.app, name="webhook")
orders.add_typer(audit.app, name="audit")
orders.add_typer(schema.app, name="schema")


@orders.command()
def doctor(demo: Demo = False) -> None:
    """Check this machine (PDF libraries, fonts, database, SMTP); exit code 1 when something is missing."""
    sys.exit(0 if asyncio.run(examine(demo=demo)) else 1)
