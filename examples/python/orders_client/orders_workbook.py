from pydantic import Field

from .base_model import BaseModel
from .fragments import Link


class OrdersWorkbook(BaseModel):
    orders_excel: "OrdersWorkbookOrdersExcel" = Field(alias="ordersExcel")


OrdersWorkbookOrdersExcel = Link
OrdersWorkbook.model_rebuild()
