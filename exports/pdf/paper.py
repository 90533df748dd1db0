"""Draws documents as PDFs: A4 pages, tagged for screen readers (PDF/UA-1).

All content comes from a snapshot and nothing is fetched, so the same snapshot always gives the same bytes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import babel
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from exports.jinja import templates
from exports.pdf.labels import labels
from exports.pdf.snapshots import Snapshot
from models.locale import Locale, Text, moment
from models.money import precision

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

DAY_PATTERN = Text("d MMM y", "yyyy/MM/dd")
STYLE_SHEET = Path(__file__).parents[1] / "templates/paper.css"

S = TypeVar("S", bound=Snapshot)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`word`: in the top margin of every page. `status`: in the first page's facts. `details`: when, and by whom."""

    word: str
    status: str
    details: tuple[str, ...] = ()


def render(
    template: str, snapshot: Snapshot, locale: Locale, *, title: Text, stamp: Stamp | None, **values: Any
) -> bytes:
    """Draws the document. Takes 0.2 s (10 lines) to 3 s (500 lines) of CPU time: do not call it on the event loop.

    `title`: of the document. `values`: what this template needs besides. Thread-safe.
    """
    label = labels(locale)
    countries = babel.Locale(locale).territories
    page = templates.get_template(template).render(
        document=snapshot,
        label=label,
        locale=locale,
        title=title.in_(locale),
        stamp=stamp,
        at=lambda instant: format_instant(instant, locale, snapshot.time_zone),
        day=lambda instant: format_day(instant, locale, snapshot.time_zone),
        integer=lambda value: format_decimal(value, "#,##0", locale),
        country=countries.get(snapshot.buyer.country, snapshot.buyer.country),
        brand_country=countries.get(snapshot.brand.country, snapshot.brand.country),
        **values,
    )
    # With the first document: most processes draw none, and it is a fifth of a start and 30 MB.
    from weasyprint import HTML

    html = HTML(string=page, url_fetcher=_no_network())
    return bytes(html.write_pdf(stylesheets=[_style()], pdf_variant="pdf/ua-1"))


async def render_in_thread(draw: Callable[[S, Locale], bytes], snapshot: S, locale: Locale) -> bytes:
    """Draws in the one PDF thread. Each further thread would take 75 MB for its fonts and not be faster."""
    return await asyncio.get_running_loop().run_in_executor(_thread, draw, snapshot, locale)


def money(currency: str, locale: Locale) -> dict[str, Callable[[Decimal], str]]:
    """Functions for a template with amounts: `amount` of a line; `total`, with the currency's symbol."""
    return {
        "amount": lambda value: _amount(value, currency, locale),
        "total": lambda value: format_currency(value, currency, locale=locale),
    }


def _amount(value: Decimal, currency: str, locale: Locale) -> str:
    digits = -int(value.as_tuple().exponent)
    if digits > precision(currency):
        # A unit price finer than the currency's smallest unit.
        return format_decimal(value, "#,##0." + "0" * digits, locale)
    return format_currency(value, currency, "#,##0.00", locale)


def format_instant(instant: datetime, locale: Locale, time_zone: str) -> str:
    return f"{moment(instant, locale, time_zone)} ({instant.astimezone(ZoneInfo(time_zone)):%Z})"


def format_day(instant: datetime, locale: Locale, time_zone: str) -> str:
    return format_date(instant.astimezone(ZoneInfo(time_zone)), DAY_PATTERN.in_(locale), locale)


@cache
def _style() -> "CSS":
    from weasyprint import CSS

    return CSS(filename=STYLE_SHEET)


@cache
def _no_network() -> "URLFetcher":
    """No URL is ever fetched: the pages need none, and the text of users must not cause a request."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=(), fail_on_errors=True)


_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf")
