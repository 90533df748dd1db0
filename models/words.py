"""What people read, in English and Japanese: statuses, actions, refusals. Locale is "en" or "ja".

The history's sentences are in models/messages/history.py, the mails' in models/messages/mail.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    S.REJECTED_BY_BRAND: ("Order rejected by brand", "ブランドが注文を却下", "Order declined", "お断り"),
    S.REJECTED: ("Order Rejected", "注文却下", "Order declined", "お断り"),
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
    if blocker is B.ALREADY_REJECTED and rejected:
        return say(REJECTED_BY, locale, at=moment(rejected.at, locale, time_zone), by=rejected.by)
    return say(BLOCKER_MESSAGES[blocker], locale, documents=("、" if locale == "ja" else ", ").join(documents))


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
    B.NOTHING_TO_INVOICE: (
        "No delivery note is left to be invoiced.",
        "請求できる納品書がありません。",
    ),
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
# what stands in the place of ALREADY_REJECTED for who may know by whom → (en, ja)
REJECTED_BY = (
    "This order was rejected on {at} by {by}; a rejection is final.",
    "この注文は{at}に{by}が却下しました。却下は取り消せません。",
)

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
NOT_PERMITTED = ("You are not permitted to do this.", "この操作を行う権限がありません。")
UNKNOWN_DOCUMENT = ("There is no such document.", "該当する書類がありません。")
NO_LINES = ("An order needs at least one line.", "注文には1行以上の明細が必要です。")
TOO_MANY_LINES = ("An order has at most {most:,} lines.", "明細は{most:,}行以内にしてください。")
UNKNOWN_SKU = ("There is no such SKU.", "該当するSKUがありません。")
BAD_QUANTITY = ("A quantity is a whole number from 1 to {most:,}.", "数量は1〜{most:,}の整数で指定してください。")
BAD_PRICE = (
    "The price cannot be used: {why}.",
    "単価は0以上、小数点以下{digits}桁以内の金額で指定してください。",
)
TOTAL_TOO_LARGE = ("The total is too large.", "合計金額が大きすぎます。")
BACKLOG_QUANTITIES_NEEDED = (
    "This order has backlog SKUs: say in backlogQuantities which of them are delivered.",
    "バックログSKUがあるため、backlogQuantitiesで納品する数量を指定してください。",
)
NO_BACKLOG_SKUS = (
    "This order has no backlog SKUs: leave backlogQuantities out to deliver it as a whole.",
    "バックログSKUがありません。全量を納品する場合はbacklogQuantitiesを省略してください。",
)
UNKNOWN_BACKLOG_SKU = ("This is not a backlog SKU of the order.", "この注文のバックログSKUではありません。")
MORE_THAN_REMAINS = ("Only {remaining:,} remain.", "残りは{remaining:,}点です。")
NOTE_IS_INVOICED = (
    "The delivery note is on an invoice: void or delete that first.",
    "この納品書は請求書に含まれています。先に請求書を無効化または削除してください。",
)
NOTE_ON_INVOICE = (
    "This delivery note is on an invoice already.",
    "この納品書はすでに請求書に含まれています。",
)
NOTE_OF_WHOLE_ORDER = (
    "This delivery note is of the whole order, so its quantities stay as they are.",
    "全量納品の納品書のため、数量は変更できません。",
)
NO_ORDERS = ("Name at least one order.", "注文を1件以上指定してください。")
NO_DELIVERY_NOTES = ("Name at least one delivery note.", "納品書を1件以上指定してください。")
TOO_MANY_FOR_AN_INVOICE = (
    "An invoice takes at most {most:,} of them.",
    "1枚の請求書に含められるのは{most:,}件までです。",
)
NAMED_TWICE = ("This one is named twice.", "同じものが2回指定されています。")
ANOTHER_BUYER = (
    "An invoice is for one buyer: this one is another buyer's.",
    "1枚の請求書に含められるのは同じバイヤーの注文のみです。",
)
ANOTHER_CURRENCY = (
    "An invoice has one currency: this one is in {currency}.",
    "1枚の請求書に含められるのは同じ通貨の注文のみです（この注文：{currency}）。",
)
NOT_A_DRAFT = (
    "Only a draft can be deleted; void an issued invoice instead.",
    "削除できるのは下書きの請求書のみです。発行済みの請求書は無効にしてください。",
)
NOT_ISSUABLE = ("Only a draft can be issued.", "発行できるのは下書きの請求書のみです。")
NOT_VOIDABLE = ("Only an issued invoice can be voided.", "無効にできるのは発行済みの請求書のみです。")
ONE_OF_IDS_AND_FILTER = (
    "Give either orderIds or filter.",
    "orderIdsとfilterのどちらか一方を指定してください。",
)
TOO_MANY_ORDERS = ("At most {most:,} orders at a time.", "一度に処理できる注文は{most:,}件までです。")
UNKNOWN_NOTIFICATION = ("There is no such notification.", "該当する通知がありません。")
NOT_RESENDABLE = (
    "Only a failed mail that was not sent again yet can be sent again.",
    "再送できるのは、送信に失敗し、まだ再送していないメールのみです。",
)
NOBODY_TO_SEND_TO = (
    "The buyer has no e-mail address now.",
    "バイヤーのメールアドレスが登録されていません。",
)
UNKNOWN_TIME_ZONE = ("This is not a time zone, e.g. Asia/Tokyo.", "タイムゾーンを指定してください（例：Asia/Tokyo）。")
NOT_AN_ADDRESS = ("This is not an e-mail address.", "メールアドレスの形式ではありません。")
UNKNOWN_BUYER = ("There is no such buyer.", "該当するバイヤーがありません。")
UNKNOWN_CATALOG = ("There is no such catalog.", "該当するカタログがありません。")
UNKNOWN_CURRENCY = ("This is not a currency in use (ISO 4217).", "有効な通貨コード（ISO 4217）ではありません。")
ORDER_CODE_TAKEN = (
    "An order with this code exists and says something else.",
    "この注文コードは別の内容の注文で使用されています。",
)
NOT_THE_BRANDS_PRICE = ("This is not the brand's price.", "ブランドの設定した単価と異なります。")

UNKNOWN_TAG = ("There is no such tag.", "該当するタグがありません。")
TAG_NAME_BLANK = ("A tag needs a name.", "タグには名前が必要です。")
TAG_IN_USE = (
    "Orders that carry this tag: {count:,}. Set removeFromOrders to take it off them.",
    "このタグは{count:,}件の注文に付いています。外して削除する場合はremoveFromOrdersをオンにしてください。",
)
TAG_COLOR_BAD = (
    "A colour is written as #RRGGBB, e.g. #D83A3A.",
    "色は #RRGGBB の形式で指定してください（例：#D83A3A）。",
)
TAGS_ARE_OF_A_BRAND = (
    "Tags belong to a brand: a platform operator has none.",
    "タグはブランドに属するため、プラットフォーム運営者は編集できません。",
)
UNKNOWN_API_KEY = ("There is no such API key.", "該当するAPIキーがありません。")
API_KEY_NAME_BLANK = ("An API key needs a name.", "APIキーには名前が必要です。")
API_KEY_SCOPES_MISSING = ("An API key needs at least one scope.", "APIキーにはスコープを1つ以上指定してください。")
API_KEY_EXPIRY_PAST = ("An API key cannot have expired already.", "有効期限には未来の日時を指定してください。")
API_KEY_ENDED = (
    "This API key has been revoked or has expired: create a new one.",
    "このAPIキーは無効または期限切れです。新しいキーを作成してください。",
)
BAD_OVERLAP = (
    "The old key stays good for 0 to {most} hours.",
    "旧キーの猶予は0〜{most}時間で指定してください。",
)
TOO_MANY_API_KEYS = (
    "A brand has at most {most} API keys: revoke one first.",
    "APIキーはブランドごとに{most}個までです。先に不要なキーを無効にしてください。",
)


def say(text: tuple[str, str], locale: str, **values: object) -> str:
    """A text of this module in the reader's language."""
    return text[locale == "ja"].format(**values)
