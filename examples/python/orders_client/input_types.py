from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import DeliveryStatus, OrderSortField, OrderStatus, SortDirection


class OrderFilter(BaseModel):
    """Conditions on orders. All given conditions must hold. An empty list matches nothing."""

    search: Optional[str] = None
    "Search words; case, width (full or half), accents and kinds of dashes do not matter. Each word must occur in the order code, the buyer's name, code or one of its e-mail addresses, a model number or a SKU number. At most 200 characters and 10 words."
    status: Optional[list[OrderStatus]] = None
    "Orders in one of these statuses."
    can_reject: Optional[bool] = Field(alias="canReject", default=None)
    "Exactly the orders whose Order.canReject has this value for the viewer."
    buyer_ids: Optional[list[str]] = Field(alias="buyerIds", default=None)
    "Orders of one of these buyers."
    tag_ids: Optional[list[str]] = Field(alias="tagIds", default=None)
    "Orders with at least one of these tags."
    placed_from: Optional[datetime] = Field(alias="placedFrom", default=None)
    "Orders placed at this instant or later."
    placed_before: Optional[datetime] = Field(alias="placedBefore", default=None)
    "Orders placed before this instant."
    placed_to: Optional[datetime] = Field(alias="placedTo", default=None)
    "Orders placed before this instant."
    updated_since: Optional[datetime] = Field(alias="updatedSince", default=None)
    "Orders that last changed at this instant or later: see Order.updatedAt."
    updated_before: Optional[datetime] = Field(alias="updatedBefore", default=None)
    "Orders that last changed before this instant: see Order.updatedAt."
    delivery_status: Optional[list[DeliveryStatus]] = Field(
        alias="deliveryStatus", default=None
    )
    "Orders with one of these delivery statuses."
    catalog_ids: Optional[list[str]] = Field(alias="catalogIds", default=None)
    "Orders from one of these catalogs of the brand."
    invoiced: Optional[bool] = None
    "Orders with (true) or without (false) an invoice that is not void, be it for a part of the order. For a buyer drafts do not count."
    without_tag: Optional[bool] = Field(alias="withoutTag", default=None)
    "Orders without any tag (true) or with at least one (false)."
    assigned: Optional[bool] = None
    "Orders with (true) or without (false) a member in charge."
    assignee_ids: Optional[list[str]] = Field(alias="assigneeIds", default=None)
    "Orders that one of these members is in charge of: Member.actorId."
    rejection_reason_ids: Optional[list[str]] = Field(
        alias="rejectionReasonIds", default=None
    )
    "Orders rejected for one of these reasons: RejectionReason.id. Empty for a buyer."
    only_archived: Optional[bool] = Field(alias="onlyArchived", default=None)
    "Whether to leave out all orders but archived ones. Default: false."
    include_archived: Optional[bool] = Field(alias="includeArchived", default=None)
    "Whether to include archived orders. They are left out unless this is true."


class OrderSort(BaseModel):
    """A field to sort by, and the direction."""

    field: OrderSortField
    "The field."
    direction: SortDirection
    "The direction."


class RejectOrderInput(BaseModel):
    """The order to reject, and the message to its buyer."""

    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Makes the command safe to retry: the same request with the same key returns the first answer again and changes nothing. At most 200 characters, remembered for at least 30 days; a refused command is not remembered. Default: each request is a new command."
    expected_version: Optional[int] = Field(alias="expectedVersion", default=None)
    "The version (Order.version) of the order that the caller has read. If the order has changed since, the command is refused with STALE_ORDER. Default: no check."
    order_id: str = Field(alias="orderId")
    "The order."
    notify: bool
    "Whether to send the buyer an e-mail. No default: the caller decides each time. If the buyer cannot be mailed, the order is rejected all the same, with a warning."
    body: Optional[str] = None
    "Message to the buyer, plain text of at most 10,000 characters. If blank, the text from the brand's settings is sent, or else a standard text. Refused if notify is false. rejectionMailPreview shows the mail beforehand."
    reason: Optional[str] = None
    "Why: the code of one of the brand's rejectionReasons, e.g. OUT_OF_STOCK. Internal: the buyer does not see it, except in the mail if showReason is true. Required if BrandSettings.rejectionReasonRequired is true."
    note: Optional[str] = None
    "Internal note, plain text of at most 2,000 characters. Never sent to the buyer, and never shown to a buyer's user."
    show_reason: Optional[bool] = Field(alias="showReason", default=None)
    "Whether the mail names the reason to the buyer, by its label in the buyer's language. Needs a reason. Default: false."
