"""Tokens of an OIDC provider: signed with one of its keys, for this API, with an existing brand and buyer."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from graph.identity.claims import (
    LEEWAY,
    MALFORMED_TOKEN_ERRORS,
    Times,
    TokenError,
    missing,
    subject_of,
    text_of,
)
from graph.identity.languages import locale_of
from graph.settings.oidc import OidcProvider
from models.actor import Actor
from models.brand import Brand
from models.buyer import Buyer
from models.database.sessions import Database
from models.locale import Locale
from models.policy import Role
from models.scope import EVERYTHING

if TYPE_CHECKING:
    from graph.identity.jwks import ProviderKeys

# Asymmetric algorithms only: with HS256, anyone could sign with the provider's public key.
TYPES = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA",
    "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
    "EdDSA": "OKP", "Ed25519": "OKP", "Ed448": "OKP",
}  # fmt: skip
# Partner apps use API keys, which can be revoked.
ROLES = {role.value: role for role in (Role.ADMIN, Role.WRITE, Role.READ, Role.BUYER, Role.OPERATOR)}


class _Registry(JWSRegistry):
    def get_alg(self, name: str) -> Any:
        # The library warns about "EdDSA", but no provider uses its new names (RFC 9864) yet.
        if name not in TYPES:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


class Oidc:
    """The caller closes `keys`."""

    def __init__(
        self, provider: OidcProvider, keys: "ProviderKeys", database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._provider = provider
        self._keys = keys
        self._database = database
        self._clock = clock
        # Providers add headers of their own to tokens.
        self._registry = _Registry(strict_check_header=False)

    async def verify(self, token: str, header: dict[str, Any]) -> tuple[dict[str, Any], datetime]:
        """The claims of a token, without any look-up in the database, and when it expires.

        Raises TokenError, IdentityProviderUnavailable.
        """
        kid = header.get("kid")
        key = await self._keys.key(kid if isinstance(kid, str) else None, TYPES[header["alg"]])
        if key.alg not in (None, header["alg"]):
            raise TokenError("The token is signed with another algorithm than its key is for.")
        try:
            claims = jwt.decode(token, key, registry=self._registry).claims
        except MALFORMED_TOKEN_ERRORS:
            raise TokenError("The signature of the token is not one of the provider.") from None
        if claims.get("iss") != self._provider.issuer:
            raise TokenError("The token is from another issuer.")
        audience = claims.get("aud")
        if self._provider.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenError("The token is for another audience.")
        times = Times.of(claims)
        times.check(self._clock(), grace=LEEWAY)
        return claims, times.expires_at

    async def actor(self, claims: dict[str, Any]) -> Actor:
        """The actor whom verified claims name. Raises TokenError."""
        role = ROLES.get(text_of(claims, "orders_role"))
        if role is None:
            raise missing("orders_role")
        subject = subject_of(claims)
        name = text_of(claims, "name", "preferred_username", "email", "sub")
        brand_id, buyer_id = await self._tenancy(claims, role)
        language = locale_of(claims.get("locale")) or Locale.EN
        return Actor(role=role, id=subject, name=name, brand_id=brand_id, buyer_id=buyer_id, locale=language)

    async def _tenancy(self, claims: dict[str, Any], role: Role) -> tuple[UUID | None, UUID | None]:
        """The ids of the brand and the buyer, which must exist. Claims that the role does not take must be absent."""
        takes = {"orders_brand": role is not Role.OPERATOR, "orders_buyer": role is Role.BUYER}
        for claim, is_taken in takes.items():
            if not is_taken and claims.get(claim) is not None:
                raise TokenError(f"The token is contradictory: its role must not have the claim {claim}.")
        if role is Role.OPERATOR:
            return None, None
        async with self._database.read(EVERYTHING) as session:
            brand_id = await _one(session, Brand.id, Brand.code, text_of(claims, "orders_brand"))
            if brand_id is None:
                raise TokenError("The token names a brand that does not exist.")
            if role is not Role.BUYER:
                return brand_id, None
            buyer = text_of(claims, "orders_buyer")
            buyer_id = await _one(session, Buyer.id, Buyer.unique_code, buyer, Buyer.brand_id == brand_id)
            if buyer_id is None:
                raise TokenError("The token names a buyer that the brand does not have.")
            return brand_id, buyer_id


async def _one(
    session: AsyncSession,
    id: InstrumentedAttribute[UUID],
    code: InstrumentedAttribute[str],
    text: str,
    *within: ColumnElement[bool],
) -> UUID | None:
    """The id of the row with this code or id; None also when two different rows match."""
    matches = [code == text]
    with suppress(ValueError):
        matches.append(id == UUID(text))
    found = (await session.scalars(select(id).where(or_(*matches), *within).limit(2))).all()
    return found[0] if len(found) == 1 else None
