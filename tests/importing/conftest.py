"""A brand to import for, and files as people have them."""

from pathlib import Path

import pytest

from models.brand import Brand
from models.database.sessions import Database
from models.locale import Locale
from tests.support.factories import save

CASES = Path(__file__).parent / "cases"


@pytest.fixture
async def brand(database: Database) -> Brand:
    made = Brand(code="north", name="Northlight", currency="GBP", time_zone="Europe/London")
    await save(database, made)
    return made


@pytest.fixture
async def tokyo(database: Database) -> Brand:
    made = Brand(code="tokyo", name="Tokyo", currency="JPY", time_zone="Asia/Tokyo", locale=Locale.JA)
    await save(database, made)
    return made
