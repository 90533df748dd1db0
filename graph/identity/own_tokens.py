"""Bearer tokens of our own: signed JWTs (RFC 7519, HS256) that name the actor and the brand."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OctKey

from graph.identity.claims import (
    MALFORMED_TOKEN_ERRORS,
    Principal,
    Times,
    TokenError,
    issued_at,
    missing,
    subject_of,
    text_of,
)
from graph.identity.languages import locale_of
from models.actor import Actor
from models.locale import Locale
from models.policy import Role

ALGORITHM = "HS256"
LIFETIME = timedelta(hours=12)
# Every token has both, so that nothing else that is signed with the same key is accepted as a token for the API.
ISSUER = "orders"
AUDIENCE = "orders-api"


MAX_REMEMBERED = 1_000


class Tokens:
    """Remembers the tokens that were read last: their signature is checked once, their times each time."""

    def __init__(self, secret_key: str, clock: Callable[[], datetime]) -> None:
        self._key = OctKey.import_key(secret_key)
        self._clock = clock
        # By the digest of the token, so that the memory of this process holds no more tokens than before.
        self._read: OrderedDict[bytes, tuple[Principal, Times]] = OrderedDict()

    def sign(self, actor: Actor, lifetime: timedelta = LIFETIME, *, has_locale: bool = True) -> str:
        """`has_locale` False: each request decides about the language (Accept-Language)."""
        now = self._clock()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor.id,
            "name": actor.name,
            "role": actor.role.value,
            # To the millisecond, so that a token that is made just after a sign-out is valid.
            "iat": int(now.timestamp() * 1000) / 1000,
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        if has_locale:
            claims["locale"] = actor.locale
        if actor.brand_id:
            claims["brand"] = actor.brand_id.hex
        if actor.buyer_id:
            claims["buyer"] = actor.buyer_id.hex
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def remembered(self, token: str) -> Principal | None:
        """The principal of a token that was read before. Raises TokenError if it is no longer valid."""
        found = self._read.get(_digest(token))
        if found is None:
            return None
        principal, times = found
        times.check(self._clock())
        return principal

    def read(self, token: str) -> Principal:
        """The principal of a token. Raises TokenError."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except MALFORMED_TOKEN_ERRORS:
            raise TokenError("The token is not one that we signed.") from None
        times = Times.of(claims)
        times.check(self._clock())  # no grace: the expiry was set by our own clock
        if (claims.get("iss"), claims.get("aud")) != (ISSUER, AUDIENCE):
            raise TokenError("The token is not one that we signed for this API; get a new one.")
        subject, name = subject_of(claims), text_of(claims, "name")
        locale = locale_of(claims.get("locale"))
        try:
            actor = Actor(
                role=Role(claims["role"]),
                id=subject,
                name=name,
                brand_id=UUID(claims["brand"]) if "brand" in claims else None,
                buyer_id=UUID(claims["buyer"]) if "buyer" in claims else None,
                locale=locale or Locale.EN,
            )
        except MALFORMED_TOKEN_ERRORS:
            raise missing("role, brand or buyer") from None
        principal = Principal(actor, times.expires_at, issued_at(claims), has_locale=locale is not None)
        self._read[_digest(token)] = principal, times
        if len(self._read) > MAX_REMEMBERED:
            self._read.popitem(last=False)
        return principal


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
