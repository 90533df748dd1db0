"""The cartons of a delivery note, checked against its lines."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.messages.refusals import (
    BAD_QUANTITY,
    BAD_WEIGHT,
    EMPTY_CARTON,
    OTHER_NUMBER_OF_CARTONS,
    PACKED_OTHERWISE,
    TOO_MANY_CARTONS,
    UNKNOWN_SKU_OF_NOTE,
)
from models.papers.parts import Carton, Packed, Packing
from models.plain_json import to_plain
from resolvers.core.context import Context
from resolvers.core.refusals import Refusal, Refused, invalid

MAX_CARTONS = 1_000
MAX_CONTENTS = 5_000
MAX_GRAMS = 10_000_000
MAX_QUANTITY = 1_000_000_000  # as of a line (resolvers/order_lines.py)


@dataclass(frozen=True, slots=True)
class CartonContent:
    """`sku_id` None: an argument that is no SKU's id."""

    sku_id: UUID | None
    quantity: int


@dataclass(frozen=True, slots=True)
class NewCarton:
    contents: Sequence[CartonContent]
    weight_grams: int | None = None


def wrong_packing(context: Context, cartons: Sequence[NewCarton] | None, said: int | None) -> list[Refusal]:
    """What is wrong whatever is sent. `said`: how many cartons the command says that there are."""
    if not cartons:
        return []
    if len(cartons) > MAX_CARTONS or sum(len(each.contents) for each in cartons) > MAX_CONTENTS:
        return [invalid(context, TOO_MANY_CARTONS, "packing", most=MAX_CARTONS, contents=MAX_CONTENTS)]
    wrong: list[Refusal] = []
    if said is not None and said != len(cartons):
        wrong.append(invalid(context, OTHER_NUMBER_OF_CARTONS, "cartons", packed=len(cartons)))
    for place, carton in enumerate(cartons):
        at = ("packing", str(place))
        if not carton.contents:
            wrong.append(invalid(context, EMPTY_CARTON, *at, "contents"))
        if carton.weight_grams is not None and not 0 < carton.weight_grams <= MAX_GRAMS:
            wrong.append(invalid(context, BAD_WEIGHT, *at, "weightGrams", most=MAX_GRAMS))
        wrong += [
            invalid(context, BAD_QUANTITY, *at, "contents", str(number), "quantity", most=MAX_QUANTITY)
            for number, each in enumerate(carton.contents)
            if not 0 < each.quantity <= MAX_QUANTITY
        ]
    return wrong


def packed(
    context: Context, cartons: Sequence[NewCarton], sent: Mapping[UUID, int], numbers: Mapping[UUID, str]
) -> dict[str, Any]:
    """A Packing as plain JSON. `sent`: quantity by SKU; `numbers`: SKU numbers. Raises Refused unless they agree."""
    wrong = [
        invalid(context, UNKNOWN_SKU_OF_NOTE, "packing", str(place), "contents", str(number), "skuId")
        for place, carton in enumerate(cartons)
        for number, each in enumerate(carton.contents)
        if each.sku_id not in sent
    ]
    found = Counter[UUID | None]()
    for carton in cartons:
        for each in carton.contents:
            found[each.sku_id] += each.quantity
    wrong += [
        invalid(context, PACKED_OTHERWISE, "packing", packed=found[sku_id], sku=numbers[sku_id], sent=quantity)
        for sku_id, quantity in sent.items()
        if found[sku_id] != quantity
    ]
    if wrong:
        raise Refused(*wrong)
    plain: dict[str, Any] = to_plain(
        Packing(
            tuple(
                Carton(
                    tuple(Packed(each.sku_id, each.quantity) for each in carton.contents if each.sku_id),
                    carton.weight_grams,
                )
                for carton in cartons
            )
        )
    )
    return plain
