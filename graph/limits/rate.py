"""Rate limiter: a token bucket for each actor or address, in the memory of this process and bounded in number."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from graph.limits.error_codes import ErrorCode

WINDOW_SECONDS = 60
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """`left` units at the instant `at`."""

    left: float
    at: datetime


class RateLimiter:
    """Token buckets of `limit` units, which refill within WINDOW_SECONDS. A limit of 0 means unlimited."""

    def __init__(self, limit: int, clock: Callable[[], datetime]) -> None:
        self.limit = limit
        self.clock = clock
        # The least recently used bucket is evicted first. It is almost always full, so forgetting it changes nothing.
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, key: str, name: str = "cost") -> "Quota":
        return Quota(self, key, name)

    def take(self, key: str, units: int) -> bool:
        """Takes nothing and returns False when fewer than `units` are left."""
        bucket = self._refilled(key)
        if bucket.left < units:
            return False
        bucket.left -= units
        return True

    def give_back(self, key: str, units: int) -> None:
        self._refilled(key).left += units

    def left(self, key: str) -> float:
        return self._refilled(key).left

    def _refilled(self, key: str) -> Bucket:
        now = self.clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self.limit, now)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
            return bucket
        self._buckets.move_to_end(key)
        seconds = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(self.limit, bucket.left + seconds * self.limit / WINDOW_SECONDS)
        bucket.at = now
        return bucket


class Quota:
    """One key's bucket as one request uses it, and as the response reports it. `name`: in the headers."""

    def __init__(self, limiter: RateLimiter, key: str, name: str = "cost") -> None:
        self._limiter = limiter
        self._key = key
        self._name = name
        self._requested = 0
        self._last = 0
        self._is_limited = limiter.limit > 0

    def take(self, units: int) -> bool:
        self._requested += units
        self._last = units
        return not self._is_limited or self._limiter.take(self._key, units)

    def has(self, units: int) -> bool:
        return not self._is_limited or self._limiter.left(self._key) >= units

    def give_back(self, units: int) -> None:
        """Undoes a take of this request."""
        self._requested -= units
        if self._is_limited:
            self._limiter.give_back(self._key, units)

    def extension(self) -> dict[str, Any]:
        """`extensions.cost` of the response: units requested, units left, and when the bucket will be full again."""
        if not self._is_limited:
            return {"requested": self._requested}
        left = self._limiter.left(self._key)
        full = self._limiter.clock() + timedelta(seconds=self._seconds(self._limiter.limit - left))
        return {
            "requested": self._requested,
            "remaining": int(left),
            "budget": self._limiter.limit,
            "resetAt": full.isoformat(timespec="seconds"),
        }

    def headers(self) -> dict[str, str]:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), and the older RateLimit-* headers."""
        if not self._is_limited:
            return {}
        limit = self._limiter.limit
        left = self._limiter.left(self._key)
        remaining, reset = int(left), self._seconds(limit - left)
        return {
            "RateLimit-Policy": f'"{self._name}";q={limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self._name}";r={remaining};t={reset}',
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": str(reset),
        }

    @property
    def retry_after(self) -> int:
        """Seconds until the bucket holds the units that were requested last, at least 1."""
        return max(1, self._seconds(self._last - self._limiter.left(self._key)))

    def _seconds(self, units: float) -> int:
        return ceil(max(0.0, units) * WINDOW_SECONDS / self._limiter.limit)


def rate_limit_message(quota: Quota) -> str:
    return f"Rate limit exceeded. Try again in {quota.retry_after} s."


def rate_limit_extensions(quota: Quota) -> dict[str, Any]:
    return {"code": ErrorCode.RATE_LIMITED.value, "retryAfter": quota.retry_after}


def unlimited() -> Quota:
    return RateLimiter(0, lambda: datetime.min).of("")  # noqa: DTZ901 — never read


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """The network that counts as one client: an IPv6 address's /64, because one client has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
