"""What a GraphQL request is given: the resolvers' context and the maker of download links."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import strawberry
from strawberry import UNSET
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from graph.core.download_links import Links
from graph.limits.rate import Allowance, no_limit
from models.actor import Actor
from resolvers.core.context import Context


@dataclass
class RequestContext(Context):
    """`expires_at`: when the viewer's token or key ends; None when it does not by itself."""

    links: Links = field(kw_only=True)
    expires_at: datetime | None = None
    allowance: Allowance = field(kw_only=True, default_factory=no_limit)


class DecideByPrimary(SchemaExtension):
    """A mutation reads nothing from a replica, not even before its transaction."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.MUTATION and context.context:
            context.context.refresh()
        yield


T = TypeVar("T")
Info = strawberry.Info[RequestContext, None]


def actor_of(info: Info) -> Actor:
    return info.context.actor


def given(value: T | None) -> T | None:
    """None for an argument that was left out, which Strawberry calls UNSET."""
    return None if value is UNSET else value
