"""Compiles an operation over declared fields: one statement and one function that writes JSON for each level of rows.

The functions are generators: they yield (statement, parameters) and are sent the driver's rows, so that they neither
know the database nor wait for it. Their source is made of the schema's names, of declarations, and of response keys,
which GraphQL limits to letters, digits and underscores.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any, Protocol

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationType,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from sqlalchemy import bindparam, func, select
from strawberry.types.arguments import convert_arguments

from graph.execution.declared import (
    Children,
    Declared,
    ForLevel,
    Found,
    Linked,
    Listing,
    Lookup,
    Plain,
    Pure,
    Root,
    Source,
    Viewer,
    Within,
)
from graph.execution.kinds import Unexpected, escaped, whole
from graph.execution.selection import Selections, Undeclared, operation_of

MAX_LEVELS = 30  # a statement each, whose text takes some milliseconds to make
MAX_KEPT = 512  # combinations of a level's values, for each role and language
MAX_LISTINGS = 32  # of one plan
MAX_ASKED = 8  # combinations of viewer and variables, of one plan
MAX_SHAPE = 2_000  # characters of a listing's shape: a longer one, with hundreds of ids, is hardly sent again

NOT_CONSTANT = VariableNode | ListValueNode | ObjectValueNode  # or may not be
Steps = Generator[tuple[Any, dict[str, Any]], list[Any], Any]


class Preparing(Protocol):
    """Makes the texts of statements for one database and one shape of scope (models/database/prepared.py)."""

    @property
    def database(self) -> str: ...
    @property
    def has_buyer(self) -> bool: ...
    @property
    def most(self) -> Any: ...
    def among_ids(self, column: Any) -> Any: ...
    def ids(self, ids: Sequence[Any]) -> Any: ...
    def first_of_each(self, wanted: Any, parent: Any, order: Sequence[Any]) -> Any: ...
    def id(self, id: Any) -> Any: ...
    def prepare(self, statement: Any, *, whole_brand: bool = False) -> Any: ...
    def result_processor(self, column: Any) -> Callable[[Any], Any] | None: ...
    def to_driver(self, type: Any) -> Callable[[Any], Any] | None: ...


class Kept(dict[Any, Any]):
    """Pieces of JSON by the driver's values that they follow from."""

    def __init__(self, make: Callable[..., tuple[str, ...]]) -> None:
        self._make = make

    def __missing__(self, key: tuple[Any, ...]) -> tuple[str, ...]:
        if len(self) >= MAX_KEPT:
            self.clear()
        self[key] = made = self._make(*key)
        return made


@dataclass
class Piece:
    """JSON with %s where the values of the expressions go."""

    template: str
    values: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """As an expression."""
        values = "".join(f"{each}, " for each in self.values)
        return f"({self.template!r} % ({values}))" if self.values else repr(self.template)

    @property
    def quick(self) -> str:
        """The same as an f-string, which is faster, unless Python 3.11 takes none."""
        if any(each in value for value in self.values for each in ("\\", "#", "'''")):
            return str(self)
        parts = self.template.replace("{", "{{").replace("}", "}}").split("%s")
        return (
            "f'''"
            + parts[0]
            + "".join(f"{{({v})}}{part}" for v, part in zip(self.values, parts[1:], strict=True))
            + "'''"
        )


def _object(members: Iterable[tuple[str, Piece]]) -> Piece:
    made = Piece("{")
    for n, (key, piece) in enumerate(members):
        made.template += f'{"," if n else ""}"{key}":{piece.template}'
        made.values += piece.values
    made.template += "}"
    return made


@dataclass
class Level:
    """What is written for the rows of one statement."""

    source: Source
    all_columns: Mapping[str, Any]
    columns: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    has_parent: bool = False  # a last column, which names it
    pure: list[tuple[Callable[..., Any], Callable[[Any], str], dict[str, Any], list[str]]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)


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


@dataclass
class Started:
    """A request with its arguments read, before its first statement."""

    run: Callable[..., Steps]
    preparing: Preparing
    actor: Any
    kept: list[Kept]
    arguments: list[Any]
    values: list[str]

    async def find(self, request: Any) -> None:
        """Lets the listings find their rows that no single statement finds."""
        for place, asked in enumerate(self.arguments):
            if isinstance(asked, Asked) and asked.listing.find is not None:
                found = await asked.listing.find(request, *asked.needs)
                self.arguments = [*self.arguments]  # which the plan keeps
                self.arguments[place] = asked.after_finding(found, self.preparing)

    def steps(self) -> Steps:
        return self.run(self.actor, self.kept, self.arguments, self.values)


class Plan:
    """One operation, for one shape of scope and with fixed @skip and @include. Raises Undeclared."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        name: str | None,
        switches: Mapping[str, bool],
        preparing: Preparing,
    ) -> None:
        self._schema = schema
        self._strawberry: Any = schema._strawberry_schema  # type: ignore[attr-defined]
        self._preparing = preparing
        self._operation = operation_of(document, name)
        if self._operation.operation is not OperationType.QUERY:
            raise Undeclared("operation")
        self._selections = Selections(schema, document, switches)
        self.statements: list[Any] = []
        self._source: list[str] = []
        self._names: dict[str, Any] = {"comma": ",".join, "ids_of": preparing.ids}
        # Of a viewer and variables; what they give is kept for the last few of both.
        self._arguments: list[Callable[[Viewer, VariableValues], Any]] = []
        self._asked: dict[tuple[Viewer, bytes], list[Any]] = {}
        self._values: list[Callable[[Any], str]] = []  # of a request
        self._text_makers: list[Callable[[Viewer], Kept]] = []
        self._kept: dict[Viewer, list[Kept]] = {}
        self._levels = 0
        self._pages = 0
        self._counter = 0
        members = []
        self.roots: dict[str, tuple[list[FieldNode], bool]] = {}
        query: Any = schema.query_type
        for key, nodes in self._selections.fields(query, [self._operation]).items():
            members.append((key, self._root(nodes)))
            self.roots[key] = (nodes, is_non_null_type(query.fields[nodes[0].name.value].type))
        self._write("run", "v, kept, args, values", [f"return {_object(members)}"])
        source = "\n".join(self._source)
        exec(compile(source, "<compiled operation>", "exec"), self._names)  # noqa: S102 - see the module's docstring
        self.source = source

    async def start(self, request: Any, variables: Mapping[str, Any]) -> Started:
        """One request. Raises for invalid variables and arguments, before any statement."""
        actor = request.actor
        viewer = Viewer(actor.role, actor.locale, actor.is_buyer)
        key = viewer, orjson.dumps(variables)
        arguments = self._asked.get(key)
        if arguments is None:
            # Beside the event loop: the text of each new listing takes some milliseconds, with many ids some ten.
            is_much = len(self._arguments) > 1 or len(key[1]) > MAX_SHAPE
            arguments = (
                await asyncio.to_thread(self._read, viewer, variables) if is_much else self._read(viewer, variables)
            )
            if len(self._asked) >= MAX_ASKED:
                self._asked.clear()
            if len(key[1]) <= MAX_SHAPE:
                self._asked[key] = arguments
        kept = self._kept.get(viewer)
        if kept is None:
            kept = self._kept[viewer] = [each(viewer) for each in self._text_makers]
        values = [each(request) for each in self._values]
        return Started(self._names["run"], self._preparing, actor, kept, arguments, values)

    def _read(self, viewer: Viewer, variables: Mapping[str, Any]) -> list[Any]:
        values = get_variable_values(self._schema, self._operation.variable_definitions or (), dict(variables))
        if isinstance(values, list):
            raise Unexpected("variables")
        return [each(viewer, values) for each in self._arguments]

    # ---------------------------------------------------------------- the source

    def _write(self, name: str, parameters: str, lines: Iterable[str]) -> None:
        self._source += [f"def {name}({parameters}):", *(f"    {line}" for line in lines)]
        self._source.append("    yield")  # a generator, even without a statement of its own

    def _name(self, prefix: str, value: Any = None) -> str:
        self._counter += 1
        name = f"{prefix}_{self._counter}"
        if value is not None:
            self._names[name] = value
        return name

    def _count(self, statements: int) -> None:
        self._levels += statements
        if self._levels > MAX_LEVELS:
            raise Undeclared("too many levels")

    def _statement(self, statement: Any, *, whole_brand: bool = False) -> str:
        self._count(1)
        prepared = self._preparing.prepare(statement, whole_brand=whole_brand)
        self.statements.append(prepared)
        return self._name("statement", prepared)

    # ---------------------------------------------------------------- fields

    def _declaration(self, parent: Any, nodes: list[FieldNode]) -> tuple[Any, Any]:
        """The GraphQL field and its declaration."""
        name = nodes[0].name.value
        shown = parent.fields.get(name)
        definition = shown.extensions.get("strawberry-definition") if shown else None
        declaration = definition.metadata.get(Declared) if definition is not None else None
        if declaration is None:
            raise Undeclared("field")
        return shown, declaration

    def _object(self, level: Level, parent: Any, nodes: list[FieldNode], place: Mapping[str, str] | str) -> Piece:
        """An object that is made of a row. `place`: its columns' names in the row, or what they start with."""
        fields = self._selections.fields(parent, nodes)
        return _object((key, self._field(level, parent, each, place)) for key, each in fields.items())

    def _field(self, level: Level, parent: Any, nodes: list[FieldNode], place: Mapping[str, str] | str) -> Piece:
        if nodes[0].name.value == "__typename":
            return Piece(f'"{parent.name}"')
        shown, declaration = self._declaration(parent, nodes)
        inner = get_named_type(shown.type)

        def at(columns: Iterable[str]) -> list[str]:
            return [place + each if isinstance(place, str) else place[each] for each in columns]

        match declaration:
            case Plain(columns, kind):
                return self._plain(level, shown, at(columns), kind)
            case Pure():
                return self._pure(level, shown, nodes, declaration, at(declaration.columns))
            case Within(columns, prefix, _):
                mapped = at([prefix])[0] if columns is None else dict(zip(columns, at(columns.values()), strict=True))
                made = self._object(level, inner, nodes, mapped)
                if is_non_null_type(shown.type):
                    return made
                nulls = [f"{self._at(level, each)} is None" for each in at((columns or {}).values())]
                return Piece("%s", [f"('null' if {' or '.join(nulls)} else {made})"]) if nulls else made
            case Linked(column, source):
                return self._linked(level, shown, nodes, source, at([column])[0])
            case Children() if place == "":
                return self._children(level, shown, nodes, declaration)
            case ForLevel():
                own, *others = at(["id", *declaration.columns])
                return self._for_level(level, shown, nodes, declaration, own, others)
        raise Undeclared("field")

    def _linked(self, above: Level, shown: Any, nodes: list[FieldNode], source: Source, column: str) -> Piece:
        key = self._at(above, column)
        statement, made, place = self._by_ids(get_named_type(shown.type), nodes, source)
        name, at = self._name("linked"), int(key[1:])
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

    def _plain(self, level: Level, shown: Any, columns: list[str], kind: Any) -> Piece:
        self._names.update(kind.uses)
        values = [self._at(level, each) for each in columns]
        code = kind.code[self._preparing.database].format(*values)
        before, after = kind.around
        if is_non_null_type(shown.type):
            return Piece(f"{before}%s{after}", [code])
        text = f"{before!r} + {code} + {after!r}" if before else code
        return Piece("%s", [f"('null' if {values[0]} is None else {text})"])

    def _at(self, level: Level, column: str) -> str:
        """The variable of a column in the loop over the level's rows."""
        if column not in level.all_columns:
            raise Undeclared("column")
        is_apart = self._preparing.has_buyer and column in level.source.whole_brand
        columns, letter = (level.apart, "a") if is_apart else (level.columns, "r")
        if column not in columns:
            columns.append(column)
        return f"{letter}{columns.index(column)}"

    def _pure(self, level: Level, shown: Any, nodes: list[FieldNode], declaration: Pure, columns: list[str]) -> Piece:
        inner = get_named_type(shown.type)
        if declaration.only is not None and not self._names_in(inner, nodes) <= declaration.only:
            if declaration.otherwise is None:
                raise Undeclared("field")
            return self._for_level(
                level, shown, nodes, declaration.otherwise, "id", list(declaration.otherwise.columns)
            )
        if any(
            isinstance(each.value, VariableNode | ListValueNode | ObjectValueNode) for each in nodes[0].arguments or ()
        ):
            raise Undeclared("variable in an argument")
        write = self._writer(shown.type, nodes)
        arguments = self._convert(shown, get_argument_values(shown, nodes[0], None))
        for each in columns:
            self._at(level, each)
        level.pure.append((declaration.make, write, arguments, columns))
        return Piece("%s", [f"t{len(level.pure) - 1}"])

    def _names_in(self, parent: Any, nodes: list[FieldNode]) -> set[str]:
        """The names of the selected fields, at any depth."""
        found: set[str] = set()
        if is_object_type(parent):
            for each in self._selections.fields(parent, nodes).values():
                name = each[0].name.value
                found.add(name)
                if name != "__typename":
                    found |= self._names_in(get_named_type(parent.fields[name].type), each)
        return found

    def _for_level(
        self, level: Level, shown: Any, nodes: list[FieldNode], declaration: ForLevel, own: str, columns: list[str]
    ) -> Piece:
        if nodes[0].arguments:
            raise Undeclared("arguments")
        write = self._writer(shown.type, nodes)
        key = self._at(level, own)
        values = [self._at(level, each) for each in columns]
        processors = [self._processor(level.all_columns[each]) for each in (own, *columns)]
        statements = {
            name: (self._statement_name(make), [self._preparing.result_processor(c) for c in make.columns])
            for name, make in ((n, _Made(m(self._preparing.among_ids))) for n, m in declaration.statements.items())
        }
        to_ids = self._preparing.id

        def read(actor: Any, rows: list[Any]) -> Steps:
            def ask(name: str, ids: Sequence[Any]) -> Steps:
                statement, columns = statements[name]
                found = yield statement, {"given_ids": self._preparing.ids([to_ids(each) for each in ids])}
                return [tuple(p(v) if p else v for p, v in zip(columns, row, strict=True)) for row in found]

            def values_of(raw: tuple[Any, ...]) -> tuple[Any, ...]:
                return tuple([p(v) for p, v in zip(processors[1:], raw, strict=True)])

            kept = Kept(lambda *raw: values_of(raw)) if declaration.is_few_valued else None
            plain = [
                (processors[0](own), kept[tuple(raw)] if kept is not None else values_of(raw)) for own, *raw in rows
            ]
            made = yield from declaration.read(actor, plain, ask)
            texts: dict[int, str] = {}  # rows may share a value
            return [texts.get(id(each)) or texts.setdefault(id(each), write(each)) for each in made]

        name = self._name("read", read)
        listed = self._name("l")
        picked = ", ".join([key, *values])
        level.before.append(f"{listed} = yield from {name}(v, [({picked},) for ROW in rows])")
        level.lists.append(listed)
        return Piece("%s", [f"e{listed}"])

    def _statement_name(self, made: "_Made") -> Any:
        return self._names[self._statement(made.statement)]

    def _processor(self, column: Any) -> Callable[[Any], Any]:
        return self._preparing.result_processor(column) or (lambda value: value)

    def _convert(self, shown: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The arguments as the Strawberry resolver takes them."""
        definition = shown.extensions["strawberry-definition"]
        converter = self._strawberry.schema_converter
        return convert_arguments(values, definition.arguments, converter.scalar_registry, self._strawberry.config)

    # ---------------------------------------------------------------- values that are no columns

    def _writer(self, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], str]:
        """Makes the JSON of a value. Raises Undeclared if an object of this type is more than its attributes."""
        complete = self._completer(kind, nodes)
        return lambda value: orjson.dumps(complete(value)).decode()

    def _completer(self, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], Any]:
        """What graphql-core makes of a value of this type, for orjson."""
        is_required = is_non_null_type(kind)
        complete = self._completer_of_given(kind.of_type if is_required else kind, nodes)

        def completed(value: Any) -> Any:
            if value is not None:
                return complete(value)
            if is_required:
                raise Unexpected("null")
            return None

        return completed

    def _completer_of_given(self, kind: Any, nodes: list[FieldNode]) -> Callable[[Any], Any]:
        if is_list_type(kind):
            complete = self._completer(kind.of_type, nodes)
            return lambda values: [complete(each) for each in values]
        if is_leaf_type(kind):
            serialize: Callable[[Any], Any] = kind.serialize
            return serialize
        if not is_object_type(kind):
            raise Undeclared("abstract type")
        members = [(key, *self._member(kind, each)) for key, each in self._selections.fields(kind, nodes).items()]
        return lambda value: {key: make(getattr(value, name) if name else value) for key, name, make in members}

    def _member(self, kind: Any, nodes: list[FieldNode]) -> tuple[str, Callable[[Any], Any]]:
        """An attribute's name, and what completes it; no name for __typename."""
        name = nodes[0].name.value
        if name == "__typename":
            return "", lambda _: kind.name
        shown = kind.fields[name]
        definition = shown.extensions.get("strawberry-definition")
        resolver = definition.base_resolver if definition is not None else None
        if definition is None or nodes[0].arguments:
            raise Undeclared("field")
        complete = self._completer(shown.type, nodes)
        if resolver is None:
            return definition.python_name, complete
        if resolver.is_async or list(signature(resolver.wrapped_func).parameters) != ["self"]:
            raise Undeclared("field")
        return "", lambda value: complete(resolver.wrapped_func(value))

    # ---------------------------------------------------------------- levels

    def _level_of(self, source: Source) -> Level:
        has_buyer = self._preparing.has_buyer
        return Level(source, {**source.columns, **source.for_buyers} if has_buyer else source.columns)

    def _level(self, level: Level, views: list[Piece]) -> str:
        """Writes the function that turns rows into lists of JSON texts, one list for each view."""
        lines = []
        if level.apart:
            columns = [level.all_columns[each].label(f"a{n}") for n, each in enumerate(level.apart)]
            id_ = level.all_columns["id"]
            asked = select(id_.label("of"), *columns).where(self._preparing.among_ids(id_))
            key = int(self._at(level, "id")[1:])
            lines += [
                f"ids_apart = ids_of([r[{key}] for r in rows])",
                f"apart = yield {self._statement(asked, whole_brand=True)}, {{'given_ids': ids_apart}}",
                "apart = {r[0]: tuple(r)[1:] for r in apart}",
                f"rows = [(*r, *apart[r[{key}]]) for r in rows]",
            ]
        names = [f"r{n}" for n in range(len(level.columns))] + ["parent"] * level.has_parent
        row = "".join(f"{each}, " for each in [*names, *(f"a{n}" for n in range(len(level.apart)))])
        row = f"({row})"
        lines += [line.replace("ROW", row) for line in level.before]
        texts = self._texts(level)
        if texts:
            lines.append(f"texts = kept[{len(self._text_makers) - 1}]")
        outs = [f"out{n}" for n in range(len(views))]
        lines += [f"{each} = []" for each in outs]
        if level.lists:
            elements = ", ".join(f"e{each}" for each in level.lists)
            lines.append(f"for {row}, {elements} in zip(rows, {', '.join(level.lists)}, strict=True):")
        else:
            lines.append(f"for {row} in rows:")
        lines += [f"    {each}" for each in texts]
        lines += [f"    {out}.append({view.quick})" for out, view in zip(outs, views, strict=True)] or ["    pass"]
        name = self._name("level")
        lines.append(f"return {', '.join(outs)}," if outs else "return ()")
        empty = f"return {'[], ' * len(outs)}" if outs else "return ()"
        self._write(name, "v, kept, args, rows", ["if rows:", *(f"    {line}" for line in lines), empty])
        return name

    def _texts(self, level: Level) -> list[str]:
        """The line that looks up what is kept for a row: once for all pure fields of a level."""
        if not level.pure:
            return []
        columns = list(dict.fromkeys(each for *_, names in level.pure for each in names))
        processors = [self._processor(level.all_columns[each]) for each in columns]
        tasks = [
            (make, write, arguments, [columns.index(each) for each in names])
            for make, write, arguments, names in level.pure
        ]

        def make_texts(viewer: Viewer) -> Kept:
            def texts_of(*raw: Any) -> tuple[str, ...]:
                values = [processor(each) for processor, each in zip(processors, raw, strict=True)]
                return tuple(
                    write(make(viewer, *(values[n] for n in places), **arguments))
                    for make, write, arguments, places in tasks
                )

            return Kept(texts_of)

        self._text_makers.append(make_texts)
        names = "".join(f"t{n}, " for n in range(len(level.pure)))
        key = "".join(f"{self._at(level, each)}, " for each in columns)
        return [f"{names} = texts[({key})]"]

    def _joined(self, statement: Any, source: Source, columns: Iterable[str]) -> Any:
        statement = source.base(statement.select_from(source.model))
        for start, add in source.joins.items():
            if any(each.startswith(start) for each in columns):
                statement = add(statement)
        return statement

    # ---------------------------------------------------------------- roots

    def _root(self, nodes: list[FieldNode]) -> Piece:
        shown, declaration = self._declaration(self._schema.query_type, nodes)
        if not isinstance(declaration, Root):
            raise Undeclared("field")
        if declaration.value is not None:
            return self._value(shown, nodes, declaration.value)
        if declaration.several is not None:
            name = self._several(shown, nodes, declaration.several, declaration.sources)
            return Piece("%s", [f"(yield from {name}(v, kept, args))"])
        source = declaration.source
        if source is None:
            raise Undeclared("field")
        if declaration.lookup is not None:
            name = self._looked_up(shown, nodes, source, declaration.lookup)
        elif declaration.listing is None:
            name = self._one(shown, nodes, source, declaration.one)
        else:
            name = self._page(shown, nodes, source, declaration.listing)
        return Piece("%s", [f"(yield from {name}(v, kept, args))"])

    def _value(self, shown: Any, nodes: list[FieldNode], value_of: Callable[[Any], Any]) -> Piece:
        """An object that is made without a statement, of its attributes."""
        if nodes[0].arguments:
            raise Undeclared("arguments")
        write = self._writer(shown.type, nodes)
        self._values.append(lambda request: write(value_of(request)))
        return Piece("%s", [f"values[{len(self._values) - 1}]"])

    def _by_ids(self, kind: Any, nodes: list[FieldNode], source: Source) -> tuple[str, str, int]:
        """The names of a statement for rows with given ids, and of the function that writes them; the id's place."""
        level = self._level_of(source)
        view = self._object(level, kind, nodes, "")
        place = int(self._at(level, "id")[1:])
        made = self._level(level, [view])
        return self._statement(self._rows_by_ids(level)), made, place

    def _rows_by_ids(self, level: Level) -> Any:
        columns = [level.all_columns[each].label(f"r{n}") for n, each in enumerate(level.columns)]
        wanted = select(*columns).where(self._preparing.among_ids(level.all_columns["id"]))
        return self._joined(wanted, level.source, level.columns)

    def _several(
        self,
        shown: Any,
        nodes: list[FieldNode],
        several: Callable[..., Sequence[tuple[Any, Any] | None]],
        sources: Mapping[Any, tuple[str, Source]],
    ) -> str:
        """Objects of an interface: a statement for each type that the document names, or else for each declared one."""
        named = self._selections.conditions(nodes)
        kinds = {kind: each for kind, each in sources.items() if each[0] in named or not named}
        if not kinds:
            raise Undeclared("type")
        to_ids = self._preparing

        def argument(_: Any, variables: VariableValues) -> Any:
            found = several(**self._convert(shown, get_argument_values(shown, nodes[0], variables)))
            if any(each is not None and each[0] not in kinds for each in found):
                raise Unexpected("type")
            places = [None if each is None else (kinds[each[0]][0], to_ids.id(each[1])) for each in found]
            asked: dict[str, list[Any]] = {}
            for type, id in filter(None, places):
                asked.setdefault(type, []).append(id)
            return {type: to_ids.ids(ids) for type, ids in asked.items()}, places

        self._arguments.append(argument)
        name = self._name("root")
        lines = [f"ids, places = args[{len(self._arguments) - 1}]", "of = {None: 'null'}"]
        for type, source in kinds.values():
            statement, made, place = self._by_ids(self._schema.type_map[type], nodes, source)
            lines += [
                f"if {type!r} in ids:",
                f"    rows = yield {statement}, {{'given_ids': ids[{type!r}]}}",
                f"    out, = yield from {made}(v, kept, args, rows)",
                f"    of.update([(({type!r}, r[{place}]), text) for r, text in zip(rows, out, strict=True)])",
            ]
        lines.append("texts = [of.get(each, 'null') for each in places]")
        kind = shown.type.of_type if is_non_null_type(shown.type) else shown.type
        lines.append("return '[' + comma(texts) + ']'" if is_list_type(kind) else "return texts[0]")
        self._write(name, "v, kept, args", lines)
        return name

    def _one(self, shown: Any, nodes: list[FieldNode], source: Source, one: Callable[..., Any]) -> str:
        statement, made, _ = self._by_ids(get_named_type(shown.type), nodes, source)
        to_ids = self._preparing

        def argument(_: Any, variables: VariableValues) -> Any:
            found = one(**self._convert(shown, get_argument_values(shown, nodes[0], variables)))
            return None if found is None else to_ids.ids([to_ids.id(found)])

        self._arguments.append(argument)
        name = self._name("root")
        lines = [
            f"ids = args[{len(self._arguments) - 1}]",
            f"rows = (yield {statement}, {{'given_ids': ids}}) if ids is not None else ()",
            f"return (yield from {made}(v, kept, args, rows))[0][0] if rows else 'null'",
        ]
        self._write(name, "v, kept, args", lines)
        return name

    def _looked_up(self, shown: Any, nodes: list[FieldNode], source: Source, lookup: Lookup) -> str:
        statement, made, _ = self._by_ids(get_named_type(shown.type), nodes, source)
        tried = [self._statement(each) for each in lookup.statements]

        def argument(_: Any, variables: VariableValues) -> Any:
            return lookup.values(**self._convert(shown, get_argument_values(shown, nodes[0], variables)))

        self._arguments.append(argument)
        name = self._name("root")
        lines = [
            f"values = args[{len(self._arguments) - 1}]",
            "if values is None: return 'null'",
            f"for each in ({', '.join(tried)},):",
            "    found = yield each, values",
            "    if found: break",
            "if len(found) != 1: return 'null'",
            f"rows = yield {statement}, {{'given_ids': ids_of([found[0][0]])}}",
            f"return (yield from {made}(v, kept, args, rows))[0][0] if rows else 'null'",
        ]
        self._write(name, "v, kept, args", lines)
        return name

    def _page(self, shown: Any, nodes: list[FieldNode], source: Source, listing_of: Callable[..., Listing]) -> str:
        level = self._level_of(source)
        connection = _Connection(self, level, get_named_type(shown.type), nodes)
        place = int(self._at(level, "id")[1:])
        made = self._level(level, connection.views)
        width = len(level.columns)
        by_ids: list[Any] = []  # made when it is needed
        listings: dict[Any, tuple[Any, Any, Callable[[Any], str]]] = {}

        needs = (connection.rows, connection.counts)

        def argument(viewer: Viewer, variables: VariableValues) -> Asked:
            listing = listing_of(viewer, **self._convert(shown, get_argument_values(shown, nodes[0], variables)))
            if listing.find is not None:
                if not by_ids:
                    by_ids.append(self._preparing.prepare(self._rows_by_ids(level)))
                return Asked(listing, by_ids[0], None, {}, lambda _: "", needs=needs, place=place)
            known = listings.get(listing.shape)
            if known is None:
                known = self._listing(listing, level, connection)
                if len(listings) >= MAX_LISTINGS:
                    listings.clear()
                if len(repr(listing.shape)) <= MAX_SHAPE:
                    listings[listing.shape] = known
            values = {"most": listing.size + 1}
            if listing.cursor is not None:
                for n, (column, value) in enumerate(zip(listing.cursor_columns, listing.cursor, strict=True)):
                    to_driver = self._preparing.to_driver(column.type)
                    values[f"cursor_{n}"] = to_driver(value) if to_driver else value
            return Asked(listing, known[0], known[1], values, known[2])

        self._arguments.append(argument)
        self._pages += 1
        self._count(connection.rows + connection.counts)
        lines = [f"asked = args[{len(self._arguments) - 1}]"]
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
        self._names["escaped"] = escaped
        lines.append(f"return {connection.piece('asked.has_next(more)', 'asked.has_previous(more)')}")
        name = self._name("root")
        self._write(name, "v, kept, args", lines)
        return name

    def _listing(
        self, listing: Listing, level: Level, connection: "_Connection"
    ) -> tuple[Any, Any, Callable[[Any], str]]:
        columns = [level.all_columns[each].label(f"r{n}") for n, each in enumerate(level.columns)]
        processors = [self._processor(each) for each in listing.cursor_columns]
        width = len(columns)
        if connection.cursors:
            columns += [each.label(f"k{n}") for n, each in enumerate(listing.cursor_columns)]
        statement = select(*columns).where(*listing.where)
        if listing.cursor is not None:
            values = [bindparam(f"cursor_{n}", type_=each.type) for n, each in enumerate(listing.cursor_columns)]
            statement = statement.where(listing.beyond(values))
        statement = statement.order_by(*listing.order).limit(self._preparing.most)
        statement = self._joined(statement, level.source, level.columns)
        count = listing.count
        if count is None:
            count = select(func.count()).select_from(level.source.model).where(*listing.where)

        def to_cursor(row: Any) -> str:
            return listing.cursor_of([p(each) for p, each in zip(processors, row[width:], strict=True)])

        page = self._preparing.prepare(statement) if connection.rows else None
        counted = self._preparing.prepare(count) if connection.counts else None
        return page, counted, to_cursor

    # ---------------------------------------------------------------- children

    def _children(self, above: Level, shown: Any, nodes: list[FieldNode], declaration: Children) -> Piece:
        key = self._at(above, "id")
        if not any(line.startswith("ids = ") for line in above.before):
            above.before.insert(0, f"ids = ids_of([r[{int(key[1:])}] for r in rows])")
        source = declaration.source
        level = self._level_of(source)
        level.has_parent = True
        inner = get_named_type(shown.type)
        if declaration.size is None:
            made = self._list_of(level, inner, nodes)
        else:
            made = self._connection_of(level, shown, inner, nodes, declaration.size)
        name = self._name("c")
        above.before.append(f"{name} = yield from {made}(v, kept, args, ids)")
        return Piece("%s", [f"{name}({key})"])

    def _list_of(self, level: Level, inner: Any, nodes: list[FieldNode]) -> str:
        if nodes[0].arguments:
            raise Undeclared("arguments")
        source = level.source
        made = self._level(level, [self._object(level, inner, nodes, "")])
        columns = [level.all_columns[each].label(f"r{n}") for n, each in enumerate(level.columns)]
        wanted = select(*columns, source.parent.label("parent")).where(self._preparing.among_ids(source.parent))
        statement = self._statement(self._joined(wanted.order_by(*source.order), source, level.columns))
        lines = [
            f"rows = yield {statement}, {{'given_ids': ids}}",
            f"out, = yield from {made}(v, kept, args, rows)",
            "of = {}",
            "for r, text in zip(rows, out, strict=True):",
            "    of.setdefault(r[-1], []).append(text)",
            "of = {parent: '[' + comma(texts) + ']' for parent, texts in of.items()}",
            "return lambda parent: of.get(parent, '[]')",
        ]
        name = self._name("children")
        self._write(name, "v, kept, args, ids", lines)
        return name

    def _connection_of(
        self, level: Level, shown: Any, inner: Any, nodes: list[FieldNode], size: Callable[..., int]
    ) -> str:
        source = level.source
        connection = _Connection(self, level, inner, nodes)
        cursor_at = [self._at(level, each) for each in source.cursor_columns] if connection.cursors else []
        if not level.columns:
            self._at(level, "id")
        made = self._level(level, connection.views)

        def argument(_: Any, variables: VariableValues) -> int:
            return size(**self._convert(shown, get_argument_values(shown, nodes[0], variables)))

        self._arguments.append(argument)
        lines = [f"size = args[{len(self._arguments) - 1}]"]
        if connection.rows:
            columns = [level.all_columns[each].label(f"r{n}") for n, each in enumerate(level.columns)]
            wanted = self._joined(select(*columns, source.parent.label("parent")), source, level.columns)
            statement = self._statement(self._preparing.first_of_each(wanted, source.parent, source.order))
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
            self._names["escaped"] = escaped
            processors = [self._processor(level.all_columns[each]) for each in source.cursor_columns]
            places = [int(each[1:]) for each in cursor_at]

            def to_cursor(row: Any) -> str:
                return escaped(source.cursor_of([p(row[place]) for p, place in zip(processors, places, strict=True)]))

            lines.append(f"of_cursors = [{self._name('cursor', to_cursor)}(r) for r in rows]")
            outs.append("of_cursors")
        for each in outs:
            lines += [
                f"grouped_{each} = {{}}",
                f"for r, text in zip(rows, {each}, strict=True):",
                f"    grouped_{each}.setdefault(r[-1], []).append(text)",
            ]
        if connection.counts:
            counted = select(source.parent, func.count()).where(self._preparing.among_ids(source.parent))
            counted = self._joined(counted, source, ()).group_by(source.parent)
            lines.append(f"totals = dict([tuple(r) for r in (yield {self._statement(counted)}, {{'given_ids': ids}})])")
        lines.append("def page(parent):")
        lines += [f"    out{n} = grouped_of{n}.get(parent, ())" for n in range(len(connection.views))]
        if connection.cursors:
            lines.append("    cursors = grouped_of_cursors.get(parent, ())")
        if connection.counts:
            lines.append("    total = whole(totals.get(parent, 0))")
        lines += [f"    return {connection.piece('parent in beyond', 'False')}", "return page"]
        name = self._name("children")
        self._write(name, "v, kept, args, ids", lines)
        return name


@dataclass(frozen=True)
class _Made:
    statement: Any

    @property
    def columns(self) -> list[Any]:
        return list(self.statement.selected_columns)


class _Connection:
    """The fields of a connection: its views are the nodes' JSON, one for each selection of nodes or edges.

    The pieces use the variables out0, out1 …, cursors, total.
    """

    def __init__(self, plan: Plan, level: Level, kind: Any, nodes: list[FieldNode]) -> None:
        self._plan, self._level = plan, level
        self.views: list[Piece] = []
        self.edges = self.ends = self.counts = self.has_page_info = False
        self._members: list[tuple[str, Callable[[str, str], Piece]]] = []
        for key, each in plan._selections.fields(kind, nodes).items():
            self._members.append((key, self._member(kind, each)))

    @property
    def cursors(self) -> bool:
        return self.edges or self.ends

    @property
    def rows(self) -> bool:
        """Whether anything of the page's rows is asked for."""
        return bool(self.views) or self.edges or self.has_page_info

    def piece(self, has_next: str, has_previous: str) -> Piece:
        return _object((key, make(has_next, has_previous)) for key, make in self._members)

    def _member(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        name = nodes[0].name.value
        inner = get_named_type(kind.fields[name].type) if name != "__typename" else None
        match name:
            case "__typename":
                return lambda *_: Piece(f'"{kind.name}"')
            case "nodes":
                out = self._view(inner, nodes)
                return lambda *_: Piece("[%s]", [f"comma({out})"])
            case "edges":
                return self._edges(inner, nodes)
            case "pageInfo":
                return self._page_info(inner, nodes)
            case "totalCount":
                self.counts = True
                self._plan._names["whole"] = whole
                return lambda *_: Piece("%s", ["total"])
        raise Undeclared("field")

    def _view(self, inner: Any, nodes: list[FieldNode]) -> str:
        self.views.append(self._plan._object(self._level, inner, nodes, ""))
        return f"out{len(self.views) - 1}"

    def _edges(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        members: list[tuple[str, Piece]] = []
        used: list[tuple[str, str]] = []
        for key, each in self._plan._selections.fields(kind, nodes).items():
            match each[0].name.value:
                case "__typename":
                    members.append((key, Piece(f'"{kind.name}"')))
                case "node":
                    variable = f"n{len(used)}"
                    used.append((variable, self._view(get_named_type(kind.fields["node"].type), each)))
                    members.append((key, Piece("%s", [variable])))
                case "cursor":
                    members.append((key, Piece("%s", ["k"])))
                case _:
                    raise Undeclared("field")
        self.edges = True
        used.append(("k", "cursors"))
        variables, lists = (", ".join(each) for each in zip(*used, strict=True))
        piece = _object(members)
        return lambda *_: Piece("[%s]", [f"comma([{piece} for {variables}, in zip({lists}, strict=True)])"])

    def _page_info(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        fields = self._plan._selections.fields(kind, nodes)
        names = {each[0].name.value for each in fields.values()}
        if names - {"__typename", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}:
            raise Undeclared("field")
        self.ends = self.ends or bool(names & {"startCursor", "endCursor"})
        self.has_page_info = True

        def make(has_next: str, has_previous: str) -> Piece:
            known = {
                "__typename": Piece(f'"{kind.name}"'),
                "hasNextPage": Piece("%s", [f"('true' if {has_next} else 'false')"]),
                "hasPreviousPage": Piece("%s", [f"('true' if {has_previous} else 'false')"]),
                "startCursor": Piece("%s", ["(cursors[0] if cursors else 'null')"]),
                "endCursor": Piece("%s", ["(cursors[-1] if cursors else 'null')"]),
            }
            return _object((key, known[each[0].name.value]) for key, each in fields.items())

        return make
