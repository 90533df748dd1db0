"""Archiving: a rejected or returned order leaves the list permanently; its status stays what it was."""

from typing import Unpack
from uuid import UUID

from models.policy import OrderAction
from resolvers.core.actions import Terms, act, on_order
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome
from resolvers.core.work import Work


async def archive_order(context: Context, order_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    async def change(work: Work) -> None:
        work.record(work.order.archive(work.now))

    return await act(context, change, on=on_order(order_id), needs=OrderAction.ARCHIVE, **terms)
