"""--decisions: orders that were rejected in another system become rejected orders, with date, reason and note."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.audit import AuditEntry
from models.brand import Brand
from models.database.sessions import Database
from models.locale import Locale
from models.messages.history import sentence
from models.order import Order
from models.outbox import OutboxMessage
from models.policy import OrderStatus
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds, RejectionReason
from models.scope import EVERYTHING
from resolvers.audit import verify_brand
from resolvers.importing.headings import COLUMNS
from tests.importing.importing import orders, places, run
from tests.importing.test_import import row, write
from tests.support.factories import NOON
from tests.support.trace import trace

DECIDED = {
    "status": "Cancelled",
    "rejected_at": "2026-11-02",
    "rejected_by": "Emma Clarke",
    "rejection_reason": "out of  stock",
    "rejection_note": "Offered the red one",
    "placed_at": "2026-11-01",
}


def decided(**values: str) -> dict[str, str]:
    names = {each.lower().replace(" ", "_"): each for each in ("Rejected At", "Rejected By", "Rejection Reason")}
    names |= {"rejection_note": "Rejection Note"}
    given = DECIDED | values
    others = {name: value for name, value in given.items() if name not in names}
    return row(**others) | {names[name]: value for name, value in given.items() if name in names}


async def test_old_decisions_are_taken_over(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows = [
        decided(),
        decided(sku_number="S-2"),
        decided(order_code="A-2", rejection_reason="与信・支払い", rejected_by="", rejection_note="", status="却下"),
        decided(order_code="A-3", rejection_reason="", status="REJECTED_BY_BRAND"),
        row(order_code="A-4"),
    ]
    path = write(tmp_path / "old.csv", rows, list(COLUMNS))
    before = await trace(database)
    summary, faults = await run(database, brand, path, decisions=True, dry_run=True)
    assert (summary.imported, str(summary.decisions), faults) == (4, "A-1, A-2, A-3", [])
    assert await trace(database) == before
    summary, faults = await run(database, brand, path, decisions=True)
    assert (summary.imported, str(summary.decisions), faults) == (4, "A-1, A-2, A-3", [])
    found = await orders(database)
    assert [order.status for _, order in sorted(found.items())] == [OrderStatus.REJECTED] * 3 + [
        OrderStatus.OC_REQUIRED
    ]
    async with database.read(EVERYTHING) as session:
        records = select(Order.code, OrderRejection.rejected_at, OrderRejection.actor_name, OrderRejection.notified)
        told = (await session.execute(records.join_from(Order, OrderRejection).order_by(Order.code))).all()
        grounds = select(Order.code, RejectionReason.code, RejectionGrounds.note).join_from(Order, RejectionGrounds)
        reasons = (await session.execute(grounds.outerjoin(RejectionReason).order_by(Order.code))).all()
        entries = list(await session.scalars(select(AuditEntry).where(AuditEntry.kind == "ORDER_REJECTED")))
        assert (await session.scalars(select(OutboxMessage))).all() == []
    at = datetime(2026, 11, 2, tzinfo=UTC)
    assert told == [("A-1", at, "Emma Clarke", False), ("A-2", at, "Import", False), ("A-3", at, "Emma Clarke", False)]
    assert reasons == [
        ("A-1", "OUT_OF_STOCK", "Offered the red one"),
        ("A-2", "CREDIT", None),
        ("A-3", None, "Offered the red one"),
    ]
    [entry] = [each for each in entries if each.order_id == found["A-1"].id]
    assert entry.at == NOON
    assert sentence(entry.kind, entry.details, Locale.EN) == (
        "Rejection of 2026-11-02 by Emma Clarke taken over from old.csv (reason: Out of stock)"
    )
    assert (await verify_brand(database, brand)).problem is None
    again, faults = await run(database, brand, path, decisions=True)
    assert (again.imported, again.unchanged, faults) == (0, 4, [])


async def test_a_decision_that_is_not_clear_refuses_its_order(database: Database, brand: Brand, tmp_path: Path) -> None:
    await run(database, brand, write(tmp_path / "open.csv", [row(order_code="OPEN", placed_at="2026-11-01")]))
    cases: list[tuple[dict[str, str], str]] = [
        ({"rejected_at": ""}, "Rejected At"),
        ({"rejected_at": "soon"}, "Rejected At"),
        ({"rejected_at": "2027-01-01"}, "Rejected At"),
        ({"rejected_at": "2026-10-01"}, "Rejected At"),
        ({"rejection_reason": "Bad mood"}, "Rejection Reason"),
        ({"rejection_note": "x" * 2_001}, "Rejection Note"),
        ({"rejected_by": "x\u0007"}, "Rejected By"),
        ({"status": ""}, "Status"),
        ({"status": "Open"}, "Status"),
        ({"status": "Returned to cart", "rejected_at": "", "rejected_by": ""}, "Status"),
        ({"order_code": "OPEN"}, "Status"),
    ]
    rows = [decided(**({"order_code": f"B-{number}"} | values)) for number, (values, _) in enumerate(cases)]
    rows += [decided(order_code="B-99"), decided(order_code="B-99", rejected_by="Another", sku_number="S-2")]
    before = await trace(database)
    summary, faults = await run(database, brand, write(tmp_path / "bad.csv", rows, list(COLUMNS)), decisions=True)
    expected = [(2 + number, column) for number, (_, column) in enumerate(cases)] + [(14, "Rejected By")]
    assert sorted(places(faults)) == expected
    assert (summary.imported, summary.refused) == (0, 12)
    assert await trace(database) == before


async def test_without_the_option_nothing_is_taken_over(database: Database, brand: Brand, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [decided(status="Order rejected by brand"), row(order_code="A-2")]
    summary, faults = await run(database, brand, write(tmp_path / "old.csv", rows, list(COLUMNS)))
    assert (summary.imported, summary.refused, places(faults)) == (1, 1, [(2, "Status")])
    assert "--decisions takes it over as rejected" in faults[0].reason
    told = "left out without --decisions: Rejected At, Rejected By, Rejection Reason, Rejection Note"
    assert told in summary.notes
    rows = [row(order_code="A-3"), row(order_code="A-4") | {"Rejection Note": "x"}]
    summary, _ = await run(database, brand, write(tmp_path / "b.csv", rows, list(COLUMNS)))
    assert "left out without --decisions: Rejection Note" in summary.notes
    summary, _ = await run(database, brand, write(tmp_path / "c.csv", [row(order_code="A-5")], list(COLUMNS)))
    assert not any("--decisions" in note for note in summary.notes)
