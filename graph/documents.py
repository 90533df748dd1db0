"""DeliveryNote, Invoice and BacklogSku: what references an order and keeps it from being rejected."""

from datetime import datetime

import strawberry

from graph.catalog import Sku
from graph.ids import Kind, to_id
from graph.node import NODES, Node
from resolvers import nodes
from resolvers.rows import BacklogSkuRow, DeliveryNoteRow, InvoiceRow


@strawberry.type(description="Goods of an order on their way. While one exists, the order cannot be rejected.")
class DeliveryNote(Node):
    code: str = strawberry.field(description="Unique in the brand.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: DeliveryNoteRow) -> "DeliveryNote":
        return cls(id=to_id(Kind.DELIVERY_NOTE, row.id), code=row.code, created_at=row.created_at)


@strawberry.type(description="A bill for one or several orders. Unless it is void, they cannot be rejected.")
class Invoice(Node):
    code: str = strawberry.field(description="Unique in the brand.")
    created_at: datetime = strawberry.field(description="When it was made.")
    is_void: bool = strawberry.field(description="A voided invoice no longer references its orders.")

    @classmethod
    def of(cls, row: InvoiceRow) -> "Invoice":
        is_void = row.status is row.status.VOID
        return cls(id=to_id(Kind.INVOICE, row.id), code=row.code, created_at=row.created_at, is_void=is_void)


@strawberry.type(
    description="A SKU of an order, laid out to be delivered in parts. It keeps the order from being rejected."
)
class BacklogSku(Node):
    sku: Sku = strawberry.field(description="What is to be delivered.")
    ordered_quantity: int = strawberry.field(description="How many were ordered.")
    remaining_quantity: int = strawberry.field(description="How many no delivery note has taken yet.")

    @classmethod
    def of(cls, row: BacklogSkuRow) -> "BacklogSku":
        return cls(
            id=to_id(Kind.BACKLOG_SKU, row.id),
            sku=Sku.of(row.sku),
            ordered_quantity=row.ordered_quantity,
            remaining_quantity=row.remaining_quantity,
        )


NODES[Kind.DELIVERY_NOTE] = (nodes.delivery_notes, DeliveryNote.of)
NODES[Kind.INVOICE] = (nodes.invoices, Invoice.of)
NODES[Kind.BACKLOG_SKU] = (nodes.backlog_skus, BacklogSku.of)
