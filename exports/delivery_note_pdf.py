"""A delivery note as a PDF: what is on its way where, without prices."""

from exports.pdf.paper import render, render_in_thread
from exports.pdf.snapshots import DeliveryNoteSnapshot
from models.locale import Locale


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    """Draws it; do not call this on the event loop (exports/pdf/paper.py)."""
    return render("delivery_note.html", snapshot, locale, title="DELIVERY_NOTE", stamp=None, note=snapshot)


async def draw_delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    return await render_in_thread(delivery_note_pdf, snapshot, locale)
