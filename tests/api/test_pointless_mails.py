"""Mails that wait while what they say is undone: cancelled with it. One in hand or possibly sent is left."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import select, update

from exports.mail import render
from graph.core.ids import Kind, to_id
from models.buyer import BuyerRecipient
from models.database.sessions import Database
from models.order import Order
from models.outbox import MAX_UNCLEAR, NotificationStatus, OrderNotice, OutboxMessage
from models.policy import OrderStatus, Role
from models.scope import EVERYTHING
from tests.api.test_delivery_notes_and_invoices import run
from tests.api.test_mail_preview_and_resending import TOMORROW, mailed, resend, shown
from tests.api.test_papers import confirm
from tests.races.gate import wait_for_waiters
from tests.support.client import Client, id_of
from tests.support.factories import Shop, make_buyer, make_order, make_shop, save

Undo = Callable[[Client], Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database, name="Northlight")


@pytest.fixture
async def member(api: Client, shop: Shop) -> Client:
    return api.as_(shop.member(Role.ADMIN))


async def invoiced(member: Client, *orders: Order) -> Undo:
    """An issued invoice, of which the buyer is mailed; returns what voids it."""
    draft = "mutation ($ids: [ID!]!) { createInvoiceForOrders(input: {orderIds: $ids}) { invoice { id } } }"
    made = await member.data(draft, ids=[id_of(each) for each in orders])
    id = made["createInvoiceForOrders"]["invoice"]["id"]
    assert (await run(member, "issueInvoice", invoiceId=id, notify=True))["userErrors"] == []
    return lambda client: run(client, "voidInvoice", invoiceId=id)


async def delivered(member: Client, order: Order) -> Undo:
    """A delivery note, of which the buyer is mailed; returns what deletes it."""
    made = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), notify=True)
    assert made["userErrors"] == []
    id = made["deliveryNote"]["id"]
    return lambda client: run(client, "deleteDeliveryNote", deliveryNoteId=id)


UNDONE: dict[str, tuple[Callable[[Client, Order], Awaitable[Undo]], str]] = {
    "INVOICE_VOIDED": (invoiced, "INVOICE_ISSUED"),
    "DELIVERY_NOTE_DELETED": (delivered, "DELIVERY_NOTE_CREATED"),
}


async def become(database: Database, **values: Any) -> None:
    """The mails as they are to be. The relay of the server, which may have one in hand, no longer changes it."""
    waits: dict[str, Any] = {
        "status": NotificationStatus.PENDING,
        "due_at": TOMORROW,
        "leased_until": None,
        "sent_at": None,
    }
    changed = update(OutboxMessage).values(waits | values | {"attempts": OutboxMessage.attempts + 10})
    async with database.transaction(EVERYTHING) as session:
        await session.execute(changed)


@pytest.mark.parametrize("decision", UNDONE)
async def test_the_mail_of_a_document_that_is_undone_is_cancelled(
    database: Database, shop: Shop, member: Client, decision: str
) -> None:
    make, kind = UNDONE[decision]
    order = await make_order(database, shop)
    await confirm(member, id_of(order))
    undo = await make(member, order)
    await mailed(database, order, "OC_CONFIRMED")
    await mailed(database, order, kind)  # of another document, or queued by an earlier release
    await become(database)
    assert (await undo(member))["userErrors"] == []
    mails, history = await shown(member, order)
    assert mails == [(kind, "CANCELLED", decision), ("OC_CONFIRMED", "PENDING", None), (kind, "PENDING", None)]
    [line] = history
    document = r"Invoice INV-\S+ voided" if decision == "INVOICE_VOIDED" else r"Delivery note DN-\S+ deleted"
    assert re.search(f"cancelled before it was sent: {document}", line), line


@pytest.mark.parametrize("decision", UNDONE)
async def test_a_mail_in_hand_or_possibly_sent_is_left(
    database: Database, shop: Shop, member: Client, decision: str
) -> None:
    make, kind = UNDONE[decision]
    unclear = NotificationStatus.MAY_HAVE_BEEN_DELIVERED
    states: tuple[tuple[dict[str, Any], str], ...] = (
        ({"leased_until": TOMORROW}, "PENDING"),
        ({"status": unclear, "unclear": 1}, "MAY_HAVE_BEEN_DELIVERED"),
    )
    for values, status in states:
        order = await make_order(database, shop)
        await confirm(member, id_of(order))
        undo = await make(member, order)
        await become(database, **values)
        assert (await undo(member))["userErrors"] == []
        assert (await shown(member, order))[0] == [(kind, status, decision)]


@pytest.mark.parametrize("decision", UNDONE)
async def test_a_mail_that_a_relay_claims_at_that_moment_is_left(
    database: Database, shop: Shop, member: Client, decision: str
) -> None:
    """The relay's transaction has the mail's row when the command arrives there."""
    make, kind = UNDONE[decision]
    order = await make_order(database, shop)
    await confirm(member, id_of(order))
    undo = await make(member, order)
    await become(database)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(leased_until=TOMORROW))
        undoing = asyncio.create_task(undo(member))
        await wait_for_waiters(database, 1)
        assert not undoing.done()
    assert (await undoing)["userErrors"] == []
    assert (await shown(member, order))[0] == [(kind, "PENDING", decision)]


async def test_the_mail_of_an_invoice_for_several_orders_is_cancelled(
    database: Database, shop: Shop, member: Client
) -> None:
    orders = [await make_order(database, shop) for _ in range(2)]
    for each in orders:
        await confirm(member, id_of(each))
    undo = await invoiced(member, *reversed(orders))
    await become(database)
    assert (await undo(member))["userErrors"] == []
    found = [mail for each in orders for mail in (await shown(member, each))[0]]
    assert found == [("INVOICE_ISSUED", "CANCELLED", "INVOICE_VOIDED")]


@pytest.mark.parametrize("decision", UNDONE)
async def test_a_failed_mail_about_it_is_not_sent_again(
    database: Database, shop: Shop, member: Client, decision: str
) -> None:
    make, _ = UNDONE[decision]
    order = await make_order(database, shop)
    await confirm(member, id_of(order))
    undo = await make(member, order)
    async with database.read(EVERYTHING) as session:
        id = to_id(Kind.NOTIFICATION, (await session.scalars(select(OutboxMessage.id))).one())
    await become(database, status=NotificationStatus.FAILED)
    assert (await undo(member))["userErrors"] == []
    [error] = (await resend(member, id))["userErrors"]
    assert error["code"] == "NOT_ALLOWED_IN_STATUS"
    assert "no longer holds" in error["message"]


async def test_the_mail_of_a_delivery_note_that_is_changed_says_so(
    database: Database, shop: Shop, member: Client
) -> None:
    order = await make_order(database, shop)
    await confirm(member, id_of(order))
    made = await run(member, "createDeliveryNote", "deliveryNote { id }", orderId=id_of(order), notify=True)
    note = made["deliveryNote"]["id"]
    for tracking, values, expected in (
        ("EX 2", {}, [None]),
        ("EX 3", {"leased_until": TOMORROW}, ["DELIVERY_NOTE_UPDATED", None]),
    ):
        await become(database, **values)
        done = await run(member, "updateDeliveryNote", deliveryNoteId=note, trackingNumber=tracking)
        assert done["userErrors"] == []
        async with database.read(EVERYTHING) as session:
            found = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()
        assert [each.cancelled_by for each in found] == expected
        text = render(OrderNotice.stored(found[-1].notice)).text
        assert f"Tracking no.: {tracking}" in text
        assert "Delivery note: DN-" in text


async def test_an_oc_that_becomes_editable_takes_back_the_mails_that_present_it(
    database: Database, shop: Shop, member: Client
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    for kind in ("OC_CREATED", "OC_MADE_EDITABLE", "OC_CONFIRMED"):
        await mailed(database, order, kind)
    failed = await mailed(database, order, "OC_CONFIRMED", status=NotificationStatus.FAILED)
    done = await run(member, "makeOrderConfirmationEditable", orderId=id_of(order), notify=False)
    assert done["userErrors"] == []
    assert (await shown(member, order))[0] == [
        ("OC_CREATED", "CANCELLED", "OC_MADE_EDITABLE"),
        ("OC_MADE_EDITABLE", "PENDING", None),
        ("OC_CONFIRMED", "CANCELLED", "OC_MADE_EDITABLE"),
        ("OC_CONFIRMED", "FAILED", None),
    ]
    [error] = (await resend(member, to_id(Kind.NOTIFICATION, failed.id)))["userErrors"]
    assert error["code"] == "NOT_ALLOWED_IN_STATUS"


async def test_a_mail_is_cancelled_once_and_one_that_is_not_tried_again_not_at_all(
    database: Database, shop: Shop, member: Client
) -> None:
    order = await make_order(database, shop, status=OrderStatus.OC_CONFIRMED)
    await mailed(database, order, "OC_CONFIRMED", leased_until=TOMORROW)
    tried_enough = {"status": NotificationStatus.MAY_HAVE_BEEN_DELIVERED, "unclear": MAX_UNCLEAR}
    await mailed(database, order, "OC_CREATED", **tried_enough)
    for mutation in ("makeOrderConfirmationEditable", "rejectOrder"):
        assert (await run(member, mutation, orderId=id_of(order), notify=False))["userErrors"] == []
    mails, history = await shown(member, order)
    assert mails == [("OC_CONFIRMED", "PENDING", "OC_MADE_EDITABLE"), ("OC_CREATED", "MAY_HAVE_BEEN_DELIVERED", None)]
    assert len(history) == 1


async def test_an_address_that_the_buyer_no_longer_has_is_not_mailed(
    database: Database, shop: Shop, member: Client
) -> None:
    """As long as the mail waits: in hand, partly sent or possibly sent, it is left, as is one to the brand."""
    await save(database, BuyerRecipient(brand_id=shop.brand.id, buyer_id=shop.buyer.id, email="left@example.com"))
    order = await make_order(database, shop)
    both = ["buyer@example.com", "left@example.com"]
    only = ["left@example.com"]
    states: list[tuple[list[str], dict[str, Any], tuple[list[str], str]]] = [
        (both, {}, (["buyer@example.com"], "PENDING")),
        (only, {}, (only, "CANCELLED")),
        (both, {"leased_until": TOMORROW}, (both, "PENDING")),
        (both, {"left_over": {"to": only, "note": None}}, (both, "PENDING")),
        (both, {"status": NotificationStatus.MAY_HAVE_BEEN_DELIVERED, "unclear": 1}, (both, "MAY_HAVE_BEEN_DELIVERED")),
    ]
    for recipients, values, _ in states:
        await mailed(database, order, "OC_CREATED", recipients=recipients, **values)
    await mailed(database, order, "OC_APPROVED", recipients=only)
    partner = await make_buyer(database, shop.brand, recipients=only)
    theirs = await make_order(database, shop, buyer_id=partner.id)
    of_partner = await mailed(database, theirs, "OC_CREATED", recipients=only)
    change = "mutation ($input: UpdateBuyerInput!) { updateBuyer(input: $input) { userErrors { code } } }"
    input = {"buyerId": id_of(shop.buyer), "emailRecipients": ["BUYER@example.com"]}
    assert (await member.data(change, input=input))["updateBuyer"]["userErrors"] == []
    async with database.read(EVERYTHING) as session:
        found = list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    of_other = found.pop([each.id for each in found].index(of_partner.id))
    assert (of_other.recipients, of_other.status) == (only, "PENDING")
    assert [(each.recipients, each.status) for each in found] == [
        *(expected for _, _, expected in states),
        (only, "PENDING"),
    ]
    assert found[0].notice["to"] == ["buyer@example.com"]
    assert [each.cancelled_by for each in found] == [None, "BUYER_UPDATED", None, None, None, None]
