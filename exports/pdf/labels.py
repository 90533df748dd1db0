"""The words printed on PDFs: key → (English, Japanese)."""

LABELS: dict[str, tuple[str, str]] = {
    "PURCHASE_ORDER": ("Purchase order", "注文書"),
    "ORDER_CONFIRMATION": ("Order confirmation", "注文確認書"),
    "DELIVERY_NOTE": ("Delivery note", "納品書"),
    "INVOICE": ("Invoice", "請求書"),
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
    "DRAFT": ("Draft", "下書き"),
    "VOID": ("Void", "無効"),
    "order": ("Order", "注文"),
    "delivered": ("Date", "納品日"),
    "tracking_number": ("Tracking number", "送り状番号"),
    "drafted": ("Drafted on", "下書き作成日"),
    "issued": ("Issue date", "発行日"),
}


def labels(locale: str) -> dict[str, str]:
    return {key: texts[locale == "ja"] for key, texts in LABELS.items()}
