from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import RejectionBlockerCode
from .fragments import (  # noqa: F401
    Money,
    OrderSummary,
    OrderSummaryBuyer,
    OrderSummaryTotal,
)


class OrderByCode(BaseModel):
    order_by_code: Optional["OrderByCodeOrderByCode"] = Field(alias="orderByCode")


class OrderByCodeOrderByCode(OrderSummary):
    rejection_blockers: list["OrderByCodeOrderByCodeRejectionBlockers"] = Field(
        alias="rejectionBlockers"
    )
    rejection: Optional["OrderByCodeOrderByCodeRejection"]
    lines: "OrderByCodeOrderByCodeLines"


class OrderByCodeOrderByCodeRejectionBlockers(BaseModel):
    code: RejectionBlockerCode
    message: str
    documents: list["OrderByCodeOrderByCodeRejectionBlockersDocuments"]


class OrderByCodeOrderByCodeRejectionBlockersDocuments(BaseModel):
    id: str
    code: str


class OrderByCodeOrderByCodeRejection(BaseModel):
    rejected_at: datetime = Field(alias="rejectedAt")
    rejected_by: str = Field(alias="rejectedBy")
    notified: bool
    reason: Optional["OrderByCodeOrderByCodeRejectionReason"]
    note: Optional[str]


class OrderByCodeOrderByCodeRejectionReason(BaseModel):
    id: str
    code: str


class OrderByCodeOrderByCodeLines(BaseModel):
    nodes: list["OrderByCodeOrderByCodeLinesNodes"]
    page_info: "OrderByCodeOrderByCodeLinesPageInfo" = Field(alias="pageInfo")


class OrderByCodeOrderByCodeLinesNodes(BaseModel):
    id: str
    quantity: int
    sku: "OrderByCodeOrderByCodeLinesNodesSku"
    unit_price: "OrderByCodeOrderByCodeLinesNodesUnitPrice" = Field(alias="unitPrice")


class OrderByCodeOrderByCodeLinesNodesSku(BaseModel):
    id: str
    number: str


OrderByCodeOrderByCodeLinesNodesUnitPrice = Money


class OrderByCodeOrderByCodeLinesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


OrderByCode.model_rebuild()
OrderByCodeOrderByCode.model_rebuild()
OrderByCodeOrderByCodeRejectionBlockers.model_rebuild()
OrderByCodeOrderByCodeRejection.model_rebuild()
OrderByCodeOrderByCodeLines.model_rebuild()
OrderByCodeOrderByCodeLinesNodes.model_rebuild()
