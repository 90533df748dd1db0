"""Context of a GraphQL request: the resolvers' context, download links, and the viewer's quota."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol, TypeVar

import strawberry
from graphql import ExecutionResult
from strawberry import UNSET
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from graph.core.download_links import Links
from graph.execution.mutations import Done
from graph.limits.rate import Quota, unlimited
from models.sign_out import SignOut
from resolvers.core.context import Context
from resolvers.live_events import LiveEvents

NO_STREAM = (
    "A subscription is answered by a stream: send it with Accept: text/event-stream, or over WebSocket "
    "(graphql-transport-ws)."
)


class Streaming(Protocol):
    """What a subscription needs of the connection that it answers on."""

    @property
    def live(self) -> LiveEvents: ...

    @property
    def is_started(self) -> bool: ...

    def refusal(self, operation: OperationType) -> str | None:
        """Why an operation of this type cannot be answered here."""

    def open(self) -> None:
        """Counts as one of the streams of the viewer and of all. Raises GraphQLError when there are too many."""

    def start(self) -> None:
        """Nothing can be refused any more: the answer begins."""

    def close(self) -> None: ...


class NoStreaming:
    """The request cannot be answered by a stream."""

    is_started = False

    @property
    def live(self) -> LiveEvents:
        raise LookupError("this request has no stream")

    def refusal(self, operation: OperationType) -> str | None:
        return NO_STREAM if operation is OperationType.SUBSCRIPTION else None

    def open(self) -> None:
        raise LookupError("this request has no stream")

    def start(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class RequestContext(Context):
    """`expires_at`: when the viewer's token or API key expires; None for a key without expiry. `issued_at`: of a token.

    `on_sign_out` is called after a user was signed out. `cost`: of the operation, when it has been validated.
    `compiled`: whether a compiled plan may be tried, and `result`: what one has answered already (graph/execution/).
    `done`: what the request's mutation has given already; its cost is charged.
    """

    all_links: Links = field(kw_only=True)
    expires_at: datetime | None = None
    issued_at: datetime | None = None
    on_sign_out: Callable[[SignOut], None] = lambda _: None
    quota: Quota = field(kw_only=True, default_factory=unlimited)
    compiled: bool = False
    result: ExecutionResult | None = None
    done: Done | None = None
    cost: int = field(default=0, init=False)
    streaming: Streaming = field(kw_only=True, default_factory=NoStreaming)

    @cached_property
    def links(self) -> Links:
        """Those of this credential."""
        return replace(self.all_links, until=self.expires_at, issued_at=self.issued_at)


class ReadFromPrimary(SchemaExtension):
    """Mutations never read from a replica, not even before their transaction."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.MUTATION and context.context:
            context.context.refresh()
        yield


T = TypeVar("T")
Info = strawberry.Info[RequestContext, None]


def or_none(value: T | None) -> T | None:
    """None for an omitted argument, which Strawberry passes as UNSET."""
    return None if value is UNSET else value
