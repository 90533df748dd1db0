"""The analytics workbook ranks by amount, with shares, the rejection rate and the period before."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from exports.analytics_workbook import analytics_workbook
from models.analytics import Figures, Group, Previous, Rejections, Report, period_before
from models.locale import Locale

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def group(key: str, orders: int, quantity: int, **totals: int) -> Group:
    return Group(key, key.title(), Figures(orders, quantity, totals))


def sheets(locale: Locale = Locale.EN, data_only: bool = False, **more: Any) -> dict[str, list[list[Any]]]:
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
        products=[group("shirt", 7, 92, GBP=4000)],
        rejections=Rejections({"2026-11": [group("mina", 2, 3, GBP=100)]}, [group("2026-11", 1, 1, GBP=1)]),
        **more,
    )
    book = openpyxl.load_workbook(BytesIO(analytics_workbook(report, locale)), data_only=data_only)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_largest_amount_comes_first_with_its_share() -> None:
    heading, *rows, empty, _ = sheets()["Buyers"]
    assert heading[-2:] == ["Share (GBP)", "Share (JPY)"]
    assert [(row[0], row[-2], row[-1]) for row in rows] == [("dear", 0.75, 0), ("many", 0.25, 0), ("yen", 0, 1)]
    assert set(empty) == {None}


def test_below_the_groups_are_their_sums_which_follow_the_filter() -> None:
    shown, calculated = (sheets(data_only=each) for each in (False, True))
    columns = "CDEFGH"
    assert shown["Buyers"][-1] == ["Total", None, *(f"=SUBTOTAL(109,{each}2:{each}4)" for each in columns)]
    assert calculated["Buyers"][-1] == ["Total", None, 7, 92, 40, 500, 1, 1]
    assert shown["Products"][-1][2:4] == [None, "=SUBTOTAL(109,D2:D2)"], "an order is in several groups of products"
    assert shown["Catalogs"][-1][0] == "Catalog code", "no sums of nothing"


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
    assert rows["The period before begins"][0] == datetime(2026, 1, 1)  # noqa: DTZ001 - a cell has no time zone
    assert "Change" not in {row[0] for row in sheets()["Overview"]}


@pytest.mark.parametrize(
    ("zone", "start", "end", "before"),
    [
        ("Asia/Tokyo", "2026-03-01", "2026-04-01", "2026-02-01"),
        ("Asia/Tokyo", "2024-03-01", "2024-04-01", "2024-02-01"),
        ("Asia/Tokyo", "2024-01-01", "2025-01-01", "2023-01-01"),
        ("Asia/Tokyo", "2025-01-01", "2026-01-01", "2024-01-01"),
        ("Asia/Tokyo", "2026-01-01", "2026-02-01", "2025-12-01"),
        ("Asia/Tokyo", "2026-01-01", "2026-04-01", "2025-10-01"),
        ("Asia/Tokyo", "2024-02-29", "2024-03-07", "2024-02-22"),
        ("Europe/London", "2026-03-30", "2026-04-06", "2026-03-23"),  # clocks were put forward on the 29th
        ("Europe/London", "2026-10-25T09:00", "2026-10-26T09:00", "2026-10-24T09:00"),
        ("Europe/London", "2026-03-01T00:00", "2026-04-01T12:00", "2026-01-28T13:00"),
        ("Europe/London", "2026-03-01", "2026-03-01", "2026-03-01"),
    ],
)
def test_before_whole_months_come_whole_months(zone: str, start: str, end: str, before: str) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (start, end))
    found = period_before(first.astimezone(UTC), last.astimezone(UTC), zone)
    assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat().startswith(before)
    with pytest.raises((OverflowError, ValueError)):
        period_before(datetime(1, 1, 1, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC), "UTC")
