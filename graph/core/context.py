"""Context of a GraphQL request: the resolvers' context, download links, and the viewer's quota."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import strawberry
from graphql import ExecutionResult
from strawberry import UNSET
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from graph.core.download_links import Links
from graph.limits.rate import Quota, unlimited
from models.sign_out import SignOut
from resolvers.core.context import Context


@dataclass
class RequestContext(Context):
    """`expires_at`: when the viewer's token or API key expires; None for a key without expiry.

    `on_sign_out` is called after a user was signed out. `compiled`: whether a compiled plan may be tried, and `result`:
    what one has answered already (graph/execution/).
    """

    links: Links = field(kw_only=True)
    expires_at: datetime | None = None
    on_sign_out: Callable[[SignOut], None] = lambda _: None
    quota: Quota = field(kw_only=True, default_factory=unlimited)
    compiled: bool = False
    result: ExecutionResult | None = None


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
