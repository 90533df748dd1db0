"""Answers with long lists are put together in parts, so that one request does not hold the event loop."""

import asyncio
from collections.abc import Iterable
from typing import Any

from graphql.pyutils import gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

SHORT = 20  # entries; a shorter list is put together at once
TOGETHER = 500  # entries that wait, e.g. for rows: those of one load
EVERY = 50  # list entries at any depth, then others may run


class PausingExecution(StrawberryGraphQLCoreExecutionContext):
    """Counts the list entries that it has completed since others could run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since_pause = 0

    def complete_iterable_value(
        self, item_type: Any, field_details_list: Any, info: Any, path: Any, items: Iterable[Any], position_context: Any
    ) -> Any:
        if not isinstance(items, list):
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        if len(items) <= SHORT:
            self._since_pause += len(items)
            return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)
        return self._in_parts(item_type, field_details_list, info, path, items, position_context)

    async def _in_parts(
        self, item_type: Any, field_details_list: Any, info: Any, path: Any, items: list[Any], position_context: Any
    ) -> list[Any]:
        """As complete_iterable_value: entries that wait are awaited after the last one, TOGETHER at a time."""
        results: list[Any] = []
        pending: list[int] = []
        try:
            for index, item in enumerate(items):
                entry = (item_type, field_details_list, info, path.add_key(index, None), position_context)
                if self.is_awaitable(item):
                    results.append(self.complete_awaitable_list_item_value(item, *entry))
                    pending.append(index)
                elif self.complete_list_item_value(item, results, *entry):
                    pending.append(index)
                self._since_pause += 1
                if self._since_pause >= EVERY:
                    self._since_pause = 0
                    await asyncio.sleep(0)
        except BaseException:
            self.settle_in_background([results[index] for index in pending])
            raise
        for start in range(0, len(pending), TOGETHER):
            some = pending[start : start + TOGETHER]
            done = await gather_with_cancel(*(results[index] for index in some))
            for index, result in zip(some, done, strict=True):
                results[index] = result
        return results
