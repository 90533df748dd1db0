"""The scopes of an API key, and the role that each scope has in the rules table of models/policy.py."""

from collections.abc import Iterable
from enum import StrEnum

from models.policy import Role


class KeyScope(StrEnum):
    """From narrow to wide: each scope includes the scopes before it."""

    ORDERS_READ = "orders:read"
    ORDERS_REJECT = "orders:reject"
    ORDERS_WRITE = "orders:write"


ROLE_OF_SCOPE = {
    KeyScope.ORDERS_READ: Role.APP_READ,
    KeyScope.ORDERS_REJECT: Role.APP_REJECT,
    KeyScope.ORDERS_WRITE: Role.APP,
}


def with_included(scopes: Iterable[KeyScope]) -> list[KeyScope]:
    """These scopes and the scopes that they include, from narrow to wide."""
    order = list(KeyScope)
    return order[: max((order.index(scope) + 1 for scope in scopes), default=0)]


def role_of_scopes(scopes: Iterable[KeyScope]) -> Role:
    """The role of the widest scope. Raises IndexError if there are none."""
    return ROLE_OF_SCOPE[with_included(scopes)[-1]]


def scopes_of_role(role: Role) -> list[KeyScope]:
    """Empty for every role that is not a partner app's."""
    return with_included(scope for scope, its in ROLE_OF_SCOPE.items() if its is role)
