"""The API through HTTP, on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.client import COMPILED, Client, serving
from tests.support.clock import Clock


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the results of requests that wait for each other: a slow machine may need longer than the product
    allows. How long the product waits has tests of its own (tests/races/test_locks.py, test_overload.py).
    """
    monkeypatch.setattr("graph.app.LOCK_WAIT", timedelta(seconds=60))
    monkeypatch.setattr("graph.http.admission.MAX_WAIT_SECONDS", 60.0)
    monkeypatch.setattr("graph.identity.authenticate.MAX_WAIT_SECONDS", 60.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    # On one database only, as it takes a third more of the processor; tests/execution/ compares on both.
    both_ways = COMPILED and database_url.startswith("sqlite")
    async with serving(database_url, tmp_path, clock, both_ways=both_ways) as client:
        yield client
