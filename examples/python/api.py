"""How the connector talks to the API: the key, tries again, errors, downloads."""

import random
import time
from pathlib import Path
from typing import cast

import httpx
from orders_client import (
    GraphQLClientError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    Link,
    OrdersClient,
    UserErrorKind,
)
from orders_client.base_client import HttpClient

TRIES = 10  # with the pauses below, some two minutes
MAX_PAUSE = 30.0  # seconds
TRY_AGAIN = {429, 502, 503, 504}


class Patience(httpx.BaseTransport):
    """Sends a request again when the server is busy, after the time that Retry-After says, or when no answer came.

    A command may have been done although its answer got lost, so it needs an idempotencyKey.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for tried in range(1, TRIES + 1):
            # Twice as long each time. At random, so that the clients of a restarted server do not come all at once.
            pause = min(MAX_PAUSE, 0.25 * 2**tried) * random.uniform(0.5, 1)  # noqa: S311
            try:
                response = self._transport.handle_request(request)
                response.read()
                if response.status_code not in TRY_AGAIN or tried == TRIES:
                    return response
                wait = response.headers.get("Retry-After", "")
                pause = float(wait) if wait.isdecimal() else pause
            except httpx.TransportError:
                if tried == TRIES:
                    raise
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        self._transport.close()


def connect(url: str, key: str, transport: httpx.BaseTransport | None = None) -> OrdersClient:
    """`url`: of /graphql. Use the client as a context manager."""
    headers = {
        "X-Merchant-API-Key": key,
        "Accept": "application/graphql-response+json, application/json;q=0.9",
    }
    http = httpx.Client(headers=headers, timeout=60, transport=Patience(transport or httpx.HTTPTransport()))
    return OrdersClient(url, http_client=cast(HttpClient, http))  # its protocol lets all arguments stand by position


def code_of(error: GraphQLClientError) -> str:
    """The code of a request that failed as a whole, e.g. UNAUTHENTICATED. docs/errors.md lists them all."""
    if isinstance(error, GraphQLClientGraphQLMultiError):
        return str((error.errors[0].extensions or {}).get("code"))
    if isinstance(error, GraphQLClientHttpError):
        body = cast(httpx.Response, error.response).json()
        return str(body["errors"][0]["extensions"]["code"])
    return "no GraphQL answer"


def next_step(kind: UserErrorKind) -> str:
    """What the connector does about a refusal. All mutations have these kinds; codes say it more finely."""
    match kind:
        case UserErrorKind.REFUSED:
            return "a person looks at the blockers"
        case UserErrorKind.STALE:
            return "read the order again and decide again"
        case UserErrorKind.NOT_FOUND:
            return "what the request names is not there: check the mapping"
        case UserErrorKind.NOT_PERMITTED:
            return "the key needs the scope orders:reject"
        case UserErrorKind.INVALID | UserErrorKind.CONFLICT:
            return "mend the connector: its request is wrong"
        case _:
            return "a kind of a newer server: show the message"


def download(link: Link, folder: Path) -> Path:
    """The link carries its own permission and needs no key. It ends at link.expires_at: then ask for a new one."""
    response = httpx.get(link.url, timeout=60).raise_for_status()
    path = folder / Path(link.filename).name
    path.write_bytes(response.content)
    return path
