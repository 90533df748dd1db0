"""What the page of every document shows; the parts are those of models/papers/parts.py."""

from typing import Protocol

from models.papers.parts import GoodsLine, Head, LineSnapshot, Party

__all__ = ["GoodsLine", "LineSnapshot", "Party", "Snapshot"]


class Snapshot(Protocol):
    """Instants are UTC; documents show them in `time_zone`, the brand's."""

    @property
    def code(self) -> str: ...
    @property
    def brand(self) -> Party: ...
    @property
    def buyer(self) -> Party: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def head(self) -> Head: ...
