"""A delivery note as a PDF: the goods and their destination, without prices."""

from exports.delivery_note_snapshot import DeliveryNoteSnapshot
from exports.pdf.paper import render
from models.locale import Locale, Text

TITLE = Text("Delivery note", "納品書")


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    return render("delivery_note.html", snapshot, locale, title=TITLE, stamp=None, note=snapshot)
