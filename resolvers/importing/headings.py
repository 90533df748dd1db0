"""The columns of an import file, and the row that names them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.messages import importing as texts
from models.translatable import joined, translatable

# column → the most characters, None where the value is checked in another way
REQUIRED: dict[str, int | None] = {
    "Order Code": 64,
    "Buyer Unique Code": 64,
    "Catalog Code": 64,
    "Model Number": 64,
    "SKU Number": 64,
    "Quantity": None,
}
OPTIONAL: dict[str, int | None] = {
    "Unit Price": None,
    "Currency": None,
    "Placed At": None,
    "Buyer Name": 200,
    "Buyer E-mail": 2000,
    "Buyer Language": None,
    "Buyer Country": 100,
    "Product Name": 300,
    "Status": None,
}
# Read only with --decisions.
DECISIONS: dict[str, int | None] = {
    "Rejected At": None,
    "Rejected By": 200,
    "Rejection Reason": 100,
    "Rejection Note": 2000,
}
# What documents say besides, all optional.
OF_DOCUMENTS: dict[str, int | None] = {
    "Billing Address": 1000,
    "Delivery Address": 1000,
    "Deliver From": None,
    "Deliver To": None,
    "Buyer Order Number": 64,
    "Comment": 2000,
    "Shipping": None,
    "Tax Kind": None,
    "Tax Rate": None,
    "Style": 100,
    "Color": 100,
    "Size": 50,
    "Barcode": None,
    "Position": None,
    "Picture": 255,
}
COLUMNS = REQUIRED | OPTIONAL | DECISIONS
ALL_COLUMNS = COLUMNS | OF_DOCUMENTS
CODES = ("Order Code", "Buyer Unique Code", "Catalog Code", "Model Number", "SKU Number")
# Read as the spreadsheet shows them: a zero at the beginning counts.
AS_SHOWN = (*CODES, "Barcode")

# Other names of the columns. Those of our own workbook are here in both languages; a test compares them.
ALIASES = {
    "注文コード": "Order Code",
    "Buyer Code": "Buyer Unique Code",
    "バイヤーコード": "Buyer Unique Code",
    "カタログコード": "Catalog Code",
    "型番": "Model Number",
    "SKU番号": "SKU Number",
    "数量": "Quantity",
    "単価": "Unit Price",
    "通貨": "Currency",
    "注文日時": "Placed At",
    "Buyer": "Buyer Name",
    "バイヤー": "Buyer Name",
    "バイヤー名": "Buyer Name",
    "Buyer Mail": "Buyer E-mail",
    "Buyer E-mails": "Buyer E-mail",
    "国": "Buyer Country",
    "Country": "Buyer Country",
    "Product": "Product Name",
    "商品": "Product Name",
    "商品名": "Product Name",
    "ステータス": "Status",
    "請求先住所": "Billing Address",
    "納品先": "Delivery Address",
    "納品先住所": "Delivery Address",
    "Deliver To Address": "Delivery Address",
    "納品希望日": "Deliver From",
    "納品希望日（開始）": "Deliver From",
    "納品希望日（終了）": "Deliver To",
    "Your Order No": "Buyer Order Number",
    "PO Number": "Buyer Order Number",
    "貴社注文番号": "Buyer Order Number",
    "先方注文番号": "Buyer Order Number",
    "コメント": "Comment",
    "送料": "Shipping",
    "税区分": "Tax Kind",
    "VAT Rate": "Tax Rate",
    "税率": "Tax Rate",
    "消費税率": "Tax Rate",
    "スタイル": "Style",
    "Colour": "Color",
    "カラー": "Color",
    "サイズ": "Size",
    "GTIN": "Barcode",
    "EAN": "Barcode",
    "UPC": "Barcode",
    "JAN": "Barcode",
    "JAN Code": "Barcode",
    "JANコード": "Barcode",
    "バーコード": "Barcode",
    "Sort Order": "Position",
    "表示順": "Position",
    "Image": "Picture",
    "画像": "Picture",
    "却下日時": "Rejected At",
    "却下者": "Rejected By",
    "却下理由": "Rejection Reason",
    "Internal Note": "Rejection Note",
    "社内メモ": "Rejection Note",
}
# Names that count if no column has one of the names above: a file may have another column for each.
LOOSE_NAMES = {
    "Order No": "Order Code",
    "Order Number": "Order Code",
    "Account": "Buyer Unique Code",
    "Customer Code": "Buyer Unique Code",
    "Customer Name": "Buyer Name",
    "SKU": "SKU Number",
    "Qty": "Quantity",
    "Order Date": "Placed At",
    "注文番号": "Order Code",
    "受注番号": "Order Code",
    "お得意様コード": "Buyer Unique Code",
    "得意先コード": "Buyer Unique Code",
    "取引先コード": "Buyer Unique Code",
    "個数": "Quantity",
    "注文数": "Quantity",
    "注文日": "Placed At",
    "受注日": "Placed At",
    "お得意様名": "Buyer Name",
    "得意先名": "Buyer Name",
    "取引先名": "Buyer Name",
    "メールアドレス": "Buyer E-mail",
    "言語": "Buyer Language",
    "請求先": "Billing Address",
    "配送先": "Delivery Address",
    "配送先住所": "Delivery Address",
    "お届け先": "Delivery Address",
    "備考": "Comment",
    "色": "Color",
}
SEARCHED_ROWS = 30  # of a file, for the heading


def _folded(heading: str) -> str:
    """Without marks such as Order Code*, spaces, hyphens, case and width."""
    text = unicodedata.normalize("NFKC", heading)
    return re.sub(r"[\s_\-.*:※†\u200b\ufeff]+", "", text).casefold()


def _without_remark(heading: str) -> str:
    """Without what stands in brackets, e.g. Order Code (required)."""
    return re.sub(r"[(\[【<].*?[)\]】>]", "", unicodedata.normalize("NFKC", heading))


_KNOWN = {_folded(name): column for name, column in [*((each, each) for each in ALL_COLUMNS), *ALIASES.items()]}
_LOOSE = {_folded(name): column for name, column in LOOSE_NAMES.items()}
# Columns as a Japanese file names them: the first of their names.
_JAPANESE = {column: name for name, column in reversed(ALIASES.items()) if not name.isascii()}


class HeadingError(ValueError):
    """The file does not name the columns; the message says which is missing and goes on after the file's name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """`places`: column → place. `width`: the last named place + 1. `unknown`: names that mean nothing to us.

    `names`: column → what the file calls it, if that is another name.
    """

    row: int
    places: dict[str, int]
    width: int
    unknown: list[str]
    names: dict[str, str]

    @property
    def called(self) -> dict[str, str]:
        """What to call each column; one that the file does not have in the language of the others."""
        is_japanese = any(not name.isascii() for name in self.names.values())
        missing = {column: _in_japanese(column) for column in ALL_COLUMNS if is_japanese and column not in self.places}
        return {column: column for column in ALL_COLUMNS} | missing | self.names

    def is_repeated(self, cells: Sequence[str]) -> bool:
        return all(place < len(cells) and column_of(cells[place]) == column for column, place in self.places.items())


@lru_cache(256)  # each row is asked whether it repeats the heading, and those of an order begin alike
def column_of(text: str) -> str | None:
    return _column_in(_KNOWN, text) or _column_in(_LOOSE, text)


def _column_in(names: dict[str, str], text: str) -> str | None:
    return names.get(_folded(text)) or names.get(_folded(_without_remark(text)))


def count_columns(cells: Iterable[str]) -> int:
    """How many of the required columns a row names."""
    return len({column_of(text) for text in cells} & REQUIRED.keys())


def read_heading(number: int, cells: Sequence[str]) -> Heading:
    """Raises HeadingError."""
    places: dict[str, int] = {}
    names: dict[str, str] = {}
    unknown = []
    width = 0
    named = [_column_in(_KNOWN, text) for text in cells]
    for place, text in enumerate(cells):
        loose = _column_in(_LOOSE, text)
        column = named[place] or (None if loose in named else loose)
        if column in places:
            raise HeadingError(translatable(texts.TWO_COLUMNS, column=names.get(column, column), row=number))
        if column:
            places[column] = place
            is_known = _folded(text) in _KNOWN or _folded(text) in _LOOSE  # with its remark, e.g. 納品希望日（終了）
            if _folded(name := (text if is_known else _without_remark(text)).strip(" *※†:")) != _folded(column):
                names[column] = name
        elif text.strip():
            unknown.append(text.strip())
        if text.strip():
            width = place + 1
    found = Heading(number, places, width, unknown, names)
    if not REQUIRED.keys() <= places.keys():
        raise HeadingError(_missing(found))
    return found


def _missing(found: Heading) -> str:
    """Which columns are missing, and which ones may be meant."""
    missing = [found.called[column] for column in REQUIRED if column not in found.places]
    where = translatable(texts.FIRST_ROW) if found.row == 1 else translatable(texts.ROW, row=found.row)
    problem = translatable(texts.NO_COLUMN, missing=joined(missing, texts.COMMA), where=where)
    if not found.unknown or not found.places:
        return problem
    return translatable(texts.OTHER_COLUMNS, problem=problem, others=joined(found.unknown, texts.COMMA))


def _in_japanese(column: str) -> str:
    return f"{_JAPANESE[column]} ({column})" if column in _JAPANESE else column


def best_heading(rows: Iterable[tuple[int, Sequence[str]]]) -> tuple[int, Sequence[str]] | None:
    """The row that names most of the required columns, the first one when none does."""
    best: tuple[int, int, Sequence[str]] | None = None
    for number, cells in rows:
        if any(text.strip() for text in cells):
            named = count_columns(cells)
            if best is None or named > best[0]:
                best = (named, number, cells)
    return best and best[1:]
