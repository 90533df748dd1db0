"""Settings of the OpenID Connect provider that people sign in with. Read by graph/settings/environment.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.settings.checks import provider_url
from graph.settings.variable import Variable

PROVIDER = ("ORDERS_OIDC_ISSUER", "ORDERS_OIDC_AUDIENCE", "ORDERS_OIDC_JWKS_URL")
PAGES = ("ORDERS_OIDC_CLIENT_ID", "ORDERS_OIDC_AUTHORIZE_URL", "ORDERS_OIDC_TOKEN_URL")

OIDC_ISSUER = Variable[str | None](
    "ORDERS_OIDC_ISSUER",
    str,
    None,
    must_be="the claim `iss` of the provider's tokens (docs/guides/sign-in.md)",
    about="The OpenID Connect provider that people sign in with ([signing in](guides/sign-in.md)).",
    default_is="none: only our own tokens and API keys sign in",
    needs=PROVIDER[1:],
)
OIDC_AUDIENCE = Variable[str | None](
    "ORDERS_OIDC_AUDIENCE",
    str,
    None,
    must_be="the claim `aud` of the provider's tokens for this API (docs/guides/sign-in.md)",
    about="The audience that the provider's tokens must name.",
    needs=(PROVIDER[0], PROVIDER[2]),
)
OIDC_JWKS_URL = Variable[str | None](
    "ORDERS_OIDC_JWKS_URL",
    provider_url,
    None,
    must_be="an https address without a password, e.g. `https://login.your-brand.com/keys`",
    about="Where the provider publishes its signing keys.",
    needs=PROVIDER[:2],
    is_secret=True,  # a wrong one may have a password in it
)
OIDC_CLIENT_ID = Variable[str | None](
    "ORDERS_OIDC_CLIENT_ID",
    str,
    None,
    must_be="the id that the provider has given to the console (docs/guides/sign-in.md)",
    about="The console, as a public client of the provider: people sign in to it with a button.",
    default_is="none: the console asks for a token",
    needs=(*PAGES[1:], *PROVIDER),
)
OIDC_AUTHORIZE_URL = Variable[str | None](
    "ORDERS_OIDC_AUTHORIZE_URL",
    provider_url,
    None,
    must_be="an https address without a password, e.g. `https://login.your-brand.com/authorize`",
    about="The provider's `authorization_endpoint`. It may have a query, e.g. `?audience=…`.",
    needs=(PAGES[0],),
    is_secret=True,  # a wrong one may have a password in it
)
OIDC_TOKEN_URL = Variable[str | None](
    "ORDERS_OIDC_TOKEN_URL",
    provider_url,
    None,
    must_be="an https address without a password, e.g. `https://login.your-brand.com/token`",
    about="The provider's `token_endpoint`. The console's page may send requests to it, besides this server.",
    needs=(PAGES[0],),
    is_secret=True,  # a wrong one may have a password in it
)
OIDC_SCOPE = Variable[str](
    "ORDERS_OIDC_SCOPE",
    str,
    "openid profile",
    must_be="the scopes that the console asks for, e.g. `openid profile orders`",
    about="The scopes that the console asks the provider for.",
)
OIDC_VARIABLES: tuple[Variable[Any], ...] = (
    OIDC_ISSUER,
    OIDC_AUDIENCE,
    OIDC_JWKS_URL,
    OIDC_CLIENT_ID,
    OIDC_AUTHORIZE_URL,
    OIDC_TOKEN_URL,
    OIDC_SCOPE,
)


@dataclass(frozen=True, slots=True)
class OidcClient:
    """The console, as a public client of the provider (authorization code with PKCE)."""

    client_id: str
    authorize_url: str
    token_url: str
    scope: str = OIDC_SCOPE.default


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """Whose tokens are accepted besides our own: their claims `iss` and `aud`, and where the keys are.

    `console` None: people cannot sign in to the console with it, except by a token.
    """

    issuer: str
    audience: str
    jwks_url: str
    console: OidcClient | None = None


def oidc_from(values: Mapping[str, str]) -> OidcProvider | None:
    issuer, audience, jwks_url = (each.value_in(values) for each in (OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL))
    if not (issuer and audience and jwks_url):
        return None
    client_id, authorize_url, token_url = (
        each.value_in(values) for each in (OIDC_CLIENT_ID, OIDC_AUTHORIZE_URL, OIDC_TOKEN_URL)
    )
    console = None
    if client_id and authorize_url and token_url:
        console = OidcClient(client_id, authorize_url, token_url, OIDC_SCOPE.value_in(values))
    return OidcProvider(issuer, audience, jwks_url, console)
