"""What a GraphQL request is given: the resolvers' context and the maker of download links."""

from dataclasses import dataclass, field
from typing import TypeVar

import strawberry
from strawberry import UNSET

from graph.budgets import Allowance, no_limit
from graph.downloads import Links
from models.actor import Actor
from resolvers.context import Context


@dataclass
class RequestContext(Context):
    links: Links = field(kw_only=True)
    allowance: Allowance = field(kw_only=True, default_factory=no_limit)


T = TypeVar("T")
Info = strawberry.Info[RequestContext, None]


def actor_of(info: Info) -> Actor:
    return info.context.actor


def given(value: T | None) -> T | None:
    """None for an argument that was left out, which Strawberry calls UNSET."""
    return None if value is UNSET else value
