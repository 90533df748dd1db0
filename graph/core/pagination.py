"""Connections as in Relay's specification; cursors are keysets (resolvers/reading/pagination.py)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry import Private
from strawberry.dataloader import DataLoader

from graph.limits.cost import Cost
from resolvers.reading.pagination import DEFAULT_PAGE, MAX_PAGE_SIZE, Page

T = TypeVar("T")
R = TypeVar("R")

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"Page size, counted from the start of the list: 1 to {MAX_PAGE_SIZE}. Default: {DEFAULT_PAGE}."
    ),
]
After = Annotated[
    str | None, strawberry.argument(description="Return entries after this cursor: the endCursor of the previous page.")
]
Last = Annotated[
    int | None, strawberry.argument(description=f"Page size, counted from the end of the list: 1 to {MAX_PAGE_SIZE}.")
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Return entries before this cursor: the startCursor of the following page."),
]


@strawberry.type(
    description="Position of a page in its list. To read on, pass endCursor as `after` while hasNextPage is true."
)
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first entry of the page. Null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last entry of the page. Null if the page is empty."
    )


@strawberry.type(description="An entry of a page, with its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The entry.")
    cursor: str = strawberry.field(
        description="Position of the entry, for `after` and `before`. Valid only for a list with the same sort order."
    )


@strawberry.type(description="One page of a list. pageInfo leads to the next one.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries of this page, with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Position of this page in the list.")
    count: Private[Callable[[], Awaitable[int]]]

    @strawberry.field(
        description="Number of entries in the whole list. Counted only if selected.", directives=[Cost(weight="20")]
    )
    async def total_count(self) -> int:
        return await self.count()


def counted(loader: DataLoader[UUID, int | None], parent: UUID) -> Callable[[], Awaitable[int]]:
    """How many entries the parent has; none when it has no row among the counts."""

    async def count() -> int:
        return await loader.load(parent) or 0

    return count


def connection(page: Page[R], publish: Callable[[R], T], count: Callable[[], Awaitable[int]]) -> Connection[T]:
    nodes = [publish(row) for row in page.rows]
    return Connection(
        edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, page.cursors, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        ),
        count=count,
    )
