"""A document that was drawn lately is not drawn again, unless it says something else."""

from dataclasses import replace

import pytest

from benchmarks.pdf import ENGLISH
from exports.pdf import paper
from exports.pdf.cache import Cache
from models.locale import Locale
from models.papers.order_snapshot import OrderSnapshot


@pytest.fixture(autouse=True)
def nothing_drawn_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "_drawn", Cache(most_bytes=1000))


async def test_it_is_drawn_once_for_each_content_reader_and_language() -> None:
    drawn: list[tuple[OrderSnapshot, Locale]] = []

    def draw(snapshot: OrderSnapshot, locale: Locale) -> bytes:
        drawn.append((snapshot, locale))
        return str(len(drawn)).encode()

    orders = [ENGLISH, replace(ENGLISH, for_buyer=True), replace(ENGLISH, comment="After noon"), ENGLISH]
    asked = [(order, locale) for order in orders for locale in Locale]
    answers = [await paper.render_in_thread(draw, order, locale) for order, locale in asked]
    assert drawn == asked[:6]
    assert answers == [b"1", b"2", b"3", b"4", b"5", b"6", b"1", b"2"]


async def test_a_drawing_that_fails_is_not_kept() -> None:
    def fail(snapshot: OrderSnapshot, locale: Locale) -> bytes:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            await paper.render_in_thread(fail, ENGLISH, Locale.EN)


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(most_bytes=100)
    for name in b"abcde":
        cache.add(bytes([name]), b"x" * 20)
    assert cache.get(b"a")
    cache.add(b"f", b"x" * 20)
    assert [name for name in b"abcdef" if cache.get(bytes([name]))] == list(b"acdef")


def test_what_is_too_large_is_not_kept() -> None:
    cache = Cache(most_bytes=100)
    cache.add(b"a", b"x" * 26)
    assert cache.get(b"a") is None
