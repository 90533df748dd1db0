"""Connections as in Relay's specification; cursors are keysets (resolvers/reading/pagination.py)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Generic, TypedDict, TypeVar
from uuid import UUID

import strawberry
from strawberry import UNSET, Private
from strawberry.dataloader import DataLoader

from graph.core.batching import selected_fields
from graph.core.context import Info, or_none
from graph.execution.kinds import Unexpected
from graph.limits.cost import Cost
from resolvers.reading.pagination import DEFAULT_PAGE, MAX_PAGE_SIZE, Page, PageRequest

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


def page_request(
    first: int | None = UNSET, after: str | None = UNSET, last: int | None = UNSET, before: str | None = UNSET
) -> PageRequest:
    """The page that these arguments of a field select. Raises InputError."""
    return PageRequest.of(or_none(first), or_none(after), or_none(last), or_none(before))


def size_of_page(*, first: int | None = UNSET, after: str | None = UNSET) -> int:
    """Raises InputError, and Unexpected for a page that does not start with the first row."""
    request = page_request(first, after)
    if request.cursor is not None:
        raise Unexpected("a later page")
    return request.size


def selected_page(
    info: Info, first: int | None, after: str | None, last: int | None = UNSET, before: str | None = UNSET
) -> PageRequest:
    """The same for the resolver of a connection: an empty page if the document asks only how many entries there are."""
    request = page_request(first, after, last, before)
    selected: set[str] = set()
    for each in info.selected_fields:
        selected |= selected_fields(each.selections)
    return request if selected - {"totalCount", "__typename", ""} else replace(request, size=0)


@strawberry.type(
    description="Position of a page in its list. To read on, pass endCursor as `after` while hasNextPage is true."
)
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are entries after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there are entries before this page.")
    page: Private[Page[Any]]

    @strawberry.field(description="Cursor of the first entry of the page. Null if the page is empty.")
    def start_cursor(self) -> str | None:
        return self.page.cursor(0) if self.page.rows else None

    @strawberry.field(description="Cursor of the last entry of the page. Null if the page is empty.")
    def end_cursor(self) -> str | None:
        return self.page.cursor(-1) if self.page.rows else None


@strawberry.type(description="An entry of a page, with its cursor.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The entry.")
    place: Private[Any]
    cursor_of: Private[Callable[[Any], str]]

    @strawberry.field(
        description="Position of the entry, for `after` and `before`. Valid only for a list with the same sort order."
    )
    def cursor(self) -> str:
        return self.cursor_of(self.place)


@strawberry.type(description="One page of a list. pageInfo leads to the next one.")
class Connection(Generic[T]):
    """Only what is selected is made: no entries without their field, no cursor without its field."""

    page: Private[Page[Any]]
    publish: Private[Callable[[Any], T]]
    count: Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The entries of this page, with their cursors.")
    def edges(self) -> list[Edge[T]]:
        of = self.page.cursor
        return [Edge(node=node, place=n, cursor_of=of) for n, node in enumerate(self._nodes)]

    @strawberry.field(description="The entries of this page, without cursors.")
    def nodes(self) -> list[T]:
        return self._nodes

    @strawberry.field(description="Position of this page in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo(has_next_page=self.page.has_next, has_previous_page=self.page.has_previous, page=self.page)

    @strawberry.field(
        description="Number of entries in the whole list. Counted only if selected.", directives=[Cost(weight="20")]
    )
    async def total_count(self) -> int:
        return await self.count()

    @cached_property
    def _nodes(self) -> list[T]:
        return [self.publish(row) for row in self.page.rows]


class PageArguments(TypedDict, total=False):
    first: int | None
    after: str | None
    last: int | None
    before: str | None


def without_search(search: str | None) -> None:
    """Raises Unexpected for a search: it chooses its statements by how common the words are."""
    if or_none(search) is not None:
        raise Unexpected("search")


def counted(loader: DataLoader[UUID, int | None], parent: UUID) -> Callable[[], Awaitable[int]]:
    """How many entries the parent has; none when it has no row among the counts."""

    async def count() -> int:
        return await loader.load(parent) or 0

    return count


def connection(page: Page[R], publish: Callable[[R], T], count: Callable[[], Awaitable[int]]) -> Connection[T]:
    return Connection(page=page, publish=publish, count=count)
