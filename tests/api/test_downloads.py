"""Downloads: signed links to real documents, and what happens to a link that is not what it was."""

import io
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest

from graph import downloads
from graph.core.download_links import Document, Links
from graph.downloads import DOCUMENTS, ORDER_CONFIRMATION, ORDER_EXCEL, ORDERS_EXCEL, PURCHASE_ORDER, Record
from graph.http.downloads import disposition
from models.actor import ActorKind
from models.base import new_id
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.locale import Locale
from models.order import DataSet
from models.plain_json import from_plain, to_plain
from models.policy import DeliveryStatus, OrderStatus, Role
from resolvers.history import HistoryFilter
from resolvers.order_filter import OrderFilter
from tests.support.client import SECRET, Client, id_of
from tests.support.clock import Clock
from tests.support.factories import NOON, OPERATOR, Shop, add_delivery_note, make_buyer, make_order, make_shop, save

PDF = """query ($id: ID!, $document: OrderPdf, $locale: Locale) { order(id: $id) {
         pdf(document: $document, locale: $locale) { url filename mediaType expiresAt } } }"""
EXCEL = "query ($id: ID!) { order(id: $id) { excel { url filename mediaType expiresAt } } }"
ORDERS = """query ($filter: OrderFilter, $sort: [OrderSort!], $locale: Locale) {
            ordersExcel(filter: $filter, sort: $sort, locale: $locale) { url filename mediaType expiresAt } }"""


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northlight")


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def get(client: Client, url: str) -> Any:
    """Without a token, as a browser opens a link."""
    return await client.http.get(urlsplit(url).path)


def rows(content: bytes, sheet: int = 0) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(values_only=True))


async def test_the_pdf_of_an_order(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-1")
    link = (await member.data(PDF, id=id_of(order)))["order"]["pdf"]
    assert link["url"].startswith("http://127.0.0.1:8000/downloads/")
    assert (link["filename"], link["mediaType"]) == ("purchase-order-ORD-1.pdf", "application/pdf")
    assert link["expiresAt"] == "2026-11-24T12:15:00Z"
    response = await get(member, link["url"])
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="purchase-order-ORD-1.pdf"')
    assert "ORD-1" in pypdf.PdfReader(io.BytesIO(response.content)).pages[0].extract_text()


async def test_a_rejected_orders_documents_stay_available_and_say_so(
    database: Database, member: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    pdf = (await member.data(PDF, id=id_of(order)))["order"]["pdf"]
    text = pypdf.PdfReader(io.BytesIO((await get(member, pdf["url"])).content)).pages[0].extract_text()
    assert "REJECTED" in text
    assert "Mina Sato" in text
    excel = (await member.data(EXCEL, id=id_of(order)))["order"]["excel"]
    cells = rows((await get(member, excel["url"])).content, sheet=1)[1]
    assert "Order rejected by brand" in cells


async def test_the_language_is_the_viewers_unless_another_is_asked_for(
    database: Database, api: Client, shop: Shop
) -> None:
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    for locale, expected in (("EN", "REJECTED"), (None, "却下")):
        client = api.as_(shop.member(locale=Locale.JA))
        link = (await client.data(PDF, id=id_of(order), locale=locale))["order"]["pdf"]
        text = pypdf.PdfReader(io.BytesIO((await get(api, link["url"])).content)).pages[0].extract_text()
        assert expected in text


async def test_the_confirmation_is_there_once_it_is_made(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    assert (await member.data(PDF, id=id_of(order), document="ORDER_CONFIRMATION"))["order"] == {"pdf": None}
    confirmed = await make_order(database, shop, official=DataSet.CONFIRMATION, status=OrderStatus.OC_CREATED)
    assert (await member.data(PDF, id=id_of(confirmed)))["order"]["pdf"]["filename"].startswith("order-confirmation-")


async def test_the_workbook_of_one_order(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code="ORD-7")
    await make_order(database, shop)
    link = (await member.data(EXCEL, id=id_of(order)))["order"]["excel"]
    response = await get(member, link["url"])
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="order-ORD-7.xlsx"')
    assert "Order ORD-7" in [row[0] for row in rows(response.content)], "the form comes first"
    assert [row[0] for row in rows(response.content, sheet=1)[1:]] == ["ORD-7"]
    assert len(rows(response.content, sheet=2)) == 3


async def test_the_workbook_of_everything_that_a_filter_matches(database: Database, member: Client, shop: Shop) -> None:
    for number in range(30):
        order = await make_order(database, shop, code=f"ORD-{number:02}")
        if number % 3 == 0:
            await add_delivery_note(database, order)
    sort = [{"field": "CODE", "direction": "DESC"}]
    link = (await member.data(ORDERS, filter={"canReject": True, "search": "ord"}, sort=sort))["ordersExcel"]
    assert link["filename"] == "orders-2026-11-24.xlsx"
    found = [row[0] for row in rows((await get(member, link["url"])).content)[1:]]
    assert found == [f"ORD-{number:02}" for number in range(29, -1, -1) if number % 3]


async def test_an_impossible_filter_is_reported_at_once(member: Client) -> None:
    error = await member.error(ORDERS, filter={"search": "x" * 300})
    assert error["extensions"]["field"] == ["filter", "search"]


async def test_a_link_expires(database: Database, member: Client, shop: Shop, clock: Clock) -> None:
    order = await make_order(database, shop)
    url = (await member.data(EXCEL, id=id_of(order)))["order"]["excel"]["url"]
    clock.move(minutes=15)
    assert (await get(member, url)).status_code == 200
    clock.move(seconds=1)
    response = await get(member, url)
    assert response.status_code == 410
    assert "expired" in response.text


async def test_a_tampered_or_invented_link_opens_nothing(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop)
    url = (await member.data(PDF, id=id_of(order)))["order"]["pdf"]["url"]
    token = url.rpartition("/")[2]
    payload, _, signature = token.rpartition(".")
    other = Links("another key, just as long as ours: 0123456", "", member.clock)
    assert member.actor
    strange = other.to(PURCHASE_ORDER, Record(order.id, order.code), member.actor, None)
    foreign = strange.url.rpartition("/")[2]
    flipped = payload[:-2] + ("A" if payload[-2] != "A" else "B") + payload[-1]
    for bad in (f"{flipped}.{signature}", f"{payload}.{signature[::-1]}", payload, "x", foreign):
        response = await member.http.get(f"/downloads/{bad}")
        assert response.status_code in (403, 404), bad
        assert not response.content.startswith(b"%PDF")


async def test_a_link_opens_nothing_of_another_brand(database: Database, member: Client, shop: Shop) -> None:
    theirs = await make_order(database, await make_shop(database))
    links = Links(SECRET, "", member.clock)
    assert member.actor
    for document in (PURCHASE_ORDER, ORDER_EXCEL):
        url = links.to(document, Record(theirs.id, theirs.code), member.actor, None).url
        response = await member.http.get(url)
        assert response.status_code == 403
        assert "can no longer see" in response.text


async def test_a_buyers_link_shows_own_orders_only_and_nothing_internal(
    database: Database, api: Client, shop: Shop
) -> None:
    await make_order(database, shop, code="own", status=OrderStatus.REJECTED_BY_BRAND, rejected_by="Mina Sato")
    await make_order(database, shop, code="rivals", buyer_id=(await make_buyer(database, shop.brand)).id)
    link = (await api.as_(shop.buyer_user()).data(ORDERS))["ordersExcel"]
    table = rows((await get(api, link["url"])).content)
    assert [row[0] for row in table[1:]] == ["own"]
    assert "Order declined" in table[1]
    assert "Northlight" in table[1]
    assert "Mina Sato" not in table[1]
    assert "Tags" not in table[0]


async def test_an_empty_result_is_a_workbook_too(member: Client) -> None:
    link = (await member.data(ORDERS, filter={"search": "nothing"}))["ordersExcel"]
    assert len(rows((await get(member, link["url"])).content)) == 1


async def test_nothing_is_left_behind(
    database: Database, member: Client, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    order = await make_order(database, shop)
    before = set(tmp_path.iterdir())
    await get(member, (await member.data(EXCEL, id=id_of(order)))["order"]["excel"]["url"])
    assert {path for path in tmp_path.iterdir() if path.name.startswith("orders-")} <= before


def test_a_japanese_filename_has_an_ascii_fallback() -> None:
    assert disposition("order-注文1.pdf") == (
        "attachment; filename=\"order-__1.pdf\"; filename*=UTF-8''order-%E6%B3%A8%E6%96%871.pdf"
    )


async def test_a_code_with_odd_characters_makes_a_safe_filename(database: Database, member: Client, shop: Shop) -> None:
    order = await make_order(database, shop, code='../a"b\\c')
    link = (await member.data(EXCEL, id=id_of(order)))["order"]["excel"]
    assert link["filename"] == "order-..-a-b-c.xlsx"
    assert (await get(member, link["url"])).status_code == 200


@pytest.mark.parametrize(
    ("code", "document", "name"),
    [
        ("ORD-1001", PURCHASE_ORDER, "purchase-order-ORD-1001.pdf"),
        ("ORD-1001", ORDER_CONFIRMATION, "order-confirmation-ORD-1001.pdf"),
        ("注文-7", PURCHASE_ORDER, "purchase-order-注文-7.pdf"),
        ("../../etc/x\\y", PURCHASE_ORDER, "purchase-order-..-..-etc-x-y.pdf"),
        ("a\r\nSet-Cookie: x\x00\u202e", PURCHASE_ORDER, "purchase-order-a Set-Cookie- x.pdf"),
    ],
)
def test_the_file_is_named_after_the_order(clock: Clock, code: str, document: Document[Record], name: str) -> None:
    assert Links(SECRET, "", clock).to(document, Record(uuid4(), code), OPERATOR, None).filename == name


EVERY_CONDITION = [
    OrderFilter(
        search="ord",
        status=[OrderStatus.OC_CREATED, OrderStatus.REJECTED],
        can_reject=False,
        buyer_ids=[uuid4(), uuid4()],
        tag_ids=[],
        placed_from=NOON,
        placed_to=NOON + timedelta(microseconds=1),
        include_archived=True,
        delivery_status=[DeliveryStatus.NONE],
        updated_since=NOON,
        updated_before=NOON,
        catalog_ids=[uuid4()],
        invoiced=False,
        only_archived=False,
        without_tag=True,
        assigned=False,
        assignee_ids=["mem-1"],
        reason_ids=[uuid4()],
    ),
    HistoryFilter(
        search="注文",
        actors=["Mina Sato"],
        actor_kinds=[ActorKind.MEMBER],
        kinds=["ORDER_REJECTED"],
        order_ids=[uuid4()],
        order_codes=["ORD-1"],
        at_from=NOON,
        at_to=NOON,
    ),
]


@pytest.mark.parametrize("filter", EVERY_CONDITION, ids=["orders", "history"])
def test_a_link_has_every_condition_of_a_filter(filter: OrderFilter | HistoryFilter) -> None:
    assert all(getattr(filter, field.name) is not None for field in fields(filter))
    read = from_plain(type(filter), json.loads(json.dumps(to_plain(filter))))
    assert read == filter
    for field in fields(filter):
        value, plain = getattr(read, field.name), getattr(filter, field.name)
        assert type(value) is type(plain)
        if isinstance(value, list):
            assert [type(each) for each in value] == [type(each) for each in plain]


async def test_a_link_of_another_release_is_refused(member: Client) -> None:
    """A document or a condition that this release does not know."""
    links = Links(SECRET, "", member.clock)
    assert member.actor
    strange = replace(PURCHASE_ORDER, name="no-such-document")
    foreign: Document[Any] = replace(cast(Document[Any], ORDERS_EXCEL), subject=Record, file_name_part=lambda *_: "x")
    for document in (strange, foreign):
        response = await member.http.get(links.to(document, Record(uuid4(), "x"), member.actor, None).url)
        assert response.status_code == 403
        assert "not valid" in response.text


def test_every_document_has_a_name_of_its_own() -> None:
    documents = [each for each in vars(downloads).values() if isinstance(each, Document)]
    assert sorted(each.name for each in documents) == sorted(DOCUMENTS)


NOTE_PDF = "query ($id: ID!) { order(id: $id) { deliveryNotes { pdf { url } } } }"
HISTORY = "{ historyExcel { url filename } }"
ANALYTICS = "{ orderAnalyticsExcel { url filename } }"


@pytest.mark.parametrize(
    ("time_zone", "now", "day"),
    [
        ("Asia/Tokyo", datetime(2026, 11, 28, 20, 5, tzinfo=UTC), "2026-11-29"),  # 05:05 on the 29th there
        ("America/New_York", datetime(2026, 11, 30, 4, 30, tzinfo=UTC), "2026-11-29"),  # 23:30 on the 29th there
    ],
)
async def test_days_are_the_brands(
    database: Database, api: Client, clock: Clock, time_zone: str, now: datetime, day: str
) -> None:
    clock.now = now
    shop = await make_shop(database, time_zone=time_zone)
    order = await make_order(database, shop, placed_at=now, code="ORD-1")
    note = DeliveryNote(id=new_id(), brand_id=shop.brand.id, order_id=order.id, code="DN-1", created_at=now)
    await save(database, note)
    client = api.as_(shop.member(role=Role.ADMIN))
    orders = (await client.data(ORDERS))["ordersExcel"]
    history = (await client.data(HISTORY))["historyExcel"]
    analytics = (await client.data(ANALYTICS))["orderAnalyticsExcel"]
    names = [each["filename"] for each in (orders, history, analytics)]
    assert names == [f"orders-{day}.xlsx", f"history-{day}.xlsx", f"analytics-{day}.xlsx"]
    local = now.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    assert local in rows((await get(client, orders["url"])).content)[1]
    pdf = (await client.data(PDF, id=id_of(order)))["order"]["pdf"]
    note_pdf = (await client.data(NOTE_PDF, id=id_of(order)))["order"]["deliveryNotes"][0]["pdf"]
    for link in (pdf, note_pdf):
        shown = pypdf.PdfReader(io.BytesIO((await get(client, link["url"])).content)).pages[0].extract_text()
        assert "29 Nov 2026" in shown
        assert "28 Nov 2026" not in shown
        assert "30 Nov 2026" not in shown
