"""The labels on PDFs, in every language."""

from models.locale import Locale, Text

LABELS: dict[str, Text] = {
    "delivery_note": Text("Delivery note", "納品書"),
    "placed": Text("Order date", "注文日時"),
    "confirmed": Text("Confirmation date", "確認書作成日時"),
    "catalog": Text("Catalog", "カタログ"),
    "currency": Text("Currency", "通貨"),
    "status": Text("Status", "ステータス"),
    "buyer": Text("Buyer", "バイヤー"),
    "buyer_code": Text("Buyer code", "バイヤーコード"),
    "delivery_address": Text("Deliver to", "納品先"),
    "comment": Text("Comment", "コメント"),
    "sku": Text("SKU", "SKU番号"),
    "model": Text("Model", "型番"),
    "product": Text("Product", "商品名"),
    "quantity": Text("Quantity", "数量"),
    "unit_price": Text("Unit price", "単価"),
    "amount": Text("Amount", "金額"),
    "total_quantity": Text("Total quantity", "合計数量"),
    "subtotal": Text("Subtotal", "小計"),
    "tax": Text("Tax", "税"),
    "shipping": Text("Shipping", "送料"),
    "total": Text("Total", "合計"),
    "rejected": Text("Rejected", "却下"),
    "declined": Text("Declined", "お断り"),
    "note": Text("Internal note", "社内メモ"),
    "by": Text("by {name}", "{name}"),
    "DRAFT": Text("Draft", "下書き"),
    "VOID": Text("Void", "無効"),
    "order": Text("Order", "注文"),
    "delivered": Text("Date", "納品日"),
    "tracking_number": Text("Tracking number", "送り状番号"),
    "drafted": Text("Drafted on", "下書き作成日"),
    "issued": Text("Issue date", "発行日"),
}


def labels(locale: Locale) -> dict[str, str]:
    return {key: text.in_(locale) for key, text in LABELS.items()}
