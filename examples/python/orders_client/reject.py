from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import NoticeCode, RejectionBlockerCode, RejectOrderErrorCode, UserErrorKind
from .fragments import OrderSummary


class Reject(BaseModel):
    reject_order: Optional["RejectRejectOrder"] = Field(alias="rejectOrder")


class RejectRejectOrder(BaseModel):
    replayed: bool
    order: Optional["RejectRejectOrderOrder"]
    notices: list["RejectRejectOrderNotices"]
    blockers: list["RejectRejectOrderBlockers"]
    user_errors: list["RejectRejectOrderUserErrors"] = Field(alias="userErrors")


RejectRejectOrderOrder = OrderSummary


class RejectRejectOrderNotices(BaseModel):
    code: NoticeCode
    message: str


class RejectRejectOrderBlockers(BaseModel):
    code: RejectionBlockerCode
    message: str


class RejectRejectOrderUserErrors(BaseModel):
    code: RejectOrderErrorCode
    kind: UserErrorKind
    message: str
    field: Optional[list[str]]


Reject.model_rebuild()
RejectRejectOrder.model_rebuild()
