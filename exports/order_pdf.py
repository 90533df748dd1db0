"""An order as a PDF: what the buyer ordered, or the order confirmation. A rejected order is stamped on every page."""

from dataclasses import replace

from exports.pdf import priced
from exports.pdf.formats import Money, format_day, format_instant, format_window
from exports.pdf.labels import labels
from exports.pdf.paper import Addressee, Page, Stamp, addressee, greeting_of, render
from exports.pdf.priced import Group, Row, has_long_skus, row_of
from exports.pdf.tables import styles_of
from models.locale import Locale, Text, text_for
from models.messages.statuses import status_label
from models.papers.comparison import paired
from models.papers.order_snapshot import OrderDocument, OrderSnapshot
from models.papers.parts import LineSnapshot

# A 注文書 is a paper of the buyer's.
ORDER_TITLES = {True: Text("Order", "ご注文内容"), False: Text("Order", "受注明細")}
CONFIRMATION_TITLE = Text("Order confirmation", "注文確認書")
NUMBER_LABELS = {OrderDocument.PURCHASE_ORDER: "注文番号", OrderDocument.ORDER_CONFIRMATION: "注文番号"}
CONFIRMATION_GREETING = Text("", "下記のとおりご注文を確認いたしました。")
ORDER_GREETING = Text("", "")
LEAST_NAME_WIDTH = 23  # millimetres; a grid that leaves less is printed as a list


def order_pdf(snapshot: OrderSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread."""
    label = labels(locale)
    is_confirmation = snapshot.document is OrderDocument.ORDER_CONFIRMATION
    status = status_label(snapshot.status, locale, to_buyer=snapshot.for_buyer)
    standard = CONFIRMATION_GREETING if is_confirmation else ORDER_GREETING
    notes = [(label["comment"], snapshot.comment)]
    if snapshot.rejection:
        notes.append((label["internal_note"], snapshot.rejection.note))
    page = Page(
        title=CONFIRMATION_TITLE if is_confirmation else ORDER_TITLES[snapshot.for_buyer],
        code=snapshot.code,
        number_label=NUMBER_LABELS[snapshot.document],
        subtitle=label["sellers_copy"] if _is_sellers(snapshot) else "",
        parties=_parties(snapshot, locale),
        facts=_facts(snapshot, locale, status),
        band=_band(snapshot, locale),
        notes=notes,
        greeting=greeting_of(snapshot.head, locale, standard) if is_confirmation or snapshot.for_buyer else "",
        stamp=_stamp(snapshot, locale, status),
        values=_values(snapshot, locale),
    )
    return render("priced.html", snapshot, locale, page)


def _is_sellers(snapshot: OrderSnapshot) -> bool:
    return snapshot.document is OrderDocument.PURCHASE_ORDER and not snapshot.for_buyer


def _parties(snapshot: OrderSnapshot, locale: Locale) -> list[Addressee]:
    label, buyer = labels(locale), snapshot.buyer
    billing = snapshot.billing_address if snapshot.billing_address.strip() else buyer.address
    first = addressee(label["invoice_to"], buyer, billing, snapshot, locale)
    if first.honorific and _is_sellers(snapshot):
        first = replace(first, honorific="様")  # the brand's own paper about the buyer
    parties = [first]
    if snapshot.delivery_address.strip() not in ("", billing.strip()):
        parties.append(Addressee(label["deliver_to"], "", snapshot.delivery_address))
    return parties


def _facts(snapshot: OrderSnapshot, locale: Locale, status: str) -> list[tuple[str, str]]:
    label, zone = labels(locale), snapshot.time_zone
    is_sent_back = snapshot.status == "SENT_BACK_TO_CART"
    return [
        (label["status"], status if is_sent_back else ""),
        (label["confirmed"], format_day(snapshot.confirmed_on or snapshot.confirmed_at, locale, zone)),
        (label["placed"], format_day(snapshot.placed_on or snapshot.placed_at, locale, zone)),
        (label["buyers_number" if _is_sellers(snapshot) else "your_number"], snapshot.buyer_order_number),
        (label["account"], snapshot.buyer.code),
        (label["catalog"], snapshot.catalog),
        (label["window"], format_window(snapshot.deliver_from, snapshot.deliver_to, locale)),
        (label["total_quantity"], "" if snapshot.ordered_total is None else f"{snapshot.total_quantity:,}"),
    ]


def _band(snapshot: OrderSnapshot, locale: Locale) -> list[tuple[str, str]]:
    label, money = labels(locale), Money(snapshot.currency, locale)
    total = money.total(snapshot.total)
    units = f"{snapshot.total_quantity:,}"
    if snapshot.ordered_total is None:
        name = label["total_gross" if snapshot.taxes else "total"]
        return [(name, total), (label["total_quantity"], units)]
    change = snapshot.total - snapshot.ordered_total
    ordered = money.total(snapshot.ordered_total)
    if change:
        sign = "+" if change > 0 else ""
        ordered += f" ({sign}{money.total(change)})"
    return [(label["confirmed_total"], total), (label["ordered_total"], ordered)]


def _values(snapshot: OrderSnapshot, locale: Locale) -> dict[str, object]:
    terms = priced.paying(terms=priced.written_terms(snapshot.head, locale))
    if snapshot.ordered_lines and _differ(snapshot):
        return priced.values(snapshot, locale, [Group(_compared(snapshot, locale))], compares=True) | terms
    if styles := styles_of(snapshot.lines):
        grid = priced.values(snapshot, locale, [], styles=styles)
        if grid["name_width"] >= LEAST_NAME_WIDTH:
            return grid | terms
    sku_apart = not has_long_skus(line.sku_number for line in snapshot.lines)
    rows = [row_of(line, locale, sku_apart=sku_apart) for line in snapshot.lines]
    return priced.values(snapshot, locale, [Group(rows)]) | terms


def _said(line: LineSnapshot) -> tuple[object, ...]:
    return (line.sku_number, line.quantity, line.unit_price)


def _differ(snapshot: OrderSnapshot) -> bool:
    return [*map(_said, snapshot.lines)] != [*map(_said, snapshot.ordered_lines)]


def _compared(snapshot: OrderSnapshot, locale: Locale) -> list[Row]:
    """The ordered lines with what is confirmed of them, then lines that were added."""
    everything = (*snapshot.lines, *snapshot.ordered_lines)
    sku_apart = not has_long_skus(line.sku_number for line in everything)
    pairs = paired(snapshot.ordered_lines, snapshot.lines, sku=lambda line: line.sku_number, said=_said)
    return [_change(*pair, position, locale, sku_apart=sku_apart) for position, pair in enumerate(pairs, 1)]


def _change(
    old: LineSnapshot | None, new: LineSnapshot | None, position: int, locale: Locale, *, sku_apart: bool
) -> Row:
    line = new or old
    if line is None:
        raise ValueError("a row needs a line")
    row = row_of(line, locale, sku_apart=sku_apart)
    is_changed = old is None or new is None or _said(old) != _said(new)
    return Row(
        position=position,
        sku=row.sku,
        name=row.name,
        subs=row.subs,
        quantity=new.quantity if new else 0,
        unit_price=line.unit_price,
        amount=new.amount if new else line.amount * 0,
        rate=row.rate,
        ordered=old.quantity if old else None,
        old_price=old.unit_price if old and new and old.unit_price != new.unit_price else None,
        old_amount=old.amount if old and (new is None or old.amount != new.amount) else None,
        mark="dropped" if new is None else "changed" if is_changed else "",
    )


def _stamp(snapshot: OrderSnapshot, locale: Locale, status: str) -> Stamp | None:
    if snapshot.rejection is None:
        return None
    label, rejection = labels(locale), snapshot.rejection
    at = format_instant(rejection.at, locale, snapshot.time_zone)
    details = [at, text_for(Text("by {name}", "{name}"), locale, name=rejection.by)]
    if rejection.reason:
        details.append(rejection.reason.in_(locale))
    word = label["declined" if snapshot.for_buyer else "rejected"]
    return Stamp(word=word, status=status, details=tuple(details))
