"""Assigning: which member is in charge of an order."""

from typing import Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from models.actor import MAX_ID_LENGTH
from models.assignee import MAX_NAME_LENGTH, OrderAssignee
from models.events import OrderChanged
from models.messages.history import EventKind
from models.messages.refusals import UNKNOWN_MEMBER
from models.policy import OrderAction
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.members import name_of_member


async def assign_order(
    context: Context, order_id: UUID | None, actor_id: str | None, actor_name: str | None, **terms: Unpack[Terms]
) -> Outcome:
    """`actor_id`: of the member; None or blank: no member. `actor_name`: used for a member who is not known yet."""
    wrong = [
        *wrong_text(context, actor_id, MAX_ID_LENGTH, "actorId"),
        *wrong_text(context, actor_name, MAX_NAME_LENGTH, "actorName"),
    ]
    chosen, given_name = (actor_id or "").strip(), (actor_name or "").strip()

    async def change(work: Work) -> None:
        if not chosen:
            await _release(work)
            return
        name = await name_of_member(work, chosen) or given_name
        if not name:
            raise Refused(invalid(context, UNKNOWN_MEMBER, "actorId"))
        await _assign(work, chosen, name)

    return await act(context, change, on=on_order(order_id), needs=OrderAction.ASSIGN, wrong=wrong, **terms)


async def _assign(work: Work, actor_id: str, name: str) -> None:
    """The same member again is no event, unless the name is another."""
    found = await _assignee(work)
    if found and (found.actor_id, found.actor_name) == (actor_id, name):
        return
    if found is None:
        found = OrderAssignee(brand_id=work.brand_id, order_id=work.order.id)
        work.add(found)
    found.actor_id, found.actor_name, found.assigned_at = actor_id, name, work.now
    _record(work, EventKind.ORDER_ASSIGNED, actor_id, name)


async def _release(work: Work) -> None:
    if found := await _assignee(work):
        await work.save(delete(OrderAssignee).where(*_of_order(work)))
        _record(work, EventKind.ORDER_UNASSIGNED, found.actor_id, found.actor_name)


async def _assignee(work: Work) -> OrderAssignee | None:
    return await work.find(select(OrderAssignee).where(*_of_order(work)))


def _of_order(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (OrderAssignee.brand_id == work.brand_id, OrderAssignee.order_id == work.order.id)


def _record(work: Work, kind: EventKind, actor_id: str, name: str) -> None:
    details = {"assignee": name, "assignee_id": actor_id}
    work.record(OrderChanged(brand_id=work.brand_id, order_id=work.order.id, at=work.now, kind=kind, details=details))
