"""The API keys of partner apps: created, listed, rotated and revoked by the brand's admins; found by their secret."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Unpack
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update

from models.api_key import ApiKey, hash_of, new_secret
from models.base import new_id
from models.brand import Brand
from models.database.sessions import Database
from models.events import ApiKeyChanged
from models.key_scopes import KeyScope, with_included
from models.locale import Locale
from models.messages.history import EventKind
from models.messages.refusals import (
    API_KEY_ENDED,
    API_KEY_EXPIRY_PAST,
    API_KEY_NAME_BLANK,
    API_KEY_SCOPES_MISSING,
    BAD_OVERLAP,
    TOO_MANY_API_KEYS,
    UNKNOWN_API_KEY,
)
from models.permissions import Permission, permits
from models.scope import EVERYTHING
from resolvers.core.actions import Terms, act, not_found
from resolvers.core.context import Context
from resolvers.core.refusals import Outcome, Refused, invalid, require, wrong_text
from resolvers.core.work import Work, write_unaudited

MAX_KEYS = 100
MAX_OVERLAP_HOURS = 168
USE_IS_NOTED_EVERY = timedelta(minutes=1)


async def api_keys(context: Context) -> list[ApiKey]:
    """Those that are not revoked, oldest first. Raises InputError for a viewer who is no admin."""
    require(context, Permission.MANAGE_API_KEYS)
    live = select(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.id)
    async with context.read() as session:
        return list(await session.scalars(live))


async def api_keys_by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    """Revoked ones too; none for a viewer who is no admin."""
    if not permits(context.actor.role, Permission.MANAGE_API_KEYS):
        return {}
    async with context.read() as session:
        return {key.id: key for key in await session.scalars(select(ApiKey).where(ApiKey.id.in_(ids)))}


async def create_api_key(
    context: Context, name: str, scopes: Collection[KeyScope], expires_at: datetime | None, **terms: Unpack[Terms]
) -> tuple[Outcome, str | None]:
    """The outcome and the key itself, which cannot be read again; None when it was refused."""
    wrong = wrong_text(context, name, 100, "name", is_one_line=False)
    name, granted, secret = name.strip(), with_included(scopes), new_secret()

    async def change(work: Work) -> UUID:
        refusals = []
        if not name:
            refusals.append(invalid(context, API_KEY_NAME_BLANK, "name"))
        if not granted:
            refusals.append(invalid(context, API_KEY_SCOPES_MISSING, "scopes"))
        if expires_at and expires_at <= work.now:
            refusals.append(invalid(context, API_KEY_EXPIRY_PAST, "expiresAt"))
        # One at a time in each brand, or two could pass the bound together.
        await work.read(select(Brand.id).where(Brand.id == work.brand_id).with_for_update(key_share=True))
        live = select(func.count()).select_from(ApiKey).where(ApiKey.revoked_at.is_(None))
        if not refusals and (await work.find(live) or 0) >= MAX_KEYS:
            refusals.append(invalid(context, TOO_MANY_API_KEYS, most=MAX_KEYS))
        if refusals:
            raise Refused(*refusals)
        key = ApiKey(
            id=new_id(),
            brand_id=work.brand_id,
            name=name,
            secret_hash=hash_of(secret),
            last_four=secret[-4:],
            scopes=[scope.value for scope in granted],
            created_at=work.now,
            created_by=context.actor.name,
            expires_at=expires_at,
        )
        work.add(key)
        _record(work, key, EventKind.API_KEY_CREATED, scopes=", ".join(key.scopes))
        return key.id

    outcome = await act(context, change, needs=Permission.MANAGE_API_KEYS, wrong=wrong, **terms)
    return _with_secret(outcome, secret)


async def rotate_api_key(
    context: Context, key_id: UUID | None, overlap_hours: int, **terms: Unpack[Terms]
) -> tuple[Outcome, str | None]:
    """The outcome and the new secret. The old one stays valid for some hours; an even older one ends at once."""
    secret = new_secret()

    async def change(work: Work) -> UUID:
        if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
            raise Refused(invalid(context, BAD_OVERLAP, "overlapHours", most=MAX_OVERLAP_HOURS))
        key = await _locked(work, key_id)
        if key.revoked_at or (key.expires_at and key.expires_at <= work.now):
            raise Refused(invalid(context, API_KEY_ENDED, "apiKeyId"))
        key.previous_hash, key.previous_until = key.secret_hash, work.now + timedelta(hours=overlap_hours)
        key.secret_hash, key.last_four, key.rotated_at = hash_of(secret), secret[-4:], work.now
        _record(work, key, EventKind.API_KEY_ROTATED, until=key.previous_until.isoformat(timespec="seconds"))
        return key.id

    return _with_secret(await act(context, change, needs=Permission.MANAGE_API_KEYS, **terms), secret)


async def revoke_api_key(context: Context, key_id: UUID | None, **terms: Unpack[Terms]) -> Outcome:
    """Revokes the key immediately and permanently. A revoked key stays as it is."""

    async def change(work: Work) -> UUID:
        key = await _locked(work, key_id)
        if key.revoked_at is None:
            key.revoked_at = work.now
            _record(work, key, EventKind.API_KEY_REVOKED)
        return key.id

    return await act(context, change, needs=Permission.MANAGE_API_KEYS, **terms)


def _with_secret(outcome: Outcome, secret: str) -> tuple[Outcome, str | None]:
    return outcome, None if outcome.refusals or outcome.replayed else secret


async def find_by_secret(database: Database, secret: str) -> tuple[ApiKey, Locale] | None:
    """The key and the language of its brand, in one statement and in no brand's scope: the key says which it is."""
    hashed = hash_of(secret)
    statement = (
        select(ApiKey, Brand.locale)
        .join(Brand, Brand.id == ApiKey.brand_id)
        .where(or_(ApiKey.secret_hash == hashed, ApiKey.previous_hash == hashed))
    )
    async with database.read(EVERYTHING) as session:
        found = (await session.execute(statement)).one_or_none()
    return (found[0], found[1]) if found else None


async def ended_since(database: Database, since: datetime, now: datetime) -> list[tuple[ApiKey, datetime]]:
    """The keys of all brands that were revoked at `since` or later, or rotated with the old secret ended by now.

    With each, the instant before which everything that it made has ended: the end of time for a revoked key.
    """
    rotated = and_(ApiKey.rotated_at >= since, ApiKey.previous_until <= now)
    async with database.read(EVERYTHING) as session:
        keys = list(await session.scalars(select(ApiKey).where(or_(ApiKey.revoked_at >= since, rotated))))
    forever = datetime.max.replace(tzinfo=UTC)
    return [(key, at) for key in keys if (at := forever if key.revoked_at else key.rotated_at)]


def use_is_due(key: ApiKey, now: datetime) -> bool:
    return key.last_used_at is None or now - key.last_used_at >= USE_IS_NOTED_EVERY


async def note_use(database: Database, key: ApiKey, now: datetime) -> None:
    """Notes when the key was last used, at most once a minute; of several processes, the first one writes."""
    older = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USE_IS_NOTED_EVERY)
    this = (ApiKey.brand_id == key.brand_id, ApiKey.id == key.id)
    await write_unaudited(database, key.brand_id, update(ApiKey).where(*this, older).values(last_used_at=now))


async def _locked(work: Work, key_id: UUID | None) -> ApiKey:
    """Raises Refused when the brand has no such key."""
    key = await work.find(select(ApiKey).where(ApiKey.id == key_id).with_for_update())
    if key is None:
        raise Refused(not_found(work.context, UNKNOWN_API_KEY, "apiKeyId"))
    return key


def _record(work: Work, key: ApiKey, kind: EventKind, **details: str) -> None:
    work.record(
        ApiKeyChanged(brand_id=key.brand_id, at=work.now, kind=kind, key_id=key.id, name=key.name, details=details)
    )
