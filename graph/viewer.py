"""Viewer: who is asking."""

from datetime import datetime

import strawberry
from strawberry import Private

from graph.buyers import Buyer
from graph.core.context import Info
from models.actor import Actor, ActorKind
from models.key_scopes import KeyScope, scopes_of_role
from models.locale import Locale
from models.policy import Role
from resolvers.viewer import brand_of


@strawberry.type(description="The brand that the viewer belongs to.")
class ViewerBrand:
    code: str = strawberry.field(description="Short and unique.")
    name: str = strawberry.field(description="As documents and mails show it.")


@strawberry.type(description="Who is asking.")
class Viewer:
    kind: ActorKind = strawberry.field(description="What kind of user.")
    name: str = strawberry.field(description="As the audit will show it.")
    locale: Locale = strawberry.field(description="The language that messages come in.")
    role: Role = strawberry.field(description="What the viewer may do.")
    scopes: list[KeyScope] = strawberry.field(description="Of a partner app's key; empty for everybody else.")
    expires_at: datetime | None = strawberry.field(description="When the token or key ends; never if null.")
    actor: Private[Actor]

    @strawberry.field(description="The brand that the viewer acts for; null for an operator.")
    async def brand(self, info: Info) -> ViewerBrand | None:
        found = await brand_of(info.context)
        return ViewerBrand(code=found.code, name=found.name) if found else None

    @strawberry.field(description="The buyer that the viewer belongs to; null for everybody but buyers' users.")
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
