"""Links to the PDFs of delivery notes and invoices, opened as a browser does: without a token."""

import io
from typing import Any
from urllib.parse import urlsplit

import pypdf
import pytest
from sqlalchemy import delete

from graph.core.download_links import Download, Links
from graph.downloads import DELIVERY_NOTE, INVOICE, Record
from models.actor import Actor
from models.database.sessions import Database
from models.delivery_note import DeliveryNote
from models.invoice import Invoice, InvoiceStatus
from models.locale import Locale
from models.scope import EVERYTHING
from tests.support.client import SECRET, Client
from tests.support.documents import make_invoice, make_note
from tests.support.factories import Shop, make_buyer, make_order, make_shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await make_shop(database)


@pytest.fixture
def links(api: Client) -> Links:
    return Links(SECRET, "http://127.0.0.1:8000", api.clock)


async def get(api: Client, link: Download) -> Any:
    return await api.http.get(urlsplit(str(link.url)).path)


def text(response: Any) -> str:
    assert response.status_code == 200, response.text
    return str(pypdf.PdfReader(io.BytesIO(response.content)).pages[0].extract_text())


async def a_note(database: Database, shop: Shop, **more: Any) -> DeliveryNote:
    return await make_note(database, shop, await make_order(database, shop), **more)


async def an_invoice(database: Database, shop: Shop, **more: Any) -> Invoice:
    return await make_invoice(database, shop, (await make_order(database, shop), None, [(2, 1250)]), **more)


async def test_the_pdf_of_a_delivery_note(database: Database, api: Client, shop: Shop, links: Links) -> None:
    note = await a_note(database, shop, code="DN-000001")
    link = links.to(DELIVERY_NOTE, Record(note.id, note.code), shop.member(), None)
    assert (link.filename, link.media_type) == ("delivery-note-DN-000001.pdf", "application/pdf")
    response = await get(api, link)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="delivery-note-DN-000001.pdf"')
    assert "Delivery note" in text(response)


async def test_the_pdf_of_an_invoice(database: Database, api: Client, shop: Shop, links: Links) -> None:
    invoice = await an_invoice(database, shop, code="INV-000001")
    link = links.to(INVOICE, Record(invoice.id, invoice.code), shop.member(), None)
    assert (link.filename, link.media_type) == ("invoice-INV-000001.pdf", "application/pdf")
    response = await get(api, link)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="invoice-INV-000001.pdf"')
    assert "£25.00" in text(response)


async def test_the_language_is_the_viewers_unless_another_is_asked_for(
    database: Database, api: Client, shop: Shop, links: Links
) -> None:
    note, invoice = await a_note(database, shop), await an_invoice(database, shop)
    for locale, of_note, of_invoice in ((None, "納品書", "請求書"), (Locale.EN, "Delivery note", "Invoice")):
        member = shop.member(locale=Locale.JA)
        assert of_note in text(await get(api, links.to(DELIVERY_NOTE, Record(note.id, note.code), member, locale)))
        assert of_invoice in text(await get(api, links.to(INVOICE, Record(invoice.id, invoice.code), member, locale)))


async def test_a_link_shows_the_invoice_as_it_is_when_opened(
    database: Database, api: Client, shop: Shop, links: Links
) -> None:
    invoice = await an_invoice(database, shop, status=InvoiceStatus.ISSUED)
    link = links.to(INVOICE, Record(invoice.id, invoice.code), shop.member(), None)
    assert "VOID" not in text(await get(api, link))
    async with database.transaction(EVERYTHING) as session:
        found = await session.get_one(Invoice, (shop.brand.id, invoice.id))
        found.status, found.voided_at = InvoiceStatus.VOID, api.clock()
    assert "VOID" in text(await get(api, link))


async def test_a_deleted_document_is_reported(database: Database, api: Client, shop: Shop, links: Links) -> None:
    note = await a_note(database, shop)
    invoice = await an_invoice(database, shop, status=InvoiceStatus.DRAFT)
    opened = [
        links.to(DELIVERY_NOTE, Record(note.id, note.code), shop.member(), None),
        links.to(INVOICE, Record(invoice.id, invoice.code), shop.member(), None),
    ]
    async with database.transaction(EVERYTHING) as session:
        await session.execute(delete(DeliveryNote).where(DeliveryNote.id == note.id))
        await session.execute(delete(Invoice).where(Invoice.id == invoice.id))
    for link in opened:
        response = await get(api, link)
        assert response.status_code == 403
        assert response.headers["Cache-Control"] == "no-store"
        assert "was deleted" in response.text


async def test_a_link_opens_only_what_its_viewer_may_see(
    database: Database, api: Client, shop: Shop, links: Links
) -> None:
    note, invoice = await a_note(database, shop), await an_invoice(database, shop)
    draft = await an_invoice(database, shop, status=InvoiceStatus.DRAFT)
    stranger = await make_shop(database)
    rival = shop.buyer_user(await make_buyer(database, shop.brand))

    async def opens(viewer: Actor) -> list[bool]:
        made = [
            links.to(DELIVERY_NOTE, Record(note.id, note.code), viewer, None),
            links.to(INVOICE, Record(invoice.id, invoice.code), viewer, None),
            links.to(INVOICE, Record(draft.id, draft.code), viewer, None),
        ]
        responses = [await get(api, link) for link in made]
        assert all(response.content.startswith(b"%PDF") == (response.status_code == 200) for response in responses)
        assert {response.status_code for response in responses} <= {200, 403}
        return [response.status_code == 200 for response in responses]

    assert await opens(shop.member()) == [True, True, True]
    assert await opens(shop.buyer_user()) == [True, True, False]
    assert await opens(rival) == [False, False, False]
    assert await opens(stranger.member()) == [False, False, False]
    assert await opens(stranger.buyer_user()) == [False, False, False]


async def test_a_code_with_odd_characters_makes_a_safe_filename(shop: Shop, links: Links) -> None:
    link = links.to(INVOICE, Record(shop.brand.id, '../a"b\\c'), shop.member(), None)
    assert link.filename == "invoice-..-a-b-c.pdf"
