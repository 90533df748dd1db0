"""The settings of a brand: company data, archiving, language, time zone, mails. Admins change them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Unpack

from sqlalchemy import select, update

from models.brand import Brand
from models.buyer import ADDRESS, Buyer
from models.events import BrandSettingsUpdated
from models.locale import Locale
from models.messages.refusals import LAST_REASON, NOT_AN_ADDRESS, TEXT_MISSING, UNKNOWN_TIME_ZONE
from models.permissions import Permission, permits
from models.time_zones import is_time_zone
from resolvers.core.actions import Terms, act
from resolvers.core.context import Context
from resolvers.core.notices import MAX_BODY_LENGTH
from resolvers.core.refusals import Outcome, Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.papers.letterheads import LetterheadValues, change_letterhead, cleaned_logo, read_letterhead
from resolvers.papers.logos import CleanLogo
from resolvers.papers.wordings import NewWording, change_wordings
from resolvers.rejection_reasons import has_reasons


@dataclass(frozen=True, slots=True)
class BrandSettings:
    """None: the product's default applies."""

    name: str
    legal_name: str | None
    address: str
    country: str
    phone: str | None
    archiving_enabled: bool
    locale: Locale
    time_zone: str
    mail_sender_name: str | None
    mail_reply_to: str | None
    contact_email: str | None
    rejection_text_en: str | None
    rejection_text_ja: str | None
    rejection_reason_required: bool
    mails_have_pdf: bool
    mail_sender_address: str | None
    letterhead: LetterheadValues = field(default_factory=LetterheadValues)


NAMES = [each.name for each in fields(BrandSettings) if each.name != "letterhead"]
ARGUMENTS = {
    "name": "name",
    "legal_name": "legalName",
    "address": "address",
    "country": "country",
    "phone": "phone",
    "time_zone": "timeZone",
    "mail_sender_name": "mailSenderName",
    "mail_reply_to": "mailReplyTo",
    "contact_email": "contactEmail",
    "mail_sender_address": "mailSenderAddress",
    "rejection_text_en": "rejectionTextEn",
    "rejection_text_ja": "rejectionTextJa",
}
MAX_NAME_LENGTH = 200
MAX_ADDRESS_LENGTH = 1000
MAX_COUNTRY_LENGTH = 100
MAX_EMAIL_LENGTH = 320
MAX_PHONE_LENGTH = 50
MAX_LENGTHS = {
    "mail_sender_name": 200,
    "mail_reply_to": MAX_EMAIL_LENGTH,
    "rejection_text_en": MAX_BODY_LENGTH,
    "rejection_text_ja": MAX_BODY_LENGTH,
}


async def brand_settings(context: Context) -> BrandSettings | None:
    """None for a viewer who may not read them."""
    if not permits(context.actor.role, Permission.READ_SETTINGS):
        return None
    async with context.read() as session:
        brand = await session.get_one(Brand, context.actor.brand_id)
        letterhead = await read_letterhead(session, brand.id)
    return BrandSettings(**{name: getattr(brand, name) for name in NAMES}, letterhead=letterhead)


async def update_brand_settings(
    context: Context,
    changes: dict[str, Any],
    *,
    letterhead: dict[str, Any] | None = None,
    logo: str | None = None,
    wordings: Sequence[NewWording] = (),
    **terms: Unpack[Terms],
) -> Outcome:
    """`changes`: name → new value, of the settings to change; `letterhead`: of columns of the letterhead.

    `logo`: a new logo, in Base64. `wordings`: of mails.
    """
    cleaned = {name: _cleaned(value) for name, value in changes.items()}
    of_letterhead = {name: _cleaned(value) for name, value in (letterhead or {}).items()}
    clean_logo: CleanLogo | None = None
    if logo is not None and permits(context.actor.role, Permission.CHANGE_SETTINGS):
        try:
            clean_logo = await cleaned_logo(context, logo)
        except Refused as error:
            return Outcome(refusals=error.refusals)
    for name in ("address", "country"):  # never NULL
        if name in cleaned:
            cleaned[name] = cleaned[name] or ""

    async def change(work: Work) -> None:
        if refusals := _check(context, cleaned):
            raise Refused(*refusals)
        # Not a full lock: the brand's key stays, so writing a row of the brand must not wait for this.
        locked = select(Brand).where(Brand.id == context.actor.brand_id).with_for_update(key_share=True)
        brand = (await work.read(locked)).scalar_one()
        if cleaned.get("rejection_reason_required") and not await has_reasons(work):
            raise Refused(invalid(context, LAST_REASON, "rejectionReasonRequired"))
        changed = [name for name, value in cleaned.items() if getattr(brand, name) != value]
        for name in changed:
            setattr(brand, name, cleaned[name])
        if of_letterhead or clean_logo:
            changed += await change_letterhead(work, of_letterhead, clean_logo)
        changed += await change_wordings(work, wordings)
        if "locale" in changed:
            # Those with a country have its language.
            has_none = (Buyer.has_own_locale.is_(False), Buyer.country == "")
            follow = update(Buyer).where(Buyer.brand_id == brand.id, *has_none)
            await work.save(follow.values(locale=brand.locale).execution_options(synchronize_session=False))
        if changed:
            work.record(BrandSettingsUpdated(brand_id=brand.id, at=work.now, names=tuple(sorted(changed))))

    return await act(context, change, needs=Permission.CHANGE_SETTINGS, **terms)


def _cleaned(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) and not isinstance(value, StrEnum) else value


def _check(context: Context, changes: dict[str, Any]) -> list[Refusal]:
    refusals = []
    for name, longest in MAX_LENGTHS.items():
        refusals += wrong_text(context, changes.get(name), longest, ARGUMENTS[name], is_one_line=False)
    if "name" in changes and not changes["name"]:
        refusals.append(invalid(context, TEXT_MISSING, "name"))
    refusals += wrong_text(context, changes.get("name"), MAX_NAME_LENGTH, "name")
    refusals += wrong_text(context, changes.get("legal_name"), MAX_NAME_LENGTH, "legalName")
    refusals += wrong_text(context, changes.get("phone"), MAX_PHONE_LENGTH, "phone")
    refusals += wrong_text(context, changes.get("country"), MAX_COUNTRY_LENGTH, "country")
    refusals += wrong_text(context, changes.get("address"), MAX_ADDRESS_LENGTH, "address", is_one_line=False)
    if "time_zone" in changes and not is_time_zone(changes["time_zone"] or ""):
        refusals.append(invalid(context, UNKNOWN_TIME_ZONE, "timeZone"))
    for name in ("mail_reply_to", "contact_email", "mail_sender_address"):
        wrong = wrong_text(context, changes.get(name), MAX_EMAIL_LENGTH, ARGUMENTS[name])
        if not wrong and changes.get(name) and not ADDRESS.fullmatch(changes[name]):
            wrong = [invalid(context, NOT_AN_ADDRESS, ARGUMENTS[name])]
        refusals += wrong
    return refusals
