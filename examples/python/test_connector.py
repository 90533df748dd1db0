"""The connector against a live server: OM_URL and OM_API_KEY say which, as ./run clients does."""

import base64
import hmac
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from api import code_of, connect, download, next_step
from connector import main, reject, sync
from mirror import Mirror
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
from webhook import TOLERANCE_SECONDS, is_genuine

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
def mirror(client: OrdersClient, tmp_path: Path) -> Iterator[Mirror]:
    mirror = Mirror(tmp_path / "mirror.db")
    sync(client, mirror)
    yield mirror
    mirror.close()


@pytest.fixture
def order(client: OrdersClient) -> OrderSummary:
    """One that can be rejected."""
    return client.orders_page(first=1, filter_=OrderFilter(can_reject=True)).orders.nodes[0]


def test_the_first_sync_reads_every_order_and_the_next_what_has_changed(
    client: OrdersClient, mirror: Mirror, order: OrderSummary
) -> None:
    statuses = {code: status for code, status, *_ in mirror.orders()}
    assert len(statuses) > 200
    assert statuses[order.code] == order.status.value
    decision = mirror.decide(order.code, "OUT_OF_STOCK")
    assert decision
    before = mirror.progress.position
    reject(client, mirror, decision)
    sync(client, mirror)
    changed = {code: status for code, status, *_ in mirror.orders() if statuses[code] != status}
    assert changed == {order.code: OrderStatus.REJECTED_BY_BRAND.value}
    assert mirror.progress.position == (before or 0) + 1


def test_it_starts_over_when_the_server_was_restored(client: OrdersClient, mirror: Mirror) -> None:
    orders, progress = mirror.orders(), mirror.progress
    mirror.keep(replace(progress, position=1_000_000))
    sync(client, mirror)
    assert (mirror.orders(), mirror.progress) == (orders, progress)


def test_an_older_version_changes_nothing(mirror: Mirror, order: OrderSummary) -> None:
    before = mirror.orders()
    mirror.store(order.model_copy(update={"version": order.version - 1, "status": OrderStatus.REJECTED}))
    assert mirror.orders() == before


def test_a_decision_whose_answer_got_lost_acts_once(client: OrdersClient, mirror: Mirror, order: OrderSummary) -> None:
    decision, network = mirror.decide(order.code, "CREDIT"), Unlucky("lost", "busy")
    assert decision
    with patch("api.time.sleep"), connect(URL, KEY, network) as unlucky:
        answer = reject(unlucky, mirror, decision)
    assert network.statuses == [200, 503, 200]
    assert answer.user_errors == []
    assert answer.replayed
    assert reject(client, mirror, decision).replayed
    another = mirror.decide(order.code, "CREDIT")
    assert another
    assert another.key != decision.key
    again = reject(client, mirror, another)
    assert again.user_errors[0].code == RejectOrderErrorCode.NOT_REJECTABLE
    assert [blocker.code for blocker in again.blockers] == [RejectionBlockerCode.ALREADY_REJECTED]


def test_a_refusal_has_a_code_and_a_kind(client: OrdersClient, mirror: Mirror, order: OrderSummary) -> None:
    decision = mirror.decide(order.code, "OTHER")
    assert decision
    assert decision == mirror.decide(order.code, "CREDIT"), "there is no answer yet"
    stale = reject(client, mirror, replace(decision, version=order.version - 1, key="stale"))
    assert stale.user_errors[0].code == RejectOrderErrorCode.STALE_ORDER
    assert next_step(stale.user_errors[0].kind) == "read the order again and decide again"
    unknown = reject(client, mirror, replace(decision, reason="NO_SUCH_REASON", key="unknown"))
    assert unknown.user_errors[0].code == RejectOrderErrorCode.UNKNOWN_REASON
    assert unknown.user_errors[0].field == ["input", "reason"]
    assert client.order_by_code(order.code).order_by_code.can_reject  # type: ignore[union-attr]


SECRET = "whsec_" + base64.b64encode(b"a secret of the webhook").decode()
BODY = json.dumps({"type": "order.rejected"}).encode()


def signed(timestamp: str, body: bytes = BODY, secret: str = SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, f"msg_1.{timestamp}.".encode() + body, sha256)).decode()


@pytest.mark.parametrize(
    ("timestamp", "signature", "genuine"),
    [
        ("1000", signed("1000"), True),
        ("1000", f"v1,AAAA v2,x {signed('1000')}", True),  # two secrets, and a version of the future
        (f"{1000 - TOLERANCE_SECONDS}", signed(f"{1000 - TOLERANCE_SECONDS}"), True),
        (f"{999 - TOLERANCE_SECONDS}", signed(f"{999 - TOLERANCE_SECONDS}"), False),
        (f"{1001 + TOLERANCE_SECONDS}", signed(f"{1001 + TOLERANCE_SECONDS}"), False),
        ("1001", signed("1000"), False),
        ("1000", signed("1000", b"{}"), False),
        ("1000", signed("1000", secret="whsec_b3RoZXI="), False),  # noqa: S106
        ("1000", signed("1000").removeprefix("v1,"), False),
        ("1000", signed("1000").replace("v1,", "v2,"), False),
        ("1000", "v1,not base64! v1,ü", False),
        ("1000", "", False),
        ("", signed(""), False),
        ("9" * 5000, signed("9" * 5000), False),
    ],
)
def test_only_a_recent_webhook_with_our_signature_is_genuine(timestamp: str, signature: str, genuine: bool) -> None:
    headers = {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    assert is_genuine(SECRET, headers, BODY, now=1000) == genuine
    assert not is_genuine(SECRET, {}, BODY, now=1000)


def test_it_waits_when_its_allowance_is_used_up() -> None:
    network = Unlucky()
    with patch("api.time.sleep", side_effect=time.sleep) as waited, connect(URL, KEY, network) as client:
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
    for command in ("sync", f"reject {order.code}", "sync", f"documents {order.code}"):
        main(command.split())
    printed = capsys.readouterr().out
    assert f"{order.code} is rejected.\n" in printed
    assert f"{order.code}\t{OrderStatus.REJECTED_BY_BRAND.value}\t" in printed
    assert len(list(tmp_path.glob(f"*{order.code}*"))) == 2
