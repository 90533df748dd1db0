from datetime import datetime
from decimal import Decimal

from pydantic import Field

from .base_model import BaseModel
from .enums import OrderStatus


class Link(BaseModel):
    url: str
    filename: str
    media_type: str = Field(alias="mediaType")
    expires_at: datetime = Field(alias="expiresAt")


class Money(BaseModel):
    amount: Decimal
    currency: str


class OrderSummary(BaseModel):
    id: str
    code: str
    status: OrderStatus
    version: int
    updated_at: datetime = Field(alias="updatedAt")
    is_archived: bool = Field(alias="isArchived")
    can_reject: bool = Field(alias="canReject")
    buyer: "OrderSummaryBuyer"
    total: "OrderSummaryTotal"


class OrderSummaryBuyer(BaseModel):
    id: str
    unique_code: str = Field(alias="uniqueCode")
    name: str


class OrderSummaryTotal(Money):
    pass


Link.model_rebuild()
Money.model_rebuild()
OrderSummary.model_rebuild()
