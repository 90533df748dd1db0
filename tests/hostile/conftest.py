"""The API through HTTP, on both databases, with one of everything in it."""

import pytest

from models.database.sessions import Database
from tests.api.conftest import api, clock
from tests.hostile.world import World, make_world
from tests.support.client import Client

__all__ = ["api", "clock", "world"]


@pytest.fixture
async def world(database: Database, api: Client) -> World:
    return await make_world(database, api)
