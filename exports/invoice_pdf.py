"""An invoice as a PDF. A draft and a void invoice are stamped on every page."""

from dataclasses import replace

from exports.invoice_snapshot import InvoiceSnapshot
from exports.pdf.labels import labels
from exports.pdf.paper import Stamp, format_instant, money, render
from models.invoice import InvoiceStatus
from models.locale import Locale, Text

TITLE = Text("Invoice", "請求書")


def invoice_pdf(snapshot: InvoiceSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread. A draft has no number: the word for it stands in its place."""
    if snapshot.status is InvoiceStatus.DRAFT:
        snapshot = replace(snapshot, code=labels(locale)[snapshot.status].upper())
    return render(
        "invoice.html",
        snapshot,
        locale,
        title=TITLE,
        stamp=_stamp(snapshot, locale),
        invoice=snapshot,
        **money(snapshot.currency, locale),
    )


def _stamp(snapshot: InvoiceSnapshot, locale: Locale) -> Stamp | None:
    if snapshot.status is InvoiceStatus.ISSUED:
        return None
    word = labels(locale)[snapshot.status]
    voided = snapshot.voided_at if snapshot.status is InvoiceStatus.VOID else None
    return Stamp(word, word, (format_instant(voided, locale, snapshot.time_zone),) if voided else ())
