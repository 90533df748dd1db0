"""Ranges of instants. Their end is exclusive: `…Before`; the older name `…To` is deprecated."""

from datetime import datetime

from graph.core.context import or_none
from resolvers.inputs import InputError


def end_of(before: datetime | None, to: datetime | None) -> datetime | None:
    """The end of a range: the earlier of its two arguments, each of which may be missing."""
    return min((end for end in (or_none(before), or_none(to)) if end), default=None)


def checked_end(
    name: str, start: datetime | None, before: datetime | None, to: datetime | None, *at: str
) -> datetime | None:
    """As `end_of`, of the range `name`, e.g. "placed". Raises InputError for one that ends before it starts.

    `at`: the path of the input that has the arguments.
    """
    for end, argument in ((or_none(before), f"{name}Before"), (or_none(to), f"{name}To")):
        if start and end and start > end:
            raise InputError(f"{argument} is before {name}From.", *at, argument)
    return end_of(before, to)
