"""Signed links to documents.

A link contains all that opening it depends on: the document, its subject (e.g. an order or a filter), the viewer whose
rights apply, the language and the expiry. Nothing of that can be changed, because the link is signed. Anyone who has
the link can open the document. It ends with the token or API key that asked for it (graph/identity/ended.py).
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.ext.asyncio import AsyncSession

from graph.core.scalars import URL
from models.actor import Actor
from models.locale import Locale
from models.plain_json import from_plain, to_plain
from models.policy import Role

S = TypeVar("S")

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Of documents that people file: in Japanese, their files are called so.
JAPANESE_NAMES = {
    "purchase-order": "注文",
    "order-confirmation": "注文確認書",
    "delivery-note": "納品書",
    "invoice": "請求書",
    "credit-note": "返還請求書",
}
NOT_VALID = "This link is not valid. Ask for a new one."


@strawberry.type(
    description="A signed link to a document. Anyone who has the link can open the document until it "
    "expires, by GET and without a token."
)
class Download:
    url: URL = strawberry.field(description="The signed URL. A modified URL is refused.")
    filename: str = strawberry.field(description="File name under which a browser saves the document.")
    media_type: str = strawberry.field(description="Media type (MIME type) of the document.")
    expires_at: datetime = strawberry.field(description="When the link expires. Query a new link after this instant.")


class LinkError(Exception):
    """A link that cannot be opened. `status`: of the HTTP response; the message is for the user."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Drawn(Generic[S]):
    """A document made in two steps: `read` returns a snapshot in a transaction; then `draw` makes the file from it.

    `missing`: the answer if `read` returns None.
    """

    read: Callable[[AsyncSession, Actor, S], Awaitable[Any]]
    draw: Callable[[Any, Locale], Awaitable[bytes]]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Written(Generic[S]):
    """A document of any number of rows, written to a file while the rows are read."""

    write: Callable[[AsyncSession, Actor, S, Locale, Path], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Document(Generic[S]):
    """One kind of document to download. `name`: in links and file names. `suffix`: a key of MEDIA_TYPES.

    `subject`: the dataclass that a link carries, e.g. an id or a filter. `file_name_part`: from the subject and the
    day on which the link is made, the brand's.
    """

    name: str
    suffix: str
    subject: type[S]
    file_name_part: Callable[[S, date], str]
    made: Drawn[S] | Written[S]

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]

    def file_name(self, subject: S, day: date, locale: Locale = Locale.EN) -> str:
        part = self.file_name_part(subject, day)
        if locale is Locale.JA and self.name in JAPANESE_NAMES:
            return f"{JAPANESE_NAMES[self.name]}_{part}.{self.suffix}"
        return f"{self.name}-{part}.{self.suffix}"


@dataclass(frozen=True, slots=True)
class Link:
    """The content of a link. `document`: a Document's name. `subject`: as plain JSON. `viewer`: see Links.digest_of.

    `issued_at`: of the token that asked for the link; None for an API key.
    """

    document: str
    subject: Any
    filename: str
    locale: Locale
    viewer: str
    role: Role
    expires: datetime
    brand_id: UUID | None = None
    buyer_id: UUID | None = None
    made_at: datetime | None = None
    issued_at: datetime | None = None

    def subject_of(self, document: Document[S]) -> S:
        """Raises LinkError if another release made the link."""
        try:
            return from_plain(document.subject, self.subject)
        except ValueError:
            raise LinkError(403, NOT_VALID) from None

    @property
    def actor(self) -> Actor:
        """The viewer's rights, without the viewer's identity."""
        return Actor(self.role, "download", "download", self.brand_id, self.buyer_id, self.locale)


@dataclass(frozen=True, slots=True)
class Links:
    """Signs links and reads them. `base_url` has no slash at its end.

    `until`, `issued_at`: of the credential that asks for links. No link lasts longer than it.
    """

    secret_key: str
    base_url: str
    clock: Callable[[], datetime]
    lifetime: timedelta = timedelta(minutes=15)
    until: datetime | None = None
    issued_at: datetime | None = None

    def to(
        self, document: Document[S], subject: S, actor: Actor, locale: Locale | None, day: date | None = None
    ) -> Download:
        """A link to the document as the actor sees it. `locale` None: the actor's language.

        `day`: today in the brand's time zone (resolvers/viewer.py), for the file name; None: today in UTC.
        """
        now = self.clock()
        expires = now + self.lifetime
        link = Link(
            document=document.name,
            subject=to_plain(subject),
            filename=document.file_name(subject, day or now.date(), locale or actor.locale),
            locale=locale or actor.locale,
            viewer=self.digest_of(actor.identity, actor.brand_id),
            role=actor.role,
            expires=(min(expires, self.until) if self.until else expires).replace(microsecond=0),
            made_at=now,
            issued_at=self.issued_at,
            brand_id=actor.brand_id,
            buyer_id=actor.buyer_id,
        )
        url = URL(f"{self.base_url}/downloads/{self._serializer.dumps(to_plain(link))}")
        return Download(url=url, filename=link.filename, media_type=document.media_type, expires_at=link.expires)

    def read(self, token: str) -> Link:
        """Raises LinkError: 403 if the link was tampered with or is not ours, 410 if it has expired."""
        try:
            link = from_plain(Link, self._serializer.loads(token))
        except (BadData, ValueError):
            raise LinkError(403, NOT_VALID) from None
        if link.expires < self.clock():
            raise LinkError(410, f"This link expired at {link.expires:%Y-%m-%d %H:%M} UTC. Ask for a new one.")
        return link

    def made_at(self, link: Link) -> datetime:
        """When the link was made. Links of older releases say only when they expire."""
        return link.made_at or link.expires - self.lifetime

    def digest_of(self, identity: str, brand_id: UUID | None) -> str:
        """Distinguishes viewers without identifying them, because links are passed on. `identity`: Actor.identity."""
        who = f"{identity} {brand_id}"
        return hmac.new(self.secret_key.encode(), who.encode(), "sha256").hexdigest()[:16]

    @property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt="orders.links")
