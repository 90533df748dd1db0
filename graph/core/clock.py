"""The clock of the program. Everything else is handed a clock, so that tests and the demo can bring their own."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
