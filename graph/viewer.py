"""Viewer: who is asking."""

from datetime import datetime

import strawberry
from strawberry import Private

from graph.buyer_types import Buyer
from graph.core.context import Info
from models.actor import Actor, ActorKind
from models.key_scopes import KeyScope, scopes_of_role
from models.locale import Locale
from models.policy import Role
from resolvers.viewer import brand_of


@strawberry.type(description="The brand that the viewer belongs to.")
class ViewerBrand:
    code: str = strawberry.field(description="Code of the brand, short and unique.")
    name: str = strawberry.field(description="Name of the brand, as shown in documents and mails.")


@strawberry.type(description="The caller of the API.")
class Viewer:
    kind: ActorKind = strawberry.field(description="Kind of user.")
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
    actor = info.context.actor
    return Viewer(
        kind=actor.kind,
        name=actor.name,
        locale=Locale(actor.locale),
        role=actor.role,
        scopes=scopes_of_role(actor.role),
        expires_at=info.context.expires_at,
        actor=actor,
    )
