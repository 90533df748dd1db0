"""The audit of made-up orders: entries in the order of time, chained as models/audit.py chains them."""

import heapq
import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from examples.made_up_brand.ids import Ids
from examples.made_up_brand.shop import Person
from models.audit import COLUMNS as ALL_COLUMNS
from models.audit import hashed_text
from models.messages.history import EventKind

COLUMNS = ("brand_id", "id", "order_id", "kind", "at", "actor_kind", "actor_id", "actor_name", "details", "sequence",
           "previous_hash", "hash")  # fmt: skip
# What `digest` hashes, with a place for each value: to encode each of some million entries takes five times as long.
_OF_ENTRY = {name: f"%({name})s" if name in COLUMNS else None for name in ALL_COLUMNS}
HASHED = hashed_text(SimpleNamespace(**_OF_ENTRY)).replace('"%(', "%(").replace(')s"', ")s")


class History:
    """Keeps what will happen until its time has come: orders overlap, and a chain follows the clock."""

    def __init__(self, rng: random.Random, brand_id: UUID) -> None:
        self._ids = Ids(rng)
        self._brand_id = brand_id.hex
        self._waiting: list[tuple[datetime, int, str, EventKind, Person, Mapping[str, Any]]] = []
        self._number = count()
        self.sequence = 0
        self.hash = ""

    def add(self, at: datetime, order_id: str, kind: EventKind, who: Person, **details: Any) -> None:
        heapq.heappush(self._waiting, (at, next(self._number), order_id, kind, who, details))

    def until(self, at: datetime | None) -> Iterator[tuple[Any, ...]]:
        """Rows of COLUMNS for what has happened before that moment; None: for all that is left."""
        brand_id, new_id, waiting = self._brand_id, self._ids.new, self._waiting
        while waiting and (at is None or waiting[0][0] < at):
            happened, _, order_id, kind, who, details = heapq.heappop(waiting)
            self.sequence += 1
            id, previous_hash = new_id(happened), self.hash
            text = _hashed(brand_id, who) % {
                "id": _dashed(id),
                "order_id": _dashed(order_id),
                "kind": f'"{kind}"',
                "at": f'"{happened.isoformat()}"',
                "details": _json(details) if details else "{}",
                "sequence": self.sequence,
                "previous_hash": f'"{previous_hash}"',
            }
            self.hash = sha256(text.encode()).hexdigest()
            yield (
                brand_id, id, order_id, kind.value, happened, who.kind.value, who.id, who.name, details, self.sequence,
                previous_hash, self.hash,
            )  # fmt: skip


@cache
def _hashed(brand_id: str, who: Person) -> str:
    """HASHED for what one person does: a place is left for each of the other values."""
    of_person = {
        "brand_id": _dashed(brand_id),
        "actor_kind": _json(who.kind),
        "actor_id": _json(who.id),
        "actor_name": _json(who.name),
    }
    places = {name: f"%({name})s" for name in COLUMNS}
    return HASHED % (places | {name: value.replace("%", "%%") for name, value in of_person.items()})


def _dashed(id: str) -> str:
    return f'"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"'


_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
