"""The page of a connection at the root of a query: filtered, sorted, and begun at a cursor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from graphql import FieldNode, get_named_type
from graphql.execution.values import VariableValues
from sqlalchemy import bindparam, func, select

from graph.execution.connections import Connection
from graph.execution.declared import Found, Listing, Source, Viewer
from graph.execution.draft import Draft, Preparing
from graph.execution.fields import object_of
from graph.execution.levels import Level

MAX_LISTINGS = 32  # of one plan
MAX_SHAPE = 2_000  # characters of a listing's shape: a longer one, with hundreds of ids, is hardly sent again

# A page's statement, that of its number, and what makes a cursor of a row.
Statements = tuple[Any, Any, Callable[[Any], str]]


@dataclass
class Asked:
    """A root's page, with the statements for it. `found`: what the listing has found by itself, for one request.

    `page`: then selects rows by their ids, which are in the column `place`.
    """

    listing: Listing
    page: Any
    count: Any
    values: dict[str, Any]
    to_cursor: Callable[[Any], str]
    needs: tuple[bool, bool] = (True, True)  # its page, its number
    place: int = 0
    found: Found | None = None

    def has_next(self, more: bool) -> bool:
        if self.found:
            return self.found.has_next
        return self.listing.cursor is not None if self.listing.backwards else more

    def has_previous(self, more: bool) -> bool:
        if self.found:
            return self.found.has_previous
        return more if self.listing.backwards else self.listing.cursor is not None

    def after_finding(self, found: Found, preparing: Preparing) -> "Asked":
        ids = [preparing.id(each) for each in found.ids]
        return replace(self, found=found, values={"given_ids": preparing.ids(ids), "order": ids})

    def in_order(self, rows: list[Any]) -> list[Any]:
        """The rows in the order in which they were found. Raises KeyError if one is no longer there."""
        of = {row[self.place]: row for row in rows}
        return [of[each] for each in self.values["order"]]


def page(draft: Draft, shown: Any, nodes: list[FieldNode], source: Source, listing_of: Callable[..., Listing]) -> str:
    """Writes the function that answers the field."""
    level = Level(draft, source)
    connection = Connection(level, get_named_type(shown.type), nodes, object_of)
    place = level.place("id")
    made = level.function(connection.views)
    width = len(level.columns)
    by_ids: list[Any] = []  # made when it is needed
    listings: dict[Any, Statements] = {}
    needs = (connection.rows, connection.counts)

    def argument(viewer: Viewer, variables: VariableValues) -> Asked:
        listing = listing_of(viewer, **draft.arguments_of(shown, nodes[0], variables))
        if listing.find is not None:
            if not by_ids:
                by_ids.append(draft.preparing.prepare(level.rows_by_ids()))
            return Asked(listing, by_ids[0], None, {}, lambda _: "", needs=needs, place=place)
        known = listings.get(listing.shape)
        if known is None:
            known = _statements(listing, level, connection)
            if len(listings) >= MAX_LISTINGS:
                listings.clear()
            if len(repr(listing.shape)) <= MAX_SHAPE:
                listings[listing.shape] = known
        values = {"most": listing.size + 1}
        if listing.cursor is not None:
            for n, (column, value) in enumerate(zip(listing.cursor_columns, listing.cursor, strict=True)):
                to_driver = draft.preparing.to_driver(column.type)
                values[f"cursor_{n}"] = to_driver(value) if to_driver else value
        return Asked(listing, known[0], known[1], values, known[2])

    draft.count(connection.rows + connection.counts)
    lines = [f"asked = {draft.argument(argument)}"]
    if connection.rows:
        lines += [
            "size, found = asked.listing.size, asked.found",
            "more = False",
            "if found:",
            "    rows = asked.in_order((yield asked.page, asked.values)) if found.ids else []",
            "else:",
            "    rows = yield asked.page, asked.values",
            "    more = len(rows) > size",
            "    rows = rows[:size][::-1] if asked.listing.backwards else rows[:size]",
        ]
    if connection.cursors:
        which = "rows" if connection.edges else "(rows[:1] + rows[-1:])"
        lines += [
            "if found:",
            "    cursors = [escaped(each) for each in found.cursors]",
            "else:",
            f"    cursors = [escaped(asked.to_cursor(r)) for r in {which}]",
            f"    rows = [tuple(r)[:{width}] for r in rows]",
        ]
    outs = "".join(f"out{n}, " for n in range(len(connection.views)))
    lines.append(f"{outs}= yield from {made}(v, kept, args, rows)" if outs else "pass")
    if connection.counts:
        lines += [
            "if asked.found:",
            "    total = whole(asked.found.number)",
            "else:",
            "    total = whole((yield asked.count, {})[0][0])",
        ]
    lines.append(f"return {connection.piece('asked.has_next(more)', 'asked.has_previous(more)')}")
    return draft.function("root", "v, kept, args", lines)


def _statements(listing: Listing, level: Level, connection: Connection) -> Statements:
    preparing = level.draft.preparing
    columns = level.labelled()
    processors = [level.draft.processor(each) for each in listing.cursor_columns]
    width = len(columns)
    if connection.cursors:
        columns += [each.label(f"k{n}") for n, each in enumerate(listing.cursor_columns)]
    statement = select(*columns).where(*listing.where)
    if listing.cursor is not None:
        values = [bindparam(f"cursor_{n}", type_=each.type) for n, each in enumerate(listing.cursor_columns)]
        statement = statement.where(listing.beyond(values))
    statement = level.joined(statement.order_by(*listing.order).limit(preparing.most))
    count = listing.count
    if count is None:
        count = select(func.count()).select_from(level.source.model).where(*listing.where)

    def to_cursor(row: Any) -> str:
        return listing.cursor_of([p(each) for p, each in zip(processors, row[width:], strict=True)])

    page = preparing.prepare(statement) if connection.rows else None
    counted = preparing.prepare(count) if connection.counts else None
    return page, counted, to_cursor
