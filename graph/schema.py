"""The API's table of contents: every query and mutation, bound name by name."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from graph.analytics import order_analytics, order_analytics_excel
from graph.api_keys import api_keys, create_api_key, revoke_api_key, rotate_api_key
from graph.archiving import archive_order
from graph.brand_settings import brand_settings, update_brand_settings
from graph.bulk_actions import apply_tags_to_orders, archive_orders, confirm_orders, create_order_confirmations
from graph.bulk_rejection import reject_orders
from graph.carts import carts, update_cart
from graph.confirmation import (
    approve_order_confirmation,
    confirm_order,
    create_order_confirmation,
    make_order_confirmation_editable,
    refuse_order_confirmation,
    update_order_confirmation,
)
from graph.core.context import DecideByPrimary
from graph.core.errors import PublishErrors
from graph.core.node import node, nodes
from graph.core.scalars import SCALARS
from graph.delivery_notes import create_backlog_skus, create_delivery_note, delete_delivery_note, update_delivery_note
from graph.history import history, history_excel
from graph.invoices import (
    create_invoice,
    create_invoice_for_delivery_notes,
    create_invoice_for_orders,
    delete_invoice,
    issue_invoice,
    void_invoice,
)
from graph.limits.cost import Cost, ListSize, paged
from graph.limits.documents import Examiner, Limits
from graph.mail_preview import order_mail_preview
from graph.orders import order, order_by_code, orders, orders_excel
from graph.placing import place_order
from graph.rejection import reject_order, rejection_mail_preview
from graph.resending import resend_notification
from graph.send_back import send_order_back_to_cart
from graph.tagging import apply_tags
from graph.tags import create_tag, delete_tag, tags, update_tag
from graph.telemetry.metrics import KindOfOperation
from graph.viewer import viewer

COST_OF_A_MUTATION = Cost(weight="10")
COST_OF_A_BULK_ACTION = Cost(weight="100")


@strawberry.type(description="Questions. They change nothing.")
class Query:
    viewer = strawberry.field(resolver=viewer, description="Who is asking.")
    node = strawberry.field(resolver=node, description="Anything by its id; null when the viewer has no such thing.")
    nodes = strawberry.field(
        resolver=nodes,
        description="Several things by their ids, in the order asked for.",
        directives=[ListSize(slicing_arguments=["ids"])],
    )
    order = strawberry.field(resolver=order, description="An order by its id.")
    order_by_code = strawberry.field(resolver=order_by_code, description="An order by its code.")
    orders = strawberry.field(resolver=orders, description="The list of orders.", directives=[paged("first", "last")])
    orders_excel = strawberry.field(
        resolver=orders_excel, description="One workbook with everything that the filter matches."
    )
    rejection_mail_preview = strawberry.field(
        resolver=rejection_mail_preview,
        description="The mail that rejectOrder would send, before it is sent.",
    )
    order_analytics = strawberry.field(
        resolver=order_analytics,
        description="Figures over orders; rejected and sent-back orders are left out.",
        directives=[Cost(weight="100")],
    )
    order_analytics_excel = strawberry.field(
        resolver=order_analytics_excel,
        description="A workbook of the figures by month, buyer, catalog and product, with charts; and of rejections.",
    )
    order_mail_preview = strawberry.field(
        resolver=order_mail_preview, description="A mail to the buyer, before it is sent."
    )
    history = strawberry.field(
        resolver=history,
        description="Who decided what in the brand, orders, tags and settings alike; empty for a buyer.",
        directives=[paged("first", "last")],
    )
    history_excel = strawberry.field(
        resolver=history_excel,
        description="A workbook of the history, with what checks its chain, and of every rejection in it.",
    )
    brand_settings = strawberry.field(
        resolver=brand_settings, description="The settings of the viewer's brand; null for buyers and operators."
    )
    api_keys = strawberry.field(
        resolver=api_keys, description="The brand's API keys that are not revoked; for its admins."
    )
    carts = strawberry.field(resolver=carts, description="The carts of a buyer.")
    tags = strawberry.field(resolver=tags, description="The brand's tags by code; none for a buyer.")


@strawberry.type(description="Commands. Each is one transaction; a refused one changes nothing.")
class Mutation:
    reject_order = strawberry.mutation(
        resolver=reject_order, description="Rejects (cancels) an order. It can never be undone."
    )
    reject_orders = strawberry.mutation(
        resolver=reject_orders,
        description="Rejects many orders that await an OC or have one created; the others are skipped and reported.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    archive_order = strawberry.mutation(
        resolver=archive_order,
        description="Takes a rejected or sent-back order out of the list, for good.",
    )
    apply_tags = strawberry.mutation(
        resolver=apply_tags, description="Sets an order's tags, in any status, rejected or not."
    )
    create_tag = strawberry.mutation(resolver=create_tag, description="Makes a new tag of the brand.")
    update_tag = strawberry.mutation(resolver=update_tag, description="Renames or recolours a tag of the brand.")
    delete_tag = strawberry.mutation(
        resolver=delete_tag, description="Deletes a tag of the brand, unused or taken off all orders."
    )
    archive_orders = strawberry.mutation(
        resolver=archive_orders,
        description="Takes many rejected or sent-back orders out of the list; the others are skipped and reported.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    apply_tags_to_orders = strawberry.mutation(
        resolver=apply_tags_to_orders,
        description="Sets the tags of many orders, puts tags on them, or takes them off.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    create_order_confirmations = strawberry.mutation(
        resolver=create_order_confirmations,
        description="Makes the OCs of many orders, as they were ordered; ineligible ones are skipped and reported.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    confirm_orders = strawberry.mutation(
        resolver=confirm_orders,
        description="Fixes the content of many orders; ineligible ones are skipped and reported.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    resend_notification = strawberry.mutation(
        resolver=resend_notification, description="Sends a failed mail again, to the buyer's present addresses."
    )
    update_brand_settings = strawberry.mutation(
        resolver=update_brand_settings, description="Changes the settings of the brand; for its admins."
    )
    create_api_key = strawberry.mutation(
        resolver=create_api_key, description="Makes an API key for a partner app; for the brand's admins."
    )
    rotate_api_key = strawberry.mutation(
        resolver=rotate_api_key, description="Replaces an API key by a new one; for the brand's admins."
    )
    revoke_api_key = strawberry.mutation(
        resolver=revoke_api_key, description="Ends an API key at once and for good; for the brand's admins."
    )
    update_cart = strawberry.mutation(
        resolver=update_cart, description="A buyer's user sets what the cart for a catalog holds."
    )
    place_order = strawberry.mutation(resolver=place_order, description="Places an order by hand.")
    send_order_back_to_cart = strawberry.mutation(
        resolver=send_order_back_to_cart, description="Sends an order back to the buyer's cart. Final for this order."
    )
    create_order_confirmation = strawberry.mutation(
        resolver=create_order_confirmation, description="Makes the order confirmation (OC) of an order."
    )
    update_order_confirmation = strawberry.mutation(
        resolver=update_order_confirmation,
        description="Changes the lines of an OC; the original order stays.",
    )
    approve_order_confirmation = strawberry.mutation(
        resolver=approve_order_confirmation, description="The buyer approves an OC."
    )
    refuse_order_confirmation = strawberry.mutation(
        resolver=refuse_order_confirmation, description="The buyer refuses an OC; the brand then updates it."
    )
    confirm_order = strawberry.mutation(resolver=confirm_order, description="Fixes the content of an order.")
    make_order_confirmation_editable = strawberry.mutation(
        resolver=make_order_confirmation_editable, description="Opens a confirmed OC again."
    )
    create_backlog_skus = strawberry.mutation(
        resolver=create_backlog_skus, description="Lays out an order's SKUs to be delivered in parts."
    )
    create_delivery_note = strawberry.mutation(
        resolver=create_delivery_note, description="Makes a delivery note, of the whole order or of backlog SKUs."
    )
    update_delivery_note = strawberry.mutation(
        resolver=update_delivery_note, description="Changes a delivery note that is on no invoice."
    )
    delete_delivery_note = strawberry.mutation(
        resolver=delete_delivery_note, description="Deletes a delivery note and releases what it took."
    )
    create_invoice = strawberry.mutation(resolver=create_invoice, description="Drafts an invoice for an order.")
    create_invoice_for_orders = strawberry.mutation(
        resolver=create_invoice_for_orders,
        description="Drafts one invoice for several orders of a buyer.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    create_invoice_for_delivery_notes = strawberry.mutation(
        resolver=create_invoice_for_delivery_notes,
        description="Drafts one invoice for delivery notes of a buyer.",
        directives=[COST_OF_A_BULK_ACTION],
    )
    issue_invoice = strawberry.mutation(resolver=issue_invoice, description="Issues a drafted invoice.")
    void_invoice = strawberry.mutation(
        resolver=void_invoice, description="Voids an issued invoice and releases its orders."
    )
    delete_invoice = strawberry.mutation(
        resolver=delete_invoice, description="Deletes a drafted invoice and releases its orders."
    )


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Errors are logged where they are published (graph/core/errors.py)."""


def _declare_costs() -> None:
    """Every mutation costs something; those that declare nothing, the same."""
    for field in Mutation.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        if not any(isinstance(each, Cost) for each in field.directives):
            field.directives = [*field.directives, COST_OF_A_MUTATION]


_declare_costs()


def create_schema(*, introspection: bool = True) -> Schema:
    examiner = Examiner(introspection=introspection)
    return Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[PublishErrors, DecideByPrimary, KindOfOperation, lambda: Limits(examiner)],
    )


schema = create_schema()
