"""Budgets: how much each actor, or each address, may ask for in a minute. Kept in this process, in bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

MINUTE = 60  # seconds
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    left: float
    at: datetime


class Budgets:
    """Token buckets of `limit` units that fill up again within a minute. A limit of 0 is none."""

    def __init__(self, limit: int, clock: Callable[[], datetime]) -> None:
        self.limit = limit
        self.clock = clock
        # The one unused for longest goes first: mostly a full one, which is the same as none.
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, key: str) -> "Allowance":
        return Allowance(self, key)

    def take(self, key: str, units: int) -> bool:
        """False, and nothing taken, when there are not as many left."""
        bucket = self._filled(key)
        if bucket.left < units:
            return False
        bucket.left -= units
        return True

    def left(self, key: str) -> float:
        return self._filled(key).left

    def _filled(self, key: str) -> Bucket:
        now = self.clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self.limit, now)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(key)
        seconds = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(self.limit, bucket.left + seconds * self.limit / MINUTE)
        bucket.at = now
        return bucket


class Allowance:
    """What one request may take from its bucket, and what it is told of it."""

    def __init__(self, budgets: Budgets, key: str) -> None:
        self._budgets = budgets
        self._key = key
        self._wanted = 0
        self._is_limited = budgets.limit > 0

    def take(self, units: int) -> bool:
        self._wanted = units
        return not self._is_limited or self._budgets.take(self._key, units)

    def told(self) -> dict[str, Any]:
        """For extensions.cost: what was asked for, what is left, and when all of it will be there again."""
        if not self._is_limited:
            return {"requested": self._wanted}
        left = self._budgets.left(self._key)
        full = self._budgets.clock() + timedelta(seconds=self._seconds(self._budgets.limit - left))
        return {
            "requested": self._wanted,
            "remaining": int(left),
            "budget": self._budgets.limit,
            "resetAt": full.isoformat(timespec="seconds"),
        }

    def headers(self, name: str = "cost") -> dict[str, str]:
        """RateLimit and RateLimit-Policy as in draft-ietf-httpapi-ratelimit-headers, and what came before them."""
        if not self._is_limited:
            return {}
        limit = self._budgets.limit
        left = self._budgets.left(self._key)
        remaining, reset = int(left), self._seconds(limit - left)
        return {
            "RateLimit-Policy": f'"{name}";q={limit};w={MINUTE}',
            "RateLimit": f'"{name}";r={remaining};t={reset}',
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(reset),
        }

    @property
    def retry_after(self) -> int:
        """Seconds until there is enough for what was wanted."""
        return max(1, self._seconds(self._wanted - self._budgets.left(self._key)))

    def _seconds(self, units: float) -> int:
        return ceil(max(0.0, units) * MINUTE / self._budgets.limit)


def no_limit() -> Allowance:
    return Budgets(0, lambda: datetime.min).of("")  # noqa: DTZ901 — never read


def network_of(address: str) -> str:
    """Whom an address belongs to: an IPv6 client has a whole /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address
