"""The words printed on an order's PDF: key → (English, Japanese)."""

LABELS: dict[str, tuple[str, str]] = {
    "PURCHASE_ORDER": ("Purchase order", "注文書"),
    "ORDER_CONFIRMATION": ("Order confirmation", "注文確認書"),
    "placed": ("Order date", "注文日時"),
    "confirmed": ("Confirmation date", "確認書作成日時"),
    "catalog": ("Catalog", "カタログ"),
    "currency": ("Currency", "通貨"),
    "status": ("Status", "ステータス"),
    "buyer": ("Buyer", "バイヤー"),
    "buyer_code": ("Buyer code", "バイヤーコード"),
    "delivery_address": ("Deliver to", "納品先"),
    "comment": ("Comment", "コメント"),
    "sku": ("SKU", "SKU番号"),
    "model": ("Model", "型番"),
    "product": ("Product", "商品名"),
    "quantity": ("Quantity", "数量"),
    "unit_price": ("Unit price", "単価"),
    "amount": ("Amount", "金額"),
    "total_quantity": ("Total quantity", "合計数量"),
    "subtotal": ("Subtotal", "小計"),
    "tax": ("Tax", "税"),
    "shipping": ("Shipping", "送料"),
    "total": ("Total", "合計"),
    "rejected": ("Rejected", "却下"),
    "declined": ("Declined", "お断り"),
    "by": ("by {name}", "{name}"),
}


def labels(locale: str) -> dict[str, str]:
    return {key: texts[locale == "ja"] for key, texts in LABELS.items()}
