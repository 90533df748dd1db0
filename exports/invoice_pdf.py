"""An invoice or a credit note as a PDF. A draft and a void invoice are stamped on every page."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from exports.pdf import priced
from exports.pdf.formats import Money, format_day, format_days, format_instant
from exports.pdf.labels import labels
from exports.pdf.paper import Page, Stamp, addressee, greeting_of, render
from exports.pdf.priced import Group, Row, has_long_skus, row_of
from models.invoice import InvoiceStatus
from models.locale import Locale, Text, text_for
from models.money import precision
from models.papers.invoices import BilledOrder, BilledPart, InvoiceSnapshot
from models.papers.parts import LineSnapshot
from models.registration import RegistrationKind
from models.tax import MAX_RATE

TITLE = Text("Invoice", "請求書")
CREDIT_TITLE = Text("Credit note", "適格返還請求書")
PLAIN_CREDIT_TITLE = Text("Credit note", "返還請求書")
GREETING = Text("", "下記のとおりご請求申し上げます。")
CREDIT_GREETING = Text("", "下記のとおりご返還いたします。")
SUBJECT = Text("", "件名：{month}分 商品代金")
# By whether the brand's invoices are 適格請求書.
NO_TAX_INVOICE = {
    True: Text("Not a {tax} invoice", "適格請求書ではありません"),
    False: Text("Not a {tax} invoice", "正式な請求書ではありません"),
}


def invoice_pdf(snapshot: InvoiceSnapshot, locale: Locale) -> bytes:
    """CPU-bound: call it through render_in_thread. A draft has no number: the word for it stands in its place."""
    label = labels(locale)
    is_draft = snapshot.status is InvoiceStatus.DRAFT
    page = Page(
        title=_title(snapshot),
        code=label["DRAFT"].upper() if is_draft else snapshot.code,
        number_label="番号" if snapshot.is_credit_note else "請求書番号",
        parties=[
            addressee(
                label["credit_to" if snapshot.is_credit_note else "invoice_to"],
                snapshot.buyer,
                snapshot.buyer.address,
                snapshot,
                locale,
            )
        ],
        facts=_facts(snapshot, locale),
        band=_band(snapshot, locale),
        greeting=_greeting(snapshot, locale),
        stamp=_stamp(snapshot, locale),
        values=_values(snapshot, locale),
    )
    return render("priced.html", snapshot, locale, page)


def _title(snapshot: InvoiceSnapshot) -> Text:
    if not snapshot.is_credit_note:
        return TITLE
    return CREDIT_TITLE if _is_qualified(snapshot) else PLAIN_CREDIT_TITLE


def _is_qualified(snapshot: InvoiceSnapshot) -> bool:
    """Whether the invoices of the brand are 適格請求書."""
    return snapshot.head.registration_kind is RegistrationKind.JP_INVOICE


def _day(snapshot: InvoiceSnapshot, locale: Locale) -> str:
    return format_day(snapshot.issued_on or snapshot.issued_at, locale, snapshot.time_zone)


def _facts(snapshot: InvoiceSnapshot, locale: Locale) -> list[tuple[str, str]]:
    label, zone = labels(locale), snapshot.time_zone
    days = {part.delivered_on for order in snapshot.orders for part in order.parts if part.delivered_on}
    supplied = format_days(sorted(days), locale)
    # Those of several orders stand above the lines of each: a hundred of them would fill the first page.
    numbers = {order.buyer_order_number for order in snapshot.orders}
    facts = []
    if snapshot.status is InvoiceStatus.DRAFT:
        facts.append((label["drafted"], format_day(snapshot.created_at, locale, zone)))
    else:
        facts.append((label["credited" if snapshot.is_credit_note else "issued"], _day(snapshot, locale)))
    if snapshot.is_credit_note:
        day = format_day(snapshot.credited_on, locale, zone)
        facts.append((label["credits"], f"{snapshot.credits} ({day})"))
    if snapshot.credited_by:
        by = label["credited_by_JP_INVOICE" if _is_qualified(snapshot) else "credited_by"]
        facts.append((by, snapshot.credited_by))
    if supplied:
        facts.append((label["supplied"], supplied))
    elif snapshot.head.is_registered and snapshot.status is not InvoiceStatus.DRAFT and not snapshot.is_credit_note:
        facts.append((label["tax_point"], _day(snapshot, locale)))
    facts += [
        (label["your_number"], numbers.pop() if len(numbers) == 1 else ""),
        (label["account"], snapshot.buyer.code),
        (label["terms"], _terms(snapshot, locale)),
    ]
    return facts


def _terms(snapshot: InvoiceSnapshot, locale: Locale) -> str:
    """In days; the written terms stand below the table."""
    days = snapshot.head.payment_days
    if snapshot.is_credit_note or days is None or locale is Locale.JA:
        return ""
    return labels(locale)["net_30"].format(days=days)


def _band(snapshot: InvoiceSnapshot, locale: Locale) -> list[tuple[str, str]]:
    label, money = labels(locale), Money(snapshot.currency, locale)
    total = money.total(snapshot.total)
    if snapshot.is_credit_note:
        return [(label["amount_credited"], total), (label["credits"], snapshot.credits)]
    if snapshot.status is InvoiceStatus.VOID:
        return [(label["total_gross" if snapshot.taxes else "total"], total)]
    band = [(label["amount_due_gross" if snapshot.taxes else "amount_due"], total)]
    if snapshot.due_on:
        band.append((label["due_by"], format_day(snapshot.due_on, locale, snapshot.time_zone)))
    if locale is Locale.EN and snapshot.status is InvoiceStatus.ISSUED:
        band.append((label["quote"], snapshot.code))
    return band


def _greeting(snapshot: InvoiceSnapshot, locale: Locale) -> str:
    standard = CREDIT_GREETING if snapshot.is_credit_note else GREETING
    if locale is Locale.EN:
        return "" if snapshot.is_credit_note else greeting_of(snapshot.head, locale, standard)
    text = standard.ja if snapshot.is_credit_note else greeting_of(snapshot.head, locale, standard)
    month = (format_day(snapshot.issued_on or snapshot.created_at, locale, snapshot.time_zone)).partition("月")[0]
    return f"{text_for(SUBJECT, locale, month=f'{month}月')}\n{text}"


def _values(snapshot: InvoiceSnapshot, locale: Locale) -> dict[str, object]:
    label = labels(locale)
    sku_apart = not has_long_skus(line.sku_number for line in snapshot.lines)
    groups = [group for order in snapshot.orders for group in _groups(order, snapshot, locale, sku_apart=sku_apart)]
    is_due = not snapshot.is_credit_note and snapshot.status is not InvoiceStatus.VOID
    total = "amount_credited" if snapshot.is_credit_note else "amount_due" if is_due and locale is Locale.EN else ""
    shown = priced.values(snapshot, locale, groups, total_label=label[total] if total else "")
    if is_due:
        shown |= priced.paying(snapshot.head.bank_details, priced.written_terms(snapshot.head, locale))
    return shown


def _groups(order: BilledOrder, snapshot: InvoiceSnapshot, locale: Locale, *, sku_apart: bool) -> list[Group]:
    label = labels(locale)
    heading = f"{label['order']} {order.code}"
    groups = []
    for part in order.parts:
        is_last = part is order.parts[-1]
        groups.append(
            Group(
                rows=[_row(line, snapshot, locale, sku_apart=sku_apart) for line in part.lines],
                heading=heading,
                details=_details(order, part, snapshot, locale),
                continued=label["continued"].format(what=heading),
                extras=_extras(order, snapshot, locale) if is_last and len(snapshot.orders) > 1 else [],
            )
        )
    return groups


def _row(line: LineSnapshot, snapshot: InvoiceSnapshot, locale: Locale, *, sku_apart: bool) -> Row:
    """A British VAT invoice says each line's price and amount without VAT (VAT Regulations 1995, 14(1))."""
    row = row_of(line, locale, sku_apart=sku_apart)
    is_british = snapshot.head.registration_kind is RegistrationKind.GB_VAT
    if not (is_british and snapshot.prices_include_tax and line.tax and line.tax.rate):
        return row
    money = Money(snapshot.currency, locale)
    gross, smallest = MAX_RATE + line.tax.rate, Decimal(1).scaleb(-precision(snapshot.currency))
    nets = ((each * MAX_RATE / gross).quantize(smallest, ROUND_HALF_UP) for each in (line.unit_price, line.amount))
    price, amount = map(money.amount, nets)
    name = priced.tax_name(snapshot.head, locale)
    text = labels(locale)["net_of_line"].format(tax=name, price=price, amount=amount)
    return replace(row, subs=(*row.subs, text))


def _details(order: BilledOrder, part: BilledPart, snapshot: InvoiceSnapshot, locale: Locale) -> str:
    label, zone = labels(locale), snapshot.time_zone
    found = [
        label["of_day"].format(day=format_day(order.placed_on, locale, zone)) if order.placed_on else "",
        label["your_order"].format(code=order.buyer_order_number) if order.buyer_order_number else "",
        label["delivered_on"].format(day=format_day(part.delivered_on, locale, zone)) if part.delivered_on else "",
        label["note"].format(code=part.delivery_note_code) if part.delivery_note_code else "",
    ]
    return " · ".join(each for each in found if each)


def _extras(order: BilledOrder, snapshot: InvoiceSnapshot, locale: Locale) -> Sequence[tuple[str, Decimal]]:
    """Shipping of each of several orders; the tax only where it is an amount without rates."""
    label = labels(locale)
    found: list[tuple[str, Decimal]] = []
    if order.tax and not snapshot.taxes:
        found.append((priced.tax_name(snapshot.head, locale), order.tax))
    if order.shipping:
        found.append((label["carriage"], order.shipping))
    return found


def _stamp(snapshot: InvoiceSnapshot, locale: Locale) -> Stamp | None:
    if snapshot.status is InvoiceStatus.ISSUED:
        return None
    word = labels(locale)[snapshot.status]
    if snapshot.status is InvoiceStatus.DRAFT:
        text, name = NO_TAX_INVOICE[_is_qualified(snapshot)], priced.tax_name(snapshot.head, locale)
        warning = text_for(text, locale, tax=name) if snapshot.head.is_registered else ""
        return Stamp(word, word, (warning,) if warning else ())
    voided = snapshot.voided_at
    return Stamp(word, word, (format_instant(voided, locale, snapshot.time_zone),) if voided else ())
