"""The fields of an object that is made of a row, each by its declaration (declared.py)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
    get_named_type,
    is_non_null_type,
    is_object_type,
)

from graph.execution.children import children
from graph.execution.completion import writer
from graph.execution.declared import Children, Declared, ForLevel, Kind, Linked, Plain, Pure, Source, Within
from graph.execution.draft import Draft, Steps
from graph.execution.levels import Kept, Level
from graph.execution.pieces import Piece, json_object
from graph.execution.selection import Selections, Undeclared

NOT_CONSTANT = VariableNode | ListValueNode | ObjectValueNode  # or may not be


def declaration_of(parent: Any, nodes: list[FieldNode]) -> tuple[Any, Any]:
    """The GraphQL field and its declaration."""
    shown = parent.fields.get(nodes[0].name.value)
    definition = shown.extensions.get("strawberry-definition") if shown else None
    declaration = definition.metadata.get(Declared) if definition is not None else None
    if declaration is None:
        raise Undeclared("field")
    return shown, declaration


def object_of(level: Level, parent: Any, nodes: list[FieldNode], place: Mapping[str, str] | str = "") -> Piece:
    """An object that is made of a row. `place`: its columns' names in the row, or what they start with."""
    fields = level.draft.selections.fields(parent, nodes)
    return json_object((key, _field(level, parent, each, place)) for key, each in fields.items())


def by_ids(draft: Draft, kind: Any, nodes: list[FieldNode], source: Source) -> tuple[str, str, int]:
    """The names of a statement for rows with given ids, and of the function that writes them; the id's place."""
    level = Level(draft, source)
    view = object_of(level, kind, nodes)
    place = level.place("id")
    made = level.function([view])
    return draft.statement(level.rows_by_ids()), made, place


def _field(level: Level, parent: Any, nodes: list[FieldNode], place: Mapping[str, str] | str) -> Piece:
    if nodes[0].name.value == "__typename":
        return Piece(f'"{parent.name}"')
    shown, declaration = declaration_of(parent, nodes)

    def at(columns: Iterable[str]) -> list[str]:
        return [place + each if isinstance(place, str) else place[each] for each in columns]

    match declaration:
        case Plain(columns, kind):
            return _plain(level, shown, at(columns), kind)
        case Pure():
            return _pure(level, shown, nodes, declaration, at(declaration.columns))
        case Within(columns, prefix, _):
            mapped = at([prefix])[0] if columns is None else dict(zip(columns, at(columns.values()), strict=True))
            made = object_of(level, get_named_type(shown.type), nodes, mapped)
            if is_non_null_type(shown.type):
                return made
            nulls = [f"{level.at(each)} is None" for each in at((columns or {}).values())]
            return Piece("%s", [f"('null' if {' or '.join(nulls)} else {made})"]) if nulls else made
        case Linked(column, source):
            return _linked(level, shown, nodes, source, at([column])[0])
        case Children() if place == "":
            return children(level, shown, nodes, declaration, object_of)
        case ForLevel():
            own, *others = at(["id", *declaration.columns])
            return _for_level(level, shown, nodes, declaration, own, others)
    raise Undeclared("field")


def _linked(above: Level, shown: Any, nodes: list[FieldNode], source: Source, column: str) -> Piece:
    key, at = above.at(column), above.place(column)
    statement, made, place = by_ids(above.draft, get_named_type(shown.type), nodes, source)
    name = above.draft.name("linked")
    above.before += [
        f"linked = list(dict.fromkeys([r[{at}] for r in rows if r[{at}] is not None]))",
        f"linked = (yield {statement}, {{'given_ids': ids_of(linked)}}) if linked else ()",
        f"written, = yield from {made}(v, kept, args, linked)",
        f"{name} = {{r[{place}]: text for r, text in zip(linked, written, strict=True)}}",
    ]
    # A row that is missing raises: graphql-core reports it.
    if is_non_null_type(shown.type):
        return Piece("%s", [f"{name}[{key}]"])
    return Piece("%s", [f"('null' if {key} is None else {name}[{key}])"])


def _plain(level: Level, shown: Any, columns: list[str], kind: Kind) -> Piece:
    level.draft.names.update(kind.uses)
    values = [level.at(each) for each in columns]
    code = kind.code[level.draft.preparing.database].format(*values)
    before, after = kind.around
    if is_non_null_type(shown.type):
        return Piece(f"{before}%s{after}", [code])
    text = f"{before!r} + {code} + {after!r}" if before else code
    return Piece("%s", [f"('null' if {values[0]} is None else {text})"])


def _pure(level: Level, shown: Any, nodes: list[FieldNode], declaration: Pure, columns: list[str]) -> Piece:
    selections, inner = level.draft.selections, get_named_type(shown.type)
    if declaration.only is not None and not _names_in(selections, inner, nodes) <= declaration.only:
        if declaration.otherwise is None:
            raise Undeclared("field")
        return _for_level(level, shown, nodes, declaration.otherwise, "id", list(declaration.otherwise.columns))
    if any(isinstance(each.value, NOT_CONSTANT) for each in nodes[0].arguments or ()):
        raise Undeclared("variable in an argument")
    write = writer(selections, shown.type, nodes)
    arguments = level.draft.arguments_of(shown, nodes[0], None)
    for each in columns:
        level.at(each)
    level.pure.append((declaration.make, write, arguments, columns))
    return Piece("%s", [f"t{len(level.pure) - 1}"])


def _names_in(selections: Selections, parent: Any, nodes: list[FieldNode]) -> set[str]:
    """The names of the selected fields, at any depth."""
    found: set[str] = set()
    if is_object_type(parent):
        for each in selections.fields(parent, nodes).values():
            name = each[0].name.value
            found.add(name)
            if name != "__typename":
                found |= _names_in(selections, get_named_type(parent.fields[name].type), each)
    return found


def _for_level(
    level: Level, shown: Any, nodes: list[FieldNode], declaration: ForLevel, own: str, columns: list[str]
) -> Piece:
    if nodes[0].arguments:
        raise Undeclared("arguments")
    draft, preparing = level.draft, level.draft.preparing
    write = writer(draft.selections, shown.type, nodes)
    key = level.at(own)
    values = [level.at(each) for each in columns]
    processors = [draft.processor(level.all_columns[each]) for each in (own, *columns)]
    statements: dict[str, tuple[Any, list[Callable[[Any], Any] | None]]] = {}
    for name, make in declaration.statements.items():
        statement = make(preparing.among_ids)
        from_driver = [preparing.result_processor(each) for each in statement.selected_columns]
        statements[name] = draft.names[draft.statement(statement)], from_driver

    def read(actor: Any, rows: list[Any]) -> Steps:
        def ask(name: str, ids: Sequence[Any]) -> Steps:
            statement, columns = statements[name]
            found = yield statement, {"given_ids": preparing.ids([preparing.id(each) for each in ids])}
            return [tuple(p(v) if p else v for p, v in zip(columns, row, strict=True)) for row in found]

        def values_of(raw: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple([p(v) for p, v in zip(processors[1:], raw, strict=True)])

        kept = Kept(lambda *raw: values_of(raw)) if declaration.is_few_valued else None
        plain = [(processors[0](own), kept[tuple(raw)] if kept is not None else values_of(raw)) for own, *raw in rows]
        made = yield from declaration.read(actor, plain, ask)
        texts: dict[int, str] = {}  # rows may share a value
        return [texts.get(id(each)) or texts.setdefault(id(each), write(each)) for each in made]

    reading, listed = draft.name("read", read), draft.name("l")
    picked = ", ".join([key, *values])
    level.before.append(f"{listed} = yield from {reading}(v, [({picked},) for ROW in rows])")
    level.lists.append(listed)
    return Piece("%s", [f"e{listed}"])
