from typing import Optional

from .base_model import BaseModel
from .fragments import Link


class Documents(BaseModel):
    order: Optional["DocumentsOrder"]


class DocumentsOrder(BaseModel):
    id: str
    pdf: Optional["DocumentsOrderPdf"]
    excel: "DocumentsOrderExcel"


DocumentsOrderPdf = Link
DocumentsOrderExcel = Link
Documents.model_rebuild()
DocumentsOrder.model_rebuild()
