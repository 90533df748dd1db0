"""Viewer: who is asking."""

import strawberry

from graph.context import Info
from graph.enums import Locale, publish
from models.actor import ActorKind

publish(
    ActorKind,
    "What kind of user is asking.",
    {
        "MEMBER": "A member of the brand.",
        "BUYER": "A user of a buyer: sees that buyer's orders only.",
        "APP": "A partner app that acts for the brand.",
        "OPERATOR": "An operator of the platform: sees all brands.",
    },
    name="ViewerKind",
)


@strawberry.type(description="Who is asking.")
class Viewer:
    kind: ActorKind = strawberry.field(description="What kind of user.")
    name: str = strawberry.field(description="As the audit will show it.")
    locale: Locale = strawberry.field(description="The language that messages come in.")


def viewer(info: Info) -> Viewer:
    actor = info.context.actor
    return Viewer(kind=actor.kind, name=actor.name, locale=Locale(actor.locale))
