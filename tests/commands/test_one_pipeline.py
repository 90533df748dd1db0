"""Commands go through one pipeline: nobody else opens a transaction or writes to the audit."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The pipeline; the import, which commits in batches; the tables and sessions themselves; the relay and the sender of
# webhooks; the sums of analytics, which are nobody's command.
ALLOWED = (
    "resolvers/core/",
    "resolvers/importing/",
    "models/",
    "exports/relay/",
    "exports/webhooks/",
    "resolvers/summing.py",
)
# What makes a brand: there is no viewer and no audit before it.
BEFORE_A_BRAND = {"graph/cli/brands.py", "graph/cli/demo.py"}


def calls(source: str) -> Iterator[str]:
    """The calls of `….transaction(` and `audit.record(`, as "line: call"."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = ast.unparse(node.func)
            if node.func.attr == "transaction" or name == "audit.record":
                yield f"{node.lineno}: {name}"
        # `from models.audit import record` would hide a call.
        if isinstance(node, ast.ImportFrom) and node.module == "models.audit":
            yield from (f"{node.lineno}: import of record" for alias in node.names if alias.name == "record")


def test_only_the_pipeline_opens_transactions_and_records_in_the_audit() -> None:
    files = [path for floor in ("graph", "resolvers", "exports", "models") for path in (ROOT / floor).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): list(calls(path.read_text())) for path in files}
    outside = {name: lines for name, lines in found.items() if lines and not name.startswith(ALLOWED)}
    assert {name: lines for name, lines in outside.items() if name not in BEFORE_A_BRAND} == {}
    assert set(outside) == BEFORE_A_BRAND, "name only files that open a transaction"


@pytest.mark.parametrize(
    "source",
    [
        "async def f(context):\n    async with context.transaction() as session: ...",
        "async def f(database):\n    async with database.transaction(scope) as session: ...",
        "async def f(session):\n    await audit.record(session, [])",
        "from models.audit import digest, record",
    ],
)
def test_a_transaction_or_an_audit_entry_outside_would_be_found(source: str) -> None:
    assert list(calls(source))
