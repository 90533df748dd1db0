"""What the law asks of an invoice of a brand that is registered for tax, and a draft does not say yet.

VAT Regulations 1995 (UK), regulation 14(1): number, time of supply, date, the seller's name, address and registration
number, the buyer's name and address, description, and for each line quantity, price, rate; totals. Japan (国税庁,
No. 6625): the issuer's name and registration number, date, description with a mark at reduced rates, totals and tax
for each rate, the recipient's name. Number and date are given when the invoice is issued; descriptions are never empty.
"""

from enum import StrEnum

from models.locale import Text
from models.papers.invoices import InvoiceSnapshot
from models.registration import RegistrationKind


class MissingField(StrEnum):
    SELLER_ADDRESS = "SELLER_ADDRESS"
    BUYER_NAME = "BUYER_NAME"
    BUYER_ADDRESS = "BUYER_ADDRESS"
    LINE_TAX = "LINE_TAX"
    SHIPPING_TAX = "SHIPPING_TAX"
    STERLING_TAX = "STERLING_TAX"


MISSING = {
    MissingField.SELLER_ADDRESS: Text(
        "The invoice lacks the brand's address: set it in the brand settings.",
        "請求書に自社の住所がありません。ブランド設定で住所を登録してください。",
    ),
    MissingField.BUYER_NAME: Text("The invoice lacks the buyer's name.", "請求書にバイヤーの名称がありません。"),
    MissingField.BUYER_ADDRESS: Text(
        "The invoice lacks the buyer's address: set it with updateBuyer.",
        "請求書にバイヤーの住所がありません。updateBuyerで住所を登録してください。",
    ),
    MissingField.LINE_TAX: Text(
        "Lines of the invoice have no tax: delete the draft, give the tax with updateOrderConfirmation, and draft it "
        "again.",
        "請求書の明細に税率がありません。下書きを削除し、updateOrderConfirmationで税を指定してから作成し直してください。",
    ),
    MissingField.SHIPPING_TAX: Text(
        "The shipping on the invoice has no tax: delete the draft, give it with updateOrderConfirmation, and draft it "
        "again.",
        "請求書の送料に税率がありません。下書きを削除し、updateOrderConfirmationで税を指定してから作成し直してください。",
    ),
    MissingField.STERLING_TAX: Text(
        "A British VAT invoice states its VAT in pounds: an invoice in another currency cannot be issued with a GB_VAT "
        "number if it has VAT.",
        "英国のVAT請求書はVAT額をポンドで記載する必要があるため、他の通貨では発行できません。",
    ),
}


def missing_fields(invoice: InvoiceSnapshot) -> list[MissingField]:
    """Empty for a brand that is not registered for tax."""
    if not invoice.head.is_registered:
        return []
    is_japanese = invoice.head.registration_kind is RegistrationKind.JP_INVOICE
    is_british = invoice.head.registration_kind is RegistrationKind.GB_VAT
    has_vat = any(each.tax for each in invoice.taxes)
    is_missing = {
        MissingField.SELLER_ADDRESS: not is_japanese and not invoice.brand.address.strip(),
        MissingField.BUYER_NAME: not invoice.buyer.name.strip(),
        MissingField.BUYER_ADDRESS: not is_japanese and not invoice.buyer.address.strip(),
        MissingField.LINE_TAX: any(line.tax is None for line in invoice.lines),
        MissingField.SHIPPING_TAX: any(order.shipping and order.shipping_tax is None for order in invoice.orders),
        MissingField.STERLING_TAX: is_british and has_vat and invoice.currency != "GBP",
    }
    return [each for each, missing in is_missing.items() if missing]
