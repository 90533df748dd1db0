"""What every action on one order begins with: the lock, and policy's verdict under it."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import words
from models.order import Order
from models.policy import Blocker, OrderAction
from resolvers.context import Context
from resolvers.verdicts import Explained, read_verdicts


class ActionError(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_ALLOWED_IN_STATUS = "NOT_ALLOWED_IN_STATUS"
    ORDER_REJECTED = "ORDER_REJECTED"
    STALE_ORDER = "STALE_ORDER"
    INVALID_INPUT = "INVALID_INPUT"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field`: the path of the argument at fault."""

    code: ActionError
    message: str
    field: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action. `order_id` is None when the viewer has no such order; no `refusals` means it is done."""

    order_id: UUID | None = None
    blockers: list[Explained] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


async def lock(session: AsyncSession, order_id: UUID) -> Order | None:
    """The order, if the viewer has it. Every writer that could make a verdict stale takes this lock first."""
    return await session.scalar(select(Order).where(Order.id == order_id).with_for_update())


async def begin(
    context: Context, session: AsyncSession, order_id: UUID, action: OrderAction
) -> tuple[Order | None, Outcome]:
    """The locked order; with the outcome to return as it is when it has refusals."""
    order = await lock(session, order_id)
    if order is None:
        not_found = words.say(words.ORDER_NOT_FOUND, context.actor.locale)
        return None, Outcome(refusals=[Refusal(ActionError.NOT_FOUND, not_found, ("input", "orderId"))])
    verdict = (await read_verdicts(session, [order.id]))[order.id]
    blockers = verdict.blockers(action, context.actor)
    return order, Outcome(order.id, blockers, [_refusal(blocker) for blocker in blockers])


def _refusal(blocker: Explained) -> Refusal:
    match blocker.code:
        case Blocker.NOT_PERMITTED:
            code = ActionError.NOT_PERMITTED
        case Blocker.ALREADY_REJECTED:
            code = ActionError.ORDER_REJECTED
        case _:
            code = ActionError.NOT_ALLOWED_IN_STATUS
    return Refusal(code, blocker.message, ("input", "orderId"))
