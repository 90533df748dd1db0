"""A partner's connector: sync, rejections that can be retried, downloads, errors. README.md says how to run it."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import httpx
from orders_client import (
    GraphQLClientError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    Link,
    OrderFilter,
    OrdersClient,
    OrderSort,
    OrderSortField,
    OrderSummary,
    RejectOrderInput,
    RejectRejectOrder,
    SortDirection,
    UserErrorKind,
)
from orders_client.base_client import HttpClient

TRIES = 5


class Patience(httpx.BaseTransport):
    """Sends a request again when the server says when (Retry-After, with 429, 503 and 504), or when no answer came.

    A command may have been done although its answer got lost, so it needs an idempotencyKey.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for tries_left in reversed(range(TRIES)):
            try:
                response = self._transport.handle_request(request)
                response.read()
                wait = response.headers.get("Retry-After")
                if wait is None or not tries_left:
                    return response
            except httpx.TransportError:
                if not tries_left:
                    raise
                wait = "1"
            time.sleep(float(wait))
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


def changed_orders(client: OrdersClient, cursor: str | None) -> Iterator[tuple[OrderSummary, str]]:
    """Each order that has changed since the cursor (None: every order), with its own cursor; the latest change last."""
    oldest_change_first = [OrderSort(field=OrderSortField.UPDATED_AT, direction=SortDirection.ASC)]
    has_more = True
    while has_more:
        page = client.orders_page(
            first=100, after=cursor, filter_=OrderFilter(include_archived=True), sort=oldest_change_first
        ).orders
        for edge in page.edges:
            yield edge.node, edge.cursor
        cursor, has_more = page.page_info.end_cursor or cursor, page.page_info.has_next_page


def sync(client: OrdersClient, store: Callable[[OrderSummary], None], cursor: str | None) -> str | None:
    """Stores what has changed, and returns the cursor for the next time.

    A change can become visible some seconds after a later one. So the next sync reads the last two minutes again.
    """
    settled = datetime.now(UTC) - timedelta(minutes=2)
    for order, its_cursor in changed_orders(client, cursor):
        store(order)
        if order.updated_at < settled:
            cursor = its_cursor
    return cursor


@dataclass(frozen=True)
class Decision:
    """To reject an order, as it was then. Store it before the first try, so that every try is the same request."""

    id: str
    order_id: str
    version: int
    reason: str


def decide(order: OrderSummary, reason: str) -> Decision:
    return Decision(str(uuid4()), order.id, order.version, reason)


def reject(client: OrdersClient, decision: Decision) -> RejectRejectOrder:
    """Safe to repeat: all tries have the same key, and act once."""
    answer = client.reject(
        RejectOrderInput(
            order_id=decision.order_id,
            notify=True,
            reason=decision.reason,
            expected_version=decision.version,
            idempotency_key=decision.id,
        )
    ).reject_order
    if answer is None:  # only ever together with an error, which the client raises
        raise GraphQLClientError("The server answered nothing.")
    return answer


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


def code_of(error: GraphQLClientError) -> str:
    """The code of a request that failed as a whole, e.g. UNAUTHENTICATED. docs/errors.md lists them all."""
    if isinstance(error, GraphQLClientGraphQLMultiError):
        return str((error.errors[0].extensions or {}).get("code"))
    if isinstance(error, GraphQLClientHttpError):
        body = cast(httpx.Response, error.response).json()
        return str(body["errors"][0]["extensions"]["code"])
    return "no GraphQL answer"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    syncing = commands.add_parser("sync", help="print the orders that have changed since the last sync")
    syncing.add_argument("--state", type=Path, default=Path("sync.json"), help="keeps how far the last sync came")
    deciding = commands.add_parser("decide", help="write down the decision to reject an order")
    deciding.add_argument("code", help="the order's code")
    deciding.add_argument("--reason", default="OUT_OF_STOCK", help="code of one of the brand's reasons")
    deciding.add_argument("--file", type=Path, default=Path("decision.json"))
    rejecting = commands.add_parser("reject", help="reject the order; as often as you like until it has worked")
    rejecting.add_argument("--file", type=Path, default=Path("decision.json"))
    documents = commands.add_parser("documents", help="download the order's PDF and workbook")
    documents.add_argument("code", help="the order's code")
    chosen = parser.parse_args(arguments)
    try:
        with connect(os.environ["OM_URL"], os.environ["OM_API_KEY"]) as client:
            match chosen.command:
                case "sync":
                    sync_file(client, chosen.state)
                case "decide":
                    decision = decide(order_of(client, chosen.code), chosen.reason)
                    chosen.file.write_text(json.dumps(asdict(decision)))
                case "reject":
                    print_answer(reject(client, Decision(**json.loads(chosen.file.read_text()))))
                case "documents":
                    order = client.documents(order_of(client, chosen.code).id).order
                    for link in (order.pdf, order.excel) if order else ():
                        if link:
                            print(download(link, Path()))
    except GraphQLClientError as error:
        sys.exit(f"{code_of(error)}: {error}")


def order_of(client: OrdersClient, code: str) -> OrderSummary:
    return client.order_by_code(code).order_by_code or sys.exit(f"There is no order {code}.")


def print_answer(answer: RejectRejectOrder) -> None:
    for refusal in answer.user_errors:
        print(f"{refusal.code.value}: {refusal.message} → {next_step(refusal.kind)}")
    if not answer.user_errors and answer.order:
        print(f"{answer.order.code} is rejected" + (" (already, by an earlier try)." if answer.replayed else "."))


def sync_file(client: OrdersClient, state: Path) -> None:
    """Prints what has changed since the sync that wrote the file."""
    cursor = json.loads(state.read_text())["cursor"] if state.exists() else None
    state.write_text(json.dumps({"cursor": sync(client, print_order, cursor)}))


def print_order(order: OrderSummary) -> None:
    print(order.code, order.status.value, order.total.amount, order.total.currency, order.buyer.name, sep="\t")


if __name__ == "__main__":
    main()
