"""The time zones that a brand can choose: those of the IANA database that SQLite's functions and PostgreSQL know."""

from functools import cache
from zoneinfo import available_timezones

# Other files in Python's time zone folder: the machine's own zone, and a placeholder.
NO_ZONES = {"localtime", "Factory"}


def is_time_zone(name: str) -> bool:
    """E.g. Asia/Tokyo. Not posix/Asia/Tokyo and the like, which Python accepts and PostgreSQL refuses."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)
