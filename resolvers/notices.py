"""What the buyer is told of a decision: the typed message, and the notice that the mail is made of."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import words
from models.order import Order
from models.outbox import OrderNotice
from models.party import Brand, Buyer, BuyerRecipient
from models.words import say

LONGEST_BODY = 10_000


def typed(body: str | None) -> str | None:
    """The message with one kind of line break; None when it is blank."""
    return body.replace("\r\n", "\n").replace("\r", "\n") if body and body.strip() else None


async def notice_of(
    session: AsyncSession, order: Order, kind: str, at: datetime, body: str | None, locale: str
) -> tuple[OrderNotice | None, list[str]]:
    """What the buyer is told, frozen; or None and, in the viewer's language, why nobody can be told."""
    statement = (
        select(Brand, Buyer, BuyerRecipient.email)
        .join(Buyer, and_(Buyer.brand_id == Brand.id, Buyer.id == order.buyer_id))
        .outerjoin(BuyerRecipient, and_(BuyerRecipient.brand_id == Brand.id, BuyerRecipient.buyer_id == Buyer.id))
        .where(Brand.id == order.brand_id)
        .order_by(BuyerRecipient.email)
    )
    rows = (await session.execute(statement)).all()
    brand, buyer, _ = rows[0]
    recipients = [email for _, _, email in rows if email]
    if buyer.is_offline:
        return None, [say(words.BUYER_IS_OFFLINE, locale)]
    if not recipients:
        return None, [say(words.BUYER_HAS_NO_ADDRESS, locale)]
    return OrderNotice(
        kind=kind,
        order_code=order.code,
        placed_at=order.placed_at.isoformat(),
        at=at.isoformat(),
        brand_name=brand.name,
        reply_to=brand.mail_reply_to,
        buyer_name=buyer.name,
        to=recipients,
        locale=buyer.locale,
        time_zone=brand.time_zone,
        body=body,
    ), []
