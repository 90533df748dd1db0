"""Checks of token claims that our own tokens and those of an OIDC provider share: times and texts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from graph.limits.fairness import Party
from models.actor import MAX_ID_LENGTH, Actor, id_of_subject
from resolvers.inputs import unprintable

LEEWAY = timedelta(seconds=60)  # clock skew of other machines
MAX_TOKEN_LENGTH = 16_384
MAX_TEXT_LENGTH = MAX_ID_LENGTH
BEGINNING_OF_TIME = datetime.fromtimestamp(0, UTC)
LAST_INSTANT = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
# Everything that the libraries raise for a malformed or forged token.
MALFORMED_TOKEN_ERRORS = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TokenError(Exception):
    """The token is invalid. The message says why, in ASCII, without quotes and without any content of the token."""


class IdentityProviderUnavailable(Exception):
    """The OIDC provider's keys cannot be fetched, so tokens cannot be checked."""


@dataclass(frozen=True)
class Principal:
    """The authenticated actor.

    `expires_at`: of the credential; None for an API key without expiry. `issued_at`: of the token; None for an API key,
    and the beginning of time for a token that does not say. `has_locale`: whether the credential names the language.
    """

    actor: Actor
    expires_at: datetime | None
    issued_at: datetime | None = None
    has_locale: bool = True

    @cached_property
    def party(self) -> Party:
        return Party(str(self.actor.brand_id), self.actor.identity)

    @cached_property
    def logged(self) -> dict[str, Any]:
        """What the line of a request says of its viewer."""
        return {"actor": self.actor.id, "role": self.actor.role.value, "brand": self.actor.brand_id}


def header_of(token: str) -> dict[str, Any]:
    """The header, not verified yet. Raises TokenError."""
    try:
        if len(token) > MAX_TOKEN_LENGTH:
            raise ValueError
        header = jws.extract_compact(token.encode()).headers()
        if not isinstance(header["alg"], str):
            raise TypeError
    except MALFORMED_TOKEN_ERRORS:
        raise TokenError("The token is not a JWT.") from None
    return dict(header)


def issued_at(claims: dict[str, Any]) -> datetime:
    """When the token was issued; the beginning of time if it does not say. Raises TokenError."""
    return _instant(claims, "iat") or BEGINNING_OF_TIME


@dataclass(frozen=True, slots=True)
class Times:
    """When a token is valid."""

    expires_at: datetime
    begins_at: datetime

    @classmethod
    def of(cls, claims: dict[str, Any]) -> "Times":
        """Raises TokenError, also without an expiry."""
        expires_at = _instant(claims, "exp")
        if expires_at is None:
            raise missing("exp")
        return cls(expires_at, max(_instant(claims, name) or BEGINNING_OF_TIME for name in ("nbf", "iat")))

    def check(self, now: datetime, *, grace: timedelta = timedelta()) -> None:
        """`grace`: for how long it is accepted after its expiry. Raises TokenError."""
        if now >= self.expires_at + grace:
            raise TokenError("The token has expired.")
        if self.begins_at > now + LEEWAY:
            raise TokenError("The token is not valid yet.")


def _instant(claims: dict[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise missing(name)
    # This also rejects NaN, for which every comparison is false: such a token would never expire.
    if not 0 <= value < LAST_INSTANT:
        raise missing(name)
    return datetime.fromtimestamp(value, UTC)


def subject_of(claims: dict[str, Any]) -> str:
    """The subject. A longer one than MAX_TEXT_LENGTH is cut and made unique by its digest. Raises TokenError."""
    text_of(claims, "sub")
    return id_of_subject(claims["sub"])


def text_of(claims: dict[str, Any], *names: str) -> str:
    """The first of these claims that is present, as printable text, cut to MAX_TEXT_LENGTH. Raises TokenError."""
    for name in names:
        value = claims.get(name)
        if value is not None:
            if not isinstance(value, str) or not value.strip() or unprintable(value):
                break
            return value[:MAX_TEXT_LENGTH]
    raise missing(names[0])


def missing(name: str) -> TokenError:
    return TokenError(f"The token's claim {name} is missing or invalid.")
