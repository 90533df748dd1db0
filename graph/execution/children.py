"""Fields that are rows of another type: a list, or one page of a connection, read for all parents in one statement."""

from collections.abc import Callable
from typing import Any

from graphql import FieldNode, get_named_type
from sqlalchemy import func, select

from graph.execution.connections import Connection, ObjectOf
from graph.execution.declared import Children
from graph.execution.kinds import escaped
from graph.execution.levels import Level
from graph.execution.pieces import Piece
from graph.execution.selection import Undeclared


def children(above: Level, shown: Any, nodes: list[FieldNode], declaration: Children, object_of: ObjectOf) -> Piece:
    key, place = above.at("id"), above.place("id")
    if not any(line.startswith("ids = ") for line in above.before):
        above.before.insert(0, f"ids = ids_of([r[{place}] for r in rows])")
    level = Level(above.draft, declaration.source, has_parent=True)
    if declaration.size is None:
        lines = _list(level, shown, nodes, object_of)
    else:
        lines = _page(level, shown, nodes, declaration.size, object_of)
    function = level.draft.function("children", "v, kept, args, ids", lines)
    name = level.draft.name("c")
    above.before.append(f"{name} = yield from {function}(v, kept, args, ids)")
    return Piece("%s", [f"{name}({key})"])


def _list(level: Level, shown: Any, nodes: list[FieldNode], object_of: ObjectOf) -> list[str]:
    if nodes[0].arguments:
        raise Undeclared("arguments")
    made = level.function([object_of(level, get_named_type(shown.type), nodes)])
    parent = level.source.parent
    wanted = select(*level.labelled(), parent.label("parent")).where(level.draft.preparing.among_ids(parent))
    statement = level.draft.statement(level.joined(wanted.order_by(*level.source.order)))
    return [
        f"rows = yield {statement}, {{'given_ids': ids}}",
        f"out, = yield from {made}(v, kept, args, rows)",
        "of = {}",
        "for r, text in zip(rows, out, strict=True):",
        "    of.setdefault(r[-1], []).append(text)",
        "of = {parent: '[' + comma(texts) + ']' for parent, texts in of.items()}",
        "return lambda parent: of.get(parent, '[]')",
    ]


def _page(level: Level, shown: Any, nodes: list[FieldNode], size: Callable[..., int], object_of: ObjectOf) -> list[str]:
    source, draft = level.source, level.draft
    connection = Connection(level, get_named_type(shown.type), nodes, object_of)
    places = [level.place(each) for each in source.cursor_columns] if connection.cursors else []
    if not level.columns:
        level.at("id")
    made = level.function(connection.views)
    lines = [f"size = {draft.argument(lambda _, variables: size(**draft.arguments_of(shown, nodes[0], variables)))}"]
    if connection.rows:
        parent = source.parent.label("parent")
        wanted, rows = level.joined(select(*level.labelled(), parent)), level.joined(select(parent), ())
        statement = draft.statement(draft.preparing.first_of_each(wanted, rows, source.parent, source.order))
        lines += [
            f"rows = yield {statement}, {{'given_ids': ids, 'most': size + 1}}",
            "numbers, beyond, shown = {}, set(), []",
            "for r in rows:",
            "    number = numbers.get(r[-1], 0)",
            "    if number < size:",
            "        numbers[r[-1]] = number + 1",
            "        shown.append(r)",
            "    else:",
            "        beyond.add(r[-1])",
            "rows = shown",
        ]
    outs = [f"of{n}" for n in range(len(connection.views))]
    if outs:
        names = "".join(f"{each}, " for each in outs)
        lines.append(f"{names}= yield from {made}(v, kept, args, rows)")
    if connection.cursors:
        processors = [draft.processor(level.all_columns[each]) for each in source.cursor_columns]

        def to_cursor(row: Any) -> str:
            return escaped(source.cursor_of([p(row[place]) for p, place in zip(processors, places, strict=True)]))

        lines.append(f"of_cursors = [{draft.name('cursor', to_cursor)}(r) for r in rows]")
        outs.append("of_cursors")
    for each in outs:
        lines += [
            f"grouped_{each} = {{}}",
            f"for r, text in zip(rows, {each}, strict=True):",
            f"    grouped_{each}.setdefault(r[-1], []).append(text)",
        ]
    if connection.counts:
        counted = select(source.parent, func.count()).where(draft.preparing.among_ids(source.parent))
        counted = level.joined(counted, ()).group_by(source.parent)
        lines.append(f"totals = dict([tuple(r) for r in (yield {draft.statement(counted)}, {{'given_ids': ids}})])")
    lines.append("def page(parent):")
    lines += [f"    out{n} = grouped_of{n}.get(parent, ())" for n in range(len(connection.views))]
    if connection.cursors:
        lines.append("    cursors = grouped_of_cursors.get(parent, ())")
    if connection.counts:
        lines.append("    total = whole(totals.get(parent, 0))")
    return [*lines, f"    return {connection.piece('parent in beyond', 'False')}", "return page"]
