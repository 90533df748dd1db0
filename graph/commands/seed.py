"""`orders seed`: a made-up brand with any number of orders."""

import gc
import time

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from graph.commands import CommandError
from models.base import Database
from resolvers.seeding import BrandExistsError, seed_orders


async def seed(database: Database, orders: int, brand: str, seed: int) -> None:
    """Raises CommandError."""
    if not brand.strip() or len(brand) > 64 or not brand.isprintable():
        raise CommandError("A brand needs a code of 1 to 64 printable characters.")
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
            f"There is a brand {brand} already; made-up orders get one of their own: give another --brand."
        ) from None
    finally:
        gc.enable()
    typer.echo(f"Brand {brand} has {orders:,} made-up orders, in {time.monotonic() - started:,.1f} s.")
