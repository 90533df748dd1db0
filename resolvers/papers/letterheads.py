"""Reading and changing the letterhead of a brand, within the command that changes its settings."""

import asyncio
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.letterhead import Letterhead, Logo, Paper
from models.locale import Text
from models.registration import RegistrationKind
from models.tax import Rounding, TaxKind
from resolvers.core.context import Context
from resolvers.core.refusals import Refused, invalid
from resolvers.core.work import Work
from resolvers.papers.letterhead_checks import ARGUMENTS, check_letterhead
from resolvers.papers.logos import CleanLogo, LogoError, read_logo

MAX_LOGOS = 100  # of one brand: logos are never deleted
TOO_MANY_LOGOS = Text(
    "A brand has had at most {most} logos, and each stays for the documents that show it.",
    "ロゴの登録は{most}件までです（発行済みの書類で使用するため削除できません）。",
)


@dataclass(frozen=True, slots=True)
class LetterheadValues:
    """As Letterhead has them; of a brand without one, the defaults."""

    registration_kind: RegistrationKind | None = None
    registration_number: str | None = None
    logo_digest: str | None = None
    accent_color: str | None = None
    bank_details: str | None = None
    payment_days: int | None = None
    payment_terms_en: str | None = None
    payment_terms_ja: str | None = None
    footer_en: str | None = None
    footer_ja: str | None = None
    greeting_en: str | None = None
    greeting_ja: str | None = None
    paper: Paper | None = None
    default_tax_kind: TaxKind | None = None
    default_tax_rate: int | None = None
    prices_include_tax: bool = False
    tax_rounding: Rounding | None = None


COLUMNS = [each.name for each in fields(LetterheadValues)]


async def read_letterhead(session: AsyncSession, brand_id: UUID) -> LetterheadValues:
    columns = select(*(getattr(Letterhead, name) for name in COLUMNS))
    row = (await session.execute(columns.where(Letterhead.brand_id == brand_id))).one_or_none()
    return LetterheadValues(*row) if row else LetterheadValues()


async def cleaned_logo(context: Context, encoded: str) -> CleanLogo:
    """Decodes it in a thread. Raises Refused."""
    try:
        return await asyncio.to_thread(read_logo, encoded)
    except LogoError as error:
        raise Refused(invalid(context, error.text, "letterhead", "logo", **error.values)) from None


async def change_letterhead(work: Work, values: dict[str, Any], logo: CleanLogo | None) -> list[str]:
    """The names of what changed. The brand's row is locked. Raises Refused."""
    brand_id = work.brand_id
    before = await read_letterhead(work.session, brand_id)
    now = {name: getattr(before, name) for name in COLUMNS}
    if refusals := check_letterhead(work.context, values, now):
        raise Refused(*refusals)
    if logo:
        await _keep(work, logo)
        values = values | {"logo_digest": logo.digest}
    changed = {name: value for name, value in values.items() if now[name] != value}
    if changed:
        row = await work.find(select(Letterhead).where(Letterhead.brand_id == brand_id))
        if row is None:
            row = Letterhead(brand_id=brand_id)
            work.add(row)
        for name, value in changed.items():
            setattr(row, name, value)
    return sorted({f"letterhead.{ARGUMENTS[name]}" for name in changed})


async def _keep(work: Work, logo: CleanLogo) -> None:
    digests = set((await work.read(select(Logo.digest).where(Logo.brand_id == work.brand_id))).scalars())
    if logo.digest in digests:
        return
    if len(digests) >= MAX_LOGOS:
        raise Refused(invalid(work.context, TOO_MANY_LOGOS, "letterhead", "logo", most=MAX_LOGOS))
    row = {"brand_id": work.brand_id, "digest": logo.digest, "media_type": logo.media_type, "data": logo.data}
    await work.save(insert(Logo), [row])
