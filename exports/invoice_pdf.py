"""An invoice as a PDF; stamped on every page while it is a draft, and once it is void."""

from exports.pdf.labels import labels
from exports.pdf.paper import Stamp, at, drawn, money, on_paper
from exports.pdf.snapshots import InvoiceSnapshot
from models.documents import InvoiceStatus


def invoice_pdf(snapshot: InvoiceSnapshot, locale: str) -> bytes:
    """As `on_paper` draws it, so not on the event loop; `locale` is "en" or "ja"."""
    return on_paper(
        "invoice.html",
        snapshot,
        locale,
        title="INVOICE",
        stamp=_stamp(snapshot, locale),
        invoice=snapshot,
        **money(snapshot.currency, locale),
    )


async def draw_invoice_pdf(snapshot: InvoiceSnapshot, locale: str) -> bytes:
    return await drawn(invoice_pdf, snapshot, locale)


def _stamp(snapshot: InvoiceSnapshot, locale: str) -> Stamp | None:
    if snapshot.status is InvoiceStatus.ISSUED:
        return None
    word = labels(locale)[snapshot.status]
    voided = snapshot.voided_at if snapshot.status is InvoiceStatus.VOID else None
    return Stamp(word, word, (at(voided, locale, snapshot.time_zone),) if voided else ())
