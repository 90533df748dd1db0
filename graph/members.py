"""Member, and the list `members`: who can be in charge of an order."""

import strawberry

from graph.core.context import Info
from resolvers import members as resolvers
from resolvers.reading.rows import MemberRow


@strawberry.type(description="A member of the brand. Members are known by their tokens only.")
class Member:
    actor_id: str = strawberry.field(description="Id of the member, from the token, as OrderEvent.actorId.")
    name: str = strawberry.field(description="Name of the member. Names may change.")

    @classmethod
    def of(cls, row: MemberRow) -> "Member":
        return cls(actor_id=row.actor_id, name=row.actor_name)


async def members(info: Info) -> list[Member]:
    return [Member.of(row) for row in await resolvers.members(info.context)]
