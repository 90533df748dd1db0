"""Files with Japanese headings: which column each names, and that faults call the columns as the file does."""

from pathlib import Path

import pytest
from sqlalchemy import select

from graph.cli.import_orders import run_import
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.locale import Locale
from models.scope import EVERYTHING
from models.translatable import in_language, reason_of
from resolvers.importing.files import ImportFileError
from resolvers.importing.headings import ALIASES, ALL_COLUMNS, LOOSE_NAMES, column_of
from tests.importing.importing import orders, run, write_csv

HEADING = ["受注番号", "得意先コード", "カタログコード", "型番", "SKU番号", "数量", "単価"]
ROW = ["雲-1", "B1", "SS27", "M1", "S1", "3", "1200"]


def test_each_name_of_a_column_is_understood() -> None:
    for name, column in ((each, each) for each in ALL_COLUMNS):
        assert column_of(name) == column_of(f"{name}*") == column_of(f" {name.lower()} (required)") == column
    for name, column in (ALIASES | LOOSE_NAMES).items():
        assert column_of(name) == column, name
    assert column_of("納品希望日(終了)") == "Deliver To", "brackets of half width"
    assert column_of("備考（任意）") == "Comment"


async def test_a_delivery_window_has_two_columns(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    heading = [*HEADING, "納品希望日（開始）", "納品希望日（終了）", "備考", "言語", "取引先名"]
    row = [*ROW, "2026-12-01", "2026/12/5", "急ぎ\r\nです", "日本語", "青い店"]
    _, faults = await run(database, tokyo, write_csv(tmp_path / "a.csv", [row], heading))
    assert faults == []
    order = (await orders(database))["雲-1"]
    assert (str(order.deliver_from), str(order.deliver_to)) == ("2026-12-01", "2026-12-05")
    assert order.comment == "急ぎ\nです"
    async with database.read(EVERYTHING) as session:
        buyer = (await session.scalars(select(Buyer))).one()
    assert (buyer.name, buyer.locale) == ("青い店", Locale.JA)


async def test_another_name_of_a_column_counts_if_no_column_has_its_own(
    database: Database, tokyo: Brand, tmp_path: Path
) -> None:
    heading = ["Order Number", "Account", "Catalog Code", "Model Number", "SKU", "Qty", "Unit Price"]
    _, faults = await run(database, tokyo, write_csv(tmp_path / "a.csv", [ROW], heading))
    assert (faults, list(await orders(database))) == ([], ["雲-1"])
    both = ["Order Number", *HEADING[1:], "注文コード"]
    summary, faults = await run(database, tokyo, write_csv(tmp_path / "b.csv", [[*ROW, "雲-2"]], both))
    assert (faults, list(await orders(database))) == ([], ["雲-1", "雲-2"])
    assert summary.notes == ["columns that mean nothing to us are left out: Order Number"]


async def test_one_day_is_the_first_of_the_window(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [[*ROW, "2026-12-01"]], [*HEADING, "納品希望日"])
    await run(database, tokyo, path)
    order = (await orders(database))["雲-1"]
    assert (str(order.deliver_from), order.deliver_to) == ("2026-12-01", None)


async def test_faults_name_columns_as_the_file_does(
    database: Database, tokyo: Brand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.csv"
    path = write_csv(tmp_path / "a.csv", [[*ROW[:5], "x", "1200"]], [*HEADING[:5], "数量（必須）*", "Unit Price"])
    assert await run_import(database, tokyo.code, [path, tmp_path / "none.csv"], report, locale=Locale.JA) == 1
    output, errors = capsys.readouterr()
    assert "    2行目、数量：'x' は正の整数ではありません" in output.splitlines()
    assert errors.splitlines()[-1] == f"{tmp_path / 'none.csv'}：ファイルがありません。"
    lines = report.read_text("utf-8-sig").splitlines()
    assert lines == ["ファイル,行,列,理由", f"{path},2,数量,'x' は正の整数ではありません"]


async def test_a_report_has_no_formulas(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    rows = [[*ROW[:6], "-5"], ["雲-2", *ROW[1:]], ["雲-2", "=cmd|' /C calc'!A0", *ROW[2:4], "S2", *ROW[5:]]]
    report = tmp_path / "report.csv"
    await run_import(database, tokyo.code, [write_csv(tmp_path / "a.csv", rows, HEADING)], report)
    reasons = [line.split(",", 3)[3].strip('"') for line in report.read_text("utf-8-sig").splitlines()[1:]]
    assert reasons == ["'-5 is negative", "'=cmd|' /C calc'!A0, but row 3 of the same order says B1"]


async def test_a_file_without_orders_says_so(
    database: Database, tokyo: Brand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_import(database, tokyo.code, [write_csv(tmp_path / "a.csv", [], HEADING)], None) == 0
    assert "there are no orders below the heading" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("heading", "rows", "problem"),
    [
        (
            [*HEADING[:3], "品番", *HEADING[4:]],
            [ROW],
            "1行目に次の列がありません：型番 (Model Number)（対応していない列：品番）",
        ),
        (
            [*HEADING, "注文番号"],
            [[*ROW, "x"]],
            "列「受注番号」が2つあります（1行目）。どちらかを削除してください",
        ),
    ],
)
async def test_a_heading_that_cannot_be_used(
    database: Database, tokyo: Brand, tmp_path: Path, heading: list[str], rows: list[list[str]], problem: str
) -> None:
    path = write_csv(tmp_path / "a.csv", rows, heading)
    with pytest.raises(ImportFileError) as refused:
        await run(database, tokyo, path)
    assert in_language(reason_of(refused.value), Locale.JA) == f"{path}：{problem}。"


async def test_a_quotation_mark_that_is_left_open(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [ROW], HEADING)
    path.write_text(path.read_text("utf-8") + 'B-2,"B1\n', "utf-8")
    with pytest.raises(ImportFileError) as refused:
        await run(database, tokyo, path)
    said = in_language(reason_of(refused.value), Locale.JA)
    assert "引用符がファイルの終わりまで閉じられていません" in said
    assert "unexpected" not in said
