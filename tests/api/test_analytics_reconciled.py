"""The analytics add up: over random orders, every figure is the sum of what the list shows, in the API and in Excel."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import and_, insert, select

from models.base import new_id
from models.catalog import Catalog
from models.database.sessions import Database
from models.order import DataSet, Order, OrderLine
from models.policy import FINAL, OPEN, REJECTED, OrderStatus
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from models.send_back import OrderSendBack
from resolvers.summing import sum_up
from tests.support.client import Client
from tests.support.factories import OPERATOR, Shop, make_buyer, make_order, make_shop, save

Node = dict[str, Any]
TOKYO = ZoneInfo("Asia/Tokyo")
LIST = """query ($filter: OrderFilter, $after: String) { orders(first: 100, after: $after, filter: $filter) {
  pageInfo { hasNextPage endCursor } nodes { code status placedAt totalQuantity total { amount currency }
    buyer { uniqueCode name } rejection { rejectedAt rejectedBy }
    lines(first: 10) { nodes { quantity amount { amount currency } sku { modelNumber } } } } } }"""
FIGURES = "orderCount totalQuantity totals { amount currency }"
ANALYTICS = f"""query ($from: DateTime, $to: DateTime, $by: AnalyticsDimension) {{
  orderAnalytics(placedFrom: $from, placedTo: $to, groupBy: $by) {{ {FIGURES} groups {{ key label {FIGURES} }}
    rejected {{ {FIGURES} sentBackCount sentBackQuantity sentBackTotals {{ amount currency }}
      sentBackByMonth {{ key {FIGURES} }} byMonth {{ key {FIGURES} }} byActor {{ key label {FIGURES} }} }} }} }}"""
EXCEL = """query ($from: DateTime, $to: DateTime) {
  orderAnalyticsExcel(placedFrom: $from, placedTo: $to, locale: EN) { url filename } }"""
RANGE = {"from": "2026-02-10T00:00:00Z", "to": "2026-09-20T12:00:00Z"}


@dataclass
class Sums:
    """Figures, added up by hand."""

    orders: int = 0
    quantity: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)

    def add(self, orders: int, quantity: int, money: dict[str, str]) -> None:
        self.orders += orders
        self.quantity += quantity
        self.totals[money["currency"]] = self.totals.get(money["currency"], Decimal()) + Decimal(money["amount"])

    @classmethod
    def of(cls, shown: Any) -> "Sums":
        totals = {each["currency"]: Decimal(each["amount"]) for each in shown["totals"]}
        return cls(shown["orderCount"], shown["totalQuantity"], totals)


def added_up(nodes: list[Node], key: Callable[[Node], str] = lambda _: "") -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for node in nodes:
        found.setdefault(key(node), Sums()).add(1, node["totalQuantity"], node["total"])
    return found


def by_product(nodes: list[Node]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for node in nodes:
        seen = set()
        for line in node["lines"]["nodes"]:
            model = line["sku"]["modelNumber"]
            found.setdefault(model, Sums()).add(model not in seen, line["quantity"], line["amount"])
            seen.add(model)
    return found


def month(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(TOKYO).strftime("%Y-%m")


async def reject(database: Database, order: Order, actor: Any, at: datetime) -> None:
    async with database.transaction(EVERYTHING) as session:
        found = await session.get_one(Order, (order.brand_id, order.id))
        event = found.reject(actor, at, notify=False, notified=False, body=None)
        session.add(OrderRejection.of(event, actor))


async def send_back(database: Database, order: Order, at: datetime) -> None:
    async with database.transaction(EVERYTHING) as session:
        found = await session.get_one(Order, (order.brand_id, order.id))
        found.send_back(at)
        await session.flush()
        session.add(OrderSendBack(brand_id=order.brand_id, order_id=order.id, sent_back_at=at, actor_name="Mina Sato"))


async def confirm_less(database: Database, order: Order) -> None:
    """An order confirmation of the first line alone: what counts from then on."""
    async with database.transaction(EVERYTHING) as session:
        columns = OrderLine.__table__.columns
        of_order = select(*columns).where(columns.order_id == order.id, columns.position == 1)
        line = (await session.execute(of_order)).one()._mapping
        await session.execute(insert(OrderLine), [{**line, "id": new_id(), "data_set": DataSet.CONFIRMATION}])
        found = await session.get_one(Order, (order.brand_id, order.id))
        found.official = DataSet.CONFIRMATION
        found.total_quantity = line["quantity"]
        found.total_minor = line["amount_minor"] + found.tax_minor + found.shipping_minor


async def a_year(database: Database, shop: Shop, seed: int, summed: int | None) -> dict[str, str]:
    """90 random orders; → the catalog of each, by order code. `summed`: after how many the sums were made."""
    choose = random.Random(seed)  # noqa: S311 - not for secrets
    second = Catalog(id=new_id(), brand_id=shop.brand.id, code="AW27", name="Autumn/Winter 2027")
    await save(database, second)
    buyers = [shop.buyer, *[await make_buyer(database, shop.brand, name=name) for name in ("Atlas", "Zebra")]]
    actors = [shop.member(), shop.member(id="mem-2", name="Ken Ito"), OPERATOR]
    catalogs = {}
    for number in range(90):
        if number == summed:
            await sum_up(database)
        placed_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=choose.randrange(366 * 24 * 60))
        status = choose.choice(sorted(OrderStatus))
        catalog = choose.choice([shop.catalog, second])
        lines = [(choose.randint(1, 90), choose.randint(0, 99_999)) for _ in range(choose.randint(1, 5))]
        tax, shipping = choose.randint(0, 999), choose.randint(0, 999)
        order = await make_order(
            database,
            shop,
            status=OrderStatus.OC_REQUIRED if status in FINAL else status,
            buyer_id=choose.choice(buyers).id,
            catalog_id=catalog.id,
            currency=choose.choice(["JPY", "GBP", "KWD"]),
            lines=lines,
            tax_minor=tax,
            shipping_minor=shipping,
            total_minor=sum(quantity * price for quantity, price in lines) + tax + shipping,
            placed_at=placed_at,
            archived_at=datetime(2027, 1, 1, tzinfo=UTC) if status in FINAL and choose.random() < 0.5 else None,
        )
        catalogs[order.code] = catalog.code
        if choose.random() < 0.3:
            await confirm_less(database, order)
        if status is OrderStatus.SENT_BACK_TO_CART:
            await send_back(database, order, placed_at + timedelta(days=number % 30))
        if status in REJECTED:
            at = order.placed_at + timedelta(days=choose.randint(0, 50))
            await reject(database, order, choose.choice(actors), at)
    if summed == 90:
        await sum_up(database)
    return catalogs


async def months_of_sending_back(database: Database, shop: Shop) -> dict[str, str]:
    """By order code."""
    of_order = and_(Order.brand_id == OrderSendBack.brand_id, Order.id == OrderSendBack.order_id)
    async with database.read(shop.member().scope) as session:
        rows = await session.execute(select(Order.code, OrderSendBack.sent_back_at).join(OrderSendBack, of_order))
        return {code: month(at.isoformat()) for code, at in rows}


async def listed(client: Client, **variables: Any) -> list[Node]:
    nodes: list[Node] = []
    placed = {"placedFrom": variables.get("from"), "placedTo": variables.get("to"), "includeArchived": True}
    after = None
    while True:
        page = (await client.data(LIST, filter=placed, after=after))["orders"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(("seed", "summed"), [(1, None), (2, 60), (3, 90)])
@pytest.mark.parametrize("placed", [{}, RANGE], ids=["all", "range"])
@pytest.mark.parametrize("who", ["member", "buyer"])
async def test_every_figure_equals_the_sum_over_the_list(
    database: Database, api: Client, seed: int, summed: int | None, placed: dict[str, str], who: str
) -> None:
    shop = await make_shop(database, time_zone="Asia/Tokyo", name="Northlight")
    catalogs = await a_year(database, shop, seed, summed)
    sent_back_in = await months_of_sending_back(database, shop)
    await make_order(database, await make_shop(database), placed_at=datetime(2026, 5, 1, tzinfo=UTC))
    client = api.as_(shop.member() if who == "member" else shop.buyer_user())
    nodes = await listed(client, **placed)
    counted = [node for node in nodes if node["status"] in OPEN]
    rejected = [node for node in nodes if node["status"] in REJECTED]
    sent_back = [node for node in nodes if node["status"] == OrderStatus.SENT_BACK_TO_CART]
    assert min(len(counted), len(rejected), len(sent_back)) > 0
    expected = {
        "MONTH": added_up(counted, lambda node: month(node["placedAt"])),
        "BUYER": added_up(counted, lambda node: node["buyer"]["uniqueCode"]),
        "CATALOG": added_up(counted, lambda node: catalogs[node["code"]]),
        "PRODUCT": by_product(counted),
    }
    for dimension, sums in expected.items():
        found = (await client.data(ANALYTICS, **placed, by=dimension))["orderAnalytics"]
        assert {group["key"]: Sums.of(group) for group in found["groups"]} == sums, dimension
        assert Sums.of(found) == added_up(counted)[""]
    shown = found["rejected"]
    assert found["orderCount"] + shown["orderCount"] + shown["sentBackCount"] == len(nodes)
    assert Sums.of(shown) == added_up(rejected)[""]
    rejections = added_up(rejected, lambda node: month(node["rejection"]["rejectedAt"]))
    assert {group["key"]: Sums.of(group) for group in shown["byMonth"]} == rejections
    assert [group["key"] for group in shown["byMonth"]] == sorted(rejections)
    returned = added_up(sent_back)[""]
    assert (shown["sentBackCount"], shown["sentBackQuantity"]) == (returned.orders, returned.quantity)
    assert {each["currency"]: Decimal(each["amount"]) for each in shown["sentBackTotals"]} == returned.totals
    returns = added_up(sent_back, lambda node: sent_back_in[node["code"]])
    assert {group["key"]: Sums.of(group) for group in shown["sentBackByMonth"]} == returns
    assert [group["key"] for group in shown["sentBackByMonth"]] == sorted(returns)
    actors = added_up(rejected, lambda node: node["rejection"]["rejectedBy"])
    assert {group["label"]: Sums.of(group) for group in shown["byActor"]} == actors

    link = (await client.data(EXCEL, **placed))["orderAnalyticsExcel"]
    response = await api.http.get(urlsplit(link["url"]).path)
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rejected_sheet = "Rejected" if who == "member" else "Declined"
    internal = ["Reasons"] if who == "member" else []
    assert book.sheetnames == ["Overview", "Months", "Buyers", "Catalogs", "Products", rejected_sheet, *internal]
    assert in_cells(book["Overview"], "What", "Counted") == added_up(counted)[""]
    assert in_cells(book["Overview"], "What", rejected_sheet) == added_up(rejected)[""]
    assert in_cells(book["Overview"], "What", "Returned to cart") == added_up(sent_back)[""]
    assert charted(book["Overview"]) == amounts_in(book["Months"])
    assert by_key(book["Months"], "Month") == expected["MONTH"]
    assert by_key(book["Months"], "Month", f"{rejected_sheet} ") == rejections
    assert by_key(book["Months"], "Month", "Returned ") == returns
    assert by_key(book["Buyers"], "Buyer code") == expected["BUYER"]
    assert by_key(book["Catalogs"], "Catalog code") == expected["CATALOG"]
    assert by_key(book["Products"], "Model number") == expected["PRODUCT"]
    assert by_key(book[rejected_sheet], f"{rejected_sheet} by") == actors
    for name in internal:
        assert by_key(book[name], "Reason") == added_up(rejected, lambda _: "No reason given")


def charted(sheet: Any) -> list[list[str]]:
    """The cells that each chart takes its amounts from, one range for each of its series."""
    return [[series.val.numRef.f for series in chart.series] for chart in sheet._charts]


def amounts_in(sheet: Any) -> list[list[str]]:
    """For each currency the columns of its amounts: counted, rejected, sent back."""
    found: dict[str, list[str]] = {}
    for cell in sheet[1]:
        if "mount (" in cell.value:
            letter = cell.column_letter
            found.setdefault(cell.value[-4:-1], []).append(f"Months!${letter}$2:${letter}${sheet.max_row}")
    assert [len(columns) for columns in found.values()] == [3] * len(found)
    return list(found.values())


def by_key(sheet: Any, heading: str, prefix: str = "") -> dict[str, Sums]:
    """What the rows of a sheet add up to for each value of a column; rows of nothing left out."""
    keys = {row[0] for row in rows(sheet, heading)}
    found = {key: in_cells(sheet, heading, key, prefix) for key in keys}
    return {key: sums for key, sums in found.items() if sums.orders}


def rows(sheet: Any, heading: str) -> list[tuple[str, dict[str, Any]]]:
    """(the value under this heading, the whole row by heading), down to the first empty row."""
    names, *found = sheet.iter_rows(values_only=True)
    table = []
    for row in found:
        if not any(value is not None for value in row):
            break
        cells = dict(zip(names, row, strict=True))
        key = cells[heading]
        table.append((f"{key:%Y-%m}" if isinstance(key, datetime) else key, cells))
    return table


def in_cells(sheet: Any, heading: str, key: str, prefix: str = "") -> Sums:
    def name(word: str) -> str:
        return f"{prefix}{word.lower()}" if prefix else word

    sums = Sums()
    for _, cells in (row for row in rows(sheet, heading) if row[0] == key):
        sums.orders += cells[name("Orders")]
        sums.quantity += cells[name("Quantity")]
        for title, value in cells.items():
            amount = title.startswith((name("Amount ("), name("Amount of lines (")))
            if amount and value:
                currency = title[-4:-1]
                sums.totals[currency] = sums.totals.get(currency, Decimal()) + Decimal(str(value))
    return sums
