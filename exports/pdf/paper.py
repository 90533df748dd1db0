"""Draws documents as PDFs: A4 or Letter pages, tagged for screen readers (PDF/UA-1).

All content comes from a snapshot and nothing is fetched, so the same snapshot always gives the same bytes.
"""

import asyncio
import hashlib
import pickle
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import babel
from babel.core import get_global
from babel.numbers import format_decimal

from exports.pdf.cache import Cache
from exports.pdf.labels import labels
from exports.pdf.snapshots import Snapshot
from exports.pdf.tables import width
from exports.texts import has_honorific
from models.locale import Locale, Text
from models.papers.parts import Head, Party

STYLE_SHEET = Path(__file__).parents[1] / "templates/paper.css"
COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
# The band above the table: what its cells hold beside each other.
BAND_AMOUNT, BAND_VALUE = 16, 30
# The margin at the foot holds as many lines of the footer; a line is as long, in figures, and as high, in millimetres.
FOOT_LINES, FOOT_WIDTH, FOOT_LINE, FOOT_BASE = 3, 84, 3.9, 13

S = TypeVar("S", bound=Snapshot)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`word`: in the top margin of every page. `status`: in the first page's facts.

    `details`: when, by whom. `full`: the same among the facts, and what only stands there.
    """

    word: str
    status: str
    details: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def full(self) -> tuple[str, ...]:
        return self.details + self.more


@dataclass(frozen=True, slots=True)
class Addressee:
    """`country`: empty at home. `honorific`: of a Japanese document."""

    heading: str
    name: str
    address: str
    country: str = ""
    emails: tuple[str, ...] = ()
    honorific: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around the table. `facts`, `band`, `notes`: label and value."""

    title: Text
    code: str
    parties: Sequence[Addressee]
    facts: Sequence[tuple[str, str]]
    number_label: str = ""
    band: Sequence[tuple[str, str]] = ()
    notes: Sequence[tuple[str, str]] = ()
    greeting: str = ""
    subtitle: str = ""
    stamp: Stamp | None = None
    values: dict[str, Any] = field(default_factory=dict)


def render(template: str, snapshot: Snapshot, locale: Locale, page: Page) -> bytes:
    """Draws the document. Takes 0.2 s (10 lines) to 3 s (500 lines) of CPU time: do not call it on the event loop.

    Thread-safe.
    """
    from exports.jinja import templates  # late, as the renderer

    head = snapshot.head
    contact = " · ".join(each for each in (snapshot.brand.phone, *snapshot.brand.emails) if each)
    kind = head.registration_kind
    label = labels(locale)
    footer = _footer(snapshot, locale)
    html_text = templates.get_template(template).render(
        document=snapshot,
        label=label,
        locale=locale,
        title=page.title.in_(locale),
        running_head=_short(f"{snapshot.brand.name} · {page.title.in_(locale)} {page.code}", 78),
        running_buyer=_short(page.parties[0].name, 34),
        code=page.code,
        number_label=page.number_label,
        subtitle=page.subtitle,
        to=page.parties[0],
        parties=page.parties,
        facts=[(name, value) for name, value in page.facts if value],
        band=page.band,
        notes=page.notes,
        greeting=page.greeting,
        stamp=page.stamp,
        accent=head.accent_color if COLOR.fullmatch(head.accent_color) else "",
        paper=head.paper,
        logo=f"data:{head.logo_type};base64,{b64encode(head.logo).decode()}" if head.logo else "",
        contact=contact,
        registration=label[f"registration_{kind}"].format(number=head.registration_number) if kind else "",
        footer=footer,
        foot_margin=_foot_margin(footer),
        is_long=any(
            width(value) > (BAND_VALUE if place else BAND_AMOUNT) for place, (_, value) in enumerate(page.band)
        ),
        brand_country="" if is_home(snapshot) else country_name(snapshot.brand.country, locale),
        integer=lambda value: format_decimal(value, "#,##0", locale),
        **page.values,
    )
    # With the first document: most processes draw none, and it is a fifth of a start and 30 MB.
    from exports.pdf.drawing.drawing import draw

    return draw(html_text, STYLE_SHEET)


def _short(text: str, longest: int) -> str:
    """In one line of the margin; `longest` in figures. The first page has all of it."""
    if width(text) <= longest:
        return text
    while width(text) >= longest:
        text = text[:-1]
    return f"{text}…"


def _footer(snapshot: Snapshot, locale: Locale) -> str:
    chosen = Text(snapshot.head.footer_en, snapshot.head.footer_ja).in_(locale)
    return chosen or " · ".join(filter(None, (snapshot.brand.name, " ".join(snapshot.brand.address.split()))))


def _foot_margin(footer: str) -> float:
    """In millimetres; 0: the style sheet's is enough."""
    lines = sum(max(1, -(-width(line) // FOOT_WIDTH)) for line in footer.splitlines())
    return FOOT_BASE + lines * FOOT_LINE if lines > FOOT_LINES else 0


def greeting_of(head: Head, locale: Locale, standard: Text) -> str:
    """The brand's own; else the standard text of a Japanese document."""
    return Text(head.greeting_en, head.greeting_ja).in_(locale) or standard.in_(locale)


def is_home(snapshot: Snapshot) -> bool:
    """Whether brand and buyer are in the same country: then no country is printed."""
    brand, buyer = (country_name(each.country, Locale.EN) for each in (snapshot.brand, snapshot.buyer))
    return brand.casefold() == buyer.casefold()


def country_name(country: str, locale: Locale) -> str:
    """`country`: a code or a name (UK, GBR, United Kingdom, イギリス); a name that is not known is printed as it is."""
    code = _territories().get(_folded(country), "")
    name: str = babel.Locale(locale).territories.get(code, country.strip())
    return name


@cache
def _territories() -> dict[str, str]:
    """Codes and names of territories, folded → the code by which each language names them (Unicode CLDR)."""
    named = {code: name for code, name in babel.Locale(Locale.EN).territories.items() if code.isalpha()}
    aliases = get_global("territory_aliases").items()
    found = {_folded(alias): codes[0] for alias, codes in aliases if len(codes) == 1 and codes[0] in named}
    for locale in Locale:
        territories = babel.Locale(locale).territories
        found |= {_folded(territories[code]): code for code in named if code in territories}
    return found | {_folded(code): code for code in named}


def _folded(country: str) -> str:
    return unicodedata.normalize("NFKC", country).strip().casefold()


def addressee(heading: str, party: Party, address: str, snapshot: Snapshot, locale: Locale) -> Addressee:
    """`address`: one that differs from the party's own has its name and country in it."""
    is_own = address == party.address
    return Addressee(
        heading=heading,
        name=party.name,
        address=address,
        country="" if is_home(snapshot) or not is_own else country_name(party.country, locale),
        emails=party.emails,
        honorific="" if has_honorific(party.name) else "御中",
    )


async def render_in_thread(draw: Callable[[S, Locale], bytes], snapshot: S, locale: Locale) -> bytes:
    """Draws in the one PDF thread. Each further thread would take 75 MB for its fonts and not be faster.

    What was drawn lately is not drawn again: its key is all that the document says, for its reader, and its language.
    """
    key = await asyncio.to_thread(_key, draw, snapshot, locale)
    if (pdf := _drawn.get(key)) is None:
        pdf = await asyncio.get_running_loop().run_in_executor(_thread, draw, snapshot, locale)
        _drawn.add(key, pdf)
    return pdf


def _key(draw: Callable[[S, Locale], bytes], snapshot: S, locale: Locale) -> bytes:
    return hashlib.sha256(pickle.dumps((draw.__qualname__, locale, snapshot))).digest()


_drawn = Cache(most_bytes=16_000_000)  # some 400 documents of one page
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pdf")
