"""The same fields by Strawberry as its documentation shows it, over the rows that the bound reads.

`DATABASE=orders.db BRAND=hex LABELS=json python -m benchmarks.peers.stock PORT`
"""

import gc
import sys

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

from benchmarks.peers import bound

rows = bound.Orders()


@strawberry.type
class Amount:
    amount: str


@strawberry.type
class Sku:
    number: str
    name: str


@strawberry.type
class Line:
    id: strawberry.ID
    quantity: int
    unit_price: Amount
    amount: Amount
    sku: Sku


@strawberry.type
class Lines:
    nodes: list[Line]


@strawberry.type
class Blocker:
    code: str


@strawberry.type
class Order:
    id: strawberry.ID
    code: str
    status: str
    status_label: str
    is_rejected: bool
    is_archived: bool
    version: int
    placed_at: str
    updated_at: str
    total_quantity: int
    can_reject: bool
    rejection_blockers: list[Blocker]
    all_lines: strawberry.Private[list[Line]]

    @strawberry.field
    def lines(self, first: int) -> Lines:
        return Lines(nodes=self.all_lines[:first])


@strawberry.type
class Orders:
    nodes: list[Order]


@strawberry.type
class Viewer:
    name: str


@strawberry.type
class Query:
    @strawberry.field
    def viewer(self) -> Viewer:
        return Viewer(name="Bench")

    @strawberry.field
    def orders(self, first: int) -> Orders:
        return Orders(nodes=[order(each) for each in rows.read(first, 10)])


def order(row: bound.Order) -> Order:
    return Order(
        id=strawberry.ID(row.id),
        code=row.code,
        status=row.status,
        status_label=row.statusLabel,
        is_rejected=row.isRejected,
        is_archived=row.isArchived,
        version=row.version,
        placed_at=row.placedAt,
        updated_at=row.updatedAt,
        total_quantity=row.totalQuantity,
        can_reject=row.canReject,
        rejection_blockers=[Blocker(code=each.code) for each in row.rejectionBlockers],
        all_lines=[line(each) for each in row.lines.nodes],
    )


def line(row: bound.Line) -> Line:
    return Line(
        id=strawberry.ID(row.id),
        quantity=row.quantity,
        unit_price=Amount(amount=row.unitPrice.amount),
        amount=Amount(amount=row.amount.amount),
        sku=Sku(number=row.sku.number, name=row.sku.name),
    )


if __name__ == "__main__":
    app = GraphQL[None, None](strawberry.Schema(Query))
    gc.freeze()
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, http="httptools", log_level="warning", access_log=False)
