"""The labels of the statuses of an order and of its delivery, and what each status of an order means."""

from dataclasses import dataclass

from models.locale import Locale, Text
from models.policy import DeliveryStatus, OrderStatus

S = OrderStatus


@dataclass(frozen=True, slots=True)
class StatusLabel:
    """A status as the brand's members read it, and as buyers do. `description`: what it means, for the API."""

    description: str
    brand: Text
    buyer: Text


STATUS_LABELS: dict[OrderStatus, StatusLabel] = {
    S.OC_REQUIRED: StatusLabel(
        "Placed; no order confirmation (OC) yet.",
        Text("Please create an OC", "OCを作成してください"),
        Text("Awaiting OC creation", "OC作成待ち"),
    ),
    S.OC_CREATED: StatusLabel(
        "The OC is created and can still be changed.",
        Text("OC created", "OC作成済み"),
        Text("OC created", "OC作成済み"),
    ),
    S.OC_APPROVED: StatusLabel(
        "The buyer approved the OC.", Text("OC approved", "OC承認済み"), Text("OC approved", "OC承認済み")
    ),
    S.OC_UPDATE_REQUIRED: StatusLabel(
        "The buyer refused the OC. Not a rejection of the order.",
        Text("Please update an OC", "OCを更新してください"),
        Text("OC rejected", "OC否認済み"),
    ),
    S.OC_CONFIRMED: StatusLabel(
        "The content is fixed; delivery notes and backlog SKUs can be created.",
        Text("OC confirmed", "OC確定済み"),
        Text("OC confirmed", "OC確定済み"),
    ),
    S.REJECTED_BY_BRAND: StatusLabel(
        "Rejected by the brand: by a member, or by a partner app acting for it. Final.",
        Text("Order rejected by brand", "ブランドが注文を却下"),
        Text("Order declined", "お断り"),
    ),
    S.REJECTED: StatusLabel(
        "Rejected, but not by the brand: by a platform operator, or imported as rejected. Final.",
        Text("Order Rejected", "注文却下"),
        Text("Order declined", "お断り"),
    ),
    S.SENT_BACK_TO_CART: StatusLabel(
        "Sent back to the buyer's cart. Final for this order.",
        Text("Returned to cart", "カートに差し戻し"),
        Text("Returned to cart", "カートに差し戻し"),
    ),
}

DELIVERY_STATUS_LABELS: dict[DeliveryStatus, Text] = {
    DeliveryStatus.NONE: Text("None", "なし"),
    DeliveryStatus.BACKLOG_SKUS_CREATED: Text("Backlog SKUs created", "バックログSKU作成済み"),
    DeliveryStatus.DELIVERY_NOTE_CREATED: Text("Delivery note created", "納品書作成済み"),
}


CHECK_THE_OC = Text("Please check the contents of the OC", "OCの内容をご確認ください")


def status_label(status: OrderStatus, locale: Locale, *, to_buyer: bool = False, approval_asked: bool = False) -> str:
    """The label for the brand's members or, `to_buyer`, for a buyer."""
    if to_buyer and status is S.OC_CREATED and approval_asked:
        return CHECK_THE_OC.in_(locale)
    label = STATUS_LABELS[status]
    return (label.buyer if to_buyer else label.brand).in_(locale)
