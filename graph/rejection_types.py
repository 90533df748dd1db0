"""RejectionBlocker, OrderRejection and its reason: the fields of an order about its rejection."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Private

from graph import blockers
from graph.blockers import BlockingDocument, describe_blockers
from graph.core.binding import question
from graph.core.context import Info
from graph.core.enums import InLocale, describe_enum
from graph.core.ids import Kind, to_id
from graph.core.node import NODES, Node
from models.locale import Text
from models.permissions import Permission
from models.policy import Blocker, OrderAction, possible_blockers
from models.rejection import rejected_by
from resolvers import nodes
from resolvers.reading.rows import ReasonRow, RejectionRow
from resolvers.reading.verdicts import Explained

_BLOCKERS = possible_blockers(OrderAction.REJECT)

if TYPE_CHECKING:  # mypy knows no enum whose members are computed
    RejectionBlockerCode = Blocker
else:
    RejectionBlockerCode = StrEnum("RejectionBlockerCode", {blocker.name: blocker.value for blocker in _BLOCKERS})

describe_enum(
    RejectionBlockerCode,
    "Reasons why an order cannot be rejected. New values may be added: a client must tolerate unknown values.",
    describe_blockers(_BLOCKERS),
)


@strawberry.type(description="A reason why an order cannot be rejected.")
class RejectionBlocker(blockers.Blocker):
    code: RejectionBlockerCode = strawberry.field(description="Machine-readable code.")

    @classmethod
    def of(cls, blocker: Explained) -> "RejectionBlocker":
        return cls(
            code=RejectionBlockerCode(blocker.code.value),
            message=blocker.message,
            documents=BlockingDocument.all_of(blocker),
        )


@strawberry.type(description="A reason for rejections, from the list of the brand. Buyers never see it.")
class RejectionReason(Node):
    code: str = strawberry.field(description="Code, unique in the brand and permanent, e.g. OUT_OF_STOCK.")
    label_en: str = strawberry.field(description="English label.")
    label_ja: str = strawberry.field(description="Japanese label.")
    is_archived: bool = strawberry.field(description="Whether the reason is archived: it can no longer be given.")

    @strawberry.field(description="The label, in the viewer's language unless another one is given.")
    def label(self, info: Info, locale: InLocale = UNSET) -> str:
        return Text(self.label_en, self.label_ja).in_(locale or info.context.actor.locale)

    @classmethod
    def of(cls, row: ReasonRow) -> "RejectionReason":
        return cls(
            id=to_id(Kind.REJECTION_REASON, row.id),
            code=row.code,
            label_en=row.label_en,
            label_ja=row.label_ja,
            is_archived=row.archived_at is not None,
        )


@strawberry.type(description="The record of a rejection. A rejected order has exactly one, permanently.")
class OrderRejection:
    rejected_at: datetime = strawberry.field(description="When the order was rejected.")
    rejected_by: str = strawberry.field(
        description="Name of whoever rejected the order. A buyer sees the name of the brand instead."
    )
    notified: bool = strawberry.field(description="Whether a mail to the buyer was put into the outbox, to be sent.")
    body: str | None = strawberry.field(
        description="The message that was sent: as typed, or else the brand's or the standard text. Null "
        "without a mail."
    )
    row: Private[RejectionRow]

    @question(
        needs=Permission.READ_INTERNAL, description="The reason. Null if none was given, and always null for a buyer."
    )
    def reason(self) -> RejectionReason | None:
        return RejectionReason.of(self.row.reason) if self.row.reason else None

    @question(
        needs=Permission.READ_INTERNAL,
        description="The internal note. Never sent to the buyer. Null if none was given, and always null for a buyer.",
    )
    def note(self) -> str | None:
        return self.row.note

    @classmethod
    def of(cls, row: RejectionRow, *, to_buyer: bool) -> "OrderRejection":
        by = rejected_by(row.actor_name, row.brand_name, to_buyer=to_buyer)
        return cls(rejected_at=row.rejected_at, rejected_by=by, notified=row.notified, body=row.body, row=row)


NODES[Kind.REJECTION_REASON] = (nodes.rejection_reasons, RejectionReason.of)
