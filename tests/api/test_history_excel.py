"""historyExcel: the history of judgment as a workbook, with all that an auditor needs to check its chain."""

import hashlib
import io
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest

from models.audit_anchor import Anchor, AnchorError
from models.database.sessions import Database
from models.policy import OrderStatus, Role
from resolvers.audit import verify_brand
from tests.support.client import SECRET, Client, id_of
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop

EXCEL = """query ($filter: HistoryFilter, $locale: Locale) {
  historyExcel(filter: $filter, locale: $locale) { url filename mediaType expiresAt } }"""
REJECT = """mutation ($id: ID!, $notify: Boolean!, $body: String) {
  rejectOrder(input: {orderId: $id, notify: $notify, body: $body}) { userErrors { code } } }"""
TAG = "mutation ($code: String!) { createTag(input: {code: $code, name: $code}) { userErrors { code } } }"
RED = "FFFFC7CE"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, time_zone="Asia/Tokyo", code="northlight")


async def book(client: Client, *, status: int = 200, **variables: Any) -> Any:
    """Opened without a token, as a browser opens the link."""
    link = (await client.data(EXCEL, **variables))["historyExcel"]
    response = await client.http.get(urlsplit(link["url"]).path)
    assert response.status_code == status
    return openpyxl.load_workbook(io.BytesIO(response.content))


def cells(sheet: Any) -> list[dict[str, Any]]:
    heading, *rows = sheet.iter_rows()
    return [{str(name.value): cell for name, cell in zip(heading, row, strict=True)} for row in rows]


def values(sheet: Any, *headings: str) -> list[tuple[Any, ...]]:
    return [tuple(row[heading].value for heading in headings) for row in cells(sheet)]


async def some_judgments(database: Database, api: Client, shop: Shop) -> None:
    """A tag; a rejection with a mail by "=1+1"; one without; one of an offline buyer's confirmed order."""
    member = api.as_(shop.member())
    offline = await make_buyer(database, shop.brand, name="山田商店", is_offline=True, recipients=())
    await member.data(TAG, code="+81 3")
    orders = [
        await make_order(database, shop, code="注文-1"),
        await make_order(database, shop, code="=2+2", lines=[(1, 1)]),
        await make_order(
            database, shop, code="0012", buyer_id=offline.id, status=OrderStatus.OC_CONFIRMED, currency="JPY"
        ),
    ]
    odd = api.as_(shop.member(name="=1+1"))
    for client, order, notify, body in (
        (odd, orders[0], True, "申し訳ございません。\n=SUM(A1)"),
        (member, orders[1], False, None),
        (api.as_(OPERATOR), orders[2], True, None),
    ):
        api.clock.move(minutes=10)
        answer = await client.data(REJECT, id=id_of(order), notify=notify, body=body)
        assert answer["rejectOrder"]["userErrors"] == []


async def test_every_entry_newest_first_with_rejections_in_red(database: Database, api: Client, shop: Shop) -> None:
    await some_judgments(database, api, shop)
    found = await book(api.as_(shop.member(Role.READ)))
    assert found.sheetnames == ["History", "Rejections", "Chain", "Signed heads"]
    sheet = found["History"]
    assert values(sheet, "No.", "When", "Who", "Kind of user", "User id", "Kind", "Order code") == [
        (4, datetime(2026, 11, 24, 21, 30), "Olga Operator", "Operator", "op-1", "ORDER_REJECTED", "0012"),  # noqa: DTZ001
        (3, datetime(2026, 11, 24, 21, 20), "Mina Sato", "Member", "mem-1", "ORDER_REJECTED", "=2+2"),  # noqa: DTZ001
        (2, datetime(2026, 11, 24, 21, 10), "=1+1", "Member", "mem-1", "ORDER_REJECTED", "注文-1"),  # noqa: DTZ001
        (1, datetime(2026, 11, 24, 21), "Mina Sato", "Member", "mem-1", "TAG_CREATED", None),  # noqa: DTZ001
    ]
    assert values(sheet, "What", "Status before", "Status after", "Mail to the buyer", "Time zone", "Brand code")[
        1:
    ] == [
        (
            "Order rejected, without notifying the buyer (was: Please create an OC)",
            "Please create an OC",
            "Order rejected by brand",
            "No",
            "Asia/Tokyo",
            "northlight",
        ),
        (
            "Order rejected, the buyer is notified (was: Please create an OC)",
            "Please create an OC",
            "Order rejected by brand",
            "Yes",
            "Asia/Tokyo",
            "northlight",
        ),
        ("Tag +81 3 created", None, None, None, "Asia/Tokyo", "northlight"),
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}, "no formulas"
    for row in cells(sheet):
        red = row["Kind"].value == "ORDER_REJECTED"
        assert all((row[heading].fill.fgColor.rgb == RED) is red for heading in ("What", "Kind")), row["What"].value
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:M5")


async def test_the_history_of_judgment_has_a_sheet_of_its_own(database: Database, api: Client, shop: Shop) -> None:
    await some_judgments(database, api, shop)
    sheet = (await book(api.as_(shop.member())))["Rejections"]
    columns = ("Who", "Order code", "Buyer", "Total", "Currency", "Status before", "Mail to the buyer", "Message")
    assert values(sheet, *columns) == [
        ("Olga Operator", "0012", "山田商店", 3940, "JPY", "OC confirmed", "No", None),
        ("Mina Sato", "=2+2", shop.buyer.name, 0.01, "GBP", "Please create an OC", "No", None),
        (
            "=1+1",
            "注文-1",
            shop.buyer.name,
            39.4,
            "GBP",
            "Please create an OC",
            "Yes",
            "申し訳ございません。\n=SUM(A1)",
        ),
    ]
    assert [row["Total"].number_format for row in cells(sheet)] == ["[$¥]#,##0", "[$£]#,##0.00", "[$£]#,##0.00"]
    assert [each[0] for each in values(sheet, "Status after")] == ["Order Rejected", *["Order rejected by brand"] * 2]


async def test_an_auditor_can_check_the_chain_from_the_workbook_alone(
    database: Database, api: Client, shop: Shop
) -> None:
    await some_judgments(database, api, shop)
    found = await book(api.as_(shop.member()))
    rows = cells(found["Chain"])[::-1]
    told = values(found["History"], "Who", "Kind")[::-1]
    previous = ""
    for number, row in enumerate(rows, 1):
        assert (row["No."].value, row["Hash before"].value or "") == (number, previous)
        text = row["What the hash is of (UTF-8)"].value
        assert hashlib.sha256(text.encode()).hexdigest() == row["Hash"].value
        said = json.loads(text)
        assert (said["sequence"], said["previous_hash"]) == (number, previous)
        assert (said["actor_name"], said["kind"]) == told[number - 1]
        assert said["request_id"] == row["Request id"].value
        assert said["details"].get("body_sha256") == row["SHA-256 of the message"].value
        previous = row["Hash"].value
    message = hashlib.sha256("申し訳ございません。\n=SUM(A1)".encode()).hexdigest()
    assert rows[1]["SHA-256 of the message"].value == message


async def test_the_workbook_has_the_signed_head_of_each_chain(database: Database, api: Client, shop: Shop) -> None:
    """Whatever its filter. The line is one for `orders audit verify --anchors`."""
    await some_judgments(database, api, shop)
    theirs = await make_shop(database, code="kumo")
    filter = {"kinds": ["TAG_CREATED"]}
    found = await book(api.as_(shop.member()), filter=filter)
    ((code, sequence, hash, line),) = values(found["Signed heads"], "Brand code", "No.", "Hash", "Signed head")
    assert (code, sequence) == ("northlight", 4)
    head = Anchor.read(line, SECRET)
    assert (head.brand_id, head.sequence, head.hash, head.at) == (shop.brand.id, 4, hash, api.clock())
    assert (await verify_brand(database, shop.brand, [head])).problem is None
    with pytest.raises(AnchorError, match="is not signed"):
        Anchor.read(line.replace('"sequence": 4', '"sequence": 3'), SECRET)
    with pytest.raises(AnchorError, match="is not signed"):
        Anchor.read(line, SECRET[::-1])
    everything = await book(api.as_(OPERATOR))
    assert values(everything["Signed heads"], "Brand code", "No.") == [("northlight", 4), (theirs.brand.code, 0)]


async def test_in_japanese(database: Database, api: Client, shop: Shop) -> None:
    await some_judgments(database, api, shop)
    for own_locale, asked_for in (("ja", None), ("en", "JA")):
        found = await book(api.as_(shop.member(locale=own_locale)), locale=asked_for)
        assert found.sheetnames == ["履歴", "却下", "ハッシュチェーン", "署名済みの末尾"]
        rows = values(found["履歴"], "内容", "実行者の種類", "変更後のステータス", "バイヤーへのメール")
        assert rows[1] == (
            "注文を却下しました（却下前：OCを作成してください、バイヤーへの通知：なし）",
            "メンバー",
            "ブランドが注文を却下",
            "いいえ",
        )
        assert values(found["却下"], "バイヤー", "変更前のステータス")[0] == ("山田商店", "OC確定済み")
        headings = [str(cell.value) for sheet in found for cell in sheet[1]]
        assert not [heading for heading in headings if heading.isascii()]


async def test_the_link_holds_the_filter(database: Database, api: Client, shop: Shop) -> None:
    await some_judgments(database, api, shop)
    filter = {
        "kinds": ["ORDER_REJECTED"], "actors": ["mem-1"], "actorKinds": ["MEMBER"], "search": "mem",
        "atFrom": "2026-11-24T12:00:00Z", "atTo": "2026-11-24T12:20:00Z", "orderCodes": ["注文-1", "=2+2"],
    }  # fmt: skip
    member = api.as_(shop.member())
    link = (await member.data(EXCEL, filter=filter))["historyExcel"]
    assert link["filename"] == "history-2026-11-24.xlsx"
    found = await book(member, filter=filter)
    assert values(found["History"], "Order code") == values(found["Rejections"], "Order code") == [("注文-1",)]
    order = await make_order(database, shop)
    found = await book(member, filter={"orderIds": [id_of(order)]})
    assert values(found["History"], "Kind") == values(found["Rejections"], "Who") == []


async def test_the_link_is_bound_to_its_viewer(database: Database, api: Client, shop: Shop) -> None:
    await some_judgments(database, api, shop)
    theirs = await make_shop(database, code="kumo", time_zone="Europe/London")
    await api.as_(theirs.member()).data(TAG, code="theirs")
    assert values((await book(api.as_(theirs.member())))["History"], "What") == [("Tag theirs created",)]
    assert {code for (code,) in values((await book(api.as_(shop.member())))["History"], "Brand code")} == {"northlight"}
    everything = values((await book(api.as_(OPERATOR)))["History"], "Brand code", "Time zone")
    assert sorted(set(everything)) == [("kumo", "Europe/London"), ("northlight", "Asia/Tokyo")]
    for buyer in (shop.buyer_user(), theirs.buyer_user()):
        refused = await api.as_(buyer).error("{ historyExcel { url } }")
        assert refused["extensions"]["code"] == "NOT_PERMITTED"
