"""Hostile names, codes and texts come out of mails, workbooks, documents and file names as harmless text."""

import io
import re
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest

from exports.mail import email_message, header_address, reachable, render
from exports.orders_workbook import orders_workbook
from exports.texts import in_file_name, one_line
from graph.http.downloads import disposition
from models.database.sessions import Database
from models.locale import Locale
from models.outbox import OrderNotice
from models.scope import EVERYTHING
from resolvers.order_filter import NEWEST_FIRST, OrderFilter, matching
from tests.hostile.corpus import TEXTS
from tests.support.factories import OPERATOR, make_order, make_shop

# Texts that the API accepts, and that can therefore be in the database.
KEPT = {name: text for name, text in TEXTS.items() if name not in ("NUL", "escape sequence", "delete", "long")}
HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
}  # fmt: skip
# What Outlook reads: conditional comments, and its settings and button.
OF_OUTLOOK = {"!--", "!", "xml", "o"}


def mail_of(text: str, **changes: object) -> EmailMessage:
    """A mail about an order in which everything has this name, after sending and parsing."""
    values = {
        "kind": "ORDER_REJECTED",
        "order_code": text,
        "placed_at": "2026-11-24T12:00:00+00:00",
        "at": "2026-11-24T12:00:00+00:00",
        "brand_name": text,
        "sender_name": text,
        "reply_to": "reply@example.com",
        "buyer_name": text,
        "to": ["buyer@example.com"],
        "locale": "en",
        "time_zone": "UTC",
        "body": text,
    } | changes
    notice = OrderNotice.stored(values)
    sent = email_message(
        render(notice),
        id=UUID(int=1),
        sender="orders@example.com",
        sender_name=notice.sender_name,
        reply_to=notice.reply_to,
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert bytes(sent) == sent.as_bytes()
    received = message_from_bytes(sent.as_bytes(policy=SMTP), policy=default)
    assert isinstance(received, EmailMessage)
    return received


# Bidi control characters: those with a class of their own, and those classified as letters.
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = {"\u061c", "\u200e", "\u200f", "\ufffe", "\uffff"}


def unseen(text: str) -> set[str]:
    return {
        each
        for each in text
        if each in MARKS or unicodedata.bidirectional(each) in TURNING or unicodedata.category(each) == "Cc"
    }


@pytest.mark.parametrize("name", KEPT)
def test_mails_have_only_our_headers_and_no_control_characters(name: str) -> None:
    mail = mail_of(KEPT[name])
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert not unseen(mail["Subject"])
    assert not unseen(str(mail["From"].addresses[0].display_name))
    assert [each.addr_spec for each in mail["From"].addresses] == ["orders@example.com"]
    assert [each.addr_spec for each in mail["To"].addresses] == ["buyer@example.com"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert not unseen(text) - {"\n", "\r"}
    assert not unseen(html) - {"\n", "\r"}
    # Only the elements of our own template, and no address in any of them.
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z!][\w-]*)", html))
    ours = {"!doctype", "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "h1", "p", "br", "div"}
    assert tags <= ours | {"span"} | OF_OUTLOOK
    inside = "".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"src|href|url\(|@import|onerror|file:|http:", inside)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.com\r\nBcc: c@d.com", "a@b.com> SIZE=1", "a@b\0.com", "a\r\nRCPT TO:<c@d.com>@b.com",
        "a(comment)@b .com", "@b.com", "a@", "a", "", "a@b..com", "a@\u202eb.com", "a@" + "x" * 70 + ".com", "é@b.com",
        "a@b;c",
    ],
)  # fmt: skip
def test_an_invalid_address_is_reported_and_left_out(address: str) -> None:
    assert reachable([address]) == ([], [address])
    mail = mail_of("x", reply_to=address)
    assert "Reply-To" not in mail


def test_an_address_in_any_script_is_encoded() -> None:
    assert header_address("info@例え.jp") == "info@xn--r8jz45g.jp"
    assert header_address('odd"name@example.com') == '"odd\\"name"@example.com'


@pytest.mark.parametrize("name", KEPT)
def test_file_names_are_valid_on_every_system(name: str) -> None:
    text = KEPT[name]
    file_name = f"order-{in_file_name(text)}.pdf"
    assert not set('<>:"/\\|?*\r\n') & set(file_name)
    assert not unseen(file_name)
    header = disposition(file_name)
    assert header.isascii()
    assert header.count('"') == 2
    assert "\n" not in header
    assert one_line(text).count("\n") == 0


@pytest.mark.parametrize("length", [30, 39, 40, 41, 60, 200])
def test_any_sender_name_gives_exactly_one_sender(length: int) -> None:
    for filler in ("a, b <evil@example.com> ", "x.y;@", '"(\\\\', "é <z@example.com>, ", "Acme Co., Ltd. (UK) "):
        mail = mail_of("x", sender_name=(filler * 200)[:length])
        assert [each.addr_spec for each in mail["From"].addresses] == ["orders@example.com"], filler
        assert len(mail.keys()) == len(HEADERS)


def test_encoded_looking_text_is_not_decoded() -> None:
    mail = mail_of(TEXTS["encoded word"])
    assert "Bcc" not in mail
    assert "= ?utf-8?q?Mina" in mail["Subject"]


async def test_texts_stay_texts_in_a_workbook(database: Database, tmp_path: Path) -> None:
    texts = {name: text for name, text in KEPT.items() if text.strip() and len(text) <= 100}
    for text in texts.values():
        shop = await make_shop(database, name=text)
        shop.buyer.name = text
        async with database.transaction(EVERYTHING) as session:
            buyer = await session.merge(shop.buyer)
            buyer.name = buyer.country = text
        await make_order(database, shop, code=text[:64])
    path = tmp_path / "orders.xlsx"
    async with database.read(EVERYTHING) as session:
        found = await matching(session, OrderFilter(), NEWEST_FIRST, OPERATOR)
        await orders_workbook(session, found, locale=Locale.EN, for_buyer=False, path=path)
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
    assert not [cell.hyperlink for cell in cells if cell.hyperlink]
    shown = {str(cell.value) for cell in cells}
    for name in ("formula", "formula with a command", "link", "script", "rich string"):
        assert texts[name] in shown, name
    # In a cell, Excel reads _x0041_ as the letter A, and _x005F_ as the underscore that prevents it.
    escaped = texts["escape of a spreadsheet"].replace("_x", "_x005F_x")
    assert {escaped, texts["escape of a spreadsheet"]} & shown == {escaped}
