"""What there is to bill of an order: its lines as a whole, or its delivery notes at its prices; tax and shipping."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from models.delivery_note import DeliveryNoteLine
from models.invoice import IS_NOT_VOID, Invoice, InvoicedOrder, InvoiceLine, invoice_counts
from models.order import Order
from models.prices import Price, price_of
from models.tax import Tax
from resolvers.core.work import Work
from resolvers.order_lines import PricedLine, lines_of


@dataclass(frozen=True, slots=True)
class BillableLine:
    """A line, and the delivery note that it came with, if the invoice is for that."""

    line: PricedLine
    note_id: UUID | None = None


@dataclass(slots=True)
class Unbilled:
    """What no invoice bills yet, of one line of an order."""

    quantity: int
    unit_price_minor: Price
    tax: Tax | None = None

    def take(self, wanted: int) -> int:
        taken = min(self.quantity, wanted)
        self.quantity -= taken
        return taken


async def whole_order(work: Work, order: Order) -> list[BillableLine]:
    return [BillableLine(line) for line in await lines_of(work, order, order.official)]


async def unbilled_charges(work: Work, order: Order) -> tuple[int, int]:
    """What of the order's tax and shipping no other invoice bills, so that its invoices add up to its total."""
    sums = [func.coalesce(func.sum(each), 0) for each in (InvoicedOrder.tax_minor, InvoicedOrder.shipping_minor)]
    of_order = (InvoicedOrder.brand_id == order.brand_id, InvoicedOrder.order_id == order.id)
    statement = select(*sums).where(*of_order, invoice_counts(InvoicedOrder))
    billed = (await work.read(statement)).one()
    return order.tax_minor - int(billed[0]), order.shipping_minor - int(billed[1])


async def delivered_lines(work: Work, order: Order, note_ids: list[UUID]) -> list[BillableLine]:
    """The notes' quantities at the order's prices.

    An order can have a SKU on several lines at different prices: what is delivered is billed from the first such line
    on that is not billed yet, so that the invoices of all notes together bill exactly the order's lines.
    """
    unbilled = await _unbilled(work, order)
    lines = (
        select(DeliveryNoteLine.delivery_note_id, DeliveryNoteLine.sku_id, DeliveryNoteLine.quantity)
        .where(DeliveryNoteLine.brand_id == order.brand_id, DeliveryNoteLine.delivery_note_id.in_(note_ids))
        .order_by(DeliveryNoteLine.delivery_note_id, DeliveryNoteLine.id)
    )
    found = []
    for note_id, sku_id, quantity in await work.read(lines):
        for each in unbilled[sku_id]:
            if part := each.take(quantity):
                quantity -= part
                found.append(BillableLine(PricedLine(sku_id, part, each.unit_price_minor, each.tax), note_id))
    return found


async def _unbilled(work: Work, order: Order) -> dict[UUID, list[Unbilled]]:
    unbilled: dict[UUID, list[Unbilled]] = {}
    for line in await lines_of(work, order, order.official):
        unbilled.setdefault(line.sku_id, []).append(Unbilled(line.quantity, line.unit_price_minor, line.tax))
    billed = (
        select(
            InvoiceLine.sku_id,
            InvoiceLine.quantity,
            price_of(InvoiceLine.unit_price_minor, InvoiceLine.unit_price_fraction),
        )
        .join_from(InvoiceLine, Invoice)
        .where(InvoiceLine.brand_id == order.brand_id, InvoiceLine.order_id == order.id, IS_NOT_VOID)
    )
    for sku_id, quantity, price in await work.read(billed):
        for each in unbilled[sku_id]:
            if each.unit_price_minor == price:
                quantity -= each.take(quantity)
    return unbilled
