"""An OIDC provider: a real key server (JWKS) on 127.0.0.1, and tokens signed with its keys."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from graph.settings.oidc import OidcProvider
from tests.support.clock import Clock

ISSUER = "https://login.example"
AUDIENCE = "https://orders.example"
Key = RSAKey | ECKey | OKPKey | OctKey


class _Registry(JWSRegistry):
    """Signs with any algorithm, as an attacker would."""

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


def sign(key: Key, claims: dict[str, Any], **header: Any) -> str:
    registry = _Registry(strict_check_header=False)
    return jws.serialize_compact({"alg": "RS256"} | header, json.dumps(claims), key, registry=registry)


@dataclass
class Provider:
    """`keys`: the published keys by id. `answer`: sent instead of them. `asked`: how often they were fetched."""

    clock: Clock
    keys: dict[str, Key] = field(default_factory=dict)
    status: int = 200
    answer: bytes | None = None
    asked: int = 0
    url: str = ""

    @property
    def settings(self) -> OidcProvider:
        return OidcProvider(ISSUER, AUDIENCE, self.url)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a member, valid for five minutes. A change to None removes a claim."""
        now = int(self.clock().timestamp())
        made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "name": "Mina Sato", "iat": now, "exp": now + 300}
        made |= {"orders_role": "write"} | changes
        return {name: value for name, value in made.items() if value is not None}

    def token(self, kid: str = "first", alg: str = "RS256", key: Key | None = None, **changes: Any) -> str:
        return sign(key or self.keys[kid], self.claims(**changes), alg=alg, kid=kid)

    def published(self) -> bytes:
        keys = [key.as_dict(private=False, kid=kid) for kid, key in self.keys.items()]
        return json.dumps({"keys": keys}).encode()


@contextmanager
def providing(clock: Clock) -> Iterator[Provider]:
    provider = Provider(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked += 1
            body = provider.published() if provider.answer is None else provider.answer
            self.send_response(provider.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}/keys"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
