"""An order as a PDF: an A4 sheet in English or Japanese, tagged for screen readers (PDF/UA-1).

Everything on it comes from the snapshot; nothing is fetched from anywhere, so the same snapshot gives the same bytes.
"""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_currency, format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

from exports.labels import labels
from exports.snapshot import OrderSnapshot
from models.words import moment, status_label

TEMPLATES = Path(__file__).parent / "templates"


def order_pdf(snapshot: OrderSnapshot, locale: str) -> bytes:
    """Draws the sheet; `locale` is "en" or "ja". Computes for 0.2 s (10 lines) to 3 s (500), so not on the event loop.

    May run in any number of threads at once: nothing that changes is shared between two calls.
    """
    page = _environment().get_template("order.html").render(_words(snapshot, locale))
    html = HTML(string=page, url_fetcher=_nothing)
    return bytes(html.write_pdf(stylesheets=[_style()], pdf_variant="pdf/ua-1"))


async def draw_order_pdf(snapshot: OrderSnapshot, locale: str) -> bytes:
    """order_pdf in the one thread kept for it: each further thread takes 75 MB for its fonts and draws no faster."""
    return await asyncio.get_running_loop().run_in_executor(_thread, order_pdf, snapshot, locale)


def pdf_filename(snapshot: OrderSnapshot) -> str:
    """E.g. purchase-order-ORD-1001.pdf, safe as the name of a file; letters of any script are kept."""
    code = "".join("-" if character in '/\\:*?"<>|' else character for character in printable(snapshot.code))
    return f"{snapshot.document.lower().replace('_', '-')}-{' '.join(code.split())}.pdf"


def printable(text: str) -> str:
    """Without what has no picture: control characters other than line breaks, lone surrogates, text direction marks."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n" or (character not in UNSEEN and unicodedata.category(character) not in ("Cc", "Cs"))
    )


# Marks that make text read in another order than it is stored in, and what XML cannot hold.
UNSEEN = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def _words(snapshot: OrderSnapshot, locale: str) -> dict[str, Any]:
    label = labels(locale)
    currency = snapshot.currency

    def amount(value: Decimal) -> str:
        return format_currency(value, currency, "#,##0.00", locale)

    def at(instant: datetime) -> str:
        return f"{moment(instant, locale, snapshot.time_zone)} ({instant.astimezone(ZoneInfo(snapshot.time_zone)):%Z})"

    return {
        "order": snapshot,
        "label": label,
        "locale": locale,
        "amount": amount,
        "at": at,
        "integer": lambda value: format_decimal(value, "#,##0", locale),
        "total": format_currency(snapshot.total, currency, locale=locale),
        "country": Locale(locale).territories.get(snapshot.buyer.country, snapshot.buyer.country),
        "status": status_label(snapshot.status, locale, to_buyer=snapshot.for_buyer),
        "stamp": label["declined" if snapshot.for_buyer else "rejected"],
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: printable(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> CSS:
    return CSS(filename=TEMPLATES / "order.css")


# No address is ever opened: the sheet needs none, and text of users must not make it need one.
_nothing = URLFetcher(allowed_protocols=(), fail_on_errors=True)

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf")
