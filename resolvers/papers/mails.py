"""What mails about a delivery note or an invoice say besides: the document's own lines, sums and numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from babel.dates import format_date
from babel.numbers import format_decimal

from models.delivery_note import DeliveryNote
from models.locale import Locale, Text
from models.messages.history import EventKind
from models.messages.mail import MailKind, mail_texts
from models.order import Order
from models.outbox import (
    DOCUMENT_ID,
    MAX_LINES_SHOWN,
    Attached,
    ContentLine,
    OrderContents,
    OrderNotice,
)
from models.papers.delivery_notes import DeliveryNoteSnapshot
from models.papers.invoices import InvoiceSnapshot
from resolvers.core.corrected_mails import correct_mails_of_document
from resolvers.core.mail_contents import TOTAL_LATER, shown_total
from resolvers.core.work import Work

DAY = Text("d MMM y", "y年M月d日")
NOTE = Text("Delivery note", "納品書番号")
CARRIER = Text("Carrier", "運送会社")
CARTONS = Text("Cartons", "個数")
TRACKING = Text("Tracking no.", "送り状番号")
UNITS = Text("Units sent", "今回納品")
TO_FOLLOW = Text("To follow", "後日納品")
ADDRESS = Text("Deliver to", "納品先")
INVOICE = Text("Invoice no.", "請求書番号")
ORDERS = Text("Orders", "ご注文")
NOT_YET = Text("(follows)", "（採番前）")
DUE = Text("Due by", "お支払期限")


def sent(notice: OrderNotice, note: DeliveryNoteSnapshot, id: UUID) -> OrderNotice:
    """About the goods of a delivery note: its lines without prices, and how they travel."""
    locale = notice.locale
    facts = [
        (NOTE, note.code),
        (CARRIER, note.carrier),
        (CARTONS, _number(note.cartons, locale)),
        (TRACKING, note.tracking_number),
        (UNITS, _number(note.total_quantity, locale)),
        (TO_FOLLOW, _number(note.to_follow, locale)),
        (ADDRESS, note.delivery_address),
    ]
    lines = [
        ContentLine(name=line.product_name, number=line.sku_number, quantity=line.quantity, amount="")
        for line in note.lines[:MAX_LINES_SHOWN]
    ]
    more = max(len(note.lines) - MAX_LINES_SHOWN, 0)
    currency = notice.contents["currency"] if notice.contents else ""
    contents = OrderContents(lines=lines, more=more, total="", currency=currency, document_id=id.hex)
    attached = _attached(notice, id, note.code)
    return replace(notice, contents=contents, facts=_in_words(facts, locale), attached=attached)


async def correct_unsent(work: Work, order: Order, note: DeliveryNote, snapshot: DeliveryNoteSnapshot) -> None:
    """Mails about the note that have not left say what it says now."""
    await correct_mails_of_document(
        work,
        order,
        note.id.hex == DOCUMENT_ID,
        lambda notice: sent(notice, snapshot, note.id),
        EventKind.DELIVERY_NOTE_UPDATED,
        note.code,
    )


def billed(notice: OrderNotice, invoice: InvoiceSnapshot, id: UUID) -> OrderNotice:
    """About an invoice: its first lines, the amount due, by when, and what to quote."""
    locale = notice.locale
    codes = [order.code for order in invoice.orders]
    contents = OrderContents(lines=[], more=0, total=str(invoice.total), currency=invoice.currency, document_id=id.hex)
    facts = [
        (mail_texts(notice.kind).total, shown_total(contents, locale)),
        (DUE, _day(invoice.due_on, locale)),
        (INVOICE, invoice.code),
        (ORDERS, ", ".join(codes) if len(codes) > 1 else ""),
    ]
    contents["lines"] = [
        ContentLine(
            name=line.product_name,
            number=line.sku_number,
            quantity=line.quantity,
            amount=str(line.amount),
            price=str(line.unit_price),
        )
        for line in invoice.lines[:MAX_LINES_SHOWN]
    ]
    contents["more"] = max(len(invoice.lines) - MAX_LINES_SHOWN, 0)
    if invoice.shipping:
        contents["shipping"] = str(invoice.shipping)
    if invoice.tax > Decimal(0):
        contents["tax"] = str(invoice.tax)
    attached = _attached(notice, id, invoice.code)
    return replace(_with_total(notice, contents), contents=contents, facts=_in_words(facts, locale), attached=attached)


def sample_of(notice: OrderNotice) -> OrderNotice:
    """As the mail about the whole order would be: its document, which is not there yet, has no number."""
    locale, contents = notice.locale, notice.contents
    if contents is None:
        return notice
    if notice.kind is MailKind.INVOICE_ISSUED:
        facts = [(mail_texts(notice.kind).total, shown_total(contents, locale)), (INVOICE, NOT_YET.in_(locale))]
        return replace(_with_total(notice, contents), facts=_in_words(facts, locale), attached=None)
    lines = [
        ContentLine(name=line["name"], number=line["number"], quantity=line["quantity"], amount="")
        for line in contents["lines"]
    ]
    goods = OrderContents(lines=lines, more=contents["more"], total="", currency=contents["currency"])
    return replace(notice, contents=goods, facts=_in_words([(NOTE, NOT_YET.in_(locale))], locale), attached=None)


def _with_total(notice: OrderNotice, contents: OrderContents) -> OrderNotice:
    """The brand's texts with the total of the invoice."""
    total = shown_total(contents, notice.locale)
    texts = {name: getattr(notice, name) for name in ("subject", "heading", "body")}
    return replace(notice, **{name: text and text.replace(TOTAL_LATER, total) for name, text in texts.items()})


def _attached(notice: OrderNotice, id: UUID, code: str) -> Attached | None:
    """The document itself, if mails of the brand have an attachment."""
    return Attached(**notice.attached | {"id": id.hex, "code": code}) if notice.attached else None


def _in_words(facts: list[tuple[Text, str]], locale: Locale) -> list[list[str]]:
    return [[label.in_(locale), value] for label, value in facts if value.strip()]


def _number(number: int | None, locale: Locale) -> str:
    return format_decimal(number, locale=locale) if number else ""


def _day(day: date | None, locale: Locale) -> str:
    return format_date(day, DAY.in_(locale), locale) if day else ""
