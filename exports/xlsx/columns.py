"""The columns of a sheet, as data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from models.locale import Locale, Text

Sql = ColumnElement[Any] | InstrumentedAttribute[Any]


class CellKind(Enum):
    """MONEY: an integer in minor units of the owner's `currency`. INSTANT: UTC, shown in the owner's `time_zone`.

    DAY: a date without a time. PERCENT: a Decimal, 17.5 for 17.5 %.
    """

    TEXT = auto()
    INTEGER = auto()
    MONEY = auto()
    INSTANT = auto()
    DAY = auto()
    PERCENT = auto()


@dataclass(frozen=True, slots=True)
class Reader:
    """The person that the workbook is made for."""

    locale: Locale
    is_buyer: bool


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a sheet. A row belongs to an owner, e.g. an order line to its order; a row can own itself.

    `sql`: the expression that the query selects under the name `key`.
    `show`: turns the row into the cell's text. Without it, the cell has the value as selected.
    `to_buyer`: selected instead of `sql` for a buyer's workbook.
    `internal`: left out of a buyer's workbook.
    `of_owner`: the value is the owner's, not the row's.
    `is_marked`: whether the cell is red, given the owner. `buyers_name`: the heading in a buyer's workbook.
    `is_summed`: a number whose sum the summary has. `is_grouped`: it has the sums for each value of this one, too.
    `is_last_on_paper`: columns after it are not printed, as all of them on one page could not be read.
    """

    key: str
    name: Text
    width: int
    kind: CellKind
    sql: Sql
    show: Callable[[Any, Reader], str | None] | None = None
    to_buyer: Sql | None = None
    internal: bool = False
    of_owner: bool = False
    is_marked: Callable[[Any], bool] | None = None
    buyers_name: Text | None = None
    is_summed: bool = False
    is_grouped: bool = False
    is_last_on_paper: bool = False


# Of which the heading stands on the right, too.
NUMBERS = frozenset({CellKind.INTEGER, CellKind.MONEY, CellKind.PERCENT})


def columns_for(reader: Reader, columns: Iterable[Column]) -> list[Column]:
    if not reader.is_buyer:
        return list(columns)
    return [
        replace(
            column,
            sql=column.sql if column.to_buyer is None else column.to_buyer,
            name=column.buyers_name or column.name,
        )
        for column in columns
        if not column.internal
    ]
