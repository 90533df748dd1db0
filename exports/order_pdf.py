"""An order as a PDF: purchase order or order confirmation. A rejected order is stamped on every page."""

from exports.order_snapshot import OrderDocument, OrderSnapshot
from exports.pdf.labels import labels
from exports.pdf.paper import Stamp, format_instant, money, render
from models.locale import Locale, Text
from models.messages.statuses import status_label

TITLES = {
    OrderDocument.PURCHASE_ORDER: Text("Purchase order", "注文書"),
    OrderDocument.ORDER_CONFIRMATION: Text("Order confirmation", "注文確認書"),
}


def order_pdf(snapshot: OrderSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    status = status_label(snapshot.status, locale, to_buyer=snapshot.for_buyer)
    return render(
        "order.html",
        snapshot,
        locale,
        title=TITLES[snapshot.document],
        stamp=_stamp(snapshot, locale, status),
        order=snapshot,
        status=status,
        **money(snapshot.currency, locale),
    )


def _stamp(snapshot: OrderSnapshot, locale: Locale, status: str) -> Stamp | None:
    if snapshot.rejection is None:
        return None
    label, rejection = labels(locale), snapshot.rejection
    details = [format_instant(rejection.at, locale, snapshot.time_zone), label["by"].format(name=rejection.by)]
    if rejection.reason:
        details.append(rejection.reason.in_(locale))
    word = label["declined" if snapshot.for_buyer else "rejected"]
    return Stamp(word=word, status=status, details=tuple(details))
