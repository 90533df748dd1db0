"""The snapshot of one delivery note, read in the session of the viewer: what the viewer may not see is not found."""

from models.papers.delivery_notes import DeliveryNoteSnapshot
from models.papers.delivery_notes import read_delivery_note as delivery_note_snapshot

__all__ = ["DeliveryNoteSnapshot", "delivery_note_snapshot"]
