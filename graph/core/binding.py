"""Binding a field: its resolver, permission, cost and description, declared in one place.

graph/schema/ binds every query with `question`, mutation with `command` and subscription with `stream`. A field of
another type that some roles cannot see is defined with `question` too. The permission and the error codes are added to
the description. The binding only declares: the command itself checks the permission, as its refusal is data of the
payload.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

import strawberry
from graphql import is_object_type
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from graph.execution.declared import Declaration, Declared, Root
from graph.limits.cost import Cost
from models.permissions import EVERYBODY, Permission, roles
from models.policy import RULES, Blocker, OrderAction, OrderStatus, Role

Need = OrderAction | Permission

COST_OF_A_MUTATION = 10

# A code is possible only if the input has one of these fields. A code that is not listed is always possible.
ON_ORDERS = {"order_id", "order_ids", "delivery_note_id", "delivery_note_ids", "invoice_id", "notification_id"}
NEEDS_INPUT: Mapping[str, set[str]] = {
    "NOT_FOUND": ON_ORDERS | {"tag_id", "api_key_id", "webhook_id", "buyer_id", "reason_id", "kind"},
    "NOT_ALLOWED_IN_STATUS": ON_ORDERS,
    "ORDER_REJECTED": ON_ORDERS,
    "STALE_ORDER": {"expected_version"},
    "IDEMPOTENCY_KEY_REUSED": {"idempotency_key"},
    "BODY_WITHOUT_NOTIFY": {"body"},
    "BODY_TOO_LONG": {"body"},
    "UNKNOWN_TAGS": {"tag_ids"},
    "FILTER_WITHOUT_CONDITION": {"filter"},
    "SELECTION_CHANGED": {"token"},
    "REASON_REQUIRED": {"reason"},
    "UNKNOWN_REASON": {"reason"},
}


@dataclass(frozen=True, slots=True)
class Binding:
    """`needs`: permissions, one of which is required, as the arguments decide.

    `errors`: codes in userErrors. `family`: the type of these.
    """

    needs: tuple[Need, ...]
    errors: tuple[str, ...] = ()
    family: type | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Who may use the field, at least with some arguments."""
        return frozenset[Role]().union(*map(roles, self.needs))


def question(
    resolver: Any = None,
    *,
    needs: Need | Iterable[Need],
    description: str,
    directives: Sequence[object] = (),
    declaration: Declaration | Root | None = None,
) -> Any:
    """A field that changes nothing. Without `resolver` it decorates the method that resolves it.

    `declaration`: how the compiler answers it (graph/execution/declared.py); without, graphql-core does.
    """
    binding = Binding(_tuple(needs))
    return strawberry.field(
        resolver=resolver,
        description=f"{description}\n\n{_requires(binding.needs)}",
        directives=directives,
        metadata={Binding: binding} | ({Declared: declaration} if declaration else {}),
    )


def command(
    resolver: Callable[..., Any],
    *,
    needs: Need | Iterable[Need],
    description: str,
    cost: int = COST_OF_A_MUTATION,
) -> Any:
    """A mutation. `resolver` takes an `input` and gives a payload with `user_errors`.

    The field is nullable: the answer of an earlier mutation of the document, which is committed, outlives its fault.
    """
    family = _family(resolver)
    binding = Binding(_tuple(needs), _errors(resolver, family, _tuple(needs)), family)
    return strawberry.mutation(
        resolver=resolver,
        graphql_type=get_type_hints(resolver)["return"] | None,
        description=f"{description}\n\n{_requires(binding.needs)}\n\nErrors: {', '.join(binding.errors)}.",
        directives=[Cost(weight=str(cost))],
        metadata={Binding: binding},
    )


def stream(resolver: Callable[..., Any], *, needs: Need | Iterable[Need], description: str) -> Any:
    """A subscription."""
    binding = Binding(_tuple(needs))
    return strawberry.subscription(
        resolver=resolver,
        description=f"{description}\n\n{_requires(binding.needs)}",
        metadata={Binding: binding},
    )


def bindings(schema: strawberry.Schema) -> dict[str, Binding]:
    """The binding of each field that has one, by name, e.g. "Mutation.rejectOrder"; the operations first.

    Raises TypeError for a field of Query, Mutation or Subscription without a binding.
    """
    found: dict[str, Binding] = {}
    of_streams = schema._schema.subscription_type
    roots = [root for root in (schema._schema.query_type, schema._schema.mutation_type, of_streams) if root]
    for named in dict.fromkeys((*roots, *schema._schema.type_map.values())):
        if not is_object_type(named):
            continue
        for name, field in named.fields.items():
            definition = field.extensions.get("strawberry-definition")
            binding = definition.metadata.get(Binding) if isinstance(definition, StrawberryField) else None
            if binding:
                found[f"{named.name}.{name}"] = binding
            elif named in roots:
                raise TypeError(f"{named.name}.{name} declares no permission: bind it with question, command or stream")
    return found


def mutations_by_action(mutation: type) -> dict[str, str]:
    """The name of each OrderAction → the mutations that need it, as its description in the schema."""
    mutations: dict[OrderAction, list[str]] = {action: [] for action in OrderAction}
    for field in mutation.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        for need in field.metadata[Binding].needs:
            if isinstance(need, OrderAction):
                mutations[need].append(to_camel_case(field.python_name))
    by_buyer = {action: ", by the buyer" if RULES[action].by == {Role.BUYER} else "" for action in OrderAction}
    return {action.name: f"{', '.join(names)}{by_buyer[action]}." for action, names in mutations.items()}


def _tuple(needs: Need | Iterable[Need]) -> tuple[Need, ...]:
    return (needs,) if isinstance(needs, OrderAction | Permission) else tuple(needs)


def _requires(needs: tuple[Need, ...]) -> str:
    """E.g. Requires: ADMIN, WRITE, APP or OPERATOR (permission ARCHIVE)."""
    by_roles: dict[frozenset[Role], list[Need]] = {}
    for need in needs:
        by_roles.setdefault(roles(need), []).append(need)
    start = "Requires" if len(needs) == 1 else "Requires, depending on the arguments"
    listed = [f"{_names(allowed)} (permission {_or(each)})" for allowed, each in by_roles.items()]
    return f"{start}: {'; '.join(listed)}."


def _names(allowed: frozenset[Role]) -> str:
    """As the enum ViewerRole names them."""
    others = EVERYBODY - allowed
    if not others:
        return "any role"
    start, named = ("any role but ", others) if len(others) <= 2 else ("", allowed)
    return start + _or([role.name for role in Role if role in named])


def _or(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _family(resolver: Callable[..., Any]) -> type:
    """The type of the errors of the payload."""
    (error,) = get_args(get_type_hints(get_type_hints(resolver)["return"])["user_errors"])
    return error  # type: ignore[no-any-return]


def _errors(resolver: Callable[..., Any], error: type, needs: tuple[Need, ...]) -> tuple[str, ...]:
    """The codes of the error type that this input and the rules table allow."""
    names = {field.name for field in fields(get_type_hints(resolver)["input"])}
    never = {code for code, inputs in NEEDS_INPUT.items() if not inputs & names} | set(_unruled(needs))
    return tuple(code.name for code in get_type_hints(error)["code"] if code.name not in never)


def _unruled(needs: tuple[Need, ...]) -> Iterable[str]:
    """The codes that no rule of the table can lead to."""
    rules = [RULES[need] for need in needs if isinstance(need, OrderAction)]
    if not any(Blocker.ALREADY_REJECTED in rule.unless for rule in rules):
        yield "ORDER_REJECTED"
    if rules and not any(rule.unless or rule.within != frozenset(OrderStatus) for rule in rules):
        yield "NOT_ALLOWED_IN_STATUS"
