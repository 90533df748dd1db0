"""The time zones that a brand can have: those of the IANA database that both databases know as well."""

from functools import cache
from zoneinfo import available_timezones

# What Python finds among its files besides: the machine's own zone, and a placeholder.
NO_ZONES = {"localtime", "Factory"}


def is_time_zone(name: str) -> bool:
    """E.g. Asia/Tokyo. Not posix/Asia/Tokyo and the like, which Python opens and PostgreSQL refuses."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)
