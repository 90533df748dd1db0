"""The API's subscriptions: each bound to its source of events, with permission and description."""

import strawberry

from graph.core.binding import stream
from graph.events import live_events
from models.permissions import Permission


@strawberry.type(
    description="Live updates, over GraphQL over SSE (distinct connections mode) or graphql-transport-ws: see "
    "docs/guides/events.md."
)
class Subscription:
    events = stream(
        live_events,
        needs=Permission.READ,
        description="The feed as it goes on: each event soon after its commit, in the order of commits, once. To "
        "resume after a lost connection without a gap, give the sequence of the last event as `after`. Ends when the "
        "viewer's access ends. Each event costs what the document costs.",
    )
