"""What an import may cost, in counts: statements do not grow with the lines, and what is known is not checked again."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from models.brand import Brand
from models.database.sessions import Database
from resolvers.importing.rows import read_row
from tests.importing.test_import import row, run, write


async def test_a_thousand_lines_take_few_statements(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows = [row(order_code=f"A-{order}", sku_number=f"S-{sku}") for order in range(100) for sku in range(10)]
    statements: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", listen)
    summary, faults = await run(database, brand, write(tmp_path / "orders.csv", rows))
    assert (summary.lines, faults) == (1000, [])
    assert len(statements) <= 40, "\n".join(statements)


async def test_a_row_of_known_parts_is_not_checked_again(
    database: Database, brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[Any] = []
    monkeypatch.setattr("resolvers.importing.reading.read_row", lambda *given: checked.append(1) or read_row(*given))  # type: ignore[func-returns-value]
    rows = [row(order_code=f"A-{order}", sku_number=f"S-{sku}") for order in range(20) for sku in range(10)]
    rows[155]["Quantity"] = "none"  # of known parts, but with a faulty quantity
    summary, faults = await run(database, brand, write(tmp_path / "orders.csv", rows))
    assert (summary.imported, summary.lines, [fault.row for fault in faults]) == (19, 190, [157])
    assert len(checked) <= 20 + 10
