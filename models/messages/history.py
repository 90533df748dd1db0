"""The sentences of the history: one for each kind of audit entry, in every language."""

from collections import defaultdict
from enum import StrEnum
from typing import Any, assert_never

from models.locale import Locale, Text, text_for
from models.messages.statuses import status_label
from models.policy import OrderStatus


class EventKind(StrEnum):
    """The kind of an audit entry."""

    ORDER_PLACED = "ORDER_PLACED"
    ORDER_REJECTED = "ORDER_REJECTED"
    ORDER_ARCHIVED = "ORDER_ARCHIVED"
    OC_CREATED = "OC_CREATED"
    OC_UPDATED = "OC_UPDATED"
    OC_APPROVED = "OC_APPROVED"
    OC_REFUSED = "OC_REFUSED"
    OC_CONFIRMED = "OC_CONFIRMED"
    OC_MADE_EDITABLE = "OC_MADE_EDITABLE"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"
    BACKLOG_SKUS_CREATED = "BACKLOG_SKUS_CREATED"
    DELIVERY_NOTE_CREATED = "DELIVERY_NOTE_CREATED"
    DELIVERY_NOTE_UPDATED = "DELIVERY_NOTE_UPDATED"
    DELIVERY_NOTE_DELETED = "DELIVERY_NOTE_DELETED"
    INVOICE_CREATED = "INVOICE_CREATED"
    INVOICE_ISSUED = "INVOICE_ISSUED"
    INVOICE_VOIDED = "INVOICE_VOIDED"
    INVOICE_DELETED = "INVOICE_DELETED"
    NOTIFICATION_RESENT = "NOTIFICATION_RESENT"
    NOTIFICATION_CANCELLED = "NOTIFICATION_CANCELLED"
    ORDER_ASSIGNED = "ORDER_ASSIGNED"
    ORDER_UNASSIGNED = "ORDER_UNASSIGNED"
    EXTERNAL_REFERENCE_SET = "EXTERNAL_REFERENCE_SET"
    EXTERNAL_REFERENCE_REMOVED = "EXTERNAL_REFERENCE_REMOVED"
    TAGS_APPLIED = "TAGS_APPLIED"
    TAG_CREATED = "TAG_CREATED"
    TAG_UPDATED = "TAG_UPDATED"
    TAG_DELETED = "TAG_DELETED"
    REJECTION_REASON_CREATED = "REJECTION_REASON_CREATED"
    REJECTION_REASON_UPDATED = "REJECTION_REASON_UPDATED"
    BRAND_SETTINGS_UPDATED = "BRAND_SETTINGS_UPDATED"
    BUYER_CREATED = "BUYER_CREATED"
    BUYER_UPDATED = "BUYER_UPDATED"
    BUYER_ERASED = "BUYER_ERASED"
    SKU_UPDATED = "SKU_UPDATED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_ROTATED = "API_KEY_ROTATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    USER_SIGNED_OUT = "USER_SIGNED_OUT"
    WEBHOOK_CREATED = "WEBHOOK_CREATED"
    WEBHOOK_UPDATED = "WEBHOOK_UPDATED"
    WEBHOOK_SECRET_ROTATED = "WEBHOOK_SECRET_ROTATED"  # noqa: S105 - a kind of event
    WEBHOOK_PAUSED = "WEBHOOK_PAUSED"
    WEBHOOK_RESUMED = "WEBHOOK_RESUMED"
    WEBHOOK_DELETED = "WEBHOOK_DELETED"
    WEBHOOK_TESTED = "WEBHOOK_TESTED"
    WEBHOOK_REPLAYED = "WEBHOOK_REPLAYED"


# Changes of an order that its buyer does not see. All others raise the version that a buyer sees.
INTERNAL = frozenset(
    {
        EventKind.ORDER_ARCHIVED,
        EventKind.BACKLOG_SKUS_CREATED,
        EventKind.INVOICE_CREATED,
        EventKind.INVOICE_DELETED,
    }
)

# What the buyer of an order sees of its history; models/migrations/versions/0024_events.py has the same list.
SHOWN_TO_BUYERS = frozenset(
    {
        EventKind.ORDER_PLACED,
        EventKind.ORDER_REJECTED,
        EventKind.OC_CREATED,
        EventKind.OC_UPDATED,
        EventKind.OC_APPROVED,
        EventKind.OC_REFUSED,
        EventKind.OC_CONFIRMED,
        EventKind.OC_MADE_EDITABLE,
        EventKind.SENT_BACK_TO_CART,
        EventKind.DELIVERY_NOTE_CREATED,
        EventKind.DELIVERY_NOTE_UPDATED,
        EventKind.DELIVERY_NOTE_DELETED,
        EventKind.INVOICE_ISSUED,
        EventKind.INVOICE_VOIDED,
    }
)

# The sources of an order in audit entries. Any other source is the name of an import file.
SOURCES = {"proxy order": Text("proxy order", "代理注文"), "cart": Text("cart", "カート")}

# Of a SKU, as an import changes it.
SKU_COLUMNS = {
    "style": Text("style", "スタイル"),
    "color": Text("color", "カラー"),
    "size": Text("size", "サイズ"),
    "barcode": Text("barcode", "JANコード"),
    "position": Text("position", "並び順"),
    "picture_digest": Text("picture", "画像"),
}
CHANGE = Text("{name} {before} → {after}", "{name}：{before} → {after}")
CHANGES = Text(", ", "、")

DECISIONS = {
    "ORDER_REJECTED": Text("the order was rejected", "注文の却下"),
    "SENT_BACK_TO_CART": Text("the order was sent back", "注文の差し戻し"),
    "DELIVERY_NOTE_CREATED": Text("Goods sent", "出荷のお知らせ"),
    "INVOICE_ISSUED": Text("Invoice issued", "請求書発行のお知らせ"),
    "OC_REFUSED": Text("Order confirmation refused", "OCの否認"),
}


def pattern(kind: EventKind) -> str:
    """The English sentence with its {names}, for a description of the kind."""
    return _text(kind, defaultdict(str, after=("…",))).en


def sentence(kind: str, details: dict[str, Any], locale: Locale) -> str:
    """An audit entry as one sentence, without its actor and date. An unknown kind is returned as it is."""
    if kind not in EventKind.__members__:
        return kind
    text = text_for(_text(EventKind(kind), details), locale, **details | _values(EventKind(kind), details, locale))
    return f"{text}: {details['comment']}" if details.get("comment") else text


def sentence_for_buyer(kind: str, code: str | None, comment: str | None, locale: Locale) -> str:
    """A buyer's event as one sentence, without its actor and date. An unknown kind is returned as it is.

    `code`: of the delivery note or invoice. `comment`: of the buyer, who refused an OC.
    """
    if kind not in SHOWN_TO_BUYERS:
        return kind
    text = _FOR_BUYERS.get(kind) or _text(EventKind(kind), {})
    found = text_for(text, locale, code=code)
    return f"{found}: {comment}" if comment else found


# Where the brand's sentence says what is internal, or calls it by another name than a buyer's status label does.
_FOR_BUYERS: dict[str, Text] = {
    EventKind.ORDER_PLACED: Text("Order placed", "注文を登録しました"),
    EventKind.ORDER_REJECTED: Text("Order declined", "注文はお受けできませんでした"),
    EventKind.OC_APPROVED: Text("Order confirmation approved", "OCを承認しました"),
    EventKind.OC_REFUSED: Text("Order confirmation rejected", "OCを否認しました"),
    EventKind.SENT_BACK_TO_CART: Text("Order returned to your cart", "注文がカートに差し戻されました"),
}


def _values(kind: EventKind, details: dict[str, Any], locale: Locale) -> dict[str, str]:
    """The values of a sentence that are not in the entry's details."""
    match kind:
        case EventKind.ORDER_PLACED:
            source = details["source"]
            return {"source": SOURCES[source].in_(locale) if source in SOURCES else source}
        case EventKind.ORDER_REJECTED:
            before = status_label(OrderStatus(details["status_before"]), locale)
            notified = _notified(details["notify"], details.get("notified")).in_(locale)
            reason = reason_label(details, locale)
            taken_over = str(details.get("rejected_at"))[:10]
            return {"before": before, "notified": notified, "reason": reason or "–", "date": taken_over}
        case EventKind.TAGS_APPLIED:
            return {"tags": ", ".join(details["after"])}
        case EventKind.SKU_UPDATED:
            changes = details["changes"]
            columns = [*(each for each in SKU_COLUMNS if each in changes), *sorted(changes.keys() - SKU_COLUMNS.keys())]
            return {"changes": CHANGES.in_(locale).join(_change(each, changes[each], locale) for each in columns)}
        case EventKind.NOTIFICATION_CANCELLED:
            return {name: text_for(_decision(details[name]), locale, **details) for name in ("mail", "decision")}
        case _:
            return {}


def reason_label(details: dict[str, Any], locale: Locale) -> str | None:
    """The reason of a rejection, as its entry says it; None without one."""
    return Text(details["reason_en"], details["reason_ja"]).in_(locale) if details.get("reason") else None


def _change(column: str, values: list[str | int | None], locale: Locale) -> str:
    """What of a SKU changed, from → to. A picture has no name."""
    name = SKU_COLUMNS[column].in_(locale) if column in SKU_COLUMNS else column
    if column == "picture_digest":
        return name
    before, after = ("–" if value is None else value for value in values)
    return text_for(CHANGE, locale, name=name, before=before, after=after)


def _decision(kind: str) -> Text:
    """What a mail said, or why it was cancelled."""
    return _text(EventKind(kind), {}) if kind not in DECISIONS else DECISIONS[kind]


def _notified(notify: bool, notified: bool | None) -> Text:
    """Whether the buyer was mailed. `notified` is None in old entries, which have only `notify`."""
    match notify, notified:
        case False, _:
            return Text("without notifying the buyer", "なし")
        case _, None:
            return Text("with the notification on", "オン")
        case _, False:
            return Text("with nobody to notify", "送信先なし")
        case _:
            return Text("the buyer is notified", "あり")


def _text(kind: EventKind, details: dict[str, Any]) -> Text:
    match kind:
        case EventKind.ORDER_PLACED:
            return Text("Order placed ({source})", "注文を登録しました（{source}）")
        case EventKind.ORDER_REJECTED if details.get("source"):
            return Text(
                "Rejection of {date} by {rejected_by} taken over from {source} (reason: {reason})",
                "過去の却下（{date}、却下者：{rejected_by}、理由：{reason}）を {source} から取り込みました",
            )
        case EventKind.ORDER_REJECTED if details.get("reason"):
            return Text(
                "Order rejected, {notified} (was: {before}; reason: {reason})",
                "注文を却下しました（却下前：{before}、バイヤーへの通知：{notified}、理由：{reason}）",
            )
        case EventKind.ORDER_REJECTED:
            return Text(
                "Order rejected, {notified} (was: {before})",
                "注文を却下しました（却下前：{before}、バイヤーへの通知：{notified}）",
            )
        case EventKind.TAGS_APPLIED if details["after"]:
            return Text("Tags set to {tags}", "タグを設定しました：{tags}")
        case EventKind.TAGS_APPLIED:
            return Text("All tags removed", "タグをすべて外しました")
        case EventKind.ORDER_ASSIGNED:
            return Text("Assigned to {assignee}", "担当者を {assignee} にしました")
        case EventKind.ORDER_UNASSIGNED:
            return Text("No longer assigned to {assignee}", "担当者 {assignee} を外しました")
        case EventKind.EXTERNAL_REFERENCE_SET:
            return Text("External reference set to {reference}", "外部参照番号を {reference} に設定しました")
        case EventKind.EXTERNAL_REFERENCE_REMOVED:
            return Text("External reference {reference} removed", "外部参照番号 {reference} を削除しました")
        case EventKind.TAG_CREATED:
            return Text("Tag {code} created", "タグ {code} を作成しました")
        case EventKind.ORDER_ARCHIVED:
            return Text("Order archived", "注文をアーカイブしました")
        case EventKind.OC_CREATED:
            return Text("Order confirmation created", "OCを作成しました")
        case EventKind.OC_UPDATED:
            return Text("Order confirmation updated", "OCを更新しました")
        case EventKind.OC_APPROVED:
            return Text("The buyer approved the order confirmation", "バイヤーがOCを承認しました")
        case EventKind.OC_REFUSED:
            return Text("The buyer refused the order confirmation", "バイヤーがOCを否認しました")
        case EventKind.OC_CONFIRMED:
            return Text("Order confirmation confirmed", "OCを確定しました")
        case EventKind.OC_MADE_EDITABLE:
            return Text("Order confirmation made editable again", "OCを編集可能に戻しました")
        case EventKind.SENT_BACK_TO_CART:
            return Text("Order sent back to the buyer's cart", "注文をバイヤーのカートに差し戻しました")
        case EventKind.BACKLOG_SKUS_CREATED:
            return Text("Backlog SKUs created", "バックログSKUを作成しました")
        case EventKind.DELIVERY_NOTE_CREATED:
            return Text("Delivery note {code} created", "納品書 {code} を作成しました")
        case EventKind.DELIVERY_NOTE_UPDATED:
            return Text("Delivery note {code} changed", "納品書 {code} を変更しました")
        case EventKind.DELIVERY_NOTE_DELETED:
            return Text("Delivery note {code} deleted", "納品書 {code} を削除しました")
        case EventKind.INVOICE_CREATED:
            return Text("Invoice {code} drafted", "請求書 {code} の下書きを作成しました")
        case EventKind.INVOICE_ISSUED if "draft" in details:
            return Text("Invoice {code} issued (was: {draft})", "請求書 {code} を発行しました（下書き：{draft}）")
        case EventKind.INVOICE_ISSUED:
            return Text("Invoice {code} issued", "請求書 {code} を発行しました")
        case EventKind.INVOICE_VOIDED:
            return Text("Invoice {code} voided", "請求書 {code} を無効にしました")
        case EventKind.INVOICE_DELETED:
            return Text("Invoice {code} deleted", "請求書 {code} を削除しました")
        case EventKind.NOTIFICATION_RESENT:
            return Text("Failed mail sent again", "送信に失敗したメールを再送しました")
        case EventKind.NOTIFICATION_CANCELLED if details.get("status") == "CANCELLED":
            return Text(
                "Mail “{mail}” cancelled before it was sent: {decision}",
                "メール「{mail}」の送信を取り消しました（理由：{decision}）",
            )
        # Some recipients have the mail or may have it. Old entries do not tell.
        case EventKind.NOTIFICATION_CANCELLED:
            return Text(
                "No further attempts to send mail “{mail}”: {decision}",
                "メール「{mail}」の以後の送信を取りやめました（理由：{decision}）",
            )
        case EventKind.TAG_UPDATED:
            return Text("Tag {code} changed, now called {name}", "タグ {code} を変更しました（名前：{name}）")
        case EventKind.TAG_DELETED:
            return Text(
                "Tag {code} deleted (orders that it was taken off: {orders:,})",
                "タグ {code} を削除しました（外した注文：{orders:,}件）",
            )
        case EventKind.REJECTION_REASON_CREATED:
            return Text("Rejection reason {code} created", "却下理由 {code} を作成しました")
        case EventKind.REJECTION_REASON_UPDATED:
            return Text("Rejection reason {code} changed: {names}", "却下理由 {code} を変更しました：{names}")
        case EventKind.BRAND_SETTINGS_UPDATED:
            return Text("Settings changed: {names}", "設定を変更しました：{names}")
        case EventKind.BUYER_CREATED:
            return Text("Buyer {code} created", "バイヤー {code} を登録しました")
        case EventKind.BUYER_UPDATED:
            return Text("Buyer {code} changed: {names}", "バイヤー {code} を変更しました：{names}")
        case EventKind.BUYER_ERASED:
            return Text(
                "Personal data of buyer {code} erased, with that in its {orders:,} orders and {mails:,} mails",
                "バイヤー {code} の個人データを消去しました（注文{orders:,}件、メール{mails:,}件を含む）",
            )
        case EventKind.SKU_UPDATED:
            return Text(
                "SKU {code} changed by the import of {source}: {changes}",
                "{source} の取り込みでSKU {code} を変更しました：{changes}",
            )
        case EventKind.API_KEY_CREATED:
            return Text("API key {name} created ({scopes})", "APIキー {name} を作成しました（{scopes}）")
        case EventKind.API_KEY_ROTATED:
            return Text(
                "API key {name} rotated; the old one is good until {until}",
                "APIキー {name} を更新しました（旧キーの有効期限：{until}）",
            )
        case EventKind.API_KEY_REVOKED:
            return Text("API key {name} revoked", "APIキー {name} を無効にしました")
        case EventKind.USER_SIGNED_OUT if details["buyer"]:
            return Text(
                "User {user} of buyer {buyer} signed out",
                "バイヤー {buyer} のユーザー {user} をサインアウトさせました",
            )
        case EventKind.USER_SIGNED_OUT:
            return Text("User {user} signed out", "ユーザー {user} をサインアウトさせました")
        case EventKind.WEBHOOK_CREATED:
            return Text("Webhook {name} created, to {host}", "Webhook {name} を作成しました（送信先：{host}）")
        case EventKind.WEBHOOK_UPDATED:
            return Text("Webhook {name} changed: {names}", "Webhook {name} を変更しました：{names}")
        case EventKind.WEBHOOK_SECRET_ROTATED:
            return Text(
                "Secret of webhook {name} rotated; the old one signs until {until}",
                "Webhook {name} のシークレットを更新しました（旧シークレットの署名期限：{until}）",
            )
        case EventKind.WEBHOOK_PAUSED if details.get("reason") == "FAILED_TOO_LONG":
            return Text(
                "Webhook {name} paused: its receiver has failed for 3 days",
                "Webhook {name} を一時停止しました（受信側のエラーが3日間続いたため）",
            )
        case EventKind.WEBHOOK_PAUSED if details.get("reason") == "GONE":
            return Text(
                "Webhook {name} paused: its receiver answered 410 Gone",
                "Webhook {name} を一時停止しました（受信側が410 Goneを返したため）",
            )
        case EventKind.WEBHOOK_PAUSED:
            return Text("Webhook {name} paused", "Webhook {name} を一時停止しました")
        case EventKind.WEBHOOK_RESUMED:
            return Text("Webhook {name} resumed", "Webhook {name} を再開しました")
        case EventKind.WEBHOOK_DELETED:
            return Text("Webhook {name} deleted", "Webhook {name} を削除しました")
        case EventKind.WEBHOOK_TESTED:
            return Text("Test event for webhook {name}", "Webhook {name} のテストイベントを送信しました")
        case EventKind.WEBHOOK_REPLAYED:
            return Text(
                "Webhook {name} replays the events after {after}",
                "Webhook {name} でイベント {after} より後を再送します",
            )
        case _:
            assert_never(kind)
