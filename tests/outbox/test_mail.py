"""The mail itself: both parts, both languages, everything escaped, nothing smuggled into a header."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from html.parser import HTMLParser
from itertools import product
from uuid import UUID

import pytest

from exports.mail import RenderedMail, email_message, render
from exports.relay.transports import SmtpTransport, SmtpUrlError
from exports.texts import one_line
from models.locale import Locale, text_for
from models.messages.mail import MailKind, mail_texts
from models.outbox import OrderNotice
from tests.outbox.test_relay import SENDER, notice

ID = UUID("01a20dfb-4e9f-7277-9772-b6253e107e94")
ORDER = UUID("01a20dfb-4e9f-7277-9772-b6253e107e95")
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sent(queued: OrderNotice) -> EmailMessage:
    """As the buyer's mail program reads it."""
    mail = render(queued)
    made = email_message(
        mail, id=ID, sender=SENDER, sender_name=queued.sender_name, reply_to=queued.reply_to, at=AT, thread=ORDER
    )
    assert bytes(made) == made.as_bytes(), "as the library writes it"
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
        self.text = self.text.replace("\u00a0", " ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if end := {"br": "\n", "p": "\n\n"}.get(tag):
            self.text = self.text.rstrip(" ") + end

    def handle_data(self, data: str) -> None:
        """A line break is a space, and of several spaces one is shown; none where a line begins."""
        shown = re.sub(r"[ \t\r\n]+", " ", data)
        self.text += shown[1:] if self.text.endswith(("\n", " ")) and shown.startswith(" ") else shown


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
    assert message["Subject"] == "【雲 Kumo】ご注文 ORD-1 をお受けできません（お詫び）"
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


TABLE = "Item      Qty\n  Shirt     2\n\n\n    Skirt   10\n\tend"


def test_the_spaces_of_a_body_are_seen_in_both_parts() -> None:
    message = sent(notice(body=TABLE))
    assert TABLE.replace("\t", " ") in part(message, "plain")
    assert TABLE.replace("\t", " ") in Shown(part(message, "html")).text


def test_a_signature_in_the_body_does_not_hide_what_follows() -> None:
    """Mail programs fold away all that is below a line of two hyphens and a space."""
    plain = part(sent(notice(body="Sorry.  \n-- \nMina")), "plain")
    assert "Sorry.\n--\nMina\n" in plain
    assert plain.count("\n-- \n") == 1, "the one above the foot"


@pytest.mark.parametrize("kind", MailKind)
def test_what_arrives_is_what_was_rendered(kind: MailKind) -> None:
    """So that Notification.subject, text and html can be compared with the mail."""
    for body in ("終わり\n", "=3D =?utf-8?b?aGk=?=\n.\n..\n--=_part--", "x" * 9_000, "<" * 10_000, "a\n\n\n\nb"):
        queued = notice(kind=kind, body=body, subject="Re =?utf-8?q?a?= ünder")
        mail, message = render(queued), sent(queued)
        assert RenderedMail(mail.to, message["Subject"], part(message, "plain"), part(message, "html")) == mail
        assert mail.subject == "Re = ?utf-8?q?a?= ünder"


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


@pytest.mark.parametrize("unit", ["\n", "x\n\n", '"\n\n', "א\n\n", '"\n', '"א\n'])
def test_gmail_shows_the_longest_body_whole(unit: str) -> None:
    """It cuts off what is behind the first 102 KB."""
    body = f"a{unit * (9_998 // len(unit))}b"
    assert len(part(sent(notice(body=body, **WHOLE)), "html").encode()) < 102_000


@pytest.mark.parametrize(
    "url",
    ["", "mail", "http://mail", "smtp://", "smtp://mail:port", "smtp://mail:99999", "smtp://user@mail", "smtp://m/x"],
)
def test_a_bad_mail_server_url_is_reported_with_an_example(url: str) -> None:
    with pytest.raises(SmtpUrlError, match="smtps://user:password@host:465"):
        SmtpTransport(url)


NAMES = (
    "Société à Responsabilité", "Société à", "à", "é à ü", "雲 Kumo", "雲", "株式会社 ゆき の 店", "Northlight", "A  B",
    "Ünïcödé & Søns, Ltd.", 'Quote "This" Co.', "ｼｬﾂ 商店", "𠮷野家 𠮷", "👕 Shirts 👗", "x" * 70,
    "長い名前の店" * 20, "a à " * 30,
    "Zoë's; Café: à", "= ? =", "à  à", "e\u0301a\u0300 combined", "Δ Ж ש ع",
)  # fmt: skip
CODES = ("ORD-1", "雲-1008", "N° 12 à", "A B C", "2026/11/24 é", "#" * 64, "コード 1 2 3", "é" * 64)


GAPS = ("", "à ", " -", "  ", " 東京")


def head_of(name: str, subject: str) -> bytes:
    """The head of a mail as it is sent. Its lines have at most 78 printable characters."""
    made = email_message(
        RenderedMail(to=["a@example.com"], subject=subject, text="", html=""),
        id=ID,
        sender=SENDER,
        sender_name=name,
        reply_to=None,
        at=AT,
    )
    made.set_payload([])  # parsing the parts takes two thirds of the time
    head = bytes(made).partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert all(re.fullmatch(rb"[ -~]+", line) for line in head.split(b"\r\n"))
    return head


NEW, OLD = BytesHeaderParser(policy=email.policy.default), BytesHeaderParser(policy=email.policy.compat32)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("locale", Locale)
def test_subjects_arrive_as_they_were_written(kind: MailKind, locale: Locale) -> None:
    """880 combinations for each kind and language, read by both of Python's parsers."""
    subjects = {
        one_line(text_for(mail_texts(kind).subject, locale, brand=one_line(brand + gap), code=code))
        for brand, code, gap in product(NAMES, CODES, GAPS)
    }
    for expected in subjects:
        head = head_of("Northlight", expected)
        assert NEW.parsebytes(head)["Subject"] == expected
        assert str(make_header(decode_header(OLD.parsebytes(head)["Subject"]))) == expected


def test_senders_arrive_as_they_were_written() -> None:
    for name in {one_line(brand + gap) for brand, gap in product(NAMES, GAPS)}:
        head = head_of(name, "Northlight")
        sender = NEW.parsebytes(head)["From"].addresses[0]
        if head.partition(b"\r\nTo:")[0].count(b"=?") <= 1:  # Python puts a space between the words of a longer name
            assert sender.display_name == name
        assert sender.addr_spec == SENDER
        assert str(make_header(decode_header(parseaddr(OLD.parsebytes(head)["From"])[0]))) == name


CONTENTS = {
    "lines": [{"name": f"Shirt {n}", "number": f"SKU-{n}", "quantity": n * 1000, "amount": f"{n}.50"} for n in (1, 2)],
    "more": 8,
    "total": "4321.00",
    "currency": "GBP",
}


def test_a_decline_says_what_it_is_about_and_what_to_do() -> None:
    message = sent(notice(contents=CONTENTS))
    for kind, shown in (("plain", part(message, "plain")), ("html", Shown(part(message, "html")).text)):
        for word in ("Shirt 1 (SKU-1)", "Qty 2,000", "£2.50", "and 8 more", "£4,321.00", "delivered or invoiced"):
            assert word in shown, (kind, word)
        assert "write to sales@northlight.example" in shown
    assert "Please contact Northlight." in part(sent(notice(reply_to=None)), "plain")
    assert "delivered or invoiced" not in part(sent(notice(kind="OC_CREATED")), "plain")


def test_a_decline_in_japanese() -> None:
    contents = CONTENTS | {"currency": "JPY", "total": "3697760"}
    message = sent(notice(locale=Locale.JA, contents=contents))
    for kind in ("plain", "html"):
        shown = part(message, kind)
        for word in (
            "数量 1,000",
            "ほか8件",
            "¥3,697,760",
            "発送およびご請求はございません",
            "sales@northlight.example",
        ):
            assert word in shown, (kind, word)


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("青い店", "青い店 御中"),
        ("青い店 御中", "青い店 御中"),
        ("青い店御中 ", "青い店御中"),
        ("山田 太郎 様", "山田 太郎 様"),
    ],
)
def test_a_buyer_is_addressed_once(name: str, greeting: str) -> None:
    shown = part(sent(notice(locale=Locale.JA, buyer_name=name)), "plain")
    assert shown.splitlines()[0] == greeting


def test_line_breaks_are_elements() -> None:
    html = part(sent(notice(body="One\nTwo\n\nThree <4>")), "html")
    assert re.search(r"<p[^>]*>One<br>\s*Two</p>\s*<p[^>]*>Three &lt;4&gt;</p>", html)
    assert "pre-wrap" not in html


HEAD = {
    "name": "Northlight Trading Ltd",
    "address": "14 Harbour Lane\nLondon E1W 2AA",
    "accent": "#1d4e68",
    "registration_kind": "GB_VAT",
    "registration_number": "GB 123 4567 82",
    "footer": "Registered in England and Wales <no. 1>",
}
LINE = {"name": "Shirt", "number": "SKU-1", "quantity": 3, "amount": "3.75", "price": "1.255"}
WHOLE = {
    "head": HEAD,
    "url": "https://shop.example/o/ORD-1?a=1&b=2",
    "reason": "Out of <stock>",
    "buyer_order_number": "PO-7",
    "contents": {
        "lines": [LINE] * 10,
        "more": 21,
        "total": "49.50",
        "currency": "GBP",
        "tax": "8.25",
        "shipping": "5.00",
    },
}


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("locale", Locale)
def test_both_parts_say_all_of_it(kind: MailKind, locale: Locale) -> None:
    """What happened, the order, its lines and sums, where to see it, whom to ask, and who sends it."""
    message = sent(notice(kind=kind, locale=locale, **WHOLE))
    plain, html = part(message, "plain"), Shown(part(message, "html"))
    assert html.tags >= {"h1", "a"}
    texts = mail_texts(kind)
    for said in (
        text_for(texts.heading, locale, code="ORD-1"),
        texts.button.in_(locale),
        *(text.in_(locale) for text in texts.next),
        *("https://shop.example/o/ORD-1?a=1&b=2", "Out of <stock>", "PO-7", "Shirt (SKU-1)", "£3.75", "£1.255"),
        *("£5.00", "£8.25", "£49.50", "Northlight Trading Ltd"),
        *(() if texts.to_brand else ("sales@northlight.example",)),
        *("14 Harbour Lane, London E1W 2AA", "GB 123 4567 82", "Registered in England and Wales <no. 1>"),
    ):
        assert said in plain, said
        assert said in re.sub(r"\s+", " ", html.text), said
    assert len(part(message, "html").encode()) < 30_000
    assert "31" in html.text.partition("</div>")[0], "the preheader counts all lines"


CHANGES = {
    "lines": [
        LINE | {"name": "Fewer", "quantity": 4, "ordered": 6},
        LINE | {"name": "Dropped", "quantity": 0, "ordered": 6, "amount": "0.00"},
        LINE | {"name": "Added", "quantity": 5, "ordered": 0},
        LINE | {"name": "Cheaper", "quantity": 5, "ordered": 5, "ordered_price": "1.50"},
    ],
    "more": 22,
    "as_ordered": 20,
    "ordered_total": "2103.60",
    "total": "1952.88",
    "currency": "GBP",
    "tax": "325.48",
}


def test_a_mail_about_an_oc_says_what_differs_from_the_order() -> None:
    message = sent(notice(kind="OC_CONFIRMED", contents=CHANGES))
    plain, html = part(message, "plain"), Shown(part(message, "html"))
    shown = re.sub(r"\s+", " ", html.text)
    for said in (
        "6 lines differ from the order",
        *("Qty 6 → 4", "Qty 6 → 0", "Qty 5", "£1.255 each, ordered at £1.50"),
        *("and 2 more that differ", "20 more lines as ordered"),
    ):
        assert said in plain, said
        assert said in shown, said
    for name, amount in (("Ordered", "£2,103.60"), ("Difference", "−£150.72"), ("Confirmed", "£1,952.88")):
        assert f"{name}: {amount}" in plain
        assert f"{name} {amount}" in shown
    assert "[dropped] Dropped (SKU-1)" in plain
    assert '<s>Dropped <span style="white-space:nowrap">(SKU-1)</span></s>' in part(message, "html")
    assert "Includes tax £325.48" in plain
    assert "£1,952.88 instead of £2,103.60" in shown.partition("</div>")[0]


@pytest.mark.parametrize(
    ("kind", "locale", "shown"),
    [
        ("GB_VAT", Locale.EN, ("VAT: £8.25", "Includes shipping £5.00, VAT £325.48")),
        ("GB_VAT", Locale.JA, ("VAT： £8.25", "うち送料 £5.00、VAT £325.48")),
        ("JP_INVOICE", Locale.EN, ("Consumption tax: £8.25", "Includes shipping £5.00, consumption tax £325.48")),
        ("JP_INVOICE", Locale.JA, ("消費税： £8.25", "うち送料 £5.00、消費税 £325.48")),
        ("", Locale.EN, ("Tax: £8.25", "Includes shipping £5.00, tax £325.48")),
    ],
)
def test_the_tax_has_the_name_that_it_has_on_the_invoice(kind: str, locale: Locale, shown: tuple[str, str]) -> None:
    more = WHOLE | {"head": HEAD | {"registration_kind": kind}, "locale": locale}
    assert shown[0] in part(sent(notice(**more)), "plain")
    compared = more | {"contents": CHANGES | {"shipping": "5.00"}, "kind": "OC_CONFIRMED"}
    assert shown[1] in part(sent(notice(**compared)), "plain")


def test_what_differs_in_japanese() -> None:
    plain = part(sent(notice(kind="OC_REFUSED", locale=Locale.JA, contents=CHANGES)), "plain")
    for said in (
        *("ご注文との相違：6行", "[取消] Dropped", "[追加] Added", "数量 6 → 4", "単価 £1.255（ご注文時 £1.50）"),
        *("ほか2行に変更", "ほか20行はご注文のとおり", "ご注文金額： £2,103.60", "差額： −£150.72"),
        "確定金額： £1,952.88",
    ):
        assert said in plain, said


@pytest.mark.parametrize(("ordered", "said"), [("4321.00", ""), ("4000.00", "+£321.00"), ("5000.00", "−£679.00")])
def test_an_oc_with_the_ordered_lines_has_a_difference_only_in_its_sums(ordered: str, said: str) -> None:
    plain = part(sent(notice(kind="OC_CONFIRMED", contents=CONTENTS | {"ordered_total": ordered})), "plain")
    assert "and 8 more" in plain
    assert "differ" not in plain
    assert said in plain


def test_each_text_has_the_direction_of_its_own_letters() -> None:
    line = LINE | {"name": "قميص كتان"}
    facts = [["Deliver to", "מחסן\nחיפה"]]
    html = part(sent(notice(body="שלום.\n\nHello.", facts=facts, contents=CONTENTS | {"lines": [line]})), "html")
    for text in ("قميص كتان ", "מחסן, חיפה"):
        assert re.search(f'dir="auto"[^<]*>{re.escape(text)}<', html), text
    assert '<p dir="rtl">שלום.</p>\n<p>Hello.</p>' in html
    assert "text-align:start" in html.partition("שלום.")[0].rpartition("<td")[2], "Hebrew begins at the right"
    assert re.search("قميص كتان <span[^>]*>[(]SKU-1[)]</span></span>", html), "the number is inside, too"


def test_an_invoice_begins_with_what_is_due_and_when() -> None:
    facts = [["Amount due", "£49.50"], ["Due by", "24 Dec 2026"], ["Invoice no.", "INV-1"]]
    message = sent(notice(kind="INVOICE_ISSUED", **WHOLE, facts=facts))
    plain, html = part(message, "plain"), part(message, "html")
    assert "Amount due: £49.50\nDue by: 24 Dec 2026\nInvoice no.: INV-1\nOrder: ORD-1\n" in plain
    assert "Amount due: £49.50\n\nWhat happens now" in plain
    assert "<strong>£49.50</strong>" in html
    assert "Amount due £49.50, Due by 24 Dec 2026. 31 lines, £49.50." in html.partition("</div>")[0]


def test_in_the_text_part_a_blank_line_ends_the_lines_and_the_sums() -> None:
    goods = CONTENTS | {"total": "", "lines": [LINE | {"amount": ""}] * 2}
    for contents, said in ((goods, "and 8 more\n\nWhat"), (CONTENTS, "and 8 more\n\nTotal: £4,321.00\n\nWhat")):
        assert said in part(sent(notice(contents=contents)), "plain")


def test_mails_of_one_order_are_one_thread_and_nobody_answers_automatically() -> None:
    message = sent(notice())
    thread = f"<order-{ORDER.hex}@northlight.example>"
    assert (message["References"], message["In-Reply-To"]) == (thread, thread)
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_without_a_storefront_there_is_no_button() -> None:
    html = part(sent(notice(**WHOLE | {"url": None})), "html")
    assert "<a " not in html
    assert "roundrect" not in html


class Nested(HTMLParser):
    """Fails for a tag that is not closed where it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "w:anchorlock", "o:pixelsperinch"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("w:anchorlock", "o:pixelsperinch"):
            assert self.opened.pop() == tag


@pytest.mark.parametrize(("kind", "locale"), [*product(MailKind, Locale)])
def test_what_outlook_reads_is_whole(kind: MailKind, locale: Locale) -> None:
    """Outlook for Windows takes the conditional comments: a table of 600 pixels, and a button in VML."""
    url = "https://shop.example/orders/1?a=1&b=2"
    html = render(notice(kind=kind, locale=locale, url=url)).html
    assert html.count("<!--[if") == html.count("<![endif]-->")
    for_all = re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", html, flags=re.DOTALL)
    others = Nested(re.sub(r"<!--\[if !mso\]><!-->|<!--<!\[endif\]-->", "", for_all))
    assert [attrs["href"] for tag, attrs in others.found if tag == "a"] == [url]
    for_word = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)
    word = Nested(re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", for_word, flags=re.DOTALL))
    assert [attrs["href"] for tag, attrs in word.found if tag == "v:roundrect"] == [url]
    assert not [tag for tag, _ in word.found if tag == "a"]
    assert [attrs["width"] for tag, attrs in word.found if tag == "table" and attrs.get("width") != "100%"] == ["600"]


@pytest.mark.parametrize("accent", ["#1d4e68", "#000000", "#767676", "red; } body { display: none", ""])
def test_the_accent_can_be_read_on_both_grounds(accent: str) -> None:
    """A brand's colour has 4.5 : 1 to white; on a dark ground it is lighter. Nothing else gets into the style sheet."""
    html = part(sent(notice(**WHOLE | {"head": HEAD | {"accent": accent}})), "html")
    assert "display: none" not in html
    on_dark = re.search(r"\.bar, \.btn \{ background: (#[0-9a-f]{6}) ", html)
    assert on_dark
    assert (_luminance(on_dark[1]) + 0.05) / (_luminance("#1e2329") + 0.05) >= 4.5


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_mail_of_an_earlier_release_is_rendered_and_one_of_this_release_has_no_field_that_it_does_not_know() -> None:
    new = notice(**WHOLE)
    assert OrderNotice.stored(new.values) == new
    known = {"kind", "order_code", "placed_at", "at", "brand_name", "sender_name", "reply_to", "buyer_name", "to"}
    assert new.values.keys() <= known | {"locale", "time_zone", "body", "contents", "contact_email", "phone"}
    old = notice(contents=CONTENTS)
    assert "Shirt 1 (SKU-1)" in render(OrderNotice.stored(old.values)).text
