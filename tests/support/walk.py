"""Walks the introspected schema: every root field, and every place in its arguments that takes an id.

An argument that is an ID and not in KINDS, or that needs a value and has none in VALUES, fails whoever walks: it must
be told here how to fill it.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    get_named_type,
)

from graph.limits.size import MAX_FIELDS, MAX_SELECTION_SETS
from tests.support.client import Client

# Argument name → the kind of its id, a key of the ids to fill in.
KINDS = {
    "orderId": "Order",
    "orderIds": "Order",
    "buyerId": "Buyer",
    "buyerIds": "Buyer",
    "tagId": "Tag",
    "tagIds": "Tag",
    "skuId": "Sku",
    "catalogIds": "Catalog",
    "backlogSkuId": "BacklogSku",
    "deliveryNoteId": "DeliveryNote",
    "deliveryNoteIds": "DeliveryNote",
    "invoiceId": "Invoice",
    "apiKeyId": "ApiKey",
    "webhookId": "Webhook",
    "notificationId": "Notification",
    "reasonId": "RejectionReason",
    "rejectionReasonIds": "RejectionReason",
}
# Ids of any kind: these get the id of what the field is about, else of an order, unless the test gives another.
ANY_KIND = {"node": "id", "nodes": "ids", "order": "id", "buyer": "id", "webhook": "id"}
# Required arguments that are no ids, with their values.
VALUES: dict[str, Any] = {
    "notify": False,
    "askBuyerApproval": True,
    "removeFromOrders": True,
    "catalogCode": "SS27",
    "currency": "GBP",
    "quantity": 1,
    "unitPrice": "12.50",
    "actorId": "nobody",
    "code": "walked",
    "reference": "walked",
    "name": "Walked",
    "url": "https://walked.example/hooks",
    "after": 0,
    "labelEn": "Walked",
    "labelJa": "Walked",
    "uniqueCode": "walked",
    "allowSimilarCode": False,
    "mode": "ADD",
    "scopes": "ORDERS_READ",
    "overlapHours": 0,
    "kind": "ORDER_REJECTED",
    "locale": "EN",
    "format": "XLSX",
    "field": "CODE",
    "direction": "ASC",
}
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place for an id: its path in the variables of a root field, and the kind of id."""

    operation: str
    field: str
    path: Path
    kind: str

    def __str__(self) -> str:
        return f"{self.field}({'.'.join(map(str, self.path))})"


@dataclass(frozen=True, slots=True)
class Walk:
    schema: GraphQLSchema

    @classmethod
    async def of(cls, client: Client) -> "Walk":
        """Introspects through HTTP, as any client can."""
        return cls(build_client_schema(await client.data(get_introspection_query())))  # type: ignore[arg-type]

    def fields(self) -> Iterator[tuple[str, str, GraphQLField]]:
        """("query" or "mutation", name, field) of every root field."""
        for operation, root in (("query", self.schema.query_type), ("mutation", self.schema.mutation_type)):
            assert root is not None
            for name, field in root.fields.items():
                yield operation, name, field

    def nested_with_arguments(self) -> set[str]:
        """The fields below the root that take arguments, as "Order.pdf(document)".

        Subscriptions are tried in tests/server/test_live_events.py.
        """
        roots = (self.schema.query_type, self.schema.mutation_type, self.schema.subscription_type)
        return {
            f"{type_.name}.{name}({argument})"
            for type_ in self.schema.type_map.values()
            if isinstance(type_, GraphQLObjectType) and type_ not in roots and not type_.name.startswith("__")
            for name, field in type_.fields.items()
            for argument in field.args
        }

    def places(self) -> list[Place]:
        found = []
        for operation, name, field in self.fields():
            for path in _id_paths(field.args, ()):
                argument = [str(each) for each in path if isinstance(each, str)][-1]
                if ANY_KIND.get(name) == argument:
                    found.append(Place(operation, name, path, _subject(field)))
                    continue
                assert argument in KINDS, (
                    f"{name}: say in tests/support/walk.py what {'.'.join(map(str, path))} is the id of"
                )
                found.append(Place(operation, name, path, KINDS[argument]))
        return found

    def document(self, operation: str, name: str, depth: int = 3) -> str:
        """The field with all arguments as variables, and all fields without arguments down to `depth`.

        Where these are more than a document may have, one level less.
        """
        root = self.schema.query_type if operation == "query" else self.schema.mutation_type
        assert root is not None
        field = root.fields[name]
        variables = ", ".join(f"${argument}: {each.type}" for argument, each in field.args.items())
        arguments = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        head = f"{operation} ({variables}) {{ {name}({arguments})" if variables else f"{operation} {{ {name}"
        selection = self._selection(field.type, depth)
        fields = len(selection.replace("{", "").replace("}", "").split())
        if fields >= MAX_FIELDS or selection.count("{") >= MAX_SELECTION_SETS:
            selection = self._selection(field.type, depth - 1)
        return f"{head} {selection} }}"

    def variables(self, field: GraphQLField, ids: dict[str, str], path: Path = ()) -> dict[str, Any]:
        """Values for all required arguments, and for the optional ones on the way to `path`."""
        own = {"id": ids[_subject(field)]} if "id" in field.args else {}
        return _object(field.args, ids | own, path)

    def _selection(self, type_: Any, depth: int) -> str:
        named: Any = get_named_type(type_)
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        chosen = ["__typename"]
        for name, field in named.fields.items():
            if any(isinstance(each.type, GraphQLNonNull) for each in field.args.values()):
                continue
            is_leaf = not isinstance(get_named_type(field.type), GraphQLObjectType | GraphQLInterfaceType)
            if is_leaf or depth > 1:
                chosen.append(f"{name} {'' if is_leaf else self._selection(field.type, depth - 1)}")
        return f"{{ {' '.join(chosen)} }}"


def at(variables: dict[str, Any], path: Path, change: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy of the variables with another value at this path."""
    copy = deepcopy(variables)
    inner: Any = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = change(inner[path[-1]])
    return copy


def _subject(field: GraphQLField) -> str:
    """The kind of a field that answers one thing by its id; else an order."""
    named = get_named_type(field.type).name
    return named if named in KINDS.values() else "Order"


def _id_paths(arguments: dict[str, GraphQLArgument] | dict[str, GraphQLInputField], path: Path) -> Iterator[Path]:
    for name, argument in arguments.items():
        here: Path = (*path, name)
        type_: Any = argument.type
        while isinstance(type_, GraphQLNonNull | GraphQLList):
            if isinstance(type_, GraphQLList):
                here = (*here, 0)
            type_ = type_.of_type
        if isinstance(type_, GraphQLInputObjectType):
            yield from _id_paths(type_.fields, here)
        elif type_.name == "ID":
            yield here


def _object(arguments: dict[str, Any], ids: dict[str, str], path: Path) -> dict[str, Any]:
    on_the_way = set(path[:1])
    if {"orderIds", "filter"} <= arguments.keys() and "filter" not in on_the_way:  # exactly one of them is needed
        on_the_way.add("orderIds")
    return {
        name: _value(name, argument.type, ids, path[1:] if path[:1] == (name,) else ())
        for name, argument in arguments.items()
        if isinstance(argument.type, GraphQLNonNull) or name in on_the_way
    }


def _value(name: str, type_: Any, ids: dict[str, str], path: Path) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _value(name, type_.of_type, ids, path)
    if isinstance(type_, GraphQLList):
        return [_value(name, type_.of_type, ids, path[1:])]
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_.fields, ids, path)
    if type_.name == "ID":
        return ids[name if name == "id" else KINDS.get(name, "Order")]
    assert name in VALUES, f"say in tests/support/walk.py what to write for {name}: {type_}"
    value = VALUES[name]
    assert not isinstance(type_, GraphQLEnumType) or value in type_.values, f"{value} is none of {type_}"
    return value
