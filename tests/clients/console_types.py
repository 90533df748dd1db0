"""Types of what the console's operations take and answer, from the schema; `tsc` checks the console's code by them."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    is_leaf_type,
    parse,
    type_from_ast,
)

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "graph" / "http" / "console" / "operations"
FOLDER = ROOT / "graph" / "http" / "console" / "types"
TEXT = ("ID", "String", "Date", "DateTime", "Decimal", "URL")
SCALARS = dict.fromkeys(TEXT, "string") | {"Int": "number", "Float": "number", "Boolean": "boolean"}
HEAD = "// Made from schema.graphql and operations/ by `./run clients --generate`. The browser does not load it.\n"

# By the name in the answer: the type of the field, its selections, and whether only some objects have it.
Fields = dict[str, tuple[GraphQLOutputType, list[SelectionSetNode], bool]]


def write() -> None:
    """Raises KeyError for a scalar that is not listed above."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "operations.d.ts").write_text(text(), encoding="utf-8")


def text() -> str:
    """The module: `Operations`, with the data and the variables of each operation by its name, and the input types."""
    types = Types(build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8")))
    operations = "".join(
        f"  {each.stem}: {types.operation(each.read_text('utf-8'))}\n" for each in sorted(OPERATIONS.glob("*.graphql"))
    )
    return f"{HEAD}\nexport interface Operations {{\n{operations}}}\n{''.join(types.inputs())}"


class Types:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._wanted: list[GraphQLInputObjectType] = []

    def operation(self, document: str) -> str:
        definitions = parse(document).definitions
        self._fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
        [operation] = (each for each in definitions if isinstance(each, OperationDefinitionNode))
        root = self._schema.get_root_type(operation.operation)
        assert root
        taken = ""
        for each in operation.variable_definitions or ():
            kind = type_from_ast(self._schema, each.type)
            assert kind
            taken += f" {each.variable.name.value}{self._taken(kind)},"
        return (
            f"{{\n    data: {self._object(root, [operation.selection_set], '    ')}\n    variables: {{{taken} }}\n  }}"
        )

    def inputs(self) -> Iterator[str]:
        """The input types that have been named, and those that they name."""
        for each in self._wanted:  # it grows as they are written
            fields = "".join(f"  {name}{self._taken(field.type)}\n" for name, field in each.fields.items())
            yield f"\nexport interface {each.name} {{\n{fields}}}\n"

    def _taken(self, of: GraphQLType) -> str:
        if isinstance(of, GraphQLNonNull):
            return f": {self._input(of.of_type)}"
        return f"?: {self._input(of)} | null"

    def _input(self, of: GraphQLType) -> str:
        """An enum is a string, as the values of a form are."""
        if isinstance(of, GraphQLNonNull):
            return self._input(of.of_type)
        if isinstance(of, GraphQLList):
            return f"{self._input(of.of_type)}[]"
        if isinstance(of, GraphQLEnumType):
            return "string"
        if isinstance(of, GraphQLInputObjectType):
            if of not in self._wanted:
                self._wanted.append(of)
            return of.name
        return SCALARS[str(of)]

    def _output(self, of: GraphQLOutputType, selections: list[SelectionSetNode], indent: str) -> str:
        if isinstance(of, GraphQLNonNull):
            return self._some(of.of_type, selections, indent)
        return f"{self._some(of, selections, indent)} | null"

    def _some(self, of: GraphQLOutputType, selections: list[SelectionSetNode], indent: str) -> str:
        if isinstance(of, GraphQLList):
            return f"Array<{self._output(of.of_type, selections, indent)}>"
        if isinstance(of, GraphQLEnumType):
            return " | ".join(f"'{name}'" for name in of.values)
        if is_leaf_type(of):
            return SCALARS[str(of)]
        return self._object(of, selections, indent)

    def _object(self, of: GraphQLType, selections: list[SelectionSetNode], indent: str) -> str:
        fields: Fields = {}
        for each in selections:
            self._collect(of, each, fields, is_partial=False)
        lines = "".join(
            f"{indent}  {name}{'?' if is_partial else ''}: {self._output(kind, inner, indent + '  ')}\n"
            for name, (kind, inner, is_partial) in fields.items()
        )
        return f"{{\n{lines}{indent}}}"

    def _collect(self, of: GraphQLType, selections: SelectionSetNode, fields: Fields, *, is_partial: bool) -> None:
        for each in selections.selections:
            if isinstance(each, FieldNode):
                name = each.alias.value if each.alias else each.name.value
                assert isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
                kind = of.fields[each.name.value].type
                _, inner, was_partial = fields.get(name, (kind, [], is_partial))
                found = [*inner, each.selection_set] if each.selection_set else inner
                fields[name] = (kind, found, was_partial and is_partial)
                continue
            assert isinstance(each, InlineFragmentNode | FragmentSpreadNode)
            fragment = self._fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            narrowed = self._schema.type_map[fragment.type_condition.name.value] if fragment.type_condition else of
            self._collect(narrowed, fragment.selection_set, fields, is_partial=is_partial or narrowed is not of)
