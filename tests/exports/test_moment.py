"""Instants as people read them, as Babel writes them."""

from datetime import UTC, datetime

import pytest
from babel.dates import format_datetime

from models.locale import Locale, local_time, moment

PATTERNS = {Locale.EN: "d MMM y, HH:mm", Locale.JA: "yyyy/MM/dd H:mm"}


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/St_Johns"])
def test_an_instant_in_each_language(locale: Locale, zone: str) -> None:
    for year in (1, 999, 2026, 9999):
        for month in range(1, 13):
            for at in (datetime(year, month, 1, tzinfo=UTC), datetime(year, month, 28, 23, 59, tzinfo=UTC)):
                shown = format_datetime(local_time(at, zone), PATTERNS[locale], locale=locale)
                assert moment(at, locale, zone) == shown
