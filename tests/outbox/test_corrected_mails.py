"""An OC or a delivery note is changed while the mail about it has not left: a relay sends what is true then."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import update

from exports.relay.relay import Delivered, Relay
from exports.relay.transports import Failure, PermanentFailure, PossiblyDelivered, Sent, TemporaryFailure
from models.audit import AuditEntry
from models.database.sessions import Database
from models.locale import Locale
from models.mail_wording import MailWording
from models.order import Order
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.policy import Role
from models.scope import EVERYTHING
from resolvers.confirmation import confirm_order, create_confirmation, update_confirmation
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.delivery_notes import NoteContent, create_delivery_note, update_delivery_note
from resolvers.order_lines import NewLine
from resolvers.resending import resend_notification
from tests.importing.importing import column
from tests.outbox.test_relay import SENDER, outbox
from tests.support.clock import Clock
from tests.support.factories import NOON, Shop, make_order, make_shop, save

BEFORE, AFTER = "£39.40", "£7.50"


@dataclass
class Box:
    """A transport: `fails` first. While it has a mail in hand, `meanwhile` happens once."""

    fails: list[Failure] = field(default_factory=list)
    meanwhile: Callable[[], Any] | None = None
    taken: list[EmailMessage] = field(default_factory=list)

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        if happens := self.meanwhile:
            self.meanwhile = None
            await happens()
        if self.fails:
            raise self.fails.pop(0)
        parsed = email.message_from_bytes(bytes(message), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append(parsed)
        return Sent()

    @property
    def texts(self) -> list[str]:
        bodies = [each.get_body(("plain",)) for each in self.taken]
        return [body.get_content() for body in bodies if body]


@dataclass
class World:
    database: Database
    clock: Clock
    shop: Shop
    order: Order
    context: Context

    async def update(self, quantity: int = 3) -> None:
        """One line of three at 2.50 instead of two lines of 39.40 together."""
        lines = [NewLine(self.shop.skus[0].id, quantity, Decimal("2.50"))]
        assert not (await update_confirmation(self.context, self.order.id, lines)).refusals

    async def drain(self, box: Box) -> Delivered:
        return await Relay(self.database, box, sender=SENDER, clock=self.clock).drain()


@pytest.fixture
async def world(database: Database, clock: Clock) -> World:
    shop = await make_shop(database, name="Northlight")
    order = await make_order(database, shop, code="ORD-1")
    return World(database, clock, shop, order, Context(database, shop.member(Role.ADMIN), clock))


async def created(world: World, body: str | None = None) -> None:
    message = Message(notify=True, body=body)
    outcome = await create_confirmation(world.context, world.order.id, ask_approval=False, message=message)
    assert not outcome.refusals


@pytest.mark.parametrize("body", [None, f"As agreed, {BEFORE} until today."])
async def test_a_waiting_mail_has_the_lines_and_sums_of_the_changed_oc(world: World, body: str | None) -> None:
    await created(world, body)
    await world.update()
    box = Box()
    assert await world.drain(box) == Delivered(sent=1)
    [text] = box.texts
    assert f"Confirmed: {AFTER}" in text
    assert f"Ordered: {BEFORE}" in text
    assert (body or "We have prepared") in text, "a typed message stays as it is"


async def test_the_brands_own_wording_names_the_new_total(world: World) -> None:
    said: dict[str, Any] = {"brand_id": world.shop.brand.id, "kind": "OC_CREATED", "created_at": NOON}
    said |= {"created_by": "Mina Sato", "heading": None, "locale": Locale.EN}
    old = MailWording(**said, version=1, subject="{code}: {total}", body="Dear {buyer}, {total} in all.")
    await save(world.database, old)
    await created(world)
    await save(world.database, MailWording(**said, version=2, subject="{code}", body="{total}!"))
    await world.update()
    box = Box()
    await world.drain(box)
    assert box.taken[0]["Subject"] == f"ORD-1: {AFTER}"
    assert f"{AFTER} in all." in box.texts[0]


@pytest.mark.parametrize(
    ("failure", "status", "sent"),
    [
        (None, NotificationStatus.SENT, [BEFORE, AFTER]),
        (TemporaryFailure("451 later"), NotificationStatus.CANCELLED, [AFTER]),
        (PermanentFailure("550 no"), NotificationStatus.FAILED, [AFTER]),
        (PossiblyDelivered("no answer"), NotificationStatus.MAY_HAVE_BEEN_DELIVERED, [AFTER]),
    ],
)
async def test_a_mail_in_hand_is_followed_by_one_that_says_what_is_true(
    world: World, failure: Failure | None, status: NotificationStatus, sent: list[str]
) -> None:
    await created(world)
    box = Box([failure] if failure else [], meanwhile=world.update)
    await world.drain(box)
    world.clock.move(days=2)
    await world.drain(box)
    assert [next(total for total in (AFTER, BEFORE) if f": {total}" in text) for text in box.texts] == sent
    assert [each.status for each in await outbox(world.database)] == [status, NotificationStatus.SENT]
    assert "NOTIFICATION_CANCELLED" in await column(world.database, AuditEntry.kind)


async def test_a_mail_in_hand_is_followed_by_one_however_often_the_oc_changes(world: World) -> None:
    async def update_twice() -> None:
        await world.update(4)
        await world.update()

    await created(world)
    box = Box(meanwhile=update_twice)
    assert await world.drain(box) == Delivered(sent=2)
    assert [f"Confirmed: {AFTER}" in text for text in box.texts] == [False, True]


async def test_a_mail_that_is_not_tried_again_is_not_followed(world: World) -> None:
    await created(world)
    unclear = {"status": NotificationStatus.MAY_HAVE_BEEN_DELIVERED, "unclear": MAX_UNCLEAR}
    async with world.database.transaction(EVERYTHING) as session:
        await session.execute(update(OutboxMessage).values(unclear))
    await world.update()
    assert len(await outbox(world.database)) == 1


async def test_a_mail_that_some_have_is_followed_by_one_to_all(world: World) -> None:
    await created(world)
    await world.drain(Box([TemporaryFailure("451 full", left=["buyer@example.com"])]))
    await world.update()
    world.clock.move(days=1)
    box = Box()
    assert await world.drain(box) == Delivered(sent=1)
    assert f"Confirmed: {AFTER}" in box.texts[0]
    old, new = await outbox(world.database)
    assert (old.status, old.cancelled_by, old.sent_at) == (NotificationStatus.SENT, "OC_UPDATED", NOON)
    assert new.status is NotificationStatus.SENT


async def test_an_oc_that_stays_as_it_is_changes_no_mail(world: World) -> None:
    await created(world)
    before = [each.notice for each in await outbox(world.database)]
    box = Box(meanwhile=lambda: update_confirmation(world.context, world.order.id, None))
    assert await world.drain(box) == Delivered(sent=1)
    assert [each.notice for each in await outbox(world.database)] == before


async def test_a_failed_mail_is_sent_again_with_what_is_true_now(world: World) -> None:
    await created(world)
    await world.drain(Box([PermanentFailure("550 no")]))
    await world.update()
    [failed] = await outbox(world.database)
    assert not (await resend_notification(world.context, failed.id)).refusals
    box = Box()
    await world.drain(box)
    assert f"Confirmed: {AFTER}" in box.texts[0]


async def test_a_mail_about_a_delivery_note_likewise(world: World) -> None:
    await created(world)
    await confirm_order(world.context, world.order.id, None, Message())
    await world.drain(Box())
    content = NoteContent(tracking_number="OLD-1")
    made = await create_delivery_note(world.context, world.order.id, content, Message(notify=True))

    async def change() -> None:
        outcome = await update_delivery_note(world.context, made.made, NoteContent(tracking_number="NEW-2"))
        assert not outcome.refusals

    box = Box([TemporaryFailure("451 later")], meanwhile=change)
    await world.drain(box)
    world.clock.move(days=2)
    await world.drain(box)
    [text] = box.texts
    assert "Tracking no.: NEW-2" in text
    assert [each.cancelled_by for each in await outbox(world.database)] == [None, "DELIVERY_NOTE_UPDATED", None]
