"""What a receiver answered, without the HTTP client, which a server without webhooks does not import."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.webhook_url import IpAddress

GONE = 410

Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]


class Result(StrEnum):
    """Result of an attempt, for metrics."""

    DELIVERED = "delivered"
    REFUSED = "refused"  # a response other than 2xx
    NO_RESPONSE = "no_response"
    NOT_ALLOWED = "not_allowed"  # the URL or an address that it leads to


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's response, or why there is none. `retry_after`: seconds, as the receiver has asked for."""

    result: Result
    status: int | None = None
    excerpt: str | None = None
    error: str | None = None
    retry_after: int | None = None

    @property
    def is_delivered(self) -> bool:
        return self.result is Result.DELIVERED
