"""schema.graphql is printed from the code, described throughout, and compatible with what clients rely on."""

from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
)

from graph.cli.rules_page import rules_page
from graph.schema import schema
from graph.settings.environment import ROOT

CONTRACT = Path(__file__).with_name("contract.graphql")


def test_schema_graphql_is_up_to_date() -> None:
    printed = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert printed == schema.as_str() + "\n", "run ./run schema"


def test_the_page_of_the_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page(), "run ./run schema"


def test_the_schema_fulfils_the_contract() -> None:
    contract = build_schema(CONTRACT.read_text(encoding="utf-8"))
    changes = find_breaking_changes(contract, build_schema(schema.as_str()))
    assert [change.description for change in changes] == []


def test_every_type_and_field_has_a_description() -> None:
    missing = []

    def check(place: str, element: GraphQLField | GraphQLArgument | GraphQLInputField) -> None:
        if not element.description:
            missing.append(place)

    for name, named in build_schema(schema.as_str()).type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        if not named.description:
            missing.append(name)
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in named.fields.items():
                check(f"{name}.{field_name}", field)
                for argument_name, argument in field.args.items():
                    check(f"{name}.{field_name}({argument_name})", argument)
        elif isinstance(named, GraphQLInputObjectType):
            for field_name, input_field in named.fields.items():
                check(f"{name}.{field_name}", input_field)
        elif isinstance(named, GraphQLEnumType):
            missing += [f"{name}.{value}" for value, about in named.values.items() if not about.description]
    assert missing == []
