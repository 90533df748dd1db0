"""Tests of the API notice when compiled plans and graphql-core answer differently (tests/support/both_ways.py)."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from graph.http.compiled import CompiledAnswers
from tests.support.client import serving
from tests.support.clock import Clock
from tests.support.factories import OPERATOR

QUERY = "{ viewer { name } }"


async def test_another_answer_of_compiled_plans_is_noticed(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def another(*_: Any, **__: Any) -> bytes:
        return orjson.dumps({"data": {"viewer": {"name": "Nobody"}}})

    async with serving(sqlite_url, tmp_path, Clock(), compiled=True, both_ways=True) as api:
        client = api.as_(OPERATOR)
        await client.data(QUERY)
        monkeypatch.setattr(CompiledAnswers, "answer", another)
        with pytest.raises(AssertionError, match="viewer"):
            await client.data(QUERY)
        with api.statements():  # whose tests count what one execution does
            assert await client.data(QUERY) == {"viewer": {"name": "Nobody"}}
