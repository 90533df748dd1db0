"""External references: what the viewer's app, or the brand, calls an order in its own system."""

from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from models.events import OrderChanged
from models.external_reference import MAX_REFERENCE_LENGTH, ExternalReference, app_of
from models.messages.history import EventKind
from models.messages.refusals import REFERENCE_TAKEN
from models.order import Order
from models.policy import OrderAction
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.inputs import unprintable
from resolvers.reading.rows import OrderRow

ARGUMENT = "externalReference"
MAX_APPS = 1_000


async def set_external_reference(
    context: Context, order_id: UUID | None, reference: str | None, **terms: Unpack[Terms]
) -> Outcome:
    """None or blank removes it."""
    text = (reference or "").strip()

    async def change(work: Work) -> None:
        if text:
            await attach(work, work.brand_id, work.order.id, text)
        else:
            await _detach(work)

    wrong = wrong_reference(context, reference)
    needs = OrderAction.SET_EXTERNAL_REFERENCE
    return await act(context, change, on=on_order(order_id), needs=needs, wrong=wrong, **terms)


async def order_by_reference(context: Context, reference: str) -> OrderRow | None:
    """The order with the viewer's own reference; for people else the only one that an app calls so."""
    text = reference.strip()
    if not text or len(text) > MAX_REFERENCE_LENGTH or unprintable(text):
        return None
    own = app_of(context.actor)
    columns = (ExternalReference.app_id, ExternalReference.order_id)
    statement = select(*columns).where(ExternalReference.reference == text)
    if own:
        statement = statement.where(ExternalReference.app_id == own)
    async with context.read() as session:
        found = (await session.execute(statement.limit(MAX_APPS))).all()
    ids = {row.order_id for row in found if row.app_id == own} or {row.order_id for row in found}
    return await context.loaders.order.load(ids.pop()) if len(ids) == 1 else None


def wrong_reference(context: Context, reference: str | None) -> list[Refusal]:
    return wrong_text(context, reference, MAX_REFERENCE_LENGTH, ARGUMENT)


async def order_called(work: Work, brand_id: UUID, reference: str) -> Order | None:
    """The order that has this reference of the viewer's."""
    of_reference = (ExternalReference.reference == reference, ExternalReference.app_id == app_of(work.context.actor))
    statement = select(Order).join_from(Order, ExternalReference)
    return await work.find(statement.where(ExternalReference.brand_id == brand_id, *of_reference))


def taken(context: Context, by: Order) -> Refused:
    return Refused(invalid(context, REFERENCE_TAKEN, ARGUMENT, code=by.code))


async def attach(work: Work, brand_id: UUID, order_id: UUID, reference: str) -> None:
    """The same reference again is no event. Raises Refused for one that another order has."""
    if other := await order_called(work, brand_id, reference):
        if other.id == order_id:
            return
        raise taken(work.context, other)
    actor = work.context.actor
    app_id = app_of(actor)
    found = await work.find(select(ExternalReference).where(*_own(work, brand_id, order_id)))
    if found is None:
        found = ExternalReference(brand_id=brand_id, order_id=order_id, app_id=app_id)
        work.add(found)
    found.reference, found.app_name = reference, actor.name if app_id else None
    _record(work, brand_id, order_id, EventKind.EXTERNAL_REFERENCE_SET, reference)


async def _detach(work: Work) -> None:
    own = _own(work, work.brand_id, work.order.id)
    if found := await work.find(select(ExternalReference.reference).where(*own)):
        await work.save(delete(ExternalReference).where(*own))
        _record(work, work.brand_id, work.order.id, EventKind.EXTERNAL_REFERENCE_REMOVED, found)


def _own(work: Work, brand_id: UUID, order_id: UUID) -> tuple[ColumnElement[bool], ...]:
    reference: Any = ExternalReference
    is_own = reference.app_id == app_of(work.context.actor)
    return (reference.brand_id == brand_id, reference.order_id == order_id, is_own)


def _record(work: Work, brand_id: UUID, order_id: UUID, kind: EventKind, reference: str) -> None:
    details = {"reference": reference}
    work.record(OrderChanged(brand_id=brand_id, order_id=order_id, at=work.now, kind=kind, details=details))
