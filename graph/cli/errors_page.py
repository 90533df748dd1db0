"""docs/errors.md: every error code of the API. Written by `orders schema`; a test keeps it current."""

from textwrap import wrap
from typing import cast

from strawberry.types.enum import StrawberryEnumDefinition

from graph.core.errors import KINDS, UserError, kind_of
from graph.limits.error_codes import TOP_LEVEL
from graph.schema import BINDINGS


def errors_page() -> str:
    lines = [
        "# Error codes",
        "",
        "Every code that an answer can have. Made by `./run schema` from `graph/limits/error_codes.py`,",
        "`graph/core/errors.py` and the enums of the mutations.",
        "",
        "## Top-level errors",
        "",
        "`errors[].extensions.code`: for requests that make no sense or cannot be served now, and for faults. Whatever",
        "the HTTP status, the body of `/graphql` is a GraphQL response in the media type that the client prefers:",
        "`application/graphql-response+json` or `application/json`. With the former, clients such as Apollo read the",
        "errors of every status; with the latter some look at the status only. Downloads answer in plain text.",
        "",
        "| code | HTTP status | meaning | try again? |",
        "|---|---|---|---|",
        *(f"| `{code}` | {about.status} | {about.meaning} | {about.again} |" for code, about in TOP_LEVEL.items()),
        "",
        "## Refused commands",
        "",
        "`userErrors[].code` of a mutation, with HTTP status 200: the command was refused and nothing was changed.",
        "`kind` is coarser and the same for every mutation.",
        "",
        "| kind | meaning | try again? |",
        "|---|---|---|",
        *(f"| `{kind}` | {meaning} | {again} |" for kind, (meaning, again) in KINDS.items()),
    ]
    for family in sorted(UserError.__subclasses__(), key=lambda each: each.__name__):
        lines += [
            "",
            f"### {family.__name__}",
            "",
            *_mutations(family),
            "",
            "| code | kind | |",
            "|---|---|---|",
        ]
        definition = cast(StrawberryEnumDefinition, family.CODES.__strawberry_definition__)  # type: ignore[attr-defined]
        lines += [f"| `{each.name}` | `{kind_of(each.name)}` | {each.description} |" for each in definition.values]
    return "\n".join(lines) + "\n"


def _mutations(family: type[UserError]) -> list[str]:
    """The mutations whose payloads have these errors, in lines."""
    names = [f"`{name.removeprefix('Mutation.')}`" for name, binding in BINDINGS.items() if binding.family is family]
    return wrap(f"Of {', '.join(names)}.", 120)
