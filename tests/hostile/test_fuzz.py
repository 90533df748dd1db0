"""Documents generated from the schema: none causes an internal error. tests/hostile/campaign.py is the long run."""

import asyncio
from pathlib import Path

from graph.settings.edge import Edge
from tests.hostile.fuzz import fuzz
from tests.hostile.world import make_world
from tests.support.client import serving
from tests.support.clock import Clock


def test_no_document_causes_an_internal_error(sqlite_url: str, tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        served = serving(sqlite_url, tmp_path, Clock(), edge=Edge(rate_limit=0))
        api = runner.run(served.__aenter__())
        try:
            world = runner.run(make_world(api.database, api))
            figures = fuzz(world, runner.get_loop(), 150, start=35)
        finally:
            runner.run(served.__aexit__(None, None, None))
    assert figures.faults == []
    assert figures.documents >= 100
    assert figures.executed > 30
