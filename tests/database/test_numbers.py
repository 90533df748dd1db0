"""Numbers of documents: given when issued, without gaps, and kept by migrations and beside an older server."""

import asyncio

import pytest
from sqlalchemy import delete, select, update

from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.document_number import next_code
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.migrations import downgrade, upgrade
from models.order import Order
from models.policy import OrderStatus
from models.scope import EVERYTHING, Scope
from resolvers.core.context import Context
from resolvers.delivery_notes import NoteContent, create_delivery_note, delete_delivery_note
from resolvers.invoice_drafts import create_invoice
from resolvers.invoices import delete_invoice, issue_invoice
from tests.support.factories import NOON, Shop, make_order, make_shop


def context(database: Database, shop: Shop) -> Context:
    return Context(database, shop.member(), lambda: NOON)


async def drafted(database: Database, shop: Shop) -> Invoice:
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    made = await create_invoice(context(database, shop), order.id)
    assert not made.refusals
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Invoice).where(Invoice.id == made.made))).one()


async def issued(database: Database, shop: Shop, invoice: Invoice) -> str:
    assert not (await issue_invoice(context(database, shop), invoice.id)).refusals
    return await code_of(database, invoice)


async def code_of(database: Database, invoice: Invoice) -> str:
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Invoice.code).where(Invoice.id == invoice.id))).one()


async def delivered(database: Database, shop: Shop) -> DeliveryNote:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    made = await create_delivery_note(context(database, shop), order.id, NoteContent())
    assert not made.refusals
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(DeliveryNote).where(DeliveryNote.id == made.made))).one()


async def test_invoices_are_numbered_when_they_are_issued(database: Database) -> None:
    shop, other = await make_shop(database), await make_shop(database)
    first, deleted, third = [await drafted(database, shop) for _ in range(3)]
    assert {each.code for each in (first, deleted, third)} == {
        f"DRAFT-{each.id.hex[-8:].upper()}" for each in (first, deleted, third)
    }
    assert not (await delete_invoice(context(database, shop), deleted.id)).refusals
    assert await issued(database, shop, third) == "INV-000001"
    assert await issued(database, shop, first) == "INV-000002"
    again = await issue_invoice(context(database, shop), first.id)
    assert again.refusals
    assert await issued(database, other, await drafted(database, other)) == "INV-000001"
    assert await issued(database, shop, await drafted(database, shop)) == "INV-000003"


async def test_invoices_issued_at_once_have_consecutive_numbers(database: Database) -> None:
    shop = await make_shop(database)
    drafts = [await drafted(database, shop) for _ in range(6)]
    codes = await asyncio.gather(*(issued(database, shop, each) for each in drafts))
    assert sorted(codes) == [f"INV-{number:06}" for number in range(1, 7)]


async def test_an_issue_that_is_rolled_back_takes_no_number(database: Database) -> None:
    shop = await make_shop(database)

    async def cut_off() -> None:
        async with database.transaction(Scope(shop.brand.id)) as session:
            assert await next_code(session, shop.brand.id, "INV") == "INV-000001"
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await cut_off()
    assert await issued(database, shop, await drafted(database, shop)) == "INV-000001"


@pytest.mark.parametrize("revision", ["0003", "0012"])
async def test_going_down_and_up_again_keeps_the_numbers(database: Database, revision: str) -> None:
    shop = await make_shop(database)
    kept = await drafted(database, shop)
    assert await issued(database, shop, await drafted(database, shop)) == "INV-000001"
    notes = [await delivered(database, shop) for _ in range(2)]
    assert not (await delete_delivery_note(context(database, shop), notes[1].id)).refusals
    await downgrade(database, revision)
    async with database.read(EVERYTHING) as session:
        codes = set(await session.scalars(select(Invoice.code)))
    assert codes == {"INV-000001", "INV-000002"}
    await upgrade(database)
    assert await code_of(database, kept) == kept.code
    assert await issued(database, shop, kept) == "INV-000002"
    # The number of the deleted note is not used again.
    assert (await delivered(database, shop)).code == "DN-000003"


async def test_beside_a_server_of_the_release_before_numbers_have_no_gap(database: Database) -> None:
    """That one takes the number for a draft, and issues an invoice with the code that it has."""
    shop = await make_shop(database)
    ours = await drafted(database, shop)
    order = await make_order(database, shop, status=OrderStatus.OC_CREATED)
    theirs, dropped = await drafted_before(database, order), await drafted_before(database, order)
    for each in (theirs, dropped):
        assert await code_of(database, each) == f"DRAFT-{each.id.hex[-8:].upper()}"
    async with database.transaction(EVERYTHING) as session:
        await session.execute(delete(Invoice).where(Invoice.id == dropped.id))
    async with database.transaction(EVERYTHING) as session:
        issue = update(Invoice).where(Invoice.id == ours.id).values(status=InvoiceStatus.ISSUED, issued_at=NOON)
        await session.execute(issue)
    assert await code_of(database, ours) == "INV-000001"
    assert await issued(database, shop, theirs) == "INV-000002"


async def drafted_before(database: Database, order: Order) -> Invoice:
    async with database.transaction(EVERYTHING) as session:
        code = await next_code(session, order.brand_id, "INV")
        invoice = Invoice(brand_id=order.brand_id, code=code, created_at=NOON)
        session.add(invoice)
        await session.flush()
        session.add(InvoicedOrder(brand_id=order.brand_id, invoice_id=invoice.id, order_id=order.id))
    return invoice
