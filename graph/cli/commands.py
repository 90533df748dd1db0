"""The command line: orders serve | migrate | import | backup | token | sign-out | key | brand | buyer | webhook | …

Each command is in the module of its subject. Two modules are imported only when their command runs, because they need
the libraries of the PDF renderer: `doctor` must work on a machine that lacks them.
"""

import asyncio
import sys

import typer

from graph.cli import audit, brands, buyers, keys, schema, webhooks, wordings
from graph.cli.accounting import accounting
from graph.cli.backup import backup_database
from graph.cli.deliver import deliver
from graph.cli.doctor import examine
from graph.cli.import_orders import import_orders
from graph.cli.migrate import migrate
from graph.cli.options import Demo
from graph.cli.prune import prune
from graph.cli.serving import ABOUT, run
from graph.cli.sign_out import sign_out
from graph.cli.token import token

HELP = "Order Management: reject an order. Settings come from the environment (docs/settings.md)."

orders = typer.Typer(
    name="orders", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


# Only listed here: graph/cli/main.py runs it without the other commands.
orders.command(name="serve", help=ABOUT)(run)
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
orders.add_typer(wordings.app, name="wording")
orders.add_typer(keys.app, name="key")
orders.add_typer(webhooks.app, name="webhook")
orders.add_typer(audit.app, name="audit")
orders.add_typer(schema.app, name="schema")


@orders.command()
def doctor(demo: Demo = False) -> None:
    """Check this machine (PDF libraries, fonts, database, SMTP); exit code 1 when something is missing."""
    sys.exit(0 if asyncio.run(examine(demo=demo)) else 1)
