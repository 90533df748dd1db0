"""docs/rules.md: the rules table of models/policy.py in words. Written by `orders schema`; a test keeps it current."""

from graph.schema import BINDINGS
from models.key_scopes import ROLE_OF_SCOPE, KeyScope, with_included
from models.messages.blockers import BLOCKER_MESSAGES
from models.messages.statuses import STATUS_LABELS
from models.permissions import Permission, roles
from models.policy import (
    BLOCKED_WHEN,
    NEXT_STATUS,
    OPEN,
    RULES,
    Blocker,
    OrderAction,
    OrderStatus,
    Rule,
    describe,
    status_of_rejection,
)


def rules_page() -> str:
    lines = [
        "# The rules",
        "",
        "What can be done to an order, by whom, and every reason why not. Made by `./run schema` from the table in",
        "`models/policy.py`: change a rule there, and the field, the mutation, the bulk path, the filter and this page",
        "follow.",
        "",
        "| action | by | in the statuses | unless |",
        "|---|---|---|---|",
        *(
            f"| `{action}` | {_by(rule)} | {_statuses(rule.within)} | {_unless(rule)} |"
            for action, rule in RULES.items()
        ),
        "",
        "In bulk, `REJECT` takes orders in "
        + _statuses(RULES[OrderAction.REJECT].bulk)
        + " only (`STATUS_NOT_ELIGIBLE_FOR_BULK`).",
        "",
        "## Scopes of API keys",
        "",
        "| scope | acts as | includes |",
        "|---|---|---|",
        *(
            f"| `{scope}` | {ROLE_OF_SCOPE[scope]} | {', '.join(with_included([scope])[:-1]) or '–'} |"
            for scope in KeyScope
        ),
        "",
        "## Permissions",
        "",
        "The permission that each field of the API requires, as bound in `graph/schema/` (a field of Order:",
        "`graph/orders.py`), and the roles that have it (`models/permissions.py`; for an action on an order, the",
        "column “by” above). A field that is listed several times requires one of these permissions; its arguments",
        "decide which. Whatever the role, an object of another brand or, for a buyer, of another buyer is treated as",
        "one that does not exist.",
        "",
        "| permission | by | fields |",
        "|---|---|---|",
        *(f"| `{what}` | {', '.join(sorted(roles(what)))} | {_fields(what)} |" for what in (*Permission, *OrderAction)),
        "",
        "## From status to status",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> OC_REQUIRED",
        "    state open {",
        *(
            f"        {status} --> {NEXT_STATUS[action]}: {action}"
            for action, rule in RULES.items()
            if action in NEXT_STATUS and rule.within != OPEN
            for status in OrderStatus
            if status in rule.within
        ),
        "    }",
        *(f"    open --> {NEXT_STATUS[action]}: {action}" for action in NEXT_STATUS if RULES[action].within == OPEN),
        *(
            f"    open --> {status}: {OrderAction.REJECT}"
            for status in dict.fromkeys(map(status_of_rejection, sorted(RULES[OrderAction.REJECT].by)))
        ),
        "```",
        "",
        "## Blockers",
        "",
        "| blocker | holds when | message |",
        "|---|---|---|",
        *(
            f"| `{blocker}` | {_when(blocker)} | {BLOCKER_MESSAGES[blocker].en.format(documents='…')} |"
            for blocker in Blocker
        ),
        "",
        "## Statuses",
        "",
        "| status | the brand reads | the buyer reads | |",
        "|---|---|---|---|",
        *(
            f"| `{status}` | {label.brand.en} / {label.brand.ja} | {label.buyer.en} / {label.buyer.ja} "
            f"| {'open' if status in OPEN else 'final'} |"
            for status, label in STATUS_LABELS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _fields(what: OrderAction | Permission) -> str:
    return ", ".join(f"`{field}`" for field, binding in BINDINGS.items() if what in binding.needs)


def _by(rule: Rule) -> str:
    return ", ".join(sorted(rule.by))


def _statuses(statuses: frozenset[OrderStatus]) -> str:
    if statuses == frozenset(OrderStatus):
        return "all"
    if statuses == OPEN:
        return "all open ones"
    return ", ".join(f"`{status}`" for status in OrderStatus if status in statuses)


def _unless(rule: Rule) -> str:
    return ", ".join(f"`{blocker}`" for blocker in rule.unless) or "–"


def _when(blocker: Blocker) -> str:
    if condition := BLOCKED_WHEN.get(blocker):
        return describe(condition)
    return {
        Blocker.NOT_PERMITTED: "the viewer's role is not in “by”",
        Blocker.STATUS_NOT_ELIGIBLE: "the status is none of the action's, and no other blocker says why",
        Blocker.STATUS_NOT_ELIGIBLE_FOR_BULK: "the status is none of the action's in bulk",
    }[blocker]
