"""The API through HTTP, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.client import Client, serving
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Client]:
    async with serving(database_url, tmp_path, clock, compiled=True) as client:
        yield client
