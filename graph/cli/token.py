"""`orders token`: a bearer token for a role."""

from datetime import UTC, datetime, timedelta

from graph.cli.brands import find_brand, find_buyer
from graph.cli.demo import demo_actors
from graph.cli.errors import CommandError
from graph.identity.own_tokens import Tokens
from graph.settings.environment import Settings
from models.actor import Actor
from models.database.sessions import Database
from models.locale import Locale
from models.migrations import current
from models.policy import Role
from resolvers.inputs import unprintable

MAX_NAME_LENGTH = 200


async def make_token(
    database: Database,
    settings: Settings,
    role: Role,
    brand: str | None,
    buyer: str | None,
    name: str | None,
    locale: Locale,
    hours: float,
    *,
    demo: bool,
) -> str:
    """Raises CommandError when there is no such brand or buyer."""
    # Asking a SQLite file that is not there would make an empty one.
    if not database.exists() or await current(database) is None:
        raise CommandError("The database is empty: start ./run serve or ./run demo first, or run orders migrate.")
    actor = None
    if demo and brand is None and buyer is None and name is None:
        actor = (await demo_actors(database)).get(role.value)
    if actor is None:
        actor = await _actor(database, role, brand, buyer, name, locale)
    signer = Tokens(settings.secret_key, lambda: datetime.now(UTC))
    return signer.sign(actor, timedelta(hours=hours))


async def _actor(
    database: Database, role: Role, brand: str | None, buyer: str | None, name: str | None, locale: Locale
) -> Actor:
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
