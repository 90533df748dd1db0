"""Mails with the PDF of their order or document: drawn when they are sent, as the buyer sees it; never a reason not to
send the mail in the end."""

import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

import graph.papers.attachments
from exports.relay.relay import ATTEMPTS_WITH_PDF, Delivered, Relay
from exports.relay.transports import Sent
from graph.downloads import DOCUMENTS
from graph.http.document_processes import DrawingTooSlowError, ProcessEndedError
from graph.papers.attachments import Attachments
from models.database.engines import DatabaseBusyError
from models.database.sessions import Database
from models.locale import Locale
from resolvers.core.context import Context
from resolvers.core.notices import Message
from resolvers.rejection import RejectOrder, reject_order
from tests.outbox.test_relay import SENDER, outbox, promise
from tests.support.clock import Clock
from tests.support.factories import Shop, make_buyer, make_order, make_shop


@dataclass
class Box:
    """A transport that keeps what it is given."""

    taken: list[EmailMessage] = field(default_factory=list)

    async def send(self, message: EmailMessage, recipients: list[str]) -> Sent:
        parsed = email.message_from_bytes(bytes(message), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append(parsed)
        return Sent()


async def rejected(database: Database, shop: Shop, clock: Clock, **order: Any) -> None:
    made = await make_order(database, shop, **order)
    context = Context(database, shop.member(), clock)
    outcome = await reject_order(context, RejectOrder(made.id, Message(notify=True)))
    assert not outcome.refusals


def relay_to(box: Box, database: Database, clock: Clock) -> Relay:
    attach = Attachments(database, DOCUMENTS, None, clock).draw
    return Relay(database, box, sender=SENDER, clock=clock, attach=attach)


async def sent(database: Database, clock: Clock) -> EmailMessage:
    box = Box()
    assert await relay_to(box, database, clock).drain() == Delivered(sent=1)
    return box.taken[0]


@pytest.mark.parametrize("locale", Locale)
async def test_the_buyers_copy_is_attached(database: Database, clock: Clock, locale: Locale) -> None:
    shop = await make_shop(database, name="Northlight", mails_have_pdf=True)
    buyer = await make_buyer(database, shop.brand, locale=locale)
    await rejected(database, shop, clock, code="雲/1", buyer_id=buyer.id)
    mail = await sent(database, clock)
    assert mail.get_content_type() == "multipart/mixed"
    [pdf] = mail.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == {Locale.EN: "purchase-order-雲-1.pdf", Locale.JA: "注文_雲-1.pdf"}[locale]
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.get_content())).pages)
    assert "Linen shirt 1" in text
    assert "Mina Sato" not in text, "the buyer's copy names the brand, not the person"
    body = mail.get_body(("plain",))
    assert body
    assert "SKU-1" in body.get_content()


async def test_without_the_setting_nothing_is_attached(database: Database, clock: Clock) -> None:
    await rejected(database, await make_shop(database), clock)
    assert (await sent(database, clock)).get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("failure", ["gone", "too large", "broken"])
async def test_the_mail_goes_without_what_cannot_be_drawn(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    shop = await make_shop(database, mails_have_pdf=True)
    if failure == "gone":
        nobody = "0" * 32
        await promise(database, attached={"document": "invoice", "id": nobody, "code": "INV-1", "buyer_id": nobody})
    else:
        await rejected(database, shop, clock)
    if failure == "too large":
        monkeypatch.setattr(graph.papers.attachments, "MAX_BYTES", 100)
    elif failure == "broken":

        async def fail(*_: object) -> bytes:
            raise RuntimeError("no fonts")

        monkeypatch.setattr(graph.papers.attachments, "make", fail)
    assert (await sent(database, clock)).get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("failure", [ProcessEndedError(), DatabaseBusyError(), DrawingTooSlowError()], ids=repr)
@pytest.mark.parametrize("passes", [True, False])
async def test_a_mail_waits_for_a_pdf_that_cannot_be_drawn_now(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, failure: Exception, passes: bool
) -> None:
    async def fail(*_: object) -> bytes:
        raise failure

    await rejected(database, await make_shop(database, mails_have_pdf=True), clock)
    box = Box()
    relay = relay_to(box, database, clock)
    with monkeypatch.context() as patched:
        patched.setattr(graph.papers.attachments, "make", fail)
        for _ in range(1 if passes else ATTEMPTS_WITH_PDF - 1):
            assert await relay.drain() == Delivered(retry=1)
            clock.move(hours=1)
        [waiting] = await outbox(database)
        assert waiting.last_error == f"its PDF could not be drawn: {type(failure).__name__}"
        if not passes:
            assert await relay.drain() == Delivered(sent=1)
    if passes:
        assert await relay.drain() == Delivered(sent=1)
    assert len(list(box.taken[0].iter_attachments())) == (1 if passes else 0)
