"""Why orders were rejected: the brand's list of reasons, reason and internal note, and who sees them."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus, Role
from models.rejection import body_hash
from models.rejection_reason import DEFAULTS, RejectionGrounds
from models.scope import EVERYTHING
from resolvers.audit import verify_brand
from resolvers.summing import sum_up
from tests.exports.pages import texts
from tests.support.client import Client, id_of
from tests.support.factories import OPERATOR, Shop, make_order, make_shop, reason_of
from tests.support.trace import trace

NOTE = "Owes us 3 invoices.\nAsk Kenji first: 与信。"
SHOWN = "rejection { reason { code label labelEn labelJa isArchived } note body }"
REJECT = f"""mutation ($input: RejectOrderInput!) {{ rejectOrder(input: $input) {{
  order {{ {SHOWN} }} replayed userErrors {{ code message field }} }} }}"""
REJECT_MANY = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) {
  rejectedCount dryRun { count } userErrors { code field } } }"""
CREATE = """mutation ($input: CreateRejectionReasonInput!) { createRejectionReason(input: $input) {
  reason { code label isArchived } userErrors { code field } } }"""
UPDATE = """mutation ($input: UpdateRejectionReasonInput!) { updateRejectionReason(input: $input) {
  reason { code labelEn labelJa isArchived } userErrors { code field } } }"""
REQUIRE = """mutation ($required: Boolean) { updateBrandSettings(input: {rejectionReasonRequired: $required}) {
  settings { rejectionReasonRequired } userErrors { code field } } }"""
LIST = "query ($all: Boolean) { rejectionReasons(includeArchived: $all) { code label(locale: JA) } }"


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


@pytest.fixture
async def admin(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member(Role.ADMIN))


async def reject(client: Client, order: Order, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(REJECT, input={"orderId": id_of(order), "notify": False} | input))[
        "rejectOrder"
    ]
    return payload


async def reject_many(client: Client, **input: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.data(REJECT_MANY, input={"notify": False} | input))["rejectOrders"]
    return payload


def errors(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["field"][-1]) for error in payload["userErrors"]]


async def require(admin: Client, required: bool | None = True) -> dict[str, Any]:
    payload: dict[str, Any] = (await admin.data(REQUIRE, required=required))["updateBrandSettings"]
    return payload


async def test_a_rejection_keeps_its_reason_and_note(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    payload = await reject(member, order, reason="CREDIT", note=NOTE.replace("\n", "\r\n"), notify=True, body="Sorry")
    assert payload["userErrors"] == []
    assert payload["order"]["rejection"] == {
        "reason": {
            "code": "CREDIT",
            "label": "Credit or payment",
            "labelEn": "Credit or payment",
            "labelJa": "与信・支払い",
            "isArchived": False,
        },
        "note": NOTE,
        "body": "Sorry",
    }
    async with database.read(EVERYTHING) as session:
        entry = (await session.scalars(select(AuditEntry))).one()
        mail = (await session.scalars(select(OutboxMessage))).one()
    said = {name: entry.details[name] for name in ("reason", "reason_en", "reason_ja", "note_sha256")}
    assert said == {
        "reason": "CREDIT",
        "reason_en": "Credit or payment",
        "reason_ja": "与信・支払い",
        "note_sha256": body_hash(NOTE),
    }
    assert "Kenji" not in str(mail.notice) + str(entry.details)
    assert "Credit" not in str(mail.notice)
    summary = "{ history { nodes { summary } } }"
    [event] = (await member.data(summary))["history"]["nodes"]
    assert (
        event["summary"]
        == "Order rejected, the buyer is notified (was: Please create an OC; reason: Credit or payment)"
    )
    japanese = member.as_(shop.member(locale=Locale.JA))
    [event] = (await japanese.data(summary))["history"]["nodes"]
    assert "理由：与信・支払い" in event["summary"]
    assert (await verify_brand(database, shop.brand)).problem is None


@pytest.mark.parametrize("blank", [{}, {"reason": None, "note": None}, {"reason": " ", "note": " \r\n"}])
async def test_reason_and_note_may_be_left_out(
    database: Database, member: Client, shop: Shop, blank: dict[str, Any]
) -> None:
    payload = await reject(member, await make_order(database, shop), **blank)
    assert payload["order"]["rejection"] == {"reason": None, "note": None, "body": None}
    async with database.read(EVERYTHING) as session:
        assert (await session.scalars(select(RejectionGrounds))).all() == []
        details = (await session.scalars(select(AuditEntry.details))).one()
    assert not details.keys() & {"reason", "note_sha256"}


async def test_a_wrong_reason_or_note_is_refused_without_a_trace(
    database: Database, member: Client, admin: Client, shop: Shop
) -> None:
    order, other = await make_order(database, shop), await make_shop(database)
    stranger = member.as_(other.member(Role.ADMIN))
    await stranger.data(CREATE, input={"code": "THEIRS", "labelEn": "Theirs", "labelJa": "他社"})
    await admin.data(UPDATE, input={"reasonId": id_of(await reason_of(database, shop, "PRICE")), "isArchived": True})
    before = await trace(database)
    cases: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"reason": "THEIRS"}, ("UNKNOWN_REASON", "reason")),
        ({"reason": "PRICE"}, ("UNKNOWN_REASON", "reason")),
        ({"reason": "credit"}, ("UNKNOWN_REASON", "reason")),
        ({"reason": "CREDIT\u0000"}, ("UNKNOWN_REASON", "reason")),
        ({"reason": "A" * 100_000}, ("UNKNOWN_REASON", "reason")),
        ({"note": "x" * 2_001}, ("INVALID_INPUT", "note")),
        ({"note": "a\u0007b"}, ("INVALID_INPUT", "note")),
    ]
    for input, error in cases:
        assert errors(await reject(member, order, **input)) == [error], input
        assert errors(await reject_many(member, all=True, **input)) == [error], input
        assert errors(await reject_many(member, all=True, dryRun=True, **input)) == [error], input
    assert await trace(database) == before


async def test_a_brand_can_require_a_reason(database: Database, admin: Client, member: Client, shop: Shop) -> None:
    orders = [await make_order(database, shop) for _ in range(3)]
    assert (await require(admin))["settings"] == {"rejectionReasonRequired": True}
    assert (await require(admin, None))["settings"] == {"rejectionReasonRequired": True}
    for client in (member, member.as_(shop.member(Role.APP_REJECT)), member.as_(OPERATOR)):
        assert errors(await reject(client, orders[0], reason=" ")) == [("REASON_REQUIRED", "reason")]
        ids = [id_of(order) for order in orders]
        assert errors(await reject_many(client, orderIds=ids, note="x")) == [("REASON_REQUIRED", "reason")]
    for client, order in zip((member, member.as_(OPERATOR)), orders, strict=False):
        assert errors(await reject(client, order, reason="OTHER")) == []
    # Another brand does not.
    other = await make_shop(database)
    assert errors(await reject(member.as_(other.member()), await make_order(database, other))) == []
    # As long as a reason is required, there is one.
    ids = [id_of(await reason_of(database, shop, code)) for code in DEFAULTS]
    answers = [await admin.data(UPDATE, input={"reasonId": id, "isArchived": True}) for id in ids]
    told = [errors(answer["updateRejectionReason"]) for answer in answers]
    assert told == [[]] * 7 + [[("INVALID_INPUT", "isArchived")]]
    await require(admin, False)
    assert (
        errors((await admin.data(UPDATE, input={"reasonId": ids[-1], "isArchived": True}))["updateRejectionReason"])
        == []
    )
    assert errors(await require(admin)) == [("INVALID_INPUT", "rejectionReasonRequired")]


async def test_many_orders_get_one_reason(database: Database, member: Client, shop: Shop) -> None:
    for _ in range(3):
        await make_order(database, shop)
    command = {"all": True, "reason": "DISCONTINUED", "note": NOTE, "idempotencyKey": "k"}
    assert (await reject_many(member, **command))["rejectedCount"] == 3
    assert (await reject_many(member, **command))["rejectedCount"] == 3
    for other in ({"reason": "OTHER"}, {"note": "Another"}, {"reason": None}):
        assert errors(await reject_many(member, **command | other)) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]
    nodes = (await member.data(f"{{ orders {{ nodes {{ {SHOWN} }} }} }}"))["orders"]["nodes"]
    assert {(node["rejection"]["reason"]["code"], node["rejection"]["note"]) for node in nodes} == {
        ("DISCONTINUED", NOTE)
    }
    analytics = """{ orderAnalytics { rejected { orderCount byReason { key label orderCount totalQuantity } } } }"""
    await reject(member, await make_order(database, shop))
    for summed_up in (False, True):
        if summed_up:
            assert await sum_up(database)
        rejected = (await member.data(analytics))["orderAnalytics"]["rejected"]
        assert rejected["byReason"] == [
            {"key": "DISCONTINUED", "label": "Discontinued product", "orderCount": 3, "totalQuantity": 15},
            {"key": "", "label": "No reason given", "orderCount": 1, "totalQuantity": 5},
        ]
    assert (await verify_brand(database, shop.brand)).problem is None
    buyer = member.as_(shop.buyer_user())
    assert (await buyer.data(analytics))["orderAnalytics"]["rejected"] == {"orderCount": 4, "byReason": []}


async def test_the_idempotency_key_of_one_rejection_stands_for_its_reason_too(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop)
    first = await reject(member, order, reason="OTHER", note="a", idempotencyKey="k")
    assert first["replayed"] is False
    again = await reject(member, order, reason=" OTHER ", note="a", idempotencyKey="k")
    assert again["replayed"] is True
    for other in ({"reason": "PRICE", "note": "a"}, {"reason": "OTHER"}, {"note": "a"}):
        payload = await reject(member, order, idempotencyKey="k", **other)
        assert errors(payload) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_a_buyer_sees_neither_reason_nor_note_anywhere(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    await reject(member, order, reason="CREDIT", note=NOTE)
    buyer, read = member.as_(shop.buyer_user()), f"query ($id: ID!) {{ order(id: $id) {{ {SHOWN} }} }}"
    found = (await buyer.data(read, id=id_of(order)))["order"]["rejection"]
    assert found == {"reason": None, "note": None, "body": None}
    assert (await buyer.data(LIST, all=True))["rejectionReasons"] == []
    links = """query ($id: ID!) { order(id: $id) { pdf { url } excel { url } } ordersExcel { url }
                                  orderAnalyticsExcel { url } }"""
    for client, sees in ((member, True), (buyer, False)):
        data = await client.data(links, id=id_of(order))
        pdf = "".join(texts((await client.http.get(data["order"]["pdf"]["url"])).content))
        assert (("Kenji" in pdf), ("Credit or payment" in pdf)) == (sees, sees)
        for link in (data["order"]["excel"], data["ordersExcel"], data["orderAnalyticsExcel"]):
            book = openpyxl.load_workbook(BytesIO((await client.http.get(link["url"])).content))
            cells = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)
            assert ("Credit or payment" in cells) is sees
            assert ("Kenji" in cells) is (sees and link is not data["orderAnalyticsExcel"])
    history = (await member.data("{ historyExcel { url } }"))["historyExcel"]
    book = openpyxl.load_workbook(BytesIO((await member.http.get(history["url"])).content))
    rows = [list(row) for row in book["Rejections"].values]
    assert {"Credit or payment", NOTE} <= set(rows[1])
    assert {"Reason", "Internal note"} <= set(rows[0])


async def test_the_list_is_managed_by_admins_and_archived_never_deleted(
    database: Database, admin: Client, member: Client, shop: Shop
) -> None:
    async def codes(**variables: Any) -> list[str]:
        return [each["code"] for each in (await member.data(LIST, **variables))["rejectionReasons"]]

    assert await codes() == list(DEFAULTS)
    new = {"code": " SEASON_OVER ", "labelEn": " Season over ", "labelJa": "シーズン終了"}
    created = (await admin.data(CREATE, input=new))["createRejectionReason"]
    assert created["reason"] == {"code": "SEASON_OVER", "label": "Season over", "isArchived": False}
    order = await make_order(database, shop)
    await reject(member, order, reason="SEASON_OVER")
    reason_id = id_of(await reason_of(database, shop, "SEASON_OVER"))
    changes = {"reasonId": reason_id, "labelEn": "Sold last season", "isArchived": True}
    updated = (await admin.data(UPDATE, input=changes))["updateRejectionReason"]
    assert updated["reason"] == {
        "code": "SEASON_OVER",
        "labelEn": "Sold last season",
        "labelJa": "シーズン終了",
        "isArchived": True,
    }
    assert await codes() == list(DEFAULTS)
    assert await codes(all=True) == [*DEFAULTS, "SEASON_OVER"]
    read = f"query ($id: ID!) {{ order(id: $id) {{ {SHOWN} history {{ nodes {{ summary }} }} }} }}"
    found = (await member.data(read, id=id_of(order)))["order"]
    assert (found["rejection"]["reason"]["label"], found["rejection"]["reason"]["isArchived"]) == (
        "Sold last season",
        True,
    )
    assert "reason: Season over)" in found["history"]["nodes"][0]["summary"], "as it was called then"
    assert (await verify_brand(database, shop.brand)).problem is None
    restored = (await admin.data(UPDATE, input={"reasonId": reason_id, "isArchived": False}))["updateRejectionReason"]
    assert restored["reason"]["isArchived"] is False
    before = await trace(database)
    bad: list[tuple[dict[str, Any], list[str]]] = [
        (new, ["code"]),
        (new | {"code": "lower"}, ["code"]),
        (new | {"code": "A" * 65}, ["code"]),
        (new | {"code": "A\nB"}, ["code"]),
        (new | {"code": "NEW", "labelEn": " ", "labelJa": "x" * 101}, ["labelEn", "labelJa"]),
        (new | {"code": "NEW", "labelEn": "a\tb"}, ["labelEn"]),
    ]
    for input, fields in bad:
        payload = (await admin.data(CREATE, input=input))["createRejectionReason"]
        assert errors(payload) == [("INVALID_INPUT", field) for field in fields]
    empty = (await admin.data(UPDATE, input={"reasonId": reason_id, "labelJa": ""}))["updateRejectionReason"]
    assert errors(empty) == [("INVALID_INPUT", "labelJa")]
    foreign = id_of(await reason_of(database, await make_shop(database)))
    nobody = (await admin.data(UPDATE, input={"reasonId": foreign, "isArchived": True}))["updateRejectionReason"]
    assert [error["code"] for error in nobody["userErrors"]] == ["NOT_FOUND"]
    for client in (member, member.as_(shop.member(Role.APP)), member.as_(OPERATOR), member.as_(shop.buyer_user())):
        payload = (await client.data(CREATE, input=new | {"code": "NEW"}))["createRejectionReason"]
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_PERMITTED"]
    assert (await trace(database))["audit_entries"] == before["audit_entries"]


FORBIDDEN = (
    "UPDATE order_rejection_grounds SET note = 'x'",
    "UPDATE order_rejection_grounds SET reason_id = NULL",
    "DELETE FROM order_rejection_grounds",
    "DELETE FROM rejection_reasons",
    "UPDATE rejection_reasons SET code = 'X' WHERE code = 'OTHER'",
    "UPDATE rejection_reasons SET id = '{new}' WHERE code = 'OTHER'",
    "INSERT INTO order_rejection_grounds (brand_id, order_id, note) VALUES ('{brand}', '{bare}', 'later')",
    "INSERT INTO order_rejection_grounds (brand_id, order_id, note) VALUES ('{brand}', '{open}', 'early')",
    "INSERT INTO order_rejection_grounds (brand_id, order_id, note) VALUES ('{brand}', '{rejected}', 'again')",
)
ON_SQLITE = (
    "REPLACE INTO order_rejection_grounds (brand_id, order_id, note) VALUES ('{brand}', '{rejected}', 'x')",
    "UPDATE OR REPLACE rejection_reasons SET code = 'PRICE' WHERE code = 'OTHER'",
    "REPLACE INTO rejection_reasons (brand_id, id, code, label_en, label_ja, position)"
    " VALUES ('{brand}', '{new}', 'PRICE', 'x', 'x', 1)",
)
ON_POSTGRESQL = ("TRUNCATE order_rejection_grounds", "TRUNCATE rejection_reasons CASCADE")


async def test_the_database_keeps_what_was_given(database: Database, member: Client, shop: Shop) -> None:
    rejected = await make_order(database, shop)
    await reject(member, rejected, reason="OTHER", note=NOTE)
    orders = {
        "rejected": rejected,
        "bare": await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND),
        "open": await make_order(database, shop),
    }
    ids = {name: order.id for name, order in orders.items()} | {"brand": shop.brand.id, "new": shop.buyer.id}
    written = {name: id.hex if database.is_sqlite else str(id) for name, id in ids.items()}
    before = await trace(database)
    for statement in (*FORBIDDEN, *(ON_SQLITE if database.is_sqlite else ON_POSTGRESQL)):
        async with database.engine.connect() as connection:
            await connection.execution_options(writes=True, scope=EVERYTHING)
            async with connection.begin():
                with pytest.raises(DBAPIError):
                    await connection.execute(text(statement.format(**written)))
    assert await trace(database) == before
