"""Rejections of the past, as a file says them: taken over as rejected orders, with their date, reason and note."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.actor import Actor
from models.events import OrderRejected, Reason, TakenOver
from models.locale import Text
from models.messages import importing as texts
from models.order import Order
from models.policy import OrderStatus
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds, RejectionReason
from models.translatable import translatable
from resolvers.importing.orders import ReadyOrder
from resolvers.importing.rows import ImportRow

# What all rows of one order must say alike.
ALIKE = {
    "Status": "closed",
    "Rejected At": "rejected_at",
    "Rejected By": "rejected_by",
    "Rejection Reason": "reason",
    "Rejection Note": "note",
}
# Clocks and time zones differ a little.
LEEWAY = timedelta(days=1)

Place = tuple[int, str, str]  # row, column, reason


@dataclass
class Decisions:
    """Checks and writes the decisions of one import. `source`: the file's name."""

    actor: Actor
    source: str
    _reasons: dict[str, Reason] = field(default_factory=dict)
    _codes: list[str] = field(default_factory=list)

    async def load_reasons(self, session: AsyncSession) -> None:
        """Of the brand, archived ones too: a decision of the past may have one."""
        if self._codes:
            return
        by_code: dict[str, Reason] = {}
        statement = select(RejectionReason).order_by(RejectionReason.position)
        for each in await session.scalars(statement):
            reason = Reason(each.id, each.code, Text(each.label_en, each.label_ja))
            self._codes.append(each.code)
            by_code[_folded(each.code)] = reason
            for label in (each.label_en, each.label_ja):
                self._reasons.setdefault(_folded(label), reason)
        self._reasons |= by_code  # a code counts before a label

    def faults(self, order: ReadyOrder, now: datetime) -> list[Place]:
        """What is wrong with the decision that an order of the file has."""
        row, number = order.head, order.first_row
        at = decided_at(row)
        found: list[Place] = []
        if at is None:
            found.append((number, "Rejected At", translatable(texts.NO_REJECTION_DATE)))
        elif at > now + LEEWAY:
            found.append((number, "Rejected At", translatable(texts.IN_THE_FUTURE, at=row.rejected_at)))
        elif order.placed_at and at < order.placed_at - LEEWAY:
            found.append((number, "Rejected At", translatable(texts.BEFORE_PLACED, at=row.rejected_at)))
        if row.reason and _folded(row.reason) not in self._reasons:
            problem = translatable(texts.NO_REASON, text=row.reason, codes=", ".join(self._codes))
            found.append((number, "Rejection Reason", problem))
        return found

    def reject(self, order: Order, row: ImportRow, now: datetime) -> OrderRejected:
        """Makes a new order a rejected one."""
        order.status = OrderStatus.REJECTED
        by = row.rejected_by or self.actor.name
        return OrderRejected(
            brand_id=order.brand_id,
            order_id=order.id,
            at=now,
            status_before=OrderStatus.OC_REQUIRED,
            status_after=OrderStatus.REJECTED,
            notify=False,
            notified=False,
            body=None,
            reason=self._reasons[_folded(row.reason)] if row.reason else None,
            note=row.note or None,
            taken_over=TakenOver(self.source, decided_at(row) or now, by),
        )

    async def write(self, session: AsyncSession, events: Sequence[OrderRejected]) -> None:
        """After the orders and their lines."""
        session.add_all(grounds for event in events if (grounds := RejectionGrounds.of(event)))
        await session.flush()
        session.add_all(OrderRejection.of(event, self.actor) for event in events)
        await session.flush()


def decided_at(row: ImportRow) -> datetime | None:
    return datetime.fromisoformat(row.rejected_at) if row.rejected_at else None


def _folded(text: str) -> str:
    """Without case, width, and whether words are joined by spaces, hyphens or underscores."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").replace("_", " ").split())
