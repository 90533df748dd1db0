"""The Node interface of the Relay specification, and `node` / `nodes`."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from strawberry import ID

from graph.core.context import Info
from graph.core.ids import Kind, parse
from resolvers.inputs import InputError
from resolvers.nodes import Reader

MAX_NODES = 100


@strawberry.interface(description="An object with a globally unique id. The query `node` returns it by its id.")
class Node:
    id: ID = strawberry.field(description="Globally unique, opaque and permanent.")


# Filled by the modules of the types: kind → how its rows are read, and what a row is published as.
NODES: dict[Kind, tuple[Reader, Callable[[Any], Node]]] = {}

Id = Annotated[ID, strawberry.argument(description="An id that the API returned.")]
Ids = Annotated[list[ID], strawberry.argument(description=f"At most {MAX_NODES} ids, of objects of any types.")]


async def node(info: Info, id: Id) -> Node | None:
    return (await nodes(info, [id]))[0]


async def nodes(info: Info, ids: Ids) -> list[Node | None]:
    if len(ids) > MAX_NODES:
        raise InputError(f"nodes takes at most {MAX_NODES} ids.", "ids")
    wanted = [parse(id) for id in ids]
    found: dict[tuple[Kind, Any], Node] = {}
    for kind in {each[0] for each in wanted if each}:
        read, publish = NODES[kind]
        rows = await read(info.context, [each[1] for each in wanted if each and each[0] is kind])
        found |= {(kind, id): publish(row) for id, row in rows.items() if row is not None}
    return [found.get(each) if each else None for each in wanted]
