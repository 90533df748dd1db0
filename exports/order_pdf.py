"""An order as a PDF: the purchase order or the order confirmation; stamped on every page when it is rejected."""

from exports.pdf.labels import labels
from exports.pdf.paper import Stamp, at, drawn, money, on_paper
from exports.pdf.snapshots import OrderSnapshot
from models.words import status_label


def order_pdf(snapshot: OrderSnapshot, locale: str) -> bytes:
    """As `on_paper` draws it, so not on the event loop; `locale` is "en" or "ja"."""
    status = status_label(snapshot.status, locale, to_buyer=snapshot.for_buyer)
    return on_paper(
        "order.html",
        snapshot,
        locale,
        title=snapshot.document,
        stamp=_stamp(snapshot, locale, status),
        order=snapshot,
        status=status,
        **money(snapshot.currency, locale),
    )


async def draw_order_pdf(snapshot: OrderSnapshot, locale: str) -> bytes:
    return await drawn(order_pdf, snapshot, locale)


def _stamp(snapshot: OrderSnapshot, locale: str, status: str) -> Stamp | None:
    if snapshot.rejection is None:
        return None
    label = labels(locale)
    return Stamp(
        word=label["declined" if snapshot.for_buyer else "rejected"],
        status=status,
        details=(
            at(snapshot.rejection.at, locale, snapshot.time_zone),
            label["by"].format(name=snapshot.rejection.by),
        ),
    )
