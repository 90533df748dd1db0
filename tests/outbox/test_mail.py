"""The mail itself: both parts, both languages, everything escaped, nothing smuggled into a header."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from uuid import UUID

import pytest

from exports.mail import email_message, render
from exports.relay.transports import SmtpTransport, SmtpUrlError
from models.locale import Locale
from models.outbox import OrderNotice
from tests.outbox.test_relay import SENDER, notice

ID = UUID("01a20dfb-4e9f-7277-9772-b6253e107e94")
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sent(told: OrderNotice) -> EmailMessage:
    """As the buyer's mail program reads it."""
    mail = render(told)
    made = email_message(mail, id=ID, sender=SENDER, sender_name=told.sender_name, reply_to=told.reply_to, at=AT)
    parsed = email.message_from_bytes(bytes(made), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


class Shown(HTMLParser):
    """The text that a browser shows, and the tags that it sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_has_text_and_html_and_says_what_happened() -> None:
    message = sent(notice(body="We are sorry."))
    assert message.get_content_type() == "multipart/alternative"
    assert message["Subject"] == "Northlight: your order ORD-1 was declined"
    assert message["Message-ID"] == f"<{ID}@northlight.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        shown = part(message, kind)
        for word in (
            "Harbour Shop",
            "We are sorry.",
            "ORD-1",
            "Northlight",
            "20 Nov 2026, 01:00",
            "24 Nov 2026, 12:00",
        ):
            assert word in shown, (kind, word)


def test_in_japanese_and_in_the_brands_time_zone() -> None:
    names = {"brand_name": "雲 Kumo", "sender_name": "雲 Kumo", "buyer_name": "青い店"}
    message = sent(notice(locale=Locale.JA, time_zone="Asia/Tokyo", body=None, **names))
    assert message["Subject"] == "【雲 Kumo】ご注文 ORD-1 についてのお知らせ"
    assert message["From"] == "雲 Kumo <no-reply@northlight.example>"
    for kind in ("plain", "html"):
        shown = part(message, kind)
        assert "青い店 御中" in shown
        assert "お引き受けすることができません" in shown
        assert "2026/11/24 21:00" in shown
    assert 'lang="ja"' in part(message, "html")


def test_without_a_body_there_is_a_standard_text() -> None:
    assert "we cannot take this order" in part(sent(notice(body=None)), "plain")


BODY = 'Line one\n\n  indented <b>bold</b> & "quotes" {{ 7*7 }} {% raw %}\n<script>alert(1)</script>\n終わり'


def test_the_body_is_shown_as_typed_and_nothing_in_it_is_run() -> None:
    message = sent(notice(body=BODY))
    assert BODY in part(message, "plain")
    shown = Shown(part(message, "html"))
    assert BODY in shown.text
    assert not shown.tags & {"script", "b"}


@pytest.mark.parametrize("smuggled", ["ORD-1\r\nBcc: x@evil.example", "ORD-1\n\nbody", "ORD-1\u2028X", "ORD-1\x85X"])
def test_header_injection_is_impossible(smuggled: str) -> None:
    message = sent(notice(order_code=smuggled, brand_name=smuggled, sender_name=smuggled, buyer_name=smuggled))
    assert message["Bcc"] is None
    assert str(message["To"]) == "buyer@example.com"
    assert "\n" not in str(message["Subject"])
    assert message.get_content_type() == "multipart/alternative"


def test_ten_thousand_characters_arrive_whole() -> None:
    body = "却下" * 5_000
    assert body in part(sent(notice(body=body)), "plain").replace("\n", "")


@pytest.mark.parametrize(
    "url",
    ["", "mail", "http://mail", "smtp://", "smtp://mail:port", "smtp://mail:99999", "smtp://user@mail", "smtp://m/x"],
)
def test_a_bad_mail_server_url_is_reported_with_an_example(url: str) -> None:
    with pytest.raises(SmtpUrlError, match="smtps://user:password@host:465"):
        SmtpTransport(url)
