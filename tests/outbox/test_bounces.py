"""Addresses that a mail server refuses: which are marked, who sees it, and what clears the mark."""

from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from exports.relay.relay import Delivered, Relay
from exports.relay.transports import SmtpTransport
from models.buyer import Buyer, BuyerRecipient
from models.database.sessions import Database
from models.outbox import message
from models.scope import EVERYTHING
from resolvers.buyers import update_buyer
from resolvers.core.context import Context
from tests.outbox.test_relay import SENDER, Mailbox, notice, url_of
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, save

GONE, HERE = "gone@example.com", "here@example.com"


@pytest.fixture
def relay(database: Database, server: Controller, clock: Clock) -> Relay:
    return Relay(database, SmtpTransport(url_of(server)), sender=SENDER, clock=clock)


async def queue(database: Database, shop: Shop, *to: str) -> None:
    order = await make_order(database, shop)
    await save(database, message(notice(to=list(to)), brand_id=order.brand_id, order_id=order.id, at=NOON))


async def marks(database: Database, buyer: Buyer) -> dict[str, str | None]:
    async with database.read(EVERYTHING) as session:
        of_buyer = BuyerRecipient.buyer_id == buyer.id
        found = list(await session.scalars(select(BuyerRecipient).where(of_buyer)))
    assert all((each.bounced_at is None) is (each.bounce_reason is None) for each in found)
    return {each.email: each.bounce_reason for each in found}


async def mark(database: Database, shop: Shop, email: str = GONE) -> None:
    marked = update(BuyerRecipient).where(BuyerRecipient.buyer_id == shop.buyer.id, BuyerRecipient.email == email)
    async with database.transaction(EVERYTHING) as session:
        await session.execute(marked.values(bounced_at=NOON, bounce_reason="550 no such user"))


async def test_only_the_refused_address_of_only_this_brand_is_marked(
    database: Database, relay: Relay, mailbox: Mailbox
) -> None:
    shop = await make_shop(database, recipients=(GONE, HERE))
    other = await make_shop(database, recipients=(GONE, HERE))
    mailbox.answers = ["550 no such\x00 \tuser"]
    await queue(database, shop, GONE, HERE)
    assert await relay.drain() == Delivered(sent=1)
    assert mailbox.recipients == [[HERE]]
    assert await marks(database, shop.buyer) == {GONE: "550 no such user", HERE: None}
    assert await marks(database, other.buyer) == {GONE: None, HERE: None}
    await queue(database, shop, GONE, HERE)  # it is tried again all the same
    assert await relay.drain() == Delivered(sent=1)
    assert mailbox.recipients[1] == [GONE, HERE]


@pytest.mark.parametrize(
    ("answer", "is_marked"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.4.1 recipient address rejected", True),
        ("550 5.0.0 failed", True),
        ("553 no such mailbox", True),
        ("450 4.2.1 greylisted", False),
        ("550 5.7.1 relaying denied", False),
        ("550 5.1.8 bad sender's system address", False),
        ("552 5.3.4 message too big", False),
        ("530 authentication required", False),
        ("503 bad sequence of commands", False),
    ],
)
async def test_what_marks_an_address(
    database: Database, relay: Relay, mailbox: Mailbox, answer: str, is_marked: bool
) -> None:
    shop = await make_shop(database, recipients=(GONE,))
    mailbox.answers = [answer]
    await queue(database, shop, GONE)
    await relay.drain()
    assert await marks(database, shop.buyer) == {GONE: answer if is_marked else None}


async def test_a_refused_mail_marks_nobody_but_those_refused_before(
    database: Database, relay: Relay, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: Any) -> str:
        return "554 5.6.0 content rejected"

    shop = await make_shop(database, recipients=(GONE, HERE))
    monkeypatch.setattr(mailbox, "handle_DATA", refuse)
    mailbox.answers = ["550 no such user"]
    await queue(database, shop, GONE, HERE)
    assert await relay.drain() == Delivered(failed=1)
    assert await marks(database, shop.buyer) == {GONE: "550 no such user", HERE: None}


async def test_an_address_that_no_mail_can_have_and_one_that_changed_meanwhile(
    database: Database, relay: Relay, mailbox: Mailbox
) -> None:
    shop = await make_shop(database, recipients=("müller@example.com", HERE))
    mailbox.answers = ["550 no such user"]
    await queue(database, shop, "old@example.com", "müller@example.com")
    assert await relay.drain() == Delivered(failed=1)
    assert await marks(database, shop.buyer) == {"müller@example.com": "no mail can be addressed to it", HERE: None}


@pytest.mark.parametrize("recipients", [[HERE, GONE], [HERE, "new@example.com"], None])
async def test_changing_or_confirming_the_addresses_clears_the_mark(
    database: Database, recipients: list[str] | None
) -> None:
    shop = await make_shop(database, recipients=(GONE, HERE))
    other = await make_shop(database, recipients=(GONE,))
    await mark(database, shop)
    await mark(database, other)
    changes = {"name": "Other"} if recipients is None else {"recipients": recipients}
    context = Context(database, shop.member(), lambda: NOON)
    assert not (await update_buyer(context, shop.buyer.id, changes)).refusals
    expected = {GONE: "550 no such user", HERE: None} if recipients is None else dict.fromkeys(recipients)
    assert await marks(database, shop.buyer) == expected
    assert await marks(database, other.buyer) == {GONE: "550 no such user"}
