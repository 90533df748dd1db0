"""schema.graphql is printed from the code, described throughout, and compatible with what clients rely on."""

import re
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
)

from graph.cli.errors_page import errors_page
from graph.cli.rules_page import rules_page
from graph.schema import schema
from graph.settings.environment import ROOT

CONTRACT = Path(__file__).with_name("contract.graphql")
NOT_PLAIN = re.compile(
    r"What came of|\b(for good|told|shall|who asks|anew|exactly when|when left out)\b", re.IGNORECASE
)


def test_schema_graphql_is_up_to_date() -> None:
    printed = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert printed == schema.as_str() + "\n", "run ./run schema"


def test_the_page_of_the_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page(), "run ./run schema"


def test_the_page_of_the_errors_is_up_to_date() -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == errors_page(), "run ./run schema"


def test_the_schema_fulfils_the_contract() -> None:
    contract = build_schema(CONTRACT.read_text(encoding="utf-8"))
    changes = find_breaking_changes(contract, build_schema(schema.as_str()))
    assert [change.description for change in changes] == []


def descriptions() -> dict[str, str]:
    """The place of each element of the schema, e.g. Order.pdf(locale) → its description, "" if it has none."""
    found = {}

    def add(place: str, element: GraphQLNamedType | GraphQLField | GraphQLArgument | GraphQLInputField) -> None:
        found[place] = element.description or ""

    for name, named in build_schema(schema.as_str()).type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        add(name, named)
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in named.fields.items():
                add(f"{name}.{field_name}", field)
                for argument_name, argument in field.args.items():
                    add(f"{name}.{field_name}({argument_name})", argument)
        elif isinstance(named, GraphQLInputObjectType):
            for field_name, input_field in named.fields.items():
                add(f"{name}.{field_name}", input_field)
        elif isinstance(named, GraphQLEnumType):
            found |= {f"{name}.{value}": about.description or "" for value, about in named.values.items()}
    return found


def test_every_type_and_field_has_a_description() -> None:
    assert [place for place, description in descriptions().items() if not description] == []


def test_descriptions_are_whole_sentences_in_plain_english() -> None:
    for place, description in descriptions().items():
        assert description.endswith("."), f"{place} ends in the middle of a sentence"
        assert not NOT_PLAIN.search(description), f"{place}: {description}"
