"""The Node interface of the Relay specification, `node` and `nodes`, and loading any published type by its kind."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import ID
from strawberry.dataloader import DataLoader

from graph.core.batching import map_loaded
from graph.core.context import Info
from graph.core.ids import Kind, letters_of, parse, to_id
from graph.execution.declared import Source, column
from graph.execution.kinds import public_id
from resolvers.inputs import InputError
from resolvers.nodes import Reader

MAX_NODES = 100
ABOUT_IDS = "Globally unique, opaque and permanent."


@strawberry.interface(description="An object with a globally unique id. The query `node` returns it by its id.")
class Node:
    id: ID = strawberry.field(description=ABOUT_IDS)


def node_id(kind: Kind) -> Any:
    """The field `id` of a type over rows, made of the row's id."""
    return column(public_id(kind.value, lambda uuid: to_id(kind, uuid), letters_of), "id", description=ABOUT_IDS)


# Registered by the module of each type: kind → how its rows are read, and the type that a row is published as.
# Types that refer to each other load each other through it, so their modules need not import each other.
NODES: dict[Kind, tuple[Reader, Callable[[Any], Node]]] = {}

# Also: kind → the type's name and where its rows come from, for compiled queries.
SOURCES: dict[Kind, tuple[str, Source]] = {}

Id = Annotated[ID, strawberry.argument(description="An id that the API returned.")]
Ids = Annotated[list[ID], strawberry.argument(description=f"At most {MAX_NODES} ids, of objects of any types.")]


def kinds_and_ids(*, ids: Sequence[str] = (), id: str | None = None) -> list[tuple[Kind, UUID] | None]:
    """Of the arguments of `nodes` or `node`. Raises InputError."""
    if len(ids) > MAX_NODES:
        raise InputError(f"nodes takes at most {MAX_NODES} ids.", "ids")
    return [parse(each) for each in (ids if id is None else [id])]


async def node(info: Info, id: Id) -> Node | None:
    return (await nodes(info, [id]))[0]


async def nodes(info: Info, ids: Ids) -> list[Node | None]:
    parsed = kinds_and_ids(ids=ids)
    loaded: dict[tuple[Kind, UUID], Node] = {}
    for kind in {each[0] for each in parsed if each}:
        uuids = [each[1] for each in parsed if each and each[0] is kind]
        loaded |= {(kind, id): node for id, node in (await _load(info, kind, uuids)).items()}
    return [loaded.get(each) if each else None for each in parsed]


async def load_nodes(info: Info, kind: Kind, ids: Sequence[UUID]) -> list[Any]:
    """The nodes of one kind, in the order of their ids; those that the viewer cannot see are left out."""
    nodes = await _load(info, kind, ids)
    return [nodes[id] for id in ids if id in nodes]


def as_node(kind: Kind, row: Any) -> Any:
    """The node that a row of this kind is published as."""
    return NODES[kind][1](row)


def loaded_node(loader: DataLoader[UUID, Any], kind: Kind, id: UUID | None) -> Any:
    """The node with this id, plain or as a coroutine (graph/core/batching.py). None without an id."""
    return None if id is None else map_loaded(loader.load(id), lambda row: as_node(kind, row))


async def _load(info: Info, kind: Kind, ids: Sequence[UUID]) -> dict[UUID, Node]:
    read, publish = NODES[kind]
    rows = await read(info.context, list(ids))
    return {id: publish(row) for id, row in rows.items() if row is not None}
