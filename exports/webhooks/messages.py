"""What is posted to a receiver: a thin payload, signed as https://www.standardwebhooks.com specifies."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from models.webhook import SECRET_PREFIX

TEST_TYPE = "WEBHOOK_TEST"


@dataclass(frozen=True, slots=True)
class OrderState:
    """The order of an event, as it is when the event is sent."""

    id: UUID
    code: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Message:
    """`id`: the same at each attempt to send this event to this webhook. `sequence`, `kind`: None for a test."""

    id: str
    body: bytes
    sequence: int | None = None
    kind: str | None = None


def event_message(
    brand_id: UUID,
    sequence: int,
    kind: str,
    at: datetime,
    order: OrderState | None,
    public_order_id: Callable[[UUID], str],
) -> Message:
    """`public_order_id`: the API's id of an order."""
    data = {
        "sequence": sequence,
        "kind": kind,
        "orderId": public_order_id(order.id) if order else None,
        "code": order.code if order else None,
        "version": order.version if order else None,
        "status": order.status if order else None,
    }
    return Message(f"evt_{brand_id.hex}_{sequence}", _body(kind, at, data), sequence, kind)


def test_message(test_id: UUID, at: datetime) -> Message:
    """A test has the fields of an event, without values."""
    data = dict.fromkeys(("sequence", "kind", "orderId", "code", "version", "status"))
    return Message(f"test_{test_id.hex}", _body(TEST_TYPE, at, data))


def _body(type: str, at: datetime, data: dict[str, object]) -> bytes:
    timestamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return orjson.dumps({"type": type, "timestamp": timestamp, "data": data})


def headers(message: Message, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """Of one attempt. A signature for each secret."""
    timestamp = str(int(now.timestamp()))
    return {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signature(each, message.id, timestamp, message.body) for each in secrets),
    }


def signature(secret: str, id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
