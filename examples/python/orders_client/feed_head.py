from pydantic import Field

from .base_model import BaseModel


class FeedHead(BaseModel):
    events: "FeedHeadEvents"


class FeedHeadEvents(BaseModel):
    head_sequence: int = Field(alias="headSequence")


FeedHead.model_rebuild()
