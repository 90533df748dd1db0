"""The API's queries: each bound to its resolver, with permission, cost and description."""

import strawberry

from graph.analytics import order_analytics, order_analytics_excel
from graph.api_keys import api_keys
from graph.brand_settings import brand_settings
from graph.buyers import buyer, buyers, id_of_buyer
from graph.buyers import listing as listing_of_buyers
from graph.carts import carts
from graph.catalog import catalogs, listing_of_catalogs, listing_of_skus, skus
from graph.core.binding import question
from graph.core.node import SOURCES, kinds_and_ids, node, nodes
from graph.document_lists import delivery_notes, invoices, listing_of_invoices, listing_of_notes
from graph.events import events
from graph.execution.declared import Root
from graph.external_references import order_by_reference
from graph.history import history, history_excel
from graph.history import listing as listing_of_history
from graph.limits.cost import Cost, ListSize, page_size
from graph.mail_preview import order_mail_preview
from graph.members import members
from graph.notifications import listing_of_mails, notifications
from graph.order_facets import order_facets
from graph.order_queries import BY_CODE, id_of_order, listing, order, order_by_code, orders, orders_excel
from graph.papers.accounting import accounting_export
from graph.rejection import rejection_mail_preview
from graph.rejection_reasons import rejection_reasons
from graph.statuses import status_labels
from graph.tags import listing as listing_of_tags
from graph.tags import tag_connection, tags
from graph.viewer import viewer, viewer_of
from graph.webhooks.fields import (
    webhook,
    webhook_deliveries,
    webhooks,
)
from models.messages.mail import MailKind, mail_texts
from models.permissions import Permission
from models.policy import OrderAction
from resolvers.reading.sources import (
    BUYERS,
    CATALOGS,
    DELIVERY_NOTES,
    HISTORY,
    INVOICES,
    NOTIFICATIONS,
    ORDERS,
    SKUS,
    TAGS,
)

P, A = Permission, OrderAction


@strawberry.type(description="Read-only queries. Each sees only the orders that the viewer may see.")
class Query:
    viewer = question(
        viewer,
        needs=P.READ,
        description="The caller: name, role, brand and language. Use it to decide what to show in a client.",
        declaration=Root(value=viewer_of),
    )
    node = question(
        node,
        needs=P.READ,
        description="Any object by its id. Null if it does not exist or the viewer may not see it.",
        declaration=Root(several=kinds_and_ids, sources=SOURCES),
    )
    nodes = question(
        nodes,
        needs=P.READ,
        description="Several objects by their ids, in the order of the ids. Null in the place of each one that does "
        "not exist or that the viewer may not see.",
        directives=[ListSize(slicing_arguments=["ids"])],
        declaration=Root(several=kinds_and_ids, sources=SOURCES),
    )
    order = question(
        order,
        needs=P.READ,
        description="An order by its id, archived or not. Null if the viewer has no such order.",
        declaration=Root(ORDERS, one=id_of_order),
    )
    order_by_code = question(
        order_by_code,
        needs=P.READ,
        description="An order by its code, archived or not. Null if the viewer has no such order. A code is unique in "
        "a brand; an operator, who sees all brands, gets the newest order with the code.",
        declaration=Root(ORDERS, lookup=BY_CODE),
    )
    order_by_reference = question(
        order_by_reference,
        needs=P.READ_INTERNAL,
        description="An order by its external reference, archived or not. Null if the caller has no such order, and "
        "always null for a buyer.",
    )
    orders = question(
        orders,
        needs=P.READ,
        description="The list of orders that the viewer may see, newest first and without archived ones unless `sort` "
        "and `filter` say otherwise. Page forwards with `first` and `after`, or backwards with `last` and `before`.",
        directives=[page_size("first", "last")],
        declaration=Root(ORDERS, listing=listing),
    )
    order_facets = question(
        order_facets,
        needs=P.READ,
        description="The orders that a filter matches, counted by status, delivery status, tag and reason, with labels "
        "in the viewer's language: for the tabs and choices of a list.",
        directives=[Cost(weight="100")],
    )
    status_labels = question(
        status_labels,
        needs=P.READ,
        description="The statuses of orders and of their delivery in words, as the viewer's side (brand or buyer) "
        "calls them. One order's are Order.statusLabel and Order.deliveryStatusLabel.",
    )
    orders_excel = question(
        orders_excel,
        needs=P.READ,
        description="A download link to one workbook (Excel) with all orders that the filter matches, and their "
        "lines. The link expires: see Download.expiresAt.",
    )
    accounting_export = question(
        accounting_export,
        needs=P.READ_INTERNAL,
        description="A download link to the issued invoices and the credit notes for bookkeeping, as a workbook or "
        "CSV: document, date, buyer, net, rate, tax, gross and currency, one row for each document and tax rate. The "
        "amounts of a credit note are negative.",
    )
    rejection_mail_preview = question(
        rejection_mail_preview,
        needs=A.REJECT,
        description="The mail that rejectOrder would send to the buyer. Nothing is sent. Its `to` is "
        "empty if the buyer cannot be mailed, and `notices` say why.",
    )
    order_analytics = question(
        order_analytics,
        needs=P.READ,
        description="Number, quantity and value of orders, in total and by month, buyer, catalog or product. Rejected "
        "and sent-back orders are left out; `rejected` reports them.",
        directives=[Cost(weight="100")],
    )
    order_analytics_excel = question(
        order_analytics_excel,
        needs=P.READ,
        description="A download link to a workbook (Excel) of the analytics by month, buyer, catalog and product, with "
        "charts, and of the rejections.",
    )
    order_mail_preview = question(
        order_mail_preview,
        needs=[mail_texts(kind).previewed_with for kind in MailKind],
        description="The mail that an action would send to the buyer. Nothing is sent. Requires the permission for the "
        "action that sends mails of this kind. Its `to` is empty if the buyer cannot be mailed, and `notices` say why.",
    )
    history = question(
        history,
        needs=P.READ_INTERNAL,
        description="The audit trail of the brand: who decided what, on orders, tags and settings. Empty for a buyer. "
        "One order's part of it is Order.history.",
        directives=[page_size("first", "last")],
        declaration=Root(HISTORY, listing=listing_of_history),
    )
    events = question(
        events,
        needs=P.READ,
        description="The feed: everything that happened, in the order of commits and without gaps, so that a client "
        "that keeps lastSequence misses nothing. With archived, tagged and back-dated orders. A buyer gets what "
        "happened to its own orders and may know. Events that are older than the audit chain are not in it.",
        directives=[page_size("first", fields=["nodes"])],
    )
    history_excel = question(
        history_excel,
        needs=P.READ_INTERNAL,
        description="A download link to a workbook (Excel) of the history and of every rejection in it, with the "
        "values that verify its hash chain.",
    )
    brand_settings = question(
        brand_settings,
        needs=P.READ_SETTINGS,
        description="The settings of the viewer's brand. Null for a buyer or an operator.",
    )
    api_keys = question(
        api_keys,
        needs=P.MANAGE_API_KEYS,
        description="The API keys of the brand that are not revoked. Fails with the error code NOT_PERMITTED for "
        "other roles.",
    )
    webhooks = question(
        webhooks,
        needs=P.MANAGE_WEBHOOKS,
        description="The webhooks of the brand, oldest first. Fails with the error code NOT_PERMITTED for other roles.",
    )
    webhook = question(
        webhook,
        needs=P.MANAGE_WEBHOOKS,
        description="A webhook by its id. Null if it does not exist or the viewer may not see it.",
    )
    webhook_deliveries = question(
        webhook_deliveries,
        needs=P.MANAGE_WEBHOOKS,
        description="The last attempts to deliver events to a webhook, with the receiver's responses, newest first. "
        "Fails with the error code NOT_PERMITTED for other roles.",
        directives=[page_size("first", "last")],
    )
    buyers = question(
        buyers,
        needs=P.READ,
        description="The buyers of the brand, sorted by code. A buyer's user sees only that buyer.",
        directives=[page_size("first", "last")],
        declaration=Root(BUYERS, listing=listing_of_buyers),
    )
    buyer = question(
        buyer,
        needs=P.READ,
        description="A buyer by its id. Null if the viewer may not see it.",
        declaration=Root(BUYERS, one=id_of_buyer),
    )
    catalogs = question(
        catalogs,
        needs=P.READ,
        description="The catalogs of the brand, sorted by code. placeOrder takes their codes, OrderFilter.catalogIds "
        "their ids.",
        directives=[page_size("first", "last")],
        declaration=Root(CATALOGS, listing=listing_of_catalogs),
    )
    skus = question(
        skus,
        needs=P.READ,
        description="The SKUs of the brand, sorted by number. The lines of placeOrder take their ids.",
        directives=[page_size("first", "last")],
        declaration=Root(SKUS, listing=listing_of_skus),
    )
    invoices = question(
        invoices,
        needs=P.READ,
        description="Invoices, newest first. A buyer sees those for its own orders, without drafts.",
        directives=[page_size("first", "last")],
        declaration=Root(INVOICES, listing=listing_of_invoices),
    )
    delivery_notes = question(
        delivery_notes,
        needs=P.READ,
        description="Delivery notes, newest first. A buyer sees those of its own orders.",
        directives=[page_size("first", "last")],
        declaration=Root(DELIVERY_NOTES, listing=listing_of_notes),
    )
    notifications = question(
        notifications,
        needs=P.READ_INTERNAL,
        description="The mails to buyers, newest first, e.g. `status: [FAILED]` for those to send again with "
        "resendNotification. Empty for a buyer.",
        directives=[page_size("first", "last")],
        declaration=Root(NOTIFICATIONS, listing=listing_of_mails),
    )
    members = question(
        members,
        needs=P.READ_INTERNAL,
        description="The members of the brand who have done something here or were put in charge of an order, by name. "
        "assignOrder takes their ids. Empty for a buyer.",
        directives=[ListSize(assumed_size=50)],
    )
    carts = question(
        carts,
        needs=P.READ,
        description="The carts of a buyer, at most one for each catalog. Empty if the viewer may not see the buyer.",
    )
    rejection_reasons = question(
        rejection_reasons,
        needs=P.READ_INTERNAL,
        description="The reasons for rejections that the brand has, in the order in which they were created, without "
        "archived ones unless `includeArchived` says otherwise. Empty for a buyer.",
    )
    tags = question(
        tags,
        needs=P.READ_INTERNAL,
        description="The tags of the brand, sorted by code. Empty for a buyer.",
    )
    tag_connection = question(
        tag_connection,
        needs=P.READ_INTERNAL,
        description="The tags of the brand, sorted by code, page by page. Empty for a buyer. CreateTagPayload.tagEdge "
        "can be inserted into it.",
        directives=[page_size("first", "last")],
        declaration=Root(TAGS, listing=listing_of_tags),
    )
