"""Authentication: turns request headers into an Actor. The only place that does.

Three kinds of credentials: a token of our own (graph/identity/own_tokens.py), a token of the OIDC provider
(graph/identity/oidc.py), or a partner app's API key.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from starlette.datastructures import Headers

from graph.core.errors import BUSY
from graph.core.ids import Kind, to_id
from graph.identity.claims import IdentityProviderUnavailable, Principal, TokenError, header_of
from graph.identity.jwks import ProviderKeys
from graph.identity.oidc import TYPES, Oidc
from graph.identity.own_tokens import Tokens
from graph.settings.environment import Settings
from models.actor import Actor
from models.api_key import SECRET, ApiKey, hash_of
from models.database.engines import is_busy, is_unreachable
from models.database.sessions import Database
from models.key_scopes import KeyScope, role_of_scopes
from resolvers import api_keys

KEY_HEADER = "X-Merchant-API-Key"
TOKEN_CHALLENGE = 'Bearer realm="orders"'  # noqa: S105
KEY_CHALLENGE = 'ApiKey realm="orders"'
log = logging.getLogger("orders.identity")


class AuthenticationError(Exception):
    """The request could not be authenticated. `status` and `headers` of the response; the message says what to do."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class Identity:
    """Call `close` before the database is closed: it waits for pending writes."""

    def __init__(self, settings: Settings, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._tokens = Tokens(settings.secret_key, clock)
        self._keys = ProviderKeys(settings.oidc.jwks_url, clock) if settings.oidc else None
        self._oidc = Oidc(settings.oidc, self._keys, database, clock) if settings.oidc and self._keys else None
        self._pending: dict[object, asyncio.Task[None]] = {}

    async def authenticate(self, headers: Headers) -> Principal:
        """Raises AuthenticationError: 401; 400 for several credentials; 503 while the credential cannot be checked."""
        try:
            return await self._authenticate(headers)
        except TokenError as error:
            challenge = f'{TOKEN_CHALLENGE}, error="invalid_token", error_description="{error}"'
            raise _unauthenticated(str(error), challenge) from None
        except IdentityProviderUnavailable:
            message = "The token cannot be checked: the identity provider is unreachable. Try again in a moment."
            raise AuthenticationError(503, "UNAVAILABLE", message, {"Retry-After": "10"}) from None
        except Exception as error:
            if not is_busy(error) and not is_unreachable(error):
                raise
            log.warning("authentication failed, the database is busy or unreachable: %s", type(error).__name__)
            raise AuthenticationError(503, "UNAVAILABLE", BUSY, {"Retry-After": "1"}) from None

    async def _authenticate(self, headers: Headers) -> Principal:
        for name in ("Authorization", KEY_HEADER):
            # A proxy and this server might each pick a different one.
            if len(headers.getlist(name)) > 1:
                raise AuthenticationError(400, "BAD_REQUEST", f"Send {name} once.", {})
        authorization, key = headers.get("authorization"), headers.get(KEY_HEADER.lower())
        if authorization is not None and key is not None:
            message = f"Send either Authorization or {KEY_HEADER}, not both."
            raise AuthenticationError(400, "BAD_REQUEST", message, {})
        if key is not None:
            return await self._by_key(key.strip())
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            message = (
                f"Send a token (Authorization: Bearer TOKEN) or an API key ({KEY_HEADER}: KEY); "
                "./run orders token prints a token."
            )
            raise _unauthenticated(message, f"{TOKEN_CHALLENGE}, {KEY_CHALLENGE}")
        return await self._by_token(token.strip())

    async def close(self) -> None:
        await asyncio.gather(*self._pending.values())
        if self._keys:
            await self._keys.close()

    async def _by_token(self, token: str) -> Principal:
        # The header selects only which check is made; each check accepts its own algorithms and no others.
        header = header_of(token)
        if self._oidc and header.get("alg") in TYPES:
            return await self._oidc.read(token, header)
        return self._tokens.read(token)

    async def _by_key(self, secret: str) -> Principal:
        found = await api_keys.find_by_secret(self._database, secret) if SECRET.fullmatch(secret) else None
        if found is None:
            raise _unauthenticated("This API key is not one that we gave out.", KEY_CHALLENGE)
        key, locale = found
        now = self._clock()
        if key.revoked_at:
            raise _unauthenticated("This API key has been revoked.", KEY_CHALLENGE)
        is_previous = key.secret_hash != hash_of(secret)
        ends = [end for end in (key.expires_at, key.previous_until if is_previous else None) if end]
        if ends and min(ends) <= now:
            replaced = is_previous and key.previous_until and key.previous_until <= now
            message = "This API key was replaced by a new one." if replaced else "This API key has expired."
            raise _unauthenticated(message, KEY_CHALLENGE)
        if api_keys.use_is_due(key, now) and key.id not in self._pending:
            # Written in a task of its own: authentication must not wait for a write.
            self._pending[key.id] = asyncio.create_task(self._note_use(key, now))
        role = role_of_scopes(KeyScope(scope) for scope in key.scopes)
        id = to_id(Kind.API_KEY, key.id)
        actor = Actor(role=role, id=id, name=key.name, brand_id=key.brand_id, locale=locale)
        return Principal(actor, min(ends, default=None))

    async def _note_use(self, key: ApiKey, now: datetime) -> None:
        try:
            await api_keys.note_use(self._database, key, now)
        except Exception:
            # The request is not affected; the next one tries again.
            log.warning("the last use of an API key could not be recorded", exc_info=True)
        finally:
            del self._pending[key.id]


def _unauthenticated(message: str, challenge: str) -> AuthenticationError:
    return AuthenticationError(401, "UNAUTHENTICATED", message, {"WWW-Authenticate": challenge})
