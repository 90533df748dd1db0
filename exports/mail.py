"""Mails to buyers: rendered from frozen notices, in the buyer's language, as plain text and as HTML."""

import re
from binascii import b2a_qp
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from exports.encoded_headers import POLICY, encoded, quoted, with_name
from exports.texts import has_honorific, one_line, printable
from models.locale import Locale, Text, moment, text_for
from models.messages.mail import MailKind, mail_texts
from models.money import money_text
from models.outbox import ContentLine, OrderContents, OrderNotice

# An encoded domain (RFC 5321, without address literals). It becomes part of an SMTP command.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

# A local part that needs no quotes (RFC 5322, 3.2.3).
DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

# Never part of a body in quoted-printable, where "=" is followed by two digits or ends the line (RFC 2045, 6.7).
BOUNDARY = "=_part"

TO_BRAND = Text("For {brand}", "{brand} ご担当者様")
BUYER = Text("Buyer", "バイヤー")
GREETING = Text("Dear {buyer},", "{buyer} 御中")
OPENING = Text(
    "", "いつもお世話になっております。{brand}でございます。\n下記のご注文につきまして、ご連絡申し上げます。"
)
ORDER_CODE = Text("Order", "注文コード")
BUYER_NUMBER = Text("Your order no.", "貴社注文番号")
BUYERS_NUMBER = Text("Buyer's order no.", "先方注文番号")
PLACED = Text("Placed", "注文日時")
REASON = Text("Reason", "理由")
COLON = Text(": ", "： ")
COUNT = Text("{count:,} lines", "{count:,}行")
ONE = Text("1 line", "1行")
COMMA = Text(", ", "、")
END = Text(".", "。")
MORE_LINES = Text("and {count:,} more", "ほか{count:,}件")
CHANGED_LINES = Text("{count:,} lines differ from the order", "ご注文との相違：{count:,}行")
ONE_CHANGED_LINE = Text("1 line differs from the order", "ご注文との相違：1行")
MORE_CHANGED = Text("and {count:,} more that differ", "ほか{count:,}行に変更がございます")
AS_ORDERED = Text("{count:,} more lines as ordered", "ほか{count:,}行はご注文のとおりです")
ONE_AS_ORDERED = Text("1 more line as ordered", "ほか1行はご注文のとおりです")
DROPPED, ADDED = Text("dropped", "取消"), Text("added", "追加")
ARROW, MINUS = "\u2192", "\u2212"
QUANTITY = Text("Qty", "数量")
EACH = Text("{price} each", "単価 {price}")
EACH_CHANGED = Text("{price} each, ordered at {ordered}", "単価 {price}（ご注文時 {ordered}）")
SHIPPING = Text("Shipping", "送料")
TAX = Text("Tax", "消費税")
TAXES = {"GB_VAT": Text("VAT", "VAT"), "JP_INVOICE": Text("Consumption tax", "消費税")}  # by the brand's registration
ORDERED, DIFFERENCE = Text("Ordered", "ご注文金額"), Text("Difference", "差額")
CONFIRMED = Text("Confirmed", "確定金額")
INCLUDED = Text("Includes {charges}", "うち{charges}")
INSTEAD_OF = Text("{total} instead of {ordered}", "{total}（ご注文 {ordered}）")
WHAT_NOW = Text("What happens now", "今後について")
BULLET = Text("- ", "・")
LINK = Text("{button}:", "▼{button}")
WRITE_TO = Text(
    "Questions? Answer this mail, or write to {address}.",
    "お問い合わせ：{address}（このメールにそのままご返信いただけます）",
)
JUST_WRITE_TO = Text("Questions? Write to {address}.", "お問い合わせ：{address}")
ASK = Text("Questions? Please contact {brand}.", "お問い合わせは、{brand}までお願いいたします。")
CALL = Text("Phone: {phone}", "電話：{phone}")
REGISTRATION = {
    "GB_VAT": Text("VAT registration no. {number}", "英国VAT登録番号 {number}"),
    "JP_INVOICE": Text("Registration no. {number}", "登録番号 {number}"),
    "OTHER": Text("Tax no. {number}", "税務番号 {number}"),
}
AUTOMATIC = Text(
    "Sent automatically because of your order {code}.", "このメールは、ご注文 {code} について自動で送信しています。"
)
AUTOMATIC_TO_BRAND = Text(
    "Sent automatically because of order {code}.", "このメールは、注文 {code} について自動で送信しています。"
)
IN_TIME_ZONE = Text("{at} ({time_zone})", "{at}（{time_zone}）")

KEPT_SPACE = re.compile(r"^ | (?= )", re.MULTILINE)  # that HTML would not show
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
COLOR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
ACCENT = "#1f3a5f"  # of a brand that has not chosen one
LONG_CODE = 24  # characters: a shorter one is not broken
# Mail programs show it after the subject, so that the beginning of the text does not follow the preheader.
FILLER = "\u2007\u034f " * 24


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The content of a mail. The lines of `text` end with LF."""

    to: list[str]
    subject: str
    text: str
    html: str


def render(notice: OrderNotice) -> RenderedMail:
    """The mail as it is sent and as the preview shows it."""
    texts, locale = mail_texts(notice.kind), notice.locale
    code, brand = one_line(notice.order_code), one_line(notice.brand_name)
    heading = one_line(notice.heading or text_for(texts.heading, locale, code=code))
    subject = _undecodable(notice.subject or text_for(texts.subject, locale, brand=brand, code=code))
    tax = TAXES.get(notice.head["registration_kind"], TAX) if notice.head else TAX
    contents = _contents(notice.contents, locale, texts.total, tax)
    of_document = [(label, _one_line_of(value)) for label, value in notice.facts or []]
    accent = notice.head["accent"] if notice.head and COLOR.fullmatch(notice.head["accent"]) else ACCENT
    values = {
        "locale": locale,
        "code": code,
        "brand": brand,
        "heading": heading,
        "around_code": heading.split(code) if code else [heading],
        "code_wraps": len(code) > LONG_CODE,
        "preheader": " ".join(
            [
                *_summary(of_document[:2], locale),
                *contents["summary"],
                *(text.in_(locale) for text in texts.next[:1]),
            ]
        ),
        "filler": FILLER,
        "arrow": ARROW,
        "accent": accent,
        "accent_on_dark": _lighter(accent),
        "greeting": text_for(TO_BRAND, locale, brand=brand)
        if texts.to_brand
        else _greeting(one_line(notice.buyer_name), locale),
        "opening": "" if texts.to_brand else text_for(OPENING, locale, brand=brand),
        "body": _body(notice.body or texts.text.in_(locale)),
        "spaced": _spaced,
        "url": notice.url or "",
        "button": texts.button.in_(locale),
        "link": text_for(LINK, locale, button=texts.button.in_(locale)),
        "facts": of_document + _facts(notice, code),
        # What is to be paid.
        "strong": of_document[0][0] if of_document and notice.kind == MailKind.INVOICE_ISSUED else "",
        "colon": COLON.in_(locale),
        "what_now": WHAT_NOW.in_(locale),
        "bullet": BULLET.in_(locale),
        "next": [text.in_(locale) for text in texts.next],
        "contact": [] if texts.to_brand else _contact(notice, brand),
        "footer": _footer(notice),
        "automatic": text_for(AUTOMATIC_TO_BRAND if texts.to_brand else AUTOMATIC, locale, code=code),
        **contents,
    }
    from exports.jinja import templates  # late: it is needed with the first mail

    return RenderedMail(
        to=notice.to,
        subject=subject,
        text=templates.get_template("mail.txt").render(values),
        html=templates.get_template("mail.html").render(values),
    )


def _facts(notice: OrderNotice, code: str) -> list[tuple[str, str]]:
    locale, texts = notice.locale, mail_texts(notice.kind)
    zone = ZoneInfo(notice.time_zone)
    facts = [(ORDER_CODE, code)]
    if texts.to_brand:
        facts.append((BUYER, one_line(notice.buyer_name)))
    if notice.buyer_order_number:
        label = BUYERS_NUMBER if texts.to_brand else BUYER_NUMBER
        facts.append((label, one_line(notice.buyer_order_number)))
    for label, text in ((PLACED, notice.placed_at), (texts.done, notice.at)):
        at = datetime.fromisoformat(text)
        shown = moment(at, locale, notice.time_zone)
        facts.append((label, text_for(IN_TIME_ZONE, locale, at=shown, time_zone=f"{at.astimezone(zone):%Z}")))
    if notice.reason:
        facts.append((REASON, one_line(notice.reason)))
    return [(label.in_(locale), value) for label, value in facts]


def _body(text: str) -> str:
    """Without spaces at the ends of lines: "-- " would begin a signature, which programs fold away with all below."""
    return "\n".join(line.rstrip(" \t") for line in text.split("\n"))


def _spaced(text: str) -> str:
    """A text of HTML in which each space is seen."""
    return KEPT_SPACE.sub("\u00a0", printable(text))


def _summary(facts: list[tuple[str, str]], locale: Locale) -> list[str]:
    """As a sentence."""
    said = COMMA.in_(locale).join(f"{label} {value}" for label, value in facts)
    return [said + END.in_(locale)] if said else []


def _lighter(color: str) -> str:
    """The colour on a dark ground: mixed with white, so that one with 4.5 : 1 to white has as much to #1e2329."""
    channels = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(each * 0.42 + 255 * 0.58):02x}" for each in channels)


def _footer(notice: OrderNotice) -> list[str]:
    """The lines of the letterhead: who sends this, from where, under which registration; and what the brand has set.

    Name and address stand once: in what the brand has set, if it has both of them in a line.
    """
    head, locale = notice.head, notice.locale
    if head is None:
        return [one_line(notice.brand_name)]
    lines = [one_line(head["name"]), _one_line_of(head["address"])]
    footer = [one_line(line) for line in head["footer"].splitlines()]
    registered = []
    if (registration := REGISTRATION.get(head["registration_kind"])) and head["registration_number"]:
        registered.append(text_for(registration, locale, number=one_line(head["registration_number"])))
    has_both = any(all(each in line for each in lines) for line in footer)
    return [line for line in (footer + registered if has_both else lines + registered + footer) if line]


def _one_line_of(address: str) -> str:
    """The lines of an address as one."""
    comma = "" if CJK.search(address) else ","
    return one_line(re.sub(r"\s*\n\s*", f"{comma} ", address.strip()))


def _greeting(buyer: str, locale: Locale) -> str:
    is_addressed = locale is Locale.JA and has_honorific(buyer)
    return buyer if is_addressed else text_for(GREETING, locale, buyer=buyer)


def _contact(notice: OrderNotice, brand: str) -> list[str]:
    """Whom to ask: the brand's address for questions or for replies, else the brand itself; and its phone number."""
    locale = notice.locale
    addresses = [each for each in (notice.contact_email, notice.reply_to) if each and reachable([each])[0]]
    if addresses:
        text = WRITE_TO if notice.reply_to in addresses else JUST_WRITE_TO
        lines = [text_for(text, locale, address=one_line(addresses[0]))]
    else:
        lines = [text_for(ASK, locale, brand=brand)]
    if notice.phone:
        lines.append(text_for(CALL, locale, phone=one_line(notice.phone)))
    return lines


def _contents(contents: OrderContents | None, locale: Locale, name_of_total: Text, tax: Text) -> dict[str, Any]:
    if contents is None:
        return {"summary": [], "title": "", "lines": [], "more": [], "sums": [], "total": None, "included": ""}

    def money(amount: str) -> str:
        return money_text(Decimal(amount), contents["currency"], locale).replace("-", MINUS)

    lines = [_line(line, money, locale) for line in contents["lines"]]
    rest, count = contents["more"], len(lines) + contents["more"]
    total = money(contents["total"]) if contents["total"] else ""
    ordered_total, as_ordered = contents.get("ordered_total"), contents.get("as_ordered")
    title = ""
    more = [(MORE_LINES, MORE_LINES, rest)]
    counted = text_for(ONE if count == 1 else COUNT, locale, count=count) if count else ""
    if as_ordered is not None:
        changed = count - as_ordered
        counted = title = text_for(ONE_CHANGED_LINE if changed == 1 else CHANGED_LINES, locale, count=changed)
        more = [(MORE_CHANGED, MORE_CHANGED, rest - as_ordered), (ONE_AS_ORDERED, AS_ORDERED, as_ordered)]
    charges = [
        (label.in_(locale), money(amount))
        for label, amount in ((SHIPPING, contents.get("shipping")), (tax, contents.get("tax")))
        if amount
    ]
    said, label = total, name_of_total
    if ordered_total and total:
        difference = Decimal(contents["total"]) - Decimal(ordered_total)
        shown = money(str(difference))
        label = CONFIRMED
        if difference:
            said = text_for(INSTEAD_OF, locale, total=total, ordered=money(ordered_total))
        sums = [(ORDERED.in_(locale), money(ordered_total))]
        sums.append((DIFFERENCE.in_(locale), f"+{shown}" if difference > 0 else shown))
        said_charges = COMMA.in_(locale).join(
            f"{name if name.isupper() else name.lower()} {amount}" for name, amount in charges
        )
        included = text_for(INCLUDED, locale, charges=said_charges) if charges else ""
    else:
        sums, included = charges, ""
    summary = COMMA.in_(locale).join(filter(None, (counted, said)))
    return {
        "summary": [summary + END.in_(locale)] if summary else [],
        "title": title,
        "lines": lines,
        "more": [text_for(one if each == 1 else many, locale, count=each) for one, many, each in more if each],
        "sums": sums,
        "total": (label.in_(locale), total) if total else None,
        "included": included,
    }


def _line(line: ContentLine, money: Callable[[str], str], locale: Locale) -> SimpleNamespace:
    """`was`: how many were ordered, if the OC differs in it. `mark`: the line was dropped or added."""
    quantity, was = line["quantity"], line.get("ordered")
    mark = "" if was is None or (was and quantity) else (ADDED if quantity else DROPPED).in_(locale)
    price = text_for(EACH, locale, price=money(line["price"])) if "price" in line else ""
    if "ordered_price" in line:
        price = text_for(EACH_CHANGED, locale, price=money(line["price"]), ordered=money(line["ordered_price"]))
    return SimpleNamespace(  # of a dict, Jinja looks for an attribute first
        name=one_line(line["name"]),
        number=(number := one_line(line["number"])),
        number_wraps=len(number) > LONG_CODE,
        mark=mark,
        is_dropped=mark if not quantity else "",
        price=price,
        label=QUANTITY.in_(locale),
        quantity=f"{quantity:,}",
        was=f"{was:,}" if was and was != quantity else "",
        amount=money(line["amount"]) if line["amount"] else "",
    )


class Mail(EmailMessage):
    def __bytes__(self) -> bytes:
        """As the library writes it, which looks at each line of each part: that takes half as long as rendering."""
        if "mixed" in self["Content-Type"]:  # the boundary around an attachment is the library's
            return super().__bytes__()
        boundary = f"--{BOUNDARY}"
        parts = (f"{_head(part)}{part.get_payload()}" for part in self.iter_parts())
        text = f"{_head(self)}{boundary}\n" + f"\n{boundary}\n".join(parts) + f"\n{boundary}--\n"
        return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


def _head(message: "MIMEPart[Any, Any]") -> str:
    return "".join(POLICY.fold(name, value) for name, value in message.raw_items()) + "\n"


def email_message(
    mail: RenderedMail,
    *,
    id: UUID,
    sender: str,
    sender_name: str,
    reply_to: str | None,
    at: datetime,
    thread: UUID | None = None,
    attachment: tuple[str, bytes] | None = None,
) -> EmailMessage:
    """A multipart/alternative message; with an attachment it is inside multipart/mixed.

    `id`: the outbox message's; its Message-ID is the same at every attempt. `thread`: the order's id; mail programs
    show the mails of one order together. `attachment`: name and bytes of a PDF.
    """
    message = Mail(policy=POLICY)
    address = header_address(sender)
    message["From"] = with_name(_undecodable(sender_name), address)
    message["To"] = ",\r\n ".join(header_address(each) for each in mail.to)
    if reply_to and reachable([reply_to])[0]:
        message["Reply-To"] = header_address(reply_to)
    message["Subject"] = encoded("Subject", mail.subject)
    message["Date"] = format_datetime(at)
    domain = address.rpartition("@")[2]
    message["Message-ID"] = f"<{id}@{domain}>"
    if thread:
        message["In-Reply-To"] = message["References"] = f"<order-{thread.hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="{BOUNDARY}"'
    message.attach(_part("plain", mail.text))
    message.attach(_part("html", mail.html))
    if attachment:
        name, data = attachment
        message.add_attachment(data, maintype="application", subtype="pdf", filename=_undecodable(name))
    return message


def _part(subtype: str, text: str) -> Mail:
    """What EmailMessage.set_content() makes, without parsing each header: that takes longer than all the rest."""
    part = Mail(policy=POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode()).decode())
    return part


def header_address(spec: str) -> str:
    """An address as it stands in a header and in an SMTP command: quoted if need be, with its domain in IDNA.

    Raises ValueError if no mail can reach it.
    """
    local, _, domain = spec.rpartition("@")
    host = domain.encode("idna").decode()
    if not local or not local.isascii() or not local.isprintable() or not HOST.fullmatch(host):
        raise ValueError(f"no mail can be addressed to {spec!r}")
    if not DOT_ATOM.fullmatch(local):  # e.g. docomo's abc..def and abc.
        local = quoted(local)
    return f"{local}@{host}"


def reachable(recipients: list[str]) -> tuple[list[str], list[str]]:
    """(the addresses that a mail can be sent to, in the form for the mail server; the others, unchanged)."""
    found, unreachable = [], []
    for each in recipients:
        try:
            found.append(header_address(each))
        except ValueError:
            unreachable.append(each)
    return found, unreachable


def _undecodable(text: str) -> str:
    """One line without anything that looks like an encoded word: a reader that decodes twice would be misled."""
    return one_line(text).replace("=?", "= ?")
