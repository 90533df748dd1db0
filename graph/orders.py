"""Order: its fields. The queries that find orders are in graph/order_queries.py."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Private

from graph.blockers import OrderActionVerdict
from graph.brand_types import Brand
from graph.buyer_types import Buyer
from graph.catalog import Catalog, OrderLine
from graph.core.batching import map_loaded
from graph.core.binding import question
from graph.core.context import Info
from graph.core.download_links import Download
from graph.core.enums import InLocale
from graph.core.ids import Kind
from graph.core.money import Money, money
from graph.core.node import NODES, SOURCES, Node, node_id
from graph.core.pagination import After, Connection, First, connection, counted, selected_page, size_of_page
from graph.document_types import BacklogSku, DeliveryNote, Invoice
from graph.downloads import ORDER_EXCEL, ORDER_PDFS, Record
from graph.execution.declared import Children, Pure, Within, column, declared, looked_up, made_of
from graph.execution.kinds import DAY, FLAG, INSTANT, IS_SET, TEXT, TEXT_IF_ANY, WHOLE, among, choice
from graph.history_types import OrderEvent
from graph.limits.cost import ListSize, page_size
from graph.members import Member
from graph.notifications import Notification
from graph.order_verdicts import (
    BLOCKERS,
    OF_DELIVERY,
    OF_REJECTING,
    action_verdicts,
    available_actions,
    blocker_codes,
    can_reject,
    delivery_label_of,
    delivery_status_of,
    explained,
    judged,
    label_of,
    rejection_blockers,
)
from graph.rejection_types import OrderRejection, RejectionBlocker
from graph.tag_types import Tag
from models.actor import Actor
from models.external_reference import app_of
from models.order import DataSet
from models.papers.order_snapshot import OrderDocument
from models.permissions import Permission
from models.policy import REJECTED, DeliveryStatus, OrderAction, OrderStatus
from models.tax import Rounding, added_tax, tax_of
from resolvers import nodes
from resolvers import orders as resolvers
from resolvers.history import history_of
from resolvers.lines import lines_of
from resolvers.reading.loaders import (
    assignees_by_order,
    assignees_of,
    brands_by_id,
    brands_of,
    references_by_order,
    references_of,
    rejection_records_by_order,
    rejection_records_of,
)
from resolvers.reading.rows import OrderRow, ReferenceRow
from resolvers.reading.sources import (
    BACKLOG_SKUS,
    DELIVERY_NOTES,
    HISTORY,
    INVOICES_OF_ORDERS,
    LINES_OF_ORDERS,
    NOTIFICATIONS,
    ORDERS,
    TAGS_OF_ORDERS,
)
from resolvers.reading.verdicts import Verdict

T = TypeVar("T")


@strawberry.type(
    description="One of the two contents of an order: what the buyer ordered (original), or the order "
    "confirmation (OC)."
)
class OrderContent:
    total: Money = strawberry.field(description="Total of lines, tax and shipping.")
    total_quantity: int = strawberry.field(description="Total quantity of all lines.")
    lines: list[OrderLine] = strawberry.field(
        description="All lines, in their order.", directives=[ListSize(assumed_size=50)]
    )


@strawberry.type(description="What one system calls an order.")
class ExternalReference:
    app: str | None = strawberry.field(
        description="Name of the app, as it was when the reference was set. Null: the brand itself."
    )
    reference: str = strawberry.field(description="The reference.")

    @classmethod
    def of(cls, row: ReferenceRow) -> "ExternalReference":
        return cls(app=row.app_name, reference=row.reference)


def own_reference(actor: Actor, rows: Sequence[ReferenceRow]) -> str | None:
    own = app_of(actor)
    return next((row.reference for row in rows if row.app_id == own), None)


@strawberry.type(
    description="An order of a buyer from a catalog of the brand. Its official content is the OC once "
    "there is one, and until then what the buyer ordered."
)
class Order(Node):
    id: ID = node_id(Kind.ORDER)
    code: str = column(TEXT, "code", description="Order code, unique in the brand.")
    status: OrderStatus = column(
        choice(OrderStatus), "status", description="Progress of the order. For display use statusLabel."
    )
    is_rejected: bool = column(
        among(REJECTED, OrderStatus),
        "status",
        description="Whether the order has been rejected, by the brand (REJECTED_BY_BRAND) or otherwise "
        "(REJECTED). Final.",
    )
    is_archived: bool = column(
        IS_SET, "archived_at", description="Whether the order is archived (permanently hidden from the default list)."
    )
    version: int = column(
        WHOLE,
        "version",
        description="Increases with every change of status, content or documents; for a buyer, of what a buyer sees. "
        "Pass it as expectedVersion, so that a command is refused if the order has changed since.",
    )
    placed_at: datetime = column(INSTANT, "placed_at", description="When the buyer placed the order.")
    updated_at: datetime = column(
        INSTANT,
        "updated_at",
        description="When the order last changed: its status, content, documents or tags; for a buyer, what a buyer "
        "sees. To follow changes use the query `events`: the clock is read before a change is committed.",
    )
    total: Money = money("total_minor", description="Total of lines, tax and shipping of the official content.")
    subtotal: Money = money("subtotal_minor", description="Total of the lines of the official content.")
    tax: Money = money("tax_minor", description="Tax on top of the lines and the shipping.")
    shipping: Money = money("shipping_minor", description="Shipping costs of the order.")
    total_quantity: int = column(
        WHOLE, "total_quantity", description="Total quantity of all lines of the official content."
    )
    comment: str | None = column(
        TEXT_IF_ANY,
        "comment",
        description="Comment that was given when the order was placed. Null if there is none.",
    )
    billing_address: str | None = column(
        TEXT_IF_ANY,
        "billing_address",
        description="Where the invoice goes: as given when the order was placed, else the buyer's address of then. "
        "Null: the buyer had none, or the order is older than that; to the buyer's address of now.",
    )
    delivery_address: str | None = column(
        TEXT_IF_ANY,
        "delivery_address",
        description="Where the goods go: as given when the order was placed, else the buyer's delivery address of "
        "then, else its address. Null: the buyer had none, or the order is older than that; to that of now.",
    )
    deliver_from: date | None = column(
        DAY, "deliver_from", description="First day on which the buyer wants the goods. Null if not said."
    )
    deliver_to: date | None = column(
        DAY, "deliver_to", description="Last day on which the buyer wants the goods. Null if not said."
    )
    buyer_order_number: str | None = column(
        TEXT_IF_ANY, "buyer_order_number", description="The buyer's own number of the order. Null if not said."
    )
    prices_include_tax: bool = column(
        FLAG, "prices_include_tax", description="Whether prices and shipping include their tax; `tax` is 0 then."
    )
    row: Private[OrderRow]

    @strawberry.field(
        description="The status in words, as the viewer's side (brand or buyer) calls it.",
        metadata=declared(Pure(("status", "approval_asked"), label_of)),
    )
    def status_label(self, info: Info, locale: InLocale = UNSET) -> str:
        return label_of(info.context.actor, self.row.status, self.row.approval_asked, locale)

    @strawberry.field(
        description="Progress of the delivery.", metadata=declared(judged(delivery_status_of, OF_DELIVERY))
    )
    def delivery_status(self, info: Info) -> DeliveryStatus:
        return self._judge(info, lambda verdict: delivery_status_of(info.context.actor, verdict.facts))

    @strawberry.field(
        description="The delivery status in words.", metadata=declared(judged(delivery_label_of, OF_DELIVERY))
    )
    def delivery_status_label(self, info: Info, locale: InLocale = UNSET) -> str:
        return self._judge(info, lambda verdict: delivery_label_of(info.context.actor, verdict.facts, locale))

    @strawberry.field(description="The buyer who ordered.", metadata=declared(Within(prefix="buyer.")))
    def buyer(self, info: Info) -> Buyer:
        return map_loaded(info.context.loaders.buyer.load(self.row.buyer_id), lambda row: Buyer.of(row))

    @strawberry.field(
        description="The brand that the order is placed with.",
        metadata=declared(
            looked_up(
                brands_of,
                brands_by_id,
                lambda _, row: row and Brand.of(row),
                "brand_id",
                key_of=lambda id, brand_id: brand_id,
            )
        ),
    )
    def brand(self, info: Info) -> Brand:
        return map_loaded(info.context.loaders.brand.load(self.row.brand_id), lambda row: Brand.of(row))

    @strawberry.field(description="The catalog that was ordered from.", metadata=declared(Within(prefix="catalog.")))
    def catalog(self, info: Info) -> Catalog:
        return map_loaded(info.context.loaders.catalog.load(self.row.catalog_id), lambda row: Catalog.of(row))

    @strawberry.field(
        description="The lines of the official content, page by page.",
        directives=[page_size("first")],
        metadata=declared(Children(LINES_OF_ORDERS, size=size_of_page)),
    )
    async def lines(self, info: Info, first: First = UNSET, after: After = UNSET) -> Connection[OrderLine]:
        page = await lines_of(info.context, self.row.id, selected_page(info, first, after))
        return connection(page, OrderLine.of, counted(info.context.loaders.line_count, self.row.id))

    @question(
        needs=Permission.READ_INTERNAL,
        description="The tags of the order, sorted by code. Empty for a buyer.",
        declaration=Children(TAGS_OF_ORDERS),
    )
    async def tags(self, info: Info) -> list[Tag]:
        return [Tag.of(row) for row in await info.context.loaders.tags.load(self.row.id)]

    @question(
        needs=Permission.READ_INTERNAL,
        description="The member in charge of the order. Null if there is none, and always null for a buyer.",
        declaration=looked_up(assignees_of, assignees_by_order, lambda _, row: row and Member.of(row)),
    )
    async def assignee(self, info: Info) -> Member | None:
        row = await info.context.loaders.assignee.load(self.row.id)
        return Member.of(row) if row else None

    @question(
        needs=Permission.READ_INTERNAL,
        description="What the caller's own system calls the order: the app's reference, for members the brand's. Null "
        "if there is none, and always null for a buyer. setExternalReference sets it; orderByReference finds it.",
        declaration=looked_up(references_of, references_by_order, lambda actor, rows: own_reference(actor, rows or ())),
    )
    async def external_reference(self, info: Info) -> str | None:
        return own_reference(info.context.actor, await info.context.loaders.references.load(self.row.id))

    @question(
        needs=Permission.READ_INTERNAL,
        description="What all systems call the order: the brand's own first, then those of the apps. Empty for a "
        "buyer.",
        declaration=looked_up(
            references_of, references_by_order, lambda _, rows: [ExternalReference.of(row) for row in rows or ()]
        ),
    )
    async def external_references(self, info: Info) -> list[ExternalReference]:
        return [ExternalReference.of(row) for row in await info.context.loaders.references.load(self.row.id)]

    @strawberry.field(
        description="Whether the viewer can reject the order now, with rejectOrder. True if and only if "
        "rejectionBlockers is empty. OrderFilter.canReject finds such orders.",
        metadata=declared(judged(can_reject, OF_REJECTING)),
    )
    def can_reject(self, info: Info) -> bool:
        return self._judge(info, lambda verdict: can_reject(info.context.actor, verdict.facts))

    @strawberry.field(
        description="Every reason why the viewer cannot reject the order now, with the documents that block "
        "it. Empty if the order can be rejected. The same verdict that rejectOrder gives.",
        metadata=declared(judged(blocker_codes, OF_REJECTING, only={"code"}, otherwise=BLOCKERS)),
    )
    def rejection_blockers(self, info: Info) -> list[RejectionBlocker]:
        def judge(verdict: Verdict) -> list[RejectionBlocker]:
            return rejection_blockers(info.context.actor, verdict)

        return self._judge(info, judge)

    @strawberry.field(
        description="Actions that the viewer can perform on the order now. `actions` gives the reasons for the others.",
        metadata=declared(judged(available_actions)),
    )
    def available_actions(self, info: Info) -> list[OrderAction]:
        return self._judge(info, lambda verdict: available_actions(info.context.actor, verdict.facts))

    @strawberry.field(
        description="Every action: whether the viewer can perform it on the order now, and if not, why.",
        directives=[ListSize(assumed_size=len(OrderAction))],
        metadata=declared(explained(action_verdicts)),
    )
    def actions(self, info: Info) -> list[OrderActionVerdict]:
        return self._judge(info, lambda verdict: action_verdicts(info.context.actor, verdict))

    @strawberry.field(description="The original content: what the buyer ordered, as it was placed.")
    async def original(self, info: Info) -> OrderContent:
        return await self._content(info, DataSet.ORIGINAL)

    @strawberry.field(description="The order confirmation (OC). Null until there is one.")
    async def confirmation(self, info: Info) -> OrderContent | None:
        has_confirmation = self.row.official is DataSet.CONFIRMATION
        return await self._content(info, DataSet.CONFIRMATION) if has_confirmation else None

    @strawberry.field(
        description="The returned order that this order replaces: it was sent back to the cart, and this "
        "order was placed in its stead. Otherwise null."
    )
    async def replaces(self, info: Info) -> "Order | None":
        return await load_order(info, await info.context.loaders.replaced.load(self.row.id))

    @strawberry.field(
        description="The order that replaces this one: this one was sent back to the cart, and the buyer has ordered "
        "again. Otherwise null."
    )
    async def replaced_by(self, info: Info) -> "Order | None":
        return await load_order(info, await info.context.loaders.replacement.load(self.row.id))

    @strawberry.field(
        description="The record of the rejection. Null if the order has not been rejected.",
        metadata=declared(
            looked_up(
                rejection_records_of,
                rejection_records_by_order,
                lambda actor, row: row and OrderRejection.of(row, to_buyer=actor.is_buyer),
                "status",
                key_of=lambda id, status: id if status in REJECTED else None,
            )
        ),
    )
    async def rejection(self, info: Info) -> OrderRejection | None:
        if self.row.status not in REJECTED:
            return None
        row = await info.context.loaders.rejection.load(self.row.id)
        return OrderRejection.of(row, to_buyer=info.context.actor.is_buyer) if row else None

    @strawberry.field(
        description="Delivery notes created from the order, oldest first.",
        metadata=declared(Children(DELIVERY_NOTES)),
    )
    async def delivery_notes(self, info: Info) -> list[DeliveryNote]:
        return [DeliveryNote.of(row) for row in await info.context.loaders.delivery_notes.load(self.row.id)]

    @strawberry.field(
        description="Invoices for the order, including void ones, oldest first.",
        metadata=declared(Children(INVOICES_OF_ORDERS)),
    )
    async def invoices(self, info: Info) -> list[Invoice]:
        return [Invoice.of(row) for row in await info.context.loaders.invoices.load(self.row.id)]

    @strawberry.field(
        description="Backlog SKUs of the order, sorted by SKU number. Empty until they are created.",
        directives=[ListSize(assumed_size=50)],
        metadata=declared(Children(BACKLOG_SKUS)),
    )
    async def backlog_skus(self, info: Info) -> list[BacklogSku]:
        return [BacklogSku.of(row) for row in await info.context.loaders.backlog_skus.load(self.row.id)]

    @question(
        needs=Permission.READ_INTERNAL,
        description="The mails about the order to its buyer, oldest first. Empty for a buyer.",
        declaration=Children(NOTIFICATIONS),
    )
    async def notifications(self, info: Info) -> list[Notification]:
        return [Notification.of(row) for row in await info.context.loaders.notifications.load(self.row.id)]

    @question(
        needs=Permission.READ_INTERNAL,
        description="The audit trail of the order, oldest first. Empty for a buyer.",
        directives=[page_size("first")],
        declaration=Children(HISTORY, size=size_of_page),
    )
    async def history(self, info: Info, first: First = UNSET, after: After = UNSET) -> Connection[OrderEvent]:
        page = await history_of(info.context, self.row.id, selected_page(info, first, after))
        return connection(page, OrderEvent.of, counted(info.context.loaders.history_count, self.row.id))

    @strawberry.field(
        description="A download link to the PDF of the order. The PDF of a rejected order is stamped as rejected. Null "
        "if the order has no such document: there is no ORDER_CONFIRMATION until there is an OC."
    )
    def pdf(
        self,
        info: Info,
        document: Annotated[
            OrderDocument | None,
            strawberry.argument(description="Default: the official document, which is the OC once there is one."),
        ] = UNSET,
        locale: InLocale = UNSET,
    ) -> Download | None:
        has_confirmation = self.row.official is DataSet.CONFIRMATION
        wanted = document or (OrderDocument.ORDER_CONFIRMATION if has_confirmation else OrderDocument.PURCHASE_ORDER)
        if wanted is OrderDocument.ORDER_CONFIRMATION and not has_confirmation:
            return None
        subject = Record(self.row.id, self.row.code)
        return info.context.links.to(ORDER_PDFS[wanted], subject, info.context.actor, locale or None)

    @strawberry.field(description="A download link to a workbook (Excel) of the order and its lines.")
    def excel(self, info: Info, locale: InLocale = UNSET) -> Download:
        subject = Record(self.row.id, self.row.code)
        return info.context.links.to(ORDER_EXCEL, subject, info.context.actor, locale or None)

    async def _content(self, info: Info, data_set: DataSet) -> OrderContent:
        rows = await info.context.loaders.contents.load((self.row.id, data_set))
        amounts = [(tax_of(row.tax_kind, row.tax_rate), row.amount_minor) for row in rows]
        tax = self.row.tax_minor
        if any(each for each, _ in amounts):
            shipping_tax = tax_of(self.row.shipping_tax_kind, self.row.shipping_tax_rate)
            amounts.append((shipping_tax, self.row.shipping_minor))
            rounding = self.row.tax_rounding or Rounding.HALF_UP
            tax = added_tax(amounts, included=self.row.prices_include_tax, rounding=rounding)
        minor = sum(row.amount_minor for row in rows) + tax + self.row.shipping_minor
        return OrderContent(
            total=Money.of(minor, self.row.currency),
            total_quantity=sum(row.quantity for row in rows),
            lines=[OrderLine.of(row) for row in rows],
        )

    def _judge(self, info: Info, judge: Callable[[Verdict], T]) -> T:
        return map_loaded(info.context.loaders.verdict.load(self.row.id), judge)

    @classmethod
    def of(cls, row: OrderRow) -> "Order":
        return made_of(cls, row, row=row)


async def load_order(info: Info, order_id: UUID | None) -> Order | None:
    row = await resolvers.order_by_id(info.context, order_id) if order_id else None
    return Order.of(row) if row else None


NODES[Kind.ORDER] = (nodes.orders, Order.of)
SOURCES[Kind.ORDER] = ("Order", ORDERS)
