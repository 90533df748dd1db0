"""Mails to buyers: rendered from frozen notices, in the buyer's language, as plain text and as HTML."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from exports.jinja import templates
from exports.texts import one_line
from models.locale import Text, moment, text_for
from models.messages.mail import mail_texts
from models.outbox import OrderNotice

# An encoded domain (RFC 5321, without address literals). It becomes part of an SMTP command.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

MAX_UNENCODED_NAME = 40  # characters: with the address, the header still fits into one line

GREETING = Text("Dear {buyer},", "{buyer} 御中")
OPENING = Text(
    "", "いつもお世話になっております。{brand}でございます。\n下記のご注文につきまして、ご連絡申し上げます。"
)
ORDER_CODE = Text("Order", "注文コード")
PLACED = Text("Placed", "注文日時")
COLON = Text(": ", "： ")
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
        "greeting": text_for(GREETING, locale, buyer=one_line(notice.buyer_name)),
        "opening": text_for(OPENING, locale, brand=brand),
        "body": notice.body or texts.text.in_(locale),
        "facts": (
            (ORDER_CODE.in_(locale), code),
            (PLACED.in_(locale), placed),
            (texts.done.in_(locale), text_for(IN_TIME_ZONE, locale, at=at, time_zone=notice.time_zone)),
        ),
        "colon": COLON.in_(locale),
    }
    return RenderedMail(
        to=notice.to,
        subject=text_for(texts.subject, locale, brand=brand, code=code),
        text=templates.get_template("mail.txt").render(values),
        html=templates.get_template("mail.html").render(values),
    )


def email_message(
    mail: RenderedMail, *, id: UUID, sender: str, sender_name: str, reply_to: str | None, at: datetime
) -> EmailMessage:
    """A multipart/alternative message. `id`: the outbox message's; its Message-ID is the same at every attempt."""
    message = EmailMessage(policy=SMTP)
    address = header_address(sender)
    message["From"] = Address(_display_name(sender_name), address.username, address.domain)
    message["To"] = [header_address(each) for each in mail.to]
    if reply_to and reachable([reply_to])[0]:
        message["Reply-To"] = header_address(reply_to)
    message["Subject"] = _unencoded(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{address.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def header_address(spec: str) -> Address:
    """An address for a mail header, with its domain in IDNA. Raises ValueError if no mail can reach it."""
    local, _, domain = spec.rpartition("@")
    host = domain.encode("idna").decode()
    if not local or not local.isascii() or not local.isprintable() or not HOST.fullmatch(host):
        raise ValueError(f"no mail can be addressed to {spec!r}")
    return Address(username=local, domain=host)


def reachable(recipients: list[str]) -> tuple[list[str], list[str]]:
    """(the addresses that a mail can be sent to, in the form for the mail server; the others, unchanged)."""
    found, unreachable = [], []
    for each in recipients:
        try:
            found.append(header_address(each).addr_spec)
        except ValueError:
            unreachable.append(each)
    return found, unreachable


def _unencoded(text: str) -> str:
    """One line without anything that looks like an encoded word: Python would decode it, line breaks included."""
    return one_line(text).replace("=?", "= ?")


def _display_name(text: str) -> str:
    """A name for a header with an address. Python's folding drops a long name's quotes, which breaks the address."""
    name = _unencoded(text)
    # A no-break space makes Python encode the whole name; an encoded name needs no quotes.
    return name if len(name) <= MAX_UNENCODED_NAME else f"{name}\u00a0"
