"""Random mixes of concurrent commands on a few orders, at two server processes: the invariants hold in every order.

Hypothesis draws the mixes and shrinks one that breaks an invariant. RACES_EXAMPLES=500 makes a long campaign of it.
"""

import asyncio
import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from models.database.sessions import Database
from models.order import DataSet, Order, OrderLine
from models.policy import OrderStatus
from models.scope import EVERYTHING
from tests.races.conftest import Site
from tests.support.client import id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop, make_tag
from tests.support.invariants import violations
from tests.support.servers import Answer, Caller, Callers

EXAMPLES = int(os.environ.get("RACES_EXAMPLES", "5"))
ORDERS = 4
BLOCKERS = "userErrors { code }"
SINGLE = {
    "rejectOrder": {"notify": True},
    "createOrderConfirmation": {"notify": False, "askBuyerApproval": False},
    "confirmOrder": {"notify": True},
    "makeOrderConfirmationEditable": {"notify": False},
    "updateOrderConfirmation": {},
    "createBacklogSkus": {},
    "createDeliveryNote": {},
    "createInvoice": {},
    "sendOrderBackToCart": {"notify": True},
    "archiveOrder": {},
    "applyTags": {},
}
BULK: dict[str, dict[str, Any]] = {
    "rejectOrders": {"notify": True},
    "archiveOrders": {},
    "confirmOrders": {"notify": False},
    "createOrderConfirmations": {"notify": False, "askBuyerApproval": False},
    "applyTagsToOrders": {"mode": "ADD"},
}
# Commands that undo a document made earlier; its id comes from the answer of the command that made it.
UNDO = {
    "createInvoice": ("invoice", "deleteInvoice", "invoiceId"),
    "createDeliveryNote": ("deliveryNote", "deleteDeliveryNote", "deliveryNoteId"),
}
STATUSES = [OrderStatus.OC_REQUIRED, OrderStatus.OC_CREATED, OrderStatus.OC_CONFIRMED, OrderStatus.OC_APPROVED]


@dataclass(frozen=True, slots=True)
class Step:
    """`orders`: indexes of the orders. A command on one order takes the first."""

    mutation: str
    orders: tuple[int, ...]
    undo: bool
    retried: bool


STEPS = st.builds(
    Step,
    mutation=st.sampled_from([*SINGLE, "rejectOrder", "rejectOrder", *BULK]),
    orders=st.permutations(range(ORDERS)).map(tuple),
    undo=st.booleans(),
    retried=st.booleans(),
)
SCHEDULES = st.tuples(
    st.lists(st.sampled_from(STATUSES), min_size=ORDERS, max_size=ORDERS), st.lists(STEPS, min_size=6, max_size=16)
)


@pytest.mark.timeout(1800)
def test_invariants_hold_in_every_interleaving(site: Site) -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES < 50,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(SCHEDULES)
    def run(schedule: tuple[list[OrderStatus], list[Step]]) -> None:
        outcomes.update(asyncio.run(play(site, *schedule)))

    run()
    assert outcomes["done"]
    assert outcomes["refused"]


async def play(site: Site, statuses: list[OrderStatus], steps: list[Step]) -> Counter[str]:
    """The outcomes. Fails on any error that is not a refusal, and on a violated invariant."""
    database = Database(site.database_url)
    try:
        shop = await make_shop(database)
        tag = await make_tag(database, shop.brand.id, "vip")
        orders = [await an_order(database, shop, status) for status in statuses]
        async with Callers.at(site.servers) as callers:
            caller = callers.of(shop.member())
            running = (do(caller, place, step, orders, id_of(tag)) for place, step in enumerate(steps))
            answers = [answer for each in await asyncio.gather(*running) for answer in each]
        assert [answer.error for answer in answers if answer.error] == []
        assert await violations(database) == []
        return Counter("done" if answer.is_done else "refused" for answer in answers)
    finally:
        await database.close()


async def an_order(database: Database, shop: Shop, status: OrderStatus) -> Order:
    """An order of its own buyer, with the lines of its OC if it has one."""
    buyer = await make_buyer(database, shop.brand)
    order = await make_order(database, shop, status=status, buyer_id=buyer.id)
    if status is not OrderStatus.OC_REQUIRED:
        line = {"sku_id": shop.skus[0].id, "quantity": 1, "unit_price_minor": order.total_minor}
        keys = {"brand_id": order.brand_id, "order_id": order.id, "position": 1}
        confirmed = OrderLine(data_set=DataSet.CONFIRMATION, amount_minor=order.total_minor, **keys, **line)
        async with database.transaction(EVERYTHING) as session:
            session.add(confirmed)
            await session.execute(update(Order).where(Order.id == order.id).values(official=DataSet.CONFIRMATION))
    return order


async def do(caller: Caller, place: int, step: Step, orders: list[Order], tag: str) -> list[Answer]:
    name = step.mutation
    if name in BULK:
        input = BULK[name] | {"orderIds": [id_of(orders[each]) for each in step.orders]}
        if step.retried:
            input |= {"idempotencyKey": f"{orders[0].code}-{place}"}
    else:
        input = SINGLE[name] | {"orderId": id_of(orders[step.orders[0]])}
        if step.retried and name == "rejectOrder":
            input |= {"idempotencyKey": f"{orders[0].code}-{place}"}
    if name in ("applyTags", "applyTagsToOrders"):
        input |= {"tagIds": [tag]}
    made, undo, argument = UNDO.get(name, ("", "", ""))
    selection = f"{{ {made} {{ id }} {BLOCKERS} }}" if made else f"{{ {BLOCKERS} }}"
    answers = [await caller.call(place, f"{name} {selection}", **input)]
    if step.retried and "idempotencyKey" in input:
        answers.append(await caller.call(place + 1, f"{name} {selection}", **input))
        assert answers[0].refused == answers[1].refused or not answers[1].refused
    document = (answers[0].payload or {}).get(made) if made else None
    if document and step.undo:
        answers.append(await caller.call(place + 1, f"{undo} {{ {BLOCKERS} }}", **{argument: document["id"]}))
    return answers
