"""A time limit whose timer starts with the first wait."""

import asyncio
from typing import Any

import pytest

from graph.limits.time import OutOfTime, within


async def test_work_that_waits_for_nothing_starts_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> int:
        return 3

    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("a timer")

    monkeypatch.setattr(asyncio.get_running_loop(), "call_at", called)
    assert await within(0, work()) == 3


async def test_work_waits_as_often_as_it_needs() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return 3

    assert await within(60, work()) == 3


async def test_work_is_cancelled_after_its_time_and_can_clean_up() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    with pytest.raises(OutOfTime):
        await within(0.01, work())
    assert ended == ["cleaned up"]


async def test_a_timeout_of_the_work_is_its_own() -> None:
    async def work() -> None:
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await within(60, work())


@pytest.mark.parametrize("waits", [True, False])
async def test_an_error_of_the_work_is_its_own(waits: bool) -> None:
    async def work() -> None:
        if waits:
            await asyncio.sleep(0)
        raise KeyError("an error")

    with pytest.raises(KeyError):
        await within(60, work())


async def test_whoever_waits_can_be_cancelled() -> None:
    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "went on"  # as work in a thread does
        return "never"

    task = asyncio.create_task(within(60, work()))
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "went on"
