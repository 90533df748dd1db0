"""What people read, in English and Japanese: statuses, actions' refusals, history. Locale is "en" or "ja"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from models.policy import Blocker, DeliveryStatus, OrderStatus

S, B = OrderStatus, Blocker

# status → (brand en, brand ja, buyer en, buyer ja)
STATUS_LABELS: dict[OrderStatus, tuple[str, str, str, str]] = {
    S.OC_REQUIRED: ("Please create an OC", "OCを作成してください", "Awaiting OC creation", "OC作成待ち"),
    S.OC_CREATED: ("OC created", "OC作成済み", "OC created", "OC作成済み"),
    S.OC_APPROVED: ("OC approved", "OC承認済み", "OC approved", "OC承認済み"),
    S.OC_UPDATE_REQUIRED: ("Please update an OC", "OCを更新してください", "OC rejected", "OC否認済み"),
    S.OC_CONFIRMED: ("OC confirmed", "OC確定済み", "OC confirmed", "OC確定済み"),
    S.REJECTED_BY_BRAND: ("Order rejected by brand", "ブランドが注文を却下", "Order declined", "注文見送り"),
    S.REJECTED: ("Order Rejected", "注文却下", "Order declined", "注文見送り"),
    S.SENT_BACK_TO_CART: ("Returned to cart", "カートに差し戻し", "Returned to cart", "カートに差し戻し"),
}

# delivery status → (en, ja)
DELIVERY_STATUS_LABELS: dict[DeliveryStatus, tuple[str, str]] = {
    DeliveryStatus.NONE: ("None", "なし"),
    DeliveryStatus.BACKLOG_SKUS_CREATED: ("Backlog SKUs created", "バックログSKU作成済み"),
    DeliveryStatus.DELIVERY_NOTE_CREATED: ("Delivery note created", "納品書作成済み"),
}


def status_label(status: OrderStatus, locale: str, *, to_buyer: bool = False, approval_asked: bool = False) -> str:
    """The status as the brand's side, or the buyer's, calls it."""
    if to_buyer and status is S.OC_CREATED and approval_asked:
        return "OCの内容をご確認ください" if locale == "ja" else "Please check the contents of the OC"
    return STATUS_LABELS[status][2 * to_buyer + (locale == "ja")]


def moment(at: datetime, locale: str, time_zone: str) -> str:
    """An instant for people: "Nov 24, 2026, 9:05 AM" / "2026/11/24 9:05", in the brand's time zone."""
    return format_datetime(
        at.astimezone(ZoneInfo(time_zone)), "yyyy/MM/dd H:mm" if locale == "ja" else "d MMM y, HH:mm", locale=locale
    )


@dataclass(frozen=True, slots=True)
class Rejected:
    """Who rejected an order and when, for the messages that say so."""

    by: str
    at: datetime


def blocker_message(
    blocker: Blocker,
    locale: str,
    *,
    documents: Sequence[str] = (),
    rejected: Rejected | None = None,
    time_zone: str = "UTC",
) -> str:
    """One sentence: what is in the way and, where something can be done about it, what."""
    english, japanese = BLOCKER_MESSAGES[blocker]
    if blocker is B.ALREADY_REJECTED and rejected:
        at = moment(rejected.at, locale, time_zone)
        english = f"This order was rejected on {at} by {rejected.by}; a rejection is final."
        japanese = f"この注文は{at}に{rejected.by}が却下しました。却下は取り消せません。"
    listed = ("、" if locale == "ja" else ", ").join(documents)
    return (japanese if locale == "ja" else english).format(documents=listed)


BLOCKER_MESSAGES: dict[Blocker, tuple[str, str]] = {
    B.NOT_PERMITTED: ("You are not permitted to do this.", "この操作を行う権限がありません。"),
    B.ALREADY_REJECTED: (
        "This order has been rejected; a rejection is final.",
        "この注文はすでに却下されています。却下は取り消せません。",
    ),
    B.SENT_BACK_TO_CART: (
        "This order was sent back to the buyer's cart.",
        "この注文はバイヤーのカートに差し戻されています。",
    ),
    B.STATUS_NOT_ELIGIBLE: (
        "The order's status does not allow this.",
        "現在のステータスではこの操作はできません。",
    ),
    B.STATUS_NOT_ELIGIBLE_FOR_BULK: (
        "In bulk, only orders that await an OC or have one created can be rejected.",
        "一括却下できるのは、OC作成待ちまたはOC作成済みの注文のみです。",
    ),
    B.DELIVERY_NOTE_EXISTS: (
        "A delivery note exists: {documents}. Delete it first.",
        "納品書（{documents}）が存在します。先に削除してください。",
    ),
    B.INVOICE_EXISTS: (
        "An invoice exists: {documents}. Void or delete it first.",
        "請求書（{documents}）が存在します。先に無効化または削除してください。",
    ),
    B.BACKLOG_SKUS_CREATED: (
        "Backlog SKUs have been created from this order.",
        "この注文からバックログSKUが作成されています。",
    ),
    B.NOTHING_TO_DELIVER: ("Nothing is left to deliver.", "納品できる数量が残っていません。"),
    B.BUYER_OFFLINE: (
        "The buyer is offline and has no cart to send the order back to.",
        "オフラインのバイヤーのため、差し戻し先のカートがありません。",
    ),
    B.BUYER_HAS_CART: (
        "The buyer already has a cart for this catalog.",
        "バイヤーはこのカタログのカートをすでに持っています。",
    ),
    B.APPROVAL_NOT_ASKED: ("The buyer was not asked to approve the OC.", "OCの承認は依頼されていません。"),
    B.ALREADY_ARCHIVED: ("This order is already archived.", "この注文はすでにアーカイブされています。"),
    B.ARCHIVING_OFF: (
        "Your brand has switched archiving off in its settings.",
        "ブランドの設定でアーカイブ機能がオフになっています。",
    ),
}


# warnings of a rejection that is done all the same → (en, ja)
BUYER_IS_OFFLINE = (
    "The buyer is offline, so no mail was sent.",
    "オフラインのバイヤーのため、メールは送信されません。",
)
BUYER_HAS_NO_ADDRESS = (
    "The buyer has no e-mail address, so no mail was sent.",
    "バイヤーのメールアドレスが登録されていないため、メールは送信されません。",
)

# refusals that are not blockers → (en, ja)
ORDER_NOT_FOUND = ("There is no such order.", "該当する注文がありません。")
STALE_ORDER = (
    "The order has changed meanwhile: it is at version {version}. Read it again, then decide.",
    "注文が更新されています（現在のバージョン：{version}）。最新の内容をご確認ください。",
)
BODY_WITHOUT_NOTIFY = (
    "A message was typed, but the buyer is not to be notified. Set notify, or leave the body out.",
    "メッセージが入力されていますが、通知がオフです。通知をオンにするか、本文を空にしてください。",
)
BODY_TOO_LONG = (
    "The message has {length:,} characters; {longest:,} is the most.",
    "メッセージは{longest:,}文字以内で入力してください（現在{length:,}文字）。",
)
KEY_REUSED = (
    "This idempotencyKey was used for another request. Take a new one.",
    "このidempotencyKeyは別のリクエストで使用済みです。新しいキーを指定してください。",
)
UNKNOWN_TAGS = ("There is no such tag: {ids}.", "該当するタグがありません：{ids}")
TAG_CODE_TAKEN = ("A tag with the code {code} exists already.", "タグコード {code} はすでに使用されています。")
TAG_CODE_BLANK = ("A tag needs a code and a name.", "タグにはコードと名前が必要です。")
TAG_COLOR_BAD = (
    "A colour is written as #RRGGBB, e.g. #D83A3A.",
    "色は #RRGGBB の形式で指定してください（例：#D83A3A）。",
)
TAGS_ARE_OF_A_BRAND = (
    "Tags belong to a brand: a platform operator has none.",
    "タグはブランドに属するため、プラットフォーム運営者は作成できません。",
)


def say(text: tuple[str, str], locale: str, **values: object) -> str:
    """A text of this module in the reader's language."""
    return text[locale == "ja"].format(**values)


def history(kind: str, details: dict[str, Any], locale: str) -> str:
    """An audit entry as one sentence, without its actor and date."""
    ja = locale == "ja"
    match kind:
        case "ORDER_PLACED":
            source = details["source"]
            return f"注文を登録しました（{source}）" if ja else f"Order placed ({source})"
        case "ORDER_REJECTED":
            before = status_label(OrderStatus(details["status_before"]), locale)
            if ja:
                told = "あり" if details["notify"] else "なし"
                return f"注文を却下しました（却下前：{before}、バイヤーへの通知：{told}）"
            told = "the buyer is notified" if details["notify"] else "without notifying the buyer"
            return f"Order rejected, {told} (was: {before})"
        case "ORDER_ARCHIVED":
            return "注文をアーカイブしました" if ja else "Order archived"
        case "TAGS_APPLIED":
            tags = ", ".join(details["after"])
            if ja:
                return f"タグを設定しました：{tags}" if tags else "タグをすべて外しました"
            return f"Tags set to {tags}" if tags else "All tags removed"
        case "TAG_CREATED":
            return f"タグ {details['code']} を作成しました" if ja else f"Tag {details['code']} created"
        case _:
            return kind
