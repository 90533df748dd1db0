"""What follows for the viewer from an order's status and facts: its label, and what can be done with it.

Both ways of answering call these functions: the resolvers of graph/orders.py, and the compiler through `judged`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from graph.blockers import ActionBlocker, OrderActionVerdict
from graph.execution.declared import ForLevel, Pure
from graph.rejection_types import RejectionBlocker, RejectionBlockerCode
from models import policy
from models.actor import Actor, Viewpoint
from models.messages.statuses import DELIVERY_STATUS_LABELS, status_label
from models.policy import (
    BLOCKED_WHEN,
    DELIVERY_STATUS_WHEN,
    RULES,
    Condition,
    DeliveryStatus,
    Fact,
    Facts,
    Has,
    HasNot,
    OrderAction,
    OrderStatus,
)
from resolvers.reading.sources import fact_column
from resolvers.reading.verdicts import Verdict, documents_by_order, documents_of, rejections_by_order, rejections_of

T = TypeVar("T")


def label_of(viewer: Viewpoint, status: OrderStatus, approval_asked: bool, locale: Any = None) -> str:
    """`locale`: None or UNSET for the viewer's."""
    return status_label(status, locale or viewer.locale, to_buyer=viewer.is_buyer, approval_asked=approval_asked)


def can_reject(viewer: Viewpoint, facts: Facts) -> bool:
    return not policy.blockers(OrderAction.REJECT, viewer.role, facts)


def blocker_codes(viewer: Viewpoint, facts: Facts) -> list[RejectionBlocker]:
    """With their codes only."""
    found = policy.blockers(OrderAction.REJECT, viewer.role, facts)
    return [RejectionBlocker(code=RejectionBlockerCode(each.value), message="", documents=[]) for each in found]


def rejection_blockers(actor: Actor, verdict: Verdict) -> list[RejectionBlocker]:
    return [RejectionBlocker.of(each) for each in verdict.blockers(OrderAction.REJECT, actor)]


def action_verdicts(actor: Actor, verdict: Verdict) -> list[OrderActionVerdict]:
    found = []
    for action in OrderAction:
        blockers = [ActionBlocker.of(each) for each in verdict.blockers(action, actor)]
        found.append(OrderActionVerdict(action=action, allowed=not blockers, blockers=blockers))
    return found


def available_actions(viewer: Viewpoint, facts: Facts) -> list[OrderAction]:
    return policy.available_actions(viewer.role, facts)


def delivery_status_of(_: Viewpoint, facts: Facts) -> DeliveryStatus:
    return policy.delivery_status(facts)


def delivery_label_of(viewer: Viewpoint, facts: Facts, locale: Any = None) -> str:
    """`locale`: None or UNSET for the viewer's."""
    return DELIVERY_STATUS_LABELS[policy.delivery_status(facts)].in_(locale or viewer.locale)


def _facts_of(conditions: Iterable[Condition]) -> tuple[Fact, ...]:
    """The facts that these conditions look at."""
    return tuple(dict.fromkeys(each.fact for each in conditions if isinstance(each, Has | HasNot)))


OF_REJECTING = _facts_of(BLOCKED_WHEN[blocker] for blocker in RULES[OrderAction.REJECT].unless)
OF_DELIVERY = _facts_of(DELIVERY_STATUS_WHEN.values())


def _given(status: OrderStatus, facts: Iterable[Fact], true: Iterable[bool]) -> Facts:
    return Facts(status, frozenset(fact for fact, is_true in zip(facts, true, strict=True) if is_true))


def judged(
    judge: Callable[..., Any],
    facts: Sequence[Fact] = tuple(Fact),
    *,
    only: set[str] | None = None,
    otherwise: ForLevel | None = None,
) -> Pure:
    """A field that follows from the status and from these facts, which must be all that `judge` looks at.

    `judge(viewer, facts, **arguments)`, with the field's arguments.
    """

    def make(viewer: Any, status: OrderStatus, *true: bool, **arguments: Any) -> Any:
        return judge(viewer, _given(status, facts, true), **arguments)

    fields = None if only is None else frozenset(only | {"__typename"})
    return Pure(("status", *map(fact_column, facts)), make, only=fields, otherwise=otherwise)


_REFERENCED = frozenset({Fact.DELIVERY_NOTE, Fact.INVOICE})


def explained(make: Callable[[Actor, Verdict], Any], facts: Sequence[Fact] = tuple(Fact)) -> ForLevel:
    """A field that follows from the verdict, with documents and rejection: read for the orders that have any.

    `facts`: those that `make` looks at.
    """

    def read(actor: Actor, rows: list[tuple[UUID, tuple[Any, ...]]], ask: Callable[..., Any]) -> Any:
        found: dict[tuple[Any, ...], Any] = {}  # Facts, or what was made, of orders with the same values
        blocked: dict[UUID, Facts] = {}  # by what is read: documents, a rejection
        for id, values in rows:
            if values not in found:
                status, *true = values
                of_values = _given(status, facts, true)
                is_read = bool(of_values.true & _REFERENCED) or status in policy.REJECTED
                found[values] = of_values if is_read else make(actor, Verdict(of_values))
            known = found[values]
            if isinstance(known, Facts):
                blocked[id] = known
        referenced = [id for id, each in blocked.items() if each.true & _REFERENCED]
        rejected = [id for id, each in blocked.items() if each.status in policy.REJECTED]
        documents = documents_by_order((yield from ask("documents", referenced)) if referenced else ())
        rejections = rejections_by_order((yield from ask("rejections", rejected)) if rejected else ())
        return [
            make(actor, Verdict(blocked[id], tuple(documents.get(id, ())), rejections.get(id)))
            if id in blocked
            else found[values]
            for id, values in rows
        ]

    statements = {"documents": documents_of, "rejections": rejections_of}
    return ForLevel(("status", *map(fact_column, facts)), read, statements)


BLOCKERS = explained(rejection_blockers, OF_REJECTING)
