"""Authentication: turns request headers into an Actor. The only place that does.

Three kinds of credentials: a token of our own (graph/identity/own_tokens.py), a token of the OIDC provider
(graph/identity/oidc.py), or a partner app's API key.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from starlette.datastructures import Headers

from graph.core.errors import BUSY
from graph.identity.claims import IdentityProviderUnavailable, Principal, TokenError, header_of, issued_at
from graph.identity.ended import EndedAccess, SignedOut
from graph.identity.keys import actor_of
from graph.identity.languages import locale_of, preferred
from graph.identity.oidc import TYPES, Oidc
from graph.identity.own_tokens import Tokens
from graph.limits.error_codes import ErrorCode
from graph.limits.fairness import FairLimit, Overloaded, Party
from graph.limits.rate import RateLimiter, network_of
from graph.settings.environment import Settings
from models.api_key import ApiKey, hash_of, is_well_formed
from models.database.engines import is_busy, is_unreachable
from models.database.sessions import Database
from models.locale import Locale
from resolvers import api_keys

KEY_HEADER = "X-Merchant-API-Key"
TOKEN_CHALLENGE = 'Bearer realm="orders"'  # noqa: S105
KEY_CHALLENGE = 'ApiKey realm="orders"'
MAX_FAILED_SIGN_INS = 60  # from one address within a minute
# Look-ups at once of credentials that were valid before, and of credentials that were never seen.
MAX_KNOWN = 2
MAX_UNKNOWN = 1
MAX_QUEUED = 32
MAX_WAIT_SECONDS = 5.0
MAX_REMEMBERED_KEYS = 10_000
log = logging.getLogger("orders.identity")


class AuthenticationError(Exception):
    """The request could not be authenticated. `status` and `headers` of the response; the message says what to do."""

    def __init__(self, status: int, code: ErrorCode, message: str, headers: dict[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers


class NotOurs(Exception):
    """No credential, or an API key that is not valid. The message is for the client's developer."""

    def __init__(self, message: str, challenge: str) -> None:
        super().__init__(message)
        self.challenge = challenge


class Identity:
    """Call `close` before the database is closed: it waits for pending writes."""

    def __init__(
        self, settings: Settings, database: Database, clock: Callable[[], datetime], ended: EndedAccess
    ) -> None:
        self._database = database
        self._ended = ended
        self._clock = clock
        self._tokens = Tokens(settings.secret_key, clock)
        self._keys = None
        if settings.oidc:
            from graph.identity.jwks import ProviderKeys  # late: it brings the HTTP client

            self._keys = ProviderKeys(settings.oidc.jwks_url, clock)
        self._oidc = Oidc(settings.oidc, self._keys, database, clock) if settings.oidc and self._keys else None
        self._pending: dict[object, asyncio.Task[None]] = {}
        self._writing = asyncio.Semaphore(1)
        self._failures = RateLimiter(MAX_FAILED_SIGN_INS, clock)
        # Made-up credentials meet only each other: they have a queue of their own, fair by address.
        self._known = FairLimit(MAX_KNOWN, MAX_QUEUED, MAX_WAIT_SECONDS)
        self._unknown = FairLimit(MAX_UNKNOWN, MAX_QUEUED, MAX_WAIT_SECONDS)
        self._keys_seen: OrderedDict[str, None] = OrderedDict()  # hashes of keys that were valid, least recent first

    async def authenticate(self, headers: Headers, client: str) -> Principal:
        """`client`: the address that the request is from.

        Raises AuthenticationError: 401; 400 for several credentials; 503 while the credential cannot be checked; 429
        for an address with too many failures. A token, or an API key that was valid before, is accepted from it
        nevertheless.
        """
        address = network_of(client)
        try:
            return _in_language(await self._authenticate(headers, address), headers)
        except SignedOut as error:
            # No failure of the address: the token is a real one, issued before the sign-out.
            raise AuthenticationError(
                401, ErrorCode.SIGNED_OUT, str(error), {"WWW-Authenticate": _challenge(error)}
            ) from None
        except TokenError as error:
            raise self._failed(address, str(error), _challenge(error)) from None
        except NotOurs as error:
            raise self._failed(address, str(error), error.challenge) from None
        except Overloaded:
            message = "Many credentials are being checked. Try again in a moment."
            raise AuthenticationError(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "1"}) from None
        except IdentityProviderUnavailable:
            message = "The token cannot be checked: the identity provider is unreachable. Try again in a moment."
            raise AuthenticationError(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "10"}) from None
        except Exception as error:
            if not is_busy(error) and not is_unreachable(error):
                raise
            log.warning("authentication failed, the database is busy or unreachable: %s", type(error).__name__)
            raise AuthenticationError(503, ErrorCode.UNAVAILABLE, BUSY, {"Retry-After": "1"}) from None

    async def _authenticate(self, headers: Headers, address: str) -> Principal:
        authorizations, keys = headers.getlist("Authorization"), headers.getlist(KEY_HEADER)
        for name, given in (("Authorization", authorizations), (KEY_HEADER, keys)):
            # A proxy and this server might each pick a different one.
            if len(given) > 1:
                raise AuthenticationError(400, ErrorCode.BAD_REQUEST, f"Send {name} once.", {})
        if authorizations and keys:
            message = f"Send either Authorization or {KEY_HEADER}, not both."
            raise AuthenticationError(400, ErrorCode.BAD_REQUEST, message, {})
        if keys:
            return await self._by_key(keys[0].strip(), address)
        scheme, _, token = (authorizations[0] if authorizations else "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            message = (
                f"Send a token (Authorization: Bearer TOKEN) or an API key ({KEY_HEADER}: KEY); "
                "./run orders token prints a token."
            )
            raise NotOurs(message, f"{TOKEN_CHALLENGE}, {KEY_CHALLENGE}")
        return await self._by_token(token.strip())

    async def close(self) -> None:
        await asyncio.gather(*self._pending.values())
        if self._keys:
            await self._keys.close()

    async def _by_token(self, token: str) -> Principal:
        if principal := self._tokens.remembered(token):
            await self._ended.check(principal)
            return principal
        # The header selects only which check is made; each check accepts its own algorithms and no others.
        header = header_of(token)
        if self._oidc and header.get("alg") in TYPES:
            claims, expires_at = await self._oidc.verify(token, header)
            async with self._known.slot(Party(viewer=str(claims.get("sub")))):
                actor, has_locale = await self._oidc.actor(claims), locale_of(claims.get("locale")) is not None
                principal = Principal(actor, expires_at, issued_at(claims), has_locale)
        else:
            principal = self._tokens.read(token)
        await self._ended.check(principal)
        return principal

    async def _by_key(self, secret: str, address: str) -> Principal:
        hashed = hash_of(secret)
        found = await self._find(secret, hashed, address) if is_well_formed(secret) else None
        if found is None:
            raise NotOurs("This API key is not one that we gave out.", KEY_CHALLENGE)
        key, locale = found
        now = self._clock()
        if key.revoked_at:
            raise NotOurs("This API key has been revoked.", KEY_CHALLENGE)
        is_previous = key.secret_hash != hashed
        ends = [end for end in (key.expires_at, key.previous_until if is_previous else None) if end]
        if ends and min(ends) <= now:
            replaced = is_previous and key.previous_until and key.previous_until <= now
            message = "This API key was replaced by a new one." if replaced else "This API key has expired."
            raise NotOurs(message, KEY_CHALLENGE)
        self._remember(hashed)
        if api_keys.use_is_due(key, now) and key.id not in self._pending:
            # Written in a task of its own: authentication must not wait for a write.
            self._pending[key.id] = asyncio.create_task(self._note_use(key, now))
        return Principal(actor_of(key, locale), min(ends, default=None), has_locale=False)

    async def _note_use(self, key: ApiKey, now: datetime) -> None:
        try:
            async with self._writing:
                await api_keys.note_use(self._database, key, now)
        except Exception:
            # The request is not affected; the next one tries again.
            log.warning("the last use of an API key could not be recorded", exc_info=True)
        finally:
            del self._pending[key.id]

    async def _find(self, secret: str, hashed: str, address: str) -> tuple[ApiKey, Locale] | None:
        if hashed in self._keys_seen:
            limit, party = self._known, Party(viewer=hashed)
        else:
            if self._failures.left(address) < 1:
                raise self._too_many_failures(address)
            limit, party = self._unknown, Party(viewer=address)
        async with limit.slot(party):
            found = await api_keys.find_by_secret(self._database, secret)
        if found is None or found[0].revoked_at:
            self._keys_seen.pop(hashed, None)
        return found

    def _remember(self, hashed: str) -> None:
        self._keys_seen[hashed] = None
        self._keys_seen.move_to_end(hashed)
        if len(self._keys_seen) > MAX_REMEMBERED_KEYS:
            self._keys_seen.popitem(last=False)

    def _failed(self, address: str, message: str, challenge: str) -> AuthenticationError:
        """401, or 429 for an address with too many failures."""
        if not self._failures.take(address, 1):
            return self._too_many_failures(address)
        return AuthenticationError(401, ErrorCode.UNAUTHENTICATED, message, {"WWW-Authenticate": challenge})

    def _too_many_failures(self, address: str) -> AuthenticationError:
        failures = self._failures.of(address)
        failures.take(1)
        message = f"Too many failed sign-ins. Try again in {failures.retry_after} s."
        return AuthenticationError(429, ErrorCode.RATE_LIMITED, message, {"Retry-After": str(failures.retry_after)})


def _in_language(principal: Principal, headers: Headers) -> Principal:
    """A credential that does not name the language leaves it to the request."""
    locale = None if principal.has_locale else preferred(headers.getlist("Accept-Language"))
    return replace(principal, actor=replace(principal.actor, locale=locale)) if locale else principal


def _challenge(error: TokenError) -> str:
    return f'{TOKEN_CHALLENGE}, error="invalid_token", error_description="{error}"'
