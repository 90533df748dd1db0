"""Rows of the tables of documents: texts, sums so far, widths of columns, and the grid of sizes."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from models.papers.parts import LineSnapshot
from models.tax import Tax, TaxKind

MAX_SKU_WIDTH = 12  # longer ones stand under the name
MAX_SIZES = 8  # of one style, beside each other
SIZE_WIDTH = 10.5  # millimetres, at least
MAX_COLORS = 30  # of one style on one page
LAST = 1_000_000  # after every place

Amount = Callable[[Decimal], str]
T = TypeVar("T")


def width(text: str) -> int:
    """In figures: a wide letter is two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def widest(texts: Iterable[str], heading: str = "") -> int:
    """For --n of a column. A heading is smaller than the texts below it."""
    return (
        max((width(text) for text in texts), default=0) or 1
        if not heading
        else max([*(width(text) for text in texts), -(-width(heading) * 7 // 8)])
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """What the head and the foot of a page say if it begins or ends with a row: the sum before it and after it.

    Empty: nothing.
    """

    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Running:
    """Adds amounts up while rows are made. `brought`, `carried`: texts with {sum}."""

    show: Amount
    brought: str
    carried: str
    sum: Decimal = Decimal(0)

    def add(self, amount: Decimal) -> Carried:
        before = self.brought.format(sum=self.show(self.sum)) if self.sum else ""
        self.sum += amount
        return Carried(before, self.carried.format(sum=self.show(self.sum)))


@dataclass(frozen=True, slots=True)
class ColorRow:
    """A colour of a style at one price and tax. `quantities`: one for each size of the style; None: not ordered."""

    color: str
    quantities: tuple[int | None, ...]
    unit_price: Decimal
    amount: Decimal
    tax: Tax | None = None

    @property
    def is_reduced(self) -> bool:
        return self.tax is not None and self.tax.kind is TaxKind.REDUCED

    @property
    def quantity(self) -> int:
        return sum(each or 0 for each in self.quantities)


@dataclass(frozen=True, slots=True)
class Style:
    """`sizes`: ("",) of SKUs without sizes."""

    name: str
    code: str
    sizes: tuple[str, ...]
    rows: tuple[ColorRow, ...]
    picture: bytes | None = None

    @property
    def has_sizes(self) -> bool:
        return any(self.sizes)

    @property
    def quantity(self) -> int:
        return sum(row.quantity for row in self.rows)

    @property
    def amount(self) -> Decimal:
        return sum((row.amount for row in self.rows), Decimal(0))


@dataclass(slots=True)
class _Colors:
    """The rows of one style while they are collected."""

    lines: list[LineSnapshot] = field(default_factory=list)
    sizes: dict[str, None] = field(default_factory=dict)
    # (colour, price, tax, how often the same size has come before) → size → line
    cells: dict[tuple[str, Decimal, Tax | None, int], dict[str, LineSnapshot]] = field(default_factory=dict)

    def arrange(self) -> None:
        """Sizes, and colours too if no place is used twice, stand by the lowest place of their SKUs."""
        places = {line.sku_number: line.place for line in self.lines if line.place is not None}
        is_of_sizes = len(set(places.values())) < len(places)
        by_size = _lowest((line.size, line.place) for line in self.lines)
        by_color = {} if is_of_sizes else _lowest((line.color, line.place) for line in self.lines)
        self.lines.sort(key=lambda line: by_color.get(line.color, LAST))
        for line in sorted(self.lines, key=lambda line: by_size.get(line.size, LAST)):
            self.sizes[line.size] = None
        for line in self.lines:
            self._add(line)

    def _add(self, line: LineSnapshot) -> None:
        turn = 0
        while line.size in self.cells.setdefault((line.color, line.unit_price, line.tax, turn), {}):
            turn += 1
        self.cells[line.color, line.unit_price, line.tax, turn][line.size] = line

    def rows(self, sizes: Sequence[str]) -> list[ColorRow]:
        """Those that have some of the sizes, with these alone."""
        found = []
        for (color, price, tax, _), cells in self.cells.items():
            if lines := [cells[size] for size in sizes if size in cells]:
                quantities = tuple(cells[size].quantity if size in cells else None for size in sizes)
                amount = sum((line.amount for line in lines), Decimal(0))
                found.append(ColorRow(color, quantities, price, amount, tax))
        return found


def styles_of(lines: Sequence[LineSnapshot]) -> list[Style]:
    """The lines as a grid for each style; empty when fewer than half of them have a style and a size.

    The others are styles without sizes. One with many sizes or colours is several, with some of them each. Styles,
    colours and sizes stand in the order in which the lines name them, unless their SKUs have places.
    """
    if 2 * sum(bool(line.style and line.size) for line in lines) < len(lines):
        return []
    found: dict[tuple[str, str], _Colors] = {}
    for line in lines:
        found.setdefault((line.style, "" if line.style else line.sku_number), _Colors()).lines.append(line)
    styles = []
    for (style, _), colors in found.items():
        first = colors.lines[0]
        picture = next((line.picture for line in colors.lines if line.picture), None)
        colors.arrange()
        for sizes in _parts(list(colors.sizes), MAX_SIZES):
            code = first.model_number if any(sizes) else first.sku_number
            parts = _parts(colors.rows(sizes), MAX_COLORS)
            styles += [Style(_name(first, style), code, tuple(sizes), tuple(rows), picture) for rows in parts]
    return styles


def _parts(all_of_them: list[T], most: int) -> list[list[T]]:
    """As few parts as possible, of about the same length."""
    length = -(-len(all_of_them) // -(-len(all_of_them) // most))
    return [all_of_them[start : start + length] for start in range(0, len(all_of_them), length)]


def size_width(styles: Sequence[Style]) -> float:
    """In millimetres, of a column with the quantities of one size. Names of sizes are smaller than figures."""
    quantities = widest(f"{each or 0:,}" for style in styles for row in style.rows for each in row.quantities)
    names = widest(size for style in styles for size in style.sizes)
    return max(SIZE_WIDTH, number_width(quantities), 1.6 * names + 3)


def number_width(figures: int) -> float:
    """In millimetres, of a column (col.num in paper.css)."""
    return 1.72 * figures + 3


def _lowest(places: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, place in places:
        if place is not None:
            found[name] = min(place, found.get(name, place))
    return found


def _name(line: LineSnapshot, style: str) -> str:
    """The product's name, without the colour and the size at its end."""
    name = line.product_name
    for end in (line.size, line.color):
        shorter = name.removesuffix(end).rstrip(" ,/-–") if end else name
        name = shorter or name
    return name if name and name != line.sku_number else style or line.sku_number
