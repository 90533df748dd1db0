"""The audit of made-up orders: entries in the order of time, chained as models/audit.py chains them."""

import heapq
import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from examples.made_up_brand.shop import Person, made_id
from models.audit import AuditEntry, digest

COLUMNS = tuple(AuditEntry.__table__.columns.keys())


class History:
    """Keeps what will happen until its time has come: orders overlap, and a chain follows the clock."""

    def __init__(self, rng: random.Random, brand_id: UUID) -> None:
        self._rng = rng
        self._brand_id = brand_id
        self._waiting: list[tuple[datetime, int, UUID | None, str, Person, Mapping[str, Any]]] = []
        self._number = count()
        self.sequence = 0
        self.hash = ""

    def add(self, at: datetime, order_id: UUID | None, kind: str, who: Person, **details: Any) -> None:
        heapq.heappush(self._waiting, (at, next(self._number), order_id, kind, who, details))

    def until(self, at: datetime | None) -> Iterator[tuple[Any, ...]]:
        """Rows of COLUMNS for what has happened before that moment; None: for all that is left."""
        while self._waiting and (at is None or self._waiting[0][0] < at):
            happened, _, order_id, kind, who, details = heapq.heappop(self._waiting)
            self.sequence += 1
            values: dict[str, Any] = dict.fromkeys(COLUMNS) | {
                "brand_id": self._brand_id,
                "id": made_id(self._rng, happened),
                "order_id": order_id,
                "kind": kind,
                "at": happened,
                "actor_kind": who.kind,
                "actor_id": who.id,
                "actor_name": who.name,
                "details": dict(details),
                "sequence": self.sequence,
                "previous_hash": self.hash,
            }
            # digest() asks for attributes only; an entity for each of some million entries would double the time.
            values["hash"] = self.hash = digest(SimpleNamespace(**values))  # type: ignore[arg-type]
            yield tuple(values[name] for name in COLUMNS)
