"""Why a command was refused, and what a command answers: one Refusal and one Outcome for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from models.locale import Locale, Text, text_for
from models.messages.refusals import (
    ADDRESS_BOUNCED,
    BRAND_HAS_NO_ADDRESS,
    BUYER_HAS_NO_ADDRESS,
    BUYER_IS_OFFLINE,
    NOT_ONE_LINE,
    NOT_PERMITTED,
    TEXT_TOO_LONG,
    TEXT_UNPRINTABLE,
)
from models.permissions import Permission, permits
from models.policy import Blocker, OrderAction
from resolvers.core.context import Context
from resolvers.inputs import UNPRINTABLE, InputError
from resolvers.reading.rows import NotificationRow, OrderRow
from resolvers.reading.verdicts import Explained


class RefusalCode(StrEnum):
    """Every code there is. The API publishes an enum per family of mutations, made of some of these."""

    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_ALLOWED_IN_STATUS = "NOT_ALLOWED_IN_STATUS"
    ORDER_REJECTED = "ORDER_REJECTED"
    STALE_ORDER = "STALE_ORDER"
    INVALID_INPUT = "INVALID_INPUT"
    BODY_WITHOUT_NOTIFY = "BODY_WITHOUT_NOTIFY"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    ONE_OF_ORDER_IDS_AND_FILTER = "ONE_OF_ORDER_IDS_AND_FILTER"
    TOO_MANY_ORDERS = "TOO_MANY_ORDERS"
    UNKNOWN_TAGS = "UNKNOWN_TAGS"
    FILTER_WITHOUT_CONDITION = "FILTER_WITHOUT_CONDITION"
    SELECTION_CHANGED = "SELECTION_CHANGED"
    REASON_REQUIRED = "REASON_REQUIRED"
    UNKNOWN_REASON = "UNKNOWN_REASON"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field`: the path of the argument at fault."""

    code: RefusalCode
    message: str
    field: tuple[str, ...] = ()


class Refused(Exception):
    """Raised by a command that cannot be done, so that all of it is rolled back."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*(refusal.message for refusal in refusals))
        self.refusals = list(refusals)


class NoticeCode(StrEnum):
    """What a completed command could not do besides."""

    BUYER_IS_OFFLINE = "BUYER_IS_OFFLINE"
    BUYER_HAS_NO_ADDRESS = "BUYER_HAS_NO_ADDRESS"
    ADDRESS_BOUNCED = "ADDRESS_BOUNCED"
    BRAND_HAS_NO_ADDRESS = "BRAND_HAS_NO_ADDRESS"


NOTICE_TEXTS = {
    NoticeCode.BUYER_IS_OFFLINE: BUYER_IS_OFFLINE,
    NoticeCode.BUYER_HAS_NO_ADDRESS: BUYER_HAS_NO_ADDRESS,
    NoticeCode.ADDRESS_BOUNCED: ADDRESS_BOUNCED,
    NoticeCode.BRAND_HAS_NO_ADDRESS: BRAND_HAS_NO_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Notice:
    code: NoticeCode
    message: str

    @classmethod
    def of(cls, code: NoticeCode, locale: Locale, **values: object) -> "Notice":
        """`values`: for the text's {names}."""
        return cls(code, text_for(NOTICE_TEXTS[code], locale, **values))


@dataclass(frozen=True, slots=True)
class OrderResult:
    """The result for one order of a bulk command. No blockers: the command was done, by this run.

    `is_found` False: the viewer has no such order.
    """

    order_id: UUID
    is_found: bool
    blockers: list[Explained] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.is_found and not self.blockers


@dataclass(frozen=True, slots=True)
class Blocked:
    """The orders of a selection that one blocker keeps back: how many, and the first of them."""

    code: Blocker
    count: int
    first: list[UUID]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a bulk command would do now. `count`: the orders found. `token`: stands for the selection as it is now."""

    count: int
    eligible_count: int
    not_found_count: int
    first_eligible: list[UUID]
    blocked: list[Blocked]
    token: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a command. It was done if and only if `refusals` is empty.

    `order_ids`: the orders it is about, as far as the viewer has them. `made`: the id of what was created or changed.
    `count`: of the other rows that it changed, if its payload reports them.
    `blockers`: those of each order that has some. `replayed`: this is the remembered answer to an earlier request with
    the same idempotency key. `results`: of a bulk command, one for each order. `dry_run`: of a bulk command that was
    only tried. `order`, `notifications`: what the transaction left of the only order, and its mails if it added one:
    the payload shows them.
    """

    order_ids: Sequence[UUID] = ()
    made: UUID | None = None
    notification_id: UUID | None = None
    count: int = 0
    blockers: dict[UUID, list[Explained]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    replayed: bool = False
    results: list[OrderResult] = field(default_factory=list)
    dry_run: DryRun | None = None
    order: OrderRow | None = None
    notifications: Sequence[NotificationRow] = ()

    @property
    def warnings(self) -> list[str]:
        """The messages of the notices."""
        return [notice.message for notice in self.notices]

    @property
    def order_id(self) -> UUID | None:
        """The first order; None when the viewer has no such order."""
        return self.order_ids[0] if self.order_ids else None

    @property
    def order_blockers(self) -> list[Explained]:
        """The blockers of the first order."""
        return self.blockers.get(self.order_ids[0], []) if self.order_ids else []


def refusal(context: Context, code: RefusalCode, text: Text, /, *field: str, **values: object) -> Refusal:
    """`field`: the path of the argument within `input`; `values`: for the text's {names}."""
    return Refusal(code, text_for(text, context.actor.locale, **values), ("input", *field) if field else ())


def invalid(context: Context, text: Text, /, *field: str, **values: object) -> Refusal:
    """A refusal for an argument that makes no sense; `text` is one of models/messages/refusals.py."""
    return refusal(context, RefusalCode.INVALID_INPUT, text, *field, **values)


def wrong_text(
    context: Context, text: str | None, longest: int, *field: str, is_one_line: bool = True
) -> list[Refusal]:
    """Why a text cannot be taken: too long, a character that cannot be kept, a line break or tab. Empty when it can."""
    if not text:
        return []
    if len(text) > longest:
        return [invalid(context, TEXT_TOO_LONG, *field, longest=longest, length=len(text))]
    if found := UNPRINTABLE.search(text):
        return [invalid(context, TEXT_UNPRINTABLE, *field, character=ord(found[0]), place=found.start() + 1)]
    if is_one_line and ("\t" in text or len(text.splitlines()) > 1):
        return [invalid(context, NOT_ONE_LINE, *field)]
    return []


def not_permitted(context: Context, needs: OrderAction | Permission) -> list[Refusal]:
    """Empty when the viewer may do it."""
    return [] if permits(context.actor.role, needs) else [refusal(context, RefusalCode.NOT_PERMITTED, NOT_PERMITTED)]


def require(context: Context, needs: OrderAction | Permission) -> None:
    """For queries, which have no userErrors. Raises InputError for a viewer who may not ask."""
    if not permits(context.actor.role, needs):
        raise InputError(text_for(NOT_PERMITTED, context.actor.locale), code="NOT_PERMITTED")


def blocked(blocker: Explained, *field: str) -> Refusal:
    """The refusal for a blocker; `field`: the argument that named the order."""
    match blocker.code:
        case Blocker.NOT_PERMITTED:
            code = RefusalCode.NOT_PERMITTED
        case Blocker.ALREADY_REJECTED:
            code = RefusalCode.ORDER_REJECTED
        case _:
            code = RefusalCode.NOT_ALLOWED_IN_STATUS
    return Refusal(code, blocker.message, ("input", *field))
