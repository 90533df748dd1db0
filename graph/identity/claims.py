"""What our own tokens and an OIDC provider's have in common: what is asked of their times and texts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from models.actor import Actor
from resolvers.inputs import unprintable

LEEWAY = timedelta(seconds=60)  # how far another machine's clock may be off
MAX_TOKEN_LENGTH = 16_384
MAX_TEXT_LENGTH = 200
LAST_INSTANT = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
# Whatever a token that somebody made up can raise in a library.
BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class TokenError(Exception):
    """The token names nobody; the message says why, in ASCII and without quotes, and nothing that was in it."""


class ProviderAway(Exception):
    """The OIDC provider's keys cannot be had, so that nobody knows whether a token is good."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Who asks, and when that ends; None: not by itself."""

    actor: Actor
    expires_at: datetime | None


def header_of(token: str) -> dict[str, Any]:
    """The header, which nobody vouches for yet. Raises TokenError."""
    try:
        if len(token) > MAX_TOKEN_LENGTH:
            raise ValueError
        header = jws.extract_compact(token.encode()).headers()
        if not isinstance(header["alg"], str):
            raise TypeError
    except BROKEN:
        raise TokenError("The token is not one that we signed, nor any other JWT.") from None
    return dict(header)


def check_times(claims: dict[str, Any], now: datetime, *, grace: timedelta) -> datetime:
    """When the token expires; it must have a time for that. `grace`: how long after it is still good."""
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
    # NaN compares with nothing, and so is refused here too: a token with it would never end.
    if not 0 <= value < LAST_INSTANT:
        raise missing(name)
    return datetime.fromtimestamp(value, UTC)


def subject_of(claims: dict[str, Any]) -> str:
    """Who it is; of a longer name than can be kept, what no other has. Raises TokenError."""
    begins = text_of(claims, "sub")
    whole: str = claims["sub"]
    if len(whole) <= MAX_TEXT_LENGTH:
        return begins
    digest = sha256(whole.encode()).hexdigest()
    return f"{begins[: MAX_TEXT_LENGTH - len(digest)]}{digest}"


def text_of(claims: dict[str, Any], *names: str) -> str:
    """The first of these claims that is there, as a text that can be kept. Raises TokenError."""
    for name in names:
        value = claims.get(name)
        if value is not None:
            if not isinstance(value, str) or not value.strip() or unprintable(value):
                break
            return value[:MAX_TEXT_LENGTH]
    raise missing(names[0])


def missing(name: str) -> TokenError:
    return TokenError(f"The token does not say who you are: its claim {name} is missing or makes no sense.")
