"""Drafting an invoice: for an order as a whole, for several, or for delivery notes. What it bills is frozen in it.

All orders are locked, judged by the rules table and written in one transaction: all of it is invoiced, or nothing.
Issuing, voiding and deleting: resolvers/invoices.py.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Unpack
from uuid import UUID

from sqlalchemy import insert, select

from models.base import new_id
from models.delivery_note import DeliveryNote
from models.document_number import draft_code
from models.facts import NOTE_INVOICED
from models.invoice import Invoice, InvoicedDeliveryNote, InvoicedOrder, InvoiceLine
from models.locale import Text
from models.messages.history import EventKind
from models.messages.refusals import (
    ANOTHER_BUYER,
    ANOTHER_CURRENCY,
    NAMED_TWICE,
    NO_DELIVERY_NOTES,
    NO_ORDERS,
    NOTE_ON_INVOICE,
    TOO_MANY_FOR_AN_INVOICE,
    TOTAL_TOO_LARGE,
    UNKNOWN_DOCUMENT,
)
from models.money import MAX_MINOR
from models.order import Order
from models.policy import OrderAction
from models.prices import price_columns
from models.tax import Rounding, Tax, added_tax, tax_of
from resolvers.core.actions import Terms, act, not_found, on_orders
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, Refused, invalid
from resolvers.core.work import Work
from resolvers.invoice_lines import BillableLine, delivered_lines, unbilled_charges, whole_order

MAX_DOCUMENTS = 100
OTHER_TAX_BASIS = Text(
    "An invoice has prices with tax or without it: this order differs from the first.",
    "税込価格の注文と税抜価格の注文を1枚の請求書に含めることはできません。",
)

# The path of the argument that named an order or a delivery note, by its place.
Path = Callable[[int], tuple[str, ...]]


# The lines that an order adds to an invoice.
Content = Callable[[Work, Order], Awaitable[list[BillableLine]]]


async def create_invoice(context: Context, order_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """For an order as a whole."""
    return await _draft(context, [order_id], OrderAction.CREATE_INVOICE, whole_order, lambda _: ("orderId",), terms)


async def create_invoice_for_orders(
    context: Context, order_ids: Sequence[UUID | None], **terms: Unpack[Terms]
) -> Outcome:
    """For orders of one buyer in one currency; None stands for an argument that is no order's id."""
    if refusal := _miscounted(context, order_ids, "orderIds", NO_ORDERS):
        return Outcome(refusals=[refusal])

    def path(place: int) -> tuple[str, ...]:
        return ("orderIds", str(place))

    return await _draft(context, order_ids, OrderAction.CREATE_INVOICE, whole_order, path, terms)


async def create_invoice_for_delivery_notes(
    context: Context, note_ids: Sequence[UUID | None], **terms: Unpack[Terms]
) -> Outcome:
    """For notes of orders of one buyer in one currency, none of them invoiced yet."""
    if refusal := _miscounted(context, note_ids, "deliveryNoteIds", NO_DELIVERY_NOTES):
        return Outcome(refusals=[refusal])
    async with context.read() as session:
        columns = select(DeliveryNote.id, DeliveryNote.order_id)
        rows = await session.execute(columns.where(DeliveryNote.id.in_([id for id in note_ids if id])))
        order_of = {row.id: row.order_id for row in rows}
    if unknown := [place for place, id in enumerate(note_ids) if id not in order_of]:

        async def refuse(_: Work) -> UUID:
            raise Refused(*(_unknown_note(context, place) for place in unknown))

        # Not at once: a retry gets its first answer, although the notes have been deleted since.
        return await act(context, refuse, needs=OrderAction.INVOICE_DELIVERY_NOTES, **terms)
    known_ids = [id for id in note_ids if id]
    first_place: dict[UUID, int] = {}
    for place, id in enumerate(known_ids):
        first_place.setdefault(order_of[id], place)

    async def delivered(work: Work, order: Order) -> list[BillableLine]:
        statement = select(DeliveryNote.id, NOTE_INVOICED).where(
            DeliveryNote.brand_id == order.brand_id, DeliveryNote.order_id == order.id, DeliveryNote.id.in_(known_ids)
        )
        is_invoiced = {row[0]: row[1] for row in await work.read(statement)}
        refusals = []
        for place, id in enumerate(known_ids):
            if order_of[id] == order.id and id not in is_invoiced:  # deleted by a concurrent request
                refusals.append(_unknown_note(context, place))
            elif is_invoiced.get(id):
                refusals.append(invalid(context, NOTE_ON_INVOICE, "deliveryNoteIds", str(place)))
        if refusals:
            raise Refused(*refusals)
        return await delivered_lines(work, order, [id for id in known_ids if id in is_invoiced])

    order_ids = list(first_place)

    def path(place: int) -> tuple[str, ...]:
        return ("deliveryNoteIds", str(first_place[order_ids[place]]))

    return await _draft(context, order_ids, OrderAction.INVOICE_DELIVERY_NOTES, delivered, path, terms)


async def _draft(
    context: Context, order_ids: Sequence[UUID | None], action: OrderAction, content: Content, path: Path, terms: Terms
) -> Outcome:
    async def change(work: Work) -> UUID:
        if refusals := _mixed(context, work.orders, path):
            raise Refused(*refusals)
        return await _write(work, action, content, path)

    return await act(context, change, on=on_orders(order_ids, path), needs=action, **terms)


def _mixed(context: Context, orders: Sequence[Order], path: Path) -> list[Refusal]:
    """Why these cannot be on one invoice. Brands cannot be mixed either: no two of them share a buyer."""
    first = orders[0]
    found = []
    for place, order in enumerate(orders):
        if order.buyer_id != first.buyer_id:
            found.append(invalid(context, ANOTHER_BUYER, *path(place)))
        elif order.currency != first.currency:
            found.append(invalid(context, ANOTHER_CURRENCY, *path(place), currency=order.currency))
        elif order.prices_include_tax != first.prices_include_tax:
            found.append(invalid(context, OTHER_TAX_BASIS, *path(place)))
    return found


async def _write(work: Work, action: OrderAction, content: Content, path: Path) -> UUID:
    orders, now, first = work.orders, work.now, work.orders[0]
    id = new_id()
    invoice = Invoice(
        id=id,
        brand_id=first.brand_id,
        code=draft_code(id),
        created_at=now,
        currency=first.currency,
        prices_include_tax=first.prices_include_tax,
        tax_rounding=next((each.tax_rounding for each in orders if each.tax_rounding), None),
    )
    work.add(invoice)
    await work.save()
    rows: list[dict[str, object]] = []
    notes: dict[UUID, None] = {}
    total = 0
    taxing = Taxing(invoice.tax_rounding, is_included=invoice.prices_include_tax)
    for order in orders:
        billed = await content(work, order)
        tax, shipping = await unbilled_charges(work, order)
        shipping_tax = tax_of(order.shipping_tax_kind, order.shipping_tax_rate) if shipping else None
        if shipping_tax or any(each.line.tax for each in billed):
            amounts = [(each.line.tax, each.line.amount_minor) for each in billed]
            tax = taxing.share([*amounts, (shipping_tax, shipping)])
        work.add(
            InvoicedOrder(
                brand_id=order.brand_id,
                invoice_id=invoice.id,
                order_id=order.id,
                is_whole=action is OrderAction.CREATE_INVOICE,
                tax_minor=tax,
                shipping_minor=shipping,
                shipping_tax_kind=shipping_tax and shipping_tax.kind,
                shipping_tax_rate=shipping_tax and shipping_tax.rate,
            )
        )
        notes |= dict.fromkeys(each.note_id for each in billed if each.note_id)
        rows += [_row(invoice, order, position, each) for position, each in enumerate(billed, len(rows) + 1)]
        total += sum(each.line.amount_minor for each in billed) + tax + shipping
    if total > MAX_MINOR:
        raise Refused(invalid(work.context, TOTAL_TOO_LARGE, *path(0)))
    invoice.total_minor = total
    await work.save(insert(InvoiceLine), rows)
    named = [{"brand_id": invoice.brand_id, "invoice_id": invoice.id, "delivery_note_id": id} for id in notes]
    await work.save(insert(InvoicedDeliveryNote), named)
    work.record(*(order.touch(now, EventKind.INVOICE_CREATED, code=invoice.code) for order in orders))
    return invoice.id


@dataclass
class Taxing:
    """The tax of one invoice, rounded once for each rate, in shares of its orders that add up to it."""

    rounding: Rounding | None
    is_included: bool
    _amounts: list[tuple[Tax | None, int]] = field(default_factory=list)
    _shared: int = 0

    def share(self, amounts: Sequence[tuple[Tax | None, int]]) -> int:
        """What the next order adds to the tax."""
        self._amounts += amounts
        total = added_tax(self._amounts, included=self.is_included, rounding=self.rounding or Rounding.HALF_UP)
        share, self._shared = total - self._shared, total
        return share


def _row(invoice: Invoice, order: Order, position: int, billed: BillableLine) -> dict[str, object]:
    """For INSERT INTO invoice_lines."""
    return {
        "brand_id": invoice.brand_id,
        "id": new_id(),
        "order_id": order.id,
        "invoice_id": invoice.id,
        "delivery_note_id": billed.note_id,
        "position": position,
        "sku_id": billed.line.sku_id,
        "quantity": billed.line.quantity,
        **price_columns(billed.line.unit_price_minor),
        "amount_minor": billed.line.amount_minor,
        "tax_kind": billed.line.tax and billed.line.tax.kind,
        "tax_rate": billed.line.tax and billed.line.tax.rate,
    }


def _miscounted(context: Context, ids: Sequence[UUID | None], argument: str, none: Text) -> Refusal | None:
    if not ids:
        return invalid(context, none, argument)
    if len(ids) > MAX_DOCUMENTS:
        return invalid(context, TOO_MANY_FOR_AN_INVOICE, argument, most=MAX_DOCUMENTS)
    for place, id in enumerate(ids):
        if id is not None and id in ids[:place]:
            return invalid(context, NAMED_TWICE, argument, str(place))
    return None


def _unknown_note(context: Context, place: int) -> Refusal:
    return not_found(context, UNKNOWN_DOCUMENT, "deliveryNoteIds", str(place))
