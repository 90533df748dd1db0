"""The cartons of a delivery note, one by one."""

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry import ID, UNSET

from graph.catalog import Sku
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.core.node import load_nodes
from models.papers.parts import Packing
from models.plain_json import from_plain
from resolvers.papers import packing as resolvers

WEIGHT = f"Weight with its contents, in grams, 1 to {resolvers.MAX_GRAMS:,}"
PACKING = (
    f"The cartons one by one, at most {resolvers.MAX_CARTONS:,}, numbered in this order. Their contents are all "
    "that the note delivers; cartons, the number, follows from them. An empty list removes them."
)


@strawberry.type(description="How much of a SKU is in a carton.")
class CartonContent:
    sku: Sku = strawberry.field(description="The SKU.")
    quantity: int = strawberry.field(description="Quantity.")


@strawberry.type(description="A carton of a delivery.")
class Carton:
    number: int = strawberry.field(description="1 for the first carton of the delivery note, and so on.")
    weight_grams: int | None = strawberry.field(description="Weight with its contents, in grams. Null if not said.")
    contents: list[CartonContent] = strawberry.field(description="What is in it.")


@strawberry.input(description="How much of a SKU is in a carton.")
class CartonContentInput:
    sku_id: ID = strawberry.field(description="A SKU of the delivery note.")
    quantity: int = strawberry.field(description="At least 1.")


@strawberry.input(description="A carton of a delivery.")
class CartonInput:
    contents: list[CartonContentInput] = strawberry.field(description="What is in it; not empty.")
    weight_grams: int | None = strawberry.field(default=UNSET, description=f"{WEIGHT}. Default: not said.")


def new_cartons(cartons: Sequence[CartonInput] | None) -> list[resolvers.NewCarton] | None:
    if cartons is None:
        return None
    return [
        resolvers.NewCarton(
            [resolvers.CartonContent(from_id(Kind.SKU, one.sku_id), one.quantity) for one in each.contents],
            or_none(each.weight_grams),
        )
        for each in cartons
    ]


async def cartons_of(info: Info, plain: dict[str, Any] | None) -> list[Carton]:
    """`plain`: a Packing, as it is kept."""
    if plain is None:
        return []
    cartons = from_plain(Packing, plain).cartons
    ids = sorted({each.sku_id for carton in cartons for each in carton.contents})
    skus = dict(zip(ids, await load_nodes(info, Kind.SKU, ids), strict=True))
    return [
        Carton(
            number=number,
            weight_grams=carton.weight_grams,
            contents=[CartonContent(sku=skus[each.sku_id], quantity=each.quantity) for each in carton.contents],
        )
        for number, carton in enumerate(cartons, 1)
    ]
