"""The permissions of each role. Actions on an order are in models/policy.py (`Rule.by`), everything else is here.

Every guard asks `permits`; which permission each field of the API needs is declared in graph/schema/, and
docs/rules.md prints both. *Which* rows a viewer sees is decided by models/scope.py. Pure.
"""

from enum import StrEnum

from models.policy import BUYER, RULES, WRITERS, OrderAction, Role


class Permission(StrEnum):
    READ = "READ"
    READ_INTERNAL = "READ_INTERNAL"
    READ_SETTINGS = "READ_SETTINGS"
    CHANGE_SETTINGS = "CHANGE_SETTINGS"
    MANAGE_API_KEYS = "MANAGE_API_KEYS"
    MANAGE_WEBHOOKS = "MANAGE_WEBHOOKS"
    SIGN_OUT_USERS = "SIGN_OUT_USERS"
    PLACE_ORDERS = "PLACE_ORDERS"
    EDIT_CARTS = "EDIT_CARTS"
    MANAGE_TAGS = "MANAGE_TAGS"
    MANAGE_REJECTION_REASONS = "MANAGE_REJECTION_REASONS"
    MANAGE_DELIVERY_NOTES = "MANAGE_DELIVERY_NOTES"
    MANAGE_INVOICES = "MANAGE_INVOICES"
    MANAGE_BUYERS = "MANAGE_BUYERS"
    ERASE_BUYERS = "ERASE_BUYERS"
    RESEND_MAILS = "RESEND_MAILS"


P = Permission
EVERYBODY = frozenset(Role)
# Tags and settings belong to one brand, and an operator belongs to none.
WITHOUT_BRAND = frozenset({Role.OPERATOR})

PERMITTED: dict[Permission, frozenset[Role]] = {
    P.READ: EVERYBODY,  # rows in the viewer's scope
    P.READ_INTERNAL: EVERYBODY - BUYER,  # tags, history, notifications, reasons: models/scope.py hides them from buyers
    P.READ_SETTINGS: EVERYBODY - BUYER - WITHOUT_BRAND,
    P.CHANGE_SETTINGS: frozenset({Role.ADMIN}),
    P.MANAGE_API_KEYS: frozenset({Role.ADMIN}),  # no partner app: a stolen key cannot create another one
    P.MANAGE_WEBHOOKS: frozenset({Role.ADMIN}),  # no partner app: a stolen key cannot send events elsewhere
    P.SIGN_OUT_USERS: frozenset({Role.ADMIN}),
    P.PLACE_ORDERS: WRITERS | BUYER,  # no action on an existing order; buyers order for themselves
    P.EDIT_CARTS: BUYER,
    P.MANAGE_TAGS: WRITERS - WITHOUT_BRAND,
    P.MANAGE_REJECTION_REASONS: frozenset({Role.ADMIN}),
    P.MANAGE_DELIVERY_NOTES: WRITERS,
    P.MANAGE_INVOICES: WRITERS,
    P.MANAGE_BUYERS: frozenset({Role.ADMIN, Role.WRITE}),  # no partner app: a stolen key cannot redirect mails
    P.ERASE_BUYERS: frozenset({Role.ADMIN}),  # irreversible
    P.RESEND_MAILS: WRITERS | {Role.APP_REJECT},
}


def roles(what: OrderAction | Permission) -> frozenset[Role]:
    return RULES[what].by if isinstance(what, OrderAction) else PERMITTED[what]


def permits(role: Role, what: OrderAction | Permission) -> bool:
    return role in roles(what)
