from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import OrderSummary


class OrdersPage(BaseModel):
    orders: "OrdersPageOrders"


class OrdersPageOrders(BaseModel):
    nodes: list["OrdersPageOrdersNodes"]
    page_info: "OrdersPageOrdersPageInfo" = Field(alias="pageInfo")


OrdersPageOrdersNodes = OrderSummary


class OrdersPageOrdersPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


OrdersPage.model_rebuild()
OrdersPageOrders.model_rebuild()
