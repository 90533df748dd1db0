"""Which text each glyph of a run stands for, so that the text of a PDF can be copied and found.

A cluster is the smallest part of a text that has glyphs of its own: a letter, a letter with its marks, an emoji.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyph:
    """`index`: in the run. `text`: read after each other, in the run's direction, they are the text of the run.

    `whole`: the text of the cluster, at the first glyph of one that has more glyphs than letters; `end`: its last
    glyph's index and 1.
    """

    index: int
    text: str
    whole: str = ""
    end: int = 0


def glyphs_of(starts: Sequence[int], hidden: Sequence[bool], text: bytes, *, is_rtl: bool) -> list[Glyph]:
    """The visible glyphs, from left to right.

    `starts`: the byte in `text` (UTF-8) at which the cluster of a glyph starts. `hidden`: glyphs that draw nothing,
    like the one of a zero-width joiner; their text is added to that of the letter before them.
    """
    groups: dict[int, list[int]] = {}
    for index, start in enumerate(starts):
        groups.setdefault(start, []).append(index)
    found: list[tuple[list[int], str]] = []
    order = sorted(groups)
    before = ""
    for start, end in zip(order, [*order[1:], len(text)], strict=True):
        part = text[start:end].decode()
        if visible := [index for index in groups[start] if not hidden[index]]:
            found.append((visible, before + part))
            before = ""
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + part)
        else:
            before += part
    glyphs = [glyph for indexes, part in found for glyph in _spread(indexes, part, is_rtl=is_rtl)]
    return sorted(glyphs, key=lambda glyph: glyph.index)


def _spread(indexes: list[int], text: str, *, is_rtl: bool) -> list[Glyph]:
    """A letter for each glyph, and the rest for the last; with fewer letters, all for the last."""
    last = len(indexes) - 1
    parts = [*text[:last], text[last:]] if len(text) > last else [*[""] * last, text]
    if is_rtl:
        parts.reverse()
    glyphs = [Glyph(index, part) for index, part in zip(indexes, parts, strict=True)]
    if len(text) <= last:
        glyphs[0] = Glyph(indexes[0], parts[0], text, indexes[-1] + 1)
    return glyphs
