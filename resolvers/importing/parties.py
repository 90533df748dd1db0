"""What an import file says of buyers: those that are new, and what it says else of those that are known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.events import BuyerUpdated
from models.folding import folded_if_other
from models.locale import Locale, Text, locale_of_country
from models.messages import importing as texts
from models.translatable import joined, translatable
from resolvers.core.cancelled_mails import revoke_addresses
from resolvers.importing.rows import ImportRow

_of_buyer = attrgetter("buyer_code", "buyer_name", "emails", "language", "country")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file's rows say of one buyer; empty where they say nothing."""

    code: str
    name: str = ""
    emails: tuple[str, ...] = ()
    language: str = ""
    country: str = ""

    def and_row(self, row: ImportRow) -> "Said":
        return Said(
            self.code,
            self.name or row.buyer_name,
            self.emails or row.emails,
            self.language or row.language,
            self.country or row.country,
        )

    def new_buyer(self, id: UUID, brand: Brand) -> dict[str, Any]:
        return {
            "id": id,
            "brand_id": brand.id,
            "unique_code": self.code,
            "name": self.name or self.code,
            "country": self.country,
            "address": "",
            "delivery_address": "",
            "locale": Locale(self.language) if self.language else locale_of_country(self.country) or brand.locale,
            "has_own_locale": bool(self.language),
            "is_offline": not self.emails,
        }

    def recipients(self, brand: Brand, buyer_id: UUID) -> list[dict[str, Any]]:
        emails = dict.fromkeys(self.emails)
        return [{"brand_id": brand.id, "buyer_id": buyer_id, "email": email} for email in emails]


def _distinct(rows: list[ImportRow]) -> Iterable[ImportRow]:
    """One of those that say the same of a buyer, in their order: most rows of an order do."""
    return {_of_buyer(row): row for row in rows}.values()


def said_of_buyers(rows: list[ImportRow]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for row in _distinct(rows):
        found[row.buyer_code] = found.get(row.buyer_code, Said(row.buyer_code)).and_row(row)
    return found


def said_apart(rows: list[ImportRow]) -> list[str]:
    """What rows say of a buyer otherwise than earlier rows, which count: as "code: name One, but also Two"."""
    said = said_of_buyers(rows)
    found: dict[str, dict[str, None]] = {}
    for row in _distinct(rows):
        first, differences = said[row.buyer_code], found.setdefault(row.buyer_code, {})
        apart = [
            ("name", first.name, row.buyer_name),
            ("country", first.country, row.country),
            ("language", first.language, row.language),
        ]
        if {each.casefold() for each in row.emails} != {each.casefold() for each in first.emails}:
            apart.append(("e-mail", "; ".join(first.emails), "; ".join(row.emails)))
        for name, one, other in apart:
            if other and other != one:
                differences[translatable(texts.BUT_ALSO, name=texts.BUYER_COLUMNS[name], one=one, other=other)] = None
    return [
        translatable(texts.SAID_OF, code=code, said=joined(differences, texts.SEMICOLON))
        for code, differences in found.items()
        if differences
    ]


@dataclass
class Difference:
    """`name`: the buyer's so far. `values`: the columns of the buyer that the file says else.

    `changes`: old and new, by what changes. `is_confirmed`: the file says addresses again that a mail server has
    refused.
    """

    said: Said
    buyer_id: UUID
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[str | Text, str | Text]] = field(default_factory=dict)
    has_other_emails: bool = False
    is_confirmed: bool = False

    @property
    def said_else(self) -> str:
        changes = (
            translatable(texts.CHANGE, name=texts.BUYER_COLUMNS[name], old=old, new=new)
            for name, (old, new) in self.changes.items()
        )
        return translatable(texts.SAID_OF, code=self.said.code, said=joined(changes, texts.COMMA))


async def differences_of_buyers(session: AsyncSession, said: dict[str, Said], known: list[Any]) -> list[Difference]:
    """`known`: the rows of the buyers that are there. Erased ones stay as they are."""
    known = [row for row in known if row.erased_at is None]
    with_emails = [row.id for row in known if said[row.unique_code].emails]
    columns = (BuyerRecipient.buyer_id, BuyerRecipient.email, BuyerRecipient.bounced_at)
    recipients = select(*columns).where(BuyerRecipient.buyer_id.in_(with_emails)).order_by(BuyerRecipient.email)
    emails: dict[UUID, dict[str, datetime | None]] = {}
    for buyer_id, email, bounced_at in await session.execute(recipients) if with_emails else ():
        emails.setdefault(buyer_id, {})[email] = bounced_at
    found = (_difference(said[row.unique_code], row, emails.get(row.id, {})) for row in known)
    return [each for each in found if each.changes]


def _difference(said: Said, buyer: Any, emails: dict[str, datetime | None]) -> Difference:
    """`emails`: the buyer's, and when a mail server has refused them."""
    found = Difference(said, buyer.id, buyer.name)
    for column, name, new in (("name", "name", said.name), ("country", "country", said.country)):
        if new and new != getattr(buyer, column):
            found.values[column] = new
            found.changes[name] = (getattr(buyer, column) or texts.NOTHING, new)
    locale = Locale(said.language) if said.language else buyer.locale
    if "country" in found.values and not said.language and not buyer.has_own_locale:
        locale = found.values["locale"] = locale_of_country(said.country) or buyer.locale
    elif said.language and (locale != buyer.locale or "country" in found.values):
        found.values |= {"locale": locale, "has_own_locale": True}
    if locale != buyer.locale:
        found.changes["language"] = (buyer.locale, locale)
    if said.emails and {each.casefold() for each in said.emails} != {each.casefold() for each in emails}:
        found.has_other_emails = True
        found.changes["e-mail"] = ("; ".join(emails) or texts.NOTHING, "; ".join(dict.fromkeys(said.emails)))
        if buyer.is_offline:
            found.values["is_offline"] = False
    elif said.emails and (refused := [email for email, bounced_at in emails.items() if bounced_at]):
        found.is_confirmed = True
        found.changes["e-mail"] = (translatable(texts.REFUSED, emails="; ".join(refused)), texts.CONFIRMED)
    return found


async def take_over(
    session: AsyncSession, brand: Brand, differences: list[Difference], source: str, now: datetime
) -> list[BuyerUpdated]:
    """Changes the buyers as the file says."""
    for each in sorted(differences, key=lambda difference: difference.said.code):
        of_buyer = (Buyer.brand_id == brand.id, Buyer.id == each.buyer_id)
        if each.values:
            folded = folded_if_other(each.said.code, each.values.get("name", each.name))
            await session.execute(update(Buyer).where(*of_buyer).values(**each.values, folded=folded))
        if each.has_other_emails:
            await session.execute(delete(BuyerRecipient).where(BuyerRecipient.buyer_id == each.buyer_id))
            await revoke_addresses(session, brand.id, each.buyer_id, each.said.emails)
            await session.execute(insert(BuyerRecipient), each.said.recipients(brand, each.buyer_id))
        elif each.is_confirmed:
            confirmed = update(BuyerRecipient).where(BuyerRecipient.buyer_id == each.buyer_id)
            await session.execute(confirmed.values(bounced_at=None, bounce_reason=None))
    return [
        BuyerUpdated(brand_id=brand.id, at=now, code=each.said.code, names=tuple(sorted(each.changes)), source=source)
        for each in differences
    ]
