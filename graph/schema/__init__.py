"""The API's table of contents: queries, mutations and subscriptions, and the schema that they make."""

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from graphql.utilities.print_schema import print_schema_definition
from strawberry.schema.config import StrawberryConfig

from graph.core.binding import bindings, mutations_by_action
from graph.core.context import ReadFromPrimary
from graph.core.enums import describe_values
from graph.core.errors import MaskErrors
from graph.core.execution import PausingExecution
from graph.core.scalars import SCALARS
from graph.execution.mutations import Mutations, run_once
from graph.execution.plans import CompiledQueries, Plans
from graph.limits.documents import DocumentValidator, Limits
from graph.schema.mutations import Mutation
from graph.schema.queries import Query
from graph.schema.subscriptions import Subscription
from graph.schema.tour import TOUR
from graph.telemetry.metrics import KindOfOperation, answered, mutated
from models.database.engines import is_busy
from models.policy import OrderAction

describe_values(OrderAction, mutations_by_action(Mutation))


class Schema(strawberry.Schema):
    """Described by the tour, which Strawberry itself can neither take nor print.

    `validator`, `plans`, `mutations`: what is known of documents that were executed before.
    """

    validator: DocumentValidator
    plans: Plans
    mutations: Mutations

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._schema.description = TOUR

    def as_str(self) -> str:
        return f"{print_schema_definition(self._schema)}\n\n{super().as_str()}"

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Errors are logged where they are masked (graph/core/errors.py)."""


def create_schema(*, introspection: bool = True) -> Schema:
    validator = DocumentValidator(introspection=introspection)
    made: Schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=PausingExecution,
        extensions=[
            MaskErrors,
            ReadFromPrimary,
            KindOfOperation,
            lambda: Limits(validator),
            lambda: CompiledQueries(made.plans),
        ],
    )
    made.validator = validator
    made.plans = Plans(made._schema, is_busy, answered)
    made.mutations = Mutations(made._schema, mutated)
    run_once(made._schema)
    return made


schema = create_schema()


@cache
def printed_schema() -> str:
    """What schema.graphql holds, and GET /schema.graphql serves."""
    return schema.as_str() + "\n"


# What each field needs; importing this module fails if a query or a mutation declares nothing.
BINDINGS = bindings(schema)
