"""An invoice as a PDF; stamped on every page while it is a draft, and once it is void."""

from exports.pdf.labels import labels
from exports.pdf.paper import Stamp, format_instant, money, render, render_in_thread
from exports.pdf.snapshots import InvoiceSnapshot
from models.invoice import InvoiceStatus
from models.locale import Locale


def invoice_pdf(snapshot: InvoiceSnapshot, locale: Locale) -> bytes:
    """Draws it; do not call this on the event loop (exports/pdf/paper.py)."""
    return render(
        "invoice.html",
        snapshot,
        locale,
        title="INVOICE",
        stamp=_stamp(snapshot, locale),
        invoice=snapshot,
        **money(snapshot.currency, locale),
    )


async def draw_invoice_pdf(snapshot: InvoiceSnapshot, locale: Locale) -> bytes:
    return await render_in_thread(invoice_pdf, snapshot, locale)


def _stamp(snapshot: InvoiceSnapshot, locale: Locale) -> Stamp | None:
    if snapshot.status is InvoiceStatus.ISSUED:
        return None
    word = labels(locale)[snapshot.status]
    voided = snapshot.voided_at if snapshot.status is InvoiceStatus.VOID else None
    return Stamp(word, word, (format_instant(voided, locale, snapshot.time_zone),) if voided else ())
