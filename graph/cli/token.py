"""`orders token`: a bearer token for a role."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from graph.cli.database import existing_settings, on_database
from graph.cli.demo_access import demo_actors
from graph.cli.errors import CommandError
from graph.cli.lookups import find_brand, find_buyer
from graph.cli.options import Demo, OfBrand
from graph.core.clock import utc_now
from graph.identity.own_tokens import Tokens
from graph.settings.environment import with_key
from models.actor import Actor
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from resolvers.inputs import unprintable

MAX_NAME_LENGTH = 200
DEFAULT_HOURS = 12
MAX_DAYS = 365
# Anyone who finds a token can use it until it expires, or until its user is signed out.
MAX_DAYS_UNLESS_ASKED = 30


def token(
    role: Annotated[Role, typer.Option(help="The role, which decides what the bearer may do.")],
    brand: OfBrand = None,
    buyer: Annotated[str | None, typer.Option(help="For --role buyer: the buyer's unique code.")] = None,
    name: Annotated[str | None, typer.Option(help="The name that the audit shows.")] = None,
    locale: Annotated[
        Locale | None,
        typer.Option(help="The language of messages. Default: each request decides (Accept-Language), else English."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="The user's id, which orders sign-out takes. Default: e.g. admin:cli.")
    ] = None,
    hours: Annotated[
        float | None,
        typer.Option(min=0.01, max=MAX_DAYS * 24, help=f"Hours until the token expires. Default: {DEFAULT_HOURS}."),
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.01, max=MAX_DAYS, help="Days until the token expires, instead of hours.")
    ] = None,
    long_lived: Annotated[
        bool, typer.Option("--long-lived", help=f"Permit more than {MAX_DAYS_UNLESS_ASKED} days.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Print a bearer token. Only the token goes to stdout."""
    lifetime = _lifetime(hours, days, long_lived=long_lived)
    for option, text in (("name", name), ("user", user)):
        if text is not None and (not text.strip() or len(text) > MAX_NAME_LENGTH or unprintable(text)):
            raise CommandError(f"A {option} has 1 to {MAX_NAME_LENGTH} characters, all of them printable.")
    settings = existing_settings(demo=demo)

    async def find_actor(database: Database) -> Actor:
        if settings.is_demo and brand is None and buyer is None and name is None and user is None:
            actors = await demo_actors(database)
            if actor := actors.get(role.value):
                return replace(actor, locale=locale or actor.locale)
        found = await _actor(database, role, brand, buyer, name, locale or Locale.EN)
        return replace(found, id=user) if user else found

    actor = on_database(settings, find_actor)
    typer.echo(Tokens(with_key(settings).secret_key, utc_now).sign(actor, lifetime, has_locale=locale is not None))


def _lifetime(hours: float | None, days: float | None, *, long_lived: bool) -> timedelta:
    """Raises CommandError."""
    if hours is not None and days is not None:
        raise CommandError("Give either --hours or --days.")
    lifetime = timedelta(days=days) if days is not None else timedelta(hours=DEFAULT_HOURS if hours is None else hours)
    if lifetime > timedelta(days=MAX_DAYS_UNLESS_ASKED) and not long_lived:
        raise CommandError(
            f"A token lasts at most {MAX_DAYS_UNLESS_ASKED} days. Add --long-lived to get one that lasts longer; for a "
            "program, make an API key instead (orders key create), which can be revoked by itself."
        )
    return lifetime


async def _actor(
    database: Database, role: Role, brand: str | None, buyer: str | None, name: str | None, locale: Locale
) -> Actor:
    """Raises CommandError when there is no such brand or buyer."""
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
