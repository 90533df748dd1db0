"""The rules: what can be done to an order, and every reason why not.

One table decides. `canReject`, `rejectionBlockers`, `availableActions`, the guard of every mutation, the bulk path,
the search filter and docs/rules.md all read RULES; nothing else compares a status to permit something.
Who may do what is no action on an order: models/permissions.py.
Pure: standard library only. How each fact is looked up in the database is in models/facts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class OrderStatus(StrEnum):
    OC_REQUIRED = "OC_REQUIRED"
    OC_CREATED = "OC_CREATED"
    OC_APPROVED = "OC_APPROVED"
    OC_UPDATE_REQUIRED = "OC_UPDATE_REQUIRED"
    OC_CONFIRMED = "OC_CONFIRMED"
    REJECTED_BY_BRAND = "REJECTED_BY_BRAND"
    REJECTED = "REJECTED"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"


class DeliveryStatus(StrEnum):
    """How far the delivery of an order has come. Not stored: DELIVERY_STATUS_WHEN derives it from the facts."""

    NONE = "NONE"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    DELIVERY_NOTE_CREATED = "DELIVERY_NOTE_CREATED"


class Role(StrEnum):
    """What a viewer may be: three roles of a brand's member, a buyer's user, three of a partner app, an operator."""

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"
    BUYER = "buyer"
    # A partner app's role follows from the scopes of its key (models/key_scopes.py).
    APP = "app"
    APP_REJECT = "app-reject"
    APP_READ = "app-read"
    OPERATOR = "operator"


class OrderAction(StrEnum):
    REJECT = "REJECT"
    ARCHIVE = "ARCHIVE"
    APPLY_TAGS = "APPLY_TAGS"
    ASSIGN = "ASSIGN"
    SET_EXTERNAL_REFERENCE = "SET_EXTERNAL_REFERENCE"
    SEND_BACK_TO_CART = "SEND_BACK_TO_CART"
    CREATE_CONFIRMATION = "CREATE_CONFIRMATION"
    UPDATE_CONFIRMATION = "UPDATE_CONFIRMATION"
    APPROVE_CONFIRMATION = "APPROVE_CONFIRMATION"
    REFUSE_CONFIRMATION = "REFUSE_CONFIRMATION"
    CONFIRM = "CONFIRM"
    MAKE_CONFIRMATION_EDITABLE = "MAKE_CONFIRMATION_EDITABLE"
    CREATE_BACKLOG_SKUS = "CREATE_BACKLOG_SKUS"
    CREATE_DELIVERY_NOTE = "CREATE_DELIVERY_NOTE"
    CREATE_INVOICE = "CREATE_INVOICE"
    INVOICE_DELIVERY_NOTES = "INVOICE_DELIVERY_NOTES"


class Fact(StrEnum):
    """What is true of an order besides its status. models/facts.py holds the SQL of each."""

    DELIVERY_NOTE = "a delivery note references it"
    INVOICE = "an invoice references it (a draft counts, a voided one does not)"
    BACKLOG_SKUS = "it has backlog SKUs, even when all of them are delivered"
    NOTHING_TO_DELIVER = "it is delivered as a whole, or nothing is left of its backlog SKUs"
    NOTE_TO_INVOICE = "a delivery note of it is on no invoice yet, and neither is the order as a whole"
    BUYER_OFFLINE = "its buyer has no users of its own"
    BUYER_CART = "its buyer has a cart for the same catalog"
    APPROVAL_ASKED = "its buyer was asked to approve the OC"
    ARCHIVED = "it is archived"
    ARCHIVING_OFF = "its brand has switched archiving off"


class Blocker(StrEnum):
    """A reason why an action is refused."""

    NOT_PERMITTED = "NOT_PERMITTED"
    ALREADY_REJECTED = "ALREADY_REJECTED"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"
    STATUS_NOT_ELIGIBLE = "STATUS_NOT_ELIGIBLE"
    STATUS_NOT_ELIGIBLE_FOR_BULK = "STATUS_NOT_ELIGIBLE_FOR_BULK"
    DELIVERY_NOTE_EXISTS = "DELIVERY_NOTE_EXISTS"
    INVOICE_EXISTS = "INVOICE_EXISTS"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    NOTHING_TO_DELIVER = "NOTHING_TO_DELIVER"
    NOTHING_TO_INVOICE = "NOTHING_TO_INVOICE"
    BUYER_OFFLINE = "BUYER_OFFLINE"
    BUYER_HAS_CART = "BUYER_HAS_CART"
    APPROVAL_NOT_ASKED = "APPROVAL_NOT_ASKED"
    ALREADY_ARCHIVED = "ALREADY_ARCHIVED"
    ARCHIVING_OFF = "ARCHIVING_OFF"


@dataclass(frozen=True, slots=True)
class StatusIn:
    """Holds when the order's status is one of these."""

    statuses: frozenset[OrderStatus]


@dataclass(frozen=True, slots=True)
class Has:
    """Holds when the fact is true."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class HasNot:
    """Holds when the fact is false."""

    fact: Fact


Condition = StatusIn | Has | HasNot


def statuses(*members: OrderStatus) -> frozenset[OrderStatus]:
    return frozenset(members)


S, A, B, R = OrderStatus, OrderAction, Blocker, Role

REJECTED = statuses(S.REJECTED_BY_BRAND, S.REJECTED)
FINAL = REJECTED | {S.SENT_BACK_TO_CART}
OPEN = frozenset(S) - FINAL

BLOCKED_WHEN: dict[Blocker, Condition] = {
    B.ALREADY_REJECTED: StatusIn(REJECTED),
    B.SENT_BACK_TO_CART: StatusIn(statuses(S.SENT_BACK_TO_CART)),
    B.DELIVERY_NOTE_EXISTS: Has(Fact.DELIVERY_NOTE),
    B.INVOICE_EXISTS: Has(Fact.INVOICE),
    B.BACKLOG_SKUS_CREATED: Has(Fact.BACKLOG_SKUS),
    B.NOTHING_TO_DELIVER: Has(Fact.NOTHING_TO_DELIVER),
    B.NOTHING_TO_INVOICE: HasNot(Fact.NOTE_TO_INVOICE),
    B.BUYER_OFFLINE: Has(Fact.BUYER_OFFLINE),
    B.BUYER_HAS_CART: Has(Fact.BUYER_CART),
    B.APPROVAL_NOT_ASKED: HasNot(Fact.APPROVAL_ASKED),
    B.ALREADY_ARCHIVED: Has(Fact.ARCHIVED),
    B.ARCHIVING_OFF: Has(Fact.ARCHIVING_OFF),
}


# How far the delivery has come: the first row whose condition holds. The last two are opposites, so one always does.
# models/facts.py makes the SQL of it.
DELIVERY_STATUS_WHEN: dict[DeliveryStatus, Condition] = {
    DeliveryStatus.DELIVERY_NOTE_CREATED: Has(Fact.DELIVERY_NOTE),
    DeliveryStatus.BACKLOG_SKUS_CREATED: Has(Fact.BACKLOG_SKUS),
    DeliveryStatus.NONE: HasNot(Fact.BACKLOG_SKUS),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One action: who may do it, in which statuses, and what blocks it there.

    Outside `within` the blocker is STATUS_NOT_ELIGIBLE, unless a blocker in `unless` already says more precisely why
    (ALREADY_REJECTED, SENT_BACK_TO_CART). `bulk` is the narrower set of statuses of the action in bulk.
    """

    by: frozenset[Role]
    within: frozenset[OrderStatus]
    unless: tuple[Blocker, ...]
    bulk: frozenset[OrderStatus] = frozenset(S)


WRITERS = frozenset({R.ADMIN, R.WRITE, R.APP, R.OPERATOR})
BUYER = frozenset({R.BUYER})
IS_FINAL = (B.ALREADY_REJECTED, B.SENT_BACK_TO_CART)
IN_DELIVERY = (B.DELIVERY_NOTE_EXISTS, B.BACKLOG_SKUS_CREATED)
REFERENCED = (B.DELIVERY_NOTE_EXISTS, B.INVOICE_EXISTS, B.BACKLOG_SKUS_CREATED)
CART_IN_WAY = (B.BUYER_OFFLINE, B.BUYER_HAS_CART)
OC_IN_WORK = statuses(S.OC_CREATED, S.OC_UPDATE_REQUIRED)

# fmt: off
RULES: dict[OrderAction, Rule] = {
    # action                             by       within                                  unless
    A.REJECT:                       Rule(WRITERS | {R.APP_REJECT}, OPEN,                  (*IS_FINAL, *REFERENCED),
                                         bulk=statuses(S.OC_REQUIRED, S.OC_CREATED)),
    A.ARCHIVE:                      Rule(WRITERS, FINAL,                                  (B.ALREADY_ARCHIVED, B.ARCHIVING_OFF)),
    A.APPLY_TAGS:                   Rule(WRITERS, frozenset(S),                           ()),
    A.ASSIGN:                       Rule(WRITERS, OPEN,                                   IS_FINAL),
    A.SET_EXTERNAL_REFERENCE:       Rule(WRITERS, OPEN,                                   IS_FINAL),
    A.SEND_BACK_TO_CART:            Rule(WRITERS, OPEN,                                   (*IS_FINAL, *REFERENCED, *CART_IN_WAY)),
    A.CREATE_CONFIRMATION:          Rule(WRITERS, statuses(S.OC_REQUIRED),                IS_FINAL),
    A.UPDATE_CONFIRMATION:          Rule(WRITERS, OC_IN_WORK,                             (*IS_FINAL, B.INVOICE_EXISTS)),
    A.APPROVE_CONFIRMATION:         Rule(BUYER,   statuses(S.OC_CREATED),                 (*IS_FINAL, B.APPROVAL_NOT_ASKED)),
    A.REFUSE_CONFIRMATION:          Rule(BUYER,   statuses(S.OC_CREATED),                 (*IS_FINAL, B.APPROVAL_NOT_ASKED)),
    A.CONFIRM:                      Rule(WRITERS, statuses(S.OC_CREATED, S.OC_APPROVED),  IS_FINAL),
    A.MAKE_CONFIRMATION_EDITABLE:   Rule(WRITERS, statuses(S.OC_CONFIRMED),               (*IS_FINAL, *IN_DELIVERY)),
    A.CREATE_BACKLOG_SKUS:          Rule(WRITERS, statuses(S.OC_CONFIRMED),               (*IS_FINAL, *IN_DELIVERY)),
    A.CREATE_DELIVERY_NOTE:         Rule(WRITERS, statuses(S.OC_CONFIRMED),               (*IS_FINAL, B.NOTHING_TO_DELIVER)),
    A.CREATE_INVOICE:               Rule(WRITERS, statuses(S.OC_CREATED, S.OC_CONFIRMED), (*IS_FINAL, B.INVOICE_EXISTS)),
    A.INVOICE_DELIVERY_NOTES:       Rule(WRITERS, statuses(S.OC_CONFIRMED),               (*IS_FINAL, B.NOTHING_TO_INVOICE)),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, read under the order's lock when it decides."""

    status: OrderStatus
    true: frozenset[Fact]


def holds(condition: Condition, facts: Facts) -> bool:
    match condition:
        case StatusIn(members):
            return facts.status in members
        case Has(fact):
            return fact in facts.true
        case HasNot(fact):
            return fact not in facts.true


def blockers(action: OrderAction, role: Role, facts: Facts, *, bulk: bool = False) -> list[Blocker]:
    """Every reason why `role` cannot do `action` now; empty when it can.

    A buyer who may not do it learns only that: what blocks the brand is the brand's own business.
    """
    return list(_blockers(action, role, facts, bulk))


@lru_cache(maxsize=4096)  # thousands of orders have the same few facts
def _blockers(action: OrderAction, role: Role, facts: Facts, bulk: bool) -> Sequence[Blocker]:
    rule = RULES[action]
    found: list[Blocker] = []
    if role not in rule.by:
        found.append(B.NOT_PERMITTED)
        if role is R.BUYER:
            return found
    found += [blocker for blocker in rule.unless if holds(BLOCKED_WHEN[blocker], facts)]
    if facts.status not in rule.within and not set(IS_FINAL).intersection(found):
        found.append(B.STATUS_NOT_ELIGIBLE)
    if bulk and facts.status not in rule.bulk:
        found.append(B.STATUS_NOT_ELIGIBLE_FOR_BULK)
    return found


def possible_blockers(action: OrderAction) -> list[Blocker]:
    """Every blocker that the action can meet, in any status, for any role, alone or in bulk."""
    rule = RULES[action]
    # None of these depends on a fact: those that do are in `unless`.
    others = {
        blocker
        for status in S
        for role in R
        for blocker in blockers(action, role, Facts(status, frozenset()), bulk=True)
    }
    return [*rule.unless, *(blocker for blocker in B if blocker in others.difference(rule.unless))]


def delivery_status(facts: Facts) -> DeliveryStatus:
    return next(status for status, condition in DELIVERY_STATUS_WHEN.items() if holds(condition, facts))


def available_actions(role: Role, facts: Facts) -> list[OrderAction]:
    return [action for action in RULES if not blockers(action, role, facts)]


def status_of_rejection(role: Role) -> OrderStatus:
    """An operator rejects for the platform; everybody else who may, for the brand."""
    return S.REJECTED if role is R.OPERATOR else S.REJECTED_BY_BRAND


# The status after an action. For a rejection see status_of_rejection; the other actions do not change the status.
NEXT_STATUS: dict[OrderAction, OrderStatus] = {
    A.CREATE_CONFIRMATION: S.OC_CREATED,
    A.UPDATE_CONFIRMATION: S.OC_CREATED,
    A.APPROVE_CONFIRMATION: S.OC_APPROVED,
    A.REFUSE_CONFIRMATION: S.OC_UPDATE_REQUIRED,
    A.CONFIRM: S.OC_CONFIRMED,
    A.MAKE_CONFIRMATION_EDITABLE: S.OC_CREATED,
    A.SEND_BACK_TO_CART: S.SENT_BACK_TO_CART,
}


def describe(condition: Condition) -> str:
    """The condition in words, for docs/rules.md."""
    match condition:
        case StatusIn(members):
            return "status is " + " or ".join(sorted(members))
        case Has(fact):
            return str(fact)
        case HasNot(fact):
            return f"not: {fact}"
