"""The scalars DateTime, Date, Decimal and URL: stricter than Strawberry's own."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
PLAIN_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,8})?")


def show_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: Any) -> datetime:
    if isinstance(text, str) and RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("Give an RFC 3339 instant with its offset, e.g. 2026-11-23T08:00:00Z.")


def parse_day(text: Any) -> date:
    if isinstance(text, str) and DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise GraphQLError("Give a day of the calendar, e.g. 2026-11-23.")


def parse_decimal(text: Any) -> Decimal:
    if isinstance(text, str) and PLAIN_DECIMAL.fullmatch(text):
        return Decimal(text)
    raise GraphQLError('Give a plain decimal number as a string, e.g. "1200.50".')


def parse_url(_: Any) -> URL:
    raise GraphQLError("URL is an output-only scalar.")


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 instant in UTC, e.g. 2026-11-23T08:00:00Z. A value without an offset is "
        "refused; fractions of a second are cut after the sixth digit.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=show_instant,
        parse_value=parse_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day of the calendar (RFC 3339 full-date), e.g. 2026-11-23.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=lambda day: str(day),
        parse_value=parse_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='Decimal number as a string, e.g. "1200.50". NaN, infinities and exponents are refused. At most 18 '
        "digits before the point and 8 after it.",
        specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
        serialize=lambda value: f"{value:f}",
        parse_value=parse_decimal,
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute URL (RFC 3986). Output only.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3986",
        serialize=str,
        parse_value=parse_url,
    ),
}
