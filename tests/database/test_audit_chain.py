"""The audit chain: intact after every command of the API; every tampering is detected."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from graph.cli.demo import load_demo
from models.audit import AuditEntry
from models.brand import Brand
from models.database.sessions import Database
from models.scope import EVERYTHING
from resolvers.audit import verify_brand
from tests.support.client import id_of, serving
from tests.support.clock import Clock
from tests.support.factories import Shop, make_order, make_shop, make_tag

REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true, body: "却下 – sorry"}) {
            userErrors { code } } }"""
TAG = "mutation ($id: ID!, $tags: [ID!]!) { applyTags(input: {orderId: $id, tagIds: $tags}) { userErrors { code } } }"
CREATE = """mutation ($id: ID!) {
            createOrderConfirmation(input: {orderId: $id, notify: false, askBuyerApproval: true}) {
              userErrors { code } } }"""
REFUSE = """mutation ($id: ID!) { refuseOrderConfirmation(input: {orderId: $id, comment: "多すぎます"}) {
            userErrors { code } } }"""
BULK = "mutation ($ids: [ID!]!) { rejectOrders(input: {orderIds: $ids, notify: true}) { rejectedCount } }"


@pytest.fixture
async def shop(database: Database, database_url: str, tmp_path: Path) -> Shop:
    """A shop after a dozen commands through the API."""
    made = await make_shop(database)
    tag = await make_tag(database, made.brand.id, "vip")
    async with serving(database_url, tmp_path, Clock()) as api:
        member, buyer = api.as_(made.member()), api.as_(made.buyer_user())
        one, two = await make_order(database, made), await make_order(database, made)
        await member.data(TAG, id=id_of(one), tags=[id_of(tag)])
        await member.data(REJECT, id=id_of(one))
        await member.data(CREATE, id=id_of(two))
        await buyer.data(REFUSE, id=id_of(two))
        more = [id_of(await make_order(database, made)) for _ in range(5)]
        assert (await member.data(BULK, ids=more))["rejectOrders"]["rejectedCount"] == 5
    return made


async def test_the_chain_is_intact_after_every_kind_of_command(database: Database, shop: Shop) -> None:
    report = await verify_brand(database, shop.brand)
    assert (report.entries, report.unchained, report.problem) == (9, 0, None)


async def test_the_demo_is_intact(database: Database) -> None:
    await load_demo(database)
    async with database.read(EVERYTHING) as session:
        brands = list(await session.scalars(select(Brand)))
    reports = [await verify_brand(database, brand) for brand in brands]
    assert [report.problem for report in reports] == [None, None]
    assert reports[0].entries > 400


async def change_a_field(session: AsyncSession) -> None:
    await session.execute(update(AuditEntry).where(AuditEntry.sequence == 3).values(actor_name="Somebody else"))


async def change_the_details(session: AsyncSession) -> None:
    await session.execute(update(AuditEntry).where(AuditEntry.sequence == 2).values(details={"notify": False}))


async def remove_one(session: AsyncSession) -> None:
    await session.execute(delete(AuditEntry).where(AuditEntry.sequence == 4))


async def remove_the_last(session: AsyncSession) -> None:
    await session.execute(delete(AuditEntry).where(AuditEntry.sequence == 9))


async def swap_two(session: AsyncSession) -> None:
    for old, new in ((5, 99), (6, 5), (99, 6)):
        await session.execute(update(AuditEntry).where(AuditEntry.sequence == old).values(sequence=new))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change_a_field, "entry 3 .* was changed"),
        (change_the_details, "entry 2 .* was changed"),
        (remove_one, "entry 4 is missing"),
        (remove_the_last, "ends at entry 8, but its head says 9"),
        (swap_two, "entry 5 .* does not follow"),
    ],
)
async def test_tampering_is_detected(
    database: Database, shop: Shop, tamper: Callable[[AsyncSession], Awaitable[None]], says: str
) -> None:
    async with database.transaction(EVERYTHING) as session:
        for name in ("audit_entries_no_update", "audit_entries_no_delete"):
            on = "" if database.is_sqlite else " ON audit_entries"
            await session.execute(text(f"DROP TRIGGER {name}{on}"))
        await tamper(session)
    report = await verify_brand(database, shop.brand)
    assert report.problem
    assert re.search(says, report.problem)


async def test_tampering_requires_dropping_the_triggers(database: Database, shop: Shop) -> None:
    for tamper in (change_a_field, remove_one):
        with pytest.raises(Exception, match=r"cannot be (changed|deleted)"):
            async with database.transaction(EVERYTHING) as session:
                await tamper(session)
    assert (await verify_brand(database, shop.brand)).problem is None
