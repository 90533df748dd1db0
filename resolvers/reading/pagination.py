"""Keyset pagination: a page starts after the last row of the page before it, at the same cost however deep it is.

A cursor holds the sort values and the id of its row. It is valid only for the sort that it came from.
"""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.ext.asyncio import AsyncSession

from resolvers.inputs import InputError, unprintable
from resolvers.reading import DataLoader

T = TypeVar("T")
MAX_PAGE_SIZE = 100
DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Forwards (first, after) or backwards (last, before), as in the Relay cursor connections specification.

    `size` 0: none of its rows is asked for, and none is read.
    """

    size: int
    cursor: str | None
    backwards: bool

    @classmethod
    def of(
        cls, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> "PageRequest":
        if first is not None and last is not None:
            raise InputError("Give first or last, not both.", "last")
        if before is not None and after is not None:
            raise InputError("Give after (with first) or before (with last), not both.", "before")
        backwards = last is not None or (before is not None and first is None)
        if backwards and after is not None:
            raise InputError("after goes with first; with last, give before.", "after")
        if not backwards and before is not None:
            raise InputError("before goes with last; with first, give after.", "before")
        size = (last if backwards else first) or (DEFAULT_PAGE if first is None and last is None else 0)
        if not 1 <= size <= MAX_PAGE_SIZE:
            name = "last" if backwards else "first"
            raise InputError(f"{name} must be between 1 and {MAX_PAGE_SIZE}.", name)
        return cls(size, before if backwards else after, backwards)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`keys`: the sort of the list. `sorted_by`: for each row its values, as attributes named after the keys."""

    rows: list[T]
    keys: Sequence["Key"]
    sorted_by: Sequence[Any]
    has_next: bool
    has_previous: bool

    def cursor(self, index: int) -> str:
        """Of the row at this index."""
        return encode(self.keys, self.sorted_by[index])


def as_text(value: object) -> str:
    """Raises ValueError for anything but a text that the database can store."""
    if not isinstance(value, str) or unprintable(value):
        raise ValueError("not a text that can be kept")
    return value


def as_whole(value: object) -> int:
    """A whole number that fits into an INTEGER of every database. Raises ValueError."""
    if type(value) is not int or abs(value) >= 2**31:
        raise ValueError("not a whole number")
    return value


@dataclass(frozen=True, slots=True)
class Key:
    """One column of a list's sort; the last one is unique. `parse` checks and converts its value in a cursor."""

    name: str
    column: ColumnElement[Any] | Any
    descending: bool
    parse: Callable[[Any], Any] = as_text

    @property
    def name_with_sign(self) -> str:
        return ("-" if self.descending else "") + self.name


def by_id(column: Any, *, descending: bool) -> Key:
    return Key("id", column, descending, lambda value: UUID(as_text(value)))


def by_instant(name: str, column: Any, *, descending: bool) -> Key:
    return Key(name, column, descending, lambda value: _aware(datetime.fromisoformat(value)))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("no offset")
    return at.astimezone(UTC)


def encode(keys: Sequence[Key], row: Any) -> str:
    return encode_values(keys, [getattr(row, key.name) for key in keys])


def encode_values(keys: Sequence[Key], values: Sequence[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, datetime) else v.hex if isinstance(v, UUID) else v for v in values]
    text = json.dumps([",".join(key.name_with_sign for key in keys), *plain], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(keys: Sequence[Key], cursor: str, field: str) -> list[Any]:
    try:
        sort, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if sort != ",".join(key.name_with_sign for key in keys) or len(values) != len(keys):
            raise InputError("This cursor belongs to a list with another sort; start again without it.", field)
        return [key.parse(value) for key, value in zip(keys, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "This is not a cursor that we gave out; take endCursor or startCursor as it is.", field
        ) from None


def cursor_values(keys: Sequence[Key], request: PageRequest) -> list[Any] | None:
    """The values of the request's cursor; None without one. Raises InputError."""
    if request.cursor is None:
        return None
    return decode(keys, request.cursor, "before" if request.backwards else "after")


def ordering(keys: Sequence[Key], *, backwards: bool = False) -> list[ColumnElement[Any]]:
    return [key.column.desc() if key.descending != backwards else key.column.asc() for key in keys]


def beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """The condition for the rows after these values in the list's sort (`backwards`: before them)."""
    condition: ColumnElement[bool] = false()
    for key, value in reversed(list(zip(keys, values, strict=True))):
        after = key.column < value if key.descending != backwards else key.column > value
        condition = or_(after, and_(key.column == value, condition))
    # Redundant, but lets the database start at the right place in the index on the first column.
    first, value = keys[0], values[0]
    edge = first.column <= value if first.descending != backwards else first.column >= value
    return and_(edge, condition)


def following(statement: Select[Any], keys: Sequence[Key], request: PageRequest) -> Select[Any]:
    """All rows from the page on, in its direction. Raises InputError for a cursor that is not of this list."""
    values = cursor_values(keys, request)
    if values is not None:
        statement = statement.where(beyond(keys, values, backwards=request.backwards))
    return statement.order_by(*ordering(keys, backwards=request.backwards))


@dataclass(frozen=True, slots=True)
class Found:
    """A page as the ids of its rows with their cursors, and the number of all rows, for compiled queries."""

    ids: Sequence[UUID] = ()
    cursors: Sequence[str] = ()
    has_next: bool = False
    has_previous: bool = False
    number: int = 0

    @classmethod
    async def of(
        cls, page: Callable[[], Awaitable[Page[UUID]]] | None, number: Callable[[], Awaitable[int]] | None
    ) -> "Found":
        """None: not needed."""
        total = await number() if number else 0
        if page is None:
            return cls(number=total)
        found = await page()
        cursors = [found.cursor(place) for place in range(len(found.rows))]
        return cls(found.rows, cursors, found.has_next, found.has_previous, total)


@dataclass(frozen=True)
class Listing:
    """A page of a list as conditions and a sort, for compiled queries (graph/execution/declared.py).

    `shape`: equal if only the size and the cursor's values differ. `count`: selects the number of all rows; None: they
    are counted. `find`: see there.
    """

    where: Sequence[ColumnElement[bool]]
    keys: Sequence[Key]
    request: PageRequest
    cursor: Sequence[Any] | None
    shape: Hashable
    count: Select[Any] | None = None
    find: Callable[..., Awaitable[Found]] | None = None

    @classmethod
    def of(
        cls, where: Sequence[ColumnElement[bool]], keys: Sequence[Key], request: PageRequest, *shape: Hashable
    ) -> "Listing":
        """`shape`: all that `where` and `keys` follow from. Raises InputError."""
        of_page = (request.backwards, request.cursor is None)
        return cls(where, keys, request, cursor_values(keys, request), (*shape, *of_page))

    @property
    def size(self) -> int:
        return self.request.size

    @property
    def backwards(self) -> bool:
        return self.request.backwards

    @property
    def order(self) -> Sequence[ColumnElement[Any]]:
        return ordering(self.keys, backwards=self.backwards)

    @property
    def cursor_columns(self) -> Sequence[Any]:
        return [key.column for key in self.keys]

    def beyond(self, values: Sequence[Any]) -> ColumnElement[bool]:
        return beyond(self.keys, values, backwards=self.backwards)

    def cursor_of(self, values: Sequence[Any]) -> str:
        return encode_values(self.keys, values)


def shape_of(filter: Any) -> Sequence[Hashable]:
    """The values of a filter's fields, for Listing.of. `filter`: a dataclass."""
    given = [getattr(filter, each.name) for each in fields(filter)]
    return [tuple(each) if isinstance(each, list) else each for each in given]


async def read_page(
    session: AsyncSession, statement: Select[Any], keys: Sequence[Key], request: PageRequest, make: Callable[..., T]
) -> Page[T]:
    """One statement reads the page and one row more, which tells whether there is a next page."""
    statement = following(statement, keys, request)  # refuses the cursor of another list
    rows = (await session.execute(statement.limit(request.size + 1))).all() if request.size else []
    more = len(rows) > request.size
    rows = rows[: request.size]
    if request.backwards:
        rows = rows[::-1]
    return Page(
        rows=[make(*row) for row in rows],
        keys=keys,
        sorted_by=rows,
        has_next=request.cursor is not None if request.backwards else more,
        has_previous=more if request.backwards else request.cursor is not None,
    )


async def page_within(
    loader: DataLoader[tuple[UUID, int, Any], list[T]], parent: UUID, keys: Sequence[Key], request: PageRequest
) -> Page[T]:
    """A page of rows inside a parent, forwards by one key. The loader reads the pages of several parents together."""
    after = decode(keys, request.cursor, "after")[0] if request.cursor is not None else None
    rows = await loader.load((parent, request.size + 1, after)) if request.size else []
    shown = rows[: request.size]
    return Page(
        rows=shown,
        keys=keys,
        sorted_by=shown,
        has_next=len(rows) > request.size,
        has_previous=after is not None,
    )
