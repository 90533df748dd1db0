from enum import Enum


class ApiKeyScope(str, Enum):
    ORDERS_READ = "ORDERS_READ"
    ORDERS_REJECT = "ORDERS_REJECT"
    ORDERS_WRITE = "ORDERS_WRITE"

    @classmethod
    def _missing_(cls, value: object) -> "ApiKeyScope":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class DeliveryStatus(str, Enum):
    NONE = "NONE"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    DELIVERY_NOTE_CREATED = "DELIVERY_NOTE_CREATED"

    @classmethod
    def _missing_(cls, value: object) -> "DeliveryStatus":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class NoticeCode(str, Enum):
    BUYER_IS_OFFLINE = "BUYER_IS_OFFLINE"
    BUYER_HAS_NO_ADDRESS = "BUYER_HAS_NO_ADDRESS"
    ADDRESS_BOUNCED = "ADDRESS_BOUNCED"
    BRAND_HAS_NO_ADDRESS = "BRAND_HAS_NO_ADDRESS"

    @classmethod
    def _missing_(cls, value: object) -> "NoticeCode":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class OrderSortField(str, Enum):
    PLACED_AT = "PLACED_AT"
    CODE = "CODE"
    TOTAL = "TOTAL"
    UPDATED_AT = "UPDATED_AT"
    BUYER = "BUYER"
    STATUS = "STATUS"

    @classmethod
    def _missing_(cls, value: object) -> "OrderSortField":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class OrderStatus(str, Enum):
    OC_REQUIRED = "OC_REQUIRED"
    OC_CREATED = "OC_CREATED"
    OC_APPROVED = "OC_APPROVED"
    OC_UPDATE_REQUIRED = "OC_UPDATE_REQUIRED"
    OC_CONFIRMED = "OC_CONFIRMED"
    REJECTED_BY_BRAND = "REJECTED_BY_BRAND"
    REJECTED = "REJECTED"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"

    @classmethod
    def _missing_(cls, value: object) -> "OrderStatus":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class RejectOrderErrorCode(str, Enum):
    NOT_FOUND = "NOT_FOUND"
    NOT_REJECTABLE = "NOT_REJECTABLE"
    NOT_PERMITTED = "NOT_PERMITTED"
    BODY_WITHOUT_NOTIFY = "BODY_WITHOUT_NOTIFY"
    BODY_TOO_LONG = "BODY_TOO_LONG"
    STALE_ORDER = "STALE_ORDER"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    REASON_REQUIRED = "REASON_REQUIRED"
    UNKNOWN_REASON = "UNKNOWN_REASON"
    INVALID_INPUT = "INVALID_INPUT"

    @classmethod
    def _missing_(cls, value: object) -> "RejectOrderErrorCode":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class RejectionBlockerCode(str, Enum):
    ALREADY_REJECTED = "ALREADY_REJECTED"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"
    DELIVERY_NOTE_EXISTS = "DELIVERY_NOTE_EXISTS"
    INVOICE_EXISTS = "INVOICE_EXISTS"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    NOT_PERMITTED = "NOT_PERMITTED"
    STATUS_NOT_ELIGIBLE_FOR_BULK = "STATUS_NOT_ELIGIBLE_FOR_BULK"

    @classmethod
    def _missing_(cls, value: object) -> "RejectionBlockerCode":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class SortDirection(str, Enum):
    ASC = "ASC"
    DESC = "DESC"

    @classmethod
    def _missing_(cls, value: object) -> "SortDirection":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member


class UserErrorKind(str, Enum):
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    REFUSED = "REFUSED"
    STALE = "STALE"
    INVALID = "INVALID"
    CONFLICT = "CONFLICT"

    @classmethod
    def _missing_(cls, value: object) -> "UserErrorKind":
        """A value that the server has got since this client was generated."""
        member = str.__new__(cls, str(value))
        member._name_ = member._value_ = str(value)
        return member
