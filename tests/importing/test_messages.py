"""The messages about import files, in every language."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from graph.settings.environment import language_of_terminal
from models.brand import Brand
from models.database.sessions import Database
from models.locale import Locale, Text
from models.messages import importing
from models.translatable import Translatable, in_language, joined, reason_of, translatable
from resolvers.importing.files import ImportFileError
from tests.importing.importing import HEADING, run, write_csv

ROOT = Path(__file__).parents[2]
SOURCES = {
    path: path.read_text("utf-8")
    for folder in ("resolvers/importing", "resolvers/papers", "models", "graph/cli")
    for path in (ROOT / folder).glob("*.py")
} | {ROOT / "resolvers/inputs.py": (ROOT / "resolvers/inputs.py").read_text("utf-8")}
MESSAGES = {name: text for name, text in vars(importing).items() if isinstance(text, Text)}
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
# They have no words of their own.
WORDLESS = {
    *("COMMA", "SEMICOLON", "CHANGE", "PLUS", "FILE", "FILE_ERROR", "WITH_HINT", "LAST_AND"),
    "SKU_CHANGE",
    "SKU_LINES",
    "SAID_OF",
}
# Their one argument is what is said.
ERRORS = {
    "ImportFileError",
    "HeadingError",
    "EncodingError",
    "Suspicious",
    "CsvError",
    "WorkbookError",
    "NumberError",
    "DateError",
    "PictureError",
    "MoneyError",
}


def fields(text: str) -> set[tuple[str, str | None]]:
    return {(name, conversion) for _, name, _, conversion in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_says_the_same_in_both_languages(name: str) -> None:
    text = MESSAGES[name]
    assert fields(text.en) == fields(text.ja)
    assert text.en
    assert name in WORDLESS or JAPANESE.search(text.ja), "not translated"


def test_every_message_is_used_and_none_is_made_elsewhere() -> None:
    used = "\n".join(SOURCES.values())
    assert [name for name in MESSAGES if not re.search(rf"texts\.{name}\b", used)] == []
    for path, source in SOURCES.items():
        if path.parent.name != "importing":
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                [argument] = node.args
                assert isinstance(argument, ast.Call), f"{path.name}:{node.lineno} says it in one language"
            if isinstance(node, ast.keyword) and node.arg == "wrong":
                assert not isinstance(node.value, ast.JoinedStr), f"{path.name}:{node.value.lineno}"


def test_what_is_said_contains_what_is_said() -> None:
    inner = translatable(Text("{n:,} lines", "{n:,}行"), n=1200)
    outer = joined([inner, "A-1"], Text("; ", "；"))
    assert isinstance(outer, Translatable)
    assert outer == "1,200 lines; A-1"
    assert in_language(outer, Locale.JA) == "1,200行；A-1"
    assert in_language("A-1", Locale.JA) == "A-1"
    assert in_language(reason_of(ValueError(outer)), Locale.JA) == "1,200行；A-1"


async def test_reasons_are_in_japanese(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    rows = [
        ["A-1", "B-1", "C-1", "M-1", "S-1", "x", "5"],
        ["A-2", "B-1", "C-1", "M-1", "S-1", "1", "1.234"],
        ["A-3", "B-1", "C-1", "M-1", "", "1", "5"],
        ["A-4", "B-1", "C-1", "M-1", "S-1", "1", "5"],
        ["A-4", "B-2", "C-1", "M-1", "S-2", "1", "5"],
    ]
    _, faults = await run(database, tokyo, write_csv(tmp_path / "a.csv", rows))
    assert [in_language(fault.reason, Locale.JA) for fault in faults] == [
        "'x' は正の整数ではありません",
        "'1.234' は価格として 1234 とも 1.234 とも読めます。--decimal-comma または --decimal-point を指定してください",
        "未入力です",
        "B-2 とありますが、同じ注文の2行目は B-1 です".replace("2行目", "5行目"),
    ]
    with pytest.raises(ImportFileError) as refused:
        await run(database, tokyo, write_csv(tmp_path / "b.csv", rows, HEADING[:-2]))
    problem = "1行目に次の列がありません：Quantity"
    assert in_language(reason_of(refused.value), Locale.JA) == f"{tmp_path / 'b.csv'}：{problem}。"
    assert str(refused.value) == f"{tmp_path / 'b.csv'} has no column Quantity in its first row."


async def test_columns_are_named_as_the_file_names_them(database: Database, tokyo: Brand, tmp_path: Path) -> None:
    """One that it does not have in the language of the others."""
    heading = [
        "受注番号",
        "得意先コード",
        "カタログコード",
        "型番",
        "SKU番号",
        "数量",
        "単価",
        "注文日時",
        "納品希望日（開始）",
    ]
    heading += ["納品希望日（終了）", "税区分", "得意先名", "画像", "却下理由", "サイズ"]
    row = ["A-1", "B-1", "C-1", "M-1", "S-1", "1", "5", "2026-11-01 09:00", "2027-02-10", "", "", "雲", "", "", "M"]

    def but(**changed: str) -> list[str]:
        return [changed.get(name, text) for name, text in zip(heading, row, strict=True)]

    async def said(*rows: list[str], end: str = "\n") -> list[str]:
        path = write_csv(tmp_path / "a.csv", rows, heading)
        path.write_text(path.read_text("utf-8").rstrip("\n") + end, "utf-8")
        summary, faults = await run(database, tokyo, path)
        found = [*(fault.reason for fault in faults), *summary.notes]
        made = (summary.buyers_apart, summary.buyer_differences, summary.skus_apart, summary.sku_differences)
        return [in_language(text, Locale.JA) for text in (*found, *(name for each in made for name in each.names))]

    assert await said(row) == []
    assert await said(
        but(受注番号="A-2", **{"納品希望日（終了）": "2027-02-01"}),
        but(受注番号="A-3", 税区分="標準"),
        but(受注番号="A-4", 画像="a.png", 却下理由="欠品"),
        but(受注番号="A-5", 型番="", SKU番号="", 数量=""),
    ) == [
        "2027-02-01 は 納品希望日（開始）（2027-02-10）より前の日付です",
        "標準 には 税率 (Tax Rate) が必要です",
        "行が不完全です：型番、SKU番号、数量 がありません。最後の行のため、ファイルが途中で切れている可能性があります。"
        "元のデータと照合してください",
        "--decisions の指定がないため読み込みません：却下理由",
        "--pictures フォルダー の指定がないため読み込みません：画像",
    ]
    assert await said(but(得意先コード="B-2", 注文日時="2026-11-02 09:00", サイズ="L", 得意先名="空")) == [
        "A-1 はすでにあり、内容が異なります（得意先コード B-1 → B-2；注文日時 2026-11-01 09:00 → 2026-11-02 09:00）。"
        "取り込みで注文は変更されません",
        "S-1：サイズ M → L",
    ]
    assert await said(but(受注番号="A-6", 得意先名="空"), but(受注番号="A-6", 得意先名="海", サイズ="L"), end="") == [
        "最後の3行目に改行がありません。ファイルがそこで切れている場合、サイズ の 'L' は完全ではありません。"
        "元のデータと照合してください",
        "B-1：名前 空（別の行では 海）",
        "B-1：名前 雲 → 空",
        "S-1：サイズ M（別の行では L）",
    ]


def test_the_language_is_the_terminals() -> None:
    assert language_of_terminal({"LANG": "ja_JP.UTF-8"}) is Locale.JA
    assert language_of_terminal({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}) is Locale.EN
    assert language_of_terminal({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}) is Locale.JA
    assert language_of_terminal({}) is Locale.EN
