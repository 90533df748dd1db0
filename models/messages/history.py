"""The history in English and Japanese: each kind of audit entry as one sentence."""

from typing import Any

from models.policy import OrderStatus
from models.words import status_label

# what was done → (en, ja)
HISTORY: dict[str, tuple[str, str]] = {
    "ORDER_ARCHIVED": ("Order archived", "注文をアーカイブしました"),
    "OC_CREATED": ("Order confirmation created", "OCを作成しました"),
    "OC_UPDATED": ("Order confirmation updated", "OCを更新しました"),
    "OC_APPROVED": ("The buyer approved the order confirmation", "バイヤーがOCを承認しました"),
    "OC_REFUSED": ("The buyer refused the order confirmation", "バイヤーがOCを否認しました"),
    "OC_CONFIRMED": ("Order confirmation confirmed", "OCを確定しました"),
    "OC_MADE_EDITABLE": ("Order confirmation made editable again", "OCを編集可能に戻しました"),
    "SENT_BACK_TO_CART": ("Order sent back to the buyer's cart", "注文をバイヤーのカートに差し戻しました"),
    "BACKLOG_SKUS_CREATED": ("Backlog SKUs created", "バックログSKUを作成しました"),
    "DELIVERY_NOTE_CREATED": ("Delivery note {code} created", "納品書 {code} を作成しました"),
    "DELIVERY_NOTE_UPDATED": ("Delivery note {code} changed", "納品書 {code} を変更しました"),
    "DELIVERY_NOTE_DELETED": ("Delivery note {code} deleted", "納品書 {code} を削除しました"),
    "INVOICE_CREATED": ("Invoice {code} drafted", "請求書 {code} の下書きを作成しました"),
    "INVOICE_ISSUED": ("Invoice {code} issued", "請求書 {code} を発行しました"),
    "INVOICE_VOIDED": ("Invoice {code} voided", "請求書 {code} を無効にしました"),
    "INVOICE_DELETED": ("Invoice {code} deleted", "請求書 {code} を削除しました"),
    "NOTIFICATION_RESENT": ("Failed mail sent again", "送信に失敗したメールを再送しました"),
    "TAG_UPDATED": ("Tag {code} changed, now called {name}", "タグ {code} を変更しました（名前：{name}）"),
    "TAG_DELETED": (
        "Tag {code} deleted (orders that it was taken off: {orders:,})",
        "タグ {code} を削除しました（外した注文：{orders:,}件）",
    ),
    "BRAND_SETTINGS_UPDATED": ("Settings changed: {names}", "設定を変更しました：{names}"),
    "API_KEY_CREATED": ("API key {name} created ({scopes})", "APIキー {name} を作成しました（{scopes}）"),
    "API_KEY_ROTATED": (
        "API key {name} rotated; the old one is good until {until}",
        "APIキー {name} を更新しました（旧キーの有効期限：{until}）",
    ),
    "API_KEY_REVOKED": ("API key {name} revoked", "APIキー {name} を無効にしました"),
}

# where an order came from, as the audit has it → ja; anything else is an import file's name
SOURCES_JA = {"proxy order": "代理注文", "cart": "カート"}

# Every kind of entry that there is.
HISTORY_KINDS = frozenset(HISTORY) | {"ORDER_PLACED", "ORDER_REJECTED", "TAGS_APPLIED", "TAG_CREATED"}


def _told(notify: bool, notified: bool | None) -> tuple[str, str]:
    """What a rejection did about the buyer. `notified` None: an old entry, which says only what was wanted."""
    match notify, notified:
        case False, _:
            return "without notifying the buyer", "なし"
        case _, None:
            return "with the notification on", "オン"
        case _, False:
            return "with nobody to notify", "送信先なし"
        case _:
            return "the buyer is notified", "あり"


def sentence(kind: str, details: dict[str, Any], locale: str) -> str:
    """An audit entry as one sentence, without its actor and date."""
    ja = locale == "ja"
    match kind:
        case "ORDER_PLACED":
            source = details["source"]
            if ja:
                return f"注文を登録しました（{SOURCES_JA.get(source, source)}）"
            return f"Order placed ({source})"
        case "ORDER_REJECTED":
            before = status_label(OrderStatus(details["status_before"]), locale)
            told = _told(details["notify"], details.get("notified"))[ja]
            if ja:
                return f"注文を却下しました（却下前：{before}、バイヤーへの通知：{told}）"
            return f"Order rejected, {told} (was: {before})"
        case _ if kind in HISTORY:
            said = HISTORY[kind][ja].format(**details)
            return f"{said}: {details['comment']}" if details.get("comment") else said
        case "TAGS_APPLIED":
            tags = ", ".join(details["after"])
            if ja:
                return f"タグを設定しました：{tags}" if tags else "タグをすべて外しました"
            return f"Tags set to {tags}" if tags else "All tags removed"
        case "TAG_CREATED":
            return f"タグ {details['code']} を作成しました" if ja else f"Tag {details['code']} created"
        case _:
            return kind
