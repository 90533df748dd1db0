"""The OIDC provider's keys (JWKS, RFC 7517): fetched on demand, cached, and fetched again when they rotate."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import orjson
from joserfc.jwk import ECKey, OKPKey, RSAKey

from graph.identity.claims import MALFORMED_TOKEN_ERRORS, IdentityProviderUnavailable, TokenError

LIFETIME = timedelta(minutes=10)
# The provider is asked no more often than this, however many tokens with unknown key ids arrive.
PAUSE = timedelta(seconds=10)
MAX_WAITING = 16  # for the first keys after the start
TIMEOUT_SECONDS = 5.0
MAX_SET_BYTES = 256_000
MIN_RSA_BITS = 2048

Key = RSAKey | ECKey | OKPKey
MAKERS: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
log = logging.getLogger("orders.oidc")


class ProviderKeys:
    """One provider's keys. While the provider is unreachable, the last keys stay in use."""

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._clock = clock
        self._client = httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, headers={"Accept-Encoding": "identity"})
        self._lock = asyncio.Lock()
        self._keys: list[Key] = []
        self._fetched: datetime | None = None
        self._attempted: datetime | None = None
        self._is_unavailable = False
        self._attempts = 0  # that have ended
        self._waiting = 0

    async def key(self, id: str | None, type: str) -> Key:
        """The public key with this id; without an id, the only key of the type.

        While the keys are being fetched, the cached ones are used and unknown ids are refused at once: only the request
        that fetches them waits. Raises TokenError, IdentityProviderUnavailable.
        """
        is_old = self._fetched is None or self._clock() - self._fetched > LIFETIME
        if is_old or not self._find(id, type):
            if not self._lock.locked():
                await self._fetch()
            elif self._attempts == 0:
                await self._wait_for_first_keys()
        if found := self._find(id, type):
            return found
        if self._is_unavailable or not self._keys:
            raise IdentityProviderUnavailable
        raise TokenError("The token is signed with a key that the provider does not publish.")

    async def _wait_for_first_keys(self) -> None:
        """Raises IdentityProviderUnavailable if many are waiting already."""
        if self._waiting >= MAX_WAITING:
            raise IdentityProviderUnavailable
        self._waiting += 1
        try:
            async with self._lock:
                pass
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        await self._client.aclose()

    def _find(self, id: str | None, type: str) -> Key | None:
        keys = [key for key in self._keys if key.key_type == type and (id is None or key.kid == id)]
        return keys[0] if keys and (id is not None or len(keys) == 1) else None

    async def _fetch(self) -> None:
        """Fetches the keys, unless the last attempt was less than PAUSE ago."""
        async with self._lock:
            if self._attempted and self._clock() - self._attempted < PAUSE:
                return
            self._attempted = self._clock()
            try:
                self._keys = await self.published()
            except (httpx2.HTTPError, OSError, ValueError) as error:
                self._is_unavailable = True
                log.warning("the OIDC provider's keys cannot be fetched: %s", str(error) or type(error).__name__)
            else:
                self._is_unavailable, self._fetched = False, self._clock()
                log.info("the OIDC provider has %d usable keys", len(self._keys))
            finally:
                self._attempts += 1

    async def published(self) -> list[Key]:
        """The usable keys that the provider publishes now. Raises httpx2.HTTPError, OSError, ValueError."""
        # The limit is for the whole response: a provider that sends one byte a second counts as unreachable.
        async with asyncio.timeout(TIMEOUT_SECONDS), self._client.stream("GET", self._url) as response:
            if response.status_code != 200:
                raise ValueError(f"it responded with status {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_SET_BYTES:
                    raise ValueError(f"its response is larger than {MAX_SET_BYTES:,} bytes")
        return usable(bytes(body))


def usable(body: bytes) -> list[Key]:
    """The public keys that can verify a signature; others are skipped. Raises ValueError when there is none."""
    try:
        published = orjson.loads(body)["keys"]
    except (ValueError, TypeError, KeyError):
        raise ValueError("its response is not a key set (JWKS)") from None
    keys = [key for each in published if (key := _key(each))] if isinstance(published, list) else []
    if not keys:
        raise ValueError("its key set contains no key that can verify a signature")
    return keys


def _key(published: Any) -> Key | None:
    try:
        if published.get("use", "sig") != "sig":
            return None
        key = MAKERS[published["kty"]].import_key(published)
        if isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA_BITS:
            return None
        if isinstance(key, OKPKey) and key.curve_name not in ("Ed25519", "Ed448"):
            return None
    except MALFORMED_TOKEN_ERRORS:
        return None
    return key
