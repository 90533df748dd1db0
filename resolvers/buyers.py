"""The brand's buyers: list, search, create and update. What an import says of buyers: importing/parties.py."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy import ColumnElement, delete, false, func, select, update

from models.actor import Viewpoint
from models.base import new_id
from models.brand import Brand
from models.buyer import ADDRESS, Buyer, BuyerRecipient
from models.events import BuyerCreated, BuyerUpdated
from models.locale import Locale, locale_of_country
from models.messages.refusals import (
    BUYER_CODE_SIMILAR,
    BUYER_CODE_TAKEN,
    BUYER_ERASED,
    NOT_AN_ADDRESS,
    TEXT_MISSING,
    TOO_MANY_RECIPIENTS,
    UNKNOWN_BUYER,
)
from models.permissions import Permission
from resolvers.core.actions import Terms, act, not_found
from resolvers.core.cancelled_mails import revoke_addresses
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work
from resolvers.importing.characters import INVISIBLE, WIDE
from resolvers.importing.similar import folded
from resolvers.inputs import check_search
from resolvers.reading.loaders import read_recipients
from resolvers.reading.pagination import Key, Listing, Page, PageRequest, by_id, read_page
from resolvers.reading.rows import BUYER_COLUMNS, BuyerRow, buyer_row
from resolvers.reading.search import mentions_buyer, terms_of

KEYS = [Key("unique_code", Buyer.unique_code, descending=False), by_id(Buyer.id, descending=False)]
MAX_CODE_LENGTH = 64
MAX_NAME_LENGTH = 200
MAX_COUNTRY_LENGTH = 100
MAX_ADDRESS_LENGTH = 1000
MUCH_TOO_LONG = 10_000  # for each of them, however many of its characters nobody sees
MAX_EMAIL_LENGTH = 320
MAX_RECIPIENTS = 50
# What of a buyer can be changed: column, or "recipients" → what the audit calls it, as for an import.
NAMES = {
    "name": "name",
    "recipients": "e-mail",
    "locale": "language",
    "has_own_locale": "language",
    "country": "country",
    "address": "address",
    "delivery_address": "delivery address",
    "is_offline": "offline",
}
ARGUMENTS = {
    "unique_code": "uniqueCode",
    "name": "name",
    "country": "country",
    "address": "address",
    "delivery_address": "deliveryAddress",
}
MAX_LENGTHS = {
    "unique_code": MAX_CODE_LENGTH,
    "name": MAX_NAME_LENGTH,
    "country": MAX_COUNTRY_LENGTH,
    "address": MAX_ADDRESS_LENGTH,
    "delivery_address": MAX_ADDRESS_LENGTH,
}
NEVER_EMPTY = ("unique_code", "name")


async def buyers(
    context: Context, search: str | None, request: PageRequest, *, bounced: bool | None = None
) -> Page[BuyerRow]:
    """The buyers that the viewer may see, by code; a buyer's user sees only its own. Two statements.

    `bounced`: only buyers with, or without, an address that a mail server has refused.
    """
    statement = select(*BUYER_COLUMNS).where(*_conditions(context.actor, search, bounced))
    async with context.read() as session:
        page = await read_page(session, statement, KEYS, request, buyer_row)
        recipients = await read_recipients(session, [row.id for row in page.rows]) if page.rows else {}
    rows = [replace(row, recipients=tuple(recipients.get(row.id, ()))) for row in page.rows]
    return replace(page, rows=rows)


async def count_buyers(context: Context, search: str | None, *, bounced: bool | None = None) -> int:
    async with context.read() as session:
        found = _conditions(context.actor, search, bounced)
        return await session.scalar(select(func.count()).select_from(Buyer).where(*found)) or 0


def listing(request: PageRequest, viewer: Viewpoint, *, bounced: bool | None) -> Listing:
    """The same page as `buyers`, without a search. Raises InputError."""
    return Listing.of(_conditions(viewer, None, bounced), KEYS, request, bounced, viewer.is_buyer)


async def create_buyer(
    context: Context, values: dict[str, Any], *, allow_similar_code: bool = False, **terms: Unpack[Terms]
) -> Outcome:
    """`values`: `unique_code`, `name` and any other of NAMES.

    Without `locale` the buyer has the language of its country, or else the brand's, and follows it. Without
    `is_offline` it is offline if it has no recipient.
    """
    cleaned = _cleaned(values)

    async def change(work: Work) -> UUID:
        if refusals := _check(context, cleaned):
            raise Refused(*refusals)
        code: str = cleaned["unique_code"]
        await _check_code(work, code, allow_similar=allow_similar_code)
        recipients: Sequence[str] = cleaned.get("recipients", ())
        language = await _language(work, cleaned.get("locale"), cleaned.get("country", ""))
        columns = {"is_offline": not recipients} | cleaned | language
        columns.pop("recipients", None)
        buyer = Buyer(id=new_id(), brand_id=work.brand_id, **columns)
        work.add(buyer)
        await work.save()
        _add_recipients(work, buyer, recipients)
        work.record(BuyerCreated(brand_id=work.brand_id, at=work.now, code=code))
        return buyer.id

    return await act(context, change, needs=Permission.MANAGE_BUYERS, **terms)


async def update_buyer(
    context: Context, buyer_id: UUID | None, values: dict[str, Any], **terms: Unpack[Terms]
) -> Outcome:
    """`values`: those of NAMES that change. A value that is the same as before is no event.

    Without `is_offline`, an offline buyer that gets recipients becomes a connected one, as by an import.
    """
    cleaned = _cleaned(values)

    async def change(work: Work) -> UUID:
        if refusals := _check(context, cleaned):
            raise Refused(*refusals)
        # Not a full lock: placing an order of this buyer must not wait for it.
        of_buyer = select(Buyer).where(Buyer.brand_id == work.brand_id, Buyer.id == buyer_id)
        buyer = await work.find(of_buyer.with_for_update(key_share=True)) if buyer_id else None
        if buyer is None:
            raise Refused(not_found(context, UNKNOWN_BUYER, "buyerId"))
        if buyer.erased_at is not None:
            raise Refused(invalid(context, BUYER_ERASED, "buyerId"))
        columns = {name: value for name, value in cleaned.items() if name != "recipients"}
        follows = columns.get("has_own_locale") is False
        if follows or "locale" in columns or ("country" in columns and not buyer.has_own_locale):
            chosen = None if follows else columns.get("locale")
            columns |= await _language(work, chosen, columns.get("country", buyer.country))
        if cleaned.get("recipients") and "is_offline" not in columns:
            columns["is_offline"] = False
        changed = [name for name, value in columns.items() if getattr(buyer, name) != value]
        for name in changed:
            setattr(buyer, name, columns[name])
        if "recipients" in cleaned and await _replace_recipients(work, buyer, cleaned["recipients"]):
            changed.append("recipients")
        if changed:
            names = tuple(sorted({NAMES[name] for name in changed}))
            work.record(BuyerUpdated(brand_id=work.brand_id, at=work.now, code=buyer.unique_code, names=names))
        return buyer.id

    return await act(context, change, needs=Permission.MANAGE_BUYERS, **terms)


async def _language(work: Work, chosen: Locale | None, country: str) -> dict[str, Any]:
    """The columns of the buyer's language. `chosen` None: it is the country's, or else the brand's."""
    if chosen:
        return {"locale": chosen, "has_own_locale": True}
    brands = select(Brand.locale).where(Brand.id == work.brand_id)
    found = locale_of_country(country) or await work.find(brands) or Locale.EN
    return {"locale": found, "has_own_locale": False}


def _conditions(viewer: Viewpoint, search: str | None, bounced: bool | None) -> list[ColumnElement[bool]]:
    """Raises InputError for words that cannot be searched."""
    check_search(search)
    conditions = [mentions_buyer(term) for term in terms_of(search)]
    if bounced is not None:
        # What a mail server said is for the brand only: to a buyer's user no address is a refused one.
        is_refused = false() if viewer.is_buyer else BuyerRecipient.bounced_at.is_not(None)
        with_refused = select(BuyerRecipient.buyer_id).where(is_refused)
        conditions.append(Buyer.id.in_(with_refused) if bounced else Buyer.id.not_in(with_refused))
    return conditions


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Without spaces around texts and characters that nobody sees; addresses in narrow characters, as in an import."""
    cleaned = {name: _clean(value) if name in ARGUMENTS else value for name, value in values.items()}
    if "recipients" in cleaned:
        clean = [_clean(each) for each in cleaned["recipients"]]
        cleaned["recipients"] = [each.translate(WIDE) if len(each) <= MUCH_TOO_LONG else each for each in clean]
    return cleaned


def _clean(text: str | None) -> str:
    if text and len(text) > MUCH_TOO_LONG:  # it is refused: to clean a megabyte takes 50 ms
        return text
    return (text or "").translate(INVISIBLE).strip()


def _check(context: Context, cleaned: dict[str, Any]) -> list[Refusal]:
    refusals: list[Refusal] = []
    for name, longest in MAX_LENGTHS.items():
        if name in NEVER_EMPTY and cleaned.get(name) == "":
            refusals.append(invalid(context, TEXT_MISSING, ARGUMENTS[name]))
        is_one_line = name not in ("address", "delivery_address")
        refusals += wrong_text(context, cleaned.get(name), longest, ARGUMENTS[name], is_one_line=is_one_line)
    recipients = cleaned.get("recipients", ())
    if len(recipients) > MAX_RECIPIENTS:
        return [*refusals, invalid(context, TOO_MANY_RECIPIENTS, "emailRecipients", most=MAX_RECIPIENTS)]
    for place, email in enumerate(recipients):
        at = ("emailRecipients", str(place))
        wrong = wrong_text(context, email, MAX_EMAIL_LENGTH, *at)
        if not wrong and not ADDRESS.fullmatch(email):
            wrong = [invalid(context, NOT_AN_ADDRESS, *at)]
        refusals += wrong
    return refusals


async def _check_code(work: Work, code: str, *, allow_similar: bool) -> None:
    """Raises Refused for a code that another buyer has, or that looks like another one's."""
    codes = (await work.read(select(Buyer.unique_code).where(Buyer.brand_id == work.brand_id))).scalars().all()
    if code in codes:
        raise Refused(invalid(work.context, BUYER_CODE_TAKEN, "uniqueCode", code=code))
    form = folded(code)
    alike = None if allow_similar else next((each for each in codes if folded(each) == form), None)
    if alike is not None:
        raise Refused(invalid(work.context, BUYER_CODE_SIMILAR, "uniqueCode", code=alike))


async def _replace_recipients(work: Work, buyer: Buyer, recipients: Sequence[str]) -> bool:
    """Whether they are others than before. Either way they are confirmed: what a mail server said of them is gone."""
    of_buyer = (BuyerRecipient.brand_id == buyer.brand_id, BuyerRecipient.buyer_id == buyer.id)
    before = (await work.read(select(BuyerRecipient.email).where(*of_buyer))).scalars().all()
    if set(before) == set(_once(recipients)):
        confirmed = update(BuyerRecipient).where(*of_buyer, BuyerRecipient.bounced_at.is_not(None))
        cleared = confirmed.values(bounced_at=None, bounce_reason=None)
        await work.save(cleared.execution_options(synchronize_session=False))
        return False
    await work.save(delete(BuyerRecipient).where(*of_buyer))
    await revoke_addresses(work.session, buyer.brand_id, buyer.id, recipients)
    _add_recipients(work, buyer, recipients)
    return True


def _add_recipients(work: Work, buyer: Buyer, recipients: Sequence[str]) -> None:
    emails = _once(recipients)
    work.add(*(BuyerRecipient(brand_id=buyer.brand_id, buyer_id=buyer.id, email=email) for email in emails))


def _once(recipients: Sequence[str]) -> list[str]:
    """Each address once; those that differ only by case are one."""
    return list({email.casefold(): email for email in reversed(recipients)}.values())
