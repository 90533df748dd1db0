"""Domain events. The audit entry and the outbox message of a command are both made from its event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.locale import Text
from models.messages.history import EventKind
from models.policy import OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    brand_id: UUID
    order_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order was rejected: one of the brand's reasons, with its label as it was then."""

    id: UUID
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A decision of the past, from another system. `source`: the import file's name. `by`: who decided."""

    source: str
    rejected_at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """`source`: where the order came from, e.g. an import file's name."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(OrderEvent):
    """`notify`: the member asked for a mail to the buyer. `notified`: a mail was queued; False without an address.

    `note`: internal, never shown to the buyer. `taken_over`: the decision is older than the event.
    """

    status_before: OrderStatus
    status_after: OrderStatus
    notify: bool
    notified: bool
    body: str | None
    reason: Reason | None = None
    note: str | None = None
    taken_over: TakenOver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderArchived(OrderEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged(OrderEvent):
    """Any other change of an order, e.g. kind OC_CREATED. `details`: the values for its sentence in the history."""

    kind: EventKind
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsApplied(OrderEvent):
    """Tag codes before and after, sorted."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCreated:
    brand_id: UUID
    at: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUpdated:
    """`name`, `color`: the new values."""

    brand_id: UUID
    at: datetime
    code: str
    name: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDeleted:
    """`orders`: the number of orders that the tag was removed from."""

    brand_id: UUID
    at: datetime
    code: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionReasonCreated:
    brand_id: UUID
    at: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionReasonUpdated:
    """`names`: what changed, sorted. `label`, `is_archived`: the values after the change."""

    brand_id: UUID
    at: datetime
    code: str
    names: tuple[str, ...]
    label: Text
    is_archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandSettingsUpdated:
    """`names`: the settings that changed, sorted."""

    brand_id: UUID
    at: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerCreated:
    """`source`: an import file's name; empty for a buyer that was added by hand."""

    brand_id: UUID
    at: datetime
    code: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerUpdated:
    """`names`: what of the buyer changed, sorted. `source`: an import file's name; empty for a change by hand."""

    brand_id: UUID
    at: datetime
    code: str
    names: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerErased:
    """`orders`, `mails`: of the buyer, whose personal data was removed too."""

    brand_id: UUID
    at: datetime
    code: str
    orders: int
    mails: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuUpdated:
    """`changes`: column → value before (None: it had none) and after. `source`: an import file's name."""

    brand_id: UUID
    at: datetime
    number: str
    changes: Mapping[str, tuple[str | int | None, str | int]]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyChanged:
    """`kind`: API_KEY_CREATED, API_KEY_ROTATED or API_KEY_REVOKED. `details`: the values for its sentence."""

    brand_id: UUID
    at: datetime
    kind: EventKind
    key_id: UUID
    name: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSignedOut:
    """`user`: the id of the actor. `buyer`: the code of the buyer whose user it is; empty for a member."""

    brand_id: UUID
    at: datetime
    user: str
    buyer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChanged:
    """`kind`: WEBHOOK_CREATED and so on. `details`: the values for its sentence."""

    brand_id: UUID
    at: datetime
    kind: EventKind
    webhook_id: UUID
    name: str
    details: dict[str, str] = field(default_factory=dict)


Event = (
    OrderPlaced
    | OrderRejected
    | OrderArchived
    | OrderChanged
    | TagsApplied
    | TagCreated
    | TagUpdated
    | TagDeleted
    | RejectionReasonCreated
    | RejectionReasonUpdated
    | BrandSettingsUpdated
    | BuyerCreated
    | BuyerUpdated
    | BuyerErased
    | SkuUpdated
    | ApiKeyChanged
    | UserSignedOut
    | WebhookChanged
)
