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
    strawberry.argument(description=f"How many from the start, 1 to {MAX_PAGE_SIZE}; {DEFAULT_PAGE} when left out."),
]
After = Annotated[str | None, strawberry.argument(description="Start after this cursor (an endCursor).")]
Last = Annotated[int | None, strawberry.argument(description=f"How many from the end, 1 to {MAX_PAGE_SIZE}.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor (a startCursor).")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The first cursor of the page; null when it is empty.")
    end_cursor: str | None = strawberry.field(description="The last cursor of the page; null when it is empty.")


@strawberry.type(description="One entry of a page.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The entry.")
    cursor: str = strawberry.field(description="Where it stands; only good for a list with the same sort.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    count: Private[Callable[[], Awaitable[int]]]

    @strawberry.field(
        description="How many entries the whole list has. Counted only when asked for.", directives=[Cost(weight="20")]
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
