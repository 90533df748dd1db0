"""What every mutation takes besides its own arguments: the idempotency key and, on an order, the expected version."""

from dataclasses import Field, fields, is_dataclass
from typing import Any

import strawberry
from strawberry import UNSET

from graph.core.context import or_none
from resolvers.core.actions import Terms
from resolvers.core.idempotency import MAX_KEY_LENGTH, MIN_DAYS, IdempotentRequest
from resolvers.core.notices import one_kind_of_line_break, typed

KEY = (
    "Makes the command safe to retry: the same request with the same key returns the first answer again and changes "
    f"nothing. At most {MAX_KEY_LENGTH} characters, remembered for at least {MIN_DAYS} days; a refused command is not "
    "remembered. Default: each request is a new command."
)


@strawberry.input
class CommandInput:
    """Base of every input of a mutation; not a type of the schema itself."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)

    def terms(self) -> Terms:
        """For the command's resolver. The request is named after the mutation, e.g. createTag of CreateTagInput."""
        name = type(self).__name__.removesuffix("Input")
        key = or_none(self.idempotency_key)
        if key is None:  # its arguments are not needed then
            return {"request": IdempotentRequest(name[0].lower() + name[1:])}
        request = IdempotentRequest(name[0].lower() + name[1:], same(self), key, as_sent=_plain(self))
        return {"request": request}


@strawberry.input
class VersionedInput(CommandInput):
    """Base of the inputs that change an order or one of its documents; not a type of the schema itself."""

    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version (Order.version) of the order that the caller has read. If the order has changed "
        "since, the command is refused with STALE_ORDER. Default: no check.",
    )

    def terms(self) -> Terms:
        return {**super().terms(), "version": or_none(self.expected_version)}


# Inputs in which null can mean to empty a field, and so something else than what is left out.
CAN_EMPTY = ("Update", "Letterhead", "MailWording")


def same(value: Any) -> Any:
    """As `_plain`, but equal for inputs that mean the same: whatever line breaks they have, and null or left out."""
    if is_dataclass(value):
        can_empty = type(value).__name__.startswith(CAN_EMPTY)
        meant = {
            each.name: _meant(each, getattr(value, each.name), can_empty=can_empty)
            for each in fields(value)
            if each.name != "idempotency_key"
        }
        return {name: same(each) for name, each in meant.items() if each is not UNSET}
    if isinstance(value, list):
        return [same(each) for each in value]
    return one_kind_of_line_break(value) if type(value) is str else value


def _meant(given: Field[Any], value: Any, *, can_empty: bool) -> Any:
    """UNSET for what means the same as leaving it out."""
    if given.name == "body" and value is not UNSET and not can_empty:
        value = typed(value)
    is_nothing = value is None and (not can_empty or given.name == "expected_version")
    is_no = given.name == "notify" and not value
    return UNSET if given.default is UNSET and (is_nothing or is_no) else value


def _plain(value: Any) -> Any:
    """An input in plain values, without what is left out. Null is kept: it can mean to empty a field."""
    if is_dataclass(value):
        given = {each.name: getattr(value, each.name) for each in fields(value) if each.name != "idempotency_key"}
        return {name: _plain(each) for name, each in given.items() if each is not UNSET}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
