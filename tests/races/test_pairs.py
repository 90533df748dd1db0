"""A rejection and another command on the same order, at two server processes at once.

The first one wins; the other is refused or, if the rules allow it, follows. Nothing is half done.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.database.sessions import Database
from models.order import Order
from models.policy import OrderStatus
from tests.races.gate import shut, wait_for_waiters
from tests.support.client import id_of
from tests.support.factories import Shop, make_buyer, make_order
from tests.support.invariants import violations
from tests.support.servers import Answer, Caller, Callers

AT_ONCE = 8  # orders, each with two commands: fewer than a server has connections
MAX_ROUNDS = 30  # as many as chance may need; two do as a rule
ERRORS = "{ userErrors { code } }"


@dataclass(frozen=True, slots=True)
class Command:
    mutation: str
    input: dict[str, Any] = field(default_factory=dict)

    async def run(self, caller: Caller, server: int, order: Order) -> Answer:
        return await caller.call(server, f"{self.mutation} {ERRORS}", orderId=id_of(order), **self.input)


REJECT = Command("rejectOrder", {"notify": True})

# (the other command, the status of the orders, (rejected?, other done?) → must occur). No other result may occur.
PAIRS = [
    (REJECT, OrderStatus.OC_APPROVED, [(True, False), (False, True)]),
    (Command("createDeliveryNote"), OrderStatus.OC_CONFIRMED, [(True, False), (False, True)]),
    (Command("createInvoice"), OrderStatus.OC_CREATED, [(True, False), (False, True)]),
    (Command("createBacklogSkus"), OrderStatus.OC_CONFIRMED, [(True, False), (False, True)]),
    (Command("sendOrderBackToCart", {"notify": True}), OrderStatus.OC_REQUIRED, [(True, False), (False, True)]),
    (Command("confirmOrder", {"notify": False}), OrderStatus.OC_CREATED, [(True, False), (True, True)]),
    (Command("archiveOrder"), OrderStatus.OC_REQUIRED, [(True, False), (True, True)]),
]


@pytest.mark.parametrize(("other", "status", "outcomes"), PAIRS, ids=[f"reject × {pair[0].mutation}" for pair in PAIRS])
async def test_of_two_commands_at_once_both_orders_of_events_happen_and_nothing_else(
    database: Database,
    shop: Shop,
    callers: Callers,
    other: Command,
    status: OrderStatus,
    outcomes: Sequence[tuple[bool, bool]],
) -> None:
    member = callers.of(shop.member())
    seen: Counter[tuple[bool, bool]] = Counter()
    for number in range(MAX_ROUNDS):
        orders = await some_orders(database, shop, status)
        pairs = await collide(database, member, REJECT, other, orders, number)
        for answers in pairs:
            assert [answer.error for answer in answers] == [None, None]
        seen.update((rejected.is_done, done.is_done) for rejected, done in pairs)
        if seen.keys() >= set(outcomes):
            break
    assert seen.keys() == set(outcomes), seen
    assert await violations(database) == []


async def some_orders(database: Database, shop: Shop, status: OrderStatus) -> list[Order]:
    """Orders of different buyers, so that each can be sent back."""
    made = []
    for _ in range(AT_ONCE):
        buyer = await make_buyer(database, shop.brand)
        made.append(await make_order(database, shop, status=status, buyer_id=buyer.id))
    return made


async def collide(
    database: Database, caller: Caller, one: Command, other: Command, orders: Sequence[Order], number: int
) -> list[tuple[Answer, Answer]]:
    """Both commands on each order, sent while the gate is shut; each is sent first in half of the cases."""
    sent: list[tuple[asyncio.Task[Answer], asyncio.Task[Answer]]] = []
    async with shut(database, orders):
        for place, order in enumerate(orders):
            server = number + place
            commands = [(0, one.run(caller, server, order)), (1, other.run(caller, server + 1, order))]
            tasks = {}
            for which, running in commands if place % 2 else commands[::-1]:
                tasks[which] = asyncio.create_task(running)
                await asyncio.sleep(0.005)
            sent.append((tasks[0], tasks[1]))
        await wait_for_waiters(database, len(orders) * 2)
    return [(await first, await second) for first, second in sent]


async def test_of_two_rejections_with_one_key_both_get_the_same_answer(
    database: Database, shop: Shop, callers: Callers
) -> None:
    member = callers.of(shop.member())
    orders = await some_orders(database, shop, OrderStatus.OC_REQUIRED)
    document = "rejectOrder { replayed notification { id } userErrors { code } }"
    async with shut(database, orders):
        tasks = [
            asyncio.create_task(
                member.call(server, document, orderId=id_of(order), notify=True, idempotencyKey=f"key-{order.code}")
            )
            for order in orders
            for server in (0, 1)
        ]
        await wait_for_waiters(database, len(tasks))
    answers = await asyncio.gather(*tasks)
    assert all(answer.is_done for answer in answers)
    payloads = [answer.payload or {} for answer in answers]
    assert [sorted((a["replayed"], b["replayed"])) for a, b in zip(payloads[::2], payloads[1::2], strict=True)] == [
        [False, True]
    ] * len(orders)
    assert [a["notification"] == b["notification"] for a, b in zip(payloads[::2], payloads[1::2], strict=True)] == [
        True
    ] * len(orders)


BULK = "rejectOrders { results { orderId blockers { code } } rejectedCount userErrors { code } }"


async def test_a_bulk_rejection_and_single_ones_reject_each_order_once(
    database: Database, shop: Shop, callers: Callers
) -> None:
    member = callers.of(shop.member())
    both: Counter[str] = Counter()
    for number in range(MAX_ROUNDS):
        orders = await some_orders(database, shop, OrderStatus.OC_REQUIRED)
        # The run locks the first orders before the single rejections arrive, and the last ones after; or all before.
        early = orders[AT_ONCE // 2 :] if number % 2 == 0 else []
        late = orders[: len(orders) - len(early)]
        async with shut(database, orders):
            singles = [asyncio.create_task(REJECT.run(member, 0, order)) for order in early]
            await wait_for_waiters(database, len(singles))
            ids = [id_of(order) for order in orders]
            bulk = asyncio.create_task(member.call(1, BULK, orderIds=ids, notify=True))
            await wait_for_waiters(database, len(singles) + 1)
            singles += [asyncio.create_task(REJECT.run(member, 0, order)) for order in late]
            await wait_for_waiters(database, len(orders) + 1)
        run, alone = await bulk, [await single for single in singles]
        assert [answer.error for answer in (run, *alone)] == [None] * (len(orders) + 1)
        by_bulk, by_single = rejected_by(run), sum(answer.is_done for answer in alone)
        assert by_bulk + by_single == len(orders)
        both.update(bulk=by_bulk, single=by_single)
        if both["bulk"] and both["single"]:
            break
    assert both["bulk"]
    assert both["single"], "they did not overlap"
    assert await violations(database) == []


async def test_two_bulk_rejections_in_opposite_order_reject_each_order_once(
    database: Database, shop: Shop, callers: Callers
) -> None:
    """They fit into one batch, so either run rejects all of them, and the other reports each one as refused."""
    member = callers.of(shop.member())
    winners: set[int] = set()
    for number in range(MAX_ROUNDS):
        orders = await some_orders(database, shop, OrderStatus.OC_CREATED)
        ids = [id_of(order) for order in orders]
        runs: dict[int, asyncio.Task[Answer]] = {}
        async with shut(database, orders):
            for run in (0, 1) if number % 2 else (1, 0):
                call = member.call(run, BULK, orderIds=ids[:: 1 - 2 * run], notify=True)
                runs[run] = asyncio.create_task(call)
                await wait_for_waiters(database, len(runs))
            assert not [run for run in runs.values() if run.done()]
        answers = [await runs[run] for run in (0, 1)]
        assert [answer.error for answer in answers] == [None, None]
        assert sorted(map(rejected_by, answers)) == [0, len(orders)]
        winner = max((0, 1), key=lambda run: rejected_by(answers[run]))
        refused = (answers[1 - winner].payload or {})["results"]
        assert [result["blockers"][0]["code"] for result in refused] == ["ALREADY_REJECTED"] * len(orders)
        winners.add(winner)
        if len(winners) == 2:
            break
    assert winners == {0, 1}, "they did not overlap"
    assert await violations(database) == []


def rejected_by(run: Answer) -> int:
    assert run.payload is not None
    count: int = run.payload["rejectedCount"]
    return count
