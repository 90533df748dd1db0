"""Why a command was refused: one type of refusal for all commands."""

from dataclasses import dataclass
from enum import StrEnum

from models.locale import Text, text_for
from models.messages.refusals import NOT_PERMITTED
from models.permissions import Permission, permits
from models.policy import Blocker, OrderAction
from resolvers.core.context import Context
from resolvers.inputs import InputError
from resolvers.reading.verdicts import Explained


class ActionError(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_ALLOWED_IN_STATUS = "NOT_ALLOWED_IN_STATUS"
    ORDER_REJECTED = "ORDER_REJECTED"
    STALE_ORDER = "STALE_ORDER"
    INVALID_INPUT = "INVALID_INPUT"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field`: the path of the argument at fault."""

    code: ActionError
    message: str
    field: tuple[str, ...] = ()


class Refused(Exception):
    """Raised in the middle of a command, so that all of it is rolled back."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*(refusal.message for refusal in refusals))
        self.refusals = list(refusals)


def not_permitted(context: Context, what: OrderAction | Permission, *field: str) -> list[Refusal]:
    """Empty when the viewer may do it."""
    if permits(context.actor.role, what):
        return []
    return [Refusal(ActionError.NOT_PERMITTED, text_for(NOT_PERMITTED, context.actor.locale), field)]


def demand(context: Context, what: OrderAction | Permission) -> None:
    """For questions, which have no userErrors. Raises InputError for a viewer who may not ask."""
    if not permits(context.actor.role, what):
        raise InputError(text_for(NOT_PERMITTED, context.actor.locale), code="NOT_PERMITTED")


def invalid(context: Context, text: Text, *field: str, **values: object) -> Refusal:
    """A refusal for an argument that makes no sense, as one of models/words.py puts it."""
    return Refusal(ActionError.INVALID_INPUT, text_for(text, context.actor.locale, **values), ("input", *field))


def refusal_of(blocker: Explained, *field: str) -> Refusal:
    """`field`: the argument that named the order."""
    match blocker.code:
        case Blocker.NOT_PERMITTED:
            code = ActionError.NOT_PERMITTED
        case Blocker.ALREADY_REJECTED:
            code = ActionError.ORDER_REJECTED
        case _:
            code = ActionError.NOT_ALLOWED_IN_STATUS
    return Refusal(code, blocker.message, ("input", *field))
