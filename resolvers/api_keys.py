"""The API keys that partner apps act with: create, list, rotate, revoke, by the brand's admins; and whose a key is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import audit
from models.api_key import ApiKey, hash_of, new_secret
from models.base import new_id
from models.brand import Brand
from models.database.sessions import Database
from models.events import ApiKeyChanged, EventKind
from models.key_scopes import KeyScope, with_included
from models.locale import Locale, text_for
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
from models.scope import EVERYTHING, Scope
from resolvers.core.context import Context
from resolvers.core.refusals import ActionError, Refusal, demand, invalid, not_permitted
from resolvers.inputs import check_text

MAX_KEYS = 100
MAX_OVERLAP_HOURS = 168  # hours
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyOutcome:
    """`secret`: the key itself, which nobody can read again; None when it was refused, and of a revoked key."""

    key: ApiKey | None = None
    secret: str | None = field(default=None, repr=False)
    refusals: list[Refusal] = field(default_factory=list)


async def api_keys(context: Context) -> list[ApiKey]:
    """Those that are not revoked, in the order in which they were made. Raises InputError for who is no admin."""
    demand(context, Permission.MANAGE_API_KEYS)
    live = select(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.id)
    async with context.read() as session:
        return list(await session.scalars(live))


async def api_keys_by_id(context: Context, ids: Collection[UUID]) -> dict[UUID, ApiKey]:
    """Revoked ones too; none for who is no admin."""
    if not permits(context.actor.role, Permission.MANAGE_API_KEYS):
        return {}
    async with context.read() as session:
        return {key.id: key for key in await session.scalars(select(ApiKey).where(ApiKey.id.in_(ids)))}


async def create_api_key(
    context: Context, name: str, scopes: Collection[KeyScope], expires_at: datetime | None
) -> KeyOutcome:
    check_text(name, 100, "input", "name")
    name, granted, now = name.strip(), with_included(scopes), context.clock()
    if not permits(context.actor.role, Permission.MANAGE_API_KEYS) or context.actor.brand_id is None:
        return _refused(*not_permitted(context, Permission.MANAGE_API_KEYS))
    refusals = []
    if not name:
        refusals.append(invalid(context, API_KEY_NAME_BLANK, "name"))
    if not granted:
        refusals.append(invalid(context, API_KEY_SCOPES_MISSING, "scopes"))
    if expires_at and expires_at <= now:
        refusals.append(invalid(context, API_KEY_EXPIRY_PAST, "expiresAt"))
    if refusals:
        return _refused(*refusals)
    secret = new_secret()
    key = ApiKey(
        id=new_id(),
        brand_id=context.actor.brand_id,
        name=name,
        secret_hash=hash_of(secret),
        last_four=secret[-4:],
        scopes=[scope.value for scope in granted],
        created_at=now,
        created_by=context.actor.name,
        expires_at=expires_at,
    )
    async with context.transaction() as session:
        live = select(func.count()).select_from(ApiKey).where(ApiKey.revoked_at.is_(None))
        if (await session.scalar(live) or 0) >= MAX_KEYS:
            return _refused(invalid(context, TOO_MANY_API_KEYS, most=MAX_KEYS))
        session.add(key)
        await _record(context, session, key, EventKind.API_KEY_CREATED, scopes=", ".join(key.scopes))
    return KeyOutcome(key, secret)


async def rotate_api_key(context: Context, key_id: UUID | None, overlap_hours: int) -> KeyOutcome:
    """A new secret; the old one stays good for some hours, an even older one ends at once."""
    if not permits(context.actor.role, Permission.MANAGE_API_KEYS):
        return _refused(*not_permitted(context, Permission.MANAGE_API_KEYS))
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        return _refused(invalid(context, BAD_OVERLAP, "overlapHours", most=MAX_OVERLAP_HOURS))
    secret, now = new_secret(), context.clock()
    async with context.transaction() as session:
        key = await _locked(session, key_id)
        if key is None:
            return _refused(_unknown(context))
        if key.revoked_at or (key.expires_at and key.expires_at <= now):
            return _refused(invalid(context, API_KEY_ENDED, "apiKeyId"))
        key.previous_hash, key.previous_until = key.secret_hash, now + timedelta(hours=overlap_hours)
        key.secret_hash, key.last_four, key.rotated_at = hash_of(secret), secret[-4:], now
        await _record(
            context, session, key, EventKind.API_KEY_ROTATED, until=key.previous_until.isoformat(timespec="seconds")
        )
    return KeyOutcome(key, secret)


async def revoke_api_key(context: Context, key_id: UUID | None) -> KeyOutcome:
    """Good for nothing from now on, for good. Of a revoked key nothing changes."""
    if not permits(context.actor.role, Permission.MANAGE_API_KEYS):
        return _refused(*not_permitted(context, Permission.MANAGE_API_KEYS))
    async with context.transaction() as session:
        key = await _locked(session, key_id)
        if key is None:
            return _refused(_unknown(context))
        if key.revoked_at is None:
            key.revoked_at = context.clock()
            await _record(context, session, key, EventKind.API_KEY_REVOKED)
    return KeyOutcome(key)


async def find_by_secret(database: Database, secret: str) -> tuple[ApiKey, Locale] | None:
    """The key and the language of its brand, in one statement: before it, no brand is known to narrow it to."""
    hashed = hash_of(secret)
    statement = (
        select(ApiKey, Brand.locale)
        .join(Brand, Brand.id == ApiKey.brand_id)
        .where(or_(ApiKey.secret_hash == hashed, ApiKey.previous_hash == hashed))
    )
    async with database.read(EVERYTHING) as session:
        found = (await session.execute(statement)).one_or_none()
    return (found[0], found[1]) if found else None


def use_is_due(key: ApiKey, now: datetime) -> bool:
    return key.last_used_at is None or now - key.last_used_at >= USE_IS_NOTED_EVERY


async def note_use(database: Database, key: ApiKey, now: datetime) -> None:
    """Of several processes, the first one writes."""
    older = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USE_IS_NOTED_EVERY)
    this = (ApiKey.brand_id == key.brand_id, ApiKey.id == key.id)
    async with database.transaction(Scope(key.brand_id)) as session:
        await session.execute(update(ApiKey).where(*this, older).values(last_used_at=now))


async def _locked(session: AsyncSession, key_id: UUID | None) -> ApiKey | None:
    return await session.scalar(select(ApiKey).where(ApiKey.id == key_id).with_for_update())


async def _record(context: Context, session: AsyncSession, key: ApiKey, kind: EventKind, **details: str) -> None:
    event = ApiKeyChanged(
        brand_id=key.brand_id, at=context.clock(), kind=kind, key_id=key.id, name=key.name, details=details
    )
    await audit.record(session, [audit.entry(event, context.actor, context.request_id)])


def _unknown(context: Context) -> Refusal:
    text = text_for(UNKNOWN_API_KEY, context.actor.locale)
    return Refusal(ActionError.NOT_FOUND, text, ("input", "apiKeyId"))


def _refused(*refusals: Refusal) -> KeyOutcome:
    return KeyOutcome(refusals=list(refusals))
