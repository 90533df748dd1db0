"""The API's table of contents: every query and mutation, bound name by name."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from graph.errors import PublishErrors
from graph.node import node, nodes
from graph.order_actions import apply_tags, archive_order, create_tag
from graph.orders import order, order_by_code, orders, orders_excel
from graph.rejection import reject_order, rejection_mail_preview
from graph.scalars import SCALARS
from graph.tags import tags
from graph.viewer import viewer

MOST_TOKENS = 2_000


@strawberry.type(description="Questions. They change nothing.")
class Query:
    viewer = strawberry.field(resolver=viewer, description="Who is asking.")
    node = strawberry.field(resolver=node, description="Anything by its id; null when the viewer has no such thing.")
    nodes = strawberry.field(resolver=nodes, description="Several things by their ids, in the order asked for.")
    order = strawberry.field(resolver=order, description="An order by its id.")
    order_by_code = strawberry.field(resolver=order_by_code, description="An order by its code.")
    orders = strawberry.field(resolver=orders, description="The list of orders.")
    orders_excel = strawberry.field(
        resolver=orders_excel, description="One workbook with everything that the filter matches."
    )
    rejection_mail_preview = strawberry.field(
        resolver=rejection_mail_preview,
        description="The mail that rejectOrder would send, before it is sent.",
    )
    tags = strawberry.field(resolver=tags, description="The brand's tags by code; none for a buyer.")


@strawberry.type(description="Commands. Each is one transaction; a refused one changes nothing.")
class Mutation:
    reject_order = strawberry.mutation(
        resolver=reject_order, description="Rejects (cancels) an order. It can never be undone."
    )
    archive_order = strawberry.mutation(
        resolver=archive_order,
        description="Takes a rejected or sent-back order out of the list, for good.",
    )
    apply_tags = strawberry.mutation(
        resolver=apply_tags, description="Sets an order's tags, in any status, rejected or not."
    )
    create_tag = strawberry.mutation(resolver=create_tag, description="Makes a new tag of the brand.")


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Errors are logged where they are published (graph/errors.py)."""


def create_schema() -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=[
            PublishErrors,
            lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
            lambda: ParserCache(maxsize=500),
            lambda: ValidationCache(maxsize=500),
        ],
    )


schema = create_schema()
