"""The texts of the mails to buyers, in every language. exports/mail.py lays them out."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import assert_never

from models.locale import Text
from models.policy import OrderAction


class MailKind(StrEnum):
    ORDER_REJECTED = "ORDER_REJECTED"
    OC_CREATED = "OC_CREATED"
    OC_CONFIRMED = "OC_CONFIRMED"
    OC_MADE_EDITABLE = "OC_MADE_EDITABLE"
    SENT_BACK_TO_CART = "SENT_BACK_TO_CART"
    DELIVERY_NOTE_CREATED = "DELIVERY_NOTE_CREATED"
    INVOICE_ISSUED = "INVOICE_ISSUED"
    OC_APPROVED = "OC_APPROVED"
    OC_REFUSED = "OC_REFUSED"


TOTAL = Text("Total", "合計")
SEE_THE_ORDER = Text("See the order", "ご注文内容を見る")


@dataclass(frozen=True, slots=True)
class MailTexts:
    """One kind of mail. `action`: what sends it. `description`: for the API.

    `total`: what the last sum is called. `typed`: stands before a typed message, if it is somebody else's.

    `subject` has {brand} and {code}, `heading` {code}: what happened. `done` is the label of the date; `text` is the
    standard message, for when neither the sender nor the brand has one of their own. `button`: the name of the link to
    the order. `next`: what happens now, and what the reader can do. `to_brand`: it goes to the brand, not to the buyer.
    """

    action: OrderAction
    description: str
    subject: Text
    heading: Text
    done: Text
    text: Text
    next: tuple[Text, ...]
    button: Text = SEE_THE_ORDER
    to_brand: bool = False
    total: Text = TOTAL
    typed: Text | None = None

    @property
    def previewed_with(self) -> OrderAction:
        """The action whose permission the preview needs. The buyer, who sends mails to the brand, previews none."""
        return OrderAction.CONFIRM if self.to_brand else self.action


@cache
def mail_texts(kind: MailKind) -> MailTexts:
    match kind:
        case MailKind.ORDER_REJECTED:
            return MailTexts(
                OrderAction.REJECT,
                "The order is declined (rejectOrder, rejectOrders).",
                subject=Text(
                    "{brand}: your order {code} was declined", "【{brand}】ご注文 {code} をお受けできません（お詫び）"
                ),
                heading=Text("We cannot take your order {code}", "ご注文 {code} をお受けできません"),
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
                heading=Text("Our confirmation of your order {code}", "ご注文 {code} の注文確認書をご用意いたしました"),
                done=Text("Prepared", "作成日時"),
                text=Text(
                    "We have prepared the order confirmation for your order. Please check its contents.",
                    "ご注文の注文確認書（OC）を作成いたしました。内容のご確認をお願いいたします。",
                ),
                next=(
                    Text(
                        "If something is not right, please tell us before we deliver.",
                        "内容に相違がございましたら、出荷前に下記までお知らせください。",
                    ),
                ),
                button=Text("See the confirmation", "注文確認書を見る"),
            )
        case MailKind.OC_CONFIRMED:
            return MailTexts(
                OrderAction.CONFIRM,
                "The order is confirmed (confirmOrder).",
                subject=Text("{brand}: your order {code} is confirmed", "【{brand}】ご注文 {code} 確定のお知らせ"),
                heading=Text("Your order {code} is confirmed", "ご注文 {code} が確定いたしました"),
                done=Text("Confirmed", "確定日時"),
                text=Text(
                    "We have confirmed your order. Thank you.", "ご注文の内容を確定いたしました。ありがとうございます。"
                ),
                next=(Text("We prepare the goods for delivery.", "商品の手配・出荷準備に入ります。"),),
            )
        case MailKind.OC_MADE_EDITABLE:
            return MailTexts(
                OrderAction.MAKE_CONFIRMATION_EDITABLE,
                "The OC is being revised (makeOrderConfirmationEditable).",
                subject=Text(
                    "{brand}: the order confirmation for {code} is being revised",
                    "【{brand}】ご注文 {code} の注文確認書（OC）見直しのお知らせ",
                ),
                heading=Text(
                    "We are revising the confirmation of order {code}", "ご注文 {code} の注文確認書を見直しております"
                ),
                done=Text("Reopened", "変更日時"),
                text=Text(
                    "We are revising the order confirmation for your order and will let you know when it is ready.",
                    "ご注文の注文確認書（OC）を見直しております。準備が整い次第、改めてご連絡いたします。",
                ),
                next=(
                    Text(
                        "You need not do anything; the earlier confirmation no longer holds.",
                        "お客様のお手続きは必要ございません。これまでの注文確認書は無効となります。",
                    ),
                ),
                total=Text("Total before the revision", "見直し前の合計"),
            )
        case MailKind.SENT_BACK_TO_CART:
            return MailTexts(
                OrderAction.SEND_BACK_TO_CART,
                "The order is back in the cart (sendOrderBackToCart).",
                subject=Text("{brand}: please revise your order {code}", "【{brand}】ご注文 {code} 差し戻しのお知らせ"),
                heading=Text("Your order {code} is back in your cart", "ご注文 {code} をカートに差し戻しました"),
                done=Text("Returned", "差し戻し日時"),
                text=Text(
                    "We have returned your order to your cart. Please revise it there and order again.",
                    "ご注文をカートに差し戻しました。内容をご修正のうえ、改めてご注文をお願いいたします。",
                ),
                next=(
                    Text(
                        "Nothing is reserved until you order again from the cart.",
                        "改めてご注文いただくまで、商品の確保はいたしません。",
                    ),
                ),
            )
        case MailKind.DELIVERY_NOTE_CREATED:
            return MailTexts(
                OrderAction.CREATE_DELIVERY_NOTE,
                "The goods are on their way (createDeliveryNote).",
                subject=Text("{brand}: your order {code} is on its way", "【{brand}】ご注文 {code} 出荷のお知らせ"),
                heading=Text("Your order {code} is on its way", "ご注文 {code} を出荷いたしました"),
                done=Text("Sent", "出荷日時"),
                text=Text("We have sent the goods below.", "下記の商品を出荷いたしました。"),
                next=(
                    Text(
                        "Please check the goods against the delivery note when they arrive.",
                        "商品が到着しましたら、納品書とご照合ください。",
                    ),
                ),
            )
        case MailKind.INVOICE_ISSUED:
            return MailTexts(
                OrderAction.CREATE_INVOICE,
                "The invoice is issued (issueInvoice).",
                subject=Text(
                    "{brand}: invoice for your order {code}", "【{brand}】ご注文 {code} ご請求書発行のお知らせ"
                ),
                heading=Text("The invoice for your order {code}", "ご注文 {code} のご請求書を発行いたしました"),
                done=Text("Issued", "発行日時"),
                text=Text(
                    "We have issued the invoice below. Thank you for your order.",
                    "下記のとおりご請求書を発行いたしました。ご確認のほどお願い申し上げます。",
                ),
                next=(
                    Text(
                        "Please quote the invoice number with your payment.",
                        "お振込の際は、請求書番号をお書き添えください。",
                    ),
                ),
                total=Text("Amount due", "ご請求金額"),
            )
        case MailKind.OC_APPROVED:
            return MailTexts(
                OrderAction.APPROVE_CONFIRMATION,
                "To the brand: its buyer has approved the OC (approveOrderConfirmation).",
                subject=Text("Order {code}: the buyer approved the OC", "【{brand}】注文 {code}：OCが承認されました"),
                heading=Text("The buyer approved the OC of order {code}", "注文 {code} のOCが承認されました"),
                done=Text("Approved", "承認日時"),
                text=Text(
                    "The buyer has approved the order confirmation as it is below.",
                    "バイヤーが下記の注文確認書（OC）を承認しました。",
                ),
                next=(Text("The order can be confirmed.", "注文を確定できます。"),),
                to_brand=True,
            )
        case MailKind.OC_REFUSED:
            return MailTexts(
                OrderAction.REFUSE_CONFIRMATION,
                "To the brand: its buyer has refused the OC (refuseOrderConfirmation).",
                subject=Text("Order {code}: the buyer refused the OC", "【{brand}】注文 {code}：OCが否認されました"),
                heading=Text("The buyer refused the OC of order {code}", "注文 {code} のOCが否認されました"),
                done=Text("Refused", "否認日時"),
                text=Text(
                    "The buyer has refused the order confirmation and given no comment.",
                    "バイヤーが注文確認書（OC）を否認しました（コメントなし）。",
                ),
                next=(
                    Text(
                        "Change the OC, or agree on it with the buyer.",
                        "OCを修正するか、バイヤーとご相談ください。",
                    ),
                ),
                typed=Text("{buyer} wrote:", "{buyer} 様からのコメント："),
                to_brand=True,
            )
        case _:
            assert_never(kind)
