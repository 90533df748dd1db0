"""Erases the personal data of a buyer. Irreversible. Orders, amounts, documents and the audit stay.

Emptied: the buyer's name, address and e-mail addresses; comments and addresses of its orders; what its order
confirmations and delivery notes say, which are drawn from what is left; recipients, texts and errors of its mails; the
messages and internal notes of its rejections, whose hashes stay in the audit; its carts; the idempotency keys of its
users. Issued and voided invoices keep its name and address, as tax law demands.
docs/security.md says what else stays.
"""

from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import case, delete, func, null, or_, select, update

from models.actor import ActorKind
from models.audit import BuyerEvent
from models.buyer import Buyer, BuyerRecipient
from models.cart import Cart, CartLine
from models.delivery_note import DeliveryNote
from models.events import BuyerErased
from models.idempotency import IdempotencyKey
from models.invoice import Invoice, InvoicedOrder, InvoiceStatus
from models.messages.history import EventKind
from models.messages.refusals import MAIL_IN_HAND, UNKNOWN_BUYER
from models.order import Order, OrderConfirmation
from models.outbox import MAX_UNCLEAR, NotificationStatus, OutboxMessage
from models.permissions import Permission
from models.rejection import OrderRejection
from models.rejection_reason import RejectionGrounds
from resolvers.core.actions import Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused, invalid
from resolvers.core.work import Work

ERASED_NAME = "(erased)"


async def erase_buyer(context: Context, buyer_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """Again for a buyer that was erased: erases what its orders have got since."""

    async def change(work: Work) -> UUID:
        brand_id = work.brand_id
        orders = select(Order.id).where(Order.brand_id == brand_id, Order.buyer_id == buyer_id)
        locked = (await work.read(orders.order_by(Order.id).with_for_update())).all()
        of_buyer = select(Buyer).where(Buyer.brand_id == brand_id, Buyer.id == buyer_id)
        buyer = await work.find(of_buyer.with_for_update(key_share=True))
        if buyer is None:
            raise Refused(not_found(context, UNKNOWN_BUYER, "buyerId"))
        await _keep_on_invoices(work, buyer)
        if buyer.erased_at is None:
            buyer.name, buyer.address, buyer.delivery_address, buyer.is_offline = ERASED_NAME, "", "", True
            buyer.erased_at = work.now
        await work.save()  # the triggers look at it
        mails = await _erase_mails(work, buyer)
        await _erase_orders(work, buyer)
        await _erase_users_data(work, buyer)
        work.record(
            BuyerErased(brand_id=brand_id, at=work.now, code=buyer.unique_code, orders=len(locked), mails=mails)
        )
        return buyer.id

    return await act(context, change, needs=Permission.ERASE_BUYERS, **terms)


def _orders_of(buyer: Buyer) -> Any:
    return select(Order.id).where(Order.brand_id == buyer.brand_id, Order.buyer_id == buyer.id)


async def _run(work: Work, statement: Any) -> None:
    await work.save(statement.execution_options(synchronize_session=False))


async def _keep_on_invoices(work: Work, buyer: Buyer) -> None:
    if buyer.erased_at is not None:
        return
    invoices = select(InvoicedOrder.invoice_id).where(
        InvoicedOrder.brand_id == buyer.brand_id, InvoicedOrder.order_id.in_(_orders_of(buyer))
    )
    kept = update(Invoice).where(
        Invoice.brand_id == buyer.brand_id, Invoice.id.in_(invoices), Invoice.status != InvoiceStatus.DRAFT
    )
    await _run(work, kept.values(buyer_name=buyer.name, buyer_address=buyer.address))


async def _erase_mails(work: Work, buyer: Buyer) -> int:
    """The number of mails. Those that have not left are cancelled. Raises Refused while a relay is sending one."""
    mail = OutboxMessage
    of_buyer = (mail.brand_id == buyer.brand_id, mail.order_id.in_(_orders_of(buyer)))
    is_pending = mail.status == NotificationStatus.PENDING
    erased = update(mail).where(*of_buyer, mail.leased_until.is_(None))
    await _run(
        work,
        erased.values(
            recipients=[],
            notice={},
            left_over=null(),
            last_error=None,
            status=case((is_pending, NotificationStatus.CANCELLED.value), else_=mail.status),
            cancelled_by=case((is_pending, EventKind.BUYER_ERASED.value), else_=mail.cancelled_by),
            unclear=case((mail.unclear > 0, MAX_UNCLEAR), else_=mail.unclear),
        ),
    )
    if await work.find(select(mail.id).where(*of_buyer, mail.leased_until.is_not(None)).limit(1)):
        raise Refused(invalid(work.context, MAIL_IN_HAND, "buyerId"))
    return await work.find(select(func.count()).select_from(mail).where(*of_buyer)) or 0


async def _erase_orders(work: Work, buyer: Buyer) -> None:
    order, rejection = Order, OrderRejection
    of_buyer = (order.brand_id == buyer.brand_id, order.buyer_id == buyer.id)
    personal = ("comment", "delivery_address", "billing_address", "buyer_order_number")
    filled = or_(*(getattr(order, name) != "" for name in personal))
    await _run(work, update(order).where(*of_buyer, filled).values(dict.fromkeys(personal, "")))
    confirmations = (OrderConfirmation.brand_id == buyer.brand_id, OrderConfirmation.order_id.in_(_orders_of(buyer)))
    await _run(work, delete(OrderConfirmation).where(*confirmations))
    notes_of_goods = (DeliveryNote.brand_id == buyer.brand_id, DeliveryNote.order_id.in_(_orders_of(buyer)))
    await _run(work, update(DeliveryNote).where(*notes_of_goods).values(frozen=null()))
    bodies = update(rejection).where(
        rejection.brand_id == buyer.brand_id, rejection.order_id.in_(_orders_of(buyer)), rejection.body.is_not(None)
    )
    await _run(work, bodies.values(body=None))
    notes = update(RejectionGrounds).where(
        RejectionGrounds.brand_id == buyer.brand_id,
        RejectionGrounds.order_id.in_(_orders_of(buyer)),
        RejectionGrounds.note.is_not(None),
    )
    await _run(work, notes.values(note=None))


async def _erase_users_data(work: Work, buyer: Buyer) -> None:
    brand_id = buyer.brand_id
    carts = select(Cart.id).where(Cart.brand_id == brand_id, Cart.buyer_id == buyer.id)
    keys_of_users = IdempotencyKey.actor_id.startswith(f"{ActorKind.BUYER}:{buyer.id.hex}:")
    recipients = (BuyerRecipient.brand_id == brand_id, BuyerRecipient.buyer_id == buyer.id)
    await _run(work, delete(CartLine).where(CartLine.brand_id == brand_id, CartLine.cart_id.in_(carts)))
    await _run(work, delete(Cart).where(Cart.brand_id == brand_id, Cart.buyer_id == buyer.id))
    await _run(work, delete(IdempotencyKey).where(IdempotencyKey.brand_id == brand_id, keys_of_users))
    await _run(work, delete(BuyerRecipient).where(*recipients))
    by_users = (BuyerEvent.brand_id == brand_id, BuyerEvent.buyer_id == buyer.id, BuyerEvent.user_name.is_not(None))
    await _run(work, update(BuyerEvent).where(*by_users).values(user_name=ERASED_NAME, comment=None))
