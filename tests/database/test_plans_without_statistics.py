"""SQLite has statistics only after ANALYZE: without them, it must not read all documents of a brand either."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select, select
from sqlalchemy.dialects.sqlite.aiosqlite import dialect

from exports.relay.leases import Leases
from models.database.locked_orders import _LOCK as read_locked
from models.database.prepared import Preparing, Query
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.facts import FACT_SQL
from models.invoice import Invoice, InvoicedOrder
from models.order import Order
from models.policy import Fact
from resolvers.core.cancelled_mails import _ALL as cancel_all
from resolvers.core.mail_contents import _FIRST_LINES as read_first_lines
from resolvers.reading.loaders import _NOTIFICATIONS as read_notifications
from resolvers.reading.verdicts import _FACTS as read_facts
from resolvers.reading.verdicts import documents_of

# Tables of which a brand has few rows.
FEW = ("brands",)
WHEN = re.compile(r" WHEN (.*?) BEGIN ", re.DOTALL)


@pytest.fixture
def connection(sqlite_template: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "orders.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT * FROM sqlite_stat1").fetchall() == []
        yield opened


def too_wide(connection: sqlite3.Connection, statement: str) -> list[str]:
    """The steps that read all rows of a table, or all those of a brand."""
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert steps
    return [
        step
        for step in steps
        if (step.startswith("SCAN") and "CONSTANT ROW" not in step)
        or (step.startswith("SEARCH") and step.endswith("(brand_id=?)") and not step.split()[1].startswith(FEW))
    ]


def in_full(statement: Select[Any]) -> str:
    return str(statement.compile(dialect=dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("fact", Fact)
def test_a_fact_of_an_order(connection: sqlite3.Connection, fact: Fact) -> None:
    of_order = select(FACT_SQL[fact]).where(Order.brand_id == UUID(int=1), Order.id == UUID(int=2))
    assert too_wide(connection, in_full(of_order)) == []


def test_the_documents_of_a_page(connection: sqlite3.Connection) -> None:
    ids = [UUID(int=n) for n in range(50)]
    notes, invoices = documents_of(lambda column: column.in_(ids)).selects
    brand_id = UUID(int=1)
    of_brand = notes.where(DeliveryNote.brand_id == brand_id)  # type: ignore[attr-defined]
    assert too_wide(connection, in_full(of_brand)) == []
    of_brand = invoices.where(InvoicedOrder.brand_id == brand_id, Invoice.brand_id == brand_id)  # type: ignore[attr-defined]
    assert too_wide(connection, in_full(of_brand)) == []


def test_the_triggers_that_look_for_documents(connection: sqlite3.Connection) -> None:
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    checked = 0
    for name, statement in triggers:
        if "invoices i" in statement and (condition := WHEN.search(statement)):
            checked += 1
            of_row = re.sub(r"\b(?:NEW|OLD)\.\w+", "'x'", condition[1])
            assert too_wide(connection, f"SELECT {of_row}") == [], name
    assert checked == 8


def steps_of(connection: sqlite3.Connection, make: Callable[[Preparing], Any], **shape: bool) -> list[str]:
    preparing = Preparing(dialect(), **shape)
    prepared = preparing.prepare(make(preparing))
    given = prepared.parameters(dict.fromkeys(prepared.names, "[]"))
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {prepared.text}", given)]


@pytest.mark.parametrize("statement", ["_due_brands", "_claim_of_brand"])
def test_the_mails_of_its_order_before_one_that_is_claimed(connection: sqlite3.Connection, statement: str) -> None:
    make = getattr(Leases(Database("sqlite:///unused.db"), timedelta(minutes=5)), statement)
    steps = steps_of(connection, make, has_brand=False, has_buyer=False)
    (earlier,) = [step for step in steps if step.startswith("SEARCH outbox_messages_1 ")]
    assert earlier.endswith("(brand_id=? AND order_id=?)")


@pytest.mark.parametrize("has_one_id", [True, False])
@pytest.mark.parametrize("query", [read_locked, read_facts, read_first_lines, read_notifications, cancel_all])
def test_what_a_command_reads_of_its_orders(connection: sqlite3.Connection, query: Query, has_one_id: bool) -> None:
    steps = steps_of(connection, query.make, has_brand=True, has_buyer=False, has_one_id=has_one_id)
    read = [step for step in steps if step.startswith("SEARCH")]
    assert read
    assert [step for step in read if step.endswith("(brand_id=?)")] == []
