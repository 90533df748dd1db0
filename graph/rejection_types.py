"""RejectionBlocker and OrderRejection: what an order says of its rejection, possible or done."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from graph.blockers import BlockingDocument, describe_blockers
from graph.core.enums import publish
from models.policy import Blocker, OrderAction, possible_blockers
from resolvers.reading.verdicts import Explained

_BLOCKERS = possible_blockers(OrderAction.REJECT)

if TYPE_CHECKING:  # mypy knows no enum whose members are computed
    RejectionBlockerCode = Blocker
else:
    RejectionBlockerCode = StrEnum("RejectionBlockerCode", {blocker.name: blocker.value for blocker in _BLOCKERS})

publish(
    RejectionBlockerCode,
    "Why an order cannot be rejected. New values may be added: a client must tolerate one it doesn't know.",
    describe_blockers(_BLOCKERS),
)


@strawberry.type(description="A reason why an order cannot be rejected.")
class RejectionBlocker:
    code: RejectionBlockerCode = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people, in the viewer's language.")
    documents: list[BlockingDocument] = strawberry.field(
        description="The documents in the way, so that a client can link to them."
    )

    @classmethod
    def of(cls, blocker: Explained) -> "RejectionBlocker":
        return cls(
            code=RejectionBlockerCode(blocker.code.value),
            message=blocker.message,
            documents=BlockingDocument.all_of(blocker),
        )


@strawberry.type(description="The record of a rejection. There is one per order, for good.")
class OrderRejection:
    rejected_at: datetime = strawberry.field(description="When.")
    rejected_by: str = strawberry.field(description="Who; a buyer is told the brand.")
    notified: bool = strawberry.field(description="Whether a mail to the buyer was put into the outbox.")
    body: str | None = strawberry.field(
        description="The message that was sent: as typed, or the brand's or the standard text; null without a mail."
    )
