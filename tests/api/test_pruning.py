"""`orders prune`: what goes, what stays, and what a retry with an old idempotency key gets."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models.bulk_run import BulkRun
from models.database.sessions import Database
from models.idempotency import IdempotencyKey
from models.outbox import NotificationStatus, OutboxMessage, message
from models.policy import OrderStatus
from models.scope import EVERYTHING
from resolvers.pruning import Ages, Sweep, prunable, prune
from tests.outbox.test_relay import notice
from tests.support.client import Client, id_of
from tests.support.factories import NOON, Shop, make_order, make_shop, save

AGES = Ages(mails=100, keys=30, bulk_runs=30)
S = NotificationStatus


async def mail(database: Database, shop: Shop, at: datetime, **values: Any) -> OutboxMessage:
    order = await make_order(database, shop, status=OrderStatus.REJECTED_BY_BRAND)
    made = message(notice(), brand_id=order.brand_id, order_id=order.id, at=at)
    for name, value in values.items():
        setattr(made, name, value)
    await save(database, made)
    return made


async def test_mails_that_are_done_with_go_when_they_are_old(database: Database) -> None:
    database.clock = lambda: NOON
    shop = await make_shop(database)
    old, young = NOON - timedelta(days=101), NOON - timedelta(days=99)
    gone = [
        await mail(database, shop, old, **values)
        for values in (
            {"status": S.SENT},
            {"status": S.FAILED},
            {"status": S.CANCELLED},
            {"status": S.MAY_HAVE_BEEN_DELIVERED, "unclear": 3},
        )
    ]
    kept = [
        await mail(database, shop, old, status=S.PENDING),
        await mail(database, shop, old, status=S.SENT, due_at=young),
        await mail(database, shop, old, status=S.SENT, leased_until=NOON),
        await mail(database, shop, old, status=S.MAY_HAVE_BEEN_DELIVERED, unclear=2),
        await mail(database, shop, young, status=S.SENT),
    ]
    assert (await prunable(database, AGES))["mails removed"] == len(gone)
    assert (await prune(database, AGES, batch_size=3))["mails removed"] == len(gone)
    assert sum((await prune(database, AGES)).values()) == 0
    async with database.read(EVERYTHING) as session:
        assert set(await session.scalars(select(OutboxMessage.id))) == {each.id for each in kept}
    for unsettled in (kept[0], kept[2], kept[3]):
        with pytest.raises(DBAPIError, match="still to be sent"):
            async with database.transaction(EVERYTHING) as session:
                await session.delete(await session.get_one(OutboxMessage, (unsettled.brand_id, unsettled.id)))


REJECT = """mutation ($input: RejectOrderInput!) { rejectOrder(input: $input) { userErrors { code } } }"""
MANY = """mutation ($input: RejectOrdersInput!) { rejectOrders(input: $input) { rejectedCount userErrors { code } } }"""
UPDATE = """mutation ($input: UpdateBuyerInput!) { updateBuyer(input: $input) { userErrors { code } } }"""


async def test_a_retry_with_an_old_key_does_nothing_twice(database: Database, api: Client) -> None:
    shop = await make_shop(database)
    client = api.as_(shop.member())
    order = await make_order(database, shop)
    one: dict[str, Any] = {"orderId": id_of(order), "notify": False, "idempotencyKey": "one"}
    many: dict[str, Any] = {"filter": {"canReject": True}, "notify": False, "idempotencyKey": "many"}
    buyer: dict[str, Any] = {"buyerId": id_of(shop.buyer), "name": "First", "idempotencyKey": "buyer"}
    await make_order(database, shop)
    for document, input in ((REJECT, one), (MANY, many), (UPDATE, buyer)):
        (answer,) = (await client.data(document, input=input)).values()
        assert answer["userErrors"] == []
    await client.data(MANY, input=many | {"idempotencyKey": None})
    await client.data(UPDATE, input=buyer | {"name": "Second", "idempotencyKey": None})
    left = await make_order(database, shop)

    database.clock = lambda: NOON + timedelta(days=29)
    assert sum((await prune(database, AGES)).values()) == 0
    database.clock = lambda: NOON + timedelta(days=31)
    expected = dict.fromkeys((await prunable(database, AGES)), 1) | {"mails removed": 0}
    assert await prune(database, AGES, batch_size=1) == expected

    assert (await client.data(REJECT, input=one))["rejectOrder"]["userErrors"] == [{"code": "NOT_REJECTABLE"}]
    refused = (await client.data(MANY, input=many))["rejectOrders"]["userErrors"]
    assert refused == [{"code": "IDEMPOTENCY_KEY_REUSED"}]
    assert (await client.data(UPDATE, input=buyer))["updateBuyer"]["userErrors"] == refused
    async with database.read(EVERYTHING) as session:
        assert await session.scalar(text("SELECT status FROM orders WHERE code = :code"), {"code": left.code}) == (
            OrderStatus.OC_REQUIRED
        )
        assert list(await session.scalars(select(BulkRun.order_ids))) == [[]]
        assert list(await session.scalars(select(IdempotencyKey.operation))) == ["updateBuyer"]


def test_the_defaults_keep_what_the_api_promises() -> None:
    assert min(asdict(Ages()).values()) >= 30


async def test_the_server_removes_old_keys_by_itself_some_at_a_time(database: Database) -> None:
    shop = await make_shop(database)
    old, young = NOON - timedelta(days=91), NOON - timedelta(days=89)
    operations = ["rejectOrder", "updateBuyer"]
    for number in range(6):
        key = {"brand_id": shop.brand.id, "actor_id": "member m", "key": str(number), "request_hash": "h", "answer": {}}
        for operation in operations:
            at = young if number % 3 == 0 else old
            await save(database, IdempotencyKey(**key, operation=operation, created_at=at))
    database.clock = lambda: NOON
    sweep = Sweep(database, examined=5)
    counts = [await sweep.step() for _ in range(6)]
    assert sum(counts) == 8
    assert max(counts) < 8  # in several steps
    async with database.read(EVERYTHING) as session:
        columns = select(IdempotencyKey.operation, IdempotencyKey.key, IdempotencyKey.request_hash)
        left = sorted(tuple(row) for row in await session.execute(columns))
    assert left == [
        *(("rejectOrder", number, "h") for number in "03"),
        *(("updateBuyer", number, "h" if number in "03" else "") for number in "012345"),
    ]
    assert await sweep.step() == 0
