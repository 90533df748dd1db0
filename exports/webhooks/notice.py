"""The mail to a brand's admins about a webhook that was paused by the sender."""

from datetime import datetime
from email.message import EmailMessage
from uuid import uuid5

from markupsafe import escape

from exports.mail import RenderedMail, email_message
from exports.texts import one_line
from models.brand import Brand
from models.locale import text_for
from models.messages.webhooks import FAILED_TOO_LONG, GONE, LAST_ANSWER, SUBJECT, WHAT_NOW
from models.webhook import PauseReason, Webhook, WebhookDelivery
from models.webhook_url import WebhookUrlError, parse_webhook_url


def recipient(webhook: Webhook, brand: Brand) -> str | None:
    """The address for alerts of the webhook, or else the brand's own; None without any."""
    return webhook.alert_email or brand.contact_email or brand.mail_reply_to


def paused_mail(
    webhook: Webhook, brand: Brand, last: WebhookDelivery | None, to: str, sender: str, at: datetime
) -> EmailMessage:
    """In the brand's language. The Message-ID is the same at each attempt. Raises ValueError for an address that no
    mail can reach.
    """
    locale, name = brand.locale, one_line(webhook.name)
    text = GONE if webhook.pause_reason is PauseReason.GONE else FAILED_TOO_LONG
    lines = [text_for(text, locale, name=name, host=_host(webhook.url))]
    if last:
        answer = f"HTTP {last.response_status}" if last.response_status else one_line(last.error or "")
        lines.append(text_for(LAST_ANSWER, locale, answer=answer))
    lines.append(text_for(WHAT_NOW, locale, position=webhook.position))
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    mail = RenderedMail(
        to=[to],
        subject=text_for(SUBJECT, locale, brand=one_line(brand.name), name=name),
        text="\n\n".join(lines) + "\n",
        html=f'<!doctype html><html lang="{locale}"><body>{paragraphs}</body></html>',
    )
    return email_message(
        mail,
        id=uuid5(webhook.id, str(webhook.paused_at)),
        sender=sender,
        sender_name=brand.mail_sender_name or brand.name,
        reply_to=None,
        at=at,
    )


def _host(url: str) -> str:
    try:
        return parse_webhook_url(url, to_loopback=True).hostname or ""
    except WebhookUrlError:
        return ""
