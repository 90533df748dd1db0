"""RejectionBlocker and OrderRejection: what an order says of its rejection, possible or done."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from graph import blockers
from graph.blockers import BlockingDocument, describe_blockers
from graph.core.enums import describe_enum
from models.policy import Blocker, OrderAction, possible_blockers
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
