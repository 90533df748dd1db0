"""Webhooks, the sender, and receivers for it."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from exports.relay.transports import Sent as MailSent
from exports.relay.transports import TemporaryFailure
from exports.webhooks.sender import WebhookSender
from graph.core.ids import Kind, to_id
from models import audit
from models.database import chain
from models.database.sessions import Database
from models.events import OrderArchived, TagCreated
from models.policy import Role
from models.scope import EVERYTHING
from models.webhook import Webhook, WebhookDelivery
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome
from resolvers.webhooks import commands
from tests.support.clock import Clock
from tests.support.factories import Shop, make_order
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def clock(database: Database) -> Clock:
    """Of the senders and of the database, so that a test can let leases expire and pauses pass."""
    made = Clock()
    database.clock = made
    return made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


class Mails:
    """A transport. `fails`: how many mails it refuses first."""

    def __init__(self, fails: int = 0) -> None:
        self.sent: list[tuple[EmailMessage, list[str]]] = []
        self.tried: list[str] = []
        self._fails = fails

    async def send(self, message: EmailMessage, recipients: list[str]) -> MailSent:
        self.tried.append(str(message["Message-ID"]))
        if len(self.tried) <= self._fails:
            raise TemporaryFailure("450 later")
        self.sent.append((message, recipients))
        return MailSent()


def sender(database: Database, clock: Clock, mails: Mails | None = None, **options: Any) -> WebhookSender:
    settings: dict[str, Any] = {"to_loopback": True} | options
    return WebhookSender(
        database,
        mails or Mails(),
        mail_from="no-reply@northlight.example",
        clock=clock,
        public_order_id=partial(to_id, Kind.ORDER),
        **settings,
    )


def context(database: Database, clock: Clock, shop: Shop, **actor: Any) -> Context:
    return Context(database, shop.member(Role.ADMIN, **actor), clock, webhooks_to_loopback=True)


async def make_webhook(
    database: Database, clock: Clock, shop: Shop, url: str, kinds: list[str] | None = None, **values: Any
) -> tuple[UUID, str]:
    """Its id and secret. It begins after the event of its own creation."""
    outcome, secret = await commands.create_webhook(
        context(database, clock, shop), url, kinds or [], "ERP", values.get("alert_email")
    )
    assert not outcome.refusals, outcome.refusals
    assert outcome.made
    assert secret
    async with database.transaction(EVERYTHING) as session:
        webhook = await session.get_one(Webhook, (shop.brand.id, outcome.made))
        webhook.position += 1
    return outcome.made, secret


def did(outcome: Outcome) -> None:
    assert not outcome.refusals, outcome.refusals


async def happen(database: Database, clock: Clock, shop: Shop, *kinds: str) -> None:
    """Events of these kinds, each in its own transaction: ORDER_ARCHIVED of an order, or TAG_CREATED."""
    for kind in kinds:
        event: OrderArchived | TagCreated = TagCreated(brand_id=shop.brand.id, at=clock(), code="vip")
        if kind == "ORDER_ARCHIVED":
            order = await make_order(database, shop)
            event = OrderArchived(brand_id=shop.brand.id, order_id=order.id, at=clock())
        async with database.transaction(EVERYTHING) as session:
            await chain.record(session, [audit.entry(event, shop.member(), None)], clock)


async def read(database: Database, webhook_id: UUID) -> Webhook:
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Webhook).where(Webhook.id == webhook_id))).one()


async def deliveries(database: Database, webhook_id: UUID) -> list[WebhookDelivery]:
    """Oldest first."""
    of_webhook = WebhookDelivery.webhook_id == webhook_id
    async with database.read(EVERYTHING) as session:
        return list(await session.scalars(select(WebhookDelivery).where(of_webhook).order_by(WebhookDelivery.id)))
