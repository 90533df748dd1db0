"""What each question and command of the API needs: declared here, enforced by resolvers through models/permissions.py.

Every field of Query and Mutation is named, and of the types those that not everybody sees; a test finds one that is
not. A field named twice needs one of the two, as its arguments say.
"""

from models.permissions import Permission, roles
from models.policy import OrderAction, Role

P, A = Permission, OrderAction
MAIL_PREVIEWS = "Query.orderMailPreview"

FIELDS: dict[OrderAction | Permission, tuple[str, ...]] = {
    P.READ: (
        "Query.viewer",
        "Query.node",
        "Query.nodes",
        "Query.order",
        "Query.orderByCode",
        "Query.orders",
        "Query.ordersExcel",
        "Query.orderAnalytics",
        "Query.orderAnalyticsExcel",
        "Query.carts",
    ),
    P.READ_INTERNAL: (
        "Query.tags",
        "Query.history",
        "Query.historyExcel",
        "Order.tags",
        "Order.history",
        "Order.notifications",
    ),
    P.READ_SETTINGS: ("Query.brandSettings",),
    P.CHANGE_SETTINGS: ("Mutation.updateBrandSettings",),
    P.MANAGE_API_KEYS: ("Query.apiKeys", "Mutation.createApiKey", "Mutation.rotateApiKey", "Mutation.revokeApiKey"),
    P.PLACE_ORDERS: ("Mutation.placeOrder",),
    P.EDIT_CARTS: ("Mutation.updateCart",),
    P.MANAGE_TAGS: ("Mutation.createTag", "Mutation.updateTag", "Mutation.deleteTag"),
    P.MANAGE_DELIVERY_NOTES: ("Mutation.updateDeliveryNote", "Mutation.deleteDeliveryNote"),
    P.MANAGE_INVOICES: ("Mutation.issueInvoice", "Mutation.voidInvoice", "Mutation.deleteInvoice"),
    P.RESEND_MAILS: ("Mutation.resendNotification",),
    A.REJECT: ("Mutation.rejectOrder", "Mutation.rejectOrders", "Query.rejectionMailPreview", MAIL_PREVIEWS),
    A.ARCHIVE: ("Mutation.archiveOrder", "Mutation.archiveOrders"),
    A.APPLY_TAGS: ("Mutation.applyTags", "Mutation.applyTagsToOrders"),
    A.SEND_BACK_TO_CART: ("Mutation.sendOrderBackToCart", MAIL_PREVIEWS),
    A.CREATE_CONFIRMATION: (
        "Mutation.createOrderConfirmation",
        "Mutation.createOrderConfirmations",
        MAIL_PREVIEWS,
    ),
    A.UPDATE_CONFIRMATION: ("Mutation.updateOrderConfirmation",),
    A.APPROVE_CONFIRMATION: ("Mutation.approveOrderConfirmation",),
    A.REFUSE_CONFIRMATION: ("Mutation.refuseOrderConfirmation",),
    A.CONFIRM: ("Mutation.confirmOrder", "Mutation.confirmOrders", MAIL_PREVIEWS),
    A.MAKE_CONFIRMATION_EDITABLE: ("Mutation.makeOrderConfirmationEditable", MAIL_PREVIEWS),
    A.CREATE_BACKLOG_SKUS: ("Mutation.createBacklogSkus",),
    A.CREATE_DELIVERY_NOTE: ("Mutation.createDeliveryNote",),
    A.CREATE_INVOICE: ("Mutation.createInvoice", "Mutation.createInvoiceForOrders"),
    A.INVOICE_DELIVERY_NOTES: ("Mutation.createInvoiceForDeliveryNotes",),
}


def roles_of(field: str) -> frozenset[Role]:
    """Who may use a field, as "Mutation.rejectOrder"; nobody, if it is not declared."""
    found: frozenset[Role] = frozenset()
    return found.union(*(roles(what) for what, fields in FIELDS.items() if field in fields))
