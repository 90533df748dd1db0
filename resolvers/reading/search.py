"""Words of a search: which rows have them, and a page of those rows.

A sorted list has no index for "contains this word, in this order". Rows with a word that few rows have are collected by
an index and sorted. A word that many rows have usually fills a page with the next rows of the list. Where it does not,
e.g. because only old orders have it, all rows with it are collected.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.catalog import Sku
from models.folding import fold
from models.order import SUFFIX_LENGTH, OrderCodeSuffix
from resolvers.reading.pagination import Key, Page, PageRequest, following, read_page

T = TypeVar("T")
MANY = 10_000  # rows from one source; for a page, a word with more is a common one
MANY_OF_ALL = 50_000  # the same where all rows are wanted, e.g. to count them
NEAR = 2_000  # rows of the list that are looked at for common words, before all rows with the words are collected
FAR = 4  # times as many, where so many are likely to fill the page
# Execution options of a statement with words (models/database/visibility.py).
FEW_OF_MANY = {"one_by_one": True}
WILDCARD = re.compile("[%_/]")
ESCAPE = "/"
LAST = "\U0010ffff"  # no character comes after it, and none is it


@dataclass(frozen=True, slots=True)
class Term:
    """A word as SQL compares it: the values, or parameters that stand for them."""

    start: Any  # the first of the endings of codes that begin with the word
    end: Any  # comes after the last of them
    pattern: Any  # for LIKE

    @classmethod
    def of(cls, word: str) -> "Term":
        start, end = (word, word + LAST) if len(word) <= SUFFIX_LENGTH else (LAST, "")
        escaped = WILDCARD.sub(rf"{ESCAPE}\g<0>", word)
        return cls(start, end, f"%{escaped}%")


@dataclass(frozen=True, slots=True)
class Word:
    """Make conditions on rows. `test`: a row has the word. `found`: the same, but those with it are found first.

    `is_common(most)`: there are more than `most` rows with it, in one of the places where it is looked for.
    """

    test: Callable[[], ColumnElement[bool]]
    found: Callable[[], ColumnElement[bool]]
    is_common: Callable[[int], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The rows with a word. `sources`: select their `id`s, each by an index. `test`: the same, asked of one row.

    `first`: what a source reads as a whole before it gives its first row; if that is much, the word is a common one.
    """

    id: Any
    sources: Sequence[Select[UUID]]
    test: ColumnElement[bool]
    first: Sequence[Select[UUID]] = ()

    def found(self) -> ColumnElement[bool]:
        return is_one_of(self.id, union_all(*self.sources))

    def is_common(self, most: Any) -> ColumnElement[bool]:
        # CASE stops at the first that is true; OR does not on SQLite.
        many = (exists(each.limit(1).offset(most)) for each in (*self.first, *self.sources))
        return case(*((each, true()) for each in many), else_=false())

    def word(self) -> Word:
        return Word(lambda: self.test, self.found, self.is_common)


@dataclass(frozen=True, slots=True)
class Search:
    """Makes words whose SQL is written once. `mentions(term, *more)`: `more` are the other values of a word.

    Without it, SQLAlchemy would look through hundreds of parts of each statement with ten words: 10 ms at a stretch.
    """

    mentions: Callable[..., Mentions]

    def word(self, word: str, *more: Any) -> Word:
        # SQLAlchemy's type of a text depends on its characters.
        types = {str: String()}
        values: list[ColumnElement[Any]] = [
            bindparam(None, value, types.get(type(value)), unique=True) for value in (*astuple(Term.of(word)), *more)
        ]
        return Word(
            lambda: WrittenLate(self._test, *values),
            lambda: WrittenLate(self._found, *values),
            lambda most: WrittenLate(self._is_common, literal(most), *values),
        )

    def _made(self, start: Any, end: Any, pattern: Any, *more: Any) -> Mentions:
        return self.mentions(Term(start, end, pattern), *more)

    def _test(self, *values: Any) -> ColumnElement[bool]:
        return self._made(*values).test

    def _found(self, *values: Any) -> ColumnElement[bool]:
        return self._made(*values).found()

    def _is_common(self, most: Any, *values: Any) -> ColumnElement[bool]:
        return self._made(*values).is_common(most)


class WrittenLate(ColumnElement[bool]):
    """A condition that `write` makes from parameters when the text of its statement is made, which SQLAlchemy keeps.

    To SQLAlchemy, statements are the same if they differ only in the parameters' values, so `write` must not depend on
    these.
    """

    __visit_name__ = "written_late"
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012
        ("parameters", InternalTraversal.dp_clauseelement_tuple),
        ("write", InternalTraversal.dp_plain_obj),
    ]

    def __init__(self, write: Callable[..., ColumnElement[bool]], *parameters: ColumnElement[Any]) -> None:
        self.write = write
        self.parameters = parameters

    def self_group(self, against: Any = None) -> "WrittenLate":
        return self


@compiles(WrittenLate)
def _by_parts(element: WrittenLate, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.write(*element.parameters), **options)})"


def words_of(search: str | None) -> list[str]:
    """The different words, folded."""
    return list(dict.fromkeys(fold(search or "").split()))


def terms_of(search: str | None) -> list[Term]:
    return [Term.of(word) for word in words_of(search)]


async def narrowed(session: AsyncSession, words: Sequence[Word]) -> list[ColumnElement[bool]]:
    """Conditions for a statement on all rows: each word occurs. With words, one statement is run."""
    common = await _are_common(session, words, MANY_OF_ALL)
    return _conditions(words, common)


async def read_found(
    session: AsyncSession,
    statement: Select[Any],
    id: Any,
    words: Sequence[Word],
    keys: Sequence[Key],
    request: PageRequest,
    make: Callable[..., T],
) -> Page[T]:
    """As `read_page`, of the rows with the words: one statement more for words, two to five for common ones only."""
    if not words or not request.size:
        return await read_page(session, statement, keys, request, make)
    statement = statement.execution_options(**FEW_OF_MANY)
    common = await _are_common(session, words, MANY)
    if not all(common):
        return await _read_collected(session, statement, id, _conditions(words, common), keys, request, make)
    tested = statement.where(*(word.test() for word in words))
    rows = following(statement, keys, request).with_only_columns(id).correlate(None)
    if (await session.execute(rows.offset(NEAR).limit(1))).first() is None:
        return await read_page(session, tested, keys, request, make)
    looked_at = NEAR
    while looked_at <= FAR * NEAR:
        page = await read_page(session, tested.where(id.in_(rows.limit(looked_at))), keys, request, make)
        if page.has_previous if request.backwards else page.has_next:
            return page
        # As many rows as fill the page, if the words are half as common in them.
        looked_at *= max(2, 2 * (request.size + 1) // max(len(page.rows), 1))
    # Of several words, the rows with the rarer ones are collected.
    common = await _are_common(session, words, MANY_OF_ALL) if len(words) > 1 else [False]
    if all(common):
        common = [place > 0 for place in range(len(words))]
    return await _read_collected(session, statement, id, _conditions(words, common), keys, request, make)


async def _read_collected(
    session: AsyncSession,
    statement: Select[Any],
    id: Any,
    found: Sequence[ColumnElement[bool]],
    keys: Sequence[Key],
    request: PageRequest,
    make: Callable[..., T],
) -> Page[T]:
    """The ids of the page are sorted out first, so that all columns are read of its rows only."""
    ids = following(statement.where(*found), keys, request).with_only_columns(id).correlate(None)
    return await read_page(session, statement.where(is_one_of(id, ids.limit(request.size + 1))), keys, request, make)


async def _are_common(session: AsyncSession, words: Sequence[Word], most: int) -> Sequence[bool]:
    if not words:
        return []
    # Of Brand, because a statement must be about a model to be narrowed (models/database/visibility.py).
    statement = select(*(word.is_common(most) for word in words)).select_from(Brand).limit(1)
    # How common a word is in the brand: of a buyer's few rows, the database could not stop after `most`.
    return (await session.execute(statement.execution_options(facts_for_rules=True))).first() or [False] * len(words)


def _conditions(words: Sequence[Word], common: Sequence[bool]) -> list[ColumnElement[bool]]:
    return [word.test() if is_common else word.found() for word, is_common in zip(words, common, strict=True)]


class is_one_of(FunctionElement[bool]):
    """The column is one of the values that a SELECT gives: found first, then each is looked up by an index.

    For IN, PostgreSQL may read all rows instead, or compare each with each: it cannot tell how many values there are.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, values: Select[Any] | CompoundSelect[Any]) -> None:
        super().__init__(column, values.scalar_subquery())

    def self_group(self, against: Any = None) -> "is_one_of":
        """As it is a condition already: SQLite would be asked for `… IN (…) = 1`, which uses no index."""
        return self


@compiles(is_one_of)
def _by_in(element: is_one_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} IN {compiler.process(values, **options)}"


@compiles(is_one_of, "postgresql")
def _by_array(element: is_one_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **options)} = ANY (ARRAY{compiler.process(values, **options)})"


def for_each(rows: Select[UUID]) -> ColumnElement[bool]:
    """There is such a row, looked up for each row of the list. Without OFFSET, PostgreSQL may read them all before."""
    return exists(rows.limit(1).offset(0))


def has(term: Term, folded: Any, *columns: Any) -> ColumnElement[bool]:
    """The word occurs in one of the columns. `folded`: the column with what lower() does not fold of them."""
    texts = (*(func.lower(column) for column in columns), folded)
    return or_(*(text.like(term.pattern, escape=ESCAPE) for text in texts))


def orders_by_code(term: Term) -> Select[UUID]:
    """The ids of the orders whose code contains the word."""
    beginning = (OrderCodeSuffix.suffix >= term.start, OrderCodeSuffix.suffix < term.end)
    # An operator sees all brands: then the index is used for one brand after the other.
    of_brands = OrderCodeSuffix.brand_id.in_(select(Brand.id))
    return select(OrderCodeSuffix.order_id).where(of_brands, *beginning)


def mentions_buyer(term: Term) -> ColumnElement[bool]:
    """In the buyer's code, its name or one of its e-mail addresses. A brand has few buyers: all are looked at."""
    # Uncorrelated on purpose: addresses are searched once, not once for each buyer.
    recipients = select(BuyerRecipient.buyer_id).where(has(term, BuyerRecipient.folded, BuyerRecipient.email))
    return or_(has(term, Buyer.folded, Buyer.unique_code, Buyer.name), Buyer.id.in_(recipients))


def skus_with(term: Term) -> Select[UUID]:
    """The ids of the SKUs with the word in their number or model number. A brand has few SKUs: all are looked at."""
    return select(Sku.id).where(has(term, Sku.folded, Sku.number, Sku.model_number))
