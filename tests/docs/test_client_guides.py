"""The code in the guides for clients is that of examples/, which `./run clients` tries on a live server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.test_guides import OF_EXAMPLES, ROOT

LINK_OR_BLOCK = re.compile(
    r"\]\((?:\.\./)*(?P<file>examples/[\w./-]+)\)|^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
RUN_BY_HAND = {"console"}


def snippets(page: str) -> Iterator[tuple[Path, str]]:
    """Each block of code, and the file that the last link before it names."""
    file = None
    for found in LINK_OR_BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")):
        if found["file"]:
            file = ROOT / found["file"]
        elif found["language"] not in RUN_BY_HAND:
            assert file, f"{page} does not say where this is from:\n{found['code']}"
            yield file, found["code"]


@pytest.mark.parametrize("page", OF_EXAMPLES)
def test_code_is_that_of_the_example(page: str) -> None:
    shown = list(snippets(page))
    assert len(shown) > 5
    for file, code in shown:
        assert code in file.read_text(encoding="utf-8"), f"not in {file.relative_to(ROOT)}:\n{code}"


def test_the_python_of_the_page_about_events_is_that_of_the_example() -> None:
    shown = list(LINK_OR_BLOCK.finditer((ROOT / "docs/guides/events.md").read_text(encoding="utf-8")))
    blocks = [block["code"] for block in shown if block["language"] == "python"]
    webhook = (ROOT / "examples/python/webhook.py").read_text(encoding="utf-8")
    assert blocks
    assert [block for block in blocks if block not in webhook] == []
