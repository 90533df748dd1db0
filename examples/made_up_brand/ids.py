"""UUIDv7s of made-up moments, the same for the same seed."""

import random
from datetime import datetime
from uuid import UUID

LOW_BITS = (1 << 62) - 1
VARIANT = 0b10 << 62


class Ids:
    """Ids in hex: a UUID for each of some twenty million rows would take longer than the rest of the row."""

    def __init__(self, rng: random.Random) -> None:
        self._random_bits = rng.getrandbits
        self._at: datetime | None = None
        self._start = ""

    def new(self, at: datetime) -> str:
        if at is not self._at:
            self._at, self._start = at, f"{int(at.timestamp() * 1000):012x}7"
        noise = self._random_bits(74)
        return f"{self._start}{noise >> 62:03x}{noise & LOW_BITS | VARIANT:016x}"


def made_id(rng: random.Random, at: datetime) -> UUID:
    return UUID(Ids(rng).new(at))
