"""The connector against a live server: OM_URL and OM_API_KEY say which, as ./run clients does."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from connector import changed_orders, code_of, connect, decide, download, main, next_step, reject, sync
from orders_client import (
    GraphQLClientError,
    OrderFilter,
    OrdersClient,
    OrderStatus,
    OrderSummary,
    RejectionBlockerCode,
    RejectOrderErrorCode,
    UserErrorKind,
)

URL, KEY = os.environ["OM_URL"], os.environ["OM_API_KEY"]


class Unlucky(httpx.HTTPTransport):
    """The real network, but for the first requests: "lost" loses the answer, "busy" never reaches the server."""

    def __init__(self, *trouble: str) -> None:
        super().__init__()
        self.trouble = list(trouble)
        self.statuses: list[int] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trouble = self.trouble.pop(0) if self.trouble else None
        busy = httpx.Response(503, headers={"Retry-After": "0"})
        response = busy if trouble == "busy" else super().handle_request(request)
        self.statuses.append(response.status_code)
        if trouble == "lost":
            response.read()
            raise httpx.ReadTimeout("The answer got lost.", request=request)
        return response


@pytest.fixture
def client() -> Iterator[OrdersClient]:
    with connect(URL, KEY) as client:
        yield client


@pytest.fixture
def order(client: OrdersClient) -> OrderSummary:
    """One that can be rejected."""
    return client.orders_page(first=1, filter_=OrderFilter(can_reject=True)).orders.edges[0].node


def test_the_first_sync_reads_every_order_once_and_the_next_what_has_changed(
    client: OrdersClient, order: OrderSummary
) -> None:
    first = list(changed_orders(client, None))
    orders = [each for each, _ in first]
    assert len({each.id for each in orders}) == len(orders) > 200
    assert orders == sorted(orders, key=lambda each: each.updated_at)
    cursor = first[-1][1]
    assert list(changed_orders(client, cursor)) == []
    reject(client, decide(order, "OUT_OF_STOCK"))
    changed = [each for each, _ in changed_orders(client, cursor)]
    assert [(each.code, each.status) for each in changed] == [(order.code, OrderStatus.REJECTED_BY_BRAND)]


def test_the_last_minutes_are_read_again(client: OrdersClient, order: OrderSummary) -> None:
    reject(client, decide(order, "OUT_OF_STOCK"))
    first: list[OrderSummary] = []
    again: list[OrderSummary] = []
    cursor = sync(client, first.append, None)
    sync(client, again.append, cursor)
    assert order.code in [each.code for each in again]
    assert again == first[-len(again) :]


def test_a_decision_whose_answer_got_lost_acts_once(client: OrdersClient, order: OrderSummary) -> None:
    decision, network = decide(order, "CREDIT"), Unlucky("lost", "busy")
    with patch("connector.time.sleep"), connect(URL, KEY, network) as unlucky:
        answer = reject(unlucky, decision)
    assert network.statuses == [200, 503, 200]
    assert answer.user_errors == []
    assert answer.replayed
    assert reject(client, decision).replayed
    again = reject(client, decide(order, "CREDIT"))
    assert again.user_errors[0].code == RejectOrderErrorCode.NOT_REJECTABLE
    assert [blocker.code for blocker in again.blockers] == [RejectionBlockerCode.ALREADY_REJECTED]


def test_a_refusal_has_a_code_and_a_kind(client: OrdersClient, order: OrderSummary) -> None:
    stale = reject(client, decide(order.model_copy(update={"version": order.version - 1}), "OTHER"))
    assert stale.user_errors[0].code == RejectOrderErrorCode.STALE_ORDER
    assert next_step(stale.user_errors[0].kind) == "read the order again and decide again"
    unknown = reject(client, decide(order, "NO_SUCH_REASON"))
    assert unknown.user_errors[0].code == RejectOrderErrorCode.UNKNOWN_REASON
    assert unknown.user_errors[0].field == ["input", "reason"]
    assert client.order_by_code(order.code).order_by_code.can_reject  # type: ignore[union-attr]


def test_it_waits_when_its_allowance_is_used_up() -> None:
    network = Unlucky()
    with patch("connector.time.sleep", side_effect=time.sleep) as waited, connect(URL, KEY, network) as client:
        for _ in range(100):
            client.orders_page(first=100)
            if waited.called:
                break
    assert network.statuses[-2:] == [429, 200]
    assert waited.call_args.args[0] >= 1


def test_documents_are_downloaded_without_the_key(client: OrdersClient, order: OrderSummary, tmp_path: Path) -> None:
    links = client.documents(order.id).order
    assert links
    assert links.pdf
    assert download(links.pdf, tmp_path).read_bytes().startswith(b"%PDF")
    assert download(links.excel, tmp_path).read_bytes().startswith(b"PK")
    assert httpx.get(f"{links.pdf.url}x").status_code == 403


def test_an_error_has_a_code(client: OrdersClient) -> None:
    with connect(URL, "omk_wrong") as stranger, pytest.raises(GraphQLClientError) as failed:
        stranger.viewer()
    assert code_of(failed.value) == "UNAUTHENTICATED"
    with pytest.raises(GraphQLClientError) as failed:
        client.orders_page(first=1_000)
    assert code_of(failed.value) == "BAD_USER_INPUT"


def test_a_value_of_a_newer_server_is_kept(order: OrderSummary) -> None:
    newer = OrderSummary.model_validate(order.model_dump(by_alias=True) | {"status": "ON_HOLD"})
    assert newer.status.value == "ON_HOLD"
    assert next_step(UserErrorKind("LOCKED")) == "a kind of a newer server: show the message"


def test_a_day(
    order: OrderSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("sync", f"decide {order.code}", "reject", "reject", "sync", f"documents {order.code}"):
        main(command.split())
    printed = capsys.readouterr().out
    assert f"{order.code} is rejected.\n{order.code} is rejected (already, by an earlier try).\n" in printed
    assert len(list(tmp_path.glob(f"*{order.code}*"))) == 2
