"""What an import file says of buyers: those that are new, and what it says else of those that are known."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.buyer import Buyer, BuyerRecipient
from models.events import BuyerUpdated
from models.folding import folded_if_other
from models.locale import Locale
from resolvers.importing.rows import ImportRow


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
            "locale": Locale(self.language) if self.language else brand.locale,
            "has_own_locale": bool(self.language),
            "is_offline": not self.emails,
        }

    def recipients(self, brand: Brand, buyer_id: UUID) -> list[dict[str, Any]]:
        emails = dict.fromkeys(self.emails)
        return [{"brand_id": brand.id, "buyer_id": buyer_id, "email": email} for email in emails]


def said_of_buyers(rows: list[ImportRow]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for row in rows:
        found[row.buyer_code] = found.get(row.buyer_code, Said(row.buyer_code)).and_row(row)
    return found


@dataclass
class Difference:
    """`name`: the buyer's so far. `values`: the columns of the buyer that the file says else.

    `told`: each as "what old → new".
    """

    said: Said
    buyer_id: UUID
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    has_other_emails: bool = False

    def __str__(self) -> str:
        return f"{self.said.code}: {', '.join(f'{name} {change}' for name, change in self.told.items())}"


async def differences_of_buyers(session: AsyncSession, said: dict[str, Said], known: list[Any]) -> list[Difference]:
    """`known`: the rows of the buyers that are there. Erased ones stay as they are."""
    known = [row for row in known if row.erased_at is None]
    with_emails = [row.id for row in known if said[row.unique_code].emails]
    recipients = select(BuyerRecipient.buyer_id, BuyerRecipient.email).where(BuyerRecipient.buyer_id.in_(with_emails))
    emails: dict[UUID, list[str]] = {}
    for buyer_id, email in await session.execute(recipients.order_by(BuyerRecipient.email)) if with_emails else ():
        emails.setdefault(buyer_id, []).append(email)
    found = (_difference(said[row.unique_code], row, emails.get(row.id, [])) for row in known)
    return [each for each in found if each.told]


def _difference(said: Said, buyer: Any, emails: list[str]) -> Difference:
    found = Difference(said, buyer.id, buyer.name)
    for column, name, new in (("name", "name", said.name), ("country", "country", said.country)):
        if new and new != getattr(buyer, column):
            found.values[column] = new
            found.told[name] = f"{getattr(buyer, column) or 'nothing'} → {new}"
    if said.language and Locale(said.language) != buyer.locale:
        found.values |= {"locale": Locale(said.language), "has_own_locale": True}
        found.told["language"] = f"{buyer.locale} → {said.language}"
    if said.emails and {each.casefold() for each in said.emails} != {each.casefold() for each in emails}:
        found.has_other_emails = True
        found.told["e-mail"] = f"{'; '.join(emails) or 'nothing'} → {'; '.join(dict.fromkeys(said.emails))}"
        if buyer.is_offline:
            found.values["is_offline"] = False
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
            await session.execute(insert(BuyerRecipient), each.said.recipients(brand, each.buyer_id))
    return [
        BuyerUpdated(brand_id=brand.id, at=now, code=each.said.code, names=tuple(sorted(each.told)), source=source)
        for each in differences
    ]
