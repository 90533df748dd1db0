"""How a type's fields are declared: which columns they read and how these become JSON.

A declaration is kept in the metadata of the Strawberry field, so both ways of answering read the same one: graphql-core
through the object that `made_of` builds, and the compiler (compiler.py) through the columns. Columns have the names of
the attributes of the type's row class; `Source` says which SQL expression each one is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeVar

import strawberry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind:
    """How columns become a field. `value` makes the Python value from the values that SQLAlchemy gives.

    `code`: database → a Python expression for the JSON text over the driver's values {0}, {1}, …, with the names in
    `uses`. It must raise for everything that graphql-core would refuse. `around`: what stands before and after that
    text, e.g. quotation marks.
    """

    value: Callable[..., Any]
    code: Mapping[str, str]
    uses: Mapping[str, Any] = field(default_factory=dict)
    around: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Plain:
    """A field made of one row's columns, row by row."""

    columns: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Pure:
    """A field that follows from few-valued columns, and from what `Viewer` has of the viewer: its JSON is kept.

    `make(viewer, *values, **arguments)`, with the field's arguments by their Python names; omitted ones are UNSET.
    `only`: the selected fields that `make` can give; for others the field is `otherwise`, or not declared.
    """

    columns: tuple[str, ...]
    make: Callable[..., Any]
    only: frozenset[str] | None = None
    otherwise: "ForLevel | None" = None


@dataclass(frozen=True, slots=True)
class Within:
    """An object in the same row, whose columns are those that start with `prefix`, or are mapped in `columns`.

    `columns`: column of the object's type → column of the row. `value` makes the object from the latter; without it the
    Strawberry field has a resolver of its own. A nullable field is null if one of the mapped columns is.
    """

    columns: Mapping[str, str] | None = None
    prefix: str = ""
    value: Callable[..., Any] | None = None


@dataclass(frozen=True, slots=True)
class Children:
    """Rows of another type, read for the whole level in one statement.

    `size`: for a connection, the size of its pages by the field's arguments. It raises for invalid ones.
    """

    source: "Source"
    size: Callable[..., int] | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """The row of another type that a column names by its id, read for the whole level in one statement.

    A nullable field is null if the column is.
    """

    column: str
    source: "Source"


@dataclass(frozen=True, slots=True)
class ForLevel:
    """`read(viewer, rows, ask)`: a generator of statements that returns a value for each row.

    `rows`: for each row its id, and a tuple of the columns. It gets rows by `yield from ask(name, ids)`, of the
    statement `statements[name]`. `is_few_valued`: whether rows often share the values of the columns.
    """

    columns: tuple[str, ...]
    read: Callable[..., Any]
    statements: Mapping[str, Callable[[Callable[[Any], Any]], Any]]
    is_few_valued: bool = True


def looked_up(
    statement: Callable[[Callable[[Any], Any]], Any],
    by_key: Callable[[Sequence[Any]], Mapping[Any, Any]],
    make: Callable[[Any, Any], Any],
    *columns: str,
    key_of: Callable[..., Any] = lambda id: id,
) -> ForLevel:
    """A field that follows from what one statement finds for a key of each row.

    `statement(among)`: `among(column)` is the condition that a column is one of the keys. `by_key(rows)`: what was
    found, by key. `make(actor, found)`; `found` is None for a key without. `key_of(id, *columns)`: None for a row that
    has none.
    """

    def read(actor: Any, rows: list[Any], ask: Callable[..., Any]) -> Any:
        keys = [key_of(id, *values) for id, values in rows]
        wanted = [key for key in dict.fromkeys(keys) if key is not None]
        found = by_key((yield from ask("found", wanted))) if wanted else {}
        made = {key: make(actor, found.get(key)) for key in dict.fromkeys(keys)}
        return [made[key] for key in keys]

    return ForLevel(columns, read, {"found": statement})


def row_by_row(make: Callable[..., Any], *columns: str) -> ForLevel:
    """A field that follows from columns with many values: `make(actor, *columns)` is called for each row."""

    def read(actor: Any, rows: list[Any], _: Callable[..., Any]) -> Any:
        yield from ()
        return [make(actor, *values) for _, values in rows]

    return ForLevel(columns, read, {}, is_few_valued=False)


class Source(Protocol):
    """Where the rows of a type come from, in SQLAlchemy's expressions. The product gives them; none is made here."""

    @property
    def model(self) -> Any: ...
    @property
    def columns(self) -> Mapping[str, Any]:
        """Name → SQL expression; "id" is the row's own."""

    @property
    def for_buyers(self) -> Mapping[str, Any]:
        """The expressions that differ in a buyer's scope."""

    @property
    def base(self) -> Callable[[Any], Any]:
        """Adds to a statement the joins that every row needs."""

    @property
    def joins(self) -> Mapping[str, Callable[[Any], Any]]:
        """Start of a column's name → adds to a statement the join that this column needs."""

    @property
    def whole_brand(self) -> frozenset[str]:
        """The columns that rules look at, which are never narrowed to a buyer."""

    @property
    def parent(self) -> Any:
        """Names the parent of a row; None for rows without one."""

    @property
    def order(self) -> tuple[Any, ...]:
        """Sorts the rows of a parent."""

    @property
    def cursor_columns(self) -> tuple[str, ...]: ...
    @property
    def cursor_of(self) -> Callable[[Sequence[Any]], str]:
        """Makes the cursor of a row from the values of these columns."""


class Listing(Protocol):
    """One page of a list. `shape`: equal for listings whose statements differ only in size and cursor."""

    @property
    def shape(self) -> Any: ...
    @property
    def where(self) -> Sequence[Any]: ...
    @property
    def order(self) -> Sequence[Any]: ...
    @property
    def size(self) -> int: ...
    @property
    def backwards(self) -> bool: ...
    @property
    def cursor(self) -> Sequence[Any] | None:
        """The values of `cursor_columns` after which the page starts, or before which it ends."""

    @property
    def cursor_columns(self) -> Sequence[Any]: ...
    def beyond(self, values: Sequence[Any]) -> Any:
        """The condition for the rows beyond these values."""

    def cursor_of(self, values: Sequence[Any]) -> str: ...
    @property
    def count(self) -> Any:
        """Selects the number of all rows; None: they are counted."""

    @property
    def find(self) -> Callable[..., Any] | None:
        """For rows that are not found by one statement: `await find(request, page, number)` → Found.

        `page`, `number`: whether each is needed. Then `where`, `order` and `cursor` are not looked at.
        """


class Found(Protocol):
    """What a listing has found: the ids of the page's rows with their cursors, and the number of all rows."""

    @property
    def ids(self) -> Sequence[Any]: ...
    @property
    def cursors(self) -> Sequence[str]: ...
    @property
    def has_next(self) -> bool: ...
    @property
    def has_previous(self) -> bool: ...
    @property
    def number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Viewer:
    """All of a viewer that may decide what is kept: arguments read, values that follow from few columns."""

    role: Any
    locale: Any
    is_buyer: bool


@dataclass(frozen=True, slots=True)
class Root:
    """A field of Query. All raise for arguments that are invalid.

    `listing(viewer, **arguments)`: the page of rows of `source`, for a connection. `one(**arguments)`: the id of a
    single row, or None. `value(request)`: the object itself, which needs no rows; of it only attributes are answered.
    `several(**arguments)`: for an interface, kind and id of each object, or None; `sources`: of these kinds, the type's
    name, and where its rows come from. `lookup`: finds a single row by something else than its id.
    """

    source: Source | None = None
    listing: Callable[..., Listing] | None = None
    one: Callable[..., Any] = lambda: None
    value: Callable[[Any], Any] | None = None
    several: Callable[..., Sequence[tuple[Any, Any] | None]] | None = None
    sources: Mapping[Any, tuple[str, Source]] = field(default_factory=dict)
    lookup: "Lookup | None" = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Selects of ids, each of which is run if those before it find none. The row is the one whose id alone is found.

    `values(**arguments)`: of the selects' parameters; None: there is no such row. It raises for invalid arguments.
    """

    values: Callable[..., Mapping[str, Any] | None]
    statements: Sequence[Any]


Declaration = Plain | Pure | Within | Children | Linked | ForLevel


class Declared:
    """The key of a declaration in a Strawberry field's metadata."""


def declared(declaration: Declaration | Root) -> dict[Any, Any]:
    """Metadata for strawberry.field."""
    return {Declared: declaration}


def column(kind: Kind, *columns: str, description: str, directives: Sequence[object] = ()) -> Any:
    """A field of a type, made of columns of its row."""
    plain = Plain(columns, kind)
    return strawberry.field(description=description, directives=directives, metadata=declared(plain))


def within(value: Callable[..., Any], columns: Mapping[str, str], *, description: str) -> Any:
    """A field that is an object made of columns of the row."""
    return strawberry.field(description=description, metadata=declared(Within(columns, value=value)))


def made_of(type: type[T], row: Any, /, **others: Any) -> T:
    """The Strawberry object of a row, made as its `column` and `within` fields declare. `others`: all other fields."""
    values = {name: make(*[getattr(row, each) for each in columns]) for name, columns, make in _makers(type)}  # type: ignore[arg-type]
    return type(**values, **others)


@cache
def _makers(type: Any) -> list[tuple[str, tuple[str, ...], Callable[..., Any]]]:
    """For each such field: its name, its columns, and what makes its value."""
    found: list[tuple[str, tuple[str, ...], Callable[..., Any]]] = []
    for each in type.__strawberry_definition__.fields:
        match each.metadata.get(Declared):
            case Plain(columns, kind):
                found.append((each.python_name, columns, kind.value))
            case Within(mapped, _, value) if mapped is not None and value is not None:
                found.append((each.python_name, tuple(mapped.values()), value))
    return found
