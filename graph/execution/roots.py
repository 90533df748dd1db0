"""The fields of Query, each by its declaration as a `Root`: pages, objects by an id, and values without rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import FieldNode, get_named_type, is_list_type, is_non_null_type
from graphql.execution.values import VariableValues

from graph.execution.completion import writer
from graph.execution.declared import Lookup, Root, Source, Viewer
from graph.execution.draft import Draft
from graph.execution.fields import by_ids, declaration_of
from graph.execution.kinds import Unexpected
from graph.execution.pages import page
from graph.execution.pieces import Piece
from graph.execution.selection import Undeclared


def root(draft: Draft, nodes: list[FieldNode]) -> Piece:
    shown, declaration = declaration_of(draft.schema.query_type, nodes)
    if not isinstance(declaration, Root):
        raise Undeclared("field")
    if declaration.value is not None:
        return _value(draft, shown, nodes, declaration.value)
    source = declaration.source
    if declaration.several is not None:
        name = _several(draft, shown, nodes, declaration.several, declaration.sources)
    elif source is None:
        raise Undeclared("field")
    elif declaration.lookup is not None:
        name = _looked_up(draft, shown, nodes, source, declaration.lookup)
    elif declaration.listing is None:
        name = _one(draft, shown, nodes, source, declaration.one)
    else:
        name = page(draft, shown, nodes, source, declaration.listing)
    return Piece("%s", [f"(yield from {name}(v, kept, args))"])


def _value(draft: Draft, shown: Any, nodes: list[FieldNode], value_of: Callable[[Any], Any]) -> Piece:
    """An object that is made without a statement, of its attributes."""
    if nodes[0].arguments:
        raise Undeclared("arguments")
    write = writer(draft.selections, shown.type, nodes)
    return Piece("%s", [draft.value(lambda request: write(value_of(request)))])


def _several(
    draft: Draft,
    shown: Any,
    nodes: list[FieldNode],
    several: Callable[..., Sequence[tuple[Any, Any] | None]],
    sources: Mapping[Any, tuple[str, Source]],
) -> str:
    """Objects of an interface: a statement for each type that the document names, or else for each declared one."""
    named = draft.selections.conditions(nodes)
    kinds = {kind: each for kind, each in sources.items() if each[0] in named or not named}
    if not kinds:
        raise Undeclared("type")

    def argument(_: Viewer, variables: VariableValues) -> Any:
        found = several(**draft.arguments_of(shown, nodes[0], variables))
        if any(each is not None and each[0] not in kinds for each in found):
            raise Unexpected("type")
        places = [None if each is None else (kinds[each[0]][0], draft.preparing.id(each[1])) for each in found]
        asked: dict[str, list[Any]] = {}
        for type, id in filter(None, places):
            asked.setdefault(type, []).append(id)
        return {type: draft.preparing.ids(ids) for type, ids in asked.items()}, places

    lines = [f"ids, places = {draft.argument(argument)}", "of = {None: 'null'}"]
    for type, source in kinds.values():
        statement, made, place = by_ids(draft, draft.schema.type_map[type], nodes, source)
        lines += [
            f"if {type!r} in ids:",
            f"    rows = yield {statement}, {{'given_ids': ids[{type!r}]}}",
            f"    out, = yield from {made}(v, kept, args, rows)",
            f"    of.update([(({type!r}, r[{place}]), text) for r, text in zip(rows, out, strict=True)])",
        ]
    lines.append("texts = [of.get(each, 'null') for each in places]")
    kind = shown.type.of_type if is_non_null_type(shown.type) else shown.type
    lines.append("return '[' + comma(texts) + ']'" if is_list_type(kind) else "return texts[0]")
    return draft.function("root", "v, kept, args", lines)


def _one(draft: Draft, shown: Any, nodes: list[FieldNode], source: Source, one: Callable[..., Any]) -> str:
    statement, made, _ = by_ids(draft, get_named_type(shown.type), nodes, source)

    def argument(_: Viewer, variables: VariableValues) -> Any:
        found = one(**draft.arguments_of(shown, nodes[0], variables))
        return None if found is None else draft.preparing.ids([draft.preparing.id(found)])

    lines = [
        f"ids = {draft.argument(argument)}",
        f"rows = (yield {statement}, {{'given_ids': ids}}) if ids is not None else ()",
        f"return (yield from {made}(v, kept, args, rows))[0][0] if rows else 'null'",
    ]
    return draft.function("root", "v, kept, args", lines)


def _looked_up(draft: Draft, shown: Any, nodes: list[FieldNode], source: Source, lookup: Lookup) -> str:
    statement, made, _ = by_ids(draft, get_named_type(shown.type), nodes, source)
    tried = [draft.statement(each) for each in lookup.statements]
    values = draft.argument(lambda _, variables: lookup.values(**draft.arguments_of(shown, nodes[0], variables)))
    lines = [
        f"values = {values}",
        "if values is None: return 'null'",
        f"for each in ({', '.join(tried)},):",
        "    found = yield each, values",
        "    if found: break",
        "if len(found) != 1: return 'null'",
        f"rows = yield {statement}, {{'given_ids': ids_of([found[0][0]])}}",
        f"return (yield from {made}(v, kept, args, rows))[0][0] if rows else 'null'",
    ]
    return draft.function("root", "v, kept, args", lines)
