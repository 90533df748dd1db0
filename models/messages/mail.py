"""The words of the mails to buyers, in English and Japanese; how a mail is laid out is in exports/mail.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of mail says in one language. `subject` has {brand} and {code}; `done` names what was done.

    `text` is the standard text, for when neither the sender nor the brand has one of their own.
    """

    subject: str
    done: str
    text: str


# kind of notice → (en, ja)
KINDS: dict[str, tuple[Kind, Kind]] = {
    "ORDER_REJECTED": (
        Kind(
            "{brand}: your order {code} was declined",
            "Declined",
            "We are sorry to tell you that we cannot take this order.\nThank you for your understanding.",
        ),
        Kind(
            "【{brand}】ご注文 {code} についてのお知らせ",
            "お断り日時",
            "誠に恐れ入りますが、諸般の事情により、今回のご注文はお引き受けすることができません。\n"
            "ご期待に沿えず大変申し訳ございませんが、何卒ご理解くださいますようお願い申し上げます。",
        ),
    ),
    "OC_CREATED": (
        Kind(
            "{brand}: order confirmation for your order {code}",
            "Prepared",
            "We have prepared the order confirmation for your order. Please check its contents.",
        ),
        Kind(
            "【{brand}】ご注文 {code} の注文確認書（OC）作成のお知らせ",
            "作成日時",
            "ご注文の注文確認書（OC）を作成いたしました。内容のご確認をお願いいたします。",
        ),
    ),
    "OC_CONFIRMED": (
        Kind("{brand}: your order {code} is confirmed", "Confirmed", "We have confirmed your order. Thank you."),
        Kind(
            "【{brand}】ご注文 {code} 確定のお知らせ",
            "確定日時",
            "ご注文の内容を確定いたしました。ありがとうございます。",
        ),
    ),
    "OC_MADE_EDITABLE": (
        Kind(
            "{brand}: the order confirmation for {code} is being revised",
            "Reopened",
            "We are revising the order confirmation for your order and will let you know when it is ready.",
        ),
        Kind(
            "【{brand}】ご注文 {code} の注文確認書（OC）見直しのお知らせ",
            "変更日時",
            "ご注文の注文確認書（OC）を見直しております。準備が整い次第、改めてご連絡いたします。",
        ),
    ),
    "SENT_BACK_TO_CART": (
        Kind(
            "{brand}: please revise your order {code}",
            "Returned",
            "We have returned your order to your cart. Please revise it there and order again.",
        ),
        Kind(
            "【{brand}】ご注文 {code} 差し戻しのお知らせ",
            "差し戻し日時",
            "ご注文をカートに差し戻しました。内容をご修正のうえ、改めてご注文をお願いいたします。",
        ),
    ),
}
