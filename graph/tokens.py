"""Bearer tokens: signed JWTs (RFC 7519, HS256) that name the actor and the brand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from models.actor import Actor
from models.policy import Role

ALGORITHM = "HS256"
LIFETIME = timedelta(hours=12)


class TokenError(Exception):
    """The token names nobody; the message says why."""


class Tokens:
    def __init__(self, secret_key: str, clock: Callable[[], datetime]) -> None:
        self._key = OctKey.import_key(secret_key)
        self._clock = clock

    def sign(self, actor: Actor, lifetime: timedelta = LIFETIME) -> str:
        now = self._clock()
        claims = {
            "sub": actor.id,
            "name": actor.name,
            "role": actor.role.value,
            "locale": actor.locale,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        if actor.brand_id:
            claims["brand"] = actor.brand_id.hex
        if actor.buyer_id:
            claims["buyer"] = actor.buyer_id.hex
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)

    def actor(self, authorization: str | None) -> Actor:
        """Who the value of an Authorization header stands for. Raises TokenError."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenError("Send a token (Authorization: Bearer TOKEN); ./run orders token prints one.")
        try:
            claims = jwt.decode(token.strip(), self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            raise TokenError("The token is not one that we signed.") from None
        try:
            if float(claims["exp"]) <= self._clock().timestamp():
                raise TokenError("The token has expired.")
            return Actor(
                role=Role(claims["role"]),
                id=str(claims["sub"]),
                name=str(claims["name"]),
                brand_id=UUID(claims["brand"]) if "brand" in claims else None,
                buyer_id=UUID(claims["buyer"]) if "buyer" in claims else None,
                locale="ja" if claims.get("locale") == "ja" else "en",
            )
        except (KeyError, ValueError, TypeError, AttributeError):
            raise TokenError("The token does not say who you are.") from None
