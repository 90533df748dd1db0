"""The snapshot of one invoice or credit note, read in the session of the viewer: what it may not see is not found."""

from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot, read_credit_note
from models.papers.invoices import read_invoice as invoice_snapshot

__all__ = ["BilledOrder", "BilledPart", "InvoiceSnapshot", "invoice_snapshot", "read_credit_note"]
