"""The texts of the mails to buyers, in every language. exports/mail.py lays them out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from models.locale import Text
from models.policy import OrderAction


class MailKind(StrEnum):
    ORDER_REJECTED = "ORDER_REJECTED"
    OC_CREATED = "OC_CREATED"
    OC_CONFIRMED = "OC_CONFIRMED"
    OC_MADE_EDITABLE = "OC_MADE_EDITABLE"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"


@dataclass(frozen=True, slots=True)
class MailTexts:
    """One kind of mail. `action`: what sends it. `description`: for the API.

    `subject` has {brand} and {code}; `done` is the label of the date; `text` is the standard message, for when neither
    the sender nor the brand has one of their own. `next`: what the buyer can do now.
    """

    action: OrderAction
    description: str
    subject: Text
    done: Text
    text: Text
    next: tuple[Text, ...] = ()


def mail_texts(kind: MailKind) -> MailTexts:
    match kind:
        case MailKind.ORDER_REJECTED:
            return MailTexts(
                OrderAction.REJECT,
                "The order is declined (rejectOrder, rejectOrders).",
                subject=Text(
                    "{brand}: your order {code} was declined", "【{brand}】ご注文 {code} をお受けできません（お詫び）"
                ),
                done=Text("Declined", "お断り日時"),
                text=Text(
                    "We are sorry to tell you that we cannot take this order.\nThank you for your understanding.",
                    "誠に恐れ入りますが、諸般の事情により、今回のご注文はお引き受けすることができません。\n"
                    "ご期待に沿えず大変申し訳ございませんが、何卒ご理解くださいますようお願い申し上げます。",
                ),
                next=(
                    Text(
                        "Nothing of this order will be delivered or invoiced.",
                        "このご注文について、商品の発送およびご請求はございません。",
                    ),
                    Text(
                        "To order again, change the order and place it again, or ask us first.",
                        "改めてご注文いただく場合は、内容をご変更のうえ再度ご注文いただくか、下記までお問い合わせください。",
                    ),
                ),
            )
        case MailKind.OC_CREATED:
            return MailTexts(
                OrderAction.CREATE_CONFIRMATION,
                "The OC is created (createOrderConfirmation).",
                subject=Text(
                    "{brand}: order confirmation for your order {code}",
                    "【{brand}】ご注文 {code} の注文確認書（OC）作成のお知らせ",
                ),
                done=Text("Prepared", "作成日時"),
                text=Text(
                    "We have prepared the order confirmation for your order. Please check its contents.",
                    "ご注文の注文確認書（OC）を作成いたしました。内容のご確認をお願いいたします。",
                ),
            )
        case MailKind.OC_CONFIRMED:
            return MailTexts(
                OrderAction.CONFIRM,
                "The order is confirmed (confirmOrder).",
                subject=Text("{brand}: your order {code} is confirmed", "【{brand}】ご注文 {code} 確定のお知らせ"),
                done=Text("Confirmed", "確定日時"),
                text=Text(
                    "We have confirmed your order. Thank you.", "ご注文の内容を確定いたしました。ありがとうございます。"
                ),
            )
        case MailKind.OC_MADE_EDITABLE:
            return MailTexts(
                OrderAction.MAKE_CONFIRMATION_EDITABLE,
                "The OC is being revised (makeOrderConfirmationEditable).",
                subject=Text(
                    "{brand}: the order confirmation for {code} is being revised",
                    "【{brand}】ご注文 {code} の注文確認書（OC）見直しのお知らせ",
                ),
                done=Text("Reopened", "変更日時"),
                text=Text(
                    "We are revising the order confirmation for your order and will let you know when it is ready.",
                    "ご注文の注文確認書（OC）を見直しております。準備が整い次第、改めてご連絡いたします。",
                ),
            )
        case MailKind.SENT_BACK_TO_CART:
            return MailTexts(
                OrderAction.SEND_BACK_TO_CART,
                "The order is back in the cart (sendOrderBackToCart).",
                subject=Text("{brand}: please revise your order {code}", "【{brand}】ご注文 {code} 差し戻しのお知らせ"),
                done=Text("Returned", "差し戻し日時"),
                text=Text(
                    "We have returned your order to your cart. Please revise it there and order again.",
                    "ご注文をカートに差し戻しました。内容をご修正のうえ、改めてご注文をお願いいたします。",
                ),
            )
        case _:
            assert_never(kind)
