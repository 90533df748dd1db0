"""`python -m tests.support.oidc_provider PORT`: the provider of oidc-provider-mock, for a page of another origin.

A process of its own, as its libraries warn of what they deprecate, which fails our tests.
"""

import sys

import flask
from oidc_provider_mock import User, _app, app
from werkzeug.serving import run_simple

# The claims that our API reads (docs/guides/sign-in.md).
MINA = {"name": "Mina Sato", "orders_role": "admin", "orders_brand": "northlight"}


def main(port: int) -> None:
    # Its clients have secrets; a page in a browser cannot have one.
    _app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
    provider = app(require_nonce=True, user_claims=[User(sub="mina", claims=MINA)])

    def allow(response: flask.Response) -> flask.Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    provider.after_request(allow)
    run_simple("localhost", port, provider, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
