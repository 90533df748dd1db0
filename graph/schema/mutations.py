"""The API's mutations: each bound to its resolver, with permission, cost and description."""

import strawberry

from graph.api_keys import create_api_key, revoke_api_key, rotate_api_key
from graph.archiving import archive_order
from graph.assigning import assign_order
from graph.brand_settings import delete_mail_wording, update_brand_settings
from graph.bulk_actions import apply_tags_to_orders, archive_orders, confirm_orders, create_order_confirmations
from graph.bulk_rejection import reject_orders
from graph.buyers import create_buyer, erase_buyer, update_buyer
from graph.carts import update_cart
from graph.confirmation import (
    approve_order_confirmation,
    confirm_order,
    create_order_confirmation,
    make_order_confirmation_editable,
    refuse_order_confirmation,
    update_order_confirmation,
)
from graph.core.binding import command
from graph.delivery_notes import create_backlog_skus, create_delivery_note, delete_delivery_note, update_delivery_note
from graph.external_references import set_external_reference
from graph.invoices import (
    create_invoice,
    create_invoice_for_delivery_notes,
    create_invoice_for_orders,
    delete_invoice,
    issue_invoice,
    void_invoice,
)
from graph.placing import place_order
from graph.rejection import reject_order
from graph.rejection_reasons import create_rejection_reason, update_rejection_reason
from graph.resending import resend_notification
from graph.send_back import send_order_back_to_cart
from graph.sign_outs import sign_out_user
from graph.tagging import apply_tags
from graph.tags import create_tag, delete_tag, update_tag
from graph.webhooks.fields import (
    create_webhook,
    delete_webhook,
    pause_webhook,
    replay_webhook,
    resume_webhook,
    rotate_webhook_secret,
    test_webhook,
    update_webhook,
)
from models.permissions import Permission
from models.policy import OrderAction
from resolvers.bulk_runs import MAX_ORDERS

P, A = Permission, OrderAction

BULK = 100  # the cost of a command on many orders
SKIPPED = (
    f"Takes up to {MAX_ORDERS:,} orders. An ineligible order is skipped, and `results` reports why. With "
    "`dryRun: true` nothing is changed: `dryRun` reports what would be done, and its token ties the command to that "
    "selection. After a lost connection, retry with the same idempotencyKey."
)


@strawberry.type(
    description="Commands. Each runs in one transaction; a refused command changes nothing. A command on many orders "
    "(rejectOrders, archiveOrders, …) commits them in batches. A refusal is reported in userErrors."
)
class Mutation:
    reject_order = command(
        reject_order,
        needs=A.REJECT,
        description="Rejects (cancels) an order. Final: a rejection can never be undone. Order.canReject and "
        "Order.rejectionBlockers give the same verdict beforehand. If the order is NOT_REJECTABLE, `blockers` lists "
        "every reason, with the documents to void or delete first. After a lost connection, retry with the same "
        "idempotencyKey.",
    )
    reject_orders = command(
        reject_orders,
        needs=A.REJECT,
        cost=BULK,
        description="Rejects many orders, with one message to all buyers. Final, as rejectOrder. Eligible are orders "
        f"that await an OC or have one created (OC_REQUIRED, OC_CREATED). {SKIPPED}",
    )
    archive_order = command(
        archive_order,
        needs=A.ARCHIVE,
        description="Archives a rejected or sent-back order: hides it permanently from the default list. It is still "
        "found by id, by code, and with OrderFilter.includeArchived.",
    )
    apply_tags = command(
        apply_tags,
        needs=A.APPLY_TAGS,
        description="Replaces the tags of an order, adds tags to it or removes tags from it, in any status, rejected "
        "or not.",
    )
    assign_order = command(
        assign_order,
        needs=A.ASSIGN,
        description="Puts a member of the brand in charge of an order, or nobody. Next: find the member's orders with "
        "OrderFilter.assigneeIds.",
    )
    set_external_reference = command(
        set_external_reference,
        needs=A.SET_EXTERNAL_REFERENCE,
        description="Sets or removes what the caller's own system calls an order. Next: find the order with "
        "orderByReference.",
    )
    create_tag = command(
        create_tag,
        needs=P.MANAGE_TAGS,
        description="Creates a tag of the brand. Next: put it on orders with applyTags or applyTagsToOrders.",
    )
    update_tag = command(
        update_tag, needs=P.MANAGE_TAGS, description="Changes the name or colour of a tag of the brand."
    )
    delete_tag = command(
        delete_tag,
        needs=P.MANAGE_TAGS,
        description="Deletes a tag of the brand permanently. If orders carry it, it is deleted only with "
        "`removeFromOrders: true`.",
    )
    create_rejection_reason = command(
        create_rejection_reason,
        needs=P.MANAGE_REJECTION_REASONS,
        description="Creates a reason for rejections. Next: give its code to rejectOrder or rejectOrders.",
    )
    update_rejection_reason = command(
        update_rejection_reason,
        needs=P.MANAGE_REJECTION_REASONS,
        description="Changes the labels of a reason for rejections, archives it, or makes an archived one available "
        "again. A reason is never deleted.",
    )
    archive_orders = command(
        archive_orders,
        needs=A.ARCHIVE,
        cost=BULK,
        description="Archives many rejected or sent-back orders: hides them permanently from the default list. "
        f"{SKIPPED}",
    )
    apply_tags_to_orders = command(
        apply_tags_to_orders,
        needs=A.APPLY_TAGS,
        cost=BULK,
        description=f"Replaces the tags of many orders, adds tags to them, or removes tags from them. {SKIPPED}",
    )
    create_order_confirmations = command(
        create_order_confirmations,
        needs=A.CREATE_CONFIRMATION,
        cost=BULK,
        description=f"Creates the OCs of many orders, with the lines as ordered. {SKIPPED}",
    )
    confirm_orders = command(
        confirm_orders,
        needs=A.CONFIRM,
        cost=BULK,
        description=f"Confirms many orders: fixes their content. {SKIPPED}",
    )
    resend_notification = command(
        resend_notification,
        needs=P.RESEND_MAILS,
        description="Sends a mail again that failed or may have been delivered, to the current addresses of the buyer, "
        "as a new notification. Next: read its status in Order.notifications.",
    )
    update_brand_settings = command(
        update_brand_settings, needs=P.CHANGE_SETTINGS, description="Changes settings of the viewer's brand."
    )
    delete_mail_wording = command(
        delete_mail_wording,
        needs=P.CHANGE_SETTINGS,
        description="Deletes the brand's wording of the mails of one kind and language: they have the standard texts "
        "again. The earlier versions can still be read.",
    )
    create_buyer = command(
        create_buyer,
        needs=P.MANAGE_BUYERS,
        description="Creates a buyer of the brand, so that orders can be placed for it. Next: placeOrder.",
    )
    update_buyer = command(
        update_buyer,
        needs=P.MANAGE_BUYERS,
        description="Changes a buyer: its name, e-mail addresses, language, country, postal address, and whether it is "
        "offline. Next, after a mail to an old address has failed: resendNotification.",
    )
    erase_buyer = command(
        erase_buyer,
        needs=P.ERASE_BUYERS,
        description="Erases the personal data of a buyer, irreversibly: its name and addresses, the texts and "
        "recipients of its mails, the messages of its rejections, comments, carts. Orders, amounts, issued invoices "
        "and the audit stay. While a mail to it is being sent the command is refused: repeat it then.",
    )
    create_api_key = command(
        create_api_key,
        needs=P.MANAGE_API_KEYS,
        description="Creates an API key for a partner app. Next: store `secret`, which is shown only this once.",
    )
    rotate_api_key = command(
        rotate_api_key,
        needs=P.MANAGE_API_KEYS,
        description="Replaces an API key with a new one. The old key can stay valid for `overlapHours`. Next: store "
        "`secret`, which is shown only this once.",
    )
    revoke_api_key = command(
        revoke_api_key,
        needs=P.MANAGE_API_KEYS,
        description="Revokes an API key immediately and permanently.",
    )
    create_webhook = command(
        create_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Creates a webhook: from now on the brand's events are posted to its URL "
        "(docs/guides/webhooks.md). Next: give `secret`, which is shown only this once, to the receiver; then "
        "testWebhook.",
    )
    update_webhook = command(
        update_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Changes the URL, kinds, name or alert address of a webhook.",
    )
    rotate_webhook_secret = command(
        rotate_webhook_secret,
        needs=P.MANAGE_WEBHOOKS,
        description="Replaces the secret of a webhook. For 24 hours requests are signed with both. Next: give "
        "`secret`, which is shown only this once, to the receiver.",
    )
    pause_webhook = command(
        pause_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Pauses a webhook: no events are sent. A request that is on its way may still arrive. Next: "
        "resumeWebhook.",
    )
    resume_webhook = command(
        resume_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Resumes a webhook: it goes on after the last event that its receiver has accepted, however long "
        "ago. An active webhook that waits after a failure tries again at once.",
    )
    delete_webhook = command(
        delete_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Deletes a webhook and its deliveries permanently. A request that is on its way may still arrive.",
    )
    test_webhook = command(
        test_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Sends a test event to a webhook, once, even if it is paused. Next: read the delivery by "
        "`deliveryId`.",
    )
    replay_webhook = command(
        replay_webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="Sends the events after a position of the feed, in order, with the same webhook-id as before. A "
        "paused webhook stays paused.",
    )
    sign_out_user = command(
        sign_out_user,
        needs=P.SIGN_OUT_USERS,
        description="Signs out a user: every token that the user has got so far is refused from now on, and the "
        "download links that it asked for end. Another server process knows within 30 seconds. An identity provider "
        "may issue a new token, so remove the user there first. A partner app is stopped with revokeApiKey.",
    )
    update_cart = command(
        update_cart,
        needs=P.EDIT_CARTS,
        description="Sets the content of the cart that the viewer's buyer has for a catalog. Next: order it with "
        "placeOrder.",
    )
    place_order = command(
        place_order,
        needs=P.PLACE_ORDERS,
        description="Places an order by hand: the brand for a buyer, or a buyer's user for that buyer. Next: the brand "
        "creates the OC with createOrderConfirmation.",
    )
    send_order_back_to_cart = command(
        send_order_back_to_cart,
        needs=A.SEND_BACK_TO_CART,
        description="Sends an order back to the buyer's cart, where the buyer corrects it and orders again. Final for "
        "this order; the new order has it as Order.replaces, and is its "
        "Order.replacedBy.",
    )
    create_order_confirmation = command(
        create_order_confirmation,
        needs=A.CREATE_CONFIRMATION,
        description="Creates the order confirmation (OC) of an order, with the lines as ordered. Next: "
        "updateOrderConfirmation, approveOrderConfirmation by the buyer, or confirmOrder.",
    )
    update_order_confirmation = command(
        update_order_confirmation,
        needs=A.UPDATE_CONFIRMATION,
        description="Changes the lines of an OC before it is confirmed. The original order is kept.",
    )
    approve_order_confirmation = command(
        approve_order_confirmation,
        needs=A.APPROVE_CONFIRMATION,
        description="Approves an OC, as the buyer, if the brand requested it. Next: the brand confirms the order with "
        "confirmOrder.",
    )
    refuse_order_confirmation = command(
        refuse_order_confirmation,
        needs=A.REFUSE_CONFIRMATION,
        description="Refuses an OC, as the buyer, if the brand requested approval. Not a rejection of the order. Next: "
        "the brand changes the OC with updateOrderConfirmation.",
    )
    confirm_order = command(
        confirm_order,
        needs=A.CONFIRM,
        description="Confirms an order: fixes its content. Next: createDeliveryNote, or createBacklogSkus to deliver "
        "in parts.",
    )
    make_order_confirmation_editable = command(
        make_order_confirmation_editable,
        needs=A.MAKE_CONFIRMATION_EDITABLE,
        description="Reopens a confirmed OC. Possible until a delivery note or backlog SKUs exist. Next: "
        "updateOrderConfirmation.",
    )
    create_backlog_skus = command(
        create_backlog_skus,
        needs=A.CREATE_BACKLOG_SKUS,
        description="Creates the backlog SKUs of a confirmed order, to deliver it in parts. From then on the order "
        "cannot be rejected. Next: createDeliveryNote with backlogQuantities.",
    )
    create_delivery_note = command(
        create_delivery_note,
        needs=A.CREATE_DELIVERY_NOTE,
        description="Creates a delivery note for the whole order or for some of its backlog SKUs. While the note "
        "exists, the order cannot be rejected.",
    )
    update_delivery_note = command(
        update_delivery_note,
        needs=P.MANAGE_DELIVERY_NOTES,
        description="Changes a delivery note that is on no invoice.",
    )
    delete_delivery_note = command(
        delete_delivery_note,
        needs=P.MANAGE_DELIVERY_NOTES,
        description="Deletes a delivery note that is on no invoice. Its quantities can be delivered again.",
    )
    create_invoice = command(
        create_invoice,
        needs=A.CREATE_INVOICE,
        description="Drafts an invoice for an order. While the invoice exists, be it a draft, the order cannot be "
        "rejected. Next: issueInvoice or deleteInvoice.",
    )
    create_invoice_for_orders = command(
        create_invoice_for_orders,
        needs=A.CREATE_INVOICE,
        cost=BULK,
        description="Drafts one invoice for several orders of a buyer: for all of them or for none. If refused, "
        "`refusedOrders` lists the orders that prevent it, and why. Next: issueInvoice or deleteInvoice.",
    )
    create_invoice_for_delivery_notes = command(
        create_invoice_for_delivery_notes,
        needs=A.INVOICE_DELIVERY_NOTES,
        cost=BULK,
        description="Drafts one invoice for delivery notes of a buyer: for all of them or for none. If refused, "
        "`refusedOrders` lists the orders that prevent it, and why. Next: issueInvoice or deleteInvoice.",
    )
    issue_invoice = command(
        issue_invoice,
        needs=P.MANAGE_INVOICES,
        description="Issues a drafted invoice. From then on the buyer sees it, and it can be voided but not deleted.",
    )
    void_invoice = command(
        void_invoice,
        needs=P.MANAGE_INVOICES,
        description="Voids an issued invoice permanently and releases its orders: it no longer keeps them from being "
        "rejected or invoiced.",
    )
    delete_invoice = command(
        delete_invoice,
        needs=P.MANAGE_INVOICES,
        description="Deletes a drafted invoice and releases its orders: it no longer keeps them from being rejected or "
        "invoiced.",
    )
