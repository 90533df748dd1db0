"""The summary of an imported file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.messages import importing as texts
from models.translatable import joined, translatable

SHOWN = 20  # names of each kind


@dataclass
class Made:
    """How many of a kind were made, and the first of their names."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, names: Iterable[str]) -> None:
        for name in names:
            self.count += 1
            if len(self.names) < SHOWN:
                self.names.append(name)

    def __str__(self) -> str:
        return self.listed

    @property
    def listed(self) -> str:
        more = self.count - len(self.names)
        listed = joined(self.names, texts.COMMA)
        return translatable(texts.AND_MORE, listed=listed, more=more) if more else listed


@dataclass
class Counts:
    """Orders by outcome, the lines of those imported, and what was made for them."""

    imported: int = 0
    unchanged: int = 0
    refused: int = 0
    lines: int = 0
    buyers: Made = field(default_factory=Made)
    offline_buyers: Made = field(default_factory=Made)
    catalogs: Made = field(default_factory=Made)
    skus: Made = field(default_factory=Made)
    decisions: Made = field(default_factory=Made)

    def add(self, other: "Counts") -> None:
        self.imported += other.imported
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.lines += other.lines
        for name in ("buyers", "offline_buyers", "catalogs", "skus", "decisions"):
            mine, theirs = getattr(self, name), getattr(other, name)
            mine.add(theirs.names)
            mine.count += theirs.count - len(theirs.names)


@dataclass
class Summary(Counts):
    """`faults`: cells at fault. `empty_lines`: those without a quantity. `buyer_updates`: what was taken over.

    `buyers_apart`: those of whom rows of the file say different things. `sku_…`: likewise.

    `headings`: what to call each column (Heading.called). `dry_run`: nothing of this was written.
    """

    faults: int = 0
    empty_lines: int = 0
    buyer_updates: Made = field(default_factory=Made)
    buyer_differences: Made = field(default_factory=Made)
    buyers_apart: Made = field(default_factory=Made)
    sku_fills: Made = field(default_factory=Made)
    sku_updates: Made = field(default_factory=Made)
    sku_differences: Made = field(default_factory=Made)
    skus_apart: Made = field(default_factory=Made)
    placed_apart: Made = field(default_factory=Made)
    notes: list[str] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False


def names_listed(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    made = Made()
    made.add(names)
    return made.listed


def rows_named(rows: Sequence[int], count: int | None = None) -> str:
    """ "row 3", "rows 3, 4 and 5" or "rows 3, 4, 5 and 97 more"."""
    count = len(rows) if count is None else count
    if count == 1:
        return translatable(texts.ONE_ROW, row=rows[0])
    first = [str(row) for row in rows[:5]]
    more = count - len(first)
    if more > 0:
        return translatable(texts.MANY_ROWS, rows=joined(first, texts.COMMA), more=more)
    return translatable(texts.TWO_ROWS, rows=joined(first[:-1], texts.COMMA), last=first[-1])
