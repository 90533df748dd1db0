"""The mails to buyers: rendered from their frozen notices, in the buyer's language, as text and as HTML."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from exports.texts import one_line, printable
from models.locale import moment, text_for
from models.messages.mail import mail_texts
from models.outbox import OrderNotice

# What a domain is once it is encoded (RFC 5321, without addresses in brackets): it goes into a command of SMTP.
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

SHORT_NAME = 40  # characters that fit a line beside the address

_html = Environment(
    loader=PackageLoader("exports"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=lambda value: printable(value) if isinstance(value, str) else value,
    trim_blocks=True,
)
_text = _html.overlay(autoescape=False, lstrip_blocks=True)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """What the buyer reads. `text` ends its lines with a line feed."""

    to: list[str]
    subject: str
    text: str
    html: str


def render(notice: OrderNotice) -> RenderedMail:
    """Exactly what goes out; also what the preview shows."""
    texts, locale = mail_texts(notice.kind), notice.locale
    code, brand = one_line(notice.order_code), one_line(notice.brand_name)
    values = {
        "locale": notice.locale,
        "code": code,
        "brand": brand,
        "buyer": one_line(notice.buyer_name),
        "placed": moment(datetime.fromisoformat(notice.placed_at), notice.locale, notice.time_zone),
        "done": texts.done.in_(locale),
        "at": moment(datetime.fromisoformat(notice.at), notice.locale, notice.time_zone),
        "time_zone": notice.time_zone,
        "body": notice.body or texts.text.in_(locale),
    }
    return RenderedMail(
        to=notice.to,
        subject=text_for(texts.subject, locale, brand=brand, code=code),
        text=_text.get_template("mail.txt").render(values),
        html=_html.get_template("mail.html").render(values),
    )


def email_message(
    mail: RenderedMail, *, id: UUID, sender: str, sender_name: str, reply_to: str | None, at: datetime
) -> EmailMessage:
    """A multipart/alternative message. The same `id` (the outbox message's) gives the same Message-ID again."""
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
    """An address as a mail's header takes it, however odd. Raises ValueError when no mail can reach it."""
    local, _, domain = spec.rpartition("@")
    host = domain.encode("idna").decode()
    if not local or not local.isascii() or not local.isprintable() or not HOST.fullmatch(host):
        raise ValueError(f"no mail can be addressed to {spec!r}")
    return Address(username=local, domain=host)


def reachable(recipients: list[str]) -> tuple[list[str], list[str]]:
    """Those that a mail can be addressed to, as the mail server takes them; and the others, as they are."""
    found, unreachable = [], []
    for each in recipients:
        try:
            found.append(header_address(each).addr_spec)
        except ValueError:
            unreachable.append(each)
    return found, unreachable


def _unencoded(text: str) -> str:
    """One line that is taken as it stands: Python's own headers decode what looks encoded, line breaks and all."""
    return one_line(text).replace("=?", "= ?")


def _display_name(text: str) -> str:
    """A name beside an address. Python loses the quotation marks of a long one, and with them the address."""
    name = _unencoded(text)
    # The no-break space has the whole name encoded, which needs no quotation marks.
    return name if len(name) <= SHORT_NAME else f"{name}\u00a0"
