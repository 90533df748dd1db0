"""Query plans of the statements that the application really runs, with their parameters."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from models.database.sessions import Database

EXPLAINED = ("SELECT", "WITH", "UPDATE", "DELETE")


@dataclass
class Plan:
    """`scanned`: tables read completely. `whole`: all rows of a brand read through an index. `indexes`: those used."""

    statement: str
    text: str
    scanned: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)


@contextmanager
def recorded(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Records the statements, with their parameters, that run on this engine."""
    seen: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(EXPLAINED):
            seen.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", see)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", see)


async def plan(database: Database, statement: str, parameters: Any, *, scans_cost: bool = False) -> Plan:
    """`scans_cost`: plan as if scans were expensive, as they are once the tables are large (PostgreSQL)."""
    async with _undone(database) as connection:
        if database.is_sqlite:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return _of_sqlite(statement, [row[3] for row in rows])
        if scans_cost:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        # As on an SSD, and as docs/operations.md says.
        await connection.exec_driver_sql("SET LOCAL random_page_cost = 1.1")
        rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        found = rows.scalar_one()
        return _of_postgresql(statement, json.loads(found) if isinstance(found, str) else found)


@asynccontextmanager
async def _undone(database: Database) -> AsyncIterator[Any]:
    async with database.engine.connect() as connection:
        yield connection
        await connection.rollback()


def _of_sqlite(statement: str, details: list[str]) -> Plan:
    found = Plan(statement, "\n".join(details))
    table_of = {alias: table for table, alias in re.findall(r"(\w+) AS (\w+)", statement)}
    stops_early = "LIMIT" in statement and "USE TEMP B-TREE FOR ORDER BY" not in details
    for detail in details:
        read = re.match(r"(SCAN|SEARCH) (\w+)", detail)
        if not read:
            continue
        index = re.search(r"USING (?:COVERING )?INDEX (\w+)", detail)
        if index:
            found.indexes.add(index[1])
        table = str(table_of.get(read[2], read[2]))
        # SCAN … USING INDEX reads a whole index; AUTOMATIC is an index that SQLite builds for this statement.
        if read[1] == "SCAN" or "AUTOMATIC" in detail:
            found.scanned.add(table)
        elif detail.endswith("(brand_id=?)") and not stops_early:
            found.whole.add(table)
    return found


def _of_postgresql(statement: str, explained: Any) -> Plan:
    found = Plan(statement, json.dumps(explained, indent=1))

    def visit(node: dict[str, Any], table: str, *, stops_early: bool) -> None:
        """`stops_early`: a node above stops reading when it has enough rows."""
        kind = node["Node Type"]
        if node.get("One-Time Filter") == "false":  # what is below is never run
            return
        table = str(node.get("Relation Name", table))
        stops_early = kind == "Limit" or (stops_early and kind not in ("Sort", "Aggregate", "Hash"))
        condition = node.get("Index Cond")
        if "Index Name" in node:
            found.indexes.add(node["Index Name"])
        whole_brand = condition is None or re.fullmatch(r"\(+(\w+\.)?brand_id = [^()]*\)+", condition)
        if kind == "Seq Scan":
            found.scanned.add(table)
        elif "Index Name" in node and whole_brand and not stops_early:
            found.whole.add(table)
        for child in node.get("Plans", ()):
            visit(child, table, stops_early=stops_early)

    visit(explained[0]["Plan"], "", stops_early=False)
    return found
