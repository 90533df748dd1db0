"""A delivery note as a PDF: a packing list with its destination, without prices."""

from exports.delivery_note_snapshot import DeliveryNoteSnapshot
from exports.pdf.labels import labels
from exports.pdf.paper import Page, addressee, format_day, greeting_of, render
from exports.pdf.priced import has_long_skus
from exports.pdf.tables import widest
from models.locale import Locale, Text
from models.papers.parts import GoodsLine

TITLE = Text("Delivery note", "納品書")
GREETING = Text("", "下記のとおり納品いたします。ご査収ください。")


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    label, zone, lines = labels(locale), snapshot.time_zone, snapshot.lines
    sku_apart = not has_long_skus(line.sku_number for line in lines)
    has_sizes = any(line.color or line.size for line in lines)
    cartons = "" if snapshot.cartons is None else f"{snapshot.cartons:,}"
    parties = [addressee(label["deliver_to"], snapshot.buyer, snapshot.delivery_address, snapshot, locale)]
    if snapshot.delivery_address != snapshot.buyer.address and locale is Locale.EN:
        parties.append(addressee(label["ordered_by"], snapshot.buyer, snapshot.buyer.address, snapshot, locale))
    page = Page(
        title=TITLE,
        code=snapshot.code,
        number_label="納品書番号",
        parties=parties,
        facts=[
            (label["dispatched"], format_day(snapshot.created_on or snapshot.created_at, locale, zone)),
            (label["order_number"], snapshot.order_code),
            (label["your_number"], snapshot.buyer_order_number),
            (label["account"], snapshot.buyer.code),
            (label["carrier"], snapshot.carrier.strip()),
            (label["tracking_number"], snapshot.tracking_number.strip()),
            (label["cartons"], cartons),
        ],
        notes=[(label["comment"], snapshot.comment)],
        greeting=greeting_of(snapshot.head, locale, GREETING),
        values={
            "rows": lines,
            "subs": lambda line: _subs(line, sku_apart=sku_apart),
            "has_sizes": has_sizes,
            "has_ordered": any(line.ordered is not None for line in lines),
            "to_follow": sum(line.to_follow or 0 for line in lines),
            "widths": {
                "position": widest((str(line.position) for line in lines), "#"),
                "sku": max(4, widest(line.sku_number for line in lines)) if sku_apart else 0,
                "ordered": widest((f"{line.ordered or 0:,}" for line in lines), label["ordered"]),
                "quantity": widest((f"{line.quantity:,}" for line in lines), label["sent"]),
                "to_follow": widest((f"{line.to_follow or 0:,}" for line in lines), label["to_follow"]),
            },
        },
    )
    return render("delivery_note.html", snapshot, locale, page)


def _subs(line: GoodsLine, *, sku_apart: bool) -> list[str]:
    subs = [] if sku_apart else [line.sku_number]
    if not line.sku_number.startswith(line.model_number):
        subs.append(line.model_number)
    return [" · ".join(subs)] if subs else []
