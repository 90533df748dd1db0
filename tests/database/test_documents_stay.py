"""What went out to a buyer stays as it went out, also in plain SQL: issued invoices, credit notes, logos, events."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.database.sessions import Database
from models.invoice import Invoice
from models.letterhead import Logo
from models.migrations import LossError, current, downgrade, latest
from models.order import OrderConfirmation
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from resolvers.audit import verify_brand
from resolvers.confirmation import create_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.invoice_drafts import create_invoice
from resolvers.invoices import issue_invoice, void_invoice
from resolvers.rejection import RejectOrder, reject_order
from tests.database.test_audit_chain import without_triggers
from tests.database.test_impossible import World, refuses
from tests.support.factories import NOON, Shop, make_order, make_shop, save

EVENT = (
    "INTO buyer_events (brand_id, buyer_id, sequence, entry_sequence, order_id, kind, at)"
    " SELECT brand_id, buyer_id, {sequence}, {entry}, order_id, {kind}, {at} FROM buyer_events WHERE sequence = 1"
)
IMPOSSIBLE = {
    "an issued invoice deleted": "DELETE FROM invoices WHERE id = '{issued}'",
    "a void invoice deleted": "DELETE FROM invoices WHERE id = '{void}'",
    "an issued invoice made a draft": "UPDATE invoices SET status = 'DRAFT' WHERE id = '{issued}'",
    "another number for an issued invoice": "UPDATE invoices SET code = 'INV-000009' WHERE id = '{issued}'",
    "another total for an issued invoice": "UPDATE invoices SET total_minor = 1 WHERE id = '{issued}'",
    "another total for a void invoice": "UPDATE invoices SET total_minor = 1 WHERE id = '{void}'",
    "an order taken off an issued invoice": "DELETE FROM invoiced_orders WHERE invoice_id = '{issued}'",
    "another tax on an issued invoice": "UPDATE invoiced_orders SET tax_minor = 7 WHERE invoice_id = '{issued}'",
    "a line taken off an issued invoice": "DELETE FROM invoice_lines WHERE invoice_id = '{issued}'",
    "another line on an issued invoice": "UPDATE invoice_lines SET quantity = 1 WHERE invoice_id = '{issued}'",
    "a line moved to another invoice": (
        "UPDATE invoice_lines SET invoice_id = '{draft}', position = 9 WHERE invoice_id = '{issued}' AND position = 1"
    ),
    "a credit note changed": "UPDATE credit_notes SET code = 'CN-000009'",
    "a credit note deleted": "DELETE FROM credit_notes",
    "a logo changed": "UPDATE brand_logos SET media_type = 'text/html'",
    "a logo deleted": "DELETE FROM brand_logos",
    "an event of a buyer changed": "UPDATE buyer_events SET kind = 'OC_CONFIRMED'",
    "an event of a buyer emptied": "UPDATE buyer_events SET user_name = '(erased)', comment = NULL",
    "an event of a buyer deleted": "DELETE FROM buyer_events",
    "an event of a buyer without an entry": "INSERT "
    + EVENT.format(sequence=99, entry=99, kind="'ORDER_REJECTED'", at="at"),
    "an event of a buyer of another kind than its entry": "INSERT "
    + EVENT.format(sequence=99, entry=2, kind="'ORDER_REJECTED'", at="at"),
}
IMPOSSIBLE_ON_SQLITE = {
    "a credit note replaced": (
        "REPLACE INTO credit_notes (brand_id, invoice_id, code, issued_at, frozen)"
        " SELECT brand_id, invoice_id, 'CN-000009', issued_at, '{{}}' FROM credit_notes"
    ),
    "a credit note replaced by its number": (
        "REPLACE INTO credit_notes (brand_id, invoice_id, code, issued_at, frozen)"
        " SELECT brand_id, '{issued}', code, issued_at, '{{}}' FROM credit_notes"
    ),
    "a credit note replaced by its rowid": (
        "REPLACE INTO credit_notes (rowid, brand_id, invoice_id, code, issued_at, frozen)"
        " SELECT rowid, brand_id, '{issued}', 'CN-000009', issued_at, '{{}}' FROM credit_notes"
    ),
    "a logo replaced": (
        "REPLACE INTO brand_logos (brand_id, digest, media_type, data)"
        " SELECT brand_id, digest, media_type, x'00' FROM brand_logos"
    ),
    "an event of a buyer replaced": "REPLACE " + EVENT.format(sequence=1, entry="entry_sequence", kind="kind", at="at"),
    "an event of a buyer replaced by its entry": "REPLACE "
    + EVENT.format(sequence=7, entry="entry_sequence", kind="kind", at="at"),
    "an issued invoice replaced": (
        "REPLACE INTO invoices (brand_id, id, code, status, created_at)"
        " SELECT brand_id, id, code, 'DRAFT', created_at FROM invoices WHERE id = '{issued}'"
    ),
}
IMPOSSIBLE_ON_POSTGRESQL = {
    f"{table} truncated": f"TRUNCATE {table} CASCADE"
    for table in (
        "invoices",
        "invoiced_orders",
        "invoiced_delivery_notes",
        "invoice_lines",
        "credit_notes",
        "brand_logos",
        "buyer_events",
    )
} | {
    "a credit note overwritten by an upsert": (
        "INSERT INTO credit_notes SELECT * FROM credit_notes"
        " ON CONFLICT (brand_id, invoice_id) DO UPDATE SET code = 'CN-000009'"
    )
}


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
async def world(database: Database, database_url: str, shop: Shop) -> World:
    return await make_world(database, database_url, shop)


async def make_world(database: Database, url: str, shop: Shop) -> World:
    """A draft, an issued and a void invoice, a logo, and a rejected order."""
    context = Context(database, shop.member(Role.ADMIN), clock=lambda: NOON + timedelta(minutes=1))
    made: dict[str, UUID] = {}
    for name in ("draft", "issued", "void"):
        order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
        drafted = await create_invoice(context, order.id)
        assert drafted.made
        made[name] = drafted.made
        if name != "draft":
            assert not (await issue_invoice(context, drafted.made)).refusals
    assert not (await void_invoice(context, made["void"])).refusals
    rejected = await make_order(database, shop)
    assert not (await reject_order(context, RejectOrder(rejected.id, Message()))).refusals
    await save(database, Logo(brand_id=shop.brand.id, digest="f" * 64, media_type="image/png", data=b"png"))
    return World(url, {name: id.hex for name, id in made.items()})


IMPOSSIBLE_OF_CONFIRMATIONS = {
    "an OC of a rejected order changed": "UPDATE order_confirmations SET frozen = '{{}}' WHERE order_id = '{rejected}'",
    "an OC of a rejected order deleted": "DELETE FROM order_confirmations WHERE order_id = '{rejected}'",
    "an OC moved to another order": "UPDATE order_confirmations SET order_id = '{other}' WHERE order_id = '{open}'",
    "an OC for a rejected order that has none": (
        "INSERT INTO order_confirmations (brand_id, order_id, frozen) VALUES ('{brand}', '{other}', '{{}}')"
    ),
}
IMPOSSIBLE_OF_CONFIRMATIONS_ON_SQLITE = {
    "an OC of a rejected order replaced": (
        "REPLACE INTO order_confirmations (brand_id, order_id, frozen) VALUES ('{brand}', '{rejected}', '{{}}')"
    ),
    "an OC of a rejected order replaced by its rowid": (
        "REPLACE INTO order_confirmations (rowid, brand_id, order_id, frozen)"
        " SELECT rowid, brand_id, '{unconfirmed}', '{{}}' FROM order_confirmations WHERE order_id = '{rejected}'"
    ),
}
IMPOSSIBLE_OF_CONFIRMATIONS_ON_POSTGRESQL = {"OCs truncated": "TRUNCATE order_confirmations"}


async def make_confirmed(database: Database, url: str, shop: Shop) -> World:
    """Orders with an OC, one of them rejected; `other` was rejected without one, `unconfirmed` has none yet."""
    context = Context(database, shop.member(Role.ADMIN), clock=lambda: NOON + timedelta(minutes=1))
    orders = {name: await make_order(database, shop) for name in ("open", "rejected", "other", "unconfirmed")}
    for name in ("open", "rejected"):
        made = await create_confirmation(context, orders[name].id, ask_approval=False, message=Message())
        assert not made.refusals
    for name in ("rejected", "other"):
        assert not (await reject_order(context, RejectOrder(orders[name].id, Message()))).refusals
    return World(url, {"brand": shop.brand.id.hex} | {name: order.id.hex for name, order in orders.items()})


async def test_what_the_confirmation_of_a_final_order_says_stays(
    database: Database, database_url: str, shop: Shop
) -> None:
    world = await make_confirmed(database, database_url, shop)
    await refuses(database, world, IMPOSSIBLE_OF_CONFIRMATIONS)
    more = IMPOSSIBLE_OF_CONFIRMATIONS_ON_SQLITE if database.is_sqlite else IMPOSSIBLE_OF_CONFIRMATIONS_ON_POSTGRESQL
    await refuses(database, world, more)


async def test_sqlite_keeps_confirmations_without_checking_foreign_keys_too(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    try:
        world = await make_confirmed(database, sqlite_url, await make_shop(database))
        tried = IMPOSSIBLE_OF_CONFIRMATIONS | IMPOSSIBLE_OF_CONFIRMATIONS_ON_SQLITE
        await refuses(database, world, tried, foreign_keys=False)
    finally:
        await database.close()


# As a server of an older release changes an order, which keeps nothing of its OC.
OUTDATING = (
    "UPDATE orders SET shipping_minor = 500, total_minor = total_minor + 500 WHERE id = '{open}'",
    "DELETE FROM order_lines WHERE order_id = '{open}' AND data_set = 'CONFIRMATION'",
)


@pytest.mark.parametrize("statement", OUTDATING)
async def test_a_confirmation_that_no_longer_says_what_is_confirmed_is_not_kept(
    database: Database, database_url: str, shop: Shop, statement: str
) -> None:
    world = await make_confirmed(database, database_url, shop)
    await world.write("UPDATE orders SET version = version + 1, total_minor = total_minor WHERE id = '{open}'")
    assert await kept(database) == {world.names["open"], world.names["rejected"]}
    await world.write(statement)
    assert await kept(database) == {world.names["rejected"]}


async def kept(database: Database) -> set[str]:
    """The orders."""
    async with database.read(EVERYTHING) as session:
        return {id.hex for id in await session.scalars(select(OrderConfirmation.order_id))}


async def test_what_went_out_stays(database: Database, world: World, shop: Shop) -> None:
    await refuses(database, world, IMPOSSIBLE)
    await refuses(database, world, IMPOSSIBLE_ON_SQLITE if database.is_sqlite else IMPOSSIBLE_ON_POSTGRESQL)
    assert (await verify_brand(database, shop.brand)).problem is None


async def test_sqlite_keeps_it_without_checking_foreign_keys_too(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    try:
        world = await make_world(database, sqlite_url, await make_shop(database))
        await refuses(database, world, IMPOSSIBLE | IMPOSSIBLE_ON_SQLITE, foreign_keys=False)
    finally:
        await database.close()


async def test_a_draft_can_be_deleted_with_all_that_belongs_to_it(database: Database, world: World) -> None:
    await world.write("DELETE FROM invoices WHERE id = '{draft}'")
    async with database.read(EVERYTHING) as session:
        assert len(list(await session.scalars(select(Invoice)))) == 2


# Statement → what `audit verify` says when the triggers were dropped.
FORGED = {
    "UPDATE buyer_events SET kind = 'OC_CONFIRMED' WHERE sequence = 1": "entry 3 is not what its buyer sees of it",
    "UPDATE buyer_events SET code = 'INV-000009' WHERE sequence = 1": "entry 3 is not what its buyer sees of it",
    "UPDATE buyer_events SET user_name = 'Bob' WHERE sequence = 1": "entry 3 is not what its buyer sees of it",
    "UPDATE buyer_events SET comment = 'Thanks' WHERE sequence = 1": "entry 3 is not what its buyer sees of it",
    "DELETE FROM buyer_events WHERE sequence = 1": "entry 3 is not among the events of its buyer",
    "UPDATE buyer_events SET sequence = 99 WHERE sequence = 1": "are not numbered without gaps",
    "INSERT "
    + EVENT.format(sequence=5, entry=1, kind="'INVOICE_DRAFTED'", at="at"): "entry 1 is not what its buyer sees of it",
    "INSERT " + EVENT.format(sequence=5, entry=99, kind="kind", at="at"): "entry 99 is not what its buyer sees of it",
    "UPDATE invoices SET code = 'INV-000009' WHERE code = 'INV-000001'": "about the document INV-000001",
    "UPDATE invoices SET status = 'DRAFT' WHERE code = 'INV-000001'": "about the document INV-000001",
    "UPDATE invoices SET status = 'ISSUED' WHERE status = 'VOID'": "about the document INV-000002",
    "UPDATE credit_notes SET code = 'CN-000009'": "about the document CN-000001",
    "DELETE FROM credit_notes": "about the document CN-000001",
}


@pytest.mark.parametrize("statement", FORGED)
async def test_forgeries_behind_the_triggers_are_found(
    database: Database, world: World, shop: Shop, statement: str
) -> None:
    assert (await verify_brand(database, shop.brand)).problem is None

    async def tamper(session: AsyncSession) -> None:
        await session.execute(text(statement))

    await without_triggers(database, tamper)
    problem = (await verify_brand(database, shop.brand)).problem
    assert problem
    assert FORGED[statement] in problem


async def test_a_downgrade_that_would_lose_a_credit_note_is_refused(database: Database, world: World) -> None:
    with pytest.raises(LossError, match="credit_notes"):
        await downgrade(database, "0024")
    assert await current(database) == latest()
