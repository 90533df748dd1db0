"""Documents made up from the schema by hypothesis, with texts and ids of our own mixed in, sent through HTTP.

`python -m tests.hostile.campaign` sends thousands; the tests send a few, always the same ones.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import GraphQLSchema, StringValueNode, build_schema, parse, print_ast
from graphql.language import Visitor, visit
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema
from hypothesis_graphql import nodes as made

from graph.schema import schema
from tests.hostile.corpus import INSTANTS, TEXTS
from tests.hostile.places import fields
from tests.hostile.world import FAULTS, World

SHORT = [text for text in TEXTS.values() if len(text) < 5_000]


@dataclass
class Figures:
    """`codes`: how often each error code was answered; `faults`: what should never be."""

    documents: int = 0
    executed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@cache
def documents(operation: str, name: str) -> st.SearchStrategy[Any]:
    """Of one field: several in one document say no more, and limits refuse most of what is longer."""
    scalars: Any = {
        "DateTime": st.sampled_from([str(each) for each in INSTANTS] + ["2026-11-24T12:00:00Z"]).map(made.String),
        "Decimal": st.sampled_from(["NaN", "1e999", "12.50", "0", "-1", "0.001", "9" * 18]).map(made.String),
        "URL": st.just("http://127.0.0.1:9/").map(made.String),
    }
    return from_schema(sdl(), fields=[name], custom_scalars=scalars)


@cache
def sdl() -> GraphQLSchema:
    return build_schema(schema.as_str())


class Substitute(Visitor):
    """Puts ids of the world and hostile texts where hypothesis has put texts of its own."""

    def __init__(self, world: World, choose: Any) -> None:
        super().__init__()
        self._choices = [value for value in world.good.values() if isinstance(value, str)]
        self._choose = choose

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        which = self._choose(st.integers(0, 2))
        if which == 0 or node.block:
            return node
        return StringValueNode(value=self._choose(st.sampled_from(self._choices if which == 1 else SHORT)))


def fuzz(world: World, loop: asyncio.AbstractEventLoop, examples: int, start: int) -> Figures:
    """Sends so many documents, the half of them mutations; `start` makes them the same again."""
    figures = Figures()

    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data(), st.sampled_from(["query", "mutation", "mutation"]))
    def send(data: st.DataObject, operation: str) -> None:
        text = data.draw(documents(operation, data.draw(st.sampled_from(sorted(fields(operation))))))
        text = print_ast(visit(parse(text), Substitute(world, data.draw)))
        loop.run_until_complete(_send(world, text, figures))

    send()
    return figures


async def _send(world: World, text: str, figures: Figures) -> None:
    figures.documents += 1
    if figures.documents % 25 == 0:
        await world.renew("")
    content = json.dumps({"query": text}, ensure_ascii=True)
    client = world.buyer if figures.documents % 4 == 0 else world.admin
    headers = client.headers | {"Content-Type": "application/json"}
    response = await client.http.post("/graphql", content=content, headers=headers)
    if response.status_code >= 500:
        figures.faults.append(f"{response.status_code}: {text}")
        return
    answer = response.json()
    figures.executed += answer.get("data") is not None
    for error in answer.get("errors") or []:
        code = (error.get("extensions") or {}).get("code", "of the document")
        figures.codes[code] += 1
        if code in FAULTS:
            figures.faults.append(f"{error}: {text}")
