"""The history of an order, and of a whole brand with its filter: who decided what, and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.actor import ActorKind
from models.audit import AuditActor, AuditEntry
from models.folding import fold
from models.messages.history import EventKind
from models.order import Order
from resolvers.core.context import Context
from resolvers.core.pausing import mapped
from resolvers.inputs import MAX_SEARCH_LENGTH, InputError, check_search, check_text
from resolvers.reading.pagination import (
    Found,
    Key,
    Listing,
    Page,
    PageRequest,
    by_id,
    by_instant,
    page_within,
    shape_of,
)
from resolvers.reading.rows import HISTORY_COLUMNS, HistoryRow
from resolvers.reading.search import (
    ESCAPE,
    Mentions,
    Search,
    Term,
    Word,
    for_each,
    has,
    is_one_of,
    narrowed,
    orders_by_code,
    read_found,
    words_of,
)
from resolvers.reading.sources import HISTORY_KEYS

MAX_IN_FILTER = 100
MAX_ACTORS = 1_000  # found by a word; a word that more of them have is looked for in each entry
SEPARATE_ACTORS = 20
_OTHER = aliased(AuditEntry)  # making one takes milliseconds
_ACTOR = (AuditActor.brand_id, AuditActor.actor_id, AuditActor.actor_name)

V = TypeVar("V")
Actors = Sequence[tuple[Any, ...]]  # brand's id, actor's id, name


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """None: no such condition. An empty list matches nothing."""

    search: str | None = None
    actors: Sequence[str] | None = None
    actor_kinds: Sequence[ActorKind] | None = None
    kinds: Sequence[str] | None = None
    order_ids: Sequence[UUID] | None = None
    order_codes: Sequence[str] | None = None
    at_from: datetime | None = None
    at_to: datetime | None = None


async def history_of(context: Context, order_id: UUID, request: PageRequest) -> Page[HistoryRow]:
    return await page_within(context.loaders.history, order_id, HISTORY_KEYS, request)


async def history(
    context: Context, filter: HistoryFilter, request: PageRequest, *, newest_first: bool = True
) -> Page[HistoryRow]:
    """Everything that happened in the viewer's brand, not only to orders. Empty for a buyer."""
    return await _read(context, filter, request, newest_first, HISTORY_COLUMNS, HistoryRow)


async def _read(
    context: Context,
    filter: HistoryFilter,
    request: PageRequest,
    newest_first: bool,
    columns: Sequence[Any],
    make: Callable[..., V],
) -> Page[V]:
    async with context.read() as session:
        statement = select(*columns).where(*plain_conditions(filter))
        words, order = await _words(session, filter), keys(newest_first=newest_first)
        return await read_found(session, statement, AuditEntry.id, words, order, request, make)


def listing(filter: HistoryFilter, request: PageRequest, *, newest_first: bool) -> Listing:
    """The same page. Raises InputError."""
    order = keys(newest_first=newest_first)
    made = Listing.of(plain_conditions(filter), order, request, *shape_of(filter), newest_first)
    return made if filter.search is None else replace(made, find=partial(_find, filter, request, newest_first))


async def _find(
    filter: HistoryFilter, request: PageRequest, newest_first: bool, context: Context, page: bool, number: bool
) -> Found:
    """A search chooses its statements by how common the words are."""
    columns = (AuditEntry.id, AuditEntry.at)
    return await Found.of(
        partial(_read, context, filter, request, newest_first, columns, lambda id, _: id) if page else None,
        partial(count_history, context, filter) if number else None,
    )


async def count_history(context: Context, filter: HistoryFilter) -> int:
    async with context.read() as session:
        statement = select(func.count()).select_from(AuditEntry).where(*await conditions(session, filter))
        return (await session.scalar(statement)) or 0


def keys(*, newest_first: bool) -> list[Key]:
    return [by_instant("at", AuditEntry.at, descending=newest_first), by_id(AuditEntry.id, descending=newest_first)]


async def conditions(session: AsyncSession, filter: HistoryFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions on audit entries. Raises InputError for an impossible filter.

    With words to search for, two statements are run.
    """
    return plain_conditions(filter) + await narrowed(session, await _words(session, filter))


async def _words(session: AsyncSession, filter: HistoryFilter) -> list[Word]:
    words = words_of(filter.search)
    actors = (
        [(tuple(row), fold(f"{row[1]} {row[2]}")) for row in await session.execute(select(*_ACTOR))] if words else []
    )
    return await mapped(lambda word: _word(word, [actor for actor, folded in actors if word in folded]), words, every=1)


def plain_conditions(filter: HistoryFilter) -> list[ColumnElement[bool]]:
    """All but the search, which is checked here too. Raises InputError for an impossible filter."""
    where: list[ColumnElement[bool]] = []
    check_search(filter.search, "filter")
    if filter.at_from and filter.at_to and filter.at_from > filter.at_to:
        raise InputError("atTo is before atFrom.", "filter", "atTo")
    if filter.at_from is not None:
        where.append(AuditEntry.at >= filter.at_from)
    if filter.at_to is not None:
        where.append(AuditEntry.at < filter.at_to)
    if filter.kinds is not None:
        where.append(AuditEntry.kind.in_(_known(_few(filter.kinds, "kinds"))))
    if filter.actor_kinds is not None:
        where.append(AuditEntry.actor_kind.in_(_few(filter.actor_kinds, "actorKinds")))
    if filter.actors is not None:
        actors = _texts(filter.actors, "actors")
        where.append(or_(AuditEntry.actor_name.in_(actors), AuditEntry.actor_id.in_(actors)))
    if filter.order_ids is not None:
        where.append(AuditEntry.order_id.in_(_few(filter.order_ids, "orderIds")))
    if filter.order_codes is not None:
        codes = _texts(filter.order_codes, "orderCodes")
        where.append(AuditEntry.order_id.in_(select(Order.id).where(Order.code.in_(codes))))
    return where


def _few(values: Sequence[Any], name: str) -> Sequence[Any]:
    if len(values) > MAX_IN_FILTER:
        raise InputError(f"{name} takes at most {MAX_IN_FILTER}.", "filter", name)
    return values


def _texts(values: Sequence[str], name: str) -> Sequence[str]:
    for place, value in enumerate(_few(values, name)):
        check_text(value, MAX_SEARCH_LENGTH, "filter", name, str(place))
    return values


def _known(kinds: Sequence[str]) -> Sequence[str]:
    """Refuses an unknown kind: an empty result would look as if it had never happened."""
    for place, kind in enumerate(kinds):
        if kind not in EventKind.__members__:
            known = ", ".join(sorted(EventKind))
            raise InputError(f"There is no such kind; there are {known}.", "filter", "kinds", str(place))
    return kinds


def _word(word: str, actors: Actors) -> Word:
    """`actors`: those with the word."""
    if len(actors) <= SEPARATE_ACTORS:
        return _SEARCH.word(word, *chain.from_iterable(actors))
    term = Term.of(word)
    return _in_code_or(term, [_is_by_one(_OTHER, term, actors)], [_is_by_one(AuditEntry, term, actors)]).word()


def _mentions(term: Term, *values: Any) -> Mentions:
    """In the name or id of one of a few actors, or in the order's code. `values`: those of _ACTOR for each actor."""
    actors = list(zip(*[iter(values)] * len(_ACTOR), strict=True))
    # For each actor a SELECT of its own: for `=`, an index is sure to be used.
    return _in_code_or(term, *([_is_by(entry, actor) for actor in actors] for entry in (_OTHER, AuditEntry)))


_SEARCH = Search(_mentions)


def _in_code_or(term: Term, of_others: Sequence[ColumnElement[bool]], of_entry: Sequence[Any]) -> Mentions:
    """`of_others`, `of_entry`: further conditions, of _OTHER and the same of AuditEntry. Each of them is enough."""
    orders = orders_by_code(term)
    of_orders = select(_OTHER.id).where(is_one_of(_OTHER.order_id, orders))
    is_of_order = and_(Order.brand_id == AuditEntry.brand_id, Order.id == AuditEntry.order_id)
    order = select(Order.id).where(is_of_order, has(term, Order.folded_code, Order.code)).correlate(AuditEntry)
    sources = (of_orders, *(select(_OTHER.id).where(each) for each in of_others))
    return Mentions(AuditEntry.id, sources, or_(*of_entry, for_each(order)), first=(orders,))


def _is_by(entry: Any, actor: Sequence[Any]) -> ColumnElement[bool]:
    columns = (entry.brand_id, entry.actor_id, entry.actor_name)
    return and_(*(column == value for column, value in zip(columns, actor, strict=True)))


def _is_by_one(entry: Any, term: Term, actors: Actors) -> ColumnElement[bool]:
    if len(actors) > MAX_ACTORS:
        return or_(*(func.lower(text).like(term.pattern, escape=ESCAPE) for text in (entry.actor_id, entry.actor_name)))
    return tuple_(entry.brand_id, entry.actor_id, entry.actor_name).in_(actors)
