"""A cache of bytes in the memory of this process, up to a size."""

from collections import OrderedDict


class Cache:
    """Full, it drops what was used least recently."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._contents: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, key: bytes) -> bytes | None:
        if (content := self._contents.get(key)) is not None:
            self._contents.move_to_end(key)
        return content

    def add(self, key: bytes, content: bytes) -> None:
        """Content of more than a quarter of the size is not kept."""
        if len(content) > self._most_bytes // 4 or key in self._contents:
            return
        self._contents[key] = content
        self._bytes += len(content)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._contents.popitem(last=False)[1])
