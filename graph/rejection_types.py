"""RejectionBlocker and OrderRejection: what an order says of its rejection, possible or done."""

from datetime import datetime
from enum import StrEnum

import strawberry

from graph.blockers import BlockingDocument
from graph.core.enums import describe_enum
from models.policy import Blocker
from resolvers.reading.verdicts import Explained


class RejectionBlockerCode(StrEnum):
    """The blockers that rejecting can meet; a test keeps them equal to the rules table's."""

    ALREADY_REJECTED = Blocker.ALREADY_REJECTED
    SENT_BACK_TO_CART = Blocker.SENT_BACK_TO_CART
    DELIVERY_NOTE_EXISTS = Blocker.DELIVERY_NOTE_EXISTS
    INVOICE_EXISTS = Blocker.INVOICE_EXISTS
    BACKLOG_SKUS_CREATED = Blocker.BACKLOG_SKUS_CREATED
    NOT_PERMITTED = Blocker.NOT_PERMITTED
    STATUS_NOT_ELIGIBLE_FOR_BULK = Blocker.STATUS_NOT_ELIGIBLE_FOR_BULK


describe_enum(
    RejectionBlockerCode,
    "Reasons why an order cannot be rejected. New values may be added: a client must tolerate unknown values.",
    {
        "ALREADY_REJECTED": "The order has already been rejected.",
        "SENT_BACK_TO_CART": "The order has been sent back to the buyer's cart.",
        "DELIVERY_NOTE_EXISTS": "A delivery note references the order. Deleting the note releases the order.",
        "INVOICE_EXISTS": "An invoice, be it a draft, references the order. Voiding an issued invoice or deleting a "
        "draft releases the order.",
        "BACKLOG_SKUS_CREATED": "Backlog SKUs have been created from the order.",
        "NOT_PERMITTED": "The viewer's role does not permit rejecting orders.",
        "STATUS_NOT_ELIGIBLE_FOR_BULK": "Bulk only: the status is neither OC_REQUIRED nor OC_CREATED.",
    },
)


@strawberry.type(description="A reason why an order cannot be rejected.")
class RejectionBlocker:
    code: RejectionBlockerCode = strawberry.field(description="Machine-readable code.")
    message: str = strawberry.field(description="Message for people, in the viewer's language.")
    documents: list[BlockingDocument] = strawberry.field(
        description="The documents that block the rejection, so that a client can link to them."
    )

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
