"""`orders sign-out`: ends the tokens that a user has got so far."""

from datetime import datetime
from typing import Annotated

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.lookups import context_of, done, find_brand, find_buyer
from graph.cli.options import Demo, OfBrand
from models.database.sessions import Database
from resolvers.sign_outs import sign_out_user


def sign_out(
    user: Annotated[
        str, typer.Argument(help="The user's id: sub of the tokens, actorId in the history, actor in the log.")
    ],
    buyer: Annotated[str | None, typer.Option(help="For a buyer's user: the buyer's unique code.")] = None,
    brand: OfBrand = None,
    demo: Demo = False,
) -> None:
    """Sign out a user: refuse all tokens that the user has got so far. Running servers know within 30 seconds."""
    settings = existing_settings(demo=demo)
    at = on_database(settings, lambda database: sign_out_of(database, brand, buyer, user))
    typer.echo(f"{user} is signed out: tokens issued until {at:%Y-%m-%d %H:%M:%S} UTC are refused.")


async def sign_out_of(database: Database, brand: str | None, buyer: str | None, user: str) -> datetime:
    """Until when tokens are refused. Raises CommandError."""
    context = await context_of(database, brand)
    buyer_id = (await find_buyer(database, await find_brand(database, brand), buyer)).id if buyer is not None else None
    outcome, sign_out = await sign_out_user(context, user, buyer_id, of_buyer=buyer is not None)
    done(outcome)
    assert sign_out is not None  # noqa: S101 - it is done, so there is one
    return sign_out.at
