"""docs/security.md names tests that exist, and each threat has a defence and a test."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    assert len(named) > 30
    gone = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).is_file() or (test and test not in defined_in(ROOT / file))
    ]
    assert gone == []


def test_every_threat_has_a_defence_and_a_test() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    threats = page.split("## Identities", 1)[1]
    for line in threats.splitlines():
        if line.startswith("| ") and not line.startswith("| threat"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 3, line
            assert cells[1], line
            assert NAMED.search(cells[2]), line
