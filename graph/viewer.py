"""Viewer: the caller of the API."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from uuid import NAMESPACE_OID, UUID, uuid5

import strawberry
from strawberry import Private

from graph.buyer_types import Buyer
from graph.core.context import Info, RequestContext
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from models.actor import Actor, ActorKind
from models.key_scopes import KeyScope, scopes_of_role
from models.locale import Locale
from models.policy import Role
from resolvers.core.context import Context
from resolvers.viewer import brand_of


@strawberry.type(description="The brand that the viewer belongs to.")
class ViewerBrand:
    code: str = strawberry.field(description="Code of the brand, short and unique.")
    name: str = strawberry.field(description="Name of the brand, as shown in documents and mails.")


@strawberry.type(description="The caller of the API.")
class Viewer(Node):
    kind: ActorKind = strawberry.field(description="Kind of user.")
    actor_id: str = strawberry.field(description="Id of the caller, from the token, as OrderEvent.actorId.")
    name: str = strawberry.field(description="Name, as recorded in the audit trail.")
    locale: Locale = strawberry.field(description="Language of messages.")
    role: Role = strawberry.field(description="Role, which decides what the viewer may do.")
    scopes: list[KeyScope] = strawberry.field(description="Scopes of a partner app's key. Empty for all other viewers.")
    expires_at: datetime | None = strawberry.field(description="When the token or key expires. Null: never.")
    actor: Private[Actor]

    @strawberry.field(description="The brand that the viewer acts for. Null for an operator.")
    async def brand(self, info: Info) -> ViewerBrand | None:
        found = await brand_of(info.context)
        return ViewerBrand(code=found.code, name=found.name) if found else None

    @strawberry.field(description="The buyer that the viewer belongs to. Null unless the viewer is a buyer's user.")
    async def buyer(self, info: Info) -> Buyer | None:
        if self.actor.buyer_id is None:
            return None
        row = await info.context.loaders.buyer.load(self.actor.buyer_id)
        return Buyer.of(row) if row else None


def viewer(info: Info) -> Viewer:
    return viewer_of(info.context)


def viewer_of(context: RequestContext) -> Viewer:
    return _published((context.actor, context.expires_at))


@lru_cache(maxsize=1000)  # making one takes a tenth of the smallest query
def _published(row: tuple[Actor, datetime | None]) -> Viewer:
    actor, expires_at = row
    return Viewer(
        id=to_id(Kind.VIEWER, _uuid(actor)),
        kind=actor.kind,
        actor_id=actor.id,
        name=actor.name,
        locale=Locale(actor.locale),
        role=actor.role,
        scopes=scopes_of_role(actor.role),
        expires_at=expires_at,
        actor=actor,
    )


def _uuid(actor: Actor) -> UUID:
    """Of this user of this brand: the same for every token of theirs, and another one for each user."""
    return uuid5(NAMESPACE_OID, f"{actor.kind} {actor.identity} {actor.brand_id}")


async def _by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, tuple[Actor, datetime | None]]:
    """The viewer, if it is among them."""
    if not isinstance(context, RequestContext):
        return {}
    own = _uuid(context.actor)
    return {own: (context.actor, context.expires_at)} if own in ids else {}


NODES[Kind.VIEWER] = (_by_id, _published)
