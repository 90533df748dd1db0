"""A delivery note as a PDF: the goods and their destination, without prices."""

from exports.pdf.paper import render
from exports.pdf.snapshots import DeliveryNoteSnapshot
from models.locale import Locale


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    return render("delivery_note.html", snapshot, locale, title="DELIVERY_NOTE", stamp=None, note=snapshot)
