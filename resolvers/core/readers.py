"""Who reads the mails about an order: buyer or brand, their addresses, and what the brand has set for its mails.

Read for many orders of one brand in one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.database.prepared import Query
from models.letterhead import Letterhead
from models.locale import Locale
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import MailHead
from resolvers.core.refusals import Notice, NoticeCode


@dataclass(frozen=True, slots=True)
class Recipient:
    email: str
    bounced_at: datetime | None
    bounce_reason: str | None


@dataclass(frozen=True, slots=True)
class Readers:
    """A buyer who is mailed, its addresses, and what the brand has set for its mails."""

    buyer_name: str
    locale: Locale
    is_offline: bool
    brand_name: str
    mail_sender_name: str | None
    mail_reply_to: str | None
    time_zone: str
    rejection_text_en: str | None
    rejection_text_ja: str | None
    contact_email: str | None
    phone: str | None
    brand_code: str
    legal_name: str | None
    brand_address: str
    accent_color: str | None
    registration_kind: str | None
    registration_number: str | None
    footer_en: str | None
    footer_ja: str | None
    brand_locale: Locale
    mail_sender_address: str | None
    mails_have_pdf: bool
    recipients: list[Recipient]

    def of(self, kind: MailKind) -> "Readers":
        """Those of a mail of this kind: the buyer, or else the brand at its address for questions or for replies."""
        if not mail_texts(kind).to_brand:
            return self
        address = self.contact_email or self.mail_reply_to
        recipients = [Recipient(address, None, None)] if address else []
        return replace(self, locale=self.brand_locale, is_offline=False, recipients=recipients)

    def unreachable(self, kind: MailKind) -> NoticeCode | None:
        if mail_texts(kind).to_brand:
            return None if self.recipients else NoticeCode.BRAND_HAS_NO_ADDRESS
        return unreachable(self.is_offline, self.recipients)

    @property
    def head(self) -> MailHead:
        return MailHead(
            name=self.legal_name or self.brand_name,
            address=self.brand_address,
            accent=self.accent_color or "",
            registration_kind=self.registration_kind or "",
            registration_number=self.registration_number or "",
            footer={Locale.EN: self.footer_en, Locale.JA: self.footer_ja}[self.locale] or "",
        )


def unreachable(is_offline: bool, recipients: Sequence[object]) -> NoticeCode | None:
    """Why nobody can be mailed; None when somebody can."""
    if is_offline:
        return NoticeCode.BUYER_IS_OFFLINE
    return None if recipients else NoticeCode.BUYER_HAS_NO_ADDRESS


def bounced(email: str, reason: str | None, locale: Locale) -> Notice:
    """The notice about an address that a mail server has refused."""
    return Notice.of(NoticeCode.ADDRESS_BOUNCED, locale, email=email, reason=reason or "")


def bounces(recipients: Sequence[Recipient], locale: Locale) -> list[Notice]:
    return [bounced(each.email, each.bounce_reason, locale) for each in recipients if each.bounced_at]


_READERS = Query(
    lambda preparing: (
        select(
            Buyer.id,
            Buyer.name.label("buyer_name"),
            Buyer.locale,
            Buyer.is_offline,
            Brand.name,
            Brand.mail_sender_name,
            Brand.mail_reply_to,
            Brand.time_zone,
            Brand.rejection_text_en,
            Brand.rejection_text_ja,
            Brand.contact_email,
            Brand.phone,
            Brand.code,
            Brand.legal_name,
            Brand.address,
            Letterhead.accent_color,
            Letterhead.registration_kind,
            Letterhead.registration_number,
            Letterhead.footer_en,
            Letterhead.footer_ja,
            Brand.locale,
            Brand.mail_sender_address,
            Brand.mails_have_pdf,
            BuyerRecipient.email,
            BuyerRecipient.bounced_at,
            BuyerRecipient.bounce_reason,
        )
        .join_from(Brand, Buyer, Buyer.brand_id == Brand.id)
        .outerjoin(Letterhead, Letterhead.brand_id == Brand.id)
        .outerjoin(BuyerRecipient, and_(BuyerRecipient.brand_id == Brand.id, BuyerRecipient.buyer_id == Buyer.id))
        .where(Brand.id == bindparam("brand_id"), preparing.among_ids(Buyer.id))
        .order_by(BuyerRecipient.email)
    )
)


async def read_readers(session: AsyncSession, orders: Sequence[Order]) -> dict[UUID, Readers]:
    """By the buyer's id."""
    found: dict[UUID, Readers] = {}
    buyer_ids = {order.buyer_id for order in orders}
    for id, *columns, email, at, reason in await _READERS.rows(session, buyer_ids, brand_id=orders[0].brand_id):
        if id not in found:
            found[id] = Readers(*(*columns, []))
        if email:
            found[id].recipients.append(Recipient(email, at, reason))
    return found
