"""`orders import`: each file is told of, also when another one cannot be read."""

from pathlib import Path

import pytest

from graph.cli.import_orders import run_import
from models.brand import Brand
from models.database.sessions import Database
from models.locale import Locale
from resolvers.importing.options import ImportOptions
from tests.importing.importing import HEADING, orders, write_csv

ROW = ["A-1", "B1", "C1", "M1", "S1", "5", "10"]


async def test_every_file_is_told_of(
    database: Database, brand: Brand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_csv(tmp_path / "good.csv", [[*ROW, "b@x.example"]], [*HEADING, "Buyer E-mail"])
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"\xff\xfe\x00\x81\x00")
    faulty = write_csv(tmp_path / "faulty.csv", [["A-2", "B2", *ROW[2:]], ["A-3", *ROW[1:5], "x", "10"]])
    assert await run_import(database, None, [good, bad, faulty], None) == 1
    output, errors = capsys.readouterr()
    assert "good.csv: 1 orders imported (1 lines)" in output
    assert "1 new buyer: B1" in output
    assert "1 new offline buyer (without an e-mail address: they get no mail): B2" in output
    assert "row 3, Quantity" in output
    assert "bad.csv" in errors
    assert sorted(await orders(database)) == ["A-1", "A-2"]


async def test_a_dry_run_says_so(
    database: Database, brand: Brand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "a.csv", [ROW])
    assert await run_import(database, None, [path], None, ImportOptions(dry_run=True)) == 0
    output = capsys.readouterr().out
    assert "1 orders would be imported" in output
    assert "nothing was written" in output
    assert await orders(database) == {}


async def test_all_of_it_is_in_the_language_of_the_person(
    database: Database, brand: Brand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, report = tmp_path / "missing.csv", tmp_path / "report.csv"
    faulty = write_csv(tmp_path / "faulty.csv", [["A-2", "B2", *ROW[2:]], ["A-3", *ROW[1:5], "x", "10"], ["合計"]])
    assert await run_import(database, None, [faulty, missing], report, locale=Locale.JA) == 1
    output, errors = capsys.readouterr()
    assert output.splitlines() == [
        "faulty.csv：取り込み 1件（明細 1行）、変更なし 0件、取り込めない注文 1件",
        "  4行目はSKUのない合計または備考のため読み込みません",
        "  新しいオフラインバイヤー（メールアドレスがないため、メールは届きません） 1件：B2",
        "  新しいカタログ 1件：C1",
        "  新しいSKU 1件：S1",
        f"  1個のセルに誤りがあります（すべて {report} に記載）：",
        "    3行目、Quantity：'x' は正の整数ではありません",
    ]
    assert f"{missing}：" in errors
    assert "'x' は正の整数ではありません" in report.read_text("utf-8-sig")
