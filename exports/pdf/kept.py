"""Keeps what was made lately, up to a number of bytes."""

from collections import OrderedDict


class Kept:
    """By key, in the memory of this process; what was not asked for the longest goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._contents: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, key: bytes) -> bytes | None:
        if (content := self._contents.get(key)) is not None:
            self._contents.move_to_end(key)
        return content

    def keep(self, key: bytes, content: bytes) -> None:
        """Not if it alone is over a quarter of all."""
        if len(content) > self._most_bytes // 4 or key in self._contents:
            return
        self._contents[key] = content
        self._bytes += len(content)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._contents.popitem(last=False)[1])
