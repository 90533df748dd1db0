"""A delivery note as a PDF: what is on its way where, without prices."""

from exports.pdf.paper import drawn, on_paper
from exports.pdf.snapshots import DeliveryNoteSnapshot


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: str) -> bytes:
    """As `on_paper` draws it, so not on the event loop; `locale` is "en" or "ja"."""
    return on_paper("delivery_note.html", snapshot, locale, title="DELIVERY_NOTE", stamp=None, note=snapshot)


async def draw_delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: str) -> bytes:
    return await drawn(delivery_note_pdf, snapshot, locale)
