"""A plan while it is compiled: the source of its functions, its statements, and what is read for each request.

The functions are generators: they yield (statement, parameters) and are sent the driver's rows, so that they neither
know the database nor wait for it. Their source is made of the schema's names, of declarations, and of response keys,
which GraphQL limits to letters, digits and underscores.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Protocol

from graphql import DocumentNode, FieldNode, GraphQLSchema
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from graph.execution.declared import Viewer
from graph.execution.kinds import escaped, whole
from graph.execution.selection import Selections, Undeclared

MAX_LEVELS = 30  # a statement each, whose text takes some milliseconds to make

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
    def first_of_each(self, wanted: Any, rows: Any, parent: Any, order: Sequence[Any]) -> Any: ...
    def id(self, id: Any) -> Any: ...
    def prepare(self, statement: Any, *, whole_brand: bool = False) -> Any: ...
    def result_processor(self, column: Any) -> Callable[[Any], Any] | None: ...
    def to_driver(self, type: Any) -> Callable[[Any], Any] | None: ...


class Draft:
    """`arguments`, `text_makers`, `values`: what makes the elements of `args`, `kept` and `values` in the source."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, switches: Mapping[str, bool], preparing: Preparing
    ) -> None:
        self.schema = schema
        self.preparing = preparing
        self.selections = Selections(schema, document, switches)
        self.statements: list[Any] = []
        self.arguments: list[Callable[[Viewer, VariableValues], Any]] = []
        self.text_makers: list[Callable[[Viewer], Any]] = []
        self.values: list[Callable[[Any], str]] = []  # of a request
        self.names: dict[str, Any] = {"comma": ",".join, "ids_of": preparing.ids, "escaped": escaped, "whole": whole}
        self._strawberry: Any = schema._strawberry_schema  # type: ignore[attr-defined]
        self._source: list[str] = []
        self._levels = 0
        self._counter = 0

    def run(self, result: object) -> tuple[Callable[..., Steps], str]:
        """The function that all others are written for, which returns this expression; and the whole source."""
        self._write("run", "v, kept, args, values", [f"return {result}"])
        source = "\n".join(self._source)
        exec(compile(source, "<compiled operation>", "exec"), self.names)  # noqa: S102 - see the module's docstring
        return self.names["run"], source

    def function(self, prefix: str, parameters: str, lines: Iterable[str]) -> str:
        """Writes a generator and returns its name."""
        name = self.name(prefix)
        self._write(name, parameters, lines)
        return name

    def _write(self, name: str, parameters: str, lines: Iterable[str]) -> None:
        self._source += [f"def {name}({parameters}):", *(f"    {line}" for line in lines)]
        self._source.append("    yield")  # a generator, even without a statement of its own

    def name(self, prefix: str, value: Any = None) -> str:
        """A new name, for this value if one is given."""
        self._counter += 1
        name = f"{prefix}_{self._counter}"
        if value is not None:
            self.names[name] = value
        return name

    def argument(self, make: Callable[[Viewer, VariableValues], Any]) -> str:
        """The expression for what is made of the viewer and the variables."""
        self.arguments.append(make)
        return f"args[{len(self.arguments) - 1}]"

    def kept(self, make: Callable[[Viewer], Any]) -> str:
        """The expression for what is kept for a viewer."""
        self.text_makers.append(make)
        return f"kept[{len(self.text_makers) - 1}]"

    def value(self, make: Callable[[Any], str]) -> str:
        """The expression for what is made of each request."""
        self.values.append(make)
        return f"values[{len(self.values) - 1}]"

    def count(self, statements: int) -> None:
        self._levels += statements
        if self._levels > MAX_LEVELS:
            raise Undeclared("too many levels")

    def statement(self, statement: Any, *, whole_brand: bool = False) -> str:
        """The name of the prepared statement."""
        self.count(1)
        prepared = self.preparing.prepare(statement, whole_brand=whole_brand)
        self.statements.append(prepared)
        return self.name("statement", prepared)

    def processor(self, column: Any) -> Callable[[Any], Any]:
        return self.preparing.result_processor(column) or (lambda value: value)

    def arguments_of(self, shown: Any, node: FieldNode, variables: VariableValues | None) -> dict[str, Any]:
        """The field's arguments as the Strawberry resolver takes them. Raises for invalid ones."""
        values = get_argument_values(shown, node, variables)
        definition = shown.extensions["strawberry-definition"]
        registry = self._strawberry.schema_converter.scalar_registry
        return convert_arguments(values, definition.arguments, registry, self._strawberry.config)
