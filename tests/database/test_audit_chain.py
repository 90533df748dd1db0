"""The audit chain: intact after every command of the API; every tampering is detected."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from graph.cli.audit import verify
from graph.cli.demo import load_demo
from models.actor import Actor, ActorKind
from models.audit import COLUMNS, AuditEntry, AuditHead, BuyerEvent, digest, hashed_text
from models.base import new_id
from models.brand import Brand
from models.database.chain import record
from models.database.sessions import Database
from models.messages.history import EventKind
from models.migrations import LossError, current, downgrade, latest, upgrade
from models.order import Order, OrderLine
from models.outbox import OutboxMessage
from models.policy import REJECTED, OrderStatus, Role
from models.rejection import OrderRejection
from models.scope import EVERYTHING
from models.send_back import OrderSendBack
from models.tag import OrderTag
from resolvers.audit import anchors, older_entries, verify_brand
from resolvers.confirmation import create_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.tags import create_tag
from tests.support.client import id_of, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, make_tag

Tamper = Callable[[AsyncSession], Awaitable[None]]
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
        await member.data(TAG, id=id_of(two), tags=[id_of(tag)])
    return made


async def test_the_chain_is_intact_after_every_kind_of_command(database: Database, shop: Shop) -> None:
    report = await verify_brand(database, shop.brand)
    assert (report.entries, report.unchained, report.problem) == (10, 0, None)


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
    await session.execute(delete(AuditEntry).where(AuditEntry.sequence == 10))


async def swap_two(session: AsyncSession) -> None:
    for old, new in ((5, 99), (6, 5), (99, 6)):
        await session.execute(update(AuditEntry).where(AuditEntry.sequence == old).values(sequence=new))


async def cut_the_tail(session: AsyncSession) -> None:
    """And set the head back, so that the chain is whole."""
    await session.execute(delete(AuditEntry).where(AuditEntry.sequence > 4))
    last = (await session.scalars(select(AuditEntry).where(AuditEntry.sequence == 4))).one()
    await session.execute(update(AuditHead).values(sequence=4, hash=last.hash))


async def delete_the_audit(session: AsyncSession) -> None:
    await session.execute(delete(AuditEntry))
    await session.execute(delete(AuditHead))


async def make_everything_older(session: AsyncSession) -> None:
    await session.execute(update(AuditEntry).values(sequence=None, previous_hash=None, hash=None))
    await session.execute(delete(AuditHead))


async def insert_an_unchained_rejection(session: AsyncSession) -> None:
    session.add(await forged(session, EventKind.ORDER_REJECTED))


async def insert_an_older_entry(session: AsyncSession) -> None:
    session.add(await forged(session, EventKind.TAGS_APPLIED))


async def insert_a_chained_rejection(session: AsyncSession) -> None:
    await record(session, [await forged(session, EventKind.ORDER_REJECTED)], lambda: NOON)


async def insert_a_chained_archiving(session: AsyncSession) -> None:
    await record(session, [await forged(session, EventKind.ORDER_ARCHIVED)], lambda: NOON)


async def insert_a_chained_send_back(session: AsyncSession) -> None:
    await record(session, [await forged(session, EventKind.SENT_BACK_TO_CART)], lambda: NOON)


async def insert_an_entry_before_the_first(session: AsyncSession) -> None:
    entry = await forged(session, EventKind.TAGS_APPLIED)
    entry.sequence, entry.previous_hash, entry.hash = -1, "", "f" * 64
    session.add(entry)


async def archive_without_an_entry(session: AsyncSession) -> None:
    await session.execute(update(Order).where(Order.status.in_(REJECTED)).values(archived_at=NOON))


async def reject_without_an_entry(session: AsyncSession) -> None:
    order = (await session.scalars(select(Order).where(Order.status.not_in(REJECTED)).limit(1))).one()
    order.status = OrderStatus.REJECTED_BY_BRAND
    await session.flush()
    session.add(
        OrderRejection(
            brand_id=order.brand_id, order_id=order.id, rejected_at=NOON, actor_kind=ActorKind.MEMBER, actor_id="x",
            actor_name="X", status_before=OrderStatus.OC_REQUIRED, notified=False,
        )
    )  # fmt: skip


async def reject_without_a_record(session: AsyncSession) -> None:
    order = (await session.scalars(select(Order).where(Order.status.not_in(REJECTED)).limit(1))).one()
    order.status = OrderStatus.REJECTED


async def send_back_without_an_entry(session: AsyncSession) -> None:
    order = (await session.scalars(select(Order).where(Order.status.not_in(REJECTED)).limit(1))).one()
    order.status = OrderStatus.SENT_BACK_TO_CART
    await session.flush()
    session.add(OrderSendBack(brand_id=order.brand_id, order_id=order.id, sent_back_at=NOON, actor_name="X"))


async def change_the_message_of_a_rejection(session: AsyncSession) -> None:
    await session.execute(update(OrderRejection).values(body="We never want to hear from you again."))


async def change_who_rejected(session: AsyncSession) -> None:
    await session.execute(update(OrderRejection).values(actor_name="Somebody else"))


async def delete_a_rejected_order(session: AsyncSession) -> None:
    """With all that belongs to it, but its entries."""
    order_id = (await session.scalars(select(OrderRejection.order_id).limit(1))).one()
    if session.get_bind().dialect.name == "postgresql":
        for name in ("audit_entries", "buyer_events"):
            await session.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT fk_{name}_orders"))
    for table in (OrderTag, OutboxMessage, OrderRejection, OrderLine):
        await session.execute(delete(table).where(table.order_id == order_id))
    await session.execute(delete(Order).where(Order.id == order_id))


async def forged(session: AsyncSession, kind: EventKind) -> AuditEntry:
    """About an order to which that has not happened."""
    order = (await session.scalars(select(Order).where(Order.status.not_in(REJECTED)).limit(1))).one()
    return AuditEntry(
        id=new_id(),
        brand_id=order.brand_id, order_id=order.id, kind=kind, at=NOON, actor_kind=ActorKind.MEMBER, actor_id="mem-1",
        actor_name="Mina Sato", details={"before": [], "after": []},
    )  # fmt: skip


@pytest.mark.parametrize("request_id", ["r-1", None, 'x"\n\\é注文'])
def test_what_is_hashed_is_the_canonical_json_of_all_columns_but_the_hash(request_id: str | None) -> None:
    tokyo = timezone(timedelta(hours=9))
    entry = AuditEntry(
        id=new_id(), brand_id=new_id(), order_id=None, kind=EventKind.OC_CREATED, at=NOON.astimezone(tokyo),
        actor_kind=ActorKind.MEMBER, actor_id="mem-1", actor_name="佐藤 \"Mina\"", request_id=request_id,
        details={"z": [1, None, True], "a": {"é": "\u2028"}}, sequence=7, previous_hash="0" * 64,
    )  # fmt: skip
    values = {name: getattr(entry, name) for name in COLUMNS if name != "hash"}
    plain = {"id": str(entry.id), "brand_id": str(entry.brand_id), "at": NOON.isoformat()}
    assert hashed_text(entry) == json.dumps(values | plain, sort_keys=True, ensure_ascii=False)


async def without_triggers(database: Database, tamper: Tamper) -> None:
    """As an owner of the database can: on SQLite also without checking foreign keys."""
    async with database.transaction(EVERYTHING) as session:
        if database.is_sqlite:
            names = await session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            dropped = [f"DROP TRIGGER {name}" for name in names.all()]
        else:
            tables = await session.scalars(text("SELECT DISTINCT event_object_table FROM information_schema.triggers"))
            dropped = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables.all()]
        for statement in dropped:
            await session.execute(text(statement))
        if database.is_sqlite:
            await session.execute(text("PRAGMA defer_foreign_keys = ON"))
            await tamper(session)
            await session.flush()
            await session.execute(text("PRAGMA defer_foreign_keys = OFF"))
        else:
            await tamper(session)


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change_a_field, "entry 3 .* was changed"),
        (change_the_details, "entry 2 .* was changed"),
        (remove_one, "entry 4 is missing"),
        (remove_the_last, "ends at entry 9, but its head says 10"),
        (swap_two, "entry 5 .* does not follow"),
        (cut_the_tail, "order ORD-.* has what an entry ORDER_REJECTED is about, but 0 such entries"),
        (delete_the_audit, "order ORD-.* has what an entry ORDER_REJECTED is about, but 0 such entries"),
        (make_everything_older, "10 entries are outside the chain, but 0 are older"),
        (insert_an_unchained_rejection, "1 entries are outside the chain, but 0 are older"),
        (insert_an_older_entry, "1 entries are outside the chain, but 0 are older"),
        (insert_a_chained_rejection, "does not have what an entry ORDER_REJECTED is about, but 1 such"),
        (insert_a_chained_archiving, "does not have what an entry ORDER_ARCHIVED is about, but 1 such"),
        (insert_a_chained_send_back, "does not have what an entry SENT_BACK_TO_CART is about, but 1 such"),
        (insert_an_entry_before_the_first, "is before the first one"),
        (archive_without_an_entry, "has what an entry ORDER_ARCHIVED is about, but 0 such entries"),
        (reject_without_an_entry, "has what an entry ORDER_REJECTED is about, but 0 such entries"),
        (reject_without_a_record, "is REJECTED, which its record contradicts"),
        (send_back_without_an_entry, "has what an entry SENT_BACK_TO_CART is about, but 0 such entries"),
        (change_the_message_of_a_rejection, "is not about the rejection that is recorded"),
        (change_who_rejected, "is not about the rejection that is recorded"),
        (delete_a_rejected_order, "audit_entries is about the order .*, which is not there"),
    ],
)
async def test_tampering_is_detected(database: Database, shop: Shop, tamper: Tamper, says: str) -> None:
    await without_triggers(database, tamper)
    report = await verify_brand(database, shop.brand)
    assert report.problem
    assert re.search(says, report.problem)
    assert not await verify(database, None)


async def test_an_audit_without_a_decision_cannot_just_be_deleted_either(database: Database) -> None:
    """The order's version counts its changes."""
    shop = await make_shop(database)
    order = await make_order(database, shop)
    context = Context(database, shop.member(), clock=lambda: NOON)
    made = await create_confirmation(context, order.id, ask_approval=False, message=Message())
    assert not made.refusals
    await without_triggers(database, delete_the_audit)
    report = await verify_brand(database, shop.brand)
    assert report.problem == f"order {order.code} was changed 1 times, but has 0 entries about that"


async def test_tampering_requires_dropping_the_triggers(database: Database, shop: Shop) -> None:
    for tamper in (
        change_a_field,
        remove_one,
        cut_the_tail,
        delete_the_audit,
        make_everything_older,
        insert_an_unchained_rejection,
        insert_an_older_entry,
        insert_an_entry_before_the_first,
        change_the_message_of_a_rejection,
        delete_a_rejected_order,
    ):
        with pytest.raises(IntegrityError):
            async with database.transaction(EVERYTHING) as session:
                await tamper(session)
    assert (await verify_brand(database, shop.brand)).problem is None


async def test_a_database_without_a_brand_is_not_intact(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert not await verify(database, None)
    assert capsys.readouterr().out == "BROKEN: there is no brand\n"


async def rewrite_everything(session: AsyncSession) -> None:
    """A whole new chain, which nothing in the database contradicts: another name in an entry about a tag."""
    entries = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))
    entries[0].actor_name, previous = "Somebody else", ""
    for entry in entries:
        entry.previous_hash = previous
        entry.hash = previous = digest(entry)
    await session.execute(update(AuditHead).values(hash=previous))


async def cut_the_tail_a_little(session: AsyncSession) -> None:
    """The last entry is about a tag: no decision contradicts it."""
    await session.execute(delete(AuditEntry).where(AuditEntry.sequence == 10))
    last = (await session.scalars(select(AuditEntry).where(AuditEntry.sequence == 9))).one()
    await session.execute(update(AuditHead).values(sequence=9, hash=last.hash))


async def rewrite_everything_as_older(session: AsyncSession) -> None:
    """With the right marker, and without the events of buyers, which older entries have not."""
    await session.execute(update(AuditEntry).values(sequence=None, previous_hash=None, hash=None))
    await session.execute(delete(BuyerEvent))
    found = await older_entries(session)
    await session.execute(update(AuditHead).values(sequence=0, hash="", unchained=found[0], unchained_hash=found[1]))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (rewrite_everything, "has another hash of entry 10"),
        (cut_the_tail_a_little, "has 10 entries, the chain has 9"),
        (rewrite_everything_as_older, "has another marker of the entries older than the chain"),
    ],
)
async def test_an_anchor_contradicts_what_nothing_in_the_database_does(
    database: Database, shop: Shop, tamper: Tamper, says: str
) -> None:
    signed = await anchors(database, NOON)
    await without_triggers(database, tamper)
    assert (await verify_brand(database, shop.brand)).problem is None
    report = await verify_brand(database, shop.brand, signed)
    assert report.problem
    assert says in report.problem
    assert not await verify(database, None, signed)
    assert not await verify(database, shop.brand.code, signed)


async def test_an_anchor_stays_true_while_the_chain_grows(
    database: Database, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = await anchors(database, NOON)
    context = Context(database, shop.member(), clock=lambda: NOON)
    assert not (await create_tag(context, "late", "Late", None)).refusals
    signed += await anchors(database, NOON)
    assert [anchor.sequence for anchor in signed] == [10, 11]
    assert await verify(database, None, signed)
    assert capsys.readouterr().out == f"{shop.brand.code}: 11 entries, 2 anchors, intact\n"


async def test_an_anchor_of_a_brand_that_was_deleted_is_reported(
    database: Database, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything deleted, and a brand added so that there is one."""
    (anchor,) = await anchors(database, NOON)
    other = replace(anchor, brand="gone", brand_id=new_id())
    assert not await verify(database, None, [anchor, other])
    assert "gone: BROKEN: there are anchors of this brand, but the brand is not there" in capsys.readouterr().out
    assert not await verify(database, shop.brand.code, [replace(anchor, brand_id=new_id())])
    assert await verify(database, shop.brand.code, [anchor, other])


async def test_a_downgrade_that_would_lose_the_chain_is_refused(database: Database, shop: Shop) -> None:
    for revision in ("0002", "0001", "base"):
        with pytest.raises(LossError, match="would lose what is in audit_heads"):
            await downgrade(database, revision)
        assert await current(database) == latest()
    assert (await verify_brand(database, shop.brand)).problem is None


async def test_going_down_and_up_makes_no_entry_older_than_the_chain(database: Database, shop: Shop) -> None:
    async with database.read(EVERYTHING) as session:
        entry = await forged(session, EventKind.TAGS_APPLIED)
    await downgrade(database, "0010")
    async with database.transaction(EVERYTHING) as session:
        session.add(entry)  # nothing refuses it there
    await upgrade(database)
    report = await verify_brand(database, shop.brand)
    assert report.problem == "1 entries are outside the chain, but 0 are older than it, or others"


async def test_entries_from_before_the_chain_stay_valid(database: Database) -> None:
    """The migration marks them. Then nobody adds, changes or removes one."""
    await downgrade(database, "0002")
    shop = await make_shop_of_0002(database)
    await upgrade(database)
    report = await verify_brand(database, shop)
    assert (report.entries, report.unchained, report.problem) == (0, 3, None)
    context = Context(database, Actor(Role.ADMIN, "mem-1", "Mina", shop.id), clock=lambda: NOON)
    assert not (await create_tag(context, "vip", "VIP", None)).refusals
    report = await verify_brand(database, shop)
    assert (report.entries, report.unchained, report.problem) == (1, 3, None)
    for statement in (
        "UPDATE audit_entries SET actor_name = 'Nobody' WHERE sequence IS NULL",
        "DELETE FROM audit_entries WHERE sequence IS NULL",
    ):

        async def tamper(session: AsyncSession, statement: str = statement) -> None:
            await session.execute(text(statement))

        await without_triggers(database, tamper)
        assert "older than it, or others" in str((await verify_brand(database, shop)).problem)


async def make_shop_of_0002(database: Database) -> Brand:
    """A brand with three entries, as a release wrote them that knew no chain."""
    brand = Brand(id=new_id(), code="old", name="Old", archiving_enabled=True)
    async with database.transaction(EVERYTHING) as session:
        id = brand.id.hex
        await session.execute(
            text(
                "INSERT INTO brands (id, code, name, address, locale, time_zone, currency, archiving_enabled)"
                f" VALUES ('{id}', 'old', 'Old', '', 'en', 'UTC', 'JPY', TRUE)"
            )
        )
        for number in range(3):
            await session.execute(
                text(
                    "INSERT INTO audit_entries (brand_id, id, kind, at, actor_kind, actor_id, actor_name, details)"
                    f" VALUES ('{id}', '{new_id().hex}', 'TAG_CREATED', '2026-01-0{number + 1} 12:00:00.000000',"
                    " 'MEMBER', 'mem-1', '佐藤 Mina', '{\"code\": \"vip\"}')"
                )
            )
    return brand
