"""`orders token`: a bearer token for a role."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from graph.cli.brands import find_brand, find_buyer
from graph.cli.database import Demo, OfBrand, existing_settings, on_database
from graph.cli.demo_access import demo_actors
from graph.cli.errors import CommandError
from graph.core.clock import utc_now
from graph.identity.own_tokens import Tokens
from models.actor import Actor
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from resolvers.inputs import unprintable

MAX_NAME_LENGTH = 200


def token(
    role: Annotated[Role, typer.Option(help="The role, which decides what the bearer may do.")],
    brand: OfBrand = None,
    buyer: Annotated[str | None, typer.Option(help="For --role buyer: the buyer's unique code.")] = None,
    name: Annotated[str | None, typer.Option(help="The name that the audit shows.")] = None,
    locale: Annotated[Locale, typer.Option(help="The language of messages.")] = Locale.EN,
    hours: Annotated[float, typer.Option(min=0.01, max=8760, help="Hours until the token expires.")] = 12,
    demo: Demo = False,
) -> None:
    """Print a bearer token. Only the token goes to stdout."""
    settings = existing_settings(demo=demo)

    async def find_actor(database: Database) -> Actor:
        if settings.is_demo and brand is None and buyer is None and name is None:
            actors = await demo_actors(database)
            if actor := actors.get(role.value):
                return replace(actor, locale=locale)
        return await _actor(database, role, brand, buyer, name, locale)

    actor = on_database(settings, find_actor)
    typer.echo(Tokens(settings.secret_key, utc_now).sign(actor, timedelta(hours=hours)))


async def _actor(
    database: Database, role: Role, brand: str | None, buyer: str | None, name: str | None, locale: Locale
) -> Actor:
    """Raises CommandError when there is no such brand or buyer."""
    if name is not None and (len(name) > MAX_NAME_LENGTH or unprintable(name)):
        raise CommandError(f"A name has at most {MAX_NAME_LENGTH} characters, all of them printable.")
    named = name or f"{role.value.title()} (token)"
    if role is Role.OPERATOR:
        return Actor(role=role, id="operator:cli", name=named, brand_id=None, locale=locale)
    found = await find_brand(database, brand)
    if role is Role.BUYER:
        shop = await find_buyer(database, found, buyer)
        return Actor(
            role=role, id=f"buyer:{shop.unique_code}", name=name or shop.name, brand_id=found.id, buyer_id=shop.id,
            locale=locale,
        )  # fmt: skip
    return Actor(role=role, id=f"{role.value}:cli", name=named, brand_id=found.id, locale=locale)
