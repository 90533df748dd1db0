"""`./run seed`: a made-up brand with any number of orders, for load tests.

It fills the database of ORDERS_DATABASE_URL when that is set, else the demo's, never the default one of a real server.
"""

import gc
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from examples.made_up_brand.writer import BrandExistsError, seed_orders
from graph.cli.database import on_database
from graph.cli.errors import CommandError
from graph.cli.main import main
from graph.cli.options import Demo
from graph.settings.environment import database_url
from models.database.sessions import Database
from models.migrations import upgrade


async def fill(database: Database, orders: int, brand: str, seed: int) -> None:
    """Migrates the database first. Raises CommandError."""
    if not brand.strip() or len(brand) > 64 or not brand.isprintable():
        raise CommandError("A brand needs a code of 1 to 64 printable characters.")
    await upgrade(database)
    started = time.monotonic()
    # Millions of rows without cycles: looking for some among them takes a tenth of the time.
    gc.disable()
    columns = (TextColumn("{task.completed:,.0f} orders"), BarColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("orders", total=orders)
            await seed_orders(
                database, orders, brand=brand, seed=seed, progress=lambda done: bars.update(task, completed=done)
            )
    except BrandExistsError:
        raise CommandError(
            f"There is a brand {brand} already; made-up orders need a new brand: name it with --brand."
        ) from None
    finally:
        gc.enable()
    typer.echo(f"Brand {brand} has {orders:,} made-up orders, in {time.monotonic() - started:,.1f} s.")


def seed(
    orders: Annotated[int, typer.Option(min=1, max=10_000_000, help="The number of orders.")],
    brand: Annotated[str, typer.Option(help="The code of the new brand that they belong to.")] = "seed",
    seed: Annotated[int, typer.Option(help="The same seed makes the same orders.")] = 1,
    demo: Demo = False,
) -> None:
    """Make up a brand with many orders in every state, for load tests."""
    if not demo and database_url() != database_url(demo=True):
        typer.echo("ORDERS_DATABASE_URL is not set: the demo's database is filled.", err=True)
        demo = True
    on_database(database_url(demo=demo), lambda database: fill(database, orders, brand, seed))


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(seed)
    main(app, "./run seed")
