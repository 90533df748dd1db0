"""Very long lists of valid and invalid values, in every argument that takes a list: answered or refused, quickly."""

import time
from typing import Any
from uuid import UUID

from graph.core.ids import Kind, to_id
from tests.hostile.places import Place, places, variables
from tests.hostile.world import World

MANY = 33_000  # PostgreSQL takes 32,767 values in one statement
MAX_LENGTH = 900_000  # characters, within what a request may be
KINDS = {
    "buyerIds": Kind.BUYER,
    "tagIds": Kind.TAG,
    "skuId": Kind.SKU,
    "backlogSkuId": Kind.BACKLOG_SKU,
    "deliveryNoteIds": Kind.DELIVERY_NOTE,
}
SOON = 5.0  # seconds of the processor, whatever else the machine does; a tenth of it is taken


def with_many(place: Place, good: dict[str, Any]) -> dict[str, Any]:
    """A valid request with a list of as many entries as a request can hold; all ids are different."""
    made = variables(place.operation, place.field, good, place.path)
    at = place.path.index(0)
    holder: Any = made
    for step in place.path[: at - 1]:
        holder = holder[step]
    [entry, *_] = holder[place.path[at - 1]]
    name = str(place.path[-1] or place.path[-2])
    entries = [
        entry if place.type != "ID" else of(entry, name, to_id(KINDS.get(name, Kind.ORDER), UUID(int=number)))
        for number in range(min(MANY, MAX_LENGTH // (len(str(entry)) + 4)))
    ]
    holder[place.path[at - 1]] = entries
    return made


def of(entry: Any, name: str, id: str) -> Any:
    return entry | {name: id} if isinstance(entry, dict) else id


async def test_very_long_lists_cause_no_internal_error(world: World) -> None:
    # One of the fields that share the code which reads the list.
    lists = {place.path[: place.path.index(0)][-2:]: place for place in places() if 0 in place.path}
    for place in lists.values():
        await world.renew(place.field)
        started = time.process_time()
        await world.ask(place.operation, place.field, with_many(place, world.good), str(place))
        assert time.process_time() - started < SOON, place
    assert world.faults == []
    assert world.tried == len(lists) > 15


async def test_ten_thousand_wrong_values_are_reported_quickly(world: World) -> None:
    query = "query ($sort: [OrderSort!]) { orders(sort: $sort) { totalCount } }"
    good, wrong = {"field": "CODE", "direction": "ASC"}, {"field": "CODE", "descending": True}
    for before in ([], [good] * 5000):
        started = time.process_time()
        answer = await world.admin.execute(query, sort=[*before, *[wrong] * 10_000])
        assert time.process_time() - started < SOON
        errors = answer["errors"]
        assert errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["sort", str(len(before))]}
        assert len(errors) <= 51
