"""Checks of token claims that our own tokens and those of an OIDC provider share: times and texts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from models.actor import MAX_ID_LENGTH, Actor, id_of_subject
from resolvers.inputs import unprintable

LEEWAY = timedelta(seconds=60)  # clock skew of other machines
MAX_TOKEN_LENGTH = 16_384
MAX_TEXT_LENGTH = MAX_ID_LENGTH
BEGINNING_OF_TIME = datetime.fromtimestamp(0, UTC)
LAST_INSTANT = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
TIMES = ("exp", "nbf", "iat")
# Everything that the libraries raise for a malformed or forged token.
MALFORMED_TOKEN_ERRORS = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TokenError(Exception):
    """The token is invalid. The message says why, in ASCII, without quotes and without any content of the token."""


class IdentityProviderUnavailable(Exception):
    """The OIDC provider's keys cannot be fetched, so tokens cannot be checked."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated actor.

    `expires_at`: of the credential; None for an API key without expiry. `issued_at`: of the token; None for an API key,
    and the beginning of time for a token that does not say. `has_locale`: whether the credential names the language.
    """

    actor: Actor
    expires_at: datetime | None
    issued_at: datetime | None = None
    has_locale: bool = True


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


def check_times(claims: dict[str, Any], now: datetime, *, grace: timedelta) -> datetime:
    """When the token expires. It is accepted for `grace` longer. Raises TokenError, also without an expiry."""
    expires = _instant(claims, "exp")
    if expires is None:
        raise missing("exp")
    if now >= expires + grace:
        raise TokenError("The token has expired.")
    for name in ("nbf", "iat"):
        begins = _instant(claims, name)
        if begins and begins > now + LEEWAY:
            raise TokenError("The token is not valid yet.")
    return expires


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
