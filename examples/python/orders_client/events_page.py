from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import OrderSummary


class EventsPage(BaseModel):
    events: "EventsPageEvents"


class EventsPageEvents(BaseModel):
    nodes: list["EventsPageEventsNodes"]
    last_sequence: int = Field(alias="lastSequence")
    has_more: bool = Field(alias="hasMore")


class EventsPageEventsNodes(BaseModel):
    order: Optional["EventsPageEventsNodesOrder"]


EventsPageEventsNodesOrder = OrderSummary
EventsPage.model_rebuild()
EventsPageEvents.model_rebuild()
EventsPageEventsNodes.model_rebuild()
