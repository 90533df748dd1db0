"""A delivery note as a PDF: a packing list with its destination, without prices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from exports.pdf.formats import format_day
from exports.pdf.labels import labels
from exports.pdf.paper import Page, addressee, greeting_of, render
from exports.pdf.priced import has_long_skus
from exports.pdf.tables import widest
from models.locale import Locale, Text
from models.papers.delivery_notes import DeliveryNoteSnapshot
from models.papers.parts import Carton, GoodsLine

TITLE = Text("Delivery note", "納品書")
GREETING = Text("", "下記のとおり納品いたします。ご査収ください。")


def delivery_note_pdf(snapshot: DeliveryNoteSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    label, zone, lines = labels(locale), snapshot.time_zone, (*snapshot.lines, *snapshot.waiting)
    sku_apart = not has_long_skus(line.sku_number for line in lines)
    has_ordered = any(line.ordered is not None for line in lines)
    has_sizes = any(line.color or line.size for line in lines)
    groups = groups_of(snapshot, locale)
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
            (label["cartons"], _cartons(snapshot)),
        ],
        notes=[(label["comment"], snapshot.comment)],
        greeting=greeting_of(snapshot.head, locale, GREETING),
        values={
            "groups": groups,
            "row_count": sum(len(group.rows) for group in groups),
            "subs": lambda line: _subs(line, locale, sku_apart=sku_apart),
            "has_sizes": has_sizes,
            "has_ordered": has_ordered,
            "columns": 3 + sku_apart + 2 * has_sizes + 2 * has_ordered,
            "to_follow": snapshot.to_follow,
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


@dataclass(frozen=True, slots=True)
class PackedLines:
    """The lines of one carton, or all lines, each with a remark. `continued`: the heading on the next page."""

    rows: Sequence[tuple[GoodsLine, str]]
    heading: str = ""
    details: str = ""
    continued: str = ""


def groups_of(note: DeliveryNoteSnapshot, locale: Locale) -> list[PackedLines]:
    """The cartons, if they are known, and what is to follow of which the note has nothing.

    A line that is in several cartons says in the first of them what was ordered, and which others have some.
    """
    label = labels(locale)
    found = [PackedLines([(line, "") for line in note.lines])]
    if note.packing:
        found = _cartons_of(note.lines, note.packing.cartons, label)
    if note.waiting:
        count = sum(line.to_follow or 0 for line in note.waiting)
        heading, units = label["waiting"], label["units_in"].format(count=f"{count:,}")
        rows = [(line, "") for line in note.waiting]
        found.append(PackedLines(rows, heading, units, label["continued"].format(what=heading)))
    return found


def _cartons_of(lines: Sequence[GoodsLine], cartons: Sequence[Carton], label: dict[str, str]) -> list[PackedLines]:
    numbers: dict[UUID, dict[int, None]] = {}
    for number, carton in enumerate(cartons, 1):
        for each in carton.contents:
            numbers.setdefault(each.sku_id, {})[number] = None
    found: list[PackedLines] = []
    for number, carton in enumerate(cartons, 1):
        left = Counter[UUID]()
        for each in carton.contents:
            left[each.sku_id] += each.quantity
        rows: list[tuple[GoodsLine, str]] = []
        for line in lines:
            # No carton says of which of several lines of a SKU its content is.
            if line.sku_id is None or not (quantity := left.pop(line.sku_id, 0)):
                continue
            first, *others = numbers[line.sku_id]
            if number == first:
                more = label["more_in"].format(numbers=", ".join(map(str, others))) if others else ""
                rows.append((replace(line, quantity=quantity), more))
            else:
                rows.append((replace(line, quantity=quantity, ordered=None, to_follow=None), ""))
        heading = label["carton"].format(number=number, count=len(cartons))
        units = label["units_in"].format(count=f"{carton.quantity:,}")
        details = " · ".join(filter(None, (units, _weight(carton.weight_grams))))
        found.append(PackedLines(rows, heading, details, label["continued"].format(what=heading)))
    return found


def _cartons(note: DeliveryNoteSnapshot) -> str:
    """Their number and, if all of them were weighed, their weight."""
    if note.cartons is None:
        return ""
    weights = [each.weight_grams for each in note.packing.cartons] if note.packing else []
    total = None if not weights or None in weights else sum(each or 0 for each in weights)
    return " · ".join(filter(None, (f"{note.cartons:,}", _weight(total))))


def _weight(grams: int | None) -> str:
    return "" if grams is None else f"{(Decimal(grams) / 1000).normalize():,f} kg"


def _subs(line: GoodsLine, locale: Locale, *, sku_apart: bool) -> list[str]:
    subs = [] if sku_apart else [line.sku_number]
    if not line.sku_number.startswith(line.model_number):
        subs.append(line.model_number)
    if line.barcode:
        subs.append(labels(locale)["barcode"].format(code=line.barcode))
    return [" · ".join(subs)] if subs else []
