"""The accounting export: documents by tax rate, credit notes negative, in both formats; by API and command line."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from graph.cli.commands import orders
from models.database.sessions import Database
from models.policy import Role
from tests.api.test_delivery_notes_and_invoices import run
from tests.api.test_papers import confirm, place, register
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop

EXPORT = """query ($format: AccountingFormat!, $from: DateTime, $before: DateTime, $locale: Locale) {
  accountingExport(format: $format, issuedFrom: $from, issuedBefore: $before, locale: $locale) {
    url filename mediaType } }"""
HEADINGS = [
    "Document",
    "Kind",
    "Date",
    "Buyer code",
    "Buyer",
    "Net",
    "Rate %",
    "Tax kind",
    "Tax",
    "Gross",
    "Currency",
    "Credits invoice",
    "Due date",
    "Supply date",
    "Orders",
    "Buyer's order numbers",
    "Country",
]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, address="14 Harbour Lane\nLondon", country="GB", time_zone="Europe/London")


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member())


async def issue(member: Client, order_id: str) -> str:
    made = await run(member, "createInvoice", "invoice { id }", orderId=order_id)
    id: str = made["invoice"]["id"]
    done = await run(member, "issueInvoice", "invoice { number }", invoiceId=id)
    assert done["userErrors"] == [], done
    return id


async def downloaded(member: Client, format: str, **more: Any) -> bytes:
    link = (await member.data(EXPORT, format=format, **more))["accountingExport"]
    answer = await member.http.get(link["url"])
    assert answer.status_code == 200
    return bytes(answer.content)


async def test_documents_by_tax_rate(database: Database, api: Client, shop: Shop, member: Client) -> None:
    await register(database, shop, payment_days=30)
    taxes = ({"kind": "STANDARD", "rate": "20"}, {"kind": "ZERO", "rate": "0"}, {"kind": "EXEMPT", "rate": "0"})
    buyer = await make_buyer(database, shop.brand, unique_code="=B-1", name="Harbour", address="7 Quay", country="GB")
    lines = [
        {"skuId": id_of(shop.skus[n]), "quantity": 3, "unitPrice": "10.05", "tax": each} for n, each in enumerate(taxes)
    ]
    placed = await place(member, shop, lines=lines, buyerId=id_of(buyer), buyerOrderNumber="PO-7, 8")
    assert placed["userErrors"] == []
    await confirm(member, placed["order"]["id"])
    invoice = await issue(member, placed["order"]["id"])
    await run(member, "voidInvoice", invoiceId=invoice)

    rows = list(csv.reader(StringIO((await downloaded(member, "CSV")).decode("utf-8-sig"))))
    assert rows[0] == HEADINGS
    day = f"{api.clock():%Y-%m-%d}"
    number, credit = rows[1][0], rows[4][0]
    party = [day, "'=B-1", "Harbour"]
    code = (await member.data("query ($id: ID!) { order(id: $id) { code } }", id=placed["order"]["id"]))["order"][
        "code"
    ]
    order = [code, "PO-7, 8", "GB"]
    due = f"{api.clock() + timedelta(days=30):%Y-%m-%d}"
    assert rows[1:] == [
        [number, "Invoice", *party, "30.15", "20", "Standard", "6.03", "36.18", "GBP", "", due, day, *order],
        [number, "Invoice", *party, "30.15", "0", "Zero rate", "0.00", "30.15", "GBP", "", due, day, *order],
        [number, "Invoice", *party, "30.15", "", "Exempt", "0.00", "30.15", "GBP", "", due, day, *order],
        [credit, "Credit note", *party, "-30.15", "20", "Standard", "-6.03", "-36.18", "GBP", number, "", "", *order],
        [credit, "Credit note", *party, "-30.15", "0", "Zero rate", "0.00", "-30.15", "GBP", number, "", "", *order],
        [credit, "Credit note", *party, "-30.15", "", "Exempt", "0.00", "-30.15", "GBP", number, "", "", *order],
    ]
    file = await downloaded(member, "XLSX")
    book = openpyxl.load_workbook(BytesIO(file))
    assert book.sheetnames == ["Accounting", "Summary", "Rows shown"]
    sheet = [[cell.value for cell in row] for row in book["Accounting"].iter_rows()]
    assert sheet[0] == HEADINGS
    assert sheet[1][3:11] == ["=B-1", "Harbour", 30.15, 0.2, "Standard", 6.03, 36.18, "GBP"]
    assert (book["Accounting"]["G2"].number_format, sheet[3][6:8]) == ("0%", [None, "Exempt"])
    assert book["Accounting"]["D2"].data_type == "s"
    assert book["Accounting"]["J5"].value == -36.18
    calculated = openpyxl.load_workbook(BytesIO(file), data_only=True)["Summary"]
    sums = [[cell.value for cell in row if cell.value is not None] for row in calculated.iter_rows()]
    assert [row for row in sums if row and row[0] == "GBP"] == [
        ["GBP", 6, 0, 0, 0],
        ["GBP", 0.2, "Standard", 2, 0, 0, 0],
        ["GBP", 0, "Zero rate", 2, 0, 0, 0],
        ["GBP", "–", "Exempt", 2, 0, 0, 0],
    ]
    of_kinds = {row[2].value: row for row in book["Summary"].iter_rows()}
    for kind, rate in (("Standard", "0.2"), ("Exempt", '"="')):
        of_kind = f"'Accounting'!$G:$G,{rate},'Accounting'!$H:$H,\"{kind}\""
        where = f"'Accounting'!$K:$K,\"GBP\",{of_kind},'Rows shown'!$A:$A,\"<>0\""
        assert of_kinds[kind][3].value == f"=COUNTIFS({where})"
        assert of_kinds[kind][5].value == f"=SUMIFS('Accounting'!$I:$I,{where})"
    japanese = openpyxl.load_workbook(BytesIO(await downloaded(member, "XLSX", locale="JA")))
    assert japanese.sheetnames == ["会計", "集計", "表示中の行"]
    later = await downloaded(member, "CSV", **{"from": "2100-01-01T00:00:00Z"})
    assert len(later.decode("utf-8-sig").splitlines()) == 1


async def test_without_tax_data_there_is_one_row_and_no_rate(
    database: Database, api: Client, shop: Shop, member: Client
) -> None:
    order = await make_order(database, shop, lines=[(2, 1250)], tax_minor=500, total_minor=3000)
    await confirm(member, id_of(order))
    await issue(member, id_of(order))
    rows = list(csv.reader(StringIO((await downloaded(member, "CSV")).decode("utf-8-sig"))))
    assert [row[5:11] for row in rows[1:]] == [["25.00", "", "", "5.00", "30.00", "GBP"]]
    error = await api.as_(shop.buyer_user()).error(EXPORT, format="CSV")
    assert error["extensions"]["code"] == "NOT_PERMITTED"
    other = api.as_((await make_shop(database)).member(Role.READ))
    assert len((await downloaded(other, "CSV")).decode("utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize(
    ("currency", "unit"), [("GBP", Decimal("0.01")), ("JPY", Decimal(1)), ("KWD", Decimal("0.001"))]
)
async def test_the_rows_of_a_document_add_up_to_it(shop: Shop, member: Client, currency: str, unit: Decimal) -> None:
    """Also if a line has no tax data; its amount has a row of its own, without a rate."""
    taxes = ({"kind": "STANDARD", "rate": "19.25"}, {"kind": "REDUCED", "rate": "8"}, None)
    lines = [
        {"skuId": id_of(sku), "quantity": 7, "unitPrice": str(1337 * unit)} | ({"tax": tax} if tax else {})
        for sku, tax in zip(shop.skus, taxes, strict=True)
    ]
    placed = await place(member, shop, lines=lines, currency=currency)
    assert placed["userErrors"] == []
    await confirm(member, placed["order"]["id"])
    invoice = await issue(member, placed["order"]["id"])
    await run(member, "voidInvoice", invoiceId=invoice)
    shown = await member.data("query ($id: ID!) { node(id: $id) { ... on Invoice { total { amount } } } }", id=invoice)
    rows = list(csv.DictReader(StringIO((await downloaded(member, "CSV")).decode("utf-8-sig"))))
    assert [row["Rate %"] for row in rows] == 2 * ["19.25", "8", ""]
    for row in rows:
        net, tax, gross = (Decimal(row[name]) for name in ("Net", "Tax", "Gross"))
        assert net + tax == gross
        assert tax == round(net * Decimal(row["Rate %"] or 0) / 100 / unit) * unit
    total = Decimal(shown["node"]["total"]["amount"])
    for kind, sign in (("Invoice", 1), ("Credit note", -1)):
        assert sum(Decimal(row["Gross"]) for row in rows if row["Kind"] == kind) == sign * total


def test_the_command_line_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    taken = tmp_path / "taken.csv"
    taken.touch()
    for arguments, message in (
        ([str(tmp_path / "a.txt")], "must end with .xlsx or .csv"),
        ([str(taken)], "exists already"),
        ([str(tmp_path / "no" / "a.csv")], "There is no folder"),
        ([str(tmp_path / "a.csv"), "--from", "2026-12-01", "--until", "2026-11-01"], "--until is before --from"),
    ):
        result = CliRunner().invoke(orders, ["accounting", *arguments])
        assert message in str(result.exception)
