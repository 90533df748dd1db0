"""Every file that the documentation, a docstring or a comment names is there."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("graph", "resolvers", "models", "exports", "tests", "docs", "examples", "benchmarks", "deploy")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
PRODUCT = sorted(file for folder in FOLDERS[:4] for file in (ROOT / folder).rglob("*.py"))
# "graph/app.py", "tests/races/", "models/scope.py::narrow"; not the tail of an address or of a longer path.
FROM_THE_ROOT = re.compile(rf"(?<![\w./<>-])(?:{'|'.join(FOLDERS)})/[\w.-]+(?:/[\w.-]+)*/?")
BARE_MODULE = re.compile(r"(?<![\w./<>*-])\w+\.py\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def named_in(text: str) -> Iterator[str]:
    """But for what a reader makes: a virtual environment."""
    yield from (each.rstrip(".-") for each in FROM_THE_ROOT.findall(text) if "/.venv" not in each)


def is_there(name: str) -> bool:
    """A file, a folder, or a module named without its ending."""
    path = ROOT / name
    return path.exists() or path.with_name(path.name + ".py").is_file()


@cache
def modules() -> frozenset[str]:
    found = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
    return frozenset(file.name for file in found if ".venv" not in file.parts and "node_modules" not in file.parts)


def prose_of(source: str) -> Iterator[str]:
    """The docstrings and comments of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def anchors_of(page: Path) -> set[str]:
    """As GitHub makes them from headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_files_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    gone = [name for name in named_in(text) if not is_there(name)]
    gone += [name for name in BARE_MODULE.findall(text) if name not in modules()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in anchors_of(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_prose_has_at_most_120_characters_a_line(page: Path) -> None:
    lines = FENCE.sub("", page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []


def test_the_index_of_decisions_lists_each_by_its_title() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        number, _, title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").partition(". ")
        assert page.name.startswith(f"{int(number):04}-")
        assert f"| {number} | [{title}]({page.name}) |" in index


def test_docstrings_and_comments_name_files_that_are_there() -> None:
    gone = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in PRODUCT
        for prose in prose_of(file.read_text(encoding="utf-8"))
        for name in [*named_in(prose), *(each for each in BARE_MODULE.findall(prose) if each not in modules())]
        if name in BARE_MODULE.findall(prose) or not is_there(name)
    }
    assert sorted(gone) == []


def test_the_pages_are_found() -> None:
    assert len(PAGES) > 30
    assert list(named_in("see graph/app.py, tests/races/ and models/scope.py::narrow.")) == [
        "graph/app.py",
        "tests/races/",
        "models/scope.py",
    ]
