"""Mails to buyers: rendered from frozen notices, in the buyer's language, as plain text and as HTML."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from email.quoprimime import body_encode
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from babel.numbers import format_currency

from exports.encoded_headers import POLICY, encoded, quoted, with_name
from exports.texts import one_line
from models.locale import Locale, Text, moment, text_for
from models.messages.mail import mail_texts
from models.outbox import OrderContents, OrderNotice

# An encoded domain (RFC 5321, without address literals). It becomes part of an SMTP command.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

# A local part that needs no quotes (RFC 5322, 3.2.3).
DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

# Never part of a body in quoted-printable, where "=" is followed by two digits or ends the line (RFC 2045, 6.7).
BOUNDARY = "=_part"
LINE_LENGTH = 78

GREETING = Text("Dear {buyer},", "{buyer} 御中")
# A name that ends with one of these is addressed as it is.
HONORIFIC = re.compile(r"(御中|様|さま|殿|各位|先生)$")
OPENING = Text(
    "", "いつもお世話になっております。{brand}でございます。\n下記のご注文につきまして、ご連絡申し上げます。"
)
ORDER_CODE = Text("Order", "注文コード")
PLACED = Text("Placed", "注文日時")
COLON = Text(": ", "： ")
MORE_LINES = Text("and {count:,} more", "ほか{count:,}件")
QUANTITY = Text("Qty {quantity:,}", "数量 {quantity:,}")
TOTAL = Text("Total", "合計")
WHAT_NOW = Text("What happens now", "今後について")
BULLET = Text("- ", "・")
WRITE_TO = Text(
    "Questions? Answer this mail, or write to {address}.",
    "お問い合わせ：{address}（このメールにそのままご返信いただけます）",
)
JUST_WRITE_TO = Text("Questions? Write to {address}.", "お問い合わせ：{address}")
ASK = Text("Questions? Please contact {brand}.", "お問い合わせは、{brand}までお願いいたします。")
CALL = Text("Phone: {phone}", "電話：{phone}")
IN_TIME_ZONE = Text("{at} ({time_zone})", "{at}（{time_zone}）")


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
    placed = moment(datetime.fromisoformat(notice.placed_at), locale, notice.time_zone)
    at = moment(datetime.fromisoformat(notice.at), locale, notice.time_zone)
    values = {
        "locale": locale,
        "code": code,
        "brand": brand,
        "greeting": _greeting(one_line(notice.buyer_name), locale),
        "opening": text_for(OPENING, locale, brand=brand),
        "body": notice.body or texts.text.in_(locale),
        "facts": (
            (ORDER_CODE.in_(locale), code),
            (PLACED.in_(locale), placed),
            (texts.done.in_(locale), text_for(IN_TIME_ZONE, locale, at=at, time_zone=notice.time_zone)),
        ),
        "colon": COLON.in_(locale),
        "what_now": WHAT_NOW.in_(locale),
        "bullet": BULLET.in_(locale),
        "next": [text.in_(locale) for text in texts.next],
        "contact": _contact(notice, brand) if texts.next else [],
        **_contents(notice.contents, locale),
    }
    from exports.jinja import templates  # late: it is needed with the first mail

    return RenderedMail(
        to=notice.to,
        subject=text_for(texts.subject, locale, brand=brand, code=code),
        text=templates.get_template("mail.txt").render(values),
        html=templates.get_template("mail.html").render(values),
    )


def _greeting(buyer: str, locale: Locale) -> str:
    is_addressed = locale is Locale.JA and HONORIFIC.search(buyer)
    return buyer if is_addressed else text_for(GREETING, locale, buyer=buyer)


def _contact(notice: OrderNotice, brand: str) -> list[str]:
    """Whom to ask: the brand's address for questions or for replies, else the brand itself; and its phone number."""
    locale = notice.locale
    addresses = [each for each in (notice.contact_email, notice.reply_to) if each and reachable([each])[0]]
    if addresses:
        text = WRITE_TO if notice.reply_to in addresses else JUST_WRITE_TO
        told = [text_for(text, locale, address=one_line(addresses[0]))]
    else:
        told = [text_for(ASK, locale, brand=brand)]
    if notice.phone:
        told.append(text_for(CALL, locale, phone=one_line(notice.phone)))
    return told


def _contents(contents: OrderContents | None, locale: Locale) -> dict[str, Any]:
    if contents is None:
        return {"lines": [], "more": "", "total": None}

    def money(amount: str) -> str:
        return format_currency(Decimal(amount), contents["currency"], locale=locale).replace("￥", "¥")

    lines = [
        {
            "product": f"{one_line(line['name'])} ({one_line(line['number'])})",
            "quantity": text_for(QUANTITY, locale, quantity=line["quantity"]),
            "amount": money(line["amount"]),
        }
        for line in contents["lines"]
    ]
    more = text_for(MORE_LINES, locale, count=contents["more"]) if contents["more"] else ""
    return {"lines": lines, "more": more, "total": (TOTAL.in_(locale), money(contents["total"]))}


def email_message(
    mail: RenderedMail, *, id: UUID, sender: str, sender_name: str, reply_to: str | None, at: datetime
) -> EmailMessage:
    """A multipart/alternative message. `id`: the outbox message's; its Message-ID is the same at every attempt."""
    message = EmailMessage(policy=POLICY)
    address = header_address(sender)
    message["From"] = with_name(_undecodable(sender_name), address)
    message["To"] = ",\r\n ".join(header_address(each) for each in mail.to)
    if reply_to and reachable([reply_to])[0]:
        message["Reply-To"] = header_address(reply_to)
    message["Subject"] = encoded("Subject", _undecodable(mail.subject))
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="{BOUNDARY}"'
    message.attach(_part("plain", mail.text))
    message.attach(_part("html", mail.html))
    return message


def _part(subtype: str, text: str) -> EmailMessage:
    """What EmailMessage.set_content() makes, without parsing each header: that takes longer than all the rest."""
    part = EmailMessage(policy=POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = b"\n".join(text.encode().splitlines()) + b"\n"
    part.set_payload(body_encode(lines.decode("latin-1"), LINE_LENGTH))
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
