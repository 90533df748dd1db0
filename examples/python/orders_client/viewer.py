from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ApiKeyScope


class Viewer(BaseModel):
    viewer: "ViewerViewer"


class ViewerViewer(BaseModel):
    id: str
    name: str
    scopes: list[ApiKeyScope]
    expires_at: Optional[datetime] = Field(alias="expiresAt")
    brand: Optional["ViewerViewerBrand"]


class ViewerViewerBrand(BaseModel):
    code: str


Viewer.model_rebuild()
ViewerViewer.model_rebuild()
