"""Who signs in to the demo: an actor for each role, and a partner app with an API key."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import func, select

from graph.core.clock import utc_now
from graph.http.graphiql import DemoUser
from models.actor import Actor
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.key_scopes import KeyScope
from models.locale import Locale
from models.order import Order
from models.policy import Role
from models.scope import EVERYTHING
from resolvers import api_keys
from resolvers.core.context import Context

NORTHLIGHT, KUMO = "northlight", "kumo"
KEY_NAME = "Demo app"
KEY_FILE = "demo-api.key"
NAMES = {Role.ADMIN: "Ada Lindqvist", Role.WRITE: "Will Carter", Role.READ: "Rita Moreau", Role.APP: "ERP Connector"}
# Whom the page can switch to.
LABELS = {
    "admin": "Admin",
    "write": "May write",
    "read": "May only read",
    "buyer": "Buyer",
    "kumo": "Japanese brand",
}


async def demo_actors(database: Database) -> dict[str, Actor]:
    """Whom the demo's tokens are for, by role; none in a database without the demo. The buyer has several orders."""
    async with database.read(EVERYTHING) as session:
        brands = {brand.code: brand for brand in await session.scalars(select(Brand))}
        if not {NORTHLIGHT, KUMO} <= brands.keys():
            return {}
        northlight, kumo = brands[NORTHLIGHT], brands[KUMO]
        busiest = (
            select(Buyer)
            .join(Order, (Order.brand_id == Buyer.brand_id) & (Order.buyer_id == Buyer.id))
            .where(Buyer.brand_id == northlight.id, Buyer.is_offline.is_(False))
            .group_by(Buyer.brand_id, Buyer.id)
            .order_by(func.count().desc(), Buyer.unique_code)
            .limit(1)
        )
        buyer = (await session.scalars(busiest)).one()
    return {
        **{role.value: member(northlight, role) for role in NAMES},
        "buyer": buyers_user(buyer),
        "operator": Actor(role=Role.OPERATOR, id="demo-operator", name="Olga Petrov", brand_id=None),
        "kumo": member(kumo, Role.ADMIN),
    }


def demo_users(actors: Mapping[str, Actor], tokens: Mapping[str, str]) -> tuple[DemoUser, ...]:
    """The users of the demo's page, the first of whom is signed in. `tokens`: by role, as the actors."""
    return tuple(DemoUser(name, f"{label}: {actors[name].name}", tokens[name]) for name, label in LABELS.items())


def member(brand: Brand, role: Role) -> Actor:
    """No member of one brand may appear in the history of the other: Kumo has one member, for whatever role."""
    if brand.code == KUMO:
        return Actor(role=Role.ADMIN, id="demo-kumo", name="佐藤 美奈", brand_id=brand.id, locale=Locale.JA)
    return Actor(role=role, id=f"demo-{role.value}", name=NAMES[role], brand_id=brand.id)


def buyers_user(buyer: Buyer) -> Actor:
    return Actor(role=Role.BUYER, id="demo-buyer", name=buyer.name, brand_id=buyer.brand_id, buyer_id=buyer.id)


async def demo_api_key(database: Database, admin: Actor, folder: Path) -> str | None:
    """The key of the demo's partner app: created at the first start, and read from a file of `folder` afterwards.

    The database keeps only its hash. None when the file is gone, and for a key that has been rotated or revoked.
    """
    path = folder / KEY_FILE
    if path.exists():
        kept = path.read_text().strip()
        found = await api_keys.find_by_secret(database, kept)
        if found and found[0].revoked_at is None:
            return kept
    context = Context(database, admin, utc_now)
    if any(key.name == KEY_NAME for key in await api_keys.api_keys(context)):
        return None
    _, secret = await api_keys.create_api_key(context, KEY_NAME, [KeyScope.ORDERS_WRITE], None)
    if secret:
        _keep(path, secret)
    return secret


def _keep(path: Path, secret: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secret)
