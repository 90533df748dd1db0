"""The analytics workbook ranks by amount, with shares, the rejection rate and the period before."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.analytics_workbook import analytics_workbook
from models.analytics import Figures, Group, Previous, Rejections, Report
from models.locale import Locale

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def group(key: str, orders: int, quantity: int, **totals: int) -> Group:
    return Group(key, key.title(), Figures(orders, quantity, totals))


def sheets(locale: Locale = Locale.EN, **more: Any) -> dict[str, list[list[Any]]]:
    buyers = [group("many", 5, 90, GBP=1000), group("dear", 1, 1, GBP=3000), group("yen", 1, 1, JPY=500)]
    months = [group("2026-11", 7, 92, GBP=4000, JPY=500)]
    report = Report(
        for_buyer=False,
        placed_from=START,
        placed_to=END,
        time_zone="UTC",
        counted=months[0].figures,
        months=months,
        buyers=buyers,
        catalogs=[],
        products=[],
        rejections=Rejections({"2026-11": [group("mina", 2, 3, GBP=100)]}, [group("2026-11", 1, 1, GBP=1)]),
        **more,
    )
    book = openpyxl.load_workbook(BytesIO(analytics_workbook(report, locale)))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_largest_amount_comes_first_with_its_share() -> None:
    heading, *rows = sheets()["Buyers"]
    assert heading[-2:] == ["Share (GBP)", "Share (JPY)"]
    assert [(row[0], row[-2], row[-1]) for row in rows] == [("dear", 0.75, 0), ("many", 0.25, 0), ("yen", 0, 1)]


@pytest.mark.parametrize(
    ("locale", "sheet", "rate"), [(Locale.EN, "Overview", "Rejection rate"), (Locale.JA, "概要", "却下率")]
)
def test_the_rejection_rate_is_of_all_orders_placed(locale: Locale, sheet: str, rate: str) -> None:
    rows = {row[0]: row[1:] for row in sheets(locale)[sheet]}
    assert rows[rate][0] == 2 / 10


def test_the_period_before() -> None:
    before = Previous(datetime(2026, 1, 1, tzinfo=UTC), Figures(10, 184, {"GBP": 2000}), Figures(), Figures())
    rows = {row[0]: row[1:5] for row in sheets(previous=before)["Overview"]}
    assert rows["Counted in the period before"] == [10, 184, 20, 0]
    assert rows["Change"] == [-0.3, -0.5, 1, None], "of nothing there is no change in per cent"
    assert rows["Rejection rate in the period before"][0] == 0
    assert "Change" not in {row[0] for row in sheets()["Overview"]}
