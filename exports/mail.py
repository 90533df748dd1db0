"""The mail about a rejection: rendered from its frozen notice, in the buyer's language, as text and as HTML."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from models.outbox import RejectionNotice
from models.words import moment

WHITESPACE = re.compile(r"\s+")

_html = Environment(loader=PackageLoader("exports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
_text = _html.overlay(autoescape=False, lstrip_blocks=True)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """What the buyer reads. `text` ends its lines with a line feed."""

    to: list[str]
    subject: str
    text: str
    html: str


def render(notice: RejectionNotice) -> RenderedMail:
    """Exactly what goes out; also what the preview shows."""
    ja = notice.locale == "ja"
    code, brand = _one_line(notice.order_code), _one_line(notice.brand_name)
    values = {
        "locale": notice.locale,
        "code": code,
        "brand": brand,
        "buyer": _one_line(notice.buyer_name),
        "placed": moment(datetime.fromisoformat(notice.placed_at), notice.locale, notice.time_zone),
        "rejected": moment(datetime.fromisoformat(notice.rejected_at), notice.locale, notice.time_zone),
        "time_zone": notice.time_zone,
        "body": notice.body or _standard_text(ja),
    }
    return RenderedMail(
        to=notice.to,
        subject=f"【{brand}】ご注文 {code} についてのお知らせ" if ja else f"{brand}: your order {code} was declined",
        text=_text.get_template("rejection.txt").render(values),
        html=_html.get_template("rejection.html").render(values),
    )


def email_message(
    mail: RenderedMail, *, id: UUID, sender: str, sender_name: str, reply_to: str | None, at: datetime
) -> EmailMessage:
    """A multipart/alternative message. The same `id` (the outbox message's) gives the same Message-ID again."""
    message = EmailMessage(policy=SMTP)
    address = Address(addr_spec=sender)
    message["From"] = Address(_one_line(sender_name), address.username, address.domain)
    message["To"] = [Address(addr_spec=each) for each in mail.to]
    if reply_to:
        message["Reply-To"] = Address(addr_spec=reply_to)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{address.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _standard_text(ja: bool) -> str:
    if ja:
        return (
            "誠に恐れ入りますが、諸般の事情により、今回のご注文はお引き受けすることができません。\n"
            "ご期待に沿えず大変申し訳ございませんが、何卒ご理解くださいますようお願い申し上げます。"
        )
    return "We are sorry to tell you that we cannot take this order.\nThank you for your understanding."


def _one_line(text: str) -> str:
    """A code or name as one line: a line break in one must not start a new header or paragraph."""
    return WHITESPACE.sub(" ", text).strip()
