"""One sentence for each blocker: what prevents the action and, if the reader can remove it, how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.locale import Locale, Text, moment, text_for
from models.policy import Blocker

B = Blocker
LIST_SEPARATOR = Text(", ", "、")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Who rejected an order and when, for the message that says so."""

    by: str
    at: datetime


def blocker_message(
    blocker: Blocker,
    locale: Locale,
    *,
    documents: Sequence[str] = (),
    rejected: Rejected | None = None,
    time_zone: str = "UTC",
) -> str:
    """The blocker's sentence. `documents`: the codes of the documents that block. `time_zone`: for `rejected`."""
    if blocker is B.ALREADY_REJECTED and rejected:
        return text_for(REJECTED_BY, locale, at=moment(rejected.at, locale, time_zone), by=rejected.by)
    return text_for(BLOCKER_MESSAGES[blocker], locale, documents=LIST_SEPARATOR.in_(locale).join(documents))


BLOCKER_MESSAGES: dict[Blocker, Text] = {
    B.NOT_PERMITTED: Text("You are not permitted to do this.", "この操作を行う権限がありません。"),
    B.ALREADY_REJECTED: Text(
        "This order has been rejected; a rejection is final.",
        "この注文はすでに却下されています。却下は取り消せません。",
    ),
    B.SENT_BACK_TO_CART: Text(
        "This order was sent back to the buyer's cart.",
        "この注文はバイヤーのカートに差し戻されています。",
    ),
    B.STATUS_NOT_ELIGIBLE: Text(
        "The order's status does not allow this.",
        "現在のステータスではこの操作はできません。",
    ),
    B.STATUS_NOT_ELIGIBLE_FOR_BULK: Text(
        "In bulk, only orders that await an OC or have one created can be rejected.",
        "一括却下できるのは、OC作成待ちまたはOC作成済みの注文のみです。",
    ),
    B.DELIVERY_NOTE_EXISTS: Text(
        "A delivery note exists: {documents}. Delete it first.",
        "納品書（{documents}）が存在します。先に削除してください。",
    ),
    B.INVOICE_EXISTS: Text(
        "An invoice exists: {documents}. Void or delete it first.",
        "請求書（{documents}）が存在します。先に無効化または削除してください。",
    ),
    B.BACKLOG_SKUS_CREATED: Text(
        "Backlog SKUs have been created from this order.",
        "この注文からバックログSKUが作成されています。",
    ),
    B.NOTHING_TO_DELIVER: Text("Nothing is left to deliver.", "納品できる数量が残っていません。"),
    B.NOTHING_TO_INVOICE: Text(
        "No delivery note is left to be invoiced.",
        "請求できる納品書がありません。",
    ),
    B.BUYER_OFFLINE: Text(
        "The buyer is offline and has no cart to send the order back to.",
        "オフラインのバイヤーのため、差し戻し先のカートがありません。",
    ),
    B.BUYER_HAS_CART: Text(
        "The buyer already has a cart for this catalog.",
        "バイヤーはこのカタログのカートをすでに持っています。",
    ),
    B.APPROVAL_NOT_ASKED: Text("The buyer was not asked to approve the OC.", "OCの承認は依頼されていません。"),
    B.ALREADY_ARCHIVED: Text("This order is already archived.", "この注文はすでにアーカイブされています。"),
    B.ARCHIVING_OFF: Text(
        "Your brand has switched archiving off in its settings.",
        "ブランドの設定でアーカイブ機能がオフになっています。",
    ),
}

# Replaces the message of ALREADY_REJECTED if the reader may know who rejected the order.
REJECTED_BY = Text(
    "This order was rejected on {at} by {by}; a rejection is final.",
    "この注文は{at}に{by}が却下しました。却下は取り消せません。",
)
